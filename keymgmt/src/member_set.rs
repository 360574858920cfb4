//! Some of the members.

use alloc::vec::Vec;

use crate::member_id::MemberId;

/// Members, in the order of their IDs: a vector, as the code of a tree is ten times longer.
#[derive(Debug, Default)]
pub(crate) struct MemberSet(Vec<MemberId>);

impl MemberSet {
    /// Returns whether the member was not there.
    pub(crate) fn insert(&mut self, id: &MemberId) -> bool {
        match self.0.binary_search(id) {
            Ok(_) => false,
            Err(at) => {
                self.0.insert(at, id.clone());
                true
            }
        }
    }

    /// Returns whether the member was there.
    pub(crate) fn remove(&mut self, id: &MemberId) -> bool {
        let found = self.0.binary_search(id);
        found.map(|at| self.0.remove(at)).is_ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
