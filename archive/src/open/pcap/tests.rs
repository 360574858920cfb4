//! Captures that are built here, byte by byte.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]

use etherparse::PacketBuilder;
use proptest::prelude::*;

use super::*;

fn ip(payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).udp(5004, 5006);
    builder.write(&mut packet, payload).unwrap();
    packet
}

fn ip6(payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv6([1; 16], [2; 16], 64).udp(1, 2).write(&mut packet, payload).unwrap();
    packet
}

fn ethernet(ip: &[u8]) -> Vec<u8> {
    [&[1; 12][..], &[0x08, 0], ip].concat()
}

/// A file of the older format, of packets a second apart.
fn legacy(link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, link] {
        file.extend(u32::to_le_bytes(word));
    }
    for (number, packet) in packets.iter().enumerate() {
        let len = packet.len() as u32;
        for word in [1_700_000_000 + number as u32, 250_000, len, len] {
            file.extend(word.to_le_bytes());
        }
        file.extend(packet);
    }
    file
}

/// A capture of RTP packets, each with its time in milliseconds from 1 700 000 000 s on.
pub(in crate::open) fn capture(packets: impl Iterator<Item = (u32, Vec<u8>)>) -> Vec<u8> {
    let mut file = legacy(1, &[]);
    for (millis, packet) in packets {
        let packet = ethernet(&ip(&packet));
        let len = packet.len() as u32;
        for word in [1_700_000_000 + millis / 1000, millis % 1000 * 1000, len, len] {
            file.extend(word.to_le_bytes());
        }
        file.extend(packet);
    }
    file
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padding = vec![0; body.len().wrapping_neg() % 4];
    let len = (12 + body.len() + padding.len()) as u32;
    [&kind.to_le_bytes()[..], &len.to_le_bytes(), body, &padding, &len.to_le_bytes()].concat()
}

/// A file of the newer format, with times in nanoseconds.
fn pcapng(link: u16, packets: &[Vec<u8>]) -> Vec<u8> {
    let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    let resolution = [9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0];
    let interface = [&link.to_le_bytes()[..], &[0; 6], &resolution].concat();
    let mut file = [block(0x0a0d_0d0a, &section), block(1, &interface)].concat();
    for (number, packet) in packets.iter().enumerate() {
        let at = 1_700_000_000_250_000_000 + number as u64 * 1_000_000_000;
        let len = packet.len() as u32;
        let [high, low] = [(at >> 32) as u32, at as u32];
        let mut body: Vec<u8> =
            [0, high, low, len, len].iter().flat_map(|word| word.to_le_bytes()).collect();
        body.extend(packet);
        file.extend(block(6, &body));
    }
    file
}

/// Payloads with their times, and whether the file was cut off.
type Captured = (Vec<(Vec<u8>, Option<u128>)>, bool);

fn read(file: &[u8]) -> Option<Captured> {
    let mut reader = Reader::new(file)?;
    let mut datagrams = Vec::new();
    reader.read(|datagram, at| {
        datagrams.push((datagram.payload.to_vec(), at.map(|at| at.0.as_millis())));
    });
    Some((datagrams, reader.is_cut_off()))
}

#[test]
fn datagrams_come_with_their_times() {
    let packets = [ethernet(&ip(&[7; 5])), ethernet(&ip(&[8; 6]))];
    let expected =
        vec![(vec![7; 5], Some(1_700_000_000_250)), (vec![8; 6], Some(1_700_000_001_250))];
    for file in [legacy(1, &packets), pcapng(1, &packets)] {
        assert_eq!(read(&file), Some((expected.clone(), false)));
    }
}

#[test]
fn every_kind_of_link_is_read() {
    let v4 = ip(b"v4");
    let cooked =
        |header: &[u8], len: usize, ip: &[u8]| [header, &vec![0; len - header.len()], ip].concat();
    let mut sll = cooked(&[], 14, &[]);
    sll.extend([0x86, 0xdd]);
    for (link, packet, payload) in [
        (0, [&[2, 0, 0, 0][..], &v4].concat(), &b"v4"[..]),
        (1, ethernet(&v4), b"v4"),
        (1, [&[1; 12][..], &[0x81, 0, 0, 5, 0x08, 0], &v4].concat(), b"v4"),
        (12, v4.clone(), b"v4"),
        (101, ip6(b"v6"), b"v6"),
        (108, [&[0, 0, 0, 2][..], &v4].concat(), b"v4"),
        (113, [sll, ip6(b"v6")].concat(), b"v6"),
        (228, v4.clone(), b"v4"),
        (229, ip6(b"v6"), b"v6"),
        (276, cooked(&[0x08, 0], 20, &v4), b"v4"),
    ] {
        let datagrams = read(&legacy(link, &[packet])).unwrap().0;
        assert_eq!(datagrams.len(), 1, "link type {link}");
        assert_eq!(datagrams[0].0, payload, "link type {link}");
    }
}

#[test]
fn what_is_no_datagram_is_left_out() {
    let mut tcp = Vec::new();
    let builder = PacketBuilder::ipv4([1; 4], [2; 4], 64).tcp(1, 2, 3, 4);
    builder.write(&mut tcp, b"no").unwrap();
    let arp = [&[1; 12][..], &[0x08, 0x06], &[0; 28]].concat();
    let packets = [ethernet(&tcp), arp, vec![1, 2, 3], vec![], ethernet(&ip(b"yes"))];
    let datagrams = read(&legacy(1, &packets)).unwrap().0;
    assert_eq!(datagrams.iter().map(|row| &*row.0).collect::<Vec<_>>(), [b"yes"]);
}

#[test]
fn what_is_no_capture_is_none() {
    for bytes in [&b""[..], b"MJR00002", &[0; 100]] {
        assert!(read(bytes).is_none());
    }
}

#[test]
fn a_block_that_is_too_short_ends_the_capture() {
    let packets = [ethernet(&ip(&[7; 5]))];
    for short in [[1, 0, 0, 0x80, 4, 0, 0, 0], [0x80, 0, 0, 1, 0, 0, 0, 11]] {
        let file = [&pcapng(1, &packets)[..], &short, &[0; 40]].concat();
        let (datagrams, is_cut_off) = read(&file).unwrap();
        assert_eq!((datagrams.len(), is_cut_off), (1, true));
    }
}

#[test]
fn every_truncation_holds_the_datagrams_before_it() {
    let packets: Vec<_> = (0..3).map(|byte| ethernet(&ip(&[byte; 30]))).collect();
    for file in [legacy(1, &packets), pcapng(1, &packets)] {
        let whole = read(&file).unwrap().0;
        let mut most = 0;
        for len in 0..file.len() {
            let Some((datagrams, _)) = read(&file[..len]) else { continue };
            assert_eq!(datagrams, whole[..datagrams.len()], "{len} bytes");
            assert!(datagrams.len() >= most, "{len} bytes");
            most = datagrams.len();
        }
        assert_eq!(most, 2);
        let (datagrams, is_cut_off) = read(&file[..file.len() - 1]).unwrap();
        assert_eq!((datagrams.len(), is_cut_off), (2, true));
    }
}

proptest! {
    #[test]
    fn whatever_a_capture_holds_is_no_reason_to_panic(
        bytes in any::<Vec<u8>>(),
        link in prop_oneof![Just(0_u32), Just(1), Just(101), Just(113), Just(276)],
    ) {
        read(&bytes);
        read(&legacy(link, core::slice::from_ref(&bytes)));
        read(&[legacy(link, &[]), bytes.clone()].concat());
        read(&[pcapng(1, &[]), bytes].concat());
    }
}
