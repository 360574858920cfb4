//! The WebAssembly half of Frameseal's worker: takes a message or a frame, makes one call, hands
//! back what came of it.
//!
//! The other half is TypeScript (`worker/js/src/worker`): it runs the read/write loop, and it is
//! what stays alive if this module traps. See `docs/decisions/` for why the loop is there.

extern crate alloc;

mod away;
mod exchange;
mod keys;
mod latency;
mod manual;
mod message;
mod outcome;
mod pipeline;
mod problems;
mod session;

use core::fmt::{self, Display};
use core::time::Duration;

use frameseal_keymgmt::{self as keymgmt, Input, MemberId, Room, Secret};
use frameseal_sframe::{BaseKey, CipherSuite, FrameKind, Profile};
use js_sys::{JsString, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::{Zeroize, Zeroizing};

use crate::message::Failure;
use crate::pipeline::{Direction, MediaKind, Options};
use crate::session::Verdict;

/// Returns WebAssembly memory.
#[wasm_bindgen(unchecked_return_type = "WebAssembly.Memory")]
#[must_use]
pub fn wasm_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// A session: its keys, its pipelines, and each frame's way through them.
///
/// Numbers, strings and bytes cross the boundary as they are, and are copied on this side of it, by
/// one piece of code for all methods; frames cross it in WebAssembly memory, at
/// [`reserve`](Self::reserve)'s address. Methods named as JavaScript names them are those that the main
/// thread asks for by these names. Whatever throws, throws a `Failure`, which is
/// plain data, and leaves the session usable; an `Error` out of here is a trap.
#[wasm_bindgen]
pub struct Session {
    session: session::Session,
    ticket: Ticket,
    web_key: Zeroizing<Vec<u8>>,
}

#[wasm_bindgen]
impl Session {
    /// Makes a session that gets its keys from the application. `cipher_suite` is the IANA number,
    /// 1 to 8.
    ///
    /// # Errors
    ///
    /// There is no such profile or suite.
    #[wasm_bindgen(constructor)]
    pub fn new(profile: &JsString, cipher_suite: u16) -> Result<Self, JsValue> {
        let profile = match text("profile", profile)?.as_str() {
            "frameseal/1" => Profile::Frameseal1,
            "rfc9605" => Profile::Rfc9605,
            _ => return Err(thrown(Failure::invalid_argument("profile"))),
        };
        let suite = suite(cipher_suite).map_err(thrown)?;
        Ok(Self::from(session::Session::with_manual_keys(profile, suite)))
    }

    /// Makes a session that exchanges keys with other members'. `secret` is the room's: a passphrase,
    /// which takes half a second and 64 MiB, or random bytes. `slot` is this member's number in the
    /// room, or -1, `verify` lets the application judge the others, and `rotate_every` is the age in ms
    /// at which a key is replaced.
    ///
    /// # Errors
    ///
    /// One of them is out of range.
    pub fn exchanging(
        room: &JsString,
        member: &JsString,
        cipher_suite: u16,
        #[wasm_bindgen(unchecked_param_type = "string | Uint8Array | undefined")] secret: &JsValue,
        slot: i32,
        verify: bool,
        rotate_every: u32,
    ) -> Result<Self, JsValue> {
        let room = Room::new(&text("room", room)?).map_err(refused)?;
        let secret = room_secret(&room, secret)?;
        let slot = (slot >= 0).then(|| u16::try_from(slot)).transpose();
        let mut options = keymgmt::Options::new(room, member_id(member)?);
        options.secret = secret;
        options.suite = suite(cipher_suite).map_err(thrown)?;
        options.slot = slot.map_err(|_| thrown(Failure::invalid_argument("slot")))?;
        options.verify = verify;
        options.rotate_every = Duration::from_millis(rotate_every.into());
        session::Session::with_exchange(options).map(Self::from).map_err(thrown)
    }

    /// Seals outgoing frames with this key from the next frame on.
    ///
    /// # Errors
    ///
    /// `keyId` is out of range, or the key was used before or for the other direction.
    #[wasm_bindgen(js_name = setSendKey)]
    pub fn set_send_key(&mut self, key_id: u64, base_key: &Uint8Array) -> Result<(), JsValue> {
        let base_key = BaseKey::new(bytes("baseKey", base_key)?);
        self.session.set_send_key(key_id, base_key).map_err(thrown)
    }

    /// Opens incoming frames that name this key; `member` is whose key it is.
    ///
    /// # Errors
    ///
    /// `keyId` is out of range, or the key is in use for the other direction.
    #[wasm_bindgen(js_name = addReceiveKey)]
    pub fn add_receive_key(
        &mut self,
        key_id: u64,
        base_key: &Uint8Array,
        member: &JsString,
        now: f64,
    ) -> Result<(), JsValue> {
        let base_key = BaseKey::new(bytes("baseKey", base_key)?);
        let member = text("member", member)?;
        self.session.add_receive_key(now, key_id, base_key, &member).map_err(thrown)
    }

    /// Forgets a key given by [`add_receive_key`](Self::add_receive_key).
    ///
    /// # Errors
    ///
    /// There is none with this ID.
    #[wasm_bindgen(js_name = removeReceiveKey)]
    pub fn remove_receive_key(&mut self, key_id: u64) -> Result<(), JsValue> {
        self.session.remove_receive_key(key_id).map_err(thrown)
    }

    /// Takes a member into the room.
    ///
    /// # Errors
    ///
    /// The ID is not 1 to 64 bytes, or the own one, or the room is full.
    #[wasm_bindgen(js_name = memberJoined)]
    pub fn member_joined(&mut self, id: &JsString, now: f64) -> Result<(), JsValue> {
        self.tell(now, id, Input::Joined)
    }

    /// Takes a member out of the room.
    ///
    /// # Errors
    ///
    /// The ID is not 1 to 64 bytes.
    #[wasm_bindgen(js_name = memberLeft)]
    pub fn member_left(&mut self, id: &JsString, now: f64) -> Result<(), JsValue> {
        self.tell(now, id, Input::Left)
    }

    /// Takes a key message. What is wrong with it, an event tells.
    ///
    /// # Errors
    ///
    /// The ID is not 1 to 64 bytes.
    pub fn receive(
        &mut self,
        from: &JsString,
        message: &Uint8Array,
        now: f64,
    ) -> Result<(), JsValue> {
        let message = bytes("message", message)?;
        self.tell(now, from, |from| Input::Received { from, message })
    }

    /// Answers a `verify` event; `fingerprint` is the one that it had.
    ///
    /// # Errors
    ///
    /// There is no such member, or that is no fingerprint.
    pub fn judge(
        &mut self,
        member: &JsString,
        fingerprint: &JsString,
        accept: bool,
        now: f64,
    ) -> Result<(), JsValue> {
        let fingerprint = text("fingerprint", fingerprint)?;
        let fingerprint = exchange::fingerprint(&fingerprint).map_err(thrown)?;
        let judge = if accept { Input::Accept } else { Input::Reject };
        self.tell(now, member, |member| judge(member, fingerprint))
    }

    /// Makes the first key, for frames that are about to come.
    ///
    /// # Errors
    ///
    /// Keys are manual.
    pub fn prepare(&mut self) -> Result<(), JsValue> {
        self.session.prepare().map_err(thrown)
    }

    /// Makes a fresh key; returns its generation, or that of a later one that is on its way.
    ///
    /// # Errors
    ///
    /// Keys are manual.
    pub fn rotate(&mut self, now: f64) -> Result<u32, JsValue> {
        self.session.rotate(now).map_err(thrown)
    }

    /// Returns the own public key's fingerprint: 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// Keys are manual.
    pub fn fingerprint(&mut self) -> Result<JsString, JsValue> {
        self.session.fingerprint().map(JsString::from).map_err(thrown)
    }

    /// Takes what the others judge this member by.
    ///
    /// # Errors
    ///
    /// It is over 4 KiB, or a member joined before. Keys are manual.
    #[wasm_bindgen(js_name = setCredential)]
    pub fn set_credential(&mut self, credential: &Uint8Array) -> Result<(), JsValue> {
        self.session.set_credential(bytes("credential", credential)?).map_err(thrown)
    }

    /// Returns the safety number of this member and another, or of the room.
    ///
    /// # Errors
    ///
    /// The member's public key is not proven yet.
    #[wasm_bindgen(js_name = safetyNumber)]
    pub fn safety_number(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "string | undefined")] member: &JsValue,
    ) -> Result<JsString, JsValue> {
        let member = optional("member", member)?;
        self.session.safety_number(member.as_deref()).map(JsString::from).map_err(thrown)
    }

    /// Does a piece of the key manager's work: at most one agreement of keys, or the wrapping of
    /// keys for one member. Returns when to call again, in ms: `now` or before means at once,
    /// `Infinity` not before something else changed the manager.
    pub fn work(&mut self, now: f64) -> f64 {
        self.session.work(now)
    }

    /// Adds a pipeline; options that [`retarget`](Self::retarget) gave before stand.
    ///
    /// # Errors
    ///
    /// An option is out of range; frames of that pipeline are dropped.
    pub fn add_pipeline(
        &mut self,
        pipeline: u32,
        sends: bool,
        is_video: bool,
        track: u8,
        #[wasm_bindgen(unchecked_param_type = "string | undefined")] codec: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "string | undefined")] from: &JsValue,
    ) -> Result<(), JsValue> {
        let options = options(pipeline, sends, is_video, track, codec, from)?;
        self.session.add_pipeline(options).map_err(thrown)
    }

    /// Changes the options of a pipeline, or gives them before it exists.
    ///
    /// # Errors
    ///
    /// An option is out of range.
    pub fn retarget(
        &mut self,
        pipeline: u32,
        sends: bool,
        is_video: bool,
        track: u8,
        #[wasm_bindgen(unchecked_param_type = "string | undefined")] codec: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "string | undefined")] from: &JsValue,
    ) -> Result<(), JsValue> {
        let options = options(pipeline, sends, is_video, track, codec, from)?;
        self.session.retarget(options).map_err(thrown)
    }

    /// Forgets a pipeline and its counters.
    pub fn release(&mut self, pipeline: u32) {
        self.session.release(pipeline);
    }

    /// Seals application data.
    ///
    /// # Errors
    ///
    /// There is no key, or it is exhausted.
    pub fn seal(&mut self, data: &Uint8Array, now: f64) -> Result<Uint8Array, JsValue> {
        let sealed = self.session.seal_data(now, &bytes("data", data)?).map_err(thrown)?;
        Ok(Uint8Array::from(sealed.as_slice()))
    }

    /// Opens application data.
    ///
    /// # Errors
    ///
    /// It is not sealed data, its key is not here, or it does not open with that key.
    #[wasm_bindgen(unchecked_return_type = "OpenedData")]
    pub fn open(&mut self, data: &Uint8Array, now: f64) -> Result<JsValue, JsValue> {
        self.session
            .open_data(now, bytes("data", data)?)
            .map(|opened| to_js(&opened))
            .map_err(thrown)
    }

    /// Returns the counters; `wasm_bytes` is the size of WebAssembly memory, `longest_slice` the
    /// longest stretch of [`work`](Self::work) without a frame in between, in microseconds, and
    /// `crossover` the frame length in bytes from which on WebCrypto is used, 0 if it is not.
    #[wasm_bindgen(unchecked_return_type = "SessionStats")]
    #[must_use]
    pub fn stats(&self, wasm_bytes: u32, longest_slice: f64, crossover: u32) -> JsValue {
        let crossover = Some(crossover).filter(|bytes| *bytes > 0);
        to_js(&self.session.stats(wasm_bytes, longest_slice, crossover))
    }

    /// Takes the codec of the frames to come, as the browser names it.
    ///
    /// # Errors
    ///
    /// That is no string.
    pub fn set_mime_type(&mut self, pipeline: u32, mime_type: &JsString) -> Result<(), JsValue> {
        self.session.set_mime_type(pipeline, text("mimeType", mime_type)?);
        Ok(())
    }

    /// Notes a frame that came in. What becomes of it, [`process`](Self::process) tells.
    pub fn see(&mut self, pipeline: u32) {
        self.session.see(pipeline);
    }

    /// Makes room for a frame of `len` bytes; returns its address, or 0 for a frame over 16 MiB,
    /// which is counted and must be dropped.
    pub fn reserve(&mut self, pipeline: u32, len: u32, now: f64) -> u32 {
        if let Some(place) = usize::try_from(len).ok().and_then(|len| self.session.reserve(len)) {
            return address(place);
        }
        self.session.refuse(now, pipeline);
        0
    }

    /// Seals or opens the frame at [`reserve`](Self::reserve)'s address.
    ///
    /// `kind` is 0 for audio, 1 for a delta frame, 2 for a key frame. Returns the length of the
    /// frame to send on, which is at [`output`](Self::output); -1 to drop it; -2 to keep it and to
    /// try again after a `keyCame` event, and at last with `last`, which never returns -2.
    pub fn process(&mut self, pipeline: u32, kind: u8, now: f64, last: bool) -> i32 {
        told(&self.session.process(now, pipeline, frame_kind(kind), last))
    }

    /// Lets the frame at [`reserve`](Self::reserve)'s address go through WebCrypto's AES-GCM, in
    /// place of [`process`](Self::process). Returns the address of seven 32-bit numbers, which
    /// stand until the next call:
    ///
    /// 1. the frame, to [`come_back`](Self::come_back) with,
    /// 2. whether it is to be sealed, 1, or opened, 0,
    /// 3. the key, for [`web_key`](Self::web_key),
    /// 4. the address of 12 bytes of nonce, with the associated data behind them,
    /// 5. the associated data's length,
    /// 6. the address of the text: of what WebCrypto takes to open a frame, and of where its result
    ///    is to be written,
    /// 7. the text's length, with its tag.
    ///
    /// 0: the frame is one for [`process`](Self::process).
    pub fn send_away(&mut self, pipeline: u32, kind: u8, now: f64) -> u32 {
        let Self { session, ticket, .. } = self;
        let frame = session.send_away(now, pipeline, frame_kind(kind));
        let Some((frame, inputs)) = frame.and_then(|frame| Some((frame, session.inputs(frame)?)))
        else {
            return 0;
        };
        *ticket = [
            number(frame),
            u32::from(inputs.direction == Direction::Send),
            inputs.key,
            address(inputs.nonce_and_aad),
            number(inputs.nonce_and_aad.len()).saturating_sub(NONCE_LEN),
            address(inputs.text),
            number(inputs.text.len()),
        ];
        number(ticket.as_ptr().addr())
    }

    /// Returns the address of an AES key, to be imported into WebCrypto at once, before
    /// [`wipe_web_key`](Self::wipe_web_key); 0 if it is gone. Its length is in the byte before it.
    pub fn web_key(&mut self, key: u32) -> u32 {
        self.web_key.clear();
        let Some(key) = self.session.web_key(key) else {
            return 0;
        };
        self.web_key.extend(u8::try_from(key.len()));
        self.web_key.extend_from_slice(&key);
        address(self.web_key.get(1..).unwrap_or_default())
    }

    /// Wipes what [`web_key`](Self::web_key) returned.
    pub fn wipe_web_key(&mut self) {
        self.web_key.zeroize();
    }

    /// Tells whether WebCrypto's result for a frame is still good: to be asked before it is written.
    #[must_use]
    pub fn is_good(&self, frame: u32) -> bool {
        self.session.is_good(usize::try_from(frame).unwrap_or(usize::MAX))
    }

    /// Goes on with a frame that was away, and returns what [`process`](Self::process) does. Without
    /// `done`, WebCrypto failed, and the frame is sealed or opened here after all.
    pub fn come_back(&mut self, frame: u32, done: bool, now: f64, last: bool) -> i32 {
        let frame = usize::try_from(frame).unwrap_or(usize::MAX);
        told(&self.session.come_back(now, frame, done, last))
    }

    /// Returns the address of the frame that [`process`](Self::process) made last.
    #[must_use]
    pub fn output(&self) -> u32 {
        address(self.session.output())
    }

    /// Notes how long a frame took.
    pub fn took(&mut self, pipeline: u32, microseconds: f64) {
        self.session.took(pipeline, microseconds);
    }

    /// Returns the next `Event` to post, or `undefined`.
    #[wasm_bindgen(unchecked_return_type = "Event | undefined")]
    pub fn poll_event(&mut self) -> JsValue {
        self.session.poll_event().map_or(JsValue::UNDEFINED, |event| to_js(&event))
    }

    fn tell(
        &mut self,
        now: f64,
        member: &JsString,
        input: impl FnOnce(MemberId) -> Input,
    ) -> Result<(), JsValue> {
        let input = input(member_id(member)?);
        self.session.handle(now, input).map_err(thrown)
    }
}

impl From<session::Session> for Session {
    fn from(session: session::Session) -> Self {
        Self { session, ticket: Ticket::default(), web_key: Zeroizing::default() }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { session, ticket: _, web_key: _ } = self; // no bytes of keys
        f.debug_struct("Session").field("session", session).finish_non_exhaustive()
    }
}

fn room_secret(room: &Room, secret: &JsValue) -> Result<Secret, JsValue> {
    if secret.is_undefined() {
        return Ok(Secret::none());
    }
    let secret = if secret.is_string() {
        Secret::passphrase(room, &Zeroizing::new(text("secret", secret)?))
    } else {
        Secret::random(&Zeroizing::new(bytes("secret", secret)?))
    };
    secret.map_err(refused)
}

fn suite(number: u16) -> Result<CipherSuite, Failure> {
    CipherSuite::from_number(number).ok_or_else(|| Failure::invalid_argument("cipherSuite"))
}

fn options(
    pipeline: u32,
    sends: bool,
    is_video: bool,
    track: u8,
    codec: &JsValue,
    from: &JsValue,
) -> Result<Options, JsValue> {
    let direction = if sends { Direction::Send } else { Direction::Receive };
    let kind = if is_video { MediaKind::Video } else { MediaKind::Audio };
    let codec = optional("codec", codec)?;
    let from = optional("from", from)?;
    Ok(Options { pipeline, direction, kind, track, codec, from })
}

fn member_id(id: &JsString) -> Result<MemberId, JsValue> {
    exchange::member_id(&text("member", id)?).map_err(thrown)
}

/// Copies a string, if there is one.
fn optional(name: &str, value: &JsValue) -> Result<Option<String>, JsValue> {
    (!value.is_undefined()).then(|| text(name, value)).transpose()
}

/// Copies a string, which JavaScript is not bound to have given.
fn text(name: &str, value: &JsValue) -> Result<String, JsValue> {
    let invalid = || thrown(Failure::invalid_argument(name));
    let utf16 =
        value.is_string().then_some(value.unchecked_ref::<JsString>()).ok_or_else(invalid)?;
    // At once as long as it may become: no piece of a passphrase stays behind when it grows.
    let mut text = String::with_capacity(utf16.iter().len().saturating_mul(3));
    for unit in char::decode_utf16(utf16.iter()) {
        text.push(unit.unwrap_or(char::REPLACEMENT_CHARACTER)); // as `TextEncoder` has it
    }
    Ok(text)
}

/// Copies bytes, which JavaScript is not bound to have given.
fn bytes(name: &str, value: &JsValue) -> Result<Vec<u8>, JsValue> {
    let invalid = || thrown(Failure::invalid_argument(name));
    let bytes = value.dyn_ref::<Uint8Array>().ok_or_else(invalid)?;
    // WebAssembly memory never shrinks, so what is too large must not get here.
    if bytes.length() > MAX_BYTES { Err(invalid()) } else { Ok(bytes.to_vec()) }
}

fn frame_kind(kind: u8) -> FrameKind {
    match kind {
        0 => FrameKind::Audio,
        2 => FrameKind::Key,
        _ => FrameKind::Delta,
    }
}

/// What JavaScript is told to do with a frame.
fn told(verdict: &Verdict<'_>) -> i32 {
    match verdict {
        Verdict::Pass(output) => i32::try_from(output.len()).unwrap_or(-1),
        Verdict::Drop => -1,
        Verdict::Wait => -2,
    }
}

fn to_js(value: &impl Serialize) -> JsValue {
    let serializer =
        serde_wasm_bindgen::Serializer::new().serialize_large_number_types_as_bigints(true);
    value.serialize(&serializer).unwrap_or(JsValue::UNDEFINED)
}

fn refused(error: impl Display) -> JsValue {
    thrown(exchange::refusal(&error))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn thrown(failure: Failure) -> JsValue {
    to_js(&failure)
}

/// Where JavaScript finds `bytes` in WebAssembly memory.
fn address(bytes: &[u8]) -> u32 {
    number(bytes.as_ptr().addr())
}

/// Lengths and addresses have 32 bits in WebAssembly.
fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// What [`Session::send_away`] tells of a frame.
type Ticket = [u32; 7];

/// Longest that an argument may be, in bytes: as frames, 16 MiB.
const MAX_BYTES: u32 = 16 << 20;

/// Length of a nonce in bytes: `Nn` of both AES-GCM suites.
const NONCE_LEN: u32 = 12;
