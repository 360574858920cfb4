//! Captures of a network: pcap and pcapng, of which what UDP carries is taken.

mod datagram;

use core::time::Duration;
use std::io::Read;

use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader};

pub(super) use self::datagram::{Datagram, Flow};
use super::Since;

/// Reads a capture datagram by datagram.
pub(super) struct Reader<'a> {
    capture: Box<dyn PcapReaderIterator + Send + 'a>,
    interfaces: Vec<Interface>,
    /// Whether this is pcapng.
    has_blocks: bool,
    is_cut_off: bool,
}

/// What a packet was captured from.
#[derive(Clone, Copy, Debug)]
struct Interface {
    link: i32,
    clock: Clock,
}

/// What a time in the file is.
#[derive(Clone, Copy, Debug)]
enum Clock {
    /// Of 10 to this power in a second.
    Decimal(u32),
    /// Of 2 to this power in a second.
    Binary(u32),
}

impl<'a> Reader<'a> {
    /// Reads what comes first; `None` if this is no capture.
    pub(super) fn new(file: impl Read + Send + 'a) -> Option<Self> {
        let capture = create_reader(BUFFER_LEN, file).ok()?;
        Some(Self { capture, interfaces: Vec::new(), has_blocks: false, is_cut_off: false })
    }

    /// Hands on each datagram, with the time at which it was captured, from 1970 on if the capture
    /// says it.
    pub(super) fn read(&mut self, mut take: impl FnMut(&Datagram<'_>, Option<Since>)) {
        loop {
            let before = self.capture.data().len();
            if self.has_blocks && is_too_short(self.capture.data()) {
                return self.cut_off();
            }
            match self.capture.next() {
                Ok((len, block)) => {
                    self.has_blocks |= matches!(block, PcapBlockOwned::NG(_));
                    take_block(&block, &mut self.interfaces, &mut take);
                    self.capture.consume(len);
                }
                Err(PcapError::Eof) => return,
                Err(PcapError::Incomplete(_)) => {
                    let has_grown = self.capture.refill().is_ok()
                        && (self.capture.data().len() > before || self.capture.reader_exhausted());
                    if !has_grown {
                        return self.cut_off();
                    }
                }
                Err(_) => return self.cut_off(),
            }
        }
    }

    /// Tells whether the file ended within a packet, or went on with something else.
    pub(super) const fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    const fn cut_off(&mut self) {
        self.is_cut_off = true;
    }
}

/// Tells whether a block of pcapng is shorter than any can be: of one type, version 0.17 of the
/// library does not look, and overflows.
fn is_too_short(block: &[u8]) -> bool {
    match block.first_chunk::<8>() {
        Some([0x01, 0, 0, 0x80, len @ ..]) => u32::from_le_bytes(*len) < MIN_BLOCK_LEN,
        Some([0x80, 0, 0, 0x01, len @ ..]) => u32::from_be_bytes(*len) < MIN_BLOCK_LEN,
        _ => false,
    }
}

fn take_block(
    block: &PcapBlockOwned<'_>,
    interfaces: &mut Vec<Interface>,
    take: &mut impl FnMut(&Datagram<'_>, Option<Since>),
) {
    match block {
        PcapBlockOwned::LegacyHeader(header) => {
            let power = if header.is_nanosecond_precision() { 9 } else { 6 };
            let clock = Clock::Decimal(power);
            interfaces.push(Interface { link: header.network.0, clock });
        }
        PcapBlockOwned::Legacy(packet) => {
            let Some(Interface { link, clock }) = interfaces.first().copied() else { return };
            let at = Duration::from_secs(packet.ts_sec.into())
                .saturating_add(clock.duration(packet.ts_usec.into()));
            take_packet(link, packet.data, packet.origlen, Some(Since(at)), take);
        }
        PcapBlockOwned::NG(Block::SectionHeader(_)) => interfaces.clear(),
        PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
            if interfaces.len() < MAX_INTERFACES {
                let clock = Clock::from_resolution(interface.if_tsresol);
                interfaces.push(Interface { link: interface.linktype.0, clock });
            }
        }
        PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
            let number = usize::try_from(packet.if_id).ok();
            let interface = number.and_then(|number| interfaces.get(number));
            let Some(Interface { link, clock }) = interface.copied() else { return };
            let at = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
            let at = Some(Since(clock.duration(at)));
            take_packet(link, packet.packet_data(), packet.origlen, at, take);
        }
        PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
            let Some(Interface { link, .. }) = interfaces.first() else { return };
            take_packet(*link, packet.packet_data(), packet.origlen, None, take);
        }
        PcapBlockOwned::NG(_) => {}
    }
}

fn take_packet(
    link: i32,
    packet: &[u8],
    original_len: u32,
    at: Option<Since>,
    take: &mut impl FnMut(&Datagram<'_>, Option<Since>),
) {
    // Of what was cut by the capture, no frame opens.
    let is_whole = usize::try_from(original_len).is_ok_and(|len| packet.len() >= len);
    if let Some(datagram) = Datagram::parse(link, packet).filter(|_| is_whole) {
        take(&datagram, at);
    }
}

impl Clock {
    /// Option `if_tsresol` of pcapng.
    fn from_resolution(resolution: u8) -> Self {
        let power = u32::from(resolution & 0x7f);
        if resolution & 0x80 == 0 { Self::Decimal(power) } else { Self::Binary(power) }
    }

    fn duration(self, units: u64) -> Duration {
        let in_a_second = match self {
            Self::Decimal(power) => 10_u128.checked_pow(power),
            Self::Binary(power) => 1_u128.checked_shl(power),
        };
        let nanos = in_a_second
            .and_then(|in_a_second| {
                u128::from(units).checked_mul(1_000_000_000)?.checked_div(in_a_second)
            })
            .unwrap_or_default();
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// In bytes: for the longest packet that is captured, which is 256 KiB, and more at once. A fuzzer
/// has shorter ones, and fills buffers all the time.
const BUFFER_LEN: usize = if cfg!(feature = "_internal_fuzz") { 1 << 14 } else { 1 << 20 };

/// Type, length, and length again, in bytes.
const MIN_BLOCK_LEN: u32 = 12;

/// More than any machine has.
const MAX_INTERFACES: usize = 1024;

#[cfg(test)]
pub(super) mod tests;
