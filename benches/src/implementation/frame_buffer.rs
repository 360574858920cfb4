//! This project's whole way of a frame: key looked up, kind authenticated, an envelope of no bytes.

use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{
    Arrival, BaseKey, CipherSuite, FrameBuffer, KeyId, Profile, Receiver, Sender,
};

use super::{BASE_KEY, Implementation, KEY_ID, OUR_BACKEND, Open, Seal};

pub(super) const FRAME_BUFFER: Implementation = Implementation {
    name: "frameseal FrameBuffer",
    backend: OUR_BACKEND,
    suites: &[CipherSuite::Aes128GcmSha256_128],
    sealer: |suite| {
        let key = BaseKey::new(BASE_KEY.to_vec()).into_send_key();
        let sender = Sender::new(Profile::Rfc9605, suite, KeyId::new(KEY_ID), key);
        Box::new(Sealer { sender, buffer: FrameBuffer::new() })
    },
    opener: |suite| {
        Box::new(Opener { suite, receiver: receiver(suite), buffer: FrameBuffer::new() })
    },
};

struct Sealer {
    sender: Sender,
    buffer: FrameBuffer,
}

impl Seal for Sealer {
    fn seal(&mut self, frame: &[u8]) -> &[u8] {
        self.buffer.load(frame).expect("not too large");
        self.buffer.seal(&mut self.sender, 0, Codec::Audio).expect("a frame");
        self.buffer.output()
    }
}

struct Opener {
    suite: CipherSuite,
    receiver: Receiver<()>,
    buffer: FrameBuffer,
}

impl Open for Opener {
    fn open(&mut self, sealed: &[u8]) -> &[u8] {
        self.buffer.load(sealed).expect("not too large");
        let (receiver, arrival) = (&mut self.receiver, Arrival::default());
        let opened = self.buffer.open(receiver, arrival, Codec::Audio);
        opened.expect("a fresh frame").expect("not empty");
        self.buffer.output()
    }

    fn forget(&mut self) {
        self.receiver = receiver(self.suite);
    }
}

fn receiver(suite: CipherSuite) -> Receiver<()> {
    let mut receiver = Receiver::new(Profile::Rfc9605, suite);
    let key = BaseKey::new(BASE_KEY.to_vec()).into_receive_key();
    receiver.add(KeyId::new(KEY_ID), key, ());
    receiver
}
