//! Attacks from inside the room: by a member, by one that has left, with or without the help of a
//! server. Every member can seal under the keys that it opens with; no member may silence another with them.

mod counter_far_ahead;
mod data_against_media;
mod earlier_seats;
mod fast_rotation;
mod ground_key;
mod leaver;
mod manual_keys;
mod muted;
mod outsiders;
mod silent_sender;
mod sleeper;
mod verdicts;
mod walked_ahead;
mod withheld;

use core::cell::Cell;

use frameseal::{BaseKey, FrameKind, KeyId, Profile, Suites};
use frameseal_sframe::{Counter, SealContext, Sender};
use frameseal_simulation::{Call, Frame, Instance, PICTURE};

use super::call_of;

/// A member that seals in another's name.
struct Forger {
    key_id: KeyId,
    base_key: Vec<u8>,
    /// Of the next frame: none that its owner has used, so that no frame is refused as a repeat.
    counter: Cell<u64>,
}

impl Forger {
    /// Takes the newest key that `mallory` was given of `of`.
    fn new(call: &Call, mallory: Instance, of: Instance) -> Self {
        let slot = call[of].sealing().and_then(|key_id| key_id.slot()).expect("it sends");
        let key = call[mallory].with_hoard(|hoard| {
            let (key_id, base_key) = hoard.newest(slot).expect("it was given one");
            Self { key_id, base_key: base_key.to_vec(), counter: Cell::new(300) }
        });
        key.expect("it keeps all keys")
    }

    /// The key so many ratchet steps ahead.
    fn ahead(&self, steps: u8) -> (KeyId, BaseKey) {
        let key = BaseKey::new(self.base_key.clone());
        let key = (0..steps).fold(key, |key, _| key.ratchet(Suites::default().main));
        (self.key_id.after(steps), key)
    }

    /// Forges a frame, for the track of `by`, under a key so many steps ahead.
    fn frame(&self, call: &Call, by: Instance, steps: u8) -> Frame {
        let counter = self.counter.get();
        self.counter.set(counter + 1);
        let metadata = Profile::Frameseal1.metadata(FrameKind::Delta);
        let body = self.sealed(steps, TRACK, counter, metadata);
        Frame { by: call[by].id().clone(), body }
    }

    /// Forges a frame whose counter is far ahead, for the track of `by`.
    fn far_frame(&self, call: &Call, by: Instance) -> Frame {
        let metadata = Profile::Frameseal1.metadata(FrameKind::Delta);
        Frame { by: call[by].id().clone(), body: self.far(TRACK, metadata) }
    }

    /// Seals something with the highest counters, as one of these tracks.
    fn far(&self, track: u8, metadata: &[u8]) -> Vec<u8> {
        self.sealed(0, track, 1 << 31, metadata)
    }

    fn sealed(&self, steps: u8, track: u8, counter: u64, metadata: &[u8]) -> Vec<u8> {
        let (key_id, key) = self.ahead(steps);
        let key_id = KeyId::new(key_id.get() | u64::from(track));
        let (suite, counter) = (Suites::default().main, Counter::new(counter));
        let mut context =
            SealContext::dangerous_resume_at(suite, key_id, key.into_send_key(), counter);
        context.seal(metadata, PICTURE).expect("not the last")
    }

    /// Seals application data of the first stream, so many steps ahead.
    fn data(&self, steps: u8) -> Vec<u8> {
        let (key_id, key) = self.ahead(steps);
        let mut sender =
            Sender::new(Profile::Frameseal1, Suites::default(), key_id, key.into_send_key());
        sender.seal_data(0, b"data").expect("a fresh key")
    }
}

/// How many of so many frames of one member open at another's at once, each `pause` ms after the one
/// before.
fn heard(call: &mut Call, by: Instance, to: Instance, frames: usize, pause: u64) -> usize {
    let mut opened = 0;
    for _ in 0..frames {
        opened += usize::from(call.frame_opens(by, to));
        call.run(pause);
    }
    opened
}

/// Has everybody expect each sender on the track that is its own, or anybody on each.
fn expect_senders(call: &mut Call, expect: bool) {
    let names: Vec<_> = call.live().iter().map(|member| call[*member].id().to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    for member in call.live() {
        if expect {
            call.member_mut(member).expect_senders(&names);
        }
    }
}

/// The track of a member of the simulation.
const TRACK: u8 = 1;
