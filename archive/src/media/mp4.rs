//! Fragmented MP4 (ISO/IEC 14496-12 section 8.8): H.264 or H.265, a fragment for each second and
//! each key frame.
//!
//! Parameter sets stay in the key frames as well: the size of WebRTC's pictures changes.

use core::time::Duration;
use std::io::{self, Seek, SeekFrom, Write};

use mp4_atom::{
    Avc1, Avcc, Codec, Dinf, Dref, Encode, FourCC, Ftyp, Hdlr, Hvc1, Mdat, Mdhd, Mdia, Mehd, Mfhd,
    Minf, Moof, Moov, Mvex, Mvhd, Stbl, Stsd, Tfdt, Tfhd, Tkhd, Traf, Trak, Trex, Trun, TrunEntry,
    Url, Visual, Vmhd,
};

use super::{MediaError, MediaFrame, PIECE, Size, TrackWriter, h264, h265, nal};

/// Which codec.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    H264,
    H265,
}

impl Kind {
    fn unit_type(self, unit: &[u8]) -> Option<u8> {
        let first = unit.first()?;
        Some(match self {
            Self::H264 => first & 0x1f,
            Self::H265 => first >> 1 & 0x3f,
        })
    }

    fn is_delimiter(self, unit: &[u8]) -> bool {
        let delimiter = if self == Self::H264 { H264_DELIMITER } else { H265_DELIMITER };
        self.unit_type(unit) == Some(delimiter)
    }
}

/// Writes one track.
pub(super) struct Writer<W> {
    file: W,
    kind: Kind,
    begun: Option<Begun>,
    /// What waits to be written.
    samples: Vec<Sample>,
    data: Vec<u8>,
    /// Of the last fragment.
    sequence: u32,
    /// How long the last frame of which that is known was, in ticks.
    step: u64,
}

/// What was written before the first fragment.
struct Begun {
    moov: Moov,
    moov_at: u64,
}

struct Sample {
    /// In ticks.
    at: u64,
    len: usize,
    is_key: bool,
}

impl<W: Write + Seek> Writer<W> {
    pub(super) fn new(file: W, kind: Kind) -> Self {
        let (samples, data) = (Vec::new(), Vec::new());
        Self { file, kind, begun: None, samples, data, sequence: 0, step: 0 }
    }

    /// Writes all that comes before the first frame.
    fn begin(&mut self, frame: &[u8]) -> Result<(), MediaError> {
        let (size, codec) = self.describe(frame).ok_or(MediaError::Unreadable)?;
        let mut bytes = Vec::new();
        encode(&ftyp(), &mut bytes)?;
        let moov_at = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let moov = moov(size, codec).ok_or(MediaError::Unreadable)?;
        encode(&moov, &mut bytes)?;
        self.file.write_all(&bytes)?;
        self.begun = Some(Begun { moov, moov_at });
        Ok(())
    }

    fn describe(&self, frame: &[u8]) -> Option<(Size, Codec)> {
        let unit =
            |wanted| nal::units(frame).find(|unit| self.kind.unit_type(unit) == Some(wanted));
        match self.kind {
            Kind::H264 => {
                let (sps, pps) = (unit(H264_SPS)?, unit(H264_PPS)?);
                let size = h264::size(sps)?;
                let avcc = Avcc::new(sps, pps).ok()?;
                Some((size, Avc1 { visual: visual(size)?, avcc, ..Default::default() }.into()))
            }
            Kind::H265 => {
                let [vps, sps, pps] = [unit(h265::VPS)?, unit(h265::SPS)?, unit(h265::PPS)?];
                let (size, hvcc) = h265::description(vps, sps, pps)?;
                Some((size, Hvc1 { visual: visual(size)?, hvcc, ..Default::default() }.into()))
            }
        }
    }

    /// Puts a frame into the fragment at hand.
    fn push(&mut self, frame: &MediaFrame<'_>) -> Result<(), MediaError> {
        let mut at = ticks(frame.at);
        if let (Some(first), Some(last)) = (self.samples.first(), self.samples.last()) {
            at = at.max(last.at.saturating_add(1)); // no two frames are at one time
            if frame.is_key || at.saturating_sub(first.at) >= ticks(PIECE) {
                self.step = at.saturating_sub(last.at);
                self.flush()?;
            }
        }
        let before = self.data.len();
        let kind = self.kind;
        for unit in nal::units(frame.data).filter(|unit| !kind.is_delimiter(unit)) {
            let len = u32::try_from(unit.len()).map_err(|_| MediaError::TooLarge)?;
            self.data.extend(len.to_be_bytes());
            self.data.extend_from_slice(unit);
        }
        let len = self.data.len().saturating_sub(before);
        self.samples.push(Sample { at, len, is_key: frame.is_key });
        Ok(())
    }

    /// Writes the fragment at hand; its last frame is as long as the one before.
    fn flush(&mut self) -> Result<(), MediaError> {
        let samples = core::mem::take(&mut self.samples);
        let data = core::mem::take(&mut self.data);
        let Some(first) = samples.first() else { return Ok(()) };
        self.sequence = self.sequence.saturating_add(1);
        let nexts = samples.iter().skip(1).map(|next| Some(next.at)).chain([None]);
        let entries = samples.iter().zip(nexts).map(|(sample, next)| {
            let step = next.map_or(self.step, |next| next.saturating_sub(sample.at));
            Ok(TrunEntry {
                duration: Some(u32::try_from(step).unwrap_or(u32::MAX)),
                size: Some(u32::try_from(sample.len).map_err(|_| MediaError::TooLarge)?),
                flags: Some(if sample.is_key { KEY_SAMPLE } else { DELTA_SAMPLE }),
                cts: None,
            })
        });
        let entries = entries.collect::<Result<Vec<_>, MediaError>>()?;
        let bytes = fragment(self.sequence, first.at, entries, data)?;
        Ok(self.file.write_all(&bytes)?)
    }

    /// Says how long the file is.
    fn close(&mut self, Begun { mut moov, moov_at }: Begun, end: u64) -> Result<(), MediaError> {
        if let Some(Mvex { mehd: Some(mehd), .. }) = &mut moov.mvex {
            mehd.fragment_duration = end;
        }
        let mut bytes = Vec::new();
        encode(&moov, &mut bytes)?;
        self.file.seek(SeekFrom::Start(moov_at))?;
        self.file.write_all(&bytes)?;
        Ok(self.file.flush()?)
    }
}

impl<W: Write + Seek> TrackWriter for Writer<W> {
    fn write(&mut self, frame: &MediaFrame<'_>) -> Result<(), MediaError> {
        if self.begun.is_none() {
            if !frame.is_key {
                return Ok(());
            }
            self.begin(frame.data)?;
        }
        self.push(frame)
    }

    fn finish(mut self: Box<Self>) -> Result<(), MediaError> {
        if let [.., before, last] = &*self.samples {
            self.step = last.at.saturating_sub(before.at);
        }
        let end = self.samples.last().map(|last| last.at.saturating_add(self.step));
        self.flush()?;
        match (self.begun.take(), end) {
            (Some(begun), Some(end)) => self.close(begun, end),
            _ => Ok(()),
        }
    }
}

/// Returns a `moof` and its `mdat`.
fn fragment(
    sequence_number: u32,
    base_media_decode_time: u64,
    entries: Vec<TrunEntry>,
    data: Vec<u8>,
) -> Result<Vec<u8>, MediaError> {
    let tfhd = Tfhd { track_id: TRACK, default_base_is_moof: true, ..Default::default() };
    let tfdt = Some(Tfdt { base_media_decode_time });
    // The length of `moof` does not depend on what the offset in it is.
    let trun = Trun { data_offset: Some(0), samples: entries.into() };
    let traf = Traf { tfhd, tfdt, trun: vec![trun], ..Default::default() };
    let mut moof = Moof { mfhd: Mfhd { sequence_number }, traf: vec![traf] };
    let mut bytes = Vec::new();
    encode(&moof, &mut bytes)?;
    let data_offset = bytes.len().checked_add(MDAT_HEADER_LEN).ok_or(MediaError::TooLarge)?;
    let data_offset = i32::try_from(data_offset).map_err(|_| MediaError::TooLarge)?;
    for trun in moof.traf.iter_mut().flat_map(|traf| &mut traf.trun) {
        trun.data_offset = Some(data_offset);
    }
    bytes.clear();
    encode(&moof, &mut bytes)?;
    encode(&Mdat { data }, &mut bytes)?;
    Ok(bytes)
}

fn ftyp() -> Ftyp {
    Ftyp {
        major_brand: FourCC::new(b"iso6"),
        minor_version: 0,
        compatible_brands: [b"iso6", b"iso5", b"mp41"].map(FourCC::new).to_vec(),
    }
}

/// Returns the description of the movie and its track, of which all samples are in fragments;
/// `None` if the format cannot say the size.
fn moov(size: Size, codec: Codec) -> Option<Moov> {
    let side = |pixels| u16::try_from(pixels).ok();
    let tkhd = Tkhd {
        track_id: TRACK,
        enabled: true,
        in_movie: true,
        width: side(size.width)?.into(),
        height: side(size.height)?.into(),
        ..Default::default()
    };
    let mdhd = Mdhd { timescale: TICKS, language: "und".into(), ..Default::default() };
    let hdlr = Hdlr { handler: FourCC::new(b"vide"), name: String::new() };
    let dinf = Dinf { dref: Dref { entries: vec![Url::default().into()] } };
    let stbl = Stbl {
        stsd: Stsd { codecs: vec![codec] },
        stco: Some(Default::default()),
        ..Default::default()
    };
    let minf = Minf { vmhd: Some(Vmhd::default()), dinf, stbl, ..Default::default() };
    let trak = Trak { tkhd, mdia: Mdia { mdhd, hdlr, minf }, ..Default::default() };
    let trex = Trex { track_id: TRACK, default_sample_description_index: 1, ..Default::default() };
    // 0 until the file is finished: unknown.
    let mehd = Some(Mehd { fragment_duration: 0 });
    Some(Moov {
        mvhd: Mvhd {
            timescale: TICKS,
            rate: 1.into(),
            next_track_id: TRACK.saturating_add(1),
            ..Default::default()
        },
        mvex: Some(Mvex { mehd, trex: vec![trex] }),
        trak: vec![trak],
        ..Default::default()
    })
}

fn visual(size: Size) -> Option<Visual> {
    Some(Visual {
        data_reference_index: 1,
        width: u16::try_from(size.width).ok()?,
        height: u16::try_from(size.height).ok()?,
        ..Default::default()
    })
}

fn encode(atom: &impl Encode, bytes: &mut Vec<u8>) -> Result<(), MediaError> {
    Ok(atom.encode(bytes).map_err(io::Error::other)?)
}

fn ticks(time: Duration) -> u64 {
    let ticks = time.as_micros().saturating_mul(u128::from(TICKS)) / 1_000_000;
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

/// Of a second: RTP's video clock.
const TICKS: u32 = 90_000;

/// The one track there is.
const TRACK: u32 = 1;

/// Sample flags (ISO/IEC 14496-12 section 8.8.3.1): depends on no other, or does, and is no sync
/// sample.
const KEY_SAMPLE: u32 = 2 << 24;
const DELTA_SAMPLE: u32 = 1 << 24 | 1 << 16;

/// `nal_unit_type`s.
const H264_SPS: u8 = 7;
const H264_PPS: u8 = 8;
const H264_DELIMITER: u8 = 9;
const H265_DELIMITER: u8 = 35;

const MDAT_HEADER_LEN: usize = 8;
