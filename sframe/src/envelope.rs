//! The codec-shaped bytes around a sealed frame's body.
//!
//! Packetizers, depacketizers and SFUs parse what they forward, and drop a frame that does not look
//! like its codec. The envelope is a decoy for them: the least that they must read, and then the
//! body, which holds the *whole* encoded frame, encrypted. So the receiver takes nothing from the
//! envelope but the place of the body, and its decoder gets the encoder's frame bit for bit,
//! whatever became of the decoy on the way.
//!
//! ```text
//! audio         body
//! VP8 delta     11 00 00 00 00 || body
//! VP8 key       10 00 00 9d 01 2a || width(2) || height(2) || 00 00 || body
//! VP9 delta     86 || body || 00
//! VP9 key       uncompressed header through render_size() || body || 00
//! H.264, H.265  { 00 00 00 01 || parameter set }* || 00 00 00 01 || start of the first slice
//!                  || ff ff ff ff ff ff (key frames only) || body, with emulation prevention || 80
//! AV1 delta     header of an OBU_FRAME || 30 || body
//! AV1 key       { sequence header OBU }* || header of an OBU_FRAME || 10 || body
//! ```
//!
//! [`Codec::front`] and [`Codec::close`] make it, [`Codec::locate`] finds the body, and
//! [`Codec::matches`] tells, once the body has been opened, whether this is the envelope that this
//! frame was sent in. What is in it is readable on the way; none of it reaches the decoder.
//!
//! Whether a frame is key or delta is what its own bitstream says, and its envelope says the same:
//! [`Codec::kind`] reads it from either. No browser or server is asked.

mod annex_b;
mod av1;
mod bit_reader;
mod emulation;
mod h264;
mod h265;
mod obu;
mod vp8;
mod vp9;

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::ops::Range;

use crate::metadata::FrameKind;

/// What a frame is encoded with, and so which envelope it takes.
///
/// # Examples
///
/// What a sender and a receiver do with it, encryption left out:
///
/// ```
/// use frameseal_sframe::envelope::{Codec, EnvelopeError};
/// use frameseal_sframe::FrameKind;
///
/// let codec = Codec::from_mime_type("video/H264").expect("a codec with an envelope");
/// let encoded = [0, 0, 0, 1, 0x41, 0x9a, 0x20, 0x1c, 0xe5]; // one P slice
/// let body = [0x07, 0, 0, 0, 0]; // in earnest: SFrame header, ciphertext, tag
///
/// let (mut front, mut sealed) = (Vec::new(), Vec::new());
/// codec.front(&encoded, body.len(), &mut front)?;
/// codec.close(&front, &body, &mut sealed);
/// assert_eq!(sealed, [0, 0, 0, 1, 0x41, 0x9a, 0x07, 0, 0, 3, 0, 0, 0x80]);
///
/// let mut scratch = Vec::new();
/// assert_eq!(codec.kind(&sealed)?, FrameKind::Delta);
/// let place = codec.locate(&sealed, &mut scratch)?;
/// assert_eq!(place.body(&mut sealed, &mut scratch), body);
/// assert!(codec.matches(&sealed, &front));
/// # Ok::<(), EnvelopeError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Codec {
    /// Any audio codec: no envelope.
    Audio,
    /// AV1 as WebRTC has it: OBUs without the length-delimited framing of Annex B.
    Av1,
    /// H.264 as a byte stream (Annex B).
    H264,
    /// H.265 as a byte stream (Annex B).
    H265,
    /// VP8.
    Vp8,
    /// VP9.
    Vp9,
}

impl Codec {
    /// Returns the codec of an `RTCRtpCodec` or a frame's metadata, or `None` for one that has no
    /// envelope here, whose frames must not be sent at all.
    ///
    /// Upper and lower case are alike (RFC 4855 section 3). All of `audio/*` is [`Codec::Audio`].
    #[must_use]
    pub fn from_mime_type(mime_type: &str) -> Option<Self> {
        let (media, subtype) = mime_type.split_once('/')?;
        if media.eq_ignore_ascii_case("audio") {
            return Some(Self::Audio);
        }
        if !media.eq_ignore_ascii_case("video") {
            return None;
        }
        let named = |(name, _): &&(&str, Self)| subtype.eq_ignore_ascii_case(name);
        VIDEO_SUBTYPES.iter().find(named).map(|(_, codec)| *codec)
    }

    /// Returns what a frame's own bitstream says that it is. A sealed frame's envelope says the same
    /// as the frame in it, but is believed only once it [matches](Self::matches).
    ///
    /// Key frames are those that a decoder can begin with, by the first picture in the frame: IDR and
    /// other random access pictures, `frame_type` key. Pictures that are shown again, intra-only
    /// pictures, and the upper layers of a key picture are delta.
    ///
    /// # Errors
    ///
    /// As [`front`](Self::front).
    pub fn kind(self, frame: &[u8]) -> Result<FrameKind, EnvelopeError> {
        match self {
            Self::Audio => Ok(FrameKind::Audio),
            Self::Av1 => av1::kind(frame),
            Self::H264 => annex_b::kind(h264::SYNTAX, frame),
            Self::H265 => annex_b::kind(h265::SYNTAX, frame),
            Self::Vp8 => vp8::kind(frame),
            Self::Vp9 => vp9::kind(frame),
        }
    }

    /// Replaces the contents of `front` by what goes before the body of `encoded`.
    ///
    /// `body_len` is the length of the body to come, in bytes: AV1 writes it down. Of `encoded`
    /// only the beginning is read, up to the header of the first slice or frame, so that the cost
    /// does not grow with the frame.
    ///
    /// # Errors
    ///
    /// `front` is then of no use. A frame that this fails for must not be sent.
    ///
    /// - [`EnvelopeError::NoPicture`], [`EnvelopeError::Truncated`], [`EnvelopeError::Malformed`]:
    ///   `encoded` is not a frame of this codec.
    /// - [`EnvelopeError::StillPicture`]: AV1's, whose headers do not tell the kind.
    pub fn front(
        self,
        encoded: &[u8],
        body_len: usize,
        front: &mut Vec<u8>,
    ) -> Result<(), EnvelopeError> {
        front.clear();
        match self {
            Self::Audio => Ok(()),
            Self::Av1 => av1::front(encoded, body_len, front),
            Self::H264 => annex_b::front(h264::SYNTAX, encoded, front),
            Self::H265 => annex_b::front(h265::SYNTAX, encoded, front),
            Self::Vp8 => vp8::front(encoded, front),
            Self::Vp9 => vp9::front(encoded, front),
        }
    }

    /// Returns what goes behind the body, at most one byte: it looks like the end of a frame.
    #[must_use]
    pub const fn trailer(self) -> &'static [u8] {
        match self {
            Self::Audio | Self::Av1 | Self::Vp8 => &[],
            Self::H264 | Self::H265 => &[annex_b::STOP_BYTE],
            Self::Vp9 => &[vp9::TRAILER],
        }
    }

    /// Tells whether the body is sent escaped.
    ///
    /// For all other codecs a sealed frame is `front || body || trailer` as they are, so the body
    /// can be sealed and opened where it lies.
    #[must_use]
    pub const fn escapes_body(self) -> bool {
        matches!(self, Self::H264 | Self::H265)
    }

    /// Replaces the contents of `sealed` by the sealed frame: `front || body || trailer`, the body
    /// escaped if the codec [wants that](Self::escapes_body).
    pub fn close(self, front: &[u8], body: &[u8], sealed: &mut Vec<u8>) {
        sealed.clear();
        sealed.extend_from_slice(front);
        if self.escapes_body() {
            emulation::escape(body, sealed);
        } else {
            sealed.extend_from_slice(body);
        }
        sealed.extend_from_slice(self.trailer());
    }

    /// Finds the body of a sealed frame: in `sealed` itself, or unescaped in `scratch`, whose
    /// contents are replaced if the codec [escapes](Self::escapes_body) bodies.
    ///
    /// Nothing here is authenticated yet. Frames that nobody sealed mostly end in an error, but not
    /// all of them do: only opening the body tells.
    ///
    /// # Errors
    ///
    /// No sealed frame looks like this: nobody sealed it, or it was damaged.
    pub fn locate(self, sealed: &[u8], scratch: &mut Vec<u8>) -> Result<Place, EnvelopeError> {
        match self {
            Self::Audio => Ok(Place::Sealed(0..sealed.len())),
            Self::Av1 => av1::locate(sealed).map(Place::Sealed),
            Self::H264 => annex_b::locate(h264::SYNTAX, sealed, scratch).map(Place::Scratch),
            Self::H265 => annex_b::locate(h265::SYNTAX, sealed, scratch).map(Place::Scratch),
            Self::Vp8 => vp8::locate(sealed).map(Place::Sealed),
            Self::Vp9 => vp9::locate(sealed).map(Place::Sealed),
        }
    }

    /// Tells whether the envelope of `sealed` is the one that was sent around this very frame.
    ///
    /// `rebuilt` is the [`front`](Self::front) of the opened frame, for a body of the length that
    /// was [located](Self::locate). Of `sealed` only what lies around the body is read, so the body
    /// may have been overwritten by what was opened in its place.
    ///
    /// The envelope is not authenticated by itself; this makes up for it. No bit of it can be
    /// changed, except by what packetizers, depacketizers and SFUs are known to do:
    ///
    /// - H.264, H.265: start codes become longer or shorter; parameter sets, access unit delimiters
    ///   and SEI are inserted; zeros are left behind the last byte.
    /// - AV1: temporal delimiters come or go; `obu_size` is written in more bytes or, on the last
    ///   OBU, left out.
    #[must_use]
    pub fn matches(self, sealed: &[u8], rebuilt: &[u8]) -> bool {
        match self {
            Self::Audio => rebuilt.is_empty(),
            Self::Av1 => av1::matches(sealed, rebuilt),
            Self::H264 => annex_b::matches(h264::SYNTAX, sealed, rebuilt),
            Self::H265 => annex_b::matches(h265::SYNTAX, sealed, rebuilt),
            Self::Vp8 | Self::Vp9 => sealed.starts_with(rebuilt),
        }
    }
}

/// Where the body of a sealed frame is: which bytes of which buffer.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are the two buffers of `Codec::locate`")]
pub enum Place {
    /// In `scratch`, unescaped.
    Scratch(Range<usize>),
    /// In the sealed frame itself.
    Sealed(Range<usize>),
}

impl Place {
    /// Returns the body out of the buffers that [`Codec::locate`] was given. Empty if they have
    /// become shorter since.
    #[must_use]
    pub fn body<'a>(&self, sealed: &'a mut [u8], scratch: &'a mut [u8]) -> &'a mut [u8] {
        let (buffer, range) = match self {
            Self::Scratch(range) => (scratch, range),
            Self::Sealed(range) => (sealed, range),
        };
        buffer.get_mut(range.clone()).unwrap_or_default()
    }

    /// Returns which bytes of its buffer the body is.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        let (Self::Scratch(range) | Self::Sealed(range)) = self;
        range.clone()
    }
}

/// Why an envelope cannot be built or found.
///
/// Holds no frame contents: safe to log, count and compare.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The frame's maker: a header that must be read has a value that the codec does not allow.
    Malformed,
    /// The frame's maker: there is no slice (H.264, H.265) or frame (AV1) in it.
    NoPicture,
    /// The frame's maker: AV1's reduced still picture header, which no encoder of video writes.
    StillPicture,
    /// The frame's maker, or the network: it ends inside a header that must be read, or before an
    /// OBU does.
    Truncated,

    /// Not sealed, or damaged: there is something that no envelope has.
    Foreign,
    /// Not sealed, or damaged: the byte behind the body is missing.
    NoStopByte,
    /// Not sealed, or damaged: the slice is not escaped as an envelope's is. Most often because
    /// another one follows it.
    NotEscaped,
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Foreign => "the envelope holds what no envelope has",
            Self::Malformed => "a codec header has a value that is not allowed",
            Self::NoPicture => "there is no slice or frame",
            Self::NoStopByte => "the frame does not end as a sealed one does",
            Self::NotEscaped => "the slice is not escaped as a sealed one is",
            Self::StillPicture => {
                "reduced still-picture headers do not say whether a frame is a key frame"
            }
            Self::Truncated => "the frame ends inside a codec header",
        })
    }
}

impl Error for EnvelopeError {}

/// The video subtypes that have an envelope, as IANA registered them.
const VIDEO_SUBTYPES: [(&str, Codec); 5] = [
    ("AV1", Codec::Av1),
    ("H264", Codec::H264),
    ("H265", Codec::H265),
    ("VP8", Codec::Vp8),
    ("VP9", Codec::Vp9),
];

#[cfg(test)]
mod tests {
    use super::Codec;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn only_codecs_with_an_envelope_have_one() {
        for (mime_type, codec) in [
            ("video/VP8", Some(Codec::Vp8)),
            ("video/vp9", Some(Codec::Vp9)),
            ("Video/h264", Some(Codec::H264)),
            ("video/H265", Some(Codec::H265)),
            ("VIDEO/AV1", Some(Codec::Av1)),
            ("audio/opus", Some(Codec::Audio)),
            ("Audio/red", Some(Codec::Audio)),
            ("video/rtx", None),
            ("video/red", None),
            ("video/ulpfec", None),
            ("video/VP8 ", None),
            ("video", None),
            ("application/opus", None),
            ("", None),
        ] {
            assert_eq!(Codec::from_mime_type(mime_type), codec, "{mime_type}");
        }
    }
}
