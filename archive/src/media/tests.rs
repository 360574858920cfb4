//! What the writers do, whatever they write; what is in their files is looked at where these are
//! read (`open/tests/files.rs`).
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]

use alloc::rc::Rc;
use core::cell::RefCell;
use std::fs;
use std::io::{Cursor, SeekFrom};
use std::path::Path;

use super::*;

/// One fixture for each codec, the sizes of its first and its second key picture.
const FIXTURES: [(Codec, &str); 6] = [
    (Codec::Vp8, "chromium-vp8"),
    (Codec::Vp9, "chromium-vp9"),
    (Codec::Av1, "chromium-av1"),
    (Codec::H264, "chromium-h264"),
    (Codec::H265, "ffmpeg-x265"),
    (Codec::Opus, "chromium-opus"),
];

/// Returns whether each frame is a key frame, and the frames, of which some of Opus are empty.
fn frames(fixture: &str) -> Vec<(bool, Vec<u8>)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sframe/fixtures");
    let records = fs::read(fixtures.join(format!("{fixture}.frames"))).unwrap();
    let mut rest = &*records;
    let mut frames = Vec::new();
    while let Some(([kind, len @ ..], after)) = rest.split_first_chunk::<5>() {
        let (frame, after) = after.split_at(u32::from_be_bytes(*len) as usize);
        frames.push((*kind == 2, frame.to_vec()));
        rest = after;
    }
    frames
}

fn write(writer: &mut dyn TrackWriter, frames: &[(bool, Vec<u8>)]) -> Result<(), MediaError> {
    frames.iter().enumerate().try_for_each(|(number, (is_key, data))| {
        let at = Duration::from_millis(number as u64 * 100);
        writer.write(&MediaFrame { data, is_key: *is_key, at })
    })
}

/// A file that tells of each write, and takes no more than so many bytes.
#[derive(Clone)]
struct Watched {
    file: Rc<RefCell<Cursor<Vec<u8>>>>,
    writes: Rc<RefCell<Vec<usize>>>,
    room: usize,
}

impl Watched {
    fn new(room: usize) -> Self {
        Self { file: Rc::default(), writes: Rc::default(), room }
    }

    fn len(&self) -> usize {
        self.file.borrow().get_ref().len()
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.file.borrow_mut();
        let left = self.room.saturating_sub(file.position() as usize).min(bytes.len());
        if left == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.writes.borrow_mut().push(left);
        file.write(&bytes[..left])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.borrow_mut().seek(to)
    }
}

#[test]
fn sizes_are_those_of_the_pictures() {
    let first = Size { width: 320, height: 180 };
    let second = Size { width: 1280, height: 720 };
    let dense = Size { width: 2560, height: 1440 }; // of a screen with two dots for a pixel
    for (codec, fixture) in FIXTURES.into_iter().filter(|row| row.0 != Codec::Opus) {
        let keys = frames(fixture).into_iter().filter(|row| row.0).map(|row| row.1);
        let sizes = keys.map(|frame| match codec {
            Codec::Vp8 => vp8::size(&frame),
            Codec::Vp9 => vp9::size(&frame),
            Codec::Av1 => av1::description(&frame).map(|description| description.size),
            Codec::H264 => h264::size(nal::units(&frame).find(|unit| unit[0] & 0x1f == 7).unwrap()),
            _ => {
                let unit = |kind| nal::units(&frame).find(|unit| unit[0] >> 1 == kind).unwrap();
                let [vps, sps, pps] = [h265::VPS, h265::SPS, h265::PPS].map(unit);
                h265::description(vps, sps, pps).map(|row| row.0)
            }
        });
        let sizes: Vec<_> = sizes.collect();
        assert_eq!(sizes[0], Some(first), "{fixture}");
        let others = [first, second, dense].map(Some);
        assert!(others.contains(&sizes[1]), "{fixture}: {sizes:?}");
    }
    for (fixture, size) in [
        ("ffmpeg-vp9-444", first),
        ("ffmpeg-vp9-rgb", first),
        ("ffmpeg-vp9-10-bits", first),
        ("ffmpeg-vp9-444-12-bits", first),
    ] {
        assert_eq!(vp9::size(&frames(fixture)[0].1), Some(size), "{fixture}");
    }
}

#[test]
fn a_file_begins_with_a_key_frame() {
    for (codec, fixture) in FIXTURES.into_iter().filter(|row| row.0 != Codec::Opus) {
        let frames = frames(fixture);
        let file = Watched::new(usize::MAX);
        let mut writer = track_writer(file.clone(), codec);
        write(&mut *writer, &frames[1..3]).unwrap();
        assert_eq!(file.len(), 0, "{fixture}");
        write(&mut *writer, &frames[..1]).unwrap();
        assert!(file.len() > 0, "{fixture}");

        let file = Watched::new(usize::MAX);
        let mut writer = track_writer(file.clone(), codec);
        write(&mut *writer, &frames[1..3]).unwrap();
        writer.finish().unwrap();
        assert_eq!(file.len(), 0, "{fixture}");
    }
}

#[test]
fn a_key_frame_that_tells_no_size_is_told() {
    for (codec, _) in FIXTURES.into_iter().filter(|row| row.0 != Codec::Opus) {
        for data in [&b""[..], &[0; 40], &[0, 0, 0, 1, 0x67, 0, 0, 1, 0x68, 0, 0, 1, 0x65]] {
            let file = Watched::new(usize::MAX);
            let mut writer = track_writer(file.clone(), codec);
            let written = writer.write(&MediaFrame { data, is_key: true, at: Duration::ZERO });
            assert!(matches!(written, Err(MediaError::Unreadable)), "{codec:?}");
            assert_eq!(file.len(), 0);
        }
    }
}

#[test]
fn all_of_a_second_leaves_at_once() {
    for (codec, fixture) in FIXTURES {
        let frames = frames(fixture);
        let file = Watched::new(usize::MAX);
        let mut writer = track_writer(file.clone(), codec);
        let mut waits = 0;
        let mut writes = 0;
        for (number, (is_key, data)) in frames.iter().enumerate() {
            let at = Duration::from_millis(number as u64 * 100);
            writer.write(&MediaFrame { data, is_key: *is_key, at }).unwrap();
            let now = file.writes.borrow().len();
            waits = if now > writes { 1 } else { waits + 1 };
            // The file's beginning, and then a piece at a time.
            assert!(now <= writes + 1, "{fixture}");
            assert!(waits <= 10, "{fixture}: {waits} frames wait");
            writes = now;
        }
        assert!(writes >= 2, "{fixture}");
        writer.finish().unwrap();
    }
}

#[test]
fn a_write_that_fails_is_told() {
    for (codec, fixture) in FIXTURES {
        let frames = frames(fixture);
        let whole = Watched::new(usize::MAX);
        let mut writer = track_writer(whole.clone(), codec);
        write(&mut *writer, &frames).unwrap();
        writer.finish().unwrap();
        for room in (0..whole.len()).step_by(whole.len() / 50).chain([whole.len() - 1]) {
            let mut writer = track_writer(Watched::new(room), codec);
            let written = write(&mut *writer, &frames);
            let finished = written.and_then(|()| writer.finish());
            assert!(matches!(finished, Err(MediaError::Io(_))), "{fixture}, {room} bytes");
        }
    }
}

#[test]
fn names_of_codecs_are_read_as_they_are_written() {
    for codec in Codec::ALL {
        assert_eq!(Codec::from_name(&codec.name().to_uppercase()), Some(codec));
    }
    assert_eq!(Codec::from_name("vp10"), None);
}
