#![no_main]

use frameseal_simulation::operation::{Operation, everyone_recovers_from};

libfuzzer_sys::fuzz_target!(|operations: Vec<Operation>| everyone_recovers_from(&operations));
