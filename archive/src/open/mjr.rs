//! Recordings of Janus: `.mjr` files, as its `record.c` writes them.
//!
//! ```text
//! file     = signature || length(16) || description || { packet }*
//! MJR00002:  description is JSON; packet = "MEET" || ms since the first(32) || length(16) || RTP
//! MJR00001:  description is JSON; packet = "MEETECHO" || length(16) || RTP
//! MEETECHO:  description is "audio" or "video"; packets as in MJR00001
//! ```

use core::time::Duration;
use std::io::{self, Read};

use serde::Deserialize;

use super::Since;
use super::read::{Filled, fill};
use crate::unix_millis::UnixMillis;

/// What a recording says of itself.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Description {
    pub(super) medium: Medium,
    /// As Janus calls it.
    pub(super) codec: String,
    /// When the first packet was recorded.
    pub(super) begun: Option<UnixMillis>,
    /// The payload type of redundant audio.
    pub(super) red: Option<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Medium {
    Audio,
    Video,
    /// Of a data channel.
    Data,
}

/// Reads a recording packet by packet.
#[derive(Debug)]
pub(super) struct Reader<R> {
    file: R,
    description: Description,
    has_times: bool,
    is_cut_off: bool,
    packet: Vec<u8>,
}

impl<R: Read> Reader<R> {
    /// Reads what comes before the packets; `None` if this is no recording of Janus.
    pub(super) fn new(mut file: R) -> io::Result<Option<Self>> {
        let mut signature = [0; 8];
        if fill(&mut file, &mut signature)? != Filled::Whole {
            return Ok(None);
        }
        let Some(description) = read_block(&mut file)? else { return Ok(None) };
        let description = match &signature {
            b"MJR00001" | b"MJR00002" => Description::from_json(&description),
            b"MEETECHO" => Description::from_word(&description),
            _ => None,
        };
        let has_times = signature == *b"MJR00002";
        Ok(description.map(|description| Self {
            file,
            description,
            has_times,
            is_cut_off: false,
            packet: Vec::new(),
        }))
    }

    pub(super) const fn description(&self) -> &Description {
        &self.description
    }

    /// Returns the next packet, and how long after the first it was recorded; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<(&[u8], Option<Since>)>> {
        let mut head = [0; 8];
        match fill(&mut self.file, &mut head)? {
            Filled::Not => return Ok(None),
            Filled::Whole if head.starts_with(b"MEET") => {}
            // Whatever follows, nothing says where the next packet begins.
            Filled::Part | Filled::Whole => return Ok(self.cut_off()),
        }
        let [_, _, _, _, times @ ..] = head;
        let millis = u64::from(u32::from_be_bytes(times));
        let recorded = self.has_times.then(|| Since(Duration::from_millis(millis)));
        match read_block(&mut self.file)? {
            Some(packet) => self.packet = packet,
            None => return Ok(self.cut_off()),
        }
        Ok(Some((&self.packet, recorded)))
    }

    /// Tells whether the file ended within a packet, or went on with something else.
    pub(super) const fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    const fn cut_off<T>(&mut self) -> Option<T> {
        self.is_cut_off = true;
        None
    }
}

impl Description {
    fn from_json(json: &[u8]) -> Option<Self> {
        let Json { t, c, s, u, or } = serde_json::from_slice(json).ok()?;
        let medium = match t.as_str() {
            "a" => Medium::Audio,
            "v" => Medium::Video,
            "d" => Medium::Data,
            _ => return None,
        };
        // Microseconds; the first packet's, else the recording's.
        let begun = u.or(s).and_then(|time| u64::try_from(time).ok());
        let begun = begun.map(|micros| UnixMillis::new(micros / 1000));
        Some(Self { medium, codec: c, begun, red: or.and_then(|kind| u8::try_from(kind).ok()) })
    }

    fn from_word(word: &[u8]) -> Option<Self> {
        let (medium, codec) = match word {
            b"audio" => (Medium::Audio, "opus"),
            b"video" => (Medium::Video, "vp8"),
            _ => return None,
        };
        Some(Self { medium, codec: codec.into(), begun: None, red: None })
    }
}

/// The fields that we need, by the names that they have there. Whether the recording says that it
/// is encrypted (`e`) does not matter: Janus 1.1 does not say it of all that are.
#[derive(Deserialize)]
struct Json {
    t: String,
    c: String,
    s: Option<i64>,
    u: Option<i64>,
    or: Option<i64>,
}

/// Reads a length and as many bytes; `None` if the file ends before.
fn read_block(file: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    if fill(file, &mut length)? != Filled::Whole {
        return Ok(None);
    }
    let mut block = vec![0; usize::from(u16::from_be_bytes(length))];
    let is_whole = matches!(fill(file, &mut block)?, Filled::Whole);
    Ok(is_whole.then_some(block))
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "a test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const JSON: &[u8] = br#"{"t":"v","c":"vp8","d":"x","s":1700000000123456,
        "u":1700000001500000,"e":true,"x":{"1":"a"}}"#;

    fn block(bytes: &[u8]) -> Vec<u8> {
        [&(bytes.len() as u16).to_be_bytes(), bytes].concat()
    }

    fn recording() -> Vec<u8> {
        let first = [&b"MEET\0\0\0\0"[..], &block(&[1; 40])].concat();
        let second = [&b"MEET\0\0\x01\0"[..], &block(&[2; 50])].concat();
        [&b"MJR00002"[..], &block(JSON), &first, &second].concat()
    }

    /// Packets with their times, and whether the file was cut off.
    type Recorded = (Vec<(Vec<u8>, Option<Since>)>, bool);

    fn packets(bytes: &[u8]) -> Option<Recorded> {
        let mut reader = Reader::new(bytes).unwrap()?;
        let mut packets = Vec::new();
        while let Some((packet, recorded)) = reader.next().unwrap() {
            packets.push((packet.to_vec(), recorded));
        }
        Some((packets, reader.is_cut_off()))
    }

    #[test]
    fn packets_come_with_their_times() {
        let bytes = recording();
        let reader = Reader::new(&*bytes).unwrap().unwrap();
        let description = Description {
            medium: Medium::Video,
            codec: "vp8".into(),
            begun: Some(UnixMillis::new(1_700_000_001_500)),
            red: None,
        };
        assert_eq!(*reader.description(), description);
        let at = |millis| Some(Since(Duration::from_millis(millis)));
        let expected = vec![(vec![1; 40], at(0)), (vec![2; 50], at(256))];
        assert_eq!(packets(&bytes), Some((expected, false)));
    }

    #[test]
    fn earlier_versions_have_no_times() {
        let packet = [&b"MEETECHO"[..], &block(&[1; 40])].concat();
        for (version, description) in [(b"MJR00001", JSON), (b"MEETECHO", b"video")] {
            let bytes = [&version[..], &block(description), &packet].concat();
            assert_eq!(packets(&bytes), Some((vec![(vec![1; 40], None)], false)));
        }
        let audio = [&b"MEETECHO"[..], &block(b"audio")].concat();
        let reader = Reader::new(&*audio).unwrap().unwrap();
        assert_eq!(
            (reader.description().medium, &*reader.description().codec),
            (Medium::Audio, "opus")
        );
    }

    #[test]
    fn redundant_audio_is_told() {
        let json = br#"{"t":"a","c":"opus","s":1,"u":2,"or":63}"#;
        let bytes = [&b"MJR00002"[..], &block(json)].concat();
        assert_eq!(Reader::new(&*bytes).unwrap().unwrap().description().red, Some(63));
    }

    #[test]
    fn what_is_no_recording_is_none() {
        for bytes in [
            &b""[..],
            b"MJR00002",
            b"MJR00003\0\x02{}",
            b"MJR00002\0\x02{}",
            b"MJR00002\0\x05{\"t\":",
            b"MEETECHO\0\x05smell",
            b"\x1a\x45\xdf\xa3\0\0\0\0\0\0\0\0",
        ] {
            assert!(packets(bytes).is_none(), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn what_comes_behind_something_else_is_left() {
        let bytes = [recording(), b"MXETECHO\0\x01a".to_vec()].concat();
        let (packets, is_cut_off) = packets(&bytes).unwrap();
        assert_eq!((packets.len(), is_cut_off), (2, true));
    }

    #[test]
    fn every_truncation_holds_the_packets_before_it() {
        let bytes = recording();
        let ends = [bytes.len() - 110, bytes.len() - 60, bytes.len()];
        for len in 0..bytes.len() {
            let Some((packets, is_cut_off)) = packets(&bytes[..len]) else {
                assert!(len < ends[0]);
                continue;
            };
            let whole = ends.iter().filter(|end| **end <= len).count() - 1;
            assert_eq!(packets.len(), whole, "{len} bytes");
            assert_eq!(is_cut_off, !ends.contains(&len), "{len} bytes");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_file_holds_is_no_reason_to_panic(bytes in any::<Vec<u8>>()) {
            packets(&bytes);
            let begun = [&b"MJR00002"[..], &block(JSON), b"MEET", &bytes].concat();
            packets(&begun);
        }
    }
}
