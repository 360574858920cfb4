//! One context per track of a key.

use alloc::boxed::Box;
use core::array;

use crate::key_id_layout::TRACKS;

/// Contexts of one base key, made when a track is first used.
#[derive(Debug)]
pub(crate) struct Tracks<C>([Option<Box<C>>; TRACKS]);

impl<C> Tracks<C> {
    pub(crate) fn new() -> Self {
        Self(array::from_fn(|_| None))
    }

    /// Returns the context of `track`, which counts modulo 16.
    pub(crate) fn get_or_derive(&mut self, track: u8, derive: impl FnOnce() -> C) -> &mut C {
        let Self(contexts) = self;
        #[expect(clippy::indexing_slicing, reason = "there are `TRACKS` of them")]
        let context = &mut contexts[usize::from(track) % TRACKS];
        context.get_or_insert_with(|| Box::new(derive()))
    }
}
