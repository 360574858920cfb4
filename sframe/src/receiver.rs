//! All keys that one receiver opens with: finds the keys that a frame's KID can mean, follows the
//! ratchet of those that senders ratchet.

mod arrivals;
mod slot;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

pub use self::arrivals::{Arrival, REPLAY_LAG};
use self::slot::{Chain, Owner, Slot, Track};
use crate::header::{Header, KeyId};
use crate::key::ReceiveKey;
use crate::key_id_layout::{KeyIdLayout, MEDIA_TRACKS, carries, data_track};
use crate::metadata::{FrameKind, Profile};
use crate::open::{OpenError, text_len};
use crate::suite::{CipherSuite, Suites};
#[cfg(feature = "external-aead")]
use {crate::key_schedule, crate::suite::NONCE_LEN, zeroize::Zeroizing};

/// The base keys in use for opening. `S` names senders: it comes back with each frame that a key of
/// theirs opens.
///
/// A key is [added](Self::add) by its exact ID, or [followed](Self::follow): then frames may be under
/// keys that its owner ratcheted from it. Frames move nothing but replay windows. What is held, and
/// until when, is up to whoever adds and [wipes](Self::wipe).
///
/// # Examples
///
/// ```
/// use frameseal_sframe::{
///     Arrival, BaseKey, CipherSuite, FrameKind, KeyId, Profile, Receiver, Sender,
/// };
///
/// let (suite, key_id) = (CipherSuite::default(), KeyId::new(0x1000));
/// let key = || BaseKey::new(vec![7; 16]); // random in real life, and sent to the receiver
/// let mut sender = Sender::new(Profile::Frameseal1, suite, key_id, key().into_send_key());
/// let mut receiver = Receiver::new(Profile::Frameseal1, suite);
/// receiver.add(key_id, key().into_receive_key(), "alice");
///
/// let mut body = sender.seal(0, FrameKind::Audio, b"a piece of sound")?;
/// let (opened, plaintext) = receiver.open(FrameKind::Audio, Arrival::default(), &mut body)?;
/// assert_eq!((opened.source, &*plaintext), ("alice", &b"a piece of sound"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Receiver<S> {
    profile: Profile,
    suites: Suites,
    /// By ascending number. A tree would be 8 kB of WebAssembly, and faster for nobody.
    slots: Vec<Slot<S>>,
}

/// A frame that authenticated.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Opened<S> {
    /// The key that it was sealed under, track bits included.
    pub key_id: KeyId,
    /// Who sealed it.
    pub source: S,
    /// What it is.
    pub kind: FrameKind,
    /// Which of the sealer's media tracks it is of, 0 to 11; of application data, the stream, 0 to 3.
    /// 0 in profile `rfc9605`.
    pub track: u8,
    /// Through how many pipelines this frame has come, this one included.
    pub copies: usize,
}

/// Keys to be wiped.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct Wipe<S> {
    /// Whose keys.
    pub source: S,
    /// The one that was followed from this ID on; `None`: all.
    pub key_id: Option<KeyId>,
}

impl<S: Clone + Eq> Receiver<S> {
    /// Ratchet steps beyond a [followed](Self::follow) key that frames may be under. Project decision:
    /// as many as a sender makes before it makes a fresh key. Following them costs 64 key derivations
    /// once for each key that is followed, whatever frames name.
    pub const MAX_STEPS: u8 = 64;

    /// AEAD passes for one frame at most, if several senders have keys in its slot. Project decision:
    /// slots are random, so two members of a room of 100 share one once in 13 rooms, and four once in
    /// a thousand million; a flood of forged frames costs no more than four times that without.
    pub const MAX_PASSES: usize = 4;

    /// Makes a receiver that has no keys yet.
    #[must_use]
    pub fn new(profile: Profile, suites: impl Into<Suites>) -> Self {
        Self { profile, suites: suites.into(), slots: Vec::new() }
    }

    /// Opens frames of `key_id` with `key` from now on, and no other ones; in profile `frameseal/1`
    /// the track bits of `key_id` are ignored.
    ///
    /// A key under the same ID is [removed](Self::remove), whoever's it is. The same key again changes
    /// `source` alone: what was opened before stays opened before.
    pub fn add(&mut self, key_id: KeyId, key: ReceiveKey, source: S) {
        let (key_id, _) = self.profile.split_track(key_id);
        let slot = self.slot_mut(key_id);
        let known = slot.owners.iter_mut().find_map(|owner| {
            let at = owner.chains.iter().position(|it| it.key_id == key_id && it.is(&key))?;
            Some(owner.chains.swap_remove(at))
        });
        slot.retain(|_, id| id != key_id);
        let chain = known.unwrap_or_else(|| Chain::new(key_id, 0, key));
        if let Some(owner) = slot.owner_mut(source) {
            owner.chains.push(chain);
        }
    }

    /// Opens frames of `key_id`, and of keys that `source` ratcheted from it, from now on: of up to
    /// [`MAX_STEPS`](Self::MAX_STEPS), and never of one at or beyond a later key of `source` in this
    /// slot.
    ///
    /// For profile `frameseal/1`, where a key ID tells how often a key was ratcheted. Keys of one
    /// sender must be fewer than 128 steps apart; else key IDs are ambiguous. The key that `source`
    /// had under the same ID is wiped.
    pub fn follow(&mut self, key_id: KeyId, key: ReceiveKey, source: S) {
        let (key_id, _) = self.profile.split_track(key_id);
        let slot = self.slot_mut(key_id);
        slot.retain(|of, id| *of != source || id != key_id);
        let Some(owner) = slot.owner_mut(source) else {
            return;
        };
        let mut reach = Self::MAX_STEPS;
        for chain in &mut owner.chains {
            match steps(chain.key_id, key_id) {
                later @ 1..=127 => chain.end_before(later),
                earlier => reach = reach.min(earlier.wrapping_neg().wrapping_sub(1)),
            }
        }
        owner.chains.push(Chain::new(key_id, reach, key));
    }

    /// Wipes the key that was [added](Self::add) as `key_id`; tells whether there was one. No frame
    /// opens under it any more.
    pub fn remove(&mut self, key_id: KeyId) -> bool {
        let (key_id, _) = self.profile.split_track(key_id);
        self.retain_in_slot(key_id, |_, id| id != key_id)
    }

    /// Wipes keys that were [followed](Self::follow), with all that were ratcheted from them.
    pub fn wipe(&mut self, Wipe { source, key_id }: &Wipe<S>) {
        match *key_id {
            Some(key_id) => {
                self.retain_in_slot(key_id, |of, id| of != source || id != key_id);
            }
            None => {
                for slot in &mut self.slots {
                    slot.retain(|of, _| of != source);
                }
                self.slots.retain(|slot| !slot.owners.is_empty());
            }
        }
    }

    /// Forgets the replay windows of a pipeline that has ended.
    pub fn release(&mut self, pipeline: u32) {
        for chain in self.owners_mut().flat_map(|owner| &mut owner.chains) {
            chain.release(pipeline);
        }
    }

    /// Returns the profile that frames are opened in.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Returns the suites that frames are opened with.
    #[must_use]
    pub const fn suites(&self) -> Suites {
        self.suites
    }

    /// Returns the keys that are held as they were given, and whose they are.
    pub fn keys(&self) -> impl Iterator<Item = (KeyId, &S)> {
        let owners = self.slots.iter().flat_map(|slot| &slot.owners);
        owners.flat_map(|owner| owner.chains.iter().map(|chain| (chain.key_id, &owner.source)))
    }

    /// Returns whose key `key_id` can mean, in the order in which they are tried.
    #[must_use]
    pub fn sources(&self, key_id: KeyId) -> Vec<&S> {
        let (key_id, _) = self.profile.split_track(key_id);
        let mut sources = Vec::new();
        if let Ok(at) = self.position(key_id)
            && let Some(slot) = self.slots.get(at)
        {
            let owners = slot.owners.iter().filter(|owner| owner.find(key_id).is_some());
            sources.extend(owners.map(|owner| &owner.source));
        }
        sources
    }

    /// Opens `body`, which is `header || ciphertext || tag`, where it is; returns the plaintext.
    ///
    /// `kind` is what the [frame's envelope](crate::envelope::Codec::kind) says. On an error `body` is left as it
    /// was, and so is the receiver.
    ///
    /// # Errors
    ///
    /// As [`OpenContext::open_in_place`](crate::OpenContext::open_in_place), and
    /// [`OpenError::WrongTrack`]. [`OpenError::UnknownKey`] also if the frame did not open under a
    /// ratcheted key: whether its sender ratcheted or has a fresh one is not known then.
    pub fn open<'b>(
        &mut self,
        kind: FrameKind,
        arrival: Arrival<'_, S>,
        body: &'b mut [u8],
    ) -> Result<(Opened<S>, &'b mut [u8]), OpenError> {
        let pending = self.authenticate(kind, arrival, body)?;
        let plaintext = pending.plaintext();
        let opened = pending.commit();
        Ok((opened, body.get_mut(plaintext).unwrap_or_default()))
    }

    /// Opens application data of one stream, 0 to 3, as [`open`](Self::open) does.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`OpenError::WrongStream`].
    pub fn open_data<'b>(
        &mut self,
        stream: u8,
        arrival: Arrival<'_, S>,
        body: &'b mut [u8],
    ) -> Result<(Opened<S>, &'b mut [u8]), OpenError> {
        let Frame { track, .. } = Frame::new(self, FrameKind::Data, body)?;
        if self.profile == Profile::Frameseal1 && data_track(stream) != Some(track) {
            return Err(OpenError::WrongStream);
        }
        self.open(FrameKind::Data, arrival, body)
    }

    /// Opens `body` as [`Receiver::open`] does, but takes note of it only if the result is
    /// [committed](Pending::commit).
    pub(crate) fn authenticate<'r, 'a>(
        &'r mut self,
        kind: FrameKind,
        arrival: Arrival<'a, S>,
        body: &mut [u8],
    ) -> Result<Pending<'r, 'a, S>, OpenError> {
        let frame = Frame::new(self, kind, body)?;
        let mut failure = None;
        for place in self.candidates(frame.base, arrival.from).into_iter().flatten() {
            match self.attempt(place, &frame, arrival, body) {
                Ok((plaintext, made)) => {
                    return Ok(Pending { receiver: self, frame, place, arrival, plaintext, made });
                }
                Err(error) => failure = Some(worse(failure, error)),
            }
        }
        self.pass_the_turn(frame.base);
        Err(failure.unwrap_or(OpenError::UnknownKey(frame.header)))
    }

    /// Tries one key. Returns the place of the plaintext, and the context if it was made for this.
    #[expect(clippy::type_complexity, reason = "it is taken apart at once")]
    fn attempt(
        &mut self,
        place: Place,
        frame: &Frame,
        arrival: Arrival<'_, S>,
        body: &mut [u8],
    ) -> Result<(Range<usize>, Option<Box<Track<S>>>), OpenError> {
        let Frame { header, kind, suite, track, .. } = *frame;
        let unknown = OpenError::UnknownKey(header);
        let (metadata, main) = (self.profile.metadata(kind), self.suites.main);
        let chain = self.chain_mut(place).ok_or(unknown)?;
        let link = chain.ratcheted(place.steps, main).ok_or(unknown)?;
        if let Some(known) = link.tracks.get_mut(track, suite) {
            known.check(kind, arrival, header)?;
            let opened = known.key.authenticate(header, metadata, body);
            let failure = |error| if place.steps > 0 { unknown } else { error };
            return opened.map(|plaintext| (plaintext, None)).map_err(failure);
        }
        let mut made = link.derive(suite, header.key_id);
        match made.key.authenticate(header, metadata, body) {
            Ok(plaintext) => Ok((plaintext, Some(made))),
            // Whether the sender ratcheted is not known then: the key is as missing as it was.
            Err(OpenError::Authentication) if place.steps > 0 => Err(unknown),
            Err(error) => {
                link.tracks.insert(track, suite, made); // so a flood derives it once
                Err(error)
            }
        }
    }

    /// Looks up what it takes to open `body`; `None` if it may not be opened, or not without
    /// ratcheting.
    #[cfg(feature = "external-aead")]
    pub(crate) fn begin(
        &mut self,
        kind: FrameKind,
        arrival: Arrival<'_, S>,
        body: &[u8],
    ) -> Option<Begun> {
        let frame = Frame::new(self, kind, body).ok()?;
        let [place, ..] = self.candidates(frame.base, arrival.from);
        let place = place?;
        let link = self.chain_mut(place)?.link_mut(place.steps)?;
        if link.is_proven(place.steps) && link.tracks.get_mut(frame.track, frame.suite).is_none() {
            let made = link.derive(frame.suite, frame.header.key_id);
            link.tracks.insert(frame.track, frame.suite, made);
        }
        let known = link.tracks.get_mut(frame.track, frame.suite)?;
        known.check(kind, arrival, frame.header).ok()?;
        let nonce = known.key.nonce(frame.header.counter);
        let rest_len = body.len().saturating_sub(frame.header.encoded_len());
        let text_len = text_len(frame.suite, rest_len).ok()?;
        Some(Begun { frame, place, nonce, text_len })
    }

    /// Takes note of a frame that [began](Self::begin) to be opened and authenticated.
    #[cfg(feature = "external-aead")]
    pub(crate) fn finish(
        &mut self,
        frame: &Frame,
        place: Place,
        arrival: Arrival<'_, S>,
    ) -> Result<Opened<S>, OpenError> {
        let unknown = OpenError::UnknownKey(frame.header);
        let known = self.track_mut(place, frame).ok_or(unknown)?;
        known.check(frame.kind, arrival, frame.header)?; // it may have come another way meanwhile
        if arrival.from.is_some_and(|from| self.source(place) != Some(from)) {
            return Err(unknown); // another member is expected by now
        }
        self.commit(place, frame, arrival, None).ok_or(unknown)
    }

    /// Returns the AEAD's key of a frame that [began](Self::begin) to be opened; `None` if it is gone.
    ///
    /// It opens what this one track's sender seals, and can seal in its name.
    #[cfg(feature = "external-aead")]
    pub(crate) fn aead_key(&self, frame: &Frame, place: Place) -> Option<Zeroizing<Vec<u8>>> {
        let chain = self.slots.get(place.slot)?.owners.get(place.owner)?.chains.get(place.chain)?;
        let key = chain.link(place.steps)?.key.base_key();
        Some(key_schedule::aead_key(frame.suite, frame.header.key_id, key))
    }

    #[cfg(feature = "external-aead")]
    fn source(&self, place: Place) -> Option<&S> {
        Some(&self.slots.get(place.slot)?.owners.get(place.owner)?.source)
    }

    fn commit(
        &mut self,
        place: Place,
        frame: &Frame,
        arrival: Arrival<'_, S>,
        made: Option<Box<Track<S>>>,
    ) -> Option<Opened<S>> {
        let Frame { header, kind, suite, track, .. } = *frame;
        let slot = self.slots.get_mut(place.slot)?;
        slot.heard = place.owner;
        let Owner { source, chains } = slot.owners.get_mut(place.owner)?;
        let link = chains.get_mut(place.chain)?.link_mut(place.steps)?;
        if let Some(made) = made {
            link.tracks.insert(track, suite, made);
        }
        let copies = link.tracks.get_mut(track, suite)?.commit(kind, arrival, header);
        let track = match kind {
            FrameKind::Data => track.saturating_sub(MEDIA_TRACKS),
            _ => track,
        };
        Some(Opened { key_id: header.key_id, source: source.clone(), kind, track, copies })
    }

    /// Where the keys are that `base` can mean, in the order in which they are to be tried.
    fn candidates(&self, base: KeyId, from: Option<&S>) -> [Option<Place>; 4] {
        let mut places = [None; 4];
        let Ok(at) = self.position(base) else {
            return places;
        };
        let mut free = places.iter_mut().take(Self::MAX_PASSES);
        if let Some(slot) = self.slots.get(at) {
            slot.by_turns(|owner, Owner { source, chains: _ }| {
                let counts = from.is_none_or(|from| from == source);
                let found = slot.owners.get(owner).filter(|_| counts);
                let Some((chain, steps)) = found.and_then(|owner| owner.find(base)) else {
                    return true;
                };
                let Some(place) = free.next() else {
                    return false;
                };
                *place = Some(Place { slot: at, owner, chain, steps });
                true
            });
        }
        places
    }

    /// Lets other candidates be tried first next time: those that came first must not crowd out one
    /// that was not heard yet.
    fn pass_the_turn(&mut self, base: KeyId) {
        if let Ok(at) = self.position(base)
            && let Some(slot) = self.slots.get_mut(at)
        {
            let turn = slot.turn.saturating_add(Self::MAX_PASSES.saturating_sub(1));
            slot.turn = turn.checked_rem(slot.owners.len()).unwrap_or(0);
        }
    }

    /// Wipes the keys of one slot that `keep` rejects; tells whether there were any.
    fn retain_in_slot(&mut self, key_id: KeyId, keep: impl FnMut(&S, KeyId) -> bool) -> bool {
        let Ok(at) = self.position(key_id) else {
            return false;
        };
        let Some(slot) = self.slots.get_mut(at) else {
            return false;
        };
        let wiped = slot.retain(keep);
        if slot.owners.is_empty() {
            self.slots.remove(at);
        }
        wiped
    }

    fn owners_mut(&mut self) -> impl Iterator<Item = &mut Owner<S>> {
        self.slots.iter_mut().flat_map(|slot| &mut slot.owners)
    }

    fn chain_mut(&mut self, place: Place) -> Option<&mut Chain<S>> {
        let owner = self.slots.get_mut(place.slot)?.owners.get_mut(place.owner)?;
        owner.chains.get_mut(place.chain)
    }

    #[cfg(feature = "external-aead")]
    fn track_mut(&mut self, place: Place, frame: &Frame) -> Option<&mut Track<S>> {
        self.chain_mut(place)?.link_mut(place.steps)?.tracks.get_mut(frame.track, frame.suite)
    }

    fn slot_mut(&mut self, key_id: KeyId) -> &mut Slot<S> {
        let at = self.position(key_id).unwrap_or_else(|at| {
            self.slots.insert(at, Slot::new(self.number(key_id)));
            at
        });
        #[expect(clippy::indexing_slicing, reason = "found, or put there just now")]
        &mut self.slots[at]
    }

    /// Where the slot of a key is, or where it would have to be.
    fn position(&self, key_id: KeyId) -> Result<usize, usize> {
        let number = self.number(key_id);
        self.slots.binary_search_by_key(&number, |slot| slot.number)
    }

    /// Keys of one slot are found together.
    fn number(&self, key_id: KeyId) -> u64 {
        match (self.profile, KeyIdLayout::from_key_id(key_id)) {
            (Profile::Frameseal1, Some(layout)) => layout.slot.into(),
            _ => key_id.get(),
        }
    }
}

/// What is known of a frame before it is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) header: Header,
    pub(crate) kind: FrameKind,
    pub(crate) suite: CipherSuite,
    /// The key ID without the track.
    base: KeyId,
    track: u8,
}

impl Frame {
    fn new<S>(receiver: &Receiver<S>, kind: FrameKind, body: &[u8]) -> Result<Self, OpenError> {
        let (header, rest) = Header::decode(body)?;
        let suite = receiver.suites.of(kind);
        text_len(suite, rest.len())?;
        let (base, track) = receiver.profile.split_track(header.key_id);
        if receiver.profile == Profile::Frameseal1 && !carries(track, kind) {
            return Err(OpenError::WrongTrack);
        }
        Ok(Self { header, kind, suite, base, track })
    }
}

/// Where a key is. Good until keys are added or wiped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    slot: usize,
    owner: usize,
    chain: usize,
    steps: u8,
}

impl<S: Clone + Eq> Track<S> {
    fn check(
        &mut self,
        kind: FrameKind,
        arrival: Arrival<'_, S>,
        header: Header,
    ) -> Result<(), OpenError> {
        Ok(match kind {
            FrameKind::Data => self.arrivals.check_data(header.counter),
            _ => self.arrivals.check(arrival, header.counter),
        }?)
    }

    fn commit(&mut self, kind: FrameKind, arrival: Arrival<'_, S>, header: Header) -> usize {
        if kind == FrameKind::Data {
            self.arrivals.commit_data(header.counter);
            return 1;
        }
        self.arrivals.commit(arrival, header.counter)
    }
}

/// A frame that may be opened, and has not been.
#[cfg(feature = "external-aead")]
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) frame: Frame,
    pub(crate) place: Place,
    pub(crate) nonce: [u8; NONCE_LEN],
    pub(crate) text_len: usize,
}

/// A frame that authenticated. Dropped, it leaves the receiver as it was before.
#[derive(Debug)]
pub(crate) struct Pending<'r, 'a, S> {
    receiver: &'r mut Receiver<S>,
    frame: Frame,
    place: Place,
    arrival: Arrival<'a, S>,
    plaintext: Range<usize>,
    made: Option<Box<Track<S>>>,
}

impl<S: Clone + Eq> Pending<'_, '_, S> {
    /// Takes note of the frame.
    pub(crate) fn commit(self) -> Opened<S> {
        let Self { receiver, frame, place, arrival, made, .. } = self;
        #[expect(clippy::expect_used, reason = "the key is where it opened the frame just now")]
        receiver.commit(place, &frame, arrival, made).expect("a key that is here")
    }

    /// Returns the place of the plaintext in the body.
    pub(crate) fn plaintext(&self) -> Range<usize> {
        self.plaintext.clone()
    }

    /// Returns the key that the frame was sealed under.
    pub(crate) fn key_id(&self) -> KeyId {
        self.frame.header.key_id
    }
}

/// Of two candidates' failures, the one that tells more: a repeat was opened before; a key that may
/// have been ratcheted may still come.
fn worse(known: Option<OpenError>, new: OpenError) -> OpenError {
    match (known, new) {
        (Some(known @ (OpenError::Duplicate | OpenError::Late)), _) => known,
        (_, new @ (OpenError::Duplicate | OpenError::Late)) => new,
        (Some(known @ OpenError::UnknownKey(_)), _) => known,
        (_, new) => new,
    }
}

/// Ratchet steps from one key ID to another, whatever their slots, modulo 256.
fn steps(from: KeyId, to: KeyId) -> u8 {
    let epoch = |key_id| KeyIdLayout::from_key_id(key_id).map_or(0, |layout| layout.epoch);
    epoch(to).wrapping_sub(epoch(from))
}
