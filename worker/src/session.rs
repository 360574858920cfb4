//! The session, as JavaScript calls it.

use core::fmt;

use frameseal::Wake;
use getrandom::SysRng;
use js_sys::JsString;
use rand_core::UnwrapErr;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::{Zeroize, Zeroizing};

use crate::argument::{self, Pipeline, SessionKeys, SessionOptions, millis, thrown, time, to_js};
use crate::ticket::{self, Ticket, address};

/// A session: its keys, its pipelines, and each frame's way through them.
///
/// Frames cross the boundary in WebAssembly memory: [`reserve`](Self::reserve) says where they are to
/// be written, once for all that are no longer, and numbers at [`ticket`](Self::ticket)'s address where
/// the result is. Whatever throws, throws a `Failure`, which is plain data, and leaves the session usable;
/// an `Error` out of here is a trap. `now` is `performance.now()`.
#[wasm_bindgen]
pub struct Session {
    pub(crate) session: frameseal::Session<UnwrapErr<SysRng>>,
    ticket: Ticket,
    aead_key: Zeroizing<Vec<u8>>,
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

    /// Adds a pipeline; options that a request `retarget` gave before stand.
    ///
    /// # Errors
    ///
    /// An option is out of range; frames of that pipeline are dropped.
    pub fn add_pipeline(&mut self, pipeline: &Pipeline) -> Result<(), JsValue> {
        self.session.add_pipeline(pipeline.read()?).map_err(thrown)
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
