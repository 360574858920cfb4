//! Recordings that may hold anything, through to the frames in them.

use std::io::Cursor;

use frameseal_sframe::{BaseKey, CipherSuite, KeyIdLayout};

use super::folder::Folder;
use super::keys::Keys;
use super::recording::Recordings;
use super::tracks::Tracks;
use super::{Format, Rules};
use crate::key_file::{KeyFile, MediaKey};
use crate::media::Codec;
use crate::unix_millis::UnixMillis;

/// Reads a recording of Janus.
pub(crate) fn mjr(bytes: &[u8]) {
    with_recordings(|recordings| drop(recordings.mjr(bytes)));
}

/// Reads a capture.
pub(crate) fn pcap(bytes: &[u8]) {
    with_recordings(|recordings| drop(recordings.pcap(bytes)));
}

/// Reads a `WebM` file.
pub(crate) fn webm(bytes: &[u8]) {
    with_recordings(|recordings| drop(recordings.webm(bytes, len(bytes))));
}

/// Reads an MP4 file.
pub(crate) fn mp4(bytes: &[u8]) {
    with_recordings(|recordings| drop(recordings.mp4(Cursor::new(bytes), len(bytes))));
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// With a key that a frame may name, and which opens none: so nothing is written.
fn with_recordings(run: impl FnOnce(&mut Recordings<'_>)) {
    let key_id = KeyIdLayout { slot: 0, epoch: 0, track: 1 }.to_key_id();
    let key = MediaKey {
        member: String::from("alice"),
        fingerprint: String::new(),
        epoch: 0,
        track: 1,
        key: BaseKey::new(vec![7; 32]).derive(CipherSuite::default(), key_id),
        since: UnixMillis::new(0),
    };
    let keys = Keys::new(KeyFile { keys: vec![(key, None)], damaged: 0 }, None);
    let codecs = Codec::ALL.map(|codec| Format { codec, is_red: false });
    let payload_types = (96..).zip(codecs).collect();
    let rules = Rules { payload_types, ..Rules::default() };
    let Ok(folder) = Folder::new(&std::env::temp_dir()) else { return };
    run(&mut Recordings::new(&rules, &keys, Tracks::new(folder)));
}
