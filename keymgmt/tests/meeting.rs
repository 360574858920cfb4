//! Two or three managers that meet in an unusual order, over signalling that delivers at once.
#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "a test may panic")]

extern crate alloc;

use alloc::collections::BTreeMap;

use frameseal_keymgmt::{
    Event, Input, KeyId, KeyManager, MemberId, Options, Output, Room, Secret, Timestamp,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Default)]
struct Meeting {
    now: u64,
    managers: BTreeMap<MemberId, KeyManager<ChaCha20Rng>>,
    /// Keys to open with: whom they were given to, and whose they are.
    opened: Vec<(MemberId, MemberId, KeyId)>,
    rejected: Vec<Event>,
}

impl Meeting {
    fn add(&mut self, name: &str, secret: Secret) {
        let options = Options { secret, ..Options::new(Room::new("room").unwrap(), id(name)) };
        let seed = self.managers.len() as u64;
        let manager = KeyManager::new(options, ChaCha20Rng::seed_from_u64(seed)).unwrap();
        self.managers.insert(id(name), manager);
    }

    fn tell(&mut self, who: &str, input: Input) {
        let now = Timestamp::from_millis(self.now);
        self.managers.get_mut(&id(who)).unwrap().handle(now, input).unwrap();
    }

    fn introduce(&mut self, one: &str, other: &str) {
        self.tell(one, Input::Joined(id(other)));
        self.tell(other, Input::Joined(id(one)));
    }

    /// Lets time pass, and all messages arrive.
    fn pass(&mut self, milliseconds: u64) {
        let end = self.now + milliseconds;
        while self.now < end {
            self.now += 10;
            for name in self.managers.keys().cloned().collect::<Vec<_>>() {
                self.tell(name.as_str(), Input::Timeout);
            }
            while self.deliver() {}
        }
    }

    fn deliver(&mut self) -> bool {
        let mut sent = Vec::new();
        for (by, manager) in &mut self.managers {
            loop {
                match manager.poll() {
                    Output::Idle { .. } => break,
                    Output::Transmit { to, message } => sent.push((by.clone(), to, message)),
                    Output::Open { key_id, member, .. } => {
                        self.opened.push((by.clone(), member, key_id));
                    }
                    Output::Event(event @ Event::Rejected { .. }) => self.rejected.push(event),
                    _ => {}
                }
            }
        }
        for (from, to, message) in &sent {
            for name in self.managers.keys().cloned().collect::<Vec<_>>() {
                if name != *from && to.as_ref().is_none_or(|to| *to == name) {
                    let input = Input::Received { from: from.clone(), message: message.clone() };
                    self.tell(name.as_str(), input);
                }
            }
        }
        !sent.is_empty()
    }

    fn has_keys_of(&self, who: &str, of: &str) -> bool {
        self.opened.iter().any(|(by, member, _)| *by == id(who) && *member == id(of))
    }
}

fn id(name: &str) -> MemberId {
    MemberId::new(name).unwrap()
}

/// A departure changes the nonce that later members are met with, not one that is about to be said.
#[test]
fn a_member_that_leaves_before_we_said_hello_changes_nothing() {
    let mut meeting = Meeting::default();
    meeting.add("alice", Secret::none());
    meeting.add("bob", Secret::none());
    meeting.introduce("alice", "bob");
    meeting.tell("alice", Input::Joined(id("carol")));
    meeting.tell("alice", Input::Left(id("carol")));
    meeting.tell("alice", Input::Send);
    meeting.pass(100);
    assert_eq!(meeting.rejected, []);
    assert!(meeting.has_keys_of("bob", "alice"));
}

/// Where proof comes first, a key that is made before it waits for it.
#[test]
fn a_key_made_before_the_proof_comes_after_it() {
    let secret = || Secret::random(&[7; 16]).unwrap();
    let mut meeting = Meeting::default();
    meeting.add("alice", secret());
    meeting.add("bob", secret());
    meeting.introduce("alice", "bob");
    meeting.pass(1000);
    meeting.add("carol", secret());
    meeting.introduce("alice", "carol");
    meeting.introduce("bob", "carol");
    meeting.tell("alice", Input::Send);
    meeting.pass(1000);
    assert!(meeting.has_keys_of("bob", "alice") && meeting.has_keys_of("carol", "alice"));
}

/// Bob may have given keys to Carol, of whom Alice never heard. If Bob is not heard after she left, his
/// key expires.
#[test]
fn a_leaver_that_we_never_met_casts_doubt_too() {
    for secret in [Secret::none, || Secret::random(&[7; 16]).unwrap()] {
        let mut meeting = Meeting::default();
        meeting.add("alice", secret());
        meeting.add("bob", secret());
        meeting.introduce("alice", "bob");
        meeting.tell("bob", Input::Send);
        meeting.pass(5000);
        meeting.tell("alice", Input::Joined(id("carol")));
        meeting.pass(1000);
        meeting.managers.remove(&id("bob")); // from now on, signalling holds him back
        meeting.tell("alice", Input::Left(id("carol")));
        meeting.pass(62_000);
        let mut members = meeting.managers[&id("alice")].members();
        let bob = members.find(|member| member.id == id("bob")).unwrap();
        assert_eq!(bob.epoch, None, "his key opens frames without end");
    }
}
