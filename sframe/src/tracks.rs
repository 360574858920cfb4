//! Contexts of one base key: one for each track and cipher suite.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::suite::CipherSuite;

/// Contexts of one base key, each made when its track is first used.
#[derive(Debug)]
pub(crate) struct Tracks<C>(Vec<(u8, CipherSuite, Box<C>)>);

impl<C> Tracks<C> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    #[cfg(feature = "external-aead")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get_mut(&mut self, track: u8, suite: CipherSuite) -> Option<&mut C> {
        let found = self.0.iter_mut().find(|it| (it.0, it.1) == (track, suite))?;
        Some(&mut *found.2)
    }

    /// Keeps a context, in place of the one that is there.
    pub(crate) fn insert(&mut self, track: u8, suite: CipherSuite, context: Box<C>) {
        self.0.retain(|it| (it.0, it.1) != (track, suite));
        self.0.push((track, suite, context));
    }

    /// Returns the context of `track`, which `derive` makes the first time.
    pub(crate) fn get_or_derive(
        &mut self,
        track: u8,
        suite: CipherSuite,
        derive: impl FnOnce() -> C,
    ) -> &mut C {
        let Self(contexts) = self;
        let found = contexts.iter().position(|it| (it.0, it.1) == (track, suite));
        let at = found.unwrap_or_else(|| {
            contexts.push((track, suite, Box::new(derive())));
            contexts.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "found, or pushed just now")]
        &mut contexts[at].2
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut C> {
        self.0.iter_mut().map(|it| &mut *it.2)
    }
}
