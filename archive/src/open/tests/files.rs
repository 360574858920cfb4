//! What the writers of `media` make is read here, wherever it ends.

use super::*;
use crate::media::{MediaFrame, extension, track_writer};

/// Writes frames 100 ms apart, and leaves the file as it is if `is_killed`.
fn write(case: &Case, codec: Codec, frames: &[Vec<u8>], is_killed: bool) -> PathBuf {
    fs::create_dir_all(case.out()).unwrap();
    let path = case.out().join(format!("written.{}", extension(codec)));
    let mut writer = track_writer(File::create(&path).unwrap(), codec);
    for (number, data) in frames.iter().enumerate() {
        let at = Duration::from_millis(number as u64 * 100);
        writer.write(&MediaFrame { data, is_key: envelope_kind(codec, data), at }).unwrap();
    }
    if !is_killed {
        writer.finish().unwrap();
    }
    path
}

#[test]
fn who_is_killed_leaves_all_but_the_last_second() {
    for (codec, fixture) in FIXTURES {
        let case = Case::new();
        let frames = frames(fixture);
        let path = write(&case, codec, &frames, true);
        let samples = case.samples(path.file_name().unwrap().to_str().unwrap());
        assert!(samples.len() + 10 >= frames.len(), "{fixture}: {}", samples.len());
        assert!(samples.len() < frames.len(), "{fixture}");
        let expected = frames.iter().map(|frame| as_in_a_file(codec, frame));
        assert!(samples.iter().map(|sample| sample.bytes.clone()).eq(expected.take(samples.len())));
    }
}

#[test]
fn a_file_that_ends_anywhere_holds_the_pieces_before() {
    for (codec, fixture) in FIXTURES {
        let case = Case::new();
        let frames = frames(fixture);
        let path = write(&case, codec, &frames, false);
        let name = path.file_name().unwrap().to_str().unwrap();
        let whole = fs::read(&path).unwrap();
        let all = case.samples(name);
        assert_eq!(all.len(), frames.len());
        for len in (0..whole.len()).step_by(97) {
            let samples = samples_of(codec, &whole[..len]);
            assert_eq!(samples, all[..samples.len()], "{fixture}, {len} bytes");
        }
    }
}

fn samples_of(codec: Codec, file: &[u8]) -> Vec<Sample> {
    let len = file.len() as u64;
    if extension(codec) == "webm" {
        let mut reader = webm::Reader::new(file, len);
        return core::iter::from_fn(|| reader.next()).collect();
    }
    let mut samples = Vec::new();
    mp4::Reader::new(std::io::Cursor::new(file), len).read(|sample| samples.push(sample));
    samples
}

#[test]
fn a_finished_file_tells_how_long_it_is() {
    for (codec, fixture) in FIXTURES {
        let case = Case::new();
        let frames = frames(fixture);
        let path = write(&case, codec, &frames, false);
        let file = fs::read(path).unwrap();
        let millis = frames.len() as u64 * 100;
        let told = if extension(codec) == "webm" {
            let at = file.windows(3).position(|bytes| bytes == [0x44, 0x89, 0x88]).unwrap();
            f64::from_be_bytes(file[at + 3..at + 11].try_into().unwrap()) as u64
        } else {
            let at = file.windows(4).position(|bytes| bytes == b"mehd").unwrap();
            u64::from_be_bytes(file[at + 8..at + 16].try_into().unwrap()) / 90
        };
        assert_eq!(told, millis, "{fixture}");
    }
}
