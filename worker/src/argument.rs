//! What JavaScript gives: it is not bound to have given what the types say.

use frameseal::{
    CipherSuite, Direction, Failure, Fingerprint, MediaKind, MemberId, Options, PipelineOptions,
    Profile, Recording, Room, Secret, Suites, Timestamp,
};
use js_sys::{JsString, Number, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

#[wasm_bindgen(typescript_custom_section)]
const IMPORTS: &str =
    "import type { KeyExchange, ManualKeys, Pipeline, Request } from '../src/protocol.js';";

#[wasm_bindgen]
extern "C" {
    /// The options of a session, of either kind.
    #[wasm_bindgen(typescript_type = "KeyExchange | ManualKeys")]
    pub type SessionOptions;

    /// The options of a pipeline.
    #[wasm_bindgen(typescript_type = "Pipeline")]
    pub type Pipeline;

    /// An object of which nothing is known.
    type Fields;

    #[wasm_bindgen(method, structural, indexing_getter)]
    fn get(this: &Fields, name: &str) -> JsValue;
}

/// Where a session's keys come from.
pub(crate) enum SessionKeys {
    Manual(Profile, Suites),
    Exchanged(Box<Options>),
}

impl SessionOptions {
    pub(crate) fn read(&self) -> Result<SessionKeys, JsValue> {
        let fields: &Fields = self.unchecked_ref();
        let suites = Suites {
            main: fields.read("cipherSuite", suite)?,
            audio: fields.read("audioCipherSuite", suite)?,
        };
        if fields.read("keys", text)? == "manual" {
            return Ok(SessionKeys::Manual(fields.read("profile", profile)?, suites));
        }
        let room = Room::new(&fields.read("room", text)?).map_err(refused)?;
        let rotate_every: u32 = fields.read("rotateEveryMs", integer)?;
        Ok(SessionKeys::Exchanged(Box::new(Options {
            secret: fields.read("secret", |name, value| secret(&room, name, value))?,
            suites,
            recording: fields.read("recording", recording)?,
            slot: fields.read_optional("slot", integer)?,
            verify: fields.get("verify").is_truthy(),
            rotate_every: core::time::Duration::from_millis(u64::from(rotate_every)),
            ..Options::new(room, fields.read("member", member)?)
        })))
    }
}

impl Pipeline {
    pub(crate) fn read(&self) -> Result<PipelineOptions, JsValue> {
        let fields: &Fields = self.unchecked_ref();
        let sends = fields.read("direction", text)? == "send";
        let is_video = fields.read("kind", text)? == "video";
        Ok(PipelineOptions {
            pipeline: fields.read("pipeline", integer)?,
            direction: if sends { Direction::Send } else { Direction::Receive },
            kind: if is_video { MediaKind::Video } else { MediaKind::Audio },
            track: fields.read("track", integer)?,
            codec: fields.read_optional("codec", text)?,
            from: fields.read_optional("from", member)?,
        })
    }
}

impl Fields {
    fn read<T>(&self, name: &str, read: impl FnOnce(&str, &JsValue) -> T) -> T {
        read(name, &self.get(name))
    }

    fn read_optional<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str, &JsValue) -> Result<T, JsValue>,
    ) -> Result<Option<T>, JsValue> {
        optional(&self.get(name), |value| read(name, value))
    }
}

fn profile(name: &str, value: &JsValue) -> Result<Profile, JsValue> {
    match text(name, value)?.as_str() {
        "frameseal/1" => Ok(Profile::Frameseal1),
        "rfc9605" => Ok(Profile::Rfc9605),
        _ => Err(invalid(name)),
    }
}

fn recording(name: &str, value: &JsValue) -> Result<Recording, JsValue> {
    match text(name, value)?.as_str() {
        "never" => Ok(Recording::Never),
        "by-consent" => Ok(Recording::ByConsent),
        "recorder" => Ok(Recording::Recorder),
        _ => Err(invalid(name)),
    }
}

fn suite(name: &str, value: &JsValue) -> Result<CipherSuite, JsValue> {
    CipherSuite::from_number(integer(name, value)?).ok_or_else(|| invalid(name))
}

fn secret(room: &Room, name: &str, value: &JsValue) -> Result<Secret, JsValue> {
    if value.is_undefined() {
        return Ok(Secret::none());
    }
    let secret = if value.is_string() {
        Secret::passphrase(room, &Zeroizing::new(text(name, value)?))
    } else {
        Secret::random(&Zeroizing::new(bytes(name, value)?))
    };
    secret.map_err(refused)
}

fn member(name: &str, value: &JsValue) -> Result<MemberId, JsValue> {
    MemberId::new(&text(name, value)?).map_err(refused)
}

pub(crate) fn member_id(value: &JsValue) -> Result<MemberId, JsValue> {
    member("member", value)
}

/// Parses a decimal number: JavaScript's own end at 2^53.
pub(crate) fn key_id(value: &JsValue) -> Result<u64, JsValue> {
    text("keyId", value)?.parse().map_err(|_| invalid("keyId"))
}

/// Parses 64 hexadecimal digits.
pub(crate) fn fingerprint(value: &JsValue) -> Result<Fingerprint, JsValue> {
    text("fingerprint", value)?.parse().map_err(refused)
}

pub(crate) fn optional<T>(
    value: &JsValue,
    read: impl FnOnce(&JsValue) -> Result<T, JsValue>,
) -> Result<Option<T>, JsValue> {
    (!value.is_undefined()).then(|| read(value)).transpose()
}

pub(crate) fn integer<T: TryFrom<i64>>(name: &str, value: &JsValue) -> Result<T, JsValue> {
    if !Number::is_safe_integer(value) {
        return Err(invalid(name));
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is an integer of 54 bits")]
    let number = value.unchecked_into_f64() as i64;
    T::try_from(number).map_err(|_| invalid(name))
}

/// Copies a string.
pub(crate) fn text(name: &str, value: &JsValue) -> Result<String, JsValue> {
    let utf16 = value.dyn_ref::<JsString>().ok_or_else(|| invalid(name))?;
    // At once as long as it may become: no piece of a passphrase stays behind when it grows.
    let mut text = String::with_capacity(utf16.iter().len().saturating_mul(3));
    for unit in char::decode_utf16(utf16.iter()) {
        text.push(unit.unwrap_or(char::REPLACEMENT_CHARACTER)); // as `TextEncoder` has it
    }
    Ok(text)
}

/// The same, of the codec that a browser names.
pub(crate) fn mime_type(value: &JsValue) -> Result<String, JsValue> {
    text("mimeType", value)
}

/// Copies bytes.
pub(crate) fn bytes(name: &str, value: &JsValue) -> Result<Vec<u8>, JsValue> {
    let bytes = value.dyn_ref::<Uint8Array>().ok_or_else(|| invalid(name))?;
    // WebAssembly memory never shrinks, so what is too large must not get here.
    match usize::try_from(bytes.length()) {
        Ok(length) if length <= frameseal::MAX_FRAME_LEN => Ok(bytes.to_vec()),
        _ => Err(invalid(name)),
    }
}

/// A time of `performance.now()`, in ms.
pub(crate) fn time(now: f64) -> Timestamp {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates: what is no time is the nearest"
    )]
    Timestamp::from_millis(now as u64)
}

/// Times leave as JavaScript numbers, exact for 285,000 years.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub(crate) fn millis(at: Timestamp) -> f64 {
    at.as_millis() as f64
}

pub(crate) fn to_js(value: &impl Serialize) -> JsValue {
    let serializer =
        serde_wasm_bindgen::Serializer::new().serialize_large_number_types_as_bigints(true);
    value.serialize(&serializer).unwrap_or(JsValue::UNDEFINED)
}

fn refused(error: impl core::fmt::Display) -> JsValue {
    thrown(Failure::refused(&error))
}

fn invalid(name: &str) -> JsValue {
    thrown(Failure::invalid_argument(name))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(crate) fn thrown(failure: Failure) -> JsValue {
    to_js(&failure)
}
