//! People who know the room's name and not its secret join and leave, five times a second.

use frameseal_simulation::{Call, Instance, Link};

/// The page of the demo sends 40 messages a second.
const PER_SECOND: u32 = 40;

/// A minute of frames of sound, of 20 ms each.
const FRAMES: usize = 3000;

#[test]
fn break_no_call() {
    for (honest, seats) in [(2, 6), (6, 1), (7, 1)] {
        let share = storm(honest, seats);
        println!("{honest} members, {seats} outsiders: {share:.2} % of frames heard");
        assert!(share >= 99.0, "{share} % heard of {honest} members with {seats} outsiders");
    }
}

/// Returns the share of one member's frames that another hears, in per cent.
fn storm(honest: usize, seats: usize) -> f64 {
    let mut call = Call::new(1);
    call.set_hoarding(0);
    call.limit_signalling(PER_SECOND);
    call.set_link(Link { delay: 50..=50, ..Link::perfect() });
    call.share_secret(b"what outsiders do not know");
    let (alice, bob) = (call.join_sending("alice"), call.join_sending("bob"));
    for number in 2..honest {
        call.join_sending(&format!("member-{number}"));
    }
    call.run(3000);
    call.everyone_opens_everyone();

    call.share_secret(b"something else altogether");
    let mut seats: Vec<_> = (0..seats as u64).map(|at| Seat::new(call.now() + 20 * at)).collect();
    let before = call[bob].frames_opened();
    let keys = call[alice].seals().len();
    for _ in 0..FRAMES {
        seats.iter_mut().for_each(|seat| seat.turn(&mut call));
        call.frame_opens(alice, bob);
        call.run(20);
    }
    assert_eq!(call[alice].seals().len(), keys, "an outsider causes a rotation");
    assert!(seats.iter().all(|seat| seat.joins > 290), "five joins a second");
    call.run(2000);
    100.0 * (call[bob].frames_opened() - before) as f64 / FRAMES as f64
}

/// A seat that one outsider after the other takes.
struct Seat {
    sitting: Option<Instance>,
    next: u64,
    joins: usize,
}

impl Seat {
    const fn new(next: u64) -> Self {
        Self { sitting: None, next, joins: 0 }
    }

    fn turn(&mut self, call: &mut Call) {
        if call.now() < self.next {
            return;
        }
        if let Some(sitting) = self.sitting.take() {
            assert_eq!(call[sitting].opened_keys(), 0, "an outsider gets a key");
            call.leave(sitting);
            self.next = call.now() + 20;
        } else {
            self.joins += 1;
            self.sitting = Some(call.join(&format!("evil-{}-{}", self.next, self.joins)));
            self.next = call.now() + 180;
        }
    }
}
