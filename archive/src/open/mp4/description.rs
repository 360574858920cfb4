//! What a file says of its tracks: the parts of `moov` that matter here (ISO/IEC 14496-12 section
//! 8).
//!
//! Part by part, because `janus-pp-rec` writes descriptions of AV1 that are none: an empty `av1C`.

use mp4_atom::{Co64, Ctts, Decode, FourCC, Mdhd, Stco, Stsc, Stsz, Stts, Tkhd, Trex};

use crate::media::Codec;
use crate::open::container::Track;

/// A track whose codec is one of ours.
#[derive(Debug)]
pub(super) struct Description {
    pub(super) track: Track,
    pub(super) id: u32,
    pub(super) timescale: u32,
    pub(super) tables: Tables,
    /// What its fragments leave out, if it has any.
    pub(super) defaults: Option<Trex>,
}

/// Where samples are that are in no fragment.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) sizes: Stsz,
    pub(super) durations: Stts,
    pub(super) shifts: Ctts,
    pub(super) chunks: Stsc,
    pub(super) short_offsets: Stco,
    pub(super) long_offsets: Co64,
}

/// Reads the contents of `moov`.
pub(super) fn read(moov: &[u8]) -> Vec<Description> {
    let defaults: Vec<Trex> = Atom::find(moov, b"mvex")
        .into_iter()
        .flat_map(|mvex| Atom::all(mvex.body))
        .filter(|atom| atom.kind == *b"trex")
        .filter_map(|atom| atom.decode())
        .collect();
    let tracks = Atom::all(moov).filter(|atom| atom.kind == *b"trak");
    tracks.filter_map(|trak| track(trak.body, &defaults)).collect()
}

fn track(trak: &[u8], defaults: &[Trex]) -> Option<Description> {
    let id = Atom::find(trak, b"tkhd")?.decode::<Tkhd>()?.track_id;
    let mdia = Atom::find(trak, b"mdia")?.body;
    let timescale = Atom::find(mdia, b"mdhd")?.decode::<Mdhd>()?.timescale;
    let stbl = Atom::find(Atom::find(mdia, b"minf")?.body, b"stbl")?.body;
    let codec = codec(Atom::find(stbl, b"stsd")?.body)?;
    let tables = Tables {
        sizes: table(stbl, b"stsz")?,
        durations: table(stbl, b"stts")?,
        shifts: table(stbl, b"ctts")?,
        chunks: table(stbl, b"stsc")?,
        short_offsets: table(stbl, b"stco")?,
        long_offsets: table(stbl, b"co64")?,
    };
    let defaults = defaults.iter().find(|trex| trex.track_id == id).cloned();
    Some(Description { track: Track { number: id.into(), codec }, id, timescale, tables, defaults })
}

/// Reads a table, which may not be there; `None` if it is damaged.
fn table<T: Decode + Default>(stbl: &[u8], kind: &[u8; 4]) -> Option<T> {
    Atom::find(stbl, kind).map_or_else(|| Some(T::default()), |atom| atom.decode())
}

/// Returns the codec of the first description.
fn codec(stsd: &[u8]) -> Option<Codec> {
    let entries = stsd.get(8..)?; // version, flags, number of entries
    Some(match &Atom::all(entries).next()?.kind {
        b"avc1" | b"avc3" => Codec::H264,
        b"hvc1" | b"hev1" => Codec::H265,
        b"av01" => Codec::Av1,
        b"vp08" => Codec::Vp8,
        b"vp09" => Codec::Vp9,
        b"Opus" => Codec::Opus,
        _ => return None,
    })
}

/// An atom in memory.
#[derive(Clone, Copy)]
struct Atom<'a> {
    kind: [u8; 4],
    whole: &'a [u8],
    body: &'a [u8],
}

impl<'a> Atom<'a> {
    /// Splits atoms, as far as they are whole.
    fn all(bytes: &'a [u8]) -> impl Iterator<Item = Self> {
        let mut rest = bytes;
        core::iter::from_fn(move || {
            let mut after_head = rest;
            let head = mp4_atom::Header::decode(&mut after_head).ok()?;
            let size = head.size.unwrap_or(after_head.len());
            let (body, after) = after_head.split_at_checked(size)?;
            let whole = rest.get(..rest.len().checked_sub(after.len())?)?;
            rest = after;
            Some(Self { kind: FourCC::into(head.kind), whole, body })
        })
    }

    fn find(bytes: &'a [u8], kind: &[u8; 4]) -> Option<Self> {
        Self::all(bytes).find(|atom| atom.kind == *kind)
    }

    fn decode<T: Decode>(mut self) -> Option<T> {
        T::decode(&mut self.whole).ok()
    }
}
