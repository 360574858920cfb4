//! Keys that the application brings: what it may not do with them.

use frameseal_sframe::KeyId;

use crate::failure::{Failure, FailureCode};

/// Remembers keys by their fingerprints, so that none serves twice where it must serve once.
#[derive(Debug, Default)]
pub(crate) struct ManualKeys {
    /// The key that seals, and its ID.
    sending: Option<(KeyId, Fingerprint)>,
    /// Keys that sealed: once replaced, their counters are gone, so they must not seal again.
    sent: Vec<Fingerprint>,
    /// Keys that opened: they are somebody else's to seal with.
    received: Vec<Fingerprint>,
}

/// Names a base key without telling it: [`frameseal_sframe::BaseKey::fingerprint`].
type Fingerprint = [u8; 32];

impl ManualKeys {
    /// Takes note of a key to seal with; returns whether it is another than before.
    pub(crate) fn send(&mut self, key_id: KeyId, key: Fingerprint) -> Result<bool, Failure> {
        if self.sending == Some((key_id, key)) {
            return Ok(false);
        }
        if self.received.contains(&key) {
            return Err(Failure::new(FailureCode::KeyReused, "this key opened frames before"));
        }
        if self.sent.contains(&key) {
            return Err(sealed_before());
        }
        remember(&mut self.sent, key)?;
        self.sending = Some((key_id, key));
        Ok(true)
    }

    /// Takes note of a key to open with.
    pub(crate) fn receive(&mut self, key: Fingerprint) -> Result<(), Failure> {
        if self.sent.contains(&key) {
            return Err(sealed_before());
        }
        remember(&mut self.received, key)
    }
}

fn sealed_before() -> Failure {
    Failure::new(FailureCode::KeyReused, "this key sealed frames before")
}

fn remember(keys: &mut Vec<Fingerprint>, key: Fingerprint) -> Result<(), Failure> {
    if keys.contains(&key) {
        return Ok(());
    }
    if keys.len() >= MAX_KEYS {
        return Err(Failure::new(FailureCode::KeyExhausted, "too many keys in one session"));
    }
    keys.push(key);
    Ok(())
}

/// Keys of each direction in one session, 32 bytes each to remember. Project decision: one a second
/// for 18 hours.
const MAX_KEYS: usize = 1 << 16;
