//! An AEAD alone, given what SFrame gives it: a nonce and a header that count. The floor.

mod aes_gcm;
mod aws_lc;
mod ring;

pub(super) use aes_gcm::AES_GCM;
pub(super) use aws_lc::AWS_LC;
pub(super) use ring::RING;

use super::{Open, Seal};

/// AES-GCM with a key.
trait Gcm {
    fn seal(&self, nonce: [u8; NONCE_LEN], aad: &[u8], text: &mut [u8], tag: &mut [u8]);
    fn open(&self, nonce: [u8; NONCE_LEN], aad: &[u8], text_and_tag: &mut [u8]);
}

struct Bare<G> {
    gcm: G,
    counter: u64,
    buffer: Vec<u8>,
}

impl<G> Bare<G> {
    const fn new(gcm: G) -> Self {
        Self { gcm, counter: 0, buffer: Vec::new() }
    }

    fn next_nonce(&mut self) -> [u8; NONCE_LEN] {
        let mut nonce = [0; NONCE_LEN];
        nonce[4..].copy_from_slice(&self.counter.to_be_bytes());
        self.counter += 1;
        nonce
    }
}

impl<G: Gcm> Seal for Bare<G> {
    fn seal(&mut self, frame: &[u8]) -> &[u8] {
        let nonce = self.next_nonce();
        self.buffer.resize(HEADER_LEN + frame.len() + TAG_LEN, 0);
        let (front, rest) = self.buffer.split_at_mut(HEADER_LEN);
        let (text, tag) = rest.split_at_mut(frame.len());
        front.copy_from_slice(&HEADER);
        text.copy_from_slice(frame);
        self.gcm.seal(nonce, front, text, tag);
        &self.buffer
    }
}

impl<G: Gcm> Open for Bare<G> {
    fn open(&mut self, sealed: &[u8]) -> &[u8] {
        let nonce = self.next_nonce();
        self.buffer.resize(sealed.len(), 0);
        self.buffer.copy_from_slice(sealed);
        let (front, rest) = self.buffer.split_at_mut(HEADER_LEN);
        self.gcm.open(nonce, front, rest);
        &rest[..rest.len() - TAG_LEN]
    }

    fn forget(&mut self) {
        self.counter = 0;
    }
}

/// Of the length that headers have after some seconds of a call; a floor does not encode any.
const HEADER: [u8; 3] = [0x19, 0x01, 0x00];
const HEADER_LEN: usize = HEADER.len();
const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
