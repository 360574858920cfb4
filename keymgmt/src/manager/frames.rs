//! Frames whose key is not here: whether it may still come, and who is asked for it.

use frameseal_sframe::{KeyId, KeyIdLayout};
use rand_core::CryptoRng;

use super::KeyManager;
use crate::association::Request;
use crate::limits::REQUEST_INTERVAL;
use crate::member_id::MemberId;
use crate::output::MemberState;
use crate::peer::Peer;
use crate::received_keys::Standing;
use frameseal_sframe::Timestamp;

/// What is to become of a frame whose key is not here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Fate {
    /// Its key may still come: keep it for a while, and try again when a key comes.
    Wait,
    /// No key that comes will open it.
    Drop,
}

impl<R: CryptoRng> KeyManager<R> {
    /// Decides on a frame that did not open because its key is not here; asks for the key if it may
    /// still come. `from`: the only member that the frame may be from.
    ///
    /// A key may come from a member of whom none is here yet; and from one whose keys in this slot are
    /// earlier. Senders hand out the key that they seal under, never an earlier one: a frame from
    /// before is not for us, and the first frames that a newcomer gets are of this kind.
    pub fn lacks(&mut self, now: Timestamp, key_id: KeyId, from: Option<&MemberId>) -> Fate {
        self.now = self.now.max(now);
        let Some(KeyIdLayout { slot, epoch, .. }) = KeyIdLayout::from_key_id(key_id) else {
            return Fate::Drop;
        };
        let counts = |peer: &Peer| {
            from.is_none_or(|from| *from == peer.id) && peer.member_state() != MemberState::Rejected
        };
        let standing = |peer: &Peer| counts(peer).then(|| peer.keys.standing(slot, epoch));
        let in_slot = self.peers.iter().filter_map(standing);
        let is_taken = in_slot.clone().any(|standing| {
            matches!(standing, Standing::Held | Standing::Ahead | Standing::Behind)
        });
        let wanted = if is_taken { Standing::Ahead } else { Standing::Keyless };
        let fate = if in_slot.into_iter().any(|it| it == wanted) { Fate::Wait } else { Fate::Drop };
        for at in 0..self.peers.len() {
            if self.peers.get(at).and_then(standing) == Some(wanted) {
                self.ask(at);
            }
        }
        fate
    }

    /// Asks a member for its keys, once in a while.
    pub(super) fn ask(&mut self, at: usize) {
        let now = self.now;
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        if peer.proven().is_none() || !peer.requests.allows(now, REQUEST_INTERVAL) {
            return;
        }
        if let Some(proven) = peer.proven_mut() {
            proven.due.request = Request::Keys;
            self.agenda.add(&peer.id);
        }
    }
}
