//! The keys that a slot names: each sender's, each with those that were ratcheted from it.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::arrivals::Arrivals;
use crate::header::KeyId;
use crate::key::ReceiveKey;
use crate::key_id_layout::KeyIdLayout;
use crate::open::OpenKey;
use crate::suite::CipherSuite;
use crate::tracks::Tracks;

/// All keys of one slot; in profile `rfc9605`, all of one key ID.
#[derive(Debug)]
pub(super) struct Slot<S> {
    pub(super) number: u64,
    /// In the order in which their first key came.
    pub(super) owners: Vec<Owner<S>>,
    /// Whose key opened a frame last.
    pub(super) heard: usize,
    /// Which of the others is tried first, so that all have their turn.
    pub(super) turn: usize,
}

/// The keys of one sender in one slot.
#[derive(Debug)]
pub(super) struct Owner<S> {
    pub(super) source: S,
    pub(super) chains: Vec<Chain<S>>,
}

/// A key that its owner gave, and the keys that were ratcheted from it.
#[derive(Debug)]
pub(super) struct Chain<S> {
    /// Track bits are 0.
    pub(super) key_id: KeyId,
    /// How many ratchet steps are followed.
    pub(super) reach: u8,
    /// By ratchet steps from the key; kept so that none is derived twice.
    links: Vec<Link<S>>,
}

/// One base key and its contexts.
#[derive(Debug)]
pub(super) struct Link<S> {
    pub(super) key: ReceiveKey,
    pub(super) tracks: Tracks<Track<S>>,
}

/// What frames of one key and track are opened with, and which came before.
#[derive(Debug)]
pub(super) struct Track<S> {
    pub(super) key: OpenKey,
    pub(super) arrivals: Arrivals<S>,
}

impl<S: Clone + Eq> Slot<S> {
    pub(super) const fn new(number: u64) -> Self {
        Self { number, owners: Vec::new(), heard: 0, turn: 0 }
    }

    /// Returns the keys of `source`.
    pub(super) fn owner_mut(&mut self, source: S) -> Option<&mut Owner<S>> {
        let at = self.owners.iter().position(|owner| owner.source == source).unwrap_or_else(|| {
            self.owners.push(Owner { source, chains: Vec::new() });
            self.owners.len().saturating_sub(1)
        });
        self.owners.get_mut(at)
    }

    /// Wipes the keys that `keep` rejects; tells whether there were any.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&S, KeyId) -> bool) -> bool {
        let heard = self.owners.get(self.heard).map(|owner| owner.source.clone());
        let before: usize = self.owners.iter().map(|owner| owner.chains.len()).sum();
        for Owner { source, chains } in &mut self.owners {
            chains.retain(|chain| keep(source, chain.key_id));
        }
        self.owners.retain(|owner| !owner.chains.is_empty());
        let at = self.owners.iter().position(|owner| Some(&owner.source) == heard.as_ref());
        self.heard = at.unwrap_or(0);
        let after: usize = self.owners.iter().map(|owner| owner.chains.len()).sum();
        after < before
    }

    /// Calls `each` with the owners in the order in which their keys are to be tried, until it
    /// returns `false`: the one that was heard last, then the others by turns.
    pub(super) fn by_turns(&self, mut each: impl FnMut(usize, &Owner<S>) -> bool) {
        let count = self.owners.len();
        let others = (0..count)
            .filter_map(|step| self.turn.checked_add(step)?.checked_rem(count))
            .filter(|at| *at != self.heard);
        for at in [self.heard].into_iter().chain(others) {
            if self.owners.get(at).is_some_and(|owner| !each(at, owner)) {
                return;
            }
        }
    }
}

impl<S: Clone + Eq> Owner<S> {
    /// Finds the key that `key_id` names: its chain, and how many steps from the chain's own.
    pub(super) fn find(&self, key_id: KeyId) -> Option<(usize, u8)> {
        self.chains.iter().enumerate().find_map(|(at, chain)| Some((at, chain.steps_to(key_id)?)))
    }
}

impl<S: Clone + Eq> Chain<S> {
    pub(super) fn new(key_id: KeyId, reach: u8, key: ReceiveKey) -> Self {
        Self { key_id, reach, links: vec![Link { key, tracks: Tracks::new() }] }
    }

    /// Returns how many ratchet steps lead to the key that `key_id` names, if they are followed.
    fn steps_to(&self, key_id: KeyId) -> Option<u8> {
        if key_id == self.key_id {
            return Some(0);
        }
        let [from, to] = [self.key_id, key_id].map(KeyIdLayout::from_key_id);
        from?.steps_to(to?).filter(|steps| *steps <= self.reach)
    }

    /// Takes note of a later key of the same sender: no step is followed up to there.
    pub(super) fn end_before(&mut self, steps: u8) {
        self.reach = self.reach.min(steps.saturating_sub(1));
        self.links.truncate(usize::from(self.reach).saturating_add(1));
    }

    /// Returns a key that is here, without ratcheting.
    #[cfg(feature = "external-aead")]
    pub(super) fn link(&self, steps: u8) -> Option<&Link<S>> {
        self.links.get(usize::from(steps))
    }

    /// Returns a key that is here, to change it.
    pub(super) fn link_mut(&mut self, steps: u8) -> Option<&mut Link<S>> {
        self.links.get_mut(usize::from(steps))
    }

    /// Returns the key so many steps later; the suite is that of the ratchet.
    pub(super) fn ratcheted(&mut self, steps: u8, suite: CipherSuite) -> Option<&mut Link<S>> {
        while self.links.len() <= usize::from(steps) {
            let key = self.links.last()?.key.ratchet(suite);
            self.links.push(Link { key, tracks: Tracks::new() });
        }
        self.link_mut(steps)
    }

    /// Tells whether this is the key of this chain.
    pub(super) fn is(&self, key: &ReceiveKey) -> bool {
        self.links.first().is_some_and(|link| link.key.base_key().is(key.base_key()))
    }

    pub(super) fn release(&mut self, pipeline: u32) {
        for track in self.links.iter_mut().flat_map(|link| link.tracks.iter_mut()) {
            track.arrivals.release(pipeline);
        }
    }
}

impl<S: Clone + Eq> Link<S> {
    /// Tells whether a frame under this key, so many steps from what its owner gave, must be its
    /// owner's: the key was given, or a frame opened under it.
    #[cfg(feature = "external-aead")]
    pub(super) fn is_proven(&self, steps: u8) -> bool {
        steps == 0 || !self.tracks.is_empty()
    }

    /// Derives the context of one track.
    pub(super) fn derive(&self, suite: CipherSuite, key_id: KeyId) -> Box<Track<S>> {
        let key = OpenKey::derive(suite, key_id, self.key.base_key());
        Box::new(Track { key, arrivals: Arrivals::new() })
    }
}
