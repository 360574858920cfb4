//! Slots that two members have.
//!
//! A slot names candidate keys and belongs to nobody: receivers try the keys of each member in it. So
//! a conflict costs them time, and nothing else; whoever claimed a slot later takes another.

use rand_core::CryptoRng;

use super::{KeyManager, random};
use crate::association::Delivery;
use crate::limits::SLOT_INTERVAL;
use crate::member_id::MemberId;
use crate::output::Event;
use crate::peer::Peer;

impl<R: CryptoRng> KeyManager<R> {
    /// Looks at the slot of a key that came, and that of the key before it; tells those concerned if it
    /// is another member's, too.
    pub(super) fn settle_slot(&mut self, at: usize, slot: u16, before: Option<u16>) {
        let Some(peer) = self.peers.get(at) else {
            return;
        };
        let id = peer.id.clone();
        if slot == self.slot {
            let stays = before != Some(slot) && self.claimed_first(peer);
            self.tell(Event::SlotConflict { between: [self.member.clone(), id] });
            if !stays && self.slot_changes.allows(self.now, SLOT_INTERVAL) {
                self.pick_slot();
            }
            return;
        }
        if before == Some(slot) {
            return; // as most keys; to look at all members for each would be cubic
        }
        let holds = |peer: &&Peer| peer.id != id && peer.keys.slot() == Some(slot);
        if let Some(rival) = self.peers.iter().find(holds).map(|peer| peer.id.clone()) {
            self.tell(Event::SlotConflict { between: [rival.clone(), id.clone()] });
            self.warn(&rival, &id);
            self.warn(&id, &rival);
        }
    }

    /// Whether we had our slot before this member claimed it: then it is to take another, and if it
    /// does not, we do.
    fn claimed_first(&self, peer: &Peer) -> bool {
        let Some(proven) = peer.proven() else {
            return false;
        };
        match proven.delivery {
            Delivery::Settled(None) => false,
            // The two keys crossed: everybody can tell which public key is the greater one.
            Delivery::Repeating(None) => {
                *self.key_pair.public().encoded() < proven.hello().public_key
            }
            Delivery::Settled(Some(_)) | Delivery::Repeating(Some(_)) => true,
        }
    }

    /// Tells a member that another has its slot: that one may have told it nothing.
    fn warn(&mut self, member: &MemberId, rival: &MemberId) {
        let now = self.now;
        let Some(peer) = self.peer(member) else {
            return;
        };
        if !peer.warnings.allows(now, SLOT_INTERVAL) {
            return;
        }
        if let Some(proven) = peer.proven_mut() {
            proven.due.rival = Some(rival.clone());
            self.agenda.add(member);
        }
    }

    /// Another member says that a third one has our slot. That may be a lie, and does no harm.
    pub(super) fn hear_of_rival(&mut self, at: usize, rival: MemberId) {
        let now = self.now;
        let peer = self.peers.get_mut(at);
        if rival != self.member && peer.is_some_and(|it| it.hearsay.allows(now, SLOT_INTERVAL)) {
            self.tell(Event::SlotConflict { between: [self.member.clone(), rival] });
        }
    }

    /// Takes a slot that nobody is known to have, for keys to come.
    fn pick_slot(&mut self) {
        loop {
            let slot = u16::from_be_bytes(random(&mut self.rng));
            let is_taken = self.peers.iter().any(|peer| peer.keys.slot() == Some(slot));
            if slot != self.slot && !is_taken {
                self.slot = slot;
                break;
            }
        }
        if self.keys.is_some() {
            self.rotate_on_demand();
        }
    }
}
