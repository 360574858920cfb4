//! Everything at once. `cargo xtask simulate` has more of it.

use frameseal_simulation::Storm;

fn storm(members: usize, operations: usize, seed: u64, loss: u8) {
    let storm = Storm { members, senders: members, operations, seed, loss, trace: false };
    println!("{storm}");
    let report = storm.run();
    println!("{report:?}");
    assert!(report.tally.near_misses > 0, "no outsider was put to the test");
    assert!(report.operations.values().sum::<usize>() >= operations);
}

#[test]
fn in_a_room_of_2() {
    for (seed, loss) in [(1, 0), (2, 20), (3, 40)] {
        storm(2, 500, seed, loss);
    }
}

#[test]
fn in_a_room_of_10() {
    for (seed, loss) in [(4, 0), (5, 40)] {
        storm(10, 300, seed, loss);
    }
}

#[test]
fn in_a_room_of_30() {
    storm(30, 60, 6, 40);
}
