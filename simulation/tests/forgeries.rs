//! The fuzz target's property, for every message that is almost a real one.

use fastrand::Rng;
use frameseal_simulation::Victim;

#[test]
fn every_flipped_bit_is_noticed() {
    let mut victim = Victim::new();
    for message in victim.messages().to_vec() {
        for bit in 0..8 * message.len() {
            let mut forged = message.clone();
            forged[bit / 8] ^= 0x80 >> (bit % 8);
            victim.hear(&forged);
        }
        victim.hear(&message);
    }
}

#[test]
fn every_beginning_is_refused() {
    let mut victim = Victim::new();
    for message in victim.messages().to_vec() {
        for len in 0..message.len() {
            victim.hear(&message[..len]);
        }
    }
}

#[test]
fn noise_is_refused() {
    let mut victim = Victim::new();
    let rng = &mut Rng::with_seed(1);
    for _ in 0..10_000 {
        let mut message = vec![0; rng.usize(..512) >> rng.u8(..4)];
        rng.fill(&mut message);
        victim.hear(&message);
    }
}
