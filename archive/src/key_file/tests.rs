//! Key files as a whole: what is written is read, by those it is for, as far as it is not damaged.

use core::str::FromStr;

use age::secrecy::SecretString;
use frameseal_sframe::{BaseKey, CipherSuite, KeyIdLayout};
use proptest::prelude::*;

use super::recipient::PublicKey;
use super::*;

fn key(member: &str, epoch: u64, track: u8) -> MediaKey {
    let [.., low] = epoch.to_be_bytes();
    let key_id = KeyIdLayout { slot: 7, epoch: low, track }.to_key_id();
    let suite = CipherSuite::Aes256GcmSha512_128;
    let key = BaseKey::new(vec![9; 32]).derive(suite, key_id);
    let fingerprint = String::from("00ff");
    MediaKey { member: member.into(), fingerprint, epoch, track, key, since: UnixMillis::new(5) }
}

fn pair() -> (Recipient, Identity) {
    let identity = age::x25519::Identity::generate();
    let recipient = Recipient::PublicKey(PublicKey::X25519(identity.to_public()));
    (recipient, Identity::PrivateKeys(vec![Box::new(identity)]))
}

fn passphrase(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn written(recipient: &Recipient) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = KeyFileWriter::begin(&mut file, recipient).unwrap();
    writer.append(&[key("alice", 300, 0), key("alice", 300, 1)]).unwrap();
    writer.append(&[key("bob", 8, 1)]).unwrap();
    writer.retire("alice", 300, UnixMillis::new(99)).unwrap();
    file
}

/// Of each key: whose it is, of which epoch and track, and when it was used no more.
type Row<'a> = (&'a str, u64, u8, Option<u64>);

fn rows(file: &KeyFile) -> Vec<Row<'_>> {
    let row = |(key, until): &'_ (MediaKey, Option<UnixMillis>)| {
        (key.epoch, key.track, until.map(UnixMillis::get))
    };
    let members = file.keys.iter().map(|(key, _)| &*key.member);
    let rows = members.zip(file.keys.iter().map(row));
    rows.map(|(member, (epoch, track, until))| (member, epoch, track, until)).collect()
}

const WHOLE: &[Row<'_>] =
    &[("alice", 300, 0, Some(99)), ("alice", 300, 1, Some(99)), ("bob", 8, 1, None)];

#[test]
fn the_owner_of_the_private_key_reads_what_was_written() {
    let (recipient, identity) = pair();
    let file = KeyFile::read(&*written(&recipient), &identity).unwrap();
    assert_eq!((rows(&file), file.damaged), (WHOLE.to_vec(), 0));

    let (read, kept) = (&file.keys[1].0, key("alice", 300, 1));
    assert_eq!(read.key.expose_key(), kept.key.expose_key());
    assert_eq!(read.key.expose_salt(), kept.key.expose_salt());
    assert_eq!((read.key.key_id(), read.key.suite()), (kept.key.key_id(), kept.key.suite()));
    assert_eq!((&read.fingerprint, read.since), (&kept.fingerprint, kept.since));
}

#[test]
fn a_hybrid_public_key_does_as_well() {
    let recipient = PublicKey::from_str(include_str!("age1pq.txt").trim()).unwrap();
    let bytes = written(&Recipient::PublicKey(recipient));
    let key = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR";
    let key = hybrid::HybridIdentity::parse(key).unwrap();
    let file = KeyFile::read(&*bytes, &Identity::PrivateKeys(vec![Box::new(key)])).unwrap();
    assert_eq!((rows(&file), file.damaged), (WHOLE.to_vec(), 0));
}

#[test]
fn who_knows_the_passphrase_reads_what_was_written() {
    let bytes = written(&Recipient::Passphrase(passphrase("an apple a day")));
    let file = KeyFile::read(&*bytes, &Identity::Passphrase(passphrase("an apple a day"))).unwrap();
    assert_eq!((rows(&file), file.damaged), (WHOLE.to_vec(), 0));

    let wrong = KeyFile::read(&*bytes, &Identity::Passphrase(passphrase("an apple")));
    assert!(matches!(wrong, Err(KeyFileError::WrongPassphrase)), "{wrong:?}");
}

#[test]
fn what_is_wrong_is_told() {
    let (recipient, identity) = pair();
    let bytes = written(&recipient);
    let locked = written(&Recipient::Passphrase(passphrase("a")));
    let cases: &[(&str, &[u8], &Identity, &str)] = &[
        ("another's", &bytes, &pair().1, "WrongIdentity"),
        ("a passphrase", &bytes, &Identity::Passphrase(passphrase("a")), "NeedsIdentity"),
        ("a private key", &locked, &identity, "NeedsPassphrase"),
        ("an empty file", b"", &identity, "NotAKeyFile"),
        ("not text", b"\xff\xfe\n", &identity, "NotAKeyFile"),
        ("a picture", b"\x89PNG\r\n", &identity, "NotAKeyFile"),
        ("a name alone", b"frameseal-keys", &identity, "NotAKeyFile"),
        ("a later version", b"frameseal-keys 2 public-key\n", &identity, "Version"),
        ("another lock", b"frameseal-keys 1 riddle\n", &identity, "DamagedHeader"),
        (
            "a lock that is none",
            b"frameseal-keys 1 passphrase AAAA\n",
            &Identity::Passphrase(passphrase("a")),
            "DamagedHeader",
        ),
    ];
    for (name, file, identity, error) in cases {
        let told = KeyFile::read(*file, identity).unwrap_err();
        assert_eq!(format!("{told:?}"), *error, "{name}");
        assert!(!told.to_string().is_empty());
    }
}

#[test]
fn a_damaged_entry_takes_no_other_with_it() {
    let (recipient, identity) = pair();
    let bytes = written(&recipient);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for (at, left) in [(1, &[2][..]), (2, &[0, 1])] {
        let mut lines: Vec<_> = lines.iter().map(|line| line.to_vec()).collect();
        let middle = lines[at].len() / 2;
        lines[at][middle] ^= 1;
        let file = KeyFile::read(&*lines.concat(), &identity).unwrap();
        let left = left.iter().map(|row| WHOLE[*row]).collect::<Vec<_>>();
        assert_eq!(rows(&file), left, "line {at}");
        assert_eq!(file.damaged, 1);
    }
}

#[test]
fn a_file_that_ends_anywhere_holds_what_came_before() {
    let (recipient, identity) = pair();
    let bytes = written(&recipient);
    let ends: Vec<_> = bytes.iter().enumerate().filter(|row| *row.1 == b'\n').collect();
    let header_len = ends[0].0;
    for len in header_len..bytes.len() {
        let file = KeyFile::read(&bytes[..len], &identity).unwrap();
        // A whole line may lack its end.
        let whole = ends.iter().filter(|(end, _)| *end <= len).count().saturating_sub(1);
        let begun = bytes[..len].last() != Some(&b'\n') && !ends.iter().any(|end| end.0 == len);
        let keys = [0, 2, 3, 3][whole.min(3)];
        assert_eq!(file.keys.len(), keys, "{len} bytes");
        assert_eq!(file.damaged, u64::from(begun), "{len} bytes");
    }
}

#[test]
fn keys_whose_id_contradicts_them_are_no_entries() {
    let entry = Entry::encode_keys(&[key("alice", 300, 1)]).unwrap();
    let text = String::from_utf8(entry.to_vec()).unwrap();
    assert!(matches!(Entry::decode(text.as_bytes()), Some(Entry::Keys(_))));
    for (from, to) in [
        ("\"epoch\":300", "\"epoch\":301"),
        ("\"track\":1", "\"track\":2"),
        ("\"suite\":5", "\"suite\":4"),
        ("\"suite\":5", "\"suite\":99"),
        ("\"key\":\"", "\"key\":\"AAAA"),
        ("\"key\"", "\"kex\""),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        assert!(Entry::decode(changed.as_bytes()).is_none(), "{from} to {to}");
    }
}

#[test]
fn the_file_holds_no_word_of_what_it_keeps() {
    for recipient in [pair().0, Recipient::Passphrase(passphrase("an apple"))] {
        let text = String::from_utf8(written(&recipient)).unwrap();
        let decoded: Vec<u8> = text
            .lines()
            .flat_map(|line| STANDARD.decode(line.rsplit(' ').next().unwrap()).unwrap_or_default())
            .collect();
        for word in ["alice", "bob", "epoch", "AGE-SECRET-KEY", "apple"] {
            assert!(!text.contains(word), "{word}");
            assert!(!decoded.windows(word.len()).any(|bytes| bytes == word.as_bytes()), "{word}");
        }
    }
}

#[test]
fn a_key_file_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let (recipient, _) = pair();
    KeyFileWriter::create(&path, &recipient).unwrap();
    let again = KeyFileWriter::create(&path, &recipient).unwrap_err();
    assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn each_append_is_one_write_of_whole_lines() {
    struct Writes(Vec<Vec<u8>>);
    impl Write for &mut Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writes = Writes(Vec::new());
    let mut writer = KeyFileWriter::begin(&mut writes, &pair().0).unwrap();
    writer.append(&[key("alice", 0, 0), key("alice", 0, 1)]).unwrap();
    writer.retire("alice", 0, UnixMillis::new(1)).unwrap();
    let lines = writes.0.iter().map(|bytes| bytes.split(|byte| *byte == b'\n').count() - 1);
    assert_eq!(lines.collect::<Vec<_>>(), [1, 1, 1]);
    assert!(writes.0.iter().all(|bytes| bytes.last() == Some(&b'\n')));
}

#[test]
fn public_keys_of_both_kinds_are_read() {
    let key = age::x25519::Identity::generate().to_public().to_string();
    assert!(matches!(PublicKey::from_str(&key), Ok(PublicKey::X25519(_))));
    let key_pq = include_str!("age1pq.txt").trim();
    assert!(matches!(PublicKey::from_str(key_pq), Ok(PublicKey::Hybrid(_))));
    for text in ["", "age1", "alice", &key[..key.len() - 1]] {
        assert_eq!(PublicKey::from_str(text).unwrap_err(), recipient::PublicKeyError, "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_a_file_holds_is_no_reason_to_panic(bytes in any::<Vec<u8>>()) {
        let (_, identity) = pair();
        drop(KeyFile::read(&*bytes, &identity));
        let after_header = [b"frameseal-keys 1 public-key\n", &*bytes].concat();
        drop(KeyFile::read(&*after_header, &identity));
    }
}
