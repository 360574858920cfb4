//! This project: one key, no envelope.

use frameseal_sframe::{BaseKey, CipherSuite, Header, KeyId, OpenContext, SealContext};

use super::{BASE_KEY, Implementation, KEY_ID, OUR_BACKEND, Open, Seal};

pub(super) const FRAMESEAL: Implementation = Implementation {
    name: "frameseal",
    backend: OUR_BACKEND,
    suites: super::OURS,
    sealer: |suite| {
        let key = BaseKey::new(BASE_KEY.to_vec()).into_send_key();
        let context = SealContext::new(suite, KeyId::new(KEY_ID), key);
        Box::new(Sealer { context, tag_len: suite.tag_len(), buffer: Vec::new() })
    },
    opener: |suite| Box::new(Opener { suite, context: context(suite), buffer: Vec::new() }),
};

struct Sealer {
    context: SealContext,
    tag_len: usize,
    buffer: Vec<u8>,
}

impl Seal for Sealer {
    fn seal(&mut self, frame: &[u8]) -> &[u8] {
        let place = Header::MAX_LEN..Header::MAX_LEN + frame.len();
        self.buffer.resize(place.end + self.tag_len, 0);
        self.buffer[place.clone()].copy_from_slice(frame);
        let sealed = self.context.seal_in_place(&[], &mut self.buffer, place).expect("room");
        &self.buffer[sealed]
    }
}

struct Opener {
    suite: CipherSuite,
    context: OpenContext,
    buffer: Vec<u8>,
}

impl Open for Opener {
    fn open(&mut self, sealed: &[u8]) -> &[u8] {
        self.buffer.resize(sealed.len(), 0);
        self.buffer.copy_from_slice(sealed);
        let opened = self.context.open_in_place(&[], &mut self.buffer).expect("a fresh frame");
        &self.buffer[opened]
    }

    fn forget(&mut self) {
        self.context = context(self.suite);
    }
}

fn context(suite: CipherSuite) -> OpenContext {
    let key = BaseKey::new(BASE_KEY.to_vec()).into_receive_key();
    OpenContext::new(suite, KeyId::new(KEY_ID), key)
}
