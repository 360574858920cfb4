//! Recordings as a whole, from the encoder's frames through keys, packets and files to frames
//! again.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test may panic"
)]

mod call;
mod files;
mod players;

use alloc::rc::Rc;
use core::cell::Cell;

use proptest::prelude::*;
use tempfile::TempDir;

use super::container::Sample;
use super::report::Counts;
use super::*;
use crate::media::{av1, nal};
use crate::unix_millis::UnixMillis;
use call::*;

/// A folder with recordings, and one for what comes out.
struct Case {
    folder: TempDir,
    room: Option<Rc<Cell<usize>>>,
}

impl Case {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), room: None }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn open(&self, recordings: &[PathBuf], keys: KeyFile, rules: &Rules) -> Report {
        let mut folder = Folder::new(&self.out()).unwrap();
        folder.room = self.room.clone();
        open(recordings, keys, rules, folder)
    }

    /// Opens a recording of one stream of Janus.
    fn open_packets(&self, codec: Codec, packets: &[Packet], keys: KeyFile) -> Report {
        let path = self.write("call.mjr", &mjr(codec, packets));
        self.open(&[path], keys, &Rules::default())
    }

    fn samples(&self, name: &str) -> Vec<Sample> {
        let path = self.out().join(name);
        let len = path.metadata().unwrap().len();
        let file = File::open(path).unwrap();
        let mut samples = Vec::new();
        if name.ends_with(".webm") {
            let mut reader = webm::Reader::new(file, len);
            samples.extend(core::iter::from_fn(|| reader.next()));
            assert!(!reader.is_cut_off());
        } else {
            let mut reader = mp4::Reader::new(file, len);
            reader.read(|sample| samples.push(sample));
            assert!(!reader.is_cut_off());
        }
        samples
    }

    fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.out()).unwrap();
        let mut names: Vec<_> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Returns a frame as files of its codec hold it.
fn as_in_a_file(codec: Codec, frame: &[u8]) -> Vec<u8> {
    match codec {
        Codec::Av1 => av1::without_delimiters(frame),
        Codec::H264 | Codec::H265 => {
            let mut units = Vec::new();
            for unit in nal::units(frame) {
                units.extend((unit.len() as u32).to_be_bytes());
                units.extend(unit);
            }
            units
        }
        _ => frame.to_vec(),
    }
}

fn opened(opened: usize) -> Counts {
    Counts { opened: opened as u64, ..Counts::default() }
}

fn counts(report: &Report) -> Counts {
    report.recordings[0].streams[0].frames
}

#[test]
fn every_codec_comes_out_as_it_went_in() {
    for (codec, fixture) in FIXTURES {
        let case = Case::new();
        let frames = frames(fixture);
        let track = u8::from(!codec.is_audio());
        let packets = packets(codec, &alone(&seal(codec, &frames, 3, track)));
        let keys = key_file([media_key("alice", codec, 3, track)]);
        let report = case.open_packets(codec, &packets, keys);

        assert_eq!(counts(&report), opened(frames.len()), "{fixture}");
        assert_eq!(report.outcome(), Outcome::All, "{fixture}: {report}");
        let [row] = &*report.tracks else { panic!("{report}") };
        assert_eq!((&*row.member, row.track, row.codec), ("alice", track, codec));
        assert_eq!(row.start_unix_ms.map(UnixMillis::get), Some(BEGUN));

        let samples = case.samples(row.file.as_ref().unwrap());
        let expected = frames.iter().map(|frame| as_in_a_file(codec, frame));
        let got = samples.iter().map(|sample| sample.bytes.clone());
        assert!(expected.eq(got), "{fixture}");
        for (number, sample) in samples.iter().enumerate() {
            let at = number as u128 * u128::from(step_millis(codec));
            assert_eq!(sample.at.as_millis(), at, "{fixture}");
        }
        assert_eq!(case.files(), [row.file.clone().unwrap(), INDEX.into()]);
    }
}

#[test]
fn layers_come_out_as_one_picture() {
    for (codec, fixture) in [(Codec::Vp9, "chromium-vp9-l3t3"), (Codec::Av1, "chromium-av1-l3t3")] {
        let case = Case::new();
        let frames = frames(fixture);
        let sealed = seal(codec, &frames, 0, 1);
        let packets = packets(codec, &sealed.chunks(3).collect::<Vec<_>>());
        let keys = key_file([media_key("alice", codec, 0, 1)]);
        let report = case.open_packets(codec, &packets, keys);
        assert_eq!(counts(&report), opened(36), "{fixture}");

        let samples = case.samples("alice-camera.webm");
        assert_eq!(samples.len(), 12);
        for (sample, layers) in samples.iter().zip(frames.chunks(3)) {
            let layers: Vec<_> = layers.iter().map(|layer| as_in_a_file(codec, layer)).collect();
            assert!(sample.bytes.starts_with(&layers.concat()), "{fixture}");
        }
    }
}

#[test]
fn keys_change_in_the_middle() {
    let codec = Codec::Vp8;
    let frames = frames("chromium-vp8");
    // 256 epochs later, the key ID is the same.
    let rows = [(0, 5), (8, 10), (264, 20), (16, 27)];
    let mut sealed = Vec::new();
    for (epoch, until) in rows {
        sealed.extend(seal(codec, &frames[sealed.len()..until], epoch, 1));
    }
    let packets = packets(codec, &alone(&sealed));

    let case = Case::new();
    let all = rows.map(|(epoch, _)| media_key("alice", codec, epoch, 1));
    let report = case.open_packets(codec, &packets, key_file(all));
    assert_eq!((counts(&report), report.outcome()), (opened(27), Outcome::All));

    let case = Case::new();
    let some = [0, 264].map(|epoch| media_key("alice", codec, epoch, 1));
    let report = case.open_packets(codec, &packets, key_file(some));
    let expected = Counts { without_key: 7, failed: 5, ..opened(15) };
    assert_eq!((counts(&report), report.outcome()), (expected, Outcome::Some));
    assert!(report.to_string().contains("no key of slot 7, epoch …16, track 1: 7 frames"));
}

#[test]
fn what_does_not_open_is_not_said_to_be_opened() {
    let codec = Codec::Vp8;
    let frames = frames("chromium-vp8");
    let sealed = seal(codec, &frames, 0, 1);
    let packetized = |sealed: &[Vec<u8>]| packets(codec, &alone(sealed));
    let (key, other) = (|| media_key("alice", codec, 0, 1), media_key("bob", codec, 256, 1));
    let mut changed = sealed.clone();
    changed.iter_mut().for_each(|frame| *frame.last_mut().unwrap() ^= 1);
    let rows = [
        ("no keys", packetized(&sealed), key_file([]), Counts { without_key: 27, ..opened(0) }),
        (
            "another's",
            packetized(&sealed),
            key_file([other]),
            Counts { lost: 1, failed: 26, ..opened(0) },
        ),
        (
            "changed",
            packetized(&changed),
            key_file([key()]),
            Counts { lost: 1, failed: 26, ..opened(0) },
        ),
        (
            "never sealed",
            packetized(&frames),
            key_file([key()]),
            Counts { lost: 1, not_sealed: 26, ..opened(0) },
        ),
    ];
    for (name, packets, keys, expected) in rows {
        let case = Case::new();
        let report = case.open_packets(codec, &packets, keys);
        assert_eq!((counts(&report), report.outcome()), (expected, Outcome::None), "{name}");
        assert_eq!(case.files(), [""; 0], "{name}");
    }

    // Once is enough.
    let twice = [&sealed[..], &sealed].concat();
    let report = Case::new().open_packets(codec, &packetized(&twice), key_file([key()]));
    assert_eq!(counts(&report), Counts { repeated: 27, ..opened(27) });
}

#[test]
fn members_and_tracks_have_files_of_their_own() {
    let case = Case::new();
    let mut paths = Vec::new();
    let mut keys = Vec::new();
    for (number, (member, codec, fixture, track)) in [
        ("alice", Codec::Opus, "chromium-opus", 0),
        ("alice", Codec::Vp8, "chromium-vp8", 1),
        ("b/b", Codec::H264, "chromium-h264", 1),
        ("alice", Codec::Vp8, "firefox-vp8", 2),
    ]
    .into_iter()
    .enumerate()
    {
        let epoch = number as u64 * 8;
        let mut packets = packets(codec, &alone(&seal(codec, &frames(fixture), epoch, track)));
        packets.iter_mut().for_each(|packet| packet.millis += number as u32 * 100);
        paths.push(case.write(&format!("{number}.mjr"), &mjr(codec, &packets)));
        keys.push(media_key(member, codec, epoch, track));
    }
    let report = case.open(&paths, key_file(keys), &Rules::default());
    assert_eq!(report.outcome(), Outcome::All, "{report}");
    let names = ["alice-camera.webm", "alice-microphone.webm", "alice-screen.webm"];
    assert_eq!(case.files(), [&names[..], &["b_b-camera.mp4", INDEX]].concat());

    let index = fs::read(case.out().join(INDEX)).unwrap();
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
    let rows = index["tracks"].as_array().unwrap().iter();
    let rows = rows.map(|row| (row["file"].as_str().unwrap(), row["offsetMs"].as_u64().unwrap()));
    let mut rows: Vec<_> = rows.collect();
    rows.sort_unstable();
    let offsets = [100, 0, 300, 200];
    assert_eq!(rows.iter().map(|row| row.1).collect::<Vec<_>>(), offsets);
}

#[test]
fn a_recording_that_cannot_be_read_holds_up_no_other() {
    let case = Case::new();
    let sealed = seal(Codec::Opus, &frames("chromium-opus"), 0, 0);
    let data =
        [b"MJR00002\0\x26".as_slice(), br#"{"t":"d","c":"text","s":1,"u":1000000}"#].concat();
    let silence = [b"MJR00002\0\x20".as_slice(), br#"{"t":"a","c":"g722","s":1,"u":1}"#].concat();
    let paths = [
        case.write("text.mjr", b"hello"),
        case.write("empty.mjr", b""),
        case.write("data.mjr", &data),
        case.write("silence.mjr", &silence),
        case.write("begun.mjr", b"MJR00002"),
        case.write("sound.opus", b"OggS\0\x02"),
        case.folder.path().join("nowhere.mjr"),
        case.write("call.mjr", &mjr(Codec::Opus, &packets(Codec::Opus, &alone(&sealed)))),
    ];
    let keys = key_file([media_key("alice", Codec::Opus, 0, 0)]);
    let report = case.open(&paths, keys, &Rules::default());
    let errors = report.recordings.iter().map(|row| row.error.as_deref().unwrap_or_default());
    let errors: Vec<_> = errors.collect();
    for (error, part) in
        errors.iter().zip(["no .mjr", "no .mjr", "data channel", "g722", "damaged", "Ogg"])
    {
        assert!(error.contains(part), "{error}");
    }
    assert!(!errors[6].is_empty() && errors[7].is_empty());
    assert_eq!(report.outcome(), Outcome::Some);
    assert_eq!(case.files(), ["alice-microphone.webm", INDEX]);
}

#[test]
fn on_a_full_disk_no_half_file_is_left() {
    let codec = Codec::Vp8;
    let sealed = seal(codec, &frames("chromium-vp8"), 0, 1);
    let packets = packets(codec, &alone(&sealed));
    let whole = Case::new();
    let key = || key_file([media_key("alice", codec, 0, 1)]);
    whole.open_packets(codec, &packets, key());
    let sizes =
        whole.files().into_iter().map(|name| whole.out().join(name).metadata().unwrap().len());
    let [track, index] = <[u64; 2]>::try_from(sizes.collect::<Vec<_>>()).unwrap();

    let total = (track + index) as usize;
    for room in (0..total).step_by(997).chain([track as usize - 1, track as usize + 30, total - 1])
    {
        let case = Case { room: Some(Rc::new(Cell::new(room))), ..Case::new() };
        let report = case.open_packets(codec, &packets, key());
        // What is written into the open places comes on top of the file's size.
        let is_whole = report.tracks[0].file.is_some();
        assert_eq!(
            case.files(),
            if is_whole { vec!["alice-camera.webm"] } else { vec![] },
            "{room}"
        );
        let said = report.to_string();
        assert!(said.contains(if is_whole {
            "index.json was not written"
        } else {
            "disk is full"
        }));
        assert_ne!(report.outcome(), Outcome::All, "{room}");
        assert_eq!(counts(&report), opened(27));
    }
}

#[test]
fn every_truncation_opens_what_is_whole() {
    let codec = Codec::Opus;
    let sealed = seal(codec, &frames("chromium-opus"), 0, 0);
    let file = mjr(codec, &packets(codec, &alone(&sealed)));
    let keys = Keys::new(key_file([media_key("alice", codec, 0, 0)]), None);
    let rules = Rules::default();
    let temporary = tempfile::tempdir().unwrap();
    let mut most = 0;
    for len in 0..=file.len() {
        let folder = Folder::new(temporary.path()).unwrap();
        let mut recordings = Recordings::new(&rules, &keys, Tracks::new(folder));
        let Ok(report) = recordings.mjr(&file[..len]) else {
            assert!(len < 100);
            continue;
        };
        let counts = report.streams.first().map(|stream| stream.frames).unwrap_or_default();
        assert_eq!(counts, opened(counts.opened as usize), "{len} bytes");
        assert!(counts.opened >= most, "{len} bytes");
        most = counts.opened;
    }
    assert_eq!(most as usize, sealed.len());
}

#[test]
fn truncations_of_video_lose_the_last_picture_alone() {
    for (codec, fixture) in FIXTURES.into_iter().filter(|row| row.0 != Codec::Opus) {
        let sealed = seal(codec, &frames(fixture), 0, 1);
        let file = mjr(codec, &packets(codec, &alone(&sealed)));
        let keys = Keys::new(key_file([media_key("alice", codec, 0, 1)]), None);
        let rules = Rules::default();
        let temporary = tempfile::tempdir().unwrap();
        let mut most = 0;
        for len in (100..=file.len()).step_by(211).chain([file.len()]) {
            let folder = Folder::new(temporary.path()).unwrap();
            let mut recordings = Recordings::new(&rules, &keys, Tracks::new(folder));
            let report = recordings.mjr(&file[..len]).unwrap();
            let counts = report.streams.first().map(|stream| stream.frames).unwrap_or_default();
            let lost = counts.lost;
            assert!(lost <= 1, "{fixture}, {len} bytes: {counts:?}");
            assert_eq!(counts, Counts { lost, ..opened(counts.opened as usize) });
            assert!(counts.opened >= most, "{fixture}, {len} bytes");
            most = counts.opened;
        }
        assert_eq!(most as usize, sealed.len(), "{fixture}");
    }
}

#[test]
fn captures_are_opened_by_payload_type_and_ssrc() {
    let case = Case::new();
    let codec = Codec::Vp8;
    let sealed = seal(codec, &frames("chromium-vp8"), 0, 1);
    let datagrams = packets(codec, &alone(&sealed)).into_iter().flat_map(|packet| {
        let mut other = packet.clone();
        other.bytes[11] ^= 1;
        let mut rtx = packet.clone();
        rtx.bytes[1] = 97;
        [packet, other, rtx]
    });
    let path = case
        .write("call.pcap", &pcap::tests::capture(datagrams.map(|row| (row.millis, row.bytes))));
    let keys = || key_file([media_key("alice", codec, 0, 1)]);

    let report = case.open(core::slice::from_ref(&path), keys(), &Rules::default());
    let error = report.recordings[0].error.as_deref().unwrap();
    assert!(error.contains("--payload-type") && error.contains("97 has"), "{error}");

    let payload_types = [("96=vp8", 96)]
        .map(|(text, number)| (number, PayloadType::from_str(text).unwrap().format));
    let rules = Rules { payload_types: payload_types.into(), ssrcs: vec![SSRC], member: None };
    let report = case.open(core::slice::from_ref(&path), keys(), &rules);
    assert_eq!((counts(&report), report.outcome()), (opened(27), Outcome::All), "{report}");
    assert_eq!(report.tracks[0].start_unix_ms.map(UnixMillis::get), Some(BEGUN));

    // A window of its own for each stream: the same frames are in two.
    let case = Case::new();
    let rules = Rules { ssrcs: vec![], ..rules };
    let report = case.open(core::slice::from_ref(&path), keys(), &rules);
    assert_eq!(report.recordings[0].streams.len(), 2);
    assert_eq!(case.files(), ["alice-camera-2.webm", "alice-camera.webm", INDEX]);

    let rules = Rules { member: Some("bob".into()), ..rules };
    let report = Case::new().open(&[path], keys(), &rules);
    assert_eq!((counts(&report).without_key, report.keys.read), (27, 0));
}

#[test]
fn files_of_sealed_frames_are_opened() {
    for (codec, fixture) in FIXTURES {
        let case = Case::new();
        let frames = frames(fixture);
        let sealed = seal(codec, &frames, 0, 1);
        let name = format!("sealed.{}", crate::media::extension(codec));
        let path = case.folder.path().join(name);
        let mut writer = crate::media::track_writer(File::create(&path).unwrap(), codec);
        for (number, data) in sealed.iter().enumerate() {
            let at = Duration::from_millis(number as u64 * 40);
            let is_key = envelope_kind(codec, data);
            writer.write(&crate::media::MediaFrame { data, is_key, at }).unwrap();
        }
        writer.finish().unwrap();

        let keys = key_file([media_key("alice", codec, 0, 1)]);
        let report = case.open(&[path], keys, &Rules::default());
        assert_eq!(counts(&report), opened(frames.len()), "{fixture}");
        let samples = case.samples(report.tracks[0].file.as_ref().unwrap());
        let expected = frames.iter().map(|frame| as_in_a_file(codec, frame));
        assert!(expected.eq(samples.into_iter().map(|sample| sample.bytes)), "{fixture}");
    }
}

#[test]
fn a_key_frame_that_no_file_can_hold_is_left_out() {
    let case = Case::new();
    let codec = Codec::H264;
    let mut frames = frames("chromium-h264");
    let second_key = (1..frames.len()).find(|at| envelope_kind(codec, &frames[*at])).unwrap();
    // Without parameter sets, nothing says how large the pictures are.
    let mut first = Vec::new();
    let slices = nal::units(&frames[0]).filter(|unit| matches!(unit[0] & 0x1f, 1 | 5));
    slices.for_each(|unit| nal::push(unit, &mut first));
    frames[0] = first;
    let packets = packets(codec, &alone(&seal(codec, &frames, 0, 1)));
    let report = case.open_packets(codec, &packets, key_file([media_key("alice", codec, 0, 1)]));
    let row = &report.tracks[0];
    let expected = (27, 27 - second_key as u64, second_key as u64 - 1, 1);
    let got = (row.opened, row.written, row.before_key_frame, row.unwritable);
    assert_eq!((got, report.outcome()), (expected, Outcome::Some), "{report}");
    let at = case.samples("alice-camera.mp4")[0].at;
    assert_eq!(at, Duration::ZERO);
    let start = BEGUN + second_key as u64 * u64::from(step_millis(codec));
    assert_eq!(row.start_unix_ms.map(UnixMillis::get), Some(start));
}

#[test]
fn redundant_sound_is_written_once() {
    let case = Case::new();
    let codec = Codec::Opus;
    let frames = frames("chromium-opus");
    // A copy of the frame before, of 3 bytes, and the frame.
    let redundant = |frame: &Vec<u8>| [&[0xef, 0x0f, 0, 3, 111, 1, 2, 3], &**frame].concat();
    let redundant: Vec<_> = frames.iter().map(redundant).collect();
    let packets = packets(codec, &alone(&seal(codec, &redundant, 0, 0)));
    let path = case.write("call.mjr", &mjr_saying(codec, &packets, r#","or":96"#));
    let keys = key_file([media_key("alice", codec, 0, 0)]);
    let report = case.open(&[path], keys, &Rules::default());
    assert_eq!(counts(&report), opened(frames.len()));
    let samples = case.samples("alice-microphone.webm");
    assert!(frames.iter().eq(samples.iter().map(|sample| &sample.bytes)));
}

#[test]
fn what_the_command_line_says_is_understood() {
    for text in ["96", "96=", "128=vp8", "x=vp8", "96=mjpeg"] {
        assert!(PayloadType::from_str(text).is_err(), "{text}");
    }
    let red = PayloadType::from_str("63=RED").unwrap();
    assert_eq!(red.format, Format { codec: Codec::Opus, is_red: true });
    assert_eq!((ssrc("0x12"), ssrc("12")), (Ok(18), Ok(12)));
    assert!(ssrc("0xx").is_err() && ssrc("4294967296").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn what_the_network_does_is_counted(
        at in 0_usize..FIXTURES.len(),
        lost in proptest::collection::btree_set(0_usize..200, 0..6),
        swapped in proptest::collection::vec(33_usize..200, 0..10),
        repeated in proptest::collection::vec(0_usize..200, 0..10),
    ) {
        let (codec, fixture) = FIXTURES[at];
        let frames = frames(fixture);
        let mut packets = packets(codec, &alone(&seal(codec, &frames, 0, 1)));
        // Which pictures have a packet missing.
        let lost = lost.into_iter().filter(|at| *at < packets.len());
        let lost: Vec<_> = lost.collect();
        let timestamp = |packet: &Packet| packet.bytes[4..8].to_vec();
        let hit: alloc::collections::BTreeSet<_> =
            lost.iter().map(|at| timestamp(&packets[*at])).collect();
        for at in lost.iter().rev() {
            packets.remove(*at);
        }
        let len = packets.len();
        for at in swapped.into_iter().filter(|at| at + 1 < len) {
            packets.swap(at, at + 1);
        }
        for at in repeated.into_iter().filter(|at| *at < len) {
            packets.push(packets[at].clone());
        }
        let report = Case::new().open_packets(
            codec,
            &packets,
            key_file([media_key("alice", codec, 0, 1)]),
        );
        let counts = counts(&report);
        prop_assert_eq!(counts.opened as usize, frames.len() - hit.len());
        // Of a picture of one packet, nothing is left that could be counted.
        prop_assert!(counts.lost as usize <= hit.len());
        prop_assert_eq!(counts, Counts { lost: counts.lost, ..opened(counts.opened as usize) });
    }
}

fn envelope_kind(codec: Codec, sealed: &[u8]) -> bool {
    use frameseal_sframe::{FrameKind, envelope};
    let kind = if codec.is_audio() { "audio" } else { "video" };
    let codec = envelope::Codec::from_mime_type(&format!("{kind}/{}", codec.name())).unwrap();
    codec.kind(sealed) == Ok(FrameKind::Key)
}
