//! What frames are, in the words of those who handle them.

use frameseal_sframe::FrameKind;
use frameseal_sframe::envelope;
use str0m::format::Codec as Negotiated;

use crate::media::Codec;

/// A codec that can be opened and written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Format {
    pub(crate) codec: Codec,
    /// For the session.
    pub(crate) mime_type: &'static str,
    /// For people.
    pub(crate) name: &'static str,
    envelope: envelope::Codec,
}

impl Format {
    /// `None`: of no codec that is recorded.
    pub(crate) const fn of(codec: Negotiated) -> Option<Self> {
        use envelope::Codec as Envelope;
        let (codec, mime_type, name, envelope) = match codec {
            Negotiated::Opus => (Codec::Opus, "audio/opus", "Opus", Envelope::Audio),
            Negotiated::Vp8 => (Codec::Vp8, "video/VP8", "VP8", Envelope::Vp8),
            Negotiated::Vp9 => (Codec::Vp9, "video/VP9", "VP9", Envelope::Vp9),
            Negotiated::Av1 => (Codec::Av1, "video/AV1", "AV1", Envelope::Av1),
            Negotiated::H264 => (Codec::H264, "video/H264", "H264", Envelope::H264),
            Negotiated::H265 => (Codec::H265, "video/H265", "H265", Envelope::H265),
            _ => return None,
        };
        Some(Self { codec, mime_type, name, envelope })
    }

    pub(crate) fn is_sound(self) -> bool {
        self.envelope == envelope::Codec::Audio
    }

    /// Whether a decoder can begin with this frame, by its own bitstream.
    pub(crate) fn is_beginning(self, frame: &[u8]) -> bool {
        matches!(self.envelope.kind(frame), Ok(FrameKind::Audio | FrameKind::Key))
    }
}
