//! The session, as JavaScript calls it.

use core::fmt;

use frameseal::{BaseKey, Input, MemberId, Wake};
use getrandom::SysRng;
use js_sys::{JsString, Uint8Array};
use rand_core::UnwrapErr;
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::{Zeroize, Zeroizing};

use crate::argument::{
    self, Pipeline, SessionKeys, SessionOptions, bytes, member_id, millis, optional, thrown, time,
    to_js,
};
use crate::ticket::{self, Ticket, address};

/// A session: its keys, its pipelines, and each frame's way through them.
///
/// Frames cross the boundary in WebAssembly memory: [`reserve`](Self::reserve) says where they are to
/// be written, once for all that are no longer, and numbers at [`ticket`](Self::ticket)'s address where
/// the result is. Methods named as JavaScript names them are those that the main thread asks for by
/// these names. Whatever throws, throws a `Failure`, which is plain data, and leaves the session
/// usable; an `Error` out of here is a trap. `now` is `performance.now()`.
#[wasm_bindgen]
pub struct Session {
    session: frameseal::Session<UnwrapErr<SysRng>>,
    ticket: Ticket,
    aead_key: Zeroizing<Vec<u8>>,
}

/// Application data that was opened.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
struct OpenedData<'a> {
    /// The member whose key opened it.
    from: &'a str,
    #[serde(with = "serde_bytes")]
    #[tsify(type = "Uint8Array<ArrayBuffer>")]
    data: &'a [u8],
}

#[wasm_bindgen]
impl Session {
    /// Makes a session.
    ///
    /// # Errors
    ///
    /// An option is out of range.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &SessionOptions) -> Result<Self, JsValue> {
        let session = match options.read()? {
            SessionKeys::Manual(profile, suites) => {
                frameseal::Session::with_manual_keys(profile, suites)
            }
            SessionKeys::Exchanged(options) => {
                frameseal::Session::new(*options, UnwrapErr(SysRng)).map_err(thrown)?
            }
        };
        Ok(Self { session, ticket: Ticket::default(), aead_key: Zeroizing::default() })
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
        let member = member_id(member)?;
        self.session.add_receive_key(time(now), key_id, base_key, member).map_err(thrown)
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
        let fingerprint = argument::fingerprint(fingerprint)?;
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
        let epoch = self.session.rotate(time(now)).map_err(thrown)?;
        Ok(u32::try_from(epoch.generation()).unwrap_or(u32::MAX))
    }

    /// Returns the own public key's fingerprint: 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// Keys are manual.
    pub fn fingerprint(&mut self) -> Result<JsString, JsValue> {
        let fingerprint = self.session.fingerprint().map_err(thrown)?;
        Ok(JsString::from(fingerprint.to_string()))
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
        let member = optional(member, member_id)?;
        self.session.safety_number(member.as_ref()).map(JsString::from).map_err(thrown)
    }

    /// Does a piece of the work that waits: at most one agreement of keys, or the wrapping of keys for
    /// one member. Returns when to call again, in ms: `now` or before means at once, `Infinity` not
    /// before something happens.
    pub fn work(&mut self, now: f64) -> f64 {
        match self.session.work(time(now)) {
            Wake::Now => now,
            Wake::At(at) => millis(at),
            Wake::Never => f64::INFINITY,
        }
    }

    /// Adds a pipeline; options that [`retarget`](Self::retarget) gave before stand.
    ///
    /// # Errors
    ///
    /// An option is out of range; frames of that pipeline are dropped.
    pub fn add_pipeline(&mut self, pipeline: &Pipeline) -> Result<(), JsValue> {
        self.session.add_pipeline(pipeline.read()?).map_err(thrown)
    }

    /// Changes the options of a pipeline, or gives them before it exists.
    ///
    /// # Errors
    ///
    /// An option is out of range.
    pub fn retarget(&mut self, pipeline: &Pipeline) -> Result<(), JsValue> {
        self.session.retarget(pipeline.read()?).map_err(thrown)
    }

    /// Asks for a key frame, which an event does: the picture of a pipeline stands still.
    #[wasm_bindgen(js_name = wantKeyFrame)]
    pub fn want_key_frame(&mut self, pipeline: u32, now: f64) {
        self.session.want_key_frame(time(now), pipeline);
    }

    /// Forgets a pipeline and its counters.
    pub fn release(&mut self, pipeline: u32) {
        self.session.release(pipeline);
    }

    /// Seals application data of a stream.
    ///
    /// # Errors
    ///
    /// There is no key, or it is exhausted, or there is no such stream.
    pub fn seal(&mut self, data: &Uint8Array, stream: u8, now: f64) -> Result<Uint8Array, JsValue> {
        let data = bytes("data", data)?;
        let sealed = self.session.seal_data(time(now), stream, &data).map_err(thrown)?;
        Ok(Uint8Array::from(sealed.as_slice()))
    }

    /// Opens application data of a stream, from the one member that is expected, or from any.
    ///
    /// # Errors
    ///
    /// It is not sealed data, its key is not here, it does not open with that key, or it is another
    /// member's or another stream's.
    #[wasm_bindgen(unchecked_return_type = "OpenedData")]
    pub fn open(
        &mut self,
        data: &Uint8Array,
        stream: u8,
        #[wasm_bindgen(unchecked_param_type = "string | undefined")] from: &JsValue,
        now: f64,
    ) -> Result<JsValue, JsValue> {
        let from = optional(from, member_id)?;
        let data = bytes("data", data)?;
        let opened = self.session.open_data(time(now), stream, from.as_ref(), data);
        let opened = opened.map_err(thrown)?;
        Ok(to_js(&OpenedData { from: opened.from.as_str(), data: &opened.data }))
    }

    /// Returns the counters.
    #[wasm_bindgen(unchecked_return_type = "SessionStats")]
    #[must_use]
    pub fn stats(&self) -> JsValue {
        to_js(&self.session.stats())
    }

    /// Takes the codec of the frames to come, as the browser names it.
    ///
    /// # Errors
    ///
    /// That is no string.
    pub fn set_mime_type(&mut self, pipeline: u32, mime_type: &JsString) -> Result<(), JsValue> {
        self.session.set_mime_type(pipeline, argument::mime_type(mime_type)?);
        Ok(())
    }

    /// Returns the address of the ticket: see `constants`. It stays for the life of the session.
    #[must_use]
    pub fn ticket(&self) -> u32 {
        self.ticket.address()
    }

    /// Makes room for frames of up to `len` bytes; returns its address, which stays until a frame goes
    /// away or comes back. 0 for a frame over 16 MiB, which is counted and must be dropped.
    pub fn reserve(&mut self, pipeline: u32, len: u32, now: f64) -> u32 {
        let place = self.session.reserve(time(now), pipeline, to_usize(len));
        place.map_or(0, |place| address(place))
    }

    /// Seals or opens the frame of `len` bytes at [`reserve`](Self::reserve)'s address. Returns a
    /// verdict, with bits that tell of events and work. What is to be sent on, the ticket tells. With
    /// `again`, it is the first frame of its pipeline that waits.
    pub fn process(&mut self, pipeline: u32, len: u32, again: bool, now: f64) -> u8 {
        // The room is there: this tells how much of it is the frame.
        self.reserve(pipeline, len, now);
        let Self { session, ticket, .. } = self;
        let now = time(now);
        let verdict = if again {
            session.process_again(now, pipeline)
        } else {
            session.process(now, pipeline)
        };
        ticket.note(&verdict) | ticket::state(session)
    }

    /// Lets the frame that room was [made](Self::reserve) for last go through WebCrypto's AES-GCM, in
    /// place of [`process`](Self::process), and writes the ticket. `false`: the frame is one for
    /// [`process`](Self::process).
    pub fn send_away(&mut self, pipeline: u32, now: f64) -> bool {
        let Self { session, ticket, .. } = self;
        let Some(frame) = session.send_away(time(now), pipeline) else {
            return false;
        };
        let inputs = session.aead_inputs(frame);
        inputs.map(|inputs| ticket.note_inputs(frame, &inputs)).is_some()
    }

    /// Returns the address of a frame's AES key, to be imported into WebCrypto at once, before
    /// [`wipe_aead_key`](Self::wipe_aead_key); 0 if it is gone. Its length is in the byte before it.
    pub fn aead_key(&mut self, frame: u32) -> u32 {
        self.aead_key.clear();
        let Some(key) = self.session.aead_key(to_usize(frame)) else {
            return 0;
        };
        self.aead_key.extend(u8::try_from(key.len()));
        self.aead_key.extend_from_slice(&key);
        address(self.aead_key.get(1..).unwrap_or_default())
    }

    /// Wipes what [`aead_key`](Self::aead_key) returned.
    pub fn wipe_aead_key(&mut self) {
        self.aead_key.zeroize();
    }

    /// Tells whether WebCrypto's result for a frame may still be used: to be asked before it is written.
    #[must_use]
    pub fn is_good(&self, frame: u32) -> bool {
        self.session.is_good(to_usize(frame))
    }

    /// Goes on with a frame that was away, and returns what [`process`](Self::process) does. Without
    /// `done`, WebCrypto failed, and the frame is sealed or opened here after all.
    pub fn come_back(&mut self, frame: u32, done: bool, now: f64) -> u8 {
        let verdict = self.session.come_back(time(now), to_usize(frame), done);
        self.ticket.note(&verdict) | ticket::state(&self.session)
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
        self.session.handle(time(now), input).map_err(thrown)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { session, ticket: _, aead_key: _ } = self; // no bytes of keys
        f.debug_struct("Session").field("session", session).finish_non_exhaustive()
    }
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
