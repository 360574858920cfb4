use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zeroize::Zeroizing;

use super::{Body, Hello, MAX_BODY_LEN, Message, MessageError, Wants, WrappedKey};
use crate::epoch::Epoch;
use crate::key_pair::{KeyPair, PublicKey, PublicKeyError};
use crate::limits::{MAX_CREDENTIAL_LEN, MAX_MESSAGE_LEN, MAX_OTHER_KEYS_LEN};
use crate::wrapping_key::{Party, WrappingKey, WrappingKeys};
use crate::{
    Event, Input, KeyManager, MemberId, Options, Output, Recording, Room, Secret, Timestamp, cbor,
};
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
    const P256: (u64, &[u8]) = (1, &[2; 33]);
    const LONGEST: usize = MAX_OTHER_KEYS_LEN;
    let good = Fields::default();
    let with_keys = |public_keys: &[(u64, &[u8])]| Fields { public_keys, ..good }.encode();
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
        ("key of 32 bytes", with_keys(&[(1, &[2; 32])]), FORMAT),
        ("key of 65 bytes", with_keys(&[(1, &[4; 65])]), FORMAT),
        ("key of no bytes", with_keys(&[(1, &[])]), FORMAT),
        (
            "the point at infinity",
            with_keys(&[(1, &[0])]),
            MessageError::PublicKey(PublicKeyError::Infinity),
        ),
        ("no keys", with_keys(&[]), MALFORMED),
        ("P-256 twice", with_keys(&[(1, &[2; 33]), (1, &[3; 33])]), MALFORMED),
        ("two keys of one number", with_keys(&[(1, &[2; 33]), (7, &[1]), (7, &[2])]), MALFORMED),
        ("keys out of order", with_keys(&[(1, &[2; 33]), (9, &[1]), (7, &[1])]), MALFORMED),
        ("P-256 is missing", with_keys(&[(7, &[2; 33])]), MALFORMED),
        ("P-256 after a smaller number", with_keys(&[(0, &[1]), (1, &[2; 33])]), MALFORMED),
        ("P-256 after a greater number", with_keys(&[(7, &[1]), (1, &[2; 33])]), MALFORMED),
        ("five keys", with_keys(&[P256, (2, &[]), (3, &[]), (4, &[]), (5, &[])]), TOO_LONG),
        (
            "five keys out of order",
            with_keys(&[P256, (2, &[]), (3, &[]), (5, &[]), (4, &[])]),
            MALFORMED,
        ),
        (
            "more keys than there are bytes",
            replaced(&good.encode(), b"\x85\x81\x82", b"\x85\x9a\xff\xff\xff\xff\x82"),
            MALFORMED,
        ),
        ("another key of 1281 bytes", with_keys(&[P256, (7, &[1; LONGEST + 1])]), TOO_LONG),
        (
            "other keys of 1281 bytes together",
            with_keys(&[P256, (7, &[1; LONGEST]), (8, &[1])]),
            TOO_LONG,
        ),
        ("keys without a list", replaced(&good.encode(), b"\x85\x81\x82", b"\x85\x82"), MALFORMED),
        (
            "list of keys without a length",
            replaced(&good.encode(), b"\x85\x81\x82", b"\x85\x9f\x82"),
            MALFORMED,
        ),
        (
            "key without a number",
            replaced(&good.encode(), b"\x81\x82\x01\x58", b"\x81\x81\x58"),
            MALFORMED,
        ),
        (
            "key with one number more",
            replaced(&good.encode(), b"\x81\x82\x01\x58", b"\x81\x83\x01\x01\x58"),
            MALFORMED,
        ),
        (
            "negative number of a key",
            replaced(&good.encode(), b"\x81\x82\x01\x58", b"\x81\x82\x20\x58"),
            MALFORMED,
        ),
        (
            "key as text",
            replaced(&good.encode(), b"\x81\x82\x01\x58", b"\x81\x82\x01\x78"),
            MALFORMED,
        ),
        ("nonce of 15 bytes", Fields { nonce: &[1; 15], ..good }.encode(), MessageError::Malformed),
        ("nonce of 17 bytes", Fields { nonce: &[1; 17], ..good }.encode(), MessageError::Malformed),
        ("suite of 17 bits", Fields { suites: &[1 << 16, 4], ..good }.encode(), MALFORMED),
        ("audio suite of 17 bits", Fields { suites: &[4, 1 << 16], ..good }.encode(), MALFORMED),
        ("no suites", Fields { suites: &[], ..good }.encode(), MALFORMED),
        ("one suite", Fields { suites: &[4], ..good }.encode(), MALFORMED),
        ("three suites", Fields { suites: &[4, 4, 4], ..good }.encode(), MALFORMED),
        (
            "suite without a list",
            replaced(&good.encode(), b"\x82\x04\x04\x01\x44card", b"\x04\x01\x44card"),
            MALFORMED,
        ),
        ("unknown recording", Fields { recording: 3, ..good }.encode(), MALFORMED),
        (
            "no recording",
            replaced(&good.encode(), b"\x04\x04\x01\x44card", b"\x04\x04\x44card"),
            MALFORMED,
        ),
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
    let most_keys: &[&[_]] =
        &[&[P256, (7, &[1; LONGEST])], &[P256, (2, &[]), (24, &[1; LONGEST]), (u64::MAX, &[])]];
    for keys in most_keys {
        assert!(Message::decode(&with_keys(keys)).is_ok());
    }
    for (name, bytes, error) in cases {
        assert_eq!(Message::decode(&bytes).err(), Some(error), "{name}");
    }
}

#[test]
fn rejects_what_is_no_body() {
    let key = |slot: u32, epoch: u64, len: usize| {
        cbor::encode(128, |it| it.array(3)?.u32(slot)?.u64(epoch)?.bytes(&vec![1; len])?.ok())
    };
    let body = |keys: &[Vec<u8>], rest: &[u8]| {
        let head = cbor::encode(16, |it| it.array(5)?.array(keys.len() as u64)?.ok());
        [&head, &keys.concat(), rest].concat()
    };
    let rival =
        |id: &str| [&[0xf6, 0x00, 0x00][..], &cbor::encode(128, |it| it.str(id)?.ok())].concat();
    let end = [0xf6, 0x02, 0x00, 0xf6]; // null, keys, 0, null
    let last = u32::from(u16::MAX);
    assert!(Body::decode(&body(&[key(last, u64::MAX, 64), key(0, 0, 32)], &end)).is_ok());
    assert!(Body::decode(&body(&[], &rival(&"m".repeat(64)))).is_ok());
    let with_count = |count: u8| [&[0x80 | count][..], &body(&[], &end)[1..]].concat();
    let cases = [
        ("nothing", vec![]),
        ("three fields", vec![0x83, 0x80, 0xf6, 0x02]),
        ("four fields", with_count(4)),
        ("six fields", with_count(6)),
        ("three keys", body(&[key(1, 0, 32), key(1, 1, 32), key(1, 2, 32)], &end)),
        ("slot of 17 bits", body(&[key(1 << 16, 0, 32)], &end)),
        ("key of 31 bytes", body(&[key(1, 0, 31)], &end)),
        ("key of 65 bytes", body(&[key(1, 0, 65)], &end)),
        (
            "key without an epoch",
            body(&[replaced(&key(1, 0, 32), b"\x83\x01\x00", b"\x82\x01")], &end),
        ),
        (
            "key with a step",
            body(&[replaced(&key(1, 0, 32), b"\x83\x01\x00", b"\x84\x01\x00\x00")], &end),
        ),
        (
            "negative epoch",
            body(&[replaced(&key(1, 0, 32), b"\x83\x01\x00", b"\x83\x01\x20")], &end),
        ),
        ("epoch null", body(&[replaced(&key(1, 0, 32), b"\x83\x01\x00", b"\x83\x01\xf6")], &end)),
        ("negative ack", body(&[], &[0x20, 0x00, 0x00, 0xf6])),
        ("wants 3", body(&[], &[0xf6, 0x03, 0x00, 0xf6])),
        ("wants false", body(&[], &[0xf6, 0xf4, 0x00, 0xf6])),
        ("wants and all behind it are missing", body(&[], &[0xf6])),
        ("negative read", body(&[], &[0xf6, 0x00, 0x20, 0xf6])),
        ("read null", body(&[], &[0xf6, 0x00, 0xf6, 0xf6])),
        ("read and all behind it are missing", body(&[], &[0xf6, 0x00])),
        ("rival is missing", body(&[], &[0xf6, 0x00, 0x00])),
        ("rival without a name", body(&[], &rival(""))),
        ("rival of 65 bytes", body(&[], &rival(&"m".repeat(65)))),
        ("rival as bytes", body(&[], &[0xf6, 0x00, 0x00, 0x41, b'm'])),
        ("rival as a number", body(&[], &[0xf6, 0x00, 0x00, 0x00])),
        ("rival that is not UTF-8", body(&[], &[0xf6, 0x00, 0x00, 0x61, 0xff])),
        ("one byte more", body(&[], &[0xf6, 0x00, 0x00, 0xf6, 0x00])),
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
    expect(3, "hello, public keys, the first", &|_| false);
    expect(1, "its algorithm", &|_| false);
    expect(2, "its length", &|_| false);
    expect(1, "public key's sign", &|error| matches!(error, FORMAT | MessageError::Authentication));
    expect(32, "public key", &|error| {
        let off_the_curve = MessageError::PublicKey(PublicKeyError::NotOnCurve);
        error == off_the_curve || error == MessageError::Authentication
    });
    expect(1, "second public key", &|_| false);
    expect(1, "its algorithm", &|error| error == MessageError::Authentication);
    expect(1, "its length", &|_| false);
    expect(3, "second public key", &|error| error == MessageError::Authentication);
    expect(17, "nonce", &|error| error == MessageError::Authentication);
    expect(1, "suites", &|_| false);
    expect(1, "suite", &|error| matches!(error, MessageError::CipherSuites([_, 4])));
    expect(1, "audio suite", &|error| matches!(error, MessageError::CipherSuites([4, _])));
    expect(1, "recording", &|error| error == MessageError::Recording);
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
    let our_own = Message::encode(room().tag(), "bob", None, Some(&Bob::new().hello), None);
    let mut x_of_no_point = [0; 33];
    (x_of_no_point[0], x_of_no_point[32]) = (2, 1);

    let cases = [
        ("another room's", replaced(&good, &room().tag(), &[0; 8]), MessageError::OtherRoom),
        ("for Eve", replaced(&good, b"bob", b"eve"), MessageError::Misaddressed),
        ("of Carol's", replaced(&good, b"alice", b"carol"), MessageError::Misaddressed),
        ("of our name", replaced(&good, b"\x65alice", b"\x63bob"), MessageError::Namesake),
        ("our own", our_own, MessageError::Reflected),
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
            from_alice(&Hello { suites: [5, 4], ..hello_of(alice) }),
            MessageError::CipherSuites([5, 4]),
        ),
        (
            "another suite for audio",
            from_alice(&Hello { suites: [4, 5], ..hello_of(alice) }),
            MessageError::CipherSuites([4, 5]),
        ),
        (
            "of a room without recordings",
            from_alice(&Hello { recording: Recording::Never, ..hello_of(alice) }),
            MessageError::Recording,
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

/// A later version agrees by such keys, too; we bind what we agree on to them. So nobody takes one
/// away, or changes it, even where no message has the hello and something sealed.
#[test]
fn keys_of_unknown_algorithms_are_accepted_and_bound() {
    let hello =
        |other_keys: &[(u64, Vec<u8>)]| Hello { other_keys: other_keys.to_vec(), ..hello() };
    let said = hello(&[(7, vec![1; 1184]), (9, vec![2; 32])]);
    let received = |heard: &Hello| {
        let mut bob = Bob::new();
        let sealed = sealed_by(&said, None);
        bob.receive(Message::encode(room().tag(), "alice", None, Some(heard), None));
        bob.receive(sealed);
        (bob.opens, bob.rejections)
    };
    assert_eq!(received(&said), (1, vec![]));

    let mut changed = vec![2; 32];
    changed[31] ^= 1;
    let not_said = [
        ("changed", hello(&[(7, vec![1; 1184]), (9, changed)])),
        ("of another number", hello(&[(7, vec![1; 1184]), (10, vec![2; 32])])),
        ("shorter", hello(&[(7, vec![1; 1184]), (9, vec![2; 31])])),
        ("left out", hello(&[(7, vec![1; 1184])])),
        ("all left out", hello(&[])),
        ("one more", hello(&[(7, vec![1; 1184]), (9, vec![2; 32]), (11, vec![])])),
    ];
    for (name, heard) in not_said {
        assert_eq!(received(&heard), (0, vec![MessageError::Authentication]), "{name}");
    }
}

/// Wiping the body wipes every copy of it only if it did not move while it grew.
#[test]
fn a_body_is_written_in_place() {
    let body = longest_body().encode();
    assert_eq!(body.capacity(), MAX_BODY_LEN);
}

#[test]
fn the_longest_message_is_within_the_limit() {
    let id = "m".repeat(64);
    let half = MAX_OTHER_KEYS_LEN / 2;
    let hello = Hello {
        other_keys: [(u64::MAX - 2, half), (u64::MAX - 1, half), (u64::MAX, 0)]
            .map(|(number, len)| (number, vec![0; len]))
            .into(),
        suites: [u16::MAX; 2],
        credential: vec![0; MAX_CREDENTIAL_LEN],
        ..hello()
    };
    let sealed = Some((&WrappingKey::new([1; 32]), u64::MAX, &longest_body()));
    let message = Message::encode(ROOM, &id, Some(&id), Some(&hello), sealed);
    assert!(message.len() < MAX_MESSAGE_LEN, "{}", message.len());
    assert!(Message::decode(&message).is_ok());
}

#[test]
fn debug_never_prints_a_base_key() {
    assert_eq!(
        format!("{:?}", body(1)),
        "Body { keys: [WrappedKey { slot: 1, epoch: Epoch(0), .. }], ack: Some(Epoch(3)), \
         wants: Ack, read: 5, rival: None }"
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
    sealed_by(&hello(), Some(&hello()))
}

/// A key for [`Bob`] from Alice, who introduced herself like this; with `hello`, if given.
fn sealed_by(ours: &Hello, hello: Option<&Hello>) -> Vec<u8> {
    let key_pair = KeyPair::from_bytes(&[1; 32]);
    let theirs = Bob::new().hello;
    let public_key = PublicKey::decode(&theirs.public_key).unwrap();
    let salt = Secret::none().salt(&room(), ours.recording);
    let us = Party { id: "alice", hello: ours };
    let them = Party { id: "bob", hello: &theirs };
    let keys = WrappingKeys::agree(&*salt, &key_pair, &public_key, us, them);
    let sealed = Some((&keys.ours, 1, &body(1)));
    Message::encode(room().tag(), "alice", Some("bob"), hello, sealed)
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
    public_keys: &'a [(u64, &'a [u8])],
    nonce: &'a [u8],
    suites: &'a [u32],
    recording: u8,
    credential: &'a [u8],
}

impl Default for Fields<'_> {
    fn default() -> Self {
        Self {
            count: 7,
            version: 1,
            room: &ROOM,
            public_keys: &[(1, &[2; 33])],
            nonce: &[3; 16],
            suites: &[4, 4],
            recording: 1,
            credential: b"card",
        }
    }
}

impl Fields<'_> {
    fn encode(self) -> Vec<u8> {
        let Self { count, version, room, public_keys, nonce, suites, recording, credential } = self;
        cbor::encode(512, |it| {
            it.array(count)?.u64(version)?.bytes(room)?.str("alice")?.str("bob")?;
            it.array(5)?.array(public_keys.len() as u64)?;
            for (algorithm, public_key) in public_keys {
                it.array(2)?.u64(*algorithm)?.bytes(public_key)?;
            }
            it.bytes(nonce)?.array(suites.len() as u64)?;
            for suite in suites {
                it.u32(*suite)?;
            }
            it.u8(recording)?.bytes(credential)?.u64(0)?.bytes(&[])?.ok()
        })
    }
}

fn hello() -> Hello {
    hello_of(&KeyPair::from_bytes(&[1; 32]))
}

fn hello_of(key_pair: &KeyPair) -> Hello {
    Hello {
        public_key: *key_pair.public().encoded(),
        other_keys: vec![(7, vec![0x77; 3])],
        nonce: [9; 16],
        suites: [4, 4],
        recording: Recording::ByConsent,
        credential: b"card".to_vec(),
    }
}

/// With so many keys; with two, the receiver has a rival.
fn body(keys: usize) -> Body {
    let key = |epoch| WrappedKey {
        slot: 1,
        epoch: Epoch::new(epoch),
        base_key: Zeroizing::new(vec![0xa5; 32]),
    };
    Body {
        keys: (0..).step_by(8).take(keys).map(key).collect(),
        ack: Some(Epoch::new(3)),
        wants: Wants::Ack,
        read: 5,
        rival: (keys == 2).then(|| member("carol")),
    }
}

fn longest_body() -> Body {
    let key = || WrappedKey {
        slot: u16::MAX,
        epoch: Epoch::new(u64::MAX),
        base_key: Zeroizing::new(vec![1; 64]),
    };
    Body {
        keys: vec![key(), key()],
        ack: Some(Epoch::new(u64::MAX)),
        wants: Wants::Keys,
        read: u64::MAX,
        rival: Some(member(&"m".repeat(64))),
    }
}

fn room() -> Room {
    Room::new("standup").unwrap()
}

fn member(id: &str) -> MemberId {
    MemberId::new(id).unwrap()
}

const ROOM: [u8; 8] = [1; 8];
const MALFORMED: MessageError = MessageError::Malformed;
const TOO_LONG: MessageError = MessageError::TooLong;
const FORMAT: MessageError = MessageError::PublicKey(PublicKeyError::Format);
