//! The implementations, behind one face, each asked for the same work.
//!
//! To seal is to take a frame from where an encoder left it, and to leave
//! `header || ciphertext || tag` in a buffer that is used again for the next one. To open is the
//! way back. So everybody copies each frame once, everybody counts, and nobody allocates but who
//! has no other way.

mod bare;
mod frame_buffer;
mod frameseal;
mod sframe_1;
mod sframe_2;

use core::fmt;

use frameseal_sframe::CipherSuite;

use crate::subject::Subject;

/// Seals frame after frame under one key.
pub trait Seal {
    /// Returns `header || ciphertext || tag`.
    fn seal(&mut self, frame: &[u8]) -> &[u8];
}

/// Opens frame after frame under one key.
pub trait Open {
    /// Returns the frame.
    fn open(&mut self, sealed: &[u8]) -> &[u8];

    /// Forgets which frames came, where somebody remembers: so the same ones open again.
    fn forget(&mut self) {}
}

/// Whose code and whose cryptography.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Implementation {
    /// What it is called in the results.
    pub name: &'static str,
    /// What it encrypts with.
    pub backend: &'static str,
    /// The suites that it has, of those that are measured.
    pub suites: &'static [CipherSuite],
    /// Makes a sealer; all keys are the same.
    pub sealer: fn(CipherSuite) -> Box<dyn Seal>,
    /// Makes an opener of what the sealer sealed.
    pub opener: fn(CipherSuite) -> Box<dyn Open>,
}

impl Implementation {
    /// Names it with one of its suites.
    #[must_use]
    pub const fn with(&self, suite: CipherSuite) -> Subject {
        let Self { name: implementation, backend, .. } = *self;
        Subject { implementation, backend, suite: Some(suite) }
    }
}

impl fmt::Debug for Implementation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.name, self.backend)
    }
}

/// Those whose AEADs are written like the one that this build of ours has: in Rust, or in C and
/// assembly. The bare AEADs are the floor that SFrame can't go below.
pub const ALL: &[Implementation] = if cfg!(feature = "aws-lc") {
    &[
        frameseal::FRAMESEAL,
        frame_buffer::FRAME_BUFFER,
        bare::AWS_LC,
        bare::RING,
        sframe_1::SFRAME_1,
    ]
} else {
    &[frameseal::FRAMESEAL, frame_buffer::FRAME_BUFFER, bare::AES_GCM, sframe_2::SFRAME_2]
};

/// The suites that this build of ours is measured with: those that its [backend](OUR_BACKEND) backs.
const OURS: &[CipherSuite] = if cfg!(feature = "aws-lc") { GCM } else { &CipherSuite::ALL };

/// The suites whose AEADs come bare.
const GCM: &[CipherSuite] = &[CipherSuite::Aes128GcmSha256_128, CipherSuite::Aes256GcmSha512_128];

/// What backs the suites of [`GCM`] in this build of ours.
const OUR_BACKEND: &str = if cfg!(feature = "aws-lc") { "aws-lc" } else { "aes-gcm" };

/// Everyone's base key.
const BASE_KEY: [u8; 32] = *b"a base key of 32 bytes, not zero";

/// Everyone's key ID.
const KEY_ID: u64 = 1;
