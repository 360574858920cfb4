//! This project.

use frameseal_sframe::{BaseKey, CipherSuite, Counter, KeyId, OpenContext, SealContext};

use super::{Aad, BASE_KEY, Implementation};

pub(crate) const FRAMESEAL: Implementation = Implementation {
    name: "frameseal",
    suites: &CipherSuite::ALL,
    aad: Aad::HeaderFirst,
    seal: |frame| {
        let key = BaseKey::new(BASE_KEY.to_vec()).into_send_key();
        let counter = Counter::new(frame.counter);
        SealContext::dangerous_resume_at(frame.suite, KeyId::new(frame.key_id), key, counter)
            .seal(frame.metadata, frame.plaintext)
            .unwrap()
    },
    open: |frame, body| {
        let key = BaseKey::new(BASE_KEY.to_vec()).into_receive_key();
        let mut context = OpenContext::new(frame.suite, KeyId::new(frame.key_id), key);
        context.open(frame.metadata, body).ok()
    },
};
