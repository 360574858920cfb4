#![no_main]

use std::cell::RefCell;

use frameseal_simulation::Victim;

thread_local!(static VICTIM: RefCell<Victim> = RefCell::default());

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| VICTIM.with_borrow_mut(|victim| {
    let message = victim.forge(bytes);
    victim.hear(&message);
}));
