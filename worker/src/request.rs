//! What the main thread asks for: `[method, ...arguments]`, as `Requests` in `protocol.ts` declares it.

use frameseal::{BaseKey, Failure, Fingerprint, Input, MemberId, ProblemCode};
use js_sys::{Array, Uint8Array};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::argument::{
    self, Pipeline, bytes, integer, key_id, member_id, optional, text, thrown, time, to_js,
};
use crate::session::Session;

/// What the application decides on a member.
type Decision = fn(MemberId, Fingerprint) -> Input;

/// What one method comes to.
type Answer = Result<JsValue, JsValue>;

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
    /// Answers a request: one export for all, for each has 100 bytes of glue.
    ///
    /// # Errors
    ///
    /// A `Failure`: what the method fails with in crate `frameseal`, or an argument that is none.
    pub fn ask(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Request")] request: &Array,
        now: f64,
    ) -> Answer {
        match text("method", &request.get(0))?.as_str() {
            "setSendKey" => self.set_send_key(request),
            "addReceiveKey" => self.add_receive_key(request, now),
            "removeReceiveKey" => self.remove_receive_key(request),
            "memberJoined" => self.tell(now, request, Input::Joined),
            "memberLeft" => self.tell(now, request, Input::Left),
            "receive" => self.receive(request, now),
            "judge" => self.answer(request, now, [Input::Accept, Input::Reject]),
            "consent" => self.answer(request, now, [Input::Consent, Input::Withdraw]),
            "prepare" => self.session.prepare().map_err(thrown).map(none),
            "rotate" => self.rotate(now),
            "fingerprint" => self.fingerprint(),
            "setCredential" => self.set_credential(request),
            "safetyNumber" => self.safety_number(request),
            "retarget" => self.retarget(request),
            "wantKeyFrame" => self.want_key_frame(request, now),
            "release" => self.release(request),
            "report" => self.report(request, now),
            "seal" => self.seal(request, now),
            "open" => self.open(request, now),
            "explain" => Ok(self.session.explain(time(now)).into()),
            "stats" => Ok(to_js(&self.session.stats())),
            _ => Err(thrown(Failure::invalid_argument("method"))),
        }
    }

    fn set_send_key(&mut self, request: &Array) -> Answer {
        let base_key = BaseKey::new(bytes("baseKey", &request.get(2))?);
        let key_id = key_id(&request.get(1))?;
        self.session.set_send_key(key_id, base_key).map_err(thrown).map(none)
    }

    fn add_receive_key(&mut self, request: &Array, now: f64) -> Answer {
        let base_key = BaseKey::new(bytes("baseKey", &request.get(2))?);
        let (key_id, member) = (key_id(&request.get(1))?, member_id(&request.get(3))?);
        let added = self.session.add_receive_key(time(now), key_id, base_key, member);
        added.map_err(thrown).map(none)
    }

    fn remove_receive_key(&mut self, request: &Array) -> Answer {
        let key_id = key_id(&request.get(1))?;
        self.session.remove_receive_key(key_id).map_err(thrown).map(none)
    }

    fn receive(&mut self, request: &Array, now: f64) -> Answer {
        let message = bytes("message", &request.get(2))?;
        self.tell(now, request, |from| Input::Received { from, message })
    }

    /// Tells how the application has decided on a member with this fingerprint.
    fn answer(&mut self, request: &Array, now: f64, [yes, no]: [Decision; 2]) -> Answer {
        let fingerprint = argument::fingerprint(&request.get(2))?;
        let decision = if request.get(3).is_truthy() { yes } else { no };
        self.tell(now, request, |member| decision(member, fingerprint))
    }

    fn rotate(&mut self, now: f64) -> Answer {
        let epoch = self.session.rotate(time(now)).map_err(thrown)?;
        Ok(u32::try_from(epoch.generation()).unwrap_or(u32::MAX).into())
    }

    fn fingerprint(&mut self) -> Answer {
        Ok(self.session.fingerprint().map_err(thrown)?.to_string().into())
    }

    fn set_credential(&mut self, request: &Array) -> Answer {
        let credential = bytes("credential", &request.get(1))?;
        self.session.set_credential(credential).map_err(thrown).map(none)
    }

    fn safety_number(&mut self, request: &Array) -> Answer {
        let member = optional(&request.get(1), member_id)?;
        self.session.safety_number(member.as_ref()).map(JsValue::from).map_err(thrown)
    }

    fn retarget(&mut self, request: &Array) -> Answer {
        let pipeline = request.get(1);
        let options = pipeline.unchecked_ref::<Pipeline>().read()?;
        self.session.retarget(options).map_err(thrown).map(none)
    }

    fn want_key_frame(&mut self, request: &Array, now: f64) -> Answer {
        self.session.want_key_frame(time(now), integer("pipeline", &request.get(1))?);
        Ok(JsValue::UNDEFINED)
    }

    fn release(&mut self, request: &Array) -> Answer {
        self.session.release(integer("pipeline", &request.get(1))?);
        Ok(JsValue::UNDEFINED)
    }

    fn report(&mut self, request: &Array, now: f64) -> Answer {
        let code = match text("code", &request.get(2))?.as_str() {
            "rolled-back" => ProblemCode::RolledBack,
            _ => ProblemCode::TransformNotRunning,
        };
        let (pipeline, frames) =
            (integer("pipeline", &request.get(1))?, integer("frames", &request.get(3))?);
        self.session.report(time(now), pipeline, code, frames);
        Ok(JsValue::UNDEFINED)
    }

    fn seal(&mut self, request: &Array, now: f64) -> Answer {
        let data = bytes("data", &request.get(1))?;
        let stream = integer("stream", &request.get(2))?;
        let sealed = self.session.seal_data(time(now), stream, &data).map_err(thrown)?;
        Ok(Uint8Array::from(sealed.as_slice()).into())
    }

    fn open(&mut self, request: &Array, now: f64) -> Answer {
        let data = bytes("data", &request.get(1))?;
        let stream = integer("stream", &request.get(2))?;
        let from = optional(&request.get(3), member_id)?;
        let opened = self.session.open_data(time(now), stream, from.as_ref(), data);
        let opened = opened.map_err(thrown)?;
        Ok(to_js(&OpenedData { from: opened.from.as_str(), data: &opened.data }))
    }

    /// Tells the key manager something of the member that the first argument names.
    fn tell(&mut self, now: f64, request: &Array, input: impl FnOnce(MemberId) -> Input) -> Answer {
        let input = input(member_id(&request.get(1))?);
        self.session.handle(time(now), input).map_err(thrown).map(none)
    }
}

fn none((): ()) -> JsValue {
    JsValue::UNDEFINED
}
