//! The test vectors of the protocol, for other implementations of it.
//!
//! `cargo xtask vectors` writes them to `vectors/keymgmt.json`, from fixed randomness. The test here
//! fails when code and file differ; `vectors/vectors.test.ts` makes every value in the file again
//! without this crate.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use frameseal_sframe::{BaseKey, CipherSuite, KeyIdLayout};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::epoch::Epoch;
use crate::key_pair::{KeyPair, PublicKey};
use crate::message::{Body, Hello, Message, Wants, WrappedKey};
use crate::safety_number::SafetyNumber;
use crate::wrapping_key::{Party, WrappingKeys, info};
use crate::{MemberId, Recording, Room, Secret};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn the_file_has_what_the_code_makes() {
    let made = serde_json::to_string_pretty(&vectors()).unwrap() + "\n";
    match std::env::var_os("FRAMESEAL_VECTORS") {
        Some(file) => std::fs::write(file, made).unwrap(),
        None => assert!(made == include_str!("../vectors/keymgmt.json"), "cargo xtask vectors"),
    }
}

fn vectors() -> Value {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let room = Room::new("standup").unwrap();
    let secrets = secrets(&mut rng, &room);
    let mut members = [
        Member::new(&mut rng, "alice", [4, 4], &[], b"a credential"),
        Member::new(&mut rng, "bob", [4, 4], &[], b""),
        Member::new(&mut rng, "y", [5, 6], &[], b"c"),
        Member::new(&mut rng, "zoë", [5, 6], &[UNKNOWN_ALGORITHM], &[0x5a; 256]),
    ];
    members[3].hello.recording = Recording::Recorder;
    let [alice, bob, yves, zoe] = &members;
    let [none, random, passphrase] = &secrets;
    json!({
        "room": { "name": room.as_str(), "tag": hex::encode(room.tag()) },
        "secrets": secrets.iter().map(|secret| secret.describe(&room)).collect::<Vec<_>>(),
        "publicKeys": public_keys(),
        "members": members.iter().map(Member::describe).collect::<Vec<_>>(),
        "agreements": [
            agreement(&room, none, alice, bob),
            agreement(&room, none, bob, alice),
            agreement(&room, random, alice, bob),
            agreement(&room, random, bob, alice),
            agreement(&room, random, zoe, yves),
            agreement(&room, passphrase, alice, bob),
            agreement(&room, passphrase, bob, alice),
        ],
        "messages": conversation(&mut rng, &members)
            .iter()
            .map(|said| said.describe(&room, random))
            .collect::<Vec<_>>(),
        "ratchets": [ratchet(&mut rng, 4), ratchet(&mut rng, 5)],
        "keyIds": key_ids(),
        "safetyNumbers": [
            safety_number(&[bob, alice]),
            safety_number(&[zoe, yves, bob, alice]),
        ],
    })
}

struct NamedSecret {
    name: &'static str,
    /// What it is made from.
    input: Value,
    secret: Secret,
}

fn secrets(rng: &mut impl Rng, room: &Room) -> [NamedSecret; 3] {
    let bytes: [u8; 16] = random(rng);
    let passphrase = "correct horse battery stäple";
    [
        NamedSecret { name: "none", input: Value::Null, secret: Secret::none() },
        NamedSecret {
            name: "random",
            input: hex::encode(bytes).into(),
            secret: Secret::random(&bytes).unwrap(),
        },
        NamedSecret {
            name: "passphrase",
            input: passphrase.into(),
            secret: Secret::passphrase(room, passphrase).unwrap(),
        },
    ]
}

impl NamedSecret {
    fn describe(&self, room: &Room) -> Value {
        let Self { name, input, secret } = self;
        json!({
            "name": name,
            "input": input,
            "secret": hex::encode(secret.expose_secret()),
            "salt": hex::encode(*secret.salt(room, Recording::ByConsent)),
            "saltIfNeverRecorded": hex::encode(*secret.salt(room, Recording::Never)),
        })
    }
}

fn public_keys() -> Vec<Value> {
    let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    let y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let p = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
    let one = "0000000000000000000000000000000000000000000000000000000000000001";
    [
        ("base point", format!("03{x}")),
        ("its negative", format!("02{x}")),
        ("uncompressed", format!("04{x}{y}")),
        ("hybrid", format!("07{x}{y}")),
        ("too short", format!("03{}", &x[2..])),
        ("nothing", "".into()),
        ("point at infinity", "00".into()),
        ("zeros", "00".repeat(33)),
        ("no point has this x", format!("02{one}")),
        ("x is the prime", format!("02{p}")),
    ]
    .into_iter()
    .map(|(name, encoded)| {
        let error = PublicKey::decode(&hex::decode(&encoded).unwrap()).err();
        json!({ "name": name, "encoded": encoded, "error": error.map(|it| format!("{it:?}")) })
    })
    .collect()
}

struct Member {
    id: &'static str,
    private_key: [u8; 32],
    key_pair: KeyPair,
    hello: Hello,
}

impl Member {
    /// With public keys of `others`, algorithms that nobody knows: 32 made-up bytes each.
    fn new(
        rng: &mut impl Rng,
        id: &'static str,
        suites: [u16; 2],
        others: &[u64],
        credential: &[u8],
    ) -> Self {
        let private_key = random(rng);
        let key_pair = KeyPair::from_bytes(&private_key);
        let public_key = *key_pair.public().encoded();
        let nonce = random(rng);
        let other_keys = others.iter().map(|it| (*it, random::<32>(rng).to_vec())).collect();
        let credential = credential.to_vec();
        let recording = Recording::default();
        let hello = Hello { public_key, other_keys, nonce, suites, recording, credential };
        Self { id, private_key, key_pair, hello }
    }

    fn party(&self) -> Party<'_> {
        Party { id: self.id, hello: &self.hello }
    }

    fn describe(&self) -> Value {
        let Self { id, private_key, key_pair, hello } = self;
        json!({
            "id": id,
            "privateKey": hex::encode(private_key),
            "publicKey": hex::encode(hello.public_key),
            "otherKeys": hello.other_keys.iter().map(|(algorithm, key)| json!({
                "algorithm": algorithm,
                "publicKey": hex::encode(key),
            })).collect::<Vec<_>>(),
            "fingerprint": key_pair.public().fingerprint().to_string(),
            "nonce": hex::encode(hello.nonce),
            "suites": hello.suites,
            "recording": hello.recording as u8,
            "credential": hex::encode(&hello.credential),
        })
    }
}

fn agree(room: &Room, secret: &NamedSecret, us: &Member, them: &Member) -> WrappingKeys {
    let salt = secret.secret.salt(room, us.hello.recording);
    let theirs = them.key_pair.public();
    WrappingKeys::agree(&*salt, &us.key_pair, theirs, us.party(), them.party())
}

fn agreement(room: &Room, secret: &NamedSecret, from: &Member, to: &Member) -> Value {
    json!({
        "secret": secret.name,
        "from": from.id,
        "to": to.id,
        "shared": hex::encode(from.key_pair.agree(to.key_pair.public()).raw_secret_bytes()),
        "info": hex::encode(info(from.party(), to.party())),
        "wrappingKey": hex::encode(agree(room, secret, from, to).ours.expose_secret()),
    })
}

struct Said<'a> {
    name: &'static str,
    from: &'a Member,
    to: &'a Member,
    to_all: bool,
    hello: bool,
    sealed: Option<(u64, Body)>,
}

/// Bob is here and sends, Alice joins and sends. The last message has the longest of everything.
fn conversation<'a>(rng: &mut impl Rng, [alice, bob, yves, zoe]: &'a [Member; 4]) -> Vec<Said<'a>> {
    let suite = CipherSuite::default();
    let (alices, bobs, bobs_next) = (fresh(rng), fresh(rng), fresh(rng));
    let zoes = [fresh(rng).ratchet(suite_of(zoe)), fresh(rng)];
    let bobs = bobs.ratchet(suite);

    let hello = |name, from, to, to_all| Said { name, from, to, to_all, hello: true, sealed: None };
    let sealed = |name, from, to, sequence, body| Said {
        name,
        from,
        to,
        to_all: false,
        hello: false,
        sealed: Some((sequence, body)),
    };
    let with_hello = |said| Said { hello: true, ..said };
    let body = |keys, ack: Option<u64>, wants, read| Body {
        keys,
        ack: ack.map(Epoch::new),
        wants,
        read,
        rival: None,
    };
    let with_rival =
        |rival: &Member, body| Body { rival: Some(MemberId::new(rival.id).unwrap()), ..body };

    let bobs_first = [key(7, 25, &bobs)].into();
    let bobs_both = [key(7, 26, &bobs.ratchet(suite)), key(7, 32, &bobs_next)].into();
    let alices = [key(300, 0, &alices)].into();
    let [current, next] = zoes;
    let zoes = [key(u16::MAX, (1 << 35) - 1, &current), key(u16::MAX, 1 << 35, &next)].into();
    let none = Vec::new;

    let first = body(bobs_first, None, Wants::Ack, 0);
    let answer = body(alices, Some(25), Wants::Nothing, 17);
    let both = body(bobs_both, Some(0), Wants::Ack, 1);
    let ack = body(none(), Some(32), Wants::Nothing, 18);
    let request = body(none(), Some(32), Wants::Keys, 18);
    let rival = with_rival(yves, body(none(), Some(0), Wants::Nothing, 3));
    let long = with_rival(alice, body(zoes, Some(1 << 16), Wants::Ack, (1 << 32) + 1));
    [
        hello("hello to all", alice, bob, true),
        with_hello(sealed("key to a newcomer", bob, alice, 17, first)),
        sealed("ack and key", alice, bob, 1, answer),
        sealed("key in use and next key", bob, alice, 18, both),
        sealed("ack", alice, bob, 2, ack),
        sealed("request", alice, bob, 3, request),
        sealed("rival", bob, alice, 19, rival),
        hello("hello to one", alice, bob, false),
        with_hello(sealed("long fields", zoe, yves, 1 << 32, long)),
    ]
    .into()
}

impl Said<'_> {
    fn describe(&self, room: &Room, secret: &NamedSecret) -> Value {
        let Self { name, from, to, to_all, hello, sealed } = self;
        let keys = agree(room, secret, from, to);
        let to = (!to_all).then_some(to.id);
        let hello = hello.then_some(&from.hello);
        let parts = sealed.as_ref().map(|(sequence, body)| (&keys.ours, *sequence, body));
        let message = Message::encode(room.tag(), from.id, to, hello, parts);
        json!({
            "name": name,
            "from": from.id,
            "to": to,
            "hello": hello.is_some(),
            "sequence": sealed.as_ref().map_or(0, |(sequence, _)| *sequence),
            "body": sealed.as_ref().map(|(_, body)| json!({
                "keys": body.keys.iter().map(describe_key).collect::<Vec<_>>(),
                "ack": body.ack.map(Epoch::get),
                "wants": body.wants as u8,
                "read": body.read,
                "rival": body.rival.as_ref().map(MemberId::as_str),
            })),
            "message": hex::encode(message),
        })
    }
}

fn describe_key(key: &WrappedKey) -> Value {
    json!({
        "slot": key.slot,
        "epoch": key.epoch.get(),
        "baseKey": hex::encode(&*key.base_key),
    })
}

/// Three steps, with which the low bits of the epoch begin anew.
fn ratchet(rng: &mut impl Rng, suite: u16) -> Value {
    let suite = CipherSuite::from_number(suite).unwrap();
    let (epoch, first) = (254, fresh(rng));
    let steps = core::iter::successors(Some(first.ratchet(suite)), |key| Some(key.ratchet(suite)));
    let steps = steps.take(3).zip((epoch..).skip(1));
    json!({
        "suite": suite.number(),
        "from": describe_key(&key(9, epoch, &first)),
        "steps": steps.map(|(it, epoch)| describe_key(&key(9, epoch, &it))).collect::<Vec<_>>(),
    })
}

fn key_ids() -> Vec<Value> {
    [
        (0, 0, 0),
        (7, 25, 2),
        (300, 255, 11),
        (300, 256, 1),
        (300, 257, 12),
        (u16::MAX, (1 << 35) - 1, 15),
    ]
    .into_iter()
    .map(|(slot, epoch, track)| {
        let layout = KeyIdLayout { slot, epoch: Epoch::new(epoch).low_bits(), track };
        json!({
            "slot": slot,
            "epoch": epoch,
            "track": track,
            "keyId": layout.to_key_id().get(),
        })
    })
    .collect()
}

fn safety_number(members: &[&Member]) -> Value {
    let of = members.iter().map(|member| (member.id, &member.hello.public_key)).collect();
    json!({
        "members": members.iter().map(|member| member.id).collect::<Vec<_>>(),
        "number": SafetyNumber::of(of).to_string(),
    })
}

fn key(slot: u16, epoch: u64, base_key: &BaseKey) -> WrappedKey {
    let base_key = Zeroizing::new(base_key.expose_secret().to_vec());
    WrappedKey { slot, epoch: Epoch::new(epoch), base_key }
}

fn fresh(rng: &mut impl Rng) -> BaseKey {
    BaseKey::new(random::<32>(rng).to_vec())
}

fn suite_of(member: &Member) -> CipherSuite {
    let [main, _] = member.hello.suites;
    CipherSuite::from_number(main).unwrap()
}

fn random<const N: usize>(rng: &mut impl Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// Of public keys that an implementation of today has to pass over.
const UNKNOWN_ALGORITHM: u64 = 7;
