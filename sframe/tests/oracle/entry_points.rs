//! Everything that is given bytes by a peer, a network or an encoder.

use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{
    Arrival, BaseKey, CipherSuite, FrameKind, Header, KeyId, OpenContext, Profile, Receiver,
};

use super::envelope::CODECS;
use super::link::Link;

/// The entry points, with the state and the memory that they keep from call to call.
pub(crate) struct EntryPoints {
    contexts: Vec<OpenContext>,
    receivers: Vec<Receiver<()>>,
    link: Link,
    body: Vec<u8>,
    scratch: Vec<u8>,
    front: Vec<u8>,
}

impl EntryPoints {
    pub(crate) fn new() -> Self {
        let key = || BaseKey::new(vec![5; 32]).into_receive_key();
        let suites = [CipherSuite::Aes128GcmSha256_128, CipherSuite::Aes128CtrHmacSha256_80];
        let receivers = [Profile::Frameseal1, Profile::Rfc9605].map(|profile| {
            let mut receiver = Receiver::new(profile, suites[0]);
            for key_id in [0, 1, 0x1000] {
                receiver.add(KeyId::new(key_id), key(), ());
            }
            receiver
        });
        Self {
            contexts: suites.map(|suite| OpenContext::new(suite, KeyId::new(0), key())).into(),
            receivers: receivers.into(),
            link: Link::new(Profile::Frameseal1, suites[0]),
            body: Vec::new(),
            scratch: Vec::new(),
            front: Vec::new(),
        }
    }

    /// Gives `data` to every entry point, as a frame of `kind`; and through `codec` a whole way.
    pub(crate) fn take(&mut self, codec: Codec, kind: FrameKind, data: &[u8]) {
        self.open_body(kind, data);
        for codec in CODECS {
            self.read_envelope(codec, data);
        }
        assert!(self.link.open(codec, data).is_err() || data.is_empty());
        if let Ok(sealed) = self.link.seal(codec, data) {
            assert_eq!(self.link.open(codec, &sealed), Ok(data), "{codec:?}");
        }
    }

    /// What nobody sealed does not open, and is left as it was.
    fn open_body(&mut self, kind: FrameKind, data: &[u8]) {
        if let Ok((header, rest)) = Header::decode(data) {
            assert_eq!(data.strip_suffix(rest), Some(&*header.encode()));
        }
        self.body.clear();
        self.body.extend_from_slice(data);
        for context in &mut self.contexts {
            assert!(context.open_in_place(b"metadata", &mut self.body).is_err());
        }
        for receiver in &mut self.receivers {
            assert!(receiver.open(kind, Arrival::default(), &mut self.body).is_err());
        }
        assert_eq!(self.body, data);
    }

    /// A body is found inside the frame or not at all.
    fn read_envelope(&mut self, codec: Codec, data: &[u8]) {
        let Self { scratch, front, .. } = self;
        if let Ok(place) = codec.locate(data, scratch) {
            assert!(place.range().end <= data.len());
        }
        if codec.front(data, data.len(), front).is_ok() {
            let _either_will_do = codec.matches(data, front);
        }
    }
}
