//! What we write is read again; files of other muxers are read in `open`'s tests with ffmpeg.
#![expect(clippy::arithmetic_side_effects, reason = "a test may panic")]

use std::io::Cursor;

use mp4_atom::{
    Avc1, Avcc, Co64, Ctts, CttsEntry, Encode, Ftyp, Mdhd, Mdia, Minf, Stbl, StscEntry, Stsd, Stsz,
    StszSamples, Stts, SttsEntry, Tkhd, Trak,
};
use proptest::prelude::*;

use super::*;
use crate::media::Codec;

fn read(file: &[u8]) -> (Vec<Sample>, bool) {
    let mut reader = Reader::new(Cursor::new(file), file.len() as u64);
    let mut samples = Vec::new();
    reader.read(|sample| samples.push(sample));
    (samples, reader.is_cut_off())
}

/// A file that is not in fragments, of five samples in two chunks, 40 ms each.
fn whole() -> Vec<u8> {
    let mut file = Vec::new();
    let ftyp = Ftyp { major_brand: b"isom".into(), minor_version: 0, compatible_brands: vec![] };
    ftyp.encode(&mut file).unwrap();
    Mdat { data: (1..=15).collect() }.encode(&mut file).unwrap();
    let data = file.len() as u64 - 15;
    let chunk = |first_chunk, samples_per_chunk| StscEntry {
        first_chunk,
        samples_per_chunk,
        sample_description_index: 1,
    };
    let avcc = Avcc::new(&[0x67, 66, 0, 30], &[0x68]).unwrap();
    let entry = Avc1 { avcc, ..Default::default() };
    let stbl = Stbl {
        stsd: Stsd { codecs: vec![entry.into()] },
        stsz: Stsz { samples: StszSamples::Different { sizes: vec![1, 2, 3, 4, 5] } },
        stts: Stts { entries: vec![SttsEntry { sample_count: 5, sample_delta: 40 }] },
        ctts: Some(Ctts { entries: vec![CttsEntry { sample_count: 1, sample_offset: 10 }] }),
        stsc: mp4_atom::Stsc { entries: vec![chunk(1, 2), chunk(2, 3)] },
        co64: Some(Co64 { entries: vec![data, data + 3] }),
        ..Default::default()
    };
    let minf = Minf { stbl, ..Default::default() };
    let mdhd = Mdhd { timescale: 1000, language: "und".into(), ..Default::default() };
    let trak = Trak {
        tkhd: Tkhd { track_id: 7, ..Default::default() },
        mdia: Mdia { mdhd, minf, ..Default::default() },
        ..Default::default()
    };
    Moov { trak: vec![trak], ..Default::default() }.encode(&mut file).unwrap();
    file
}

#[test]
fn a_file_without_fragments_is_read_by_its_tables() {
    let (samples, is_cut_off) = read(&whole());
    let rows: Vec<_> = samples.iter().map(|row| (row.at.as_millis(), &*row.bytes)).collect();
    let expected: [(u128, &[u8]); 5] = [
        (10, &[1]),
        (40, &[2, 3]),
        (80, &[4, 5, 6]),
        (120, &[7, 8, 9, 10]),
        (160, &[11, 12, 13, 14, 15]),
    ];
    assert_eq!((&*rows, is_cut_off), (&expected[..], false));
    assert!(samples.iter().all(|row| (row.track, row.codec) == (7, Codec::H264)));
}

#[test]
fn every_truncation_is_noticed() {
    let file = whole();
    let (all, _) = read(&file);
    for len in 0..file.len() {
        let (samples, is_cut_off) = read(&file[..len]);
        assert_eq!(samples, all[..samples.len()], "{len} bytes");
        assert!(is_cut_off || [0, 16, 16 + 8 + 15].contains(&len), "{len} bytes");
    }
}

#[test]
fn samples_that_are_more_than_the_file_end() {
    // Four thousand million samples of the same byte.
    let mut file = whole();
    let at = file.windows(4).position(|name| name == b"stsz").unwrap();
    file[at + 8..at + 16].copy_from_slice(&[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
    let at = file.windows(4).rposition(|name| name == b"stsc").unwrap();
    file[at + 16..at + 20].copy_from_slice(&[0xff; 4]);
    let (samples, _) = read(&file);
    assert!(samples.len() <= file.len());
}

proptest! {
    #[test]
    fn whatever_a_file_holds_is_no_reason_to_panic(
        bytes in any::<Vec<u8>>(),
        changes in proptest::collection::vec(any::<(proptest::sample::Index, u8)>(), 1..5),
    ) {
        read(&bytes);
        let mut file = whole();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        read(&file);
    }
}

#[test]
fn a_description_of_a_codec_may_be_empty() {
    // As janus-pp-rec has it of AV1.
    let file = whole();
    let at = file.windows(4).position(|name| name == b"avc1").unwrap();
    let mut file = file;
    file[at..at + 4].copy_from_slice(b"av01");
    let at = file.windows(4).position(|name| name == b"avcC").unwrap();
    file[at..at + 4].copy_from_slice(b"free");
    let (samples, is_cut_off) = read(&file);
    assert_eq!((samples.len(), is_cut_off), (5, false));
    assert!(samples.iter().all(|row| row.codec == Codec::Av1));
}
