#![no_main]

use frameseal_simulation::operation::{Operations, everyone_recovers_from};

libfuzzer_sys::fuzz_target!(|operations: Operations| everyone_recovers_from(&operations));
