//! This member's session: its keys, and a generator of randomness for them.

use frameseal::{Options, Recording, Room, Secret, Session};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use zeroize::Zeroizing;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::link::RoomLink;

/// A session of this program.
pub(crate) type MemberSession = Session<ChaCha20Rng>;

/// Makes a session that says that it records.
pub(crate) fn recorder(link: &RoomLink, id: &str) -> Result<MemberSession> {
    let secret = match &link.secret {
        Some(bytes) => Secret::random(bytes)?,
        None => Secret::none(),
    };
    let options = Options {
        secret,
        recording: Recording::Recorder,
        ..Options::new(Room::new(&link.room)?, frameseal::MemberId::new(id)?)
    };
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).context("the system has no random bytes")?;
    Ok(Session::new(options, ChaCha20Rng::from_seed(*seed))?)
}

/// A name that nobody else has: 16 random bytes in base64url.
pub(crate) fn random_id() -> Result<String> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(random_bytes()?))
}

/// The same, but before nearly all others in the order of IDs, which decides who offers. Chromium sends the
/// first codec of an offer that it answers, whatever its page prefers: so let the page offer.
pub(crate) fn low_id() -> Result<String> {
    let mut bytes = random_bytes()?;
    let [first, second, ..] = &mut bytes;
    // `--`, which are the lowest letters of base64url.
    (*first, *second) = (0xfb, 0xe0 | *second & 0x0f);
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn random_bytes() -> Result<[u8; 16]> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("the system has no random bytes")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{low_id, random_id};

    #[test]
    fn a_low_id_is_one_and_is_low() {
        let (low, other) = (low_id().unwrap(), random_id().unwrap());
        assert_eq!((low.len(), other.len()), (22, 22));
        assert!(low.starts_with("--"), "{low}");
        assert_ne!(low, low_id().unwrap());
    }
}
