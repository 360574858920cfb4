//! What a call for a frame tells besides its verdict: numbers at one address of WebAssembly memory.

use frameseal::{AeadInputs, Direction, Session, Verdict};
use rand_core::CryptoRng;

use crate::constants::{
    AAD_LENGTH, AEAD_FRAME, AEAD_KEY, AEAD_SEALS, HAS_EVENTS, NONCE, NONCE_LENGTH, OUTPUT,
    OUTPUT_LENGTH, TEXT, TEXT_LENGTH, TICKET_LENGTH, VERDICT_DROP, VERDICT_PASS, VERDICT_WAIT,
    WANTS_WORK,
};

/// The numbers, by the places that `constants` names.
#[derive(Debug, Default)]
pub(crate) struct Ticket(Box<[u32; TICKET_LENGTH]>);

impl Ticket {
    pub(crate) fn address(&self) -> u32 {
        number(self.0.as_ptr().addr())
    }

    /// Notes what a frame became; returns the verdict, without the bits of [`state`].
    pub(crate) fn note(&mut self, verdict: &Verdict<'_>) -> u8 {
        let output: &[u8] = match verdict {
            Verdict::Pass(output) => output,
            Verdict::Drop | Verdict::Wait => &[],
        };
        self.put(OUTPUT, address(output));
        self.put(OUTPUT_LENGTH, number(output.len()));
        match verdict {
            Verdict::Pass(_) => VERDICT_PASS,
            Verdict::Drop => VERDICT_DROP,
            Verdict::Wait => VERDICT_WAIT,
        }
    }

    /// Notes what WebCrypto takes for a frame.
    pub(crate) fn note_inputs(&mut self, frame: usize, inputs: &AeadInputs<'_>) {
        let aad_length = inputs.nonce_and_aad.len().saturating_sub(NONCE_LENGTH);
        self.put(AEAD_FRAME, number(frame));
        self.put(AEAD_SEALS, u32::from(inputs.direction == Direction::Send));
        self.put(AEAD_KEY, inputs.key);
        self.put(NONCE, address(inputs.nonce_and_aad));
        self.put(AAD_LENGTH, number(aad_length));
        self.put(TEXT, address(inputs.text));
        self.put(TEXT_LENGTH, number(inputs.text.len()));
    }

    fn put(&mut self, place: usize, value: u32) {
        if let Some(number) = self.0.get_mut(place) {
            *number = value;
        }
    }
}

/// What the session wants after a call, as bits beside the verdict.
pub(crate) fn state<R: CryptoRng>(session: &Session<R>) -> u8 {
    let events = if session.has_events() { HAS_EVENTS } else { 0 };
    let work = if session.wants_work() { WANTS_WORK } else { 0 };
    events | work
}

/// Where JavaScript finds `bytes` in WebAssembly memory.
pub(crate) fn address(bytes: &[u8]) -> u32 {
    number(bytes.as_ptr().addr())
}

/// Lengths and addresses have 32 bits in WebAssembly.
pub(crate) fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
