//! The keys of a member, as its session's log has them.

use alloc::rc::Rc;
use core::cell::RefCell;

use frameseal::{KeyId, KeyLog, MemberId};

use crate::hoard::Hoard;
use crate::ledger::Ledger;

/// What the log of one member has.
#[derive(Debug)]
pub(super) struct Keys {
    /// The time in ms, for what comes next.
    pub(super) now: u64,
    /// What it sealed under, and since when.
    pub(super) sent: Vec<(u64, KeyId)>,
    /// How many keys it was given.
    pub(super) received: usize,
    /// All keys, if it keeps them.
    pub(super) hoard: Option<Hoard>,
    ledger: Rc<RefCell<Ledger>>,
    has_changed: bool,
}

impl Keys {
    pub(super) const fn new(ledger: Rc<RefCell<Ledger>>, hoard: Option<Hoard>) -> Self {
        Self { now: 0, sent: Vec::new(), received: 0, hoard, ledger, has_changed: false }
    }

    /// Tells whether a key came since the last time.
    pub(super) const fn take_change(&mut self) -> bool {
        core::mem::replace(&mut self.has_changed, false)
    }
}

/// Where a session writes.
#[derive(Debug)]
pub(super) struct Log(pub(super) Rc<RefCell<Keys>>);

impl KeyLog for Log {
    fn send(&mut self, key_id: KeyId, base_key: &[u8]) {
        let mut keys = self.0.borrow_mut();
        keys.ledger.borrow_mut().install(key_id, base_key);
        let now = keys.now;
        keys.sent.push((now, key_id));
    }

    fn receive(&mut self, _member: &MemberId, key_id: KeyId, base_key: &[u8]) {
        let mut keys = self.0.borrow_mut();
        keys.received += 1;
        keys.has_changed = true;
        if let Some(hoard) = &mut keys.hoard {
            hoard.add(key_id, base_key);
        }
    }
}
