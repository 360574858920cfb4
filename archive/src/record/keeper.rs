//! Keeps the keys of media tracks in a file, while no base key touches the disk.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use core::cell::RefCell;
use core::mem;
use core::ops::Range;
use core::time::Duration;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use frameseal::{BaseKey, KeyId, KeyLog, MEDIA_TRACKS, MemberId, Suites};
use frameseal_sframe::{CipherSuite, KeyIdLayout};
use zeroize::Zeroizing;

use super::clock::{Clock, later};
use super::horizon::Horizon;
use super::member::MemberSession;
use crate::key_file::{KeyFileWriter, MediaKey, Recipient};
use crate::unix_millis::UnixMillis;

/// Writes the keys of each track as they come.
pub(crate) struct Keeper {
    clock: Clock,
    file: KeyFileWriter,
    suites: Suites,
    came: Came,
    held: BTreeMap<MemberId, Vec<Held>>,
    kept: u64,
}

/// A key as its owner sent it, and how far it was followed.
struct Held {
    fingerprint: String,
    epoch: u64,
    slot: u16,
    since: UnixMillis,
    horizon: Horizon,
    /// The key of the next step to be kept: those before cannot be computed from it.
    next: BaseKey,
    /// How many steps are in the file.
    steps: u8,
    /// Epoch of the next key that its owner sent: nothing is followed so far.
    successor: Option<u64>,
    retire_at: Option<Instant>,
}

/// Keys that a session logged and nobody has looked at.
#[derive(Clone, Default)]
struct Came(Rc<RefCell<Vec<Logged>>>);

struct Logged {
    member: MemberId,
    key_id: KeyId,
    base_key: Zeroizing<Vec<u8>>,
}

impl Keeper {
    /// Begins a file, and has the session tell of its keys.
    pub(crate) fn create(
        clock: Clock,
        path: &Path,
        recipient: &Recipient,
        suites: Suites,
        session: &mut MemberSession,
    ) -> Result<Self> {
        let file = KeyFileWriter::create(path, recipient)
            .with_context(|| format!("cannot make the key file {}", path.display()))?;
        let came = Came::default();
        session.set_key_log(Box::new(came.clone()));
        Ok(Self { clock, file, suites, came, held: BTreeMap::new(), kept: 0 })
    }

    /// How many keys are in the file.
    pub(crate) const fn kept(&self) -> u64 {
        self.kept
    }

    /// Keeps what came, and retires what is used no more. To be called after each piece of the session's
    /// work: whose a key is, the session tells only as long as its owner is there.
    pub(crate) fn keep(&mut self, now: Instant, session: &MemberSession) -> Result<()> {
        let came = mem::take(&mut *self.came.0.borrow_mut());
        for logged in came {
            self.take(now, session, logged)?;
        }
        self.retire_due(now)
    }

    /// Follows all keys further: somebody came.
    pub(crate) fn join(&mut self) -> Result<()> {
        for (member, keys) in &mut self.held {
            for key in keys {
                key.horizon.join();
                let entries = key.follow(member, self.suites);
                self.kept = self.kept.saturating_add(append(&mut self.file, &entries)?);
            }
        }
        Ok(())
    }

    /// Retires all keys of a member: it has left, or has another key pair.
    pub(crate) fn forget(&mut self, now: Instant, member: &MemberId) -> Result<()> {
        let keys = self.held.remove(member).unwrap_or_default();
        keys.iter().try_for_each(|key| self.retire(now, member, key))
    }

    /// Retires all keys: nobody keeps what comes from now on.
    pub(crate) fn end(mut self, now: Instant) -> Result<u64> {
        for member in self.held.keys().cloned().collect::<Vec<_>>() {
            self.forget(now, &member)?;
        }
        Ok(self.kept)
    }

    fn take(&mut self, now: Instant, session: &MemberSession, logged: Logged) -> Result<()> {
        let Logged { member, key_id, mut base_key } = logged;
        let manager = session.key_manager().into_iter();
        let Some(status) = manager.flat_map(|it| it.members()).find(|it| it.id == member) else {
            return Ok(()); // it has left meanwhile
        };
        let (Some(newest), Some(fingerprint), Some(layout)) =
            (status.epoch, status.fingerprint, KeyIdLayout::from_key_id(key_id))
        else {
            return Ok(());
        };
        let fingerprint = fingerprint.to_string();
        let is_anothers = |key: &Held| key.fingerprint != fingerprint;
        if self.held.get(&member).is_some_and(|keys| keys.iter().any(is_anothers)) {
            self.forget(now, &member)?;
        }
        let mut key = Held {
            fingerprint,
            epoch: whole_epoch(newest.get(), layout.epoch),
            slot: layout.slot,
            since: self.clock.unix(now),
            horizon: Horizon::default(),
            next: BaseKey::new(mem::take(&mut *base_key)),
            steps: 0,
            successor: None,
            retire_at: None,
        };
        let entries = key.follow(&member, self.suites);
        self.kept = self.kept.saturating_add(append(&mut self.file, &entries)?);
        let keys = self.held.entry(member).or_default();
        keys.push(key);
        keys.sort_by_key(|key| key.epoch);
        let mut successor = None;
        for key in keys.iter_mut().rev() {
            key.successor = successor.replace(key.epoch);
            if key.successor.is_some() {
                key.retire_at.get_or_insert_with(|| later(now, RETIRE_AFTER));
            }
        }
        Ok(())
    }

    fn retire_due(&mut self, now: Instant) -> Result<()> {
        let is_due = |key: &Held| key.retire_at.is_some_and(|at| at <= now);
        let mut due = Vec::new();
        for (member, keys) in &mut self.held {
            due.extend(keys.extract_if(.., |key| is_due(key)).map(|key| (member.clone(), key)));
        }
        due.iter().try_for_each(|(member, key)| self.retire(now, member, key))
    }

    fn retire(&mut self, now: Instant, member: &MemberId, key: &Held) -> Result<()> {
        let at = self.clock.unix(now);
        for epoch in key.epochs() {
            self.file.retire(member.as_str(), epoch, at).context("cannot write the key file")?;
        }
        Ok(())
    }
}

impl Held {
    /// Returns the keys of all tracks up to the horizon that were not returned before.
    fn follow(&mut self, member: &MemberId, suites: Suites) -> Vec<MediaKey> {
        let mut entries = Vec::new();
        while self.steps <= self.horizon.last_step() && self.epochs().end < self.end() {
            for track in 0..MEDIA_TRACKS {
                // A track's number does not tell for certain whether it is sound.
                entries.push(self.entry(member, track, suites.main));
                if suites.audio != suites.main {
                    entries.push(self.entry(member, track, suites.audio));
                }
            }
            self.next = self.next.ratchet(suites.main);
            self.steps = self.steps.saturating_add(1);
        }
        entries
    }

    /// The epochs that are in the file, as far as they are this key's: the file may have steps beyond its
    /// successor that were never made.
    fn epochs(&self) -> Range<u64> {
        let end = self.epoch.saturating_add(u64::from(self.steps));
        self.epoch..end.min(self.end())
    }

    fn end(&self) -> u64 {
        self.successor.unwrap_or(u64::MAX)
    }

    /// The key of a track in the next step.
    fn entry(&self, member: &MemberId, track: u8, suite: CipherSuite) -> MediaKey {
        let epoch = self.epoch.saturating_add(u64::from(self.steps));
        let [low, ..] = epoch.to_le_bytes();
        let key_id = KeyIdLayout { slot: self.slot, epoch: low, track }.to_key_id();
        MediaKey {
            member: member.to_string(),
            fingerprint: self.fingerprint.clone(),
            epoch,
            track,
            key: self.next.derive(suite, key_id),
            since: self.since,
        }
    }
}

fn append(file: &mut KeyFileWriter, entries: &[MediaKey]) -> Result<u64> {
    if entries.is_empty() {
        return Ok(0);
    }
    file.append(entries).context("cannot write the key file")?;
    Ok(u64::try_from(entries.len()).unwrap_or(u64::MAX))
}

/// The epoch with these low 8 bits that is the newest one, or less than 256 before it: a session logs no
/// other key.
const fn whole_epoch(newest: u64, low_bits: u8) -> u64 {
    let [low, ..] = newest.to_le_bytes();
    newest.saturating_sub(low.wrapping_sub(low_bits) as u64)
}

impl KeyLog for Came {
    /// What this member seals is nobody's business.
    fn send(&mut self, _: KeyId, _: &[u8]) {}

    fn receive(&mut self, member: &MemberId, key_id: KeyId, base_key: &[u8]) {
        let base_key = Zeroizing::new(base_key.to_vec());
        self.0.borrow_mut().push(Logged { member: member.clone(), key_id, base_key });
    }
}

impl core::fmt::Debug for Came {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self(_) = self;
        f.debug_tuple("Came").finish_non_exhaustive()
    }
}

/// As long as a key opens frames after a later one of its owner came: docs/protocol.md, "Holding and
/// wiping".
const RETIRE_AFTER: Duration = Duration::from_secs(10);

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests {
    use core::time::Duration;
    use std::time::Instant;

    use age::secrecy::SecretString;
    use frameseal::{Event, MemberId, Suites};
    use frameseal_sframe::envelope::Codec;
    use frameseal_sframe::{FrameBuffer, FrameKind, OpenContext, Profile};

    use super::{Keeper, whole_epoch};
    use crate::key_file::{Identity, KeyFile, MediaKey, Recipient};
    use crate::record::clock::Clock;
    use crate::record::test_room::TestRoom;
    use crate::unix_millis::UnixMillis;

    const PICTURE: &[u8] = b"\x31\x05 a picture of VP8";

    /// A room in which `rec` keeps keys.
    struct Scene {
        clock: Clock,
        now: Instant,
        room: TestRoom,
        keeper: Keeper,
        folder: tempfile::TempDir,
    }

    impl Scene {
        fn new(ids: &[&str]) -> Self {
            Self::with(Clock::start(), TestRoom::new(ids))
        }

        fn with(clock: Clock, mut room: TestRoom) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let recipient = Recipient::Passphrase(passphrase());
            let path = folder.path().join("keys");
            let (suites, session) = (Suites::default(), room.of("rec"));
            let keeper = Keeper::create(clock, &path, &recipient, suites, session).unwrap();
            let mut scene = Self { clock, now: clock.now(), room, keeper, folder };
            scene.pass(0);
            scene
        }

        /// Lets time pass, and everybody speak.
        fn pass(&mut self, ms: u64) {
            for _ in 0..=ms / 50 {
                let told = self.room.exchange(self.clock, self.now);
                self.keeper.keep(self.now, self.room.of("rec")).unwrap();
                drop::<Vec<(MemberId, Event)>>(told);
                self.now += Duration::from_millis(50);
            }
        }

        fn join(&mut self, id: &str) {
            self.room.join(id);
            self.keeper.join().unwrap();
        }

        fn seal(&mut self, track: u8) -> Vec<u8> {
            self.room.seal(self.clock, self.now, "ann", track, PICTURE)
        }

        fn file(&self) -> KeyFile {
            let file = std::fs::File::open(self.folder.path().join("keys")).unwrap();
            let file = KeyFile::read(file, &Identity::Passphrase(passphrase())).unwrap();
            assert_eq!(file.damaged, 0);
            file
        }
    }

    fn passphrase() -> SecretString {
        SecretString::from("an apple a day")
    }

    /// Opens a frame with what is in the file; returns what opened it.
    fn open<'a>(
        file: &'a KeyFile,
        codec: Codec,
        sealed: &[u8],
    ) -> Option<&'a (MediaKey, Option<UnixMillis>)> {
        let mut buffer = FrameBuffer::new();
        buffer.load(sealed).unwrap();
        let key_id = buffer.sealed_header(codec).unwrap().key_id;
        file.keys.iter().filter(|(key, _)| key.key.key_id() == key_id).find(|(key, _)| {
            let mut context = OpenContext::with_derived_key(&key.key);
            let opened = buffer.open_with(&mut context, Profile::Frameseal1, codec);
            opened.is_ok() && buffer.output() == PICTURE
        })
    }

    #[test]
    fn what_is_sealed_after_consent_opens_with_the_file_whoever_joins() {
        let mut scene = Scene::new(&["ann", "rec"]);
        let mut sealed = Vec::new();
        for newcomer in ["ben", "cat", "dan", "eve"] {
            sealed.push((Codec::Vp8, scene.seal(1)));
            sealed.push((Codec::Audio, scene.seal(0)));
            scene.pass(200);
            scene.join(newcomer);
            scene.pass(200);
        }
        sealed.push((Codec::Vp8, scene.seal(1)));
        let file = scene.file();
        let opened: Vec<_> =
            sealed.iter().map(|(codec, sealed)| open(&file, *codec, sealed).unwrap()).collect();
        let epochs: Vec<_> = opened.iter().map(|(key, _)| key.epoch).collect();
        assert_eq!(epochs, [0, 0, 1, 1, 2, 2, 3, 3, 4], "a step for each newcomer");
        assert!(opened.iter().all(|(key, until)| key.member == "ann" && until.is_none()));
        // Steps 0 to 8, and one for each newcomer, of 12 tracks.
        assert_eq!(file.keys.len(), 13 * 12);
    }

    #[test]
    fn nothing_from_before_the_recorder_came_or_after_it_left_opens() {
        let (clock, mut room) = (Clock::start(), TestRoom::new(&["ann", "ben"]));
        let early = room.seal(clock, clock.now(), "ann", 1, PICTURE);
        room.exchange(clock, clock.now());
        room.join("rec");
        let mut scene = Scene::with(clock, room);
        scene.pass(200);
        let meanwhile = scene.seal(1);
        scene.room.leave(scene.clock, scene.now, "rec");
        for _ in 0..20 {
            scene.now += Duration::from_millis(50);
            scene.room.exchange(scene.clock, scene.now);
        }
        let late = scene.seal(1);
        let file = scene.file();
        assert!(open(&file, Codec::Vp8, &early).is_none());
        assert!(open(&file, Codec::Vp8, &meanwhile).is_some());
        assert!(open(&file, Codec::Vp8, &late).is_none());
    }

    #[test]
    fn a_key_that_was_replaced_is_retired_after_ten_seconds() {
        let mut scene = Scene::new(&["ann", "ben", "rec"]);
        let first = scene.seal(1);
        scene.pass(200);
        scene.room.leave(scene.clock, scene.now, "ben");
        scene.keeper.forget(scene.now, &MemberId::new("ben").unwrap()).unwrap();
        scene.pass(1000);
        let second = scene.seal(1);
        let file = scene.file();
        let until = |file: &KeyFile, sealed: &[u8]| open(file, Codec::Vp8, sealed).unwrap().1;
        assert_eq!((until(&file, &first), until(&file, &second)), (None, None));
        scene.pass(10_000);
        let file = scene.file();
        assert!(until(&file, &first).is_some());
        assert_eq!(until(&file, &second), None, "it is used still");
        scene.keeper.forget(scene.now, &MemberId::new("ann").unwrap()).unwrap();
        assert!(until(&scene.file(), &second).is_some());
    }

    #[test]
    fn the_file_holds_no_base_key() {
        let mut scene = Scene::new(&["ann", "rec"]);
        let sealed = scene.seal(1);
        scene.pass(100);
        let file = scene.file();
        let (key, _) = open(&file, Codec::Vp8, &sealed).unwrap();
        // A base key would open other tracks too.
        let mut buffer = FrameBuffer::new();
        buffer.load(&scene.seal(0)).unwrap();
        let mut context = OpenContext::with_derived_key(&key.key);
        let opened = buffer.open_with(&mut context, Profile::Frameseal1, Codec::Audio);
        assert_ne!(opened, Ok(Some(FrameKind::Audio)));
    }

    #[test]
    fn whole_epochs_are_at_or_before_the_newest() {
        for (newest, low, whole) in
            [(0, 0, 0), (300, 44, 300), (300, 43, 299), (300, 250, 250), (256, 255, 255)]
        {
            assert_eq!(whole_epoch(newest, low), whole, "{newest}, {low}");
        }
    }
}
