//! What fuzz targets call: every reader of what may come from anybody, on bytes.
//!
//! Each input is taken three times: as a file, as what comes behind the beginning of a good one,
//! and as changes to a good one. So no target needs a corpus to get anywhere.

use crate::key_file::{Entry, Identity, KeyFile};
use crate::media::fuzz as media_files;
use crate::open::fuzz as recordings;

/// A recording of Janus, through to the frames in it.
pub fn mjr(bytes: &[u8]) {
    let codec = *choose(bytes, &["vp8", "vp9", "av1", "h264", "h265", "opus"]);
    let medium = if codec == "opus" { "a" } else { "v" };
    let json = format!(r#"{{"t":"{medium}","c":"{codec}","s":1,"u":1,"or":63}}"#);
    let len = u16::try_from(json.len()).unwrap_or_default();
    let begun = [b"MJR00002", &len.to_be_bytes()[..], json.as_bytes()].concat();
    each(bytes, &begun, &[&begun[..], PACKETS_OF_JANUS].concat(), recordings::mjr);
}

/// A capture, through to the frames in it.
pub fn pcap(bytes: &[u8]) {
    let link = choose(bytes, &[0, 1, 12, 101, 108, 113, 228, 276]);
    let begun = [OLD_CAPTURE, &u32::to_le_bytes(*link)].concat();
    each(bytes, &begun, &[&begun[..], PACKET_OF_CAPTURE].concat(), recordings::pcap);
    each(bytes, NEW_CAPTURE, NEW_CAPTURE, recordings::pcap);
}

/// A `WebM` file.
pub fn webm(bytes: &[u8]) {
    let file = media_files::webm();
    each(bytes, &file, &file, recordings::webm);
}

/// An MP4 file.
pub fn mp4(bytes: &[u8]) {
    let file = media_files::mp4();
    each(bytes, &file, &file, recordings::mp4);
}

/// A key file, its entries as they are sealed, and as they are.
pub fn key_file(bytes: &[u8]) {
    thread_local! {
        static IDENTITY: Identity =
            Identity::PrivateKeys(vec![Box::new(age::x25519::Identity::generate())]);
    }
    let read = |file: &[u8]| IDENTITY.with(|identity| drop(KeyFile::read(file, identity)));
    each(bytes, b"frameseal-keys 1 public-key\n", ENTRY, |file| {
        read(file);
        drop(Entry::decode(file));
    });
}

/// Frames that opened, as a member may have made them, written to files.
pub fn media(bytes: &[u8]) {
    media_files::write(bytes);
}

fn each(bytes: &[u8], begun: &[u8], whole: &[u8], read: impl Fn(&[u8])) {
    read(bytes);
    read(&[begun, bytes].concat());
    read(&edited(whole, bytes));
}

/// Changes a file: of each three bytes, two say where, and one how.
fn edited(file: &[u8], edits: &[u8]) -> Vec<u8> {
    let mut edited = file.to_vec();
    for edit in edits.chunks_exact(3) {
        let [high, low, value] = edit else { break };
        let at = usize::from(u16::from_be_bytes([*high, *low]));
        let at = at.checked_rem(file.len()).unwrap_or_default();
        if let Some(byte) = edited.get_mut(at) {
            *byte = *value;
        }
    }
    edited
}

fn choose<'a, T>(bytes: &[u8], choices: &'a [T]) -> &'a T
where
    T: 'a,
{
    let choice = usize::from(bytes.first().copied().unwrap_or_default());
    let at = choice.checked_rem(choices.len()).unwrap_or_default();
    #[expect(clippy::indexing_slicing, reason = "no list of choices is empty")]
    &choices[at]
}

/// Two packets of a VP8 frame.
const PACKETS_OF_JANUS: &[u8] = b"MEET\0\0\0\0\0\x14\x80\x60\0\x01\0\0\0\x01\0\0\0\x01\
    \x10\x11\0\0\0\0\x07\0\
    MEET\0\0\0\x01\0\x12\x80\xe0\0\x02\0\0\0\x01\0\0\0\x01\0\x01\x02\x03\x04\x05";

/// All of the header of libpcap's format but the link type.
const OLD_CAPTURE: &[u8] = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0";

/// An RTP packet in UDP, IPv4 and Ethernet.
const PACKET_OF_CAPTURE: &[u8] = b"\x01\0\0\0\x02\0\0\0\x3c\0\0\0\x3c\0\0\0\
    \x01\x01\x01\x01\x01\x01\x02\x02\x02\x02\x02\x02\x08\0\
    \x45\0\0\x2e\0\0\0\0\x40\x11\0\0\x0a\0\0\x01\x0a\0\0\x02\x13\x8c\x13\x8e\0\x1a\0\0\
    \x80\xe0\0\x01\0\0\0\x01\0\0\0\x01\x10\x11\0\0\0\0";

/// A section and an interface of pcapng, of IP packets.
const NEW_CAPTURE: &[u8] = b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\x01\0\0\0\
    \xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0\
    \x01\0\0\0\x20\0\0\0\x65\0\0\0\0\0\0\0\x09\0\x01\0\x09\0\0\0\0\0\0\0\x20\0\0\0";

const ENTRY: &[u8] = br#"{"keys":[{"member":"alice","fingerprint":"00ff","epoch":8,
    "track":1,"suite":4,"keyId":129,
    "key":"AAAAAAAAAAAAAAAAAAAAAA==","salt":"AAAAAAAAAAAAAAAA","since":5}]}"#;
