//! A sender and a receiver that have the same key.
#![expect(clippy::expect_used, reason = "a test may panic")]

use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{
    Arrival, BaseKey, CipherSuite, FrameBuffer, KeyIdLayout, OpenFrameError, Profile, Receiver,
    SealFrameError, Sender,
};

/// Both ends of a track, and the buffer that both work in.
pub(crate) struct Link {
    sender: Sender,
    receiver: Receiver<&'static str>,
    buffer: FrameBuffer,
}

impl Link {
    pub(crate) fn new(profile: Profile, suite: CipherSuite) -> Self {
        Self::with_base_key(profile, suite, [3; 32])
    }

    /// A link that has nothing in common with any [`new`](Self::new) one but the key ID.
    pub(crate) fn of_strangers(profile: Profile, suite: CipherSuite) -> Self {
        Self::with_base_key(profile, suite, [4; 32])
    }

    fn with_base_key(profile: Profile, suite: CipherSuite, base_key: [u8; 32]) -> Self {
        let key_id = KeyIdLayout { slot: 1, epoch: 0, track: 0 }.to_key_id();
        let key = || BaseKey::new(base_key.to_vec());
        let mut receiver = Receiver::new(profile, suite);
        receiver.add(key_id, key().into_receive_key(), "alice");
        let sender = Sender::new(profile, suite, key_id, key().into_send_key());
        Self { sender, receiver, buffer: FrameBuffer::new() }
    }

    /// Seals `encoded` as a frame of track 2.
    pub(crate) fn seal(&mut self, codec: Codec, encoded: &[u8]) -> Result<Vec<u8>, SealFrameError> {
        self.put(encoded);
        let sealed = self.buffer.seal(&mut self.sender, 2, codec)?;
        assert_eq!(sealed.is_none(), encoded.is_empty());
        Ok(self.buffer.output().to_vec())
    }

    /// Opens `sealed`; returns the decoder's frame. Checks that after an error there is none, and
    /// that the frame came from where it says.
    pub(crate) fn open(&mut self, codec: Codec, sealed: &[u8]) -> Result<&[u8], OpenFrameError> {
        self.put(sealed);
        let opened = self.buffer.open(&mut self.receiver, Arrival::default(), codec);
        if !matches!(opened, Ok(Some(_))) {
            assert!(self.buffer.output().is_empty(), "readable after {opened:?}");
        }
        if let Some(opened) = opened? {
            assert_eq!(opened.source, "alice");
            assert_eq!(codec.kind(self.buffer.output()), Ok(opened.kind));
        }
        Ok(self.buffer.output())
    }

    fn put(&mut self, frame: &[u8]) {
        self.buffer.load(frame).expect("at most 16 MiB");
    }
}
