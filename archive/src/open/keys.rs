//! The keys of a key file, by the key IDs that frames name.

use std::collections::HashMap;

use frameseal_sframe::{
    FrameBuffer, FrameKind, KeyId, OpenContext, OpenFrameError, Profile, envelope,
};

use crate::key_file::{KeyFile, MediaKey};
use crate::media::Codec;

/// All keys; a key ID may name several, because it has but the low bits of an epoch, and because a
/// slot belongs to nobody.
#[derive(Debug)]
pub(super) struct Keys {
    keys: Vec<MediaKey>,
    by_id: HashMap<KeyId, Vec<usize>>,
}

impl Keys {
    /// Takes the keys of `member`, or of all.
    pub(super) fn new(file: KeyFile, member: Option<&str>) -> Self {
        let keys = file.keys.into_iter().map(|(key, _)| key);
        let mut keys: Vec<_> =
            keys.filter(|key| member.is_none_or(|member| key.member == member)).collect();
        // Of several with one ID, frames name them in the order in which they came.
        keys.sort_by_key(|key| key.since);
        let mut by_id: HashMap<_, Vec<_>> = HashMap::new();
        for (number, key) in keys.iter().enumerate() {
            by_id.entry(key.key.key_id()).or_default().push(number);
        }
        Self { keys, by_id }
    }

    pub(super) const fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns a key by its number.
    pub(super) fn get(&self, number: usize) -> Option<&MediaKey> {
        self.keys.get(number)
    }

    /// Returns what opens frames that name this key, each with the number of its key.
    fn contexts(&self, key_id: KeyId) -> Vec<(usize, OpenContext)> {
        let numbers = self.by_id.get(&key_id).into_iter().flatten();
        let keys = numbers.filter_map(|number| Some((*number, self.keys.get(*number)?)));
        keys.map(|(number, key)| (number, OpenContext::with_derived_key(&key.key))).collect()
    }
}

/// Opens the frames of one stream, each once.
#[derive(Debug)]
pub(super) struct Opener<'a> {
    keys: &'a Keys,
    /// The one that opened last comes first.
    contexts: HashMap<KeyId, Vec<(usize, OpenContext)>>,
    buffer: FrameBuffer,
}

/// A frame that opened.
#[derive(Debug)]
pub(super) struct Opened<'a> {
    /// The number of the key that opened it.
    pub(super) key: usize,
    pub(super) kind: FrameKind,
    /// As the encoder made it.
    pub(super) data: &'a [u8],
}

/// Why a frame did not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refusal {
    /// There is a key with the ID that the frame names, or several, and none fits.
    Failed,
    /// Nobody sealed it, or it was damaged.
    NotSealed,
    /// It was opened before.
    Repeated,
    /// There is no key with the ID that the frame names.
    WithoutKey(KeyId),
}

impl<'a> Opener<'a> {
    pub(super) fn new(keys: &'a Keys) -> Self {
        Self { keys, contexts: HashMap::new(), buffer: FrameBuffer::new() }
    }

    /// Opens a frame.
    pub(super) fn open(&mut self, codec: Codec, frame: &[u8]) -> Result<Opened<'_>, Refusal> {
        let codec = envelope_of(codec);
        self.buffer.load(frame).map_err(|_| Refusal::NotSealed)?;
        let header = self.buffer.sealed_header(codec).map_err(|_| Refusal::NotSealed)?;
        let key_id = header.key_id;
        if !self.keys.by_id.contains_key(&key_id) {
            return Err(Refusal::WithoutKey(key_id));
        }
        let keys = self.keys;
        let contexts = self.contexts.entry(key_id).or_insert_with(|| keys.contexts(key_id));
        let mut refusal = Refusal::NotSealed;
        for at in 0..contexts.len() {
            let Some((key, context)) = contexts.get_mut(at) else { break };
            match self.buffer.open_with(context, Profile::Frameseal1, codec) {
                Ok(Some(kind)) => {
                    let key = *key;
                    contexts.swap(0, at);
                    return Ok(Opened { key, kind, data: self.buffer.output() });
                }
                // Another key with this ID may open it still: each has counters of its own.
                Err(OpenFrameError::Duplicate | OpenFrameError::Late) => {
                    refusal = Refusal::Repeated;
                }
                // Too short for the tag of this key's suite.
                Ok(None) | Err(OpenFrameError::NotSealed) => {}
                Err(_) if refusal == Refusal::Repeated => {}
                Err(_) => refusal = Refusal::Failed,
            }
        }
        Err(refusal)
    }
}

const fn envelope_of(codec: Codec) -> envelope::Codec {
    match codec {
        Codec::Vp8 => envelope::Codec::Vp8,
        Codec::Vp9 => envelope::Codec::Vp9,
        Codec::Av1 => envelope::Codec::Av1,
        Codec::H264 => envelope::Codec::H264,
        Codec::H265 => envelope::Codec::H265,
        Codec::Opus => envelope::Codec::Audio,
    }
}

#[cfg(test)]
mod tests {
    use frameseal_sframe::{BaseKey, CipherSuite, KeyIdLayout, Sender};

    use super::*;
    use crate::unix_millis::UnixMillis;

    /// Keys of one ID: of two suites, and of another member.
    fn keys() -> Keys {
        let key_id = KeyIdLayout { slot: 1, epoch: 0, track: 0 }.to_key_id();
        let rows = [
            ("bob", 9, CipherSuite::Aes256GcmSha512_128),
            ("alice", 7, CipherSuite::Aes256GcmSha512_128),
            ("alice", 7, CipherSuite::Aes128CtrHmacSha256_32),
        ];
        let keys = rows.map(|(member, byte, suite)| MediaKey {
            member: String::from(member),
            fingerprint: String::new(),
            epoch: 0,
            track: 0,
            key: BaseKey::new(vec![byte; 32]).derive(suite, key_id),
            since: UnixMillis::new(0),
        });
        let keys = keys.into_iter().map(|key| (key, None)).collect();
        Keys::new(KeyFile { keys, damaged: 0 }, None)
    }

    fn sealed(byte: u8, suite: CipherSuite, frame: &[u8]) -> Vec<u8> {
        let key_id = KeyIdLayout { slot: 1, epoch: 0, track: 0 }.to_key_id();
        let key = BaseKey::new(vec![byte; 32]).into_send_key();
        let mut sender = Sender::new(Profile::Frameseal1, suite, key_id, key);
        sender.seal(0, FrameKind::Audio, frame).unwrap()
    }

    #[test]
    fn a_frame_is_opened_by_the_key_that_fits() {
        let keys = keys();
        let mut opener = Opener::new(&keys);
        for (byte, suite, member) in [
            (9, CipherSuite::Aes256GcmSha512_128, "bob"),
            (7, CipherSuite::Aes256GcmSha512_128, "alice"),
            (7, CipherSuite::Aes128CtrHmacSha256_32, "alice"),
        ] {
            // Shorter than the tags of the other suite.
            let frame = sealed(byte, suite, b"x");
            let opened = opener.open(Codec::Opus, &frame).unwrap();
            assert_eq!((opened.data, opened.kind), (&b"x"[..], FrameKind::Audio));
            let key = opened.key;
            assert_eq!(keys.get(key).unwrap().member, member);
            // Another's key does not open it either.
            assert_eq!(opener.open(Codec::Opus, &frame).unwrap_err(), Refusal::Repeated);
        }
    }

    #[test]
    fn why_a_frame_does_not_open_is_told() {
        let keys = keys();
        let mut opener = Opener::new(&keys);
        let suite = CipherSuite::Aes256GcmSha512_128;
        let mut open = |frame: &[u8]| opener.open(Codec::Opus, frame).unwrap_err();
        assert_eq!(open(&sealed(8, suite, b"other key")), Refusal::Failed);
        assert_eq!(open(b""), Refusal::NotSealed);
        let short = sealed(7, suite, b"");
        assert_eq!(open(&short[..5]), Refusal::NotSealed);
        assert_eq!(open(&[0x05, 1, 2, 3, 4, 5, 6]), Refusal::WithoutKey(KeyId::new(0)));
    }
}
