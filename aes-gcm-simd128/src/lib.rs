#![no_std]
#![doc = include_str!("../README.md")]

#[cfg(test)]
extern crate alloc;

mod aes;
mod gcm;
mod ghash;
mod lanes;

pub use aead::{self, AeadCore, AeadInOut, Error, KeyInit};
pub use cipher;

pub use self::aes::{Aes128, Aes256};
pub use self::gcm::{Aes128Gcm, Aes256Gcm, AesGcm};
pub use self::ghash::GHash;
