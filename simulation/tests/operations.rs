//! The fuzz target's property, for random operations.

use arbitrary::Unstructured;
use fastrand::Rng;
use frameseal_simulation::operation::everyone_recovers_from;

#[test]
fn everyone_recovers_from_random_operations() {
    for seed in 0..500 {
        let mut data = [0; 400];
        Rng::with_seed(seed).fill(&mut data);
        let operations: Vec<_> = Unstructured::new(&data).arbitrary().unwrap_or_default();
        println!("seed {seed}: {operations:?}");
        everyone_recovers_from(&operations);
    }
}
