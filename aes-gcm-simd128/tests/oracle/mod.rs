//! Crate `aes-gcm` as the judge of ours.

use aes_gcm_simd128::aead::Tag;
use aes_gcm_simd128::{AeadInOut, Aes128Gcm, Aes256Gcm, Error, KeyInit};
use fastrand::Rng;

/// A message with random bytes.
pub(crate) struct Case {
    pub(crate) text_len: usize,
    pub(crate) aad_len: usize,
    /// Bytes before both in their buffers.
    pub(crate) offset: usize,
}

impl Case {
    /// Compares with random keys of both lengths.
    pub(crate) fn check(&self, random: &mut Rng) {
        for key_len in [16, 32] {
            let [key, nonce] = [key_len, 12].map(|len| bytes(random, len));
            let aad = bytes(random, self.offset + self.aad_len);
            let text = bytes(random, self.text_len);
            Message {
                key: &key,
                nonce: nonce.first_chunk().unwrap(),
                aad: &aad[self.offset..],
                text: &text,
                offset: self.offset,
                wrong_bit: random.u8(..),
            }
            .check();
        }
    }
}

fn bytes(random: &mut Rng, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    random.fill(&mut bytes);
    bytes
}

/// What both are given.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    /// 16 or 32 bytes.
    pub(crate) key: &'a [u8],
    pub(crate) nonce: &'a [u8; 12],
    pub(crate) aad: &'a [u8],
    pub(crate) text: &'a [u8],
    /// Bytes before the text in its buffer.
    pub(crate) offset: usize,
    /// The bit of the tag that is flipped to forge one, of 128.
    pub(crate) wrong_bit: u8,
}

impl Message<'_> {
    /// Both seal the same; ours opens it, and refuses a wrong tag and leaves the text as it was.
    pub(crate) fn check(&self) {
        match self.key.len() {
            16 => self.check_with::<Aes128Gcm, aes_gcm::Aes128Gcm>(),
            _ => self.check_with::<Aes256Gcm, aes_gcm::Aes256Gcm>(),
        }
    }

    fn check_with<Ours, Theirs>(&self)
    where
        Ours: AeadInOut + KeyInit,
        Theirs: AeadInOut + KeyInit,
    {
        let (ours, theirs) = (Call::<Ours>::new(self), Call::<Theirs>::new(self));
        let mut text = [&vec![0; self.offset], self.text].concat();
        let mut expected = text.clone();
        let (text, expected) = (&mut text[self.offset..], &mut expected[self.offset..]);
        let (tag, expected_tag) = (ours.seal(text), theirs.seal(expected));
        assert_eq!((&*text, &tag[..]), (&*expected, &expected_tag[..]), "{self:?}");

        let mut wrong = tag.clone();
        wrong[usize::from(self.wrong_bit / 8 % 16)] ^= 1 << (self.wrong_bit % 8);
        assert!(ours.open(text, &wrong).is_err(), "{self:?}");
        assert_eq!(text, expected, "{self:?}");
        assert!(ours.open(text, &tag).is_ok(), "{self:?}");
        assert_eq!(text, self.text, "{self:?}");
    }
}

struct Call<'a, C> {
    cipher: C,
    message: &'a Message<'a>,
}

impl<'a, C: AeadInOut + KeyInit> Call<'a, C> {
    fn new(message: &'a Message<'a>) -> Self {
        Self { cipher: C::new_from_slice(message.key).unwrap(), message }
    }

    fn seal(&self, text: &mut [u8]) -> Tag<C> {
        let nonce = self.message.nonce.as_slice().try_into().unwrap();
        self.cipher.encrypt_inout_detached(nonce, self.message.aad, text.into()).unwrap()
    }

    fn open(&self, text: &mut [u8], tag: &Tag<C>) -> Result<(), Error> {
        let nonce = self.message.nonce.as_slice().try_into().unwrap();
        self.cipher.decrypt_inout_detached(nonce, self.message.aad, text.into(), tag)
    }
}
