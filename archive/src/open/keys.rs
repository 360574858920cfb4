//! The keys of a key file, by the key IDs that frames name.

use std::collections::HashMap;

use frameseal_sframe::{
    FrameBuffer, FrameKind, KeyId, OpenContext, OpenFrameError, Profile, envelope,
};

use crate::key_file::{KeyFile, MediaKey};
use crate::media::Codec;

/// All keys; a key ID may name several, because it has but the low bits of an epoch, and because a slot
/// belongs to nobody.
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
        let mut refusal = Refusal::Failed;
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
                Ok(None) | Err(OpenFrameError::NotSealed) => return Err(Refusal::NotSealed),
                Err(_) => {}
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
