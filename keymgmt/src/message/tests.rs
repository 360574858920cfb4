use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zeroize::Zeroizing;

use super::{Body, Hello, MAX_BODY_LEN, Message, MessageError, Wants, WrappedKey};
use crate::key_pair::{KeyPair, PublicKey, PublicKeyError};
use crate::limits::{MAX_CREDENTIAL_LEN, MAX_MESSAGE_LEN};
use crate::wrapping_key::{Party, WrappingKey, WrappingKeys};
use crate::{Event, Input, KeyManager, MemberId, Options, Output, Room, Secret, Timestamp, cbor};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn says_what_it_was_told() {
    let key = WrappingKey::new([7; 32]);
    let hello = hello();
    for to in [None, Some("bob")] {
        for hello in [None, Some(&hello)] {
            for body in [None, Some(body(0)), Some(body(1)), Some(body(2))] {
                let sealed = body.as_ref().map(|body| (&key, 300, body));
                let bytes = Message::encode(ROOM, "alice", to, hello, sealed);

                let message = Message::decode(&bytes).unwrap();
                assert_eq!((message.room, message.from, message.to), (ROOM, "alice", to));
                assert_eq!(message.hello.as_ref(), hello);
                assert_eq!(
                    message.sealed.map(|sealed| sealed.sequence),
                    body.as_ref().map(|_| 300)
                );
                let opened = message.sealed.map(|sealed| sealed.open(&key).unwrap());
                assert_eq!(opened.as_ref().map(Body::encode), body.as_ref().map(Body::encode));
            }
        }
    }
}

#[test]
fn rejects_what_is_no_message() {
    let good = Fields::default();
    let credential = [0; MAX_CREDENTIAL_LEN + 1];
    let cases = [
        ("nothing", vec![], MessageError::Malformed),
        ("no array", vec![0x01], MessageError::Malformed),
        ("array without a length", vec![0x9f], MessageError::Malformed),
        ("too long", vec![0; MAX_MESSAGE_LEN + 1], MessageError::TooLong),
        ("version 0", Fields { version: 0, ..good }.encode(), MessageError::Version(0)),
        ("version 2", Fields { version: 2, ..good }.encode(), MessageError::Version(2)),
        ("another version may have more fields", vec![0x88, 0x02], MessageError::Version(2)),
        ("six fields", Fields { count: 6, ..good }.encode(), MessageError::Malformed),
        ("eight fields", Fields { count: 8, ..good }.encode(), MessageError::Malformed),
        ("room of 7 bytes", Fields { room: &[1; 7], ..good }.encode(), MessageError::Malformed),
        ("room of 9 bytes", Fields { room: &[1; 9], ..good }.encode(), MessageError::Malformed),
        ("key of 32 bytes", Fields { public_key: &[2; 32], ..good }.encode(), FORMAT),
        ("key of 65 bytes", Fields { public_key: &[4; 65], ..good }.encode(), FORMAT),
        ("no key", Fields { public_key: &[], ..good }.encode(), FORMAT),
        (
            "the point at infinity",
            Fields { public_key: &[0], ..good }.encode(),
            MessageError::PublicKey(PublicKeyError::Infinity),
        ),
        ("nonce of 15 bytes", Fields { nonce: &[1; 15], ..good }.encode(), MessageError::Malformed),
        ("suite of 17 bits", Fields { suite: 1 << 16, ..good }.encode(), MessageError::Malformed),
        (
            "credential of 4097 bytes",
            Fields { credential: &credential, ..good }.encode(),
            MessageError::TooLong,
        ),
        ("one byte more", [good.encode(), vec![0]].concat(), MessageError::Malformed),
        ("ID that is not UTF-8", replaced(&good.encode(), b"alice", b"al\xffce"), MALFORMED),
        ("ID as bytes", replaced(&good.encode(), b"\x65alice", b"\x45alice"), MALFORMED),
        ("addressee as a number", replaced(&good.encode(), b"\x63bob", b"\x01"), MALFORMED),
    ];
    assert!(Message::decode(&good.encode()).is_ok());
    for (name, bytes, error) in cases {
        assert_eq!(Message::decode(&bytes).err(), Some(error), "{name}");
    }
}

#[test]
fn rejects_what_is_no_body() {
    let key = |step: u8, len: usize| {
        cbor::encode(128, |it| it.array(4)?.u16(1)?.u64(0)?.u8(step)?.bytes(&vec![1; len])?.ok())
    };
    let body = |keys: &[Vec<u8>], rest: &[u8]| {
        let head = cbor::encode(16, |it| it.array(3)?.array(keys.len() as u64)?.ok());
        [&head, &keys.concat(), rest].concat()
    };
    let end = [0xf6, 0x02]; // null, keys
    assert!(Body::decode(&body(&[key(7, 64), key(0, 32)], &end)).is_ok());
    let cases = [
        ("nothing", vec![]),
        ("three keys", body(&[key(0, 32), key(1, 32), key(2, 32)], &end)),
        ("step 8", body(&[key(8, 32)], &end)),
        ("key of 31 bytes", body(&[key(0, 31)], &end)),
        ("key of 65 bytes", body(&[key(0, 65)], &end)),
        ("key without a step", body(&[vec![0x83, 0x01, 0x00, 0x58, 0x20]], &end)),
        ("negative ack", body(&[], &[0x20, 0x00])),
        ("wants 3", body(&[], &[0xf6, 0x03])),
        ("wants false", body(&[], &[0xf6, 0xf4])),
        ("wants is missing", body(&[], &[0xf6])),
        ("one byte more", body(&[], &[0xf6, 0x00, 0x00])),
    ];
    for (name, bytes) in cases {
        assert_eq!(Body::decode(&bytes).err(), Some(MessageError::Malformed), "{name}");
    }
}

#[test]
fn no_part_of_a_message_is_a_message() {
    let message = sealed_message();
    assert!(Message::decode(&message).is_ok());
    for len in 0..message.len() {
        assert_eq!(Message::decode(&message[..len]).err(), Some(MALFORMED), "{len} bytes");
    }
}

#[test]
fn no_part_of_a_body_is_a_body() {
    let padded = body(2).encode();
    let body = &padded[..padded.len() - super::TAG_LEN];
    assert!(Body::decode(body).is_ok());
    for len in 0..body.len() {
        assert_eq!(Body::decode(&body[..len]).err(), Some(MALFORMED), "{len} bytes");
    }
}

/// Every bit counts, those that say nothing included: the head is authenticated as it was written.
#[test]
fn every_flipped_bit_is_noticed() {
    let mut errors = Vec::new();
    for (bit, message) in flipped(&sealed_message()).enumerate() {
        let mut bob = Bob::new();
        bob.receive(message);
        let [error] = bob.rejections[..] else {
            panic!("bit {bit}: {:?}", bob.rejections);
        };
        assert_eq!(bob.opens, 0, "bit {bit}");
        errors.push(error);
    }
    // The place of each field, and what a change there may be taken for.
    let mut errors = errors.chunks_exact(8);
    let mut expect = |bytes: usize, name: &str, allowed: &dyn Fn(MessageError) -> bool| {
        for error in errors.by_ref().take(bytes).flatten() {
            assert!(*error == MALFORMED || allowed(*error), "{name}: {error:?}");
        }
    };
    expect(1, "array", &|_| false);
    expect(1, "version", &|error| matches!(error, MessageError::Version(_)));
    expect(9, "room", &|error| error == MessageError::OtherRoom);
    expect(6, "from", &|error| error == MessageError::Misaddressed);
    expect(4, "to", &|error| error == MessageError::Misaddressed);
    expect(3, "hello, public key's length", &|error| error == FORMAT);
    expect(1, "public key's sign", &|error| matches!(error, FORMAT | MessageError::Authentication));
    expect(32, "public key", &|error| {
        let off_the_curve = MessageError::PublicKey(PublicKeyError::NotOnCurve);
        error == off_the_curve || error == MessageError::Authentication
    });
    expect(17, "nonce", &|error| error == MessageError::Authentication);
    expect(1, "suite", &|error| matches!(error, MessageError::CipherSuite(_)));
    expect(5, "credential", &|error| error == MessageError::Authentication);
    expect(1, "sequence", &|error| {
        matches!(error, MessageError::Authentication | MessageError::Replayed)
    });
    expect(usize::MAX, "sealed", &|error| error == MessageError::Authentication);
}

#[test]
fn tells_why_a_message_is_of_no_use() {
    let alice = &KeyPair::from_bytes(&[1; 32]);
    let good = sealed_message();
    let own_key = Bob::new().hello.public_key;
    let hello_with = |public_key| Hello { public_key, ..hello_of(alice) };
    let from_alice =
        |hello: &Hello| Message::encode(room().tag(), "alice", None, Some(hello), None);
    let mut x_of_no_point = [0; 33];
    (x_of_no_point[0], x_of_no_point[32]) = (2, 1);

    let cases = [
        ("another room's", replaced(&good, &room().tag(), &[0; 8]), MessageError::OtherRoom),
        ("for Eve", replaced(&good, b"bob", b"eve"), MessageError::Misaddressed),
        ("of Carol's", replaced(&good, b"alice", b"carol"), MessageError::Misaddressed),
        ("our own", replaced(&good, b"\x65alice", b"\x63bob"), MessageError::Reflected),
        (
            "our own key",
            from_alice(&hello_with(own_key)),
            MessageError::PublicKey(PublicKeyError::Own),
        ),
        (
            "a point off the curve",
            from_alice(&hello_with(x_of_no_point)),
            MessageError::PublicKey(PublicKeyError::NotOnCurve),
        ),
        ("33 zeros", from_alice(&hello_with([0; 33])), FORMAT),
        (
            "another suite",
            from_alice(&Hello { suite: 5, ..hello_of(alice) }),
            MessageError::CipherSuite(5),
        ),
    ];
    for (name, message, error) in cases {
        let mut bob = Bob::new();
        bob.receive(message);
        assert_eq!(bob.rejections, [error], "{name}");
    }

    let mut bob = Bob::new();
    bob.receive(good.clone());
    assert_eq!((bob.rejections.len(), bob.opens), (0, 1));
    bob.receive(good.clone());
    assert_eq!(bob.rejections, [MessageError::Replayed]);
    bob.handle(Input::Left(member("alice")));
    bob.receive(good.clone());
    assert_eq!(bob.rejections.len(), 1, "alice may be about to join: it waits");
    bob.receive(good);
    assert_eq!(bob.rejections[1..], [MessageError::UnknownMember]);
}

/// Wiping the body wipes every copy of it only if it did not move while it grew.
#[test]
fn a_body_is_written_in_place() {
    let key = || WrappedKey {
        slot: u16::MAX,
        generation: u64::MAX,
        step: 7,
        base_key: Zeroizing::new(vec![1; 64]),
    };
    let body = Body { keys: vec![key(), key()], ack: Some(u64::MAX), wants: Wants::Keys }.encode();
    assert_eq!(body.capacity(), MAX_BODY_LEN);
}

#[test]
fn the_longest_message_is_within_the_limit() {
    let id = "m".repeat(64);
    let hello = Hello { suite: u16::MAX, credential: vec![0; MAX_CREDENTIAL_LEN], ..hello() };
    let sealed = Some((&WrappingKey::new([1; 32]), u64::MAX, &body(2)));
    let message = Message::encode(ROOM, &id, Some(&id), Some(&hello), sealed);
    assert!(message.len() < MAX_MESSAGE_LEN, "{}", message.len());
    assert!(Message::decode(&message).is_ok());
}

#[test]
fn debug_never_prints_a_base_key() {
    assert_eq!(
        format!("{:?}", body(1)),
        "Body { keys: [WrappedKey { slot: 1, generation: 0, step: 0, .. }], ack: Some(3), \
         wants: Ack }"
    );
}

/// A key manager in `room()` that Alice is in, too, and what it made of her messages.
struct Bob {
    manager: KeyManager<ChaCha20Rng>,
    hello: Hello,
    rejections: Vec<MessageError>,
    opens: usize,
}

impl Bob {
    /// The same at every call.
    fn new() -> Self {
        let options = Options::new(room(), member("bob"));
        let manager = KeyManager::new(options, ChaCha20Rng::seed_from_u64(2)).unwrap();
        let mut bob = Self { manager, hello: hello(), rejections: Vec::new(), opens: 0 };
        bob.handle(Input::Joined(member("alice")));
        bob
    }

    fn receive(&mut self, message: Vec<u8>) {
        self.handle(Input::Received { from: member("alice"), message });
    }

    fn handle(&mut self, input: Input) {
        self.manager.handle(Timestamp::default(), input).unwrap();
        loop {
            match self.manager.poll() {
                Output::Open { .. } => self.opens = self.opens.saturating_add(1),
                Output::Event(Event::Rejected { reason, .. }) => self.rejections.push(reason),
                Output::Transmit { to: None, message } => {
                    self.hello = Message::decode(&message).unwrap().hello.unwrap();
                }
                Output::Idle { .. } => break,
                _ => {}
            }
        }
    }
}

/// Alice's hello and key for [`Bob`].
fn sealed_message() -> Vec<u8> {
    let key_pair = KeyPair::from_bytes(&[1; 32]);
    let ours = hello_of(&key_pair);
    let theirs = Bob::new().hello;
    let public_key = PublicKey::decode(&theirs.public_key).unwrap();
    let salt = Secret::none().salt(&room());
    let us = Party { id: "alice", hello: &ours };
    let them = Party { id: "bob", hello: &theirs };
    let keys = WrappingKeys::agree(&*salt, &key_pair, &public_key, us, them);
    let sealed = Some((&keys.ours, 1, &body(1)));
    Message::encode(room().tag(), "alice", Some("bob"), Some(&ours), sealed)
}

/// `message` with each of its bits flipped.
fn flipped(message: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let flip = |at: usize, bit: u32| {
        let mut message = message.to_vec();
        message[at] ^= 1 << bit;
        message
    };
    (0..message.len()).flat_map(move |at| (0..u8::BITS).rev().map(move |bit| flip(at, bit)))
}

/// `bytes` with the first `old` in them replaced.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|window| window == old).expect("it is there");
    let (before, rest) = bytes.split_at(at);
    [before, new, &rest[old.len()..]].concat()
}

/// What a message is written from, any of it wrong.
#[derive(Clone, Copy)]
struct Fields<'a> {
    count: u64,
    version: u64,
    room: &'a [u8],
    public_key: &'a [u8],
    nonce: &'a [u8],
    suite: u32,
    credential: &'a [u8],
}

impl Default for Fields<'_> {
    fn default() -> Self {
        Self {
            count: 7,
            version: 1,
            room: &ROOM,
            public_key: &[2; 33],
            nonce: &[3; 16],
            suite: 4,
            credential: b"card",
        }
    }
}

impl Fields<'_> {
    fn encode(self) -> Vec<u8> {
        let Self { count, version, room, public_key, nonce, suite, credential } = self;
        cbor::encode(512, |it| {
            it.array(count)?.u64(version)?.bytes(room)?.str("alice")?.str("bob")?;
            it.array(4)?.bytes(public_key)?.bytes(nonce)?.u32(suite)?.bytes(credential)?;
            it.u64(0)?.bytes(&[])?.ok()
        })
    }
}

fn hello() -> Hello {
    hello_of(&KeyPair::from_bytes(&[1; 32]))
}

fn hello_of(key_pair: &KeyPair) -> Hello {
    Hello {
        public_key: *key_pair.public().encoded(),
        nonce: [9; 16],
        suite: 4,
        credential: b"card".to_vec(),
    }
}

fn body(keys: u64) -> Body {
    let key = |generation| WrappedKey {
        slot: 1,
        generation,
        step: 0,
        base_key: Zeroizing::new(vec![0xa5; 32]),
    };
    Body { keys: (0..keys).map(key).collect(), ack: Some(3), wants: Wants::Ack }
}

fn room() -> Room {
    Room::new("standup").unwrap()
}

fn member(id: &str) -> MemberId {
    MemberId::new(id).unwrap()
}

const ROOM: [u8; 8] = [1; 8];
const MALFORMED: MessageError = MessageError::Malformed;
const FORMAT: MessageError = MessageError::PublicKey(PublicKeyError::Format);
