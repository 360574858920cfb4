//! The file that keeps a room's keys: what the recorder writes and cannot read back, and what opens
//! recordings.
//!
//! ```text
//! file    = header LF { entry LF }*
//! header  = "frameseal-keys 1 public-key"
//!         / "frameseal-keys 1 passphrase " base64(age, to the passphrase, of an identity)
//! entry   = base64(age, to the public key or to that identity, of JSON)
//! ```
//!
//! Each entry stands alone: what is damaged takes no other entry with it. Entries hold derived keys
//! that came at once, each of which opens one track of one member in one epoch. No base key,
//! private key, secret or link is ever in one.

mod entry;
mod hybrid;
mod identity;
mod lines;
mod recipient;

use core::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use age::secrecy::ExposeSecret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use frameseal_sframe::DerivedKey;
use zeroize::Zeroizing;

pub(crate) use self::entry::Entry;
pub(crate) use self::identity::Identity;
use self::lines::Lines;
pub(crate) use self::recipient::Recipient;
use crate::unix_millis::UnixMillis;

/// A key that opens one track of one member in one epoch, and nothing else.
///
/// It proves nothing about who spoke: whoever holds it can seal under it.
#[derive(Debug)]
pub(crate) struct MediaKey {
    pub(crate) member: String,
    /// Of the member's public key, in hexadecimal digits.
    pub(crate) fingerprint: String,
    /// Whole, not its low 8 bits.
    pub(crate) epoch: u64,
    pub(crate) track: u8,
    pub(crate) key: DerivedKey,
    /// When it came.
    pub(crate) since: UnixMillis,
}

/// Appends entries to a key file, and can read none of them.
pub(crate) struct KeyFileWriter<W = File> {
    file: W,
    recipient: Box<dyn age::Recipient + Send + Sync>,
}

impl KeyFileWriter {
    /// Makes the file, for its owner alone.
    ///
    /// # Errors
    ///
    /// There is such a file already, or it cannot be made.
    pub(crate) fn create(path: &Path, recipient: &Recipient) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Self::begin(options.open(path)?, recipient)
    }
}

impl<W: Write> KeyFileWriter<W> {
    /// Writes the header. Of a passphrase's identity only the public key stays.
    pub(crate) fn begin(mut file: W, recipient: &Recipient) -> io::Result<Self> {
        let (header, recipient): (_, Box<dyn age::Recipient + Send + Sync>) = match recipient {
            Recipient::PublicKey(key) => (format!("{NAME} {VERSION} {PUBLIC_KEY}\n"), key.to_age()),
            Recipient::Passphrase(passphrase) => {
                let identity = age::x25519::Identity::generate();
                let mut lock = age::scrypt::Recipient::new(passphrase.clone());
                lock.set_work_factor(WORK_FACTOR);
                let sealed = encrypt(&lock, identity.to_string().expose_secret().as_bytes())?;
                let sealed = STANDARD.encode(sealed);
                let header = format!("{NAME} {VERSION} {PASSPHRASE} {sealed}\n");
                (header, Box::new(identity.to_public()))
            }
        };
        file.write_all(header.as_bytes())?;
        Ok(Self { file, recipient })
    }

    /// Appends keys that came at once, together: an entry takes some 3 kB with a hybrid public key,
    /// however little is in it.
    ///
    /// All leaves by one write: who is killed meanwhile leaves at most one line that is not whole,
    /// the last one.
    ///
    /// # Errors
    ///
    /// As the write's.
    pub(crate) fn append(&mut self, keys: &[MediaKey]) -> io::Result<()> {
        let mut lines = Vec::new();
        for keys in keys.chunks(MAX_KEYS) {
            self.add_line(&Entry::encode_keys(keys)?, &mut lines)?;
        }
        self.file.write_all(&lines)
    }

    /// Appends that a member's keys of an epoch are used no more.
    ///
    /// # Errors
    ///
    /// As the write's.
    pub(crate) fn retire(&mut self, member: &str, epoch: u64, at: UnixMillis) -> io::Result<()> {
        let mut line = Vec::new();
        self.add_line(&Entry::encode_retired(member, epoch, at)?, &mut line)?;
        self.file.write_all(&line)
    }

    fn add_line(&self, entry: &[u8], lines: &mut Vec<u8>) -> io::Result<()> {
        let sealed = encrypt(&*self.recipient, entry)?;
        lines.extend_from_slice(STANDARD.encode(sealed).as_bytes());
        lines.push(b'\n');
        Ok(())
    }
}

impl<W> fmt::Debug for KeyFileWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file: _, recipient: _ } = self;
        f.debug_struct("KeyFileWriter").finish_non_exhaustive()
    }
}

/// What a key file holds.
#[derive(Debug)]
pub(crate) struct KeyFile {
    /// With when each was used no more, as far as that is told.
    pub(crate) keys: Vec<(MediaKey, Option<UnixMillis>)>,
    /// How many entries are not whole, were changed, or are for somebody else.
    pub(crate) damaged: u64,
}

impl KeyFile {
    /// Tells whether a file is for a passphrase, and not for a private key.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), as far as the first line tells.
    pub(crate) fn is_for_passphrase(file: impl Read) -> Result<bool, KeyFileError> {
        let header = Lines::new(BufReader::new(file)).next_line()?;
        let lock = Lock::parse(&header.ok_or(KeyFileError::NotAKeyFile)?)?;
        Ok(matches!(lock, Lock::Passphrase(_)))
    }

    /// Reads a file, entry by entry; entries that do not open are counted.
    ///
    /// # Errors
    ///
    /// The variants of [`KeyFileError`] say why nothing could be read.
    pub(crate) fn read(file: impl Read, identity: &Identity) -> Result<Self, KeyFileError> {
        let mut lines = Lines::new(BufReader::new(file));
        let header = lines.next_line()?.ok_or(KeyFileError::NotAKeyFile)?;
        let identities = Lock::parse(&header)?.open(identity)?;

        let mut read = Self { keys: Vec::new(), damaged: 0 };
        let mut foreign = 0_u64;
        while let Some(line) = lines.next_line()? {
            match decrypt_entry(&line, &identities) {
                Ok(entry) => read.add(entry),
                Err(NotOpened::Foreign) => foreign = foreign.saturating_add(1),
                Err(NotOpened::Damaged) => read.damaged = read.damaged.saturating_add(1),
            }
        }
        if read.keys.is_empty() && foreign > 0 {
            return Err(KeyFileError::WrongIdentity);
        }
        read.damaged = read.damaged.saturating_add(foreign);
        Ok(read)
    }

    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Keys(keys) => self.keys.extend(keys.into_iter().map(|key| (key, None))),
            Entry::Retired { member, epoch, at } => {
                for (key, until) in &mut self.keys {
                    if key.member == member && key.epoch == epoch {
                        // A member that came back on another page may have the same epoch.
                        until.get_or_insert(at);
                    }
                }
            }
        }
    }
}

/// What a file's first line says that its entries open with.
enum Lock {
    PublicKey,
    /// With what its identity is sealed in.
    Passphrase(Vec<u8>),
}

impl Lock {
    fn parse(header: &[u8]) -> Result<Self, KeyFileError> {
        let header = str::from_utf8(header).map_err(|_| KeyFileError::NotAKeyFile)?;
        let mut words = header.split(' ');
        if words.next() != Some(NAME) {
            return Err(KeyFileError::NotAKeyFile);
        }
        match words.next() {
            Some(VERSION) => {}
            Some(_) => return Err(KeyFileError::Version),
            None => return Err(KeyFileError::NotAKeyFile),
        }
        match (words.next(), words.next()) {
            (Some(PUBLIC_KEY), None) => Some(Self::PublicKey),
            (Some(PASSPHRASE), Some(sealed)) => STANDARD.decode(sealed).ok().map(Self::Passphrase),
            _ => None,
        }
        .ok_or(KeyFileError::DamagedHeader)
    }

    /// Returns what entries open with.
    fn open(self, identity: &Identity) -> Result<Unlocked<'_>, KeyFileError> {
        match (self, identity) {
            (Self::PublicKey, Identity::PrivateKeys(keys)) => Ok(Unlocked::Given(keys)),
            (Self::PublicKey, Identity::Passphrase(_)) => Err(KeyFileError::NeedsIdentity),
            (Self::Passphrase(_), Identity::PrivateKeys(_)) => Err(KeyFileError::NeedsPassphrase),
            (Self::Passphrase(sealed), Identity::Passphrase(passphrase)) => {
                let mut key = age::scrypt::Identity::new(passphrase.clone());
                key.set_max_work_factor(MAX_WORK_FACTOR);
                let text = decrypt(&sealed, [&key as &dyn age::Identity]);
                let text = text.map_err(|error| KeyFileError::of_passphrase(&error))?;
                let text = str::from_utf8(&text).ok();
                let identity = text.and_then(|text| text.parse().ok());
                let identity = identity.ok_or(KeyFileError::DamagedHeader)?;
                Ok(Unlocked::Made(Box::new(identity)))
            }
        }
    }
}

/// Private keys: those that were given, or the one that was in the header.
enum Unlocked<'a> {
    Given(&'a [Box<dyn age::Identity + Send + Sync>]),
    Made(Box<age::x25519::Identity>),
}

impl Unlocked<'_> {
    fn iter(&self) -> impl Iterator<Item = &dyn age::Identity> {
        let (given, made) = match self {
            Self::Given(keys) => (*keys, None),
            Self::Made(key) => (&[][..], Some(&**key as &dyn age::Identity)),
        };
        given.iter().map(|key| &**key as &dyn age::Identity).chain(made)
    }
}

/// Why a line is no entry.
enum NotOpened {
    Damaged,
    Foreign,
}

fn decrypt_entry(line: &[u8], identities: &Unlocked<'_>) -> Result<Entry, NotOpened> {
    let sealed = STANDARD.decode(line).map_err(|_| NotOpened::Damaged)?;
    let entry = decrypt(&sealed, identities.iter()).map_err(|error| why(&error))?;
    Entry::decode(&entry).ok_or(NotOpened::Damaged)
}

const fn why(error: &age::DecryptError) -> NotOpened {
    match error {
        age::DecryptError::NoMatchingKeys => NotOpened::Foreign,
        _ => NotOpened::Damaged,
    }
}

fn encrypt(recipient: &dyn age::Recipient, plaintext: &[u8]) -> io::Result<Vec<u8>> {
    let encryptor = age::Encryptor::with_recipients([recipient].into_iter());
    let mut sealed = Vec::new();
    let mut writer = encryptor.map_err(io::Error::other)?.wrap_output(&mut sealed)?;
    writer.write_all(plaintext)?;
    writer.finish()?;
    Ok(sealed)
}

fn decrypt<'a>(
    sealed: &[u8],
    identities: impl IntoIterator<Item = &'a dyn age::Identity>,
) -> Result<Zeroizing<Vec<u8>>, age::DecryptError> {
    let mut reader = age::Decryptor::new_buffered(sealed)?.decrypt(identities.into_iter())?;
    // With room for all, so that it does not move and leave copies behind.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader.read_to_end(&mut plaintext)?;
    Ok(plaintext)
}

/// Why a key file could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum KeyFileError {
    /// The first line was damaged: the keys are lost, unless there is a copy of the file.
    DamagedHeader,
    /// The header asks for more work than we take on: nobody of ours wrote it.
    ExcessiveWork,
    /// The disk, or whatever the file comes from.
    Io(io::Error),
    /// The file is for a public key, and a passphrase was given.
    NeedsIdentity,
    /// The file is for a passphrase, and a private key was given.
    NeedsPassphrase,
    /// Something else than a key file.
    NotAKeyFile,
    /// A newer `frameseal` wrote it.
    Version,
    /// No private key that was given opens any entry.
    WrongIdentity,
    /// Another passphrase, or the first line was damaged.
    WrongPassphrase,
}

impl KeyFileError {
    /// Why a passphrase does not open the first line.
    const fn of_passphrase(error: &age::DecryptError) -> Self {
        match error {
            age::DecryptError::DecryptionFailed => Self::WrongPassphrase,
            age::DecryptError::ExcessiveWork { .. } => Self::ExcessiveWork,
            _ => Self::DamagedHeader,
        }
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DamagedHeader => "its first line is damaged; look for a copy of the key file",
            Self::ExcessiveWork => "its first line asks for too much work; frameseal wrote no such",
            Self::Io(error) => return error.fmt(f),
            Self::NeedsIdentity => "it is for a public key; name the private one with --identity",
            Self::NeedsPassphrase => "it is for a passphrase; leave out --identity",
            Self::NotAKeyFile => "it is not a key file of frameseal",
            Self::Version => "a newer frameseal wrote it; use that",
            Self::WrongIdentity => "it is for another private key than those in --identity",
            Self::WrongPassphrase => "wrong passphrase",
        })
    }
}

impl core::error::Error for KeyFileError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for KeyFileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

const NAME: &str = "frameseal-keys";
const VERSION: &str = "1";
const PUBLIC_KEY: &str = "public-key";
const PASSPHRASE: &str = "passphrase";

/// In one entry: those of all tracks, and of all streams of data.
const MAX_KEYS: usize = 16;

/// Of scrypt, as a power of two: 256 MiB, and a second or so. What `age`'s programs take.
const WORK_FACTOR: u8 = if cfg!(test) { 4 } else { 18 };

/// Four times as much: a file must not keep its reader busy for hours.
const MAX_WORK_FACTOR: u8 = 20;

#[cfg(test)]
mod tests;
