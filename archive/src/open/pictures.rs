//! Packets of one stream to pictures: what was sent at one time.

use super::depacketize::{self, Payload, Piece};
use super::reorder::Reorder;
use super::rtp;
use super::{Format, Since};

/// Frames that were sent at one time: one, or one for each layer.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) timestamp: u32,
    /// When its first packet was recorded, if that is known.
    pub(super) recorded: Option<Since>,
    pub(super) format: Format,
    pub(super) pieces: Vec<Piece>,
    /// Whether something may be missing at its beginning or its end.
    pub(super) is_at_a_gap: bool,
}

/// Takes packets as they were recorded.
#[derive(Debug)]
pub(super) struct Pictures {
    reorder: Reorder<Packet>,
    /// The packets of the picture at hand, and whether each follows the one before.
    packets: Vec<(Packet, bool)>,
    /// Bytes in them.
    len: usize,
    /// Whether something is missing behind them.
    is_at_a_gap: bool,
}

#[derive(Debug)]
struct Packet {
    has_marker: bool,
    timestamp: u32,
    payload: Vec<u8>,
    format: Format,
    recorded: Option<Since>,
}

impl Pictures {
    pub(super) const fn new() -> Self {
        Self { reorder: Reorder::new(), packets: Vec::new(), len: 0, is_at_a_gap: true }
    }

    /// Takes the next packet; hands on the pictures that are complete by it.
    pub(super) fn push(
        &mut self,
        packet: &rtp::Packet<'_>,
        format: Format,
        recorded: Option<Since>,
        mut take: impl FnMut(Picture),
    ) {
        let &rtp::Packet { has_marker, timestamp, sequence, payload, .. } = packet;
        let payload = payload.to_vec();
        self.reorder.push(sequence, Packet { has_marker, timestamp, payload, format, recorded });
        self.drain(&mut take);
    }

    /// Hands on what is left: no more will come.
    pub(super) fn finish(&mut self, mut take: impl FnMut(Picture)) {
        self.reorder.finish();
        self.drain(&mut take);
        self.is_at_a_gap = true; // the recording may have ended before the picture did
        self.complete(&mut take);
    }

    /// Returns how many packets never came, and how many came again or too late.
    pub(super) const fn missing_and_repeated(&self) -> (u64, u64) {
        self.reorder.missing_and_repeated()
    }

    fn drain(&mut self, take: &mut impl FnMut(Picture)) {
        while let Some((packet, follows)) = self.reorder.pop() {
            self.is_at_a_gap |= !follows;
            if packet.payload.is_empty() {
                continue; // padding: it comes behind a picture, with its timestamp
            }
            let belongs = self.packets.last().is_some_and(|(last, _)| {
                last.timestamp == packet.timestamp && last.format == packet.format
            });
            let len = self.len.saturating_add(packet.payload.len());
            if !belongs || len > MAX_LEN {
                self.complete(take);
            }
            let ends = packet.has_marker || packet.format.codec.is_audio();
            self.len = self.len.saturating_add(packet.payload.len());
            self.packets.push((packet, !core::mem::take(&mut self.is_at_a_gap)));
            if ends {
                self.complete(take);
            }
        }
    }

    /// Ends the picture at hand.
    fn complete(&mut self, take: &mut impl FnMut(Picture)) {
        self.len = 0;
        let packets = core::mem::take(&mut self.packets);
        let Some(((first, follows), (last, _))) = packets.first().zip(packets.last()) else {
            return;
        };
        let ends = last.has_marker || last.format.codec.is_audio();
        let is_at_a_gap = !follows || (self.is_at_a_gap && !ends);
        let payloads = packets
            .iter()
            .map(|(packet, follows)| Payload { bytes: &packet.payload, follows: *follows });
        take(Picture {
            timestamp: first.timestamp,
            recorded: first.recorded,
            format: first.format,
            pieces: depacketize::pieces(first.format.codec, &payloads.collect::<Vec<_>>()),
            is_at_a_gap,
        });
    }
}

/// In bytes: no frame that is longer opens.
const MAX_LEN: usize = frameseal_sframe::FrameBuffer::MAX_FRAME_LEN;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Codec;

    const VP8: Format = Format { codec: Codec::Vp8, is_red: false };
    const OPUS: Format = Format { codec: Codec::Opus, is_red: false };

    /// Sequence number, timestamp, marker, payload.
    type Row = (u16, u32, bool, &'static [u8]);

    fn pictures(format: Format, rows: &[Row]) -> Vec<(u32, Vec<Piece>, bool)> {
        let mut pictures = Pictures::new();
        let mut made = Vec::new();
        let mut take = |picture: Picture| {
            made.push((picture.timestamp, picture.pieces, picture.is_at_a_gap));
        };
        for &(sequence, timestamp, has_marker, payload) in rows {
            let packet =
                rtp::Packet { has_marker, payload_type: 96, sequence, timestamp, ssrc: 1, payload };
            pictures.push(&packet, format, None, &mut take);
        }
        pictures.finish(&mut take);
        made
    }

    fn whole(timestamp: u32, bytes: &[u8]) -> (u32, Vec<Piece>, bool) {
        (timestamp, vec![Piece::Frame(bytes.to_vec())], false)
    }

    #[test]
    fn markers_and_timestamps_end_pictures() {
        let rows: &[Row] = &[
            (1, 10, false, &[0x10, 1]),
            (2, 10, true, &[0, 2]),
            (3, 20, true, &[0x10, 3]),
            (4, 30, false, &[0x10, 4]), // the marker is missing
            (5, 40, true, &[0x10, 5]),
        ];
        let made = pictures(VP8, rows);
        assert_eq!(made[0], (10, vec![Piece::Frame(vec![1, 2])], true), "nothing is before it");
        assert_eq!(made[1..], [whole(20, &[3]), whole(30, &[4]), whole(40, &[5])]);
    }

    #[test]
    fn a_picture_beside_a_gap_may_be_whole() {
        let rows: &[Row] = &[
            (1, 10, true, &[0x10, 1]),
            (2, 20, true, &[0x10, 2]),
            (4, 30, true, &[0x10, 3]), // before it, a packet of any picture
            (5, 40, false, &[0x10, 4]), // and behind it
            (7, 50, true, &[0x10, 5]),
            (8, 60, false, &[0x10, 6]), // inside
            (10, 60, true, &[0, 7]),
        ];
        let gaps: Vec<_> = pictures(VP8, rows).into_iter().map(|row| (row.1, row.2)).collect();
        let frame = |byte| vec![Piece::Frame(vec![byte])];
        let expected = [
            (frame(1), true),
            (frame(2), false),
            (frame(3), true),
            (frame(4), true),
            (frame(5), true),
            (vec![Piece::Lost], false),
        ];
        assert_eq!(gaps, expected);
    }

    #[test]
    fn padding_is_no_picture_and_no_gap() {
        let rows: &[Row] = &[
            (1, 10, true, &[0x10, 1]),
            (2, 10, false, &[]),
            (3, 10, false, &[]),
            (4, 20, true, &[0x10, 2]),
            (6, 20, false, &[]),
            (7, 30, true, &[0x10, 3]),
        ];
        let made = pictures(VP8, rows);
        assert_eq!(made.iter().map(|row| row.2).collect::<Vec<_>>(), [true, false, true]);
    }

    #[test]
    fn each_packet_of_audio_is_a_frame() {
        let rows: &[Row] = &[(1, 10, true, &[1]), (2, 10, false, &[2]), (4, 20, false, &[3])];
        let made = pictures(OPUS, rows);
        assert_eq!(made.iter().map(|row| row.2).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(made.len(), 3);
    }
}
