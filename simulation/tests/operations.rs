//! The fuzz target's property, for random operations.

use arbitrary::Unstructured;
use fastrand::Rng;
use frameseal_simulation::operation::{Operations, everyone_recovers_from};

#[test]
fn everyone_recovers_from_random_operations() {
    for seed in 0..200 {
        let mut bytes = [0; 1000];
        Rng::with_seed(seed).fill(&mut bytes);
        let operations: Operations = Unstructured::new(&bytes).arbitrary().expect("enough bytes");
        println!("seed {seed}: {operations:?}");
        everyone_recovers_from(&operations);
    }
}
