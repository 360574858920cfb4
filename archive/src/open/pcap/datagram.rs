//! What UDP carries in a captured packet.

use core::net::IpAddr;

use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, TransportSlice};

/// A datagram, and between whom it was sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Datagram<'a> {
    pub(crate) flow: Flow,
    pub(crate) payload: &'a [u8],
}

/// From where to where.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Flow {
    source: (IpAddr, u16),
    destination: (IpAddr, u16),
}

impl<'a> Datagram<'a> {
    /// Takes a packet of a link type apart; `None` if there is no whole datagram in it.
    pub(super) fn parse(link: i32, packet: &'a [u8]) -> Option<Self> {
        let sliced = match link {
            NULL | LOOP => LaxSlicedPacket::from_ip(packet.get(4..)?).ok()?,
            ETHERNET => LaxSlicedPacket::from_ethernet(packet).ok()?,
            RAW | RAW_OF_BSD | RAW_OF_OPENBSD | IPV4 | IPV6 => {
                LaxSlicedPacket::from_ip(packet).ok()?
            }
            LINUX_SLL => cooked(packet, 14, 16)?,
            LINUX_SLL2 => cooked(packet, 0, 20)?,
            _ => return None,
        };
        let addresses: (IpAddr, IpAddr) = match sliced.net? {
            LaxNetSlice::Ipv4(ip) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            LaxNetSlice::Ipv6(ip) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            LaxNetSlice::Arp(_) => return None,
        };
        let TransportSlice::Udp(udp) = sliced.transport? else { return None };
        let flow = Flow {
            source: (addresses.0, udp.source_port()),
            destination: (addresses.1, udp.destination_port()),
        };
        Some(Self { flow, payload: udp.payload() })
    }
}

/// Takes off a header of Linux' cooked mode.
fn cooked(packet: &[u8], protocol_at: usize, len: usize) -> Option<LaxSlicedPacket<'_>> {
    let protocol = packet.get(protocol_at..)?.first_chunk()?;
    let protocol = EtherType(u16::from_be_bytes(*protocol));
    Some(LaxSlicedPacket::from_ether_type(protocol, packet.get(len..)?))
}

/// Link types, by the registry of tcpdump.org.
const NULL: i32 = 0;
const ETHERNET: i32 = 1;
const RAW_OF_BSD: i32 = 12;
const RAW_OF_OPENBSD: i32 = 14;
const RAW: i32 = 101;
const LOOP: i32 = 108;
const LINUX_SLL: i32 = 113;
const IPV4: i32 = 228;
const IPV6: i32 = 229;
const LINUX_SLL2: i32 = 276;
