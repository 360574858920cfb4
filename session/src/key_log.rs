//! Keys, for an observer.

use core::fmt;

use frameseal_keymgmt::MemberId;
use frameseal_sframe::KeyId;

/// Hears of every base key of a session, as `SSLKEYLOGFILE` does of TLS: for tests, and for archives.
///
/// Whoever has a base key opens all that it and its ratcheted successors sealed, and can seal in its
/// owner's name.
pub trait KeyLog: fmt::Debug {
    /// Frames leave under this key from now on.
    fn send(&mut self, key_id: KeyId, base_key: &[u8]);

    /// Frames of this member open with this key from now on.
    fn receive(&mut self, member: &MemberId, key_id: KeyId, base_key: &[u8]);
}
