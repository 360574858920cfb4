//! One entry of a key file, as JSON.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use frameseal_sframe::{CipherSuite, DerivedKey, KeyId, KeyIdLayout};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::MediaKey;
use crate::unix_millis::UnixMillis;

/// What a line of a key file says.
#[derive(Debug)]
pub(crate) enum Entry {
    /// Keys that came at once.
    Keys(Vec<MediaKey>),
    /// The member's keys of this epoch are used no more.
    Retired { member: String, epoch: u64, at: UnixMillis },
}

impl Entry {
    /// Returns the entry of keys.
    pub(super) fn encode_keys(keys: &[MediaKey]) -> io::Result<Zeroizing<Vec<u8>>> {
        encode(&Written::Keys(keys.iter().map(WrittenKey::new).collect()))
    }

    /// Returns the entry that a member's keys of an epoch are used no more.
    pub(super) fn encode_retired(
        member: &str,
        epoch: u64,
        at: UnixMillis,
    ) -> io::Result<Zeroizing<Vec<u8>>> {
        encode(&Written::Retired { member, epoch, at })
    }

    /// Reads an entry; `None` if it is none, or contradicts itself.
    pub(crate) fn decode(entry: &[u8]) -> Option<Self> {
        match serde_json::from_slice(entry).ok()? {
            Read::Keys(keys) => {
                keys.into_iter().map(ReadKey::check).collect::<Option<_>>().map(Self::Keys)
            }
            Read::Retired { member, epoch, at } => Some(Self::Retired { member, epoch, at }),
        }
    }
}

fn encode(entry: &Written<'_>) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut encoded = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer(&mut *encoded, entry)?;
    Ok(encoded)
}

/// More bytes than any entry has, so that none moves while it is written and leaves copies behind.
const ROOM: usize = 16 << 10;

#[derive(Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Written<'a> {
    Keys(Vec<WrittenKey<'a>>),
    Retired { member: &'a str, epoch: u64, at: UnixMillis },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenKey<'a> {
    member: &'a str,
    fingerprint: &'a str,
    epoch: u64,
    track: u8,
    suite: u16,
    key_id: u64,
    key: Zeroizing<String>,
    salt: Zeroizing<String>,
    since: UnixMillis,
}

impl<'a> WrittenKey<'a> {
    fn new(key: &'a MediaKey) -> Self {
        let MediaKey { member, fingerprint, epoch, track, key, since } = key;
        Self {
            member,
            fingerprint,
            epoch: *epoch,
            track: *track,
            suite: key.suite().number(),
            key_id: key.key_id().get(),
            key: Zeroizing::new(STANDARD.encode(key.expose_key())),
            salt: Zeroizing::new(STANDARD.encode(key.expose_salt())),
            since: *since,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Read {
    Keys(Vec<ReadKey>),
    Retired { member: String, epoch: u64, at: UnixMillis },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReadKey {
    member: String,
    fingerprint: String,
    epoch: u64,
    track: u8,
    suite: u16,
    key_id: u64,
    key: String,
    salt: String,
    since: UnixMillis,
}

impl ReadKey {
    /// Returns the key, if it is one and its key ID is that of its track and epoch.
    fn check(self) -> Option<MediaKey> {
        let Self { member, fingerprint, epoch, track, suite, key_id, key, salt, since } = self;
        let [key, salt] = [key, salt].map(Zeroizing::new);
        let [key, salt] =
            [key, salt].map(|text| STANDARD.decode(text.as_bytes()).map(Zeroizing::new));

        let key_id = KeyId::new(key_id);
        let layout = KeyIdLayout::from_key_id(key_id)?;
        let [.., low] = epoch.to_be_bytes();
        let suite = CipherSuite::from_number(suite)?;
        let key = DerivedKey::new(suite, key_id, &key.ok()?, &salt.ok()?).ok()?;
        let agrees = (layout.track, layout.epoch) == (track, low);
        agrees.then_some(MediaKey { member, fingerprint, epoch, track, key, since })
    }
}
