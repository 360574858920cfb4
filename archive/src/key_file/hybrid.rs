//! The recipient type of `age` that a quantum computer does not break: `mlkem768x25519` of its
//! specification (<https://c2sp.org/age>), as `age-keygen -pq` of version 1.3 makes keys for it.
//! The crate lacks it still.
//!
//! ```text
//! stanza = "mlkem768x25519" || base64(encapsulated key, 1120 bytes) || sealed file key, 32 bytes
//! sealed with HPKE (RFC 9180): X-Wing, HKDF-SHA256, ChaCha20Poly1305, base mode, no AAD
//! ```

use core::fmt;
use core::str::FromStr;
use std::collections::HashSet;

use age::secrecy::ExposeSecret;
use age::{DecryptError, EncryptError};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Checksum, Hrp};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use super::recipient::PublicKeyError;

/// A public key: `age1pq1…`.
#[derive(Clone)]
pub(crate) struct HybridRecipient(<XWing as Kem>::PublicKey);

impl FromStr for HybridRecipient {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        let bytes = decode(text, PUBLIC_PREFIX).ok_or(PublicKeyError)?;
        <XWing as Kem>::PublicKey::from_bytes(&bytes).map(Self).map_err(|_| PublicKeyError)
    }
}

impl age::Recipient for HybridRecipient {
    fn wrap_file_key(
        &self,
        file_key: &FileKey,
    ) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let sealed = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &self.0,
            INFO,
            file_key.expose_secret(),
            &[],
        );
        let (encapsulated, body) = sealed.map_err(|error| {
            EncryptError::Io(std::io::Error::other(format!("HPKE failed: {error}")))
        })?;
        let argument = STANDARD_NO_PAD.encode(encapsulated.to_bytes());
        let stanza = Stanza { tag: TAG.into(), args: vec![argument], body };
        // With others that a quantum computer breaks, this would be in vain.
        Ok((vec![stanza], HashSet::from([LABEL.into()])))
    }
}

impl fmt::Debug for HybridRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HybridRecipient(..)")
    }
}

/// A private key: `AGE-SECRET-KEY-PQ-1…`.
pub(crate) struct HybridIdentity(<XWing as Kem>::PrivateKey);

impl HybridIdentity {
    /// Reads a key; `None` if it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = decode(text, PRIVATE_PREFIX)?;
        <XWing as Kem>::PrivateKey::from_bytes(&bytes).ok().map(Self)
    }

    fn open(&self, stanza: &Stanza) -> Result<Option<FileKey>, DecryptError> {
        let [argument] = &*stanza.args else { return Err(DecryptError::InvalidHeader) };
        let encapsulated = STANDARD_NO_PAD.decode(argument).ok();
        let encapsulated = encapsulated
            .and_then(|bytes| <XWing as Kem>::EncappedKey::from_bytes(&bytes).ok())
            .filter(|_| stanza.body.len() == SEALED_LEN)
            .ok_or(DecryptError::InvalidHeader)?;
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &self.0,
            &encapsulated,
            INFO,
            &stanza.body,
            &[],
        );
        let Ok(opened) = opened.map(Zeroizing::new) else { return Ok(None) };
        let file_key = <[u8; FILE_KEY_BYTES]>::try_from(&**opened);
        let file_key = file_key.map_err(|_| DecryptError::InvalidHeader)?;
        Ok(Some(FileKey::new(Box::new(file_key))))
    }
}

impl age::Identity for HybridIdentity {
    /// `None` of a stanza for somebody else: it does not say for whom it is.
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        (stanza.tag == TAG).then(|| self.open(stanza).transpose()).flatten()
    }
}

fn decode(text: &str, prefix: &str) -> Option<Zeroizing<Vec<u8>>> {
    let decoded = CheckedHrpstring::new::<LongBech32>(text).ok()?;
    let has_prefix = decoded.hrp() == Hrp::parse(prefix).ok()?;
    has_prefix.then(|| Zeroizing::new(decoded.byte_iter().collect()))
}

/// Bech32 without its limit, as `age` has it: a public key is longer.
enum LongBech32 {}

impl Checksum for LongBech32 {
    type MidstateRepr = <Bech32 as Checksum>::MidstateRepr;
    const CODE_LENGTH: usize = usize::MAX;
    const CHECKSUM_LENGTH: usize = Bech32::CHECKSUM_LENGTH;
    const GENERATOR_SH: [u32; 5] = Bech32::GENERATOR_SH;
    const TARGET_RESIDUE: u32 = Bech32::TARGET_RESIDUE;
}

const TAG: &str = "mlkem768x25519";
const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";
const LABEL: &str = "postquantum";
const PUBLIC_PREFIX: &str = "age1pq";
const PRIVATE_PREFIX: &str = "AGE-SECRET-KEY-PQ-";

/// File key and tag, in bytes.
const SEALED_LEN: usize = FILE_KEY_BYTES + 16;

#[cfg(test)]
mod tests {
    use age::{Identity, Recipient};

    use super::*;

    /// The example of the specification.
    const PRIVATE_KEY: &str =
        "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR";
    const PUBLIC_KEY: &str = include_str!("age1pq.txt");

    fn file_key() -> FileKey {
        FileKey::new(Box::new([7; FILE_KEY_BYTES]))
    }

    #[test]
    fn keys_are_those_of_the_specification() {
        let identity = HybridIdentity::parse(PRIVATE_KEY).unwrap();
        let recipient = HybridRecipient::from_str(PUBLIC_KEY.trim()).unwrap();
        assert!(XWing::sk_to_pk(&identity.0) == recipient.0);
    }

    #[test]
    fn a_file_key_opens_for_its_owner_alone() {
        let identity = HybridIdentity::parse(PRIVATE_KEY).unwrap();
        let recipient = HybridRecipient::from_str(PUBLIC_KEY.trim()).unwrap();
        let (stanzas, labels) = recipient.wrap_file_key(&file_key()).unwrap();
        assert_eq!(labels, HashSet::from([LABEL.into()]));
        let opened = identity.unwrap_stanza(&stanzas[0]).unwrap().unwrap();
        assert_eq!(opened.expose_secret(), file_key().expose_secret());

        let (private, _) = XWing::gen_keypair();
        assert!(HybridIdentity(private).unwrap_stanza(&stanzas[0]).is_none());
    }

    #[test]
    fn stanzas_of_another_form_are_refused() {
        let identity = HybridIdentity::parse(PRIVATE_KEY).unwrap();
        let recipient = HybridRecipient::from_str(PUBLIC_KEY.trim()).unwrap();
        let (stanzas, _) = recipient.wrap_file_key(&file_key()).unwrap();
        let stanza = || Stanza {
            tag: stanzas[0].tag.clone(),
            args: stanzas[0].args.clone(),
            body: stanzas[0].body.clone(),
        };
        let other = Stanza { tag: "X25519".into(), ..stanza() };
        assert!(identity.unwrap_stanza(&other).is_none());
        for wrong in [
            Stanza { args: vec![], ..stanza() },
            Stanza { args: vec![stanza().args[0].clone(), "x".into()], ..stanza() },
            Stanza { args: vec![stanza().args[0][1..].into()], ..stanza() },
            Stanza { args: vec![format!("{}=", stanza().args[0])], ..stanza() },
            Stanza { body: vec![0; SEALED_LEN - 1], ..stanza() },
        ] {
            let refused = identity.unwrap_stanza(&wrong).unwrap();
            assert!(matches!(refused, Err(DecryptError::InvalidHeader)), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_key_is_none() {
        assert!(HybridIdentity::parse(&PRIVATE_KEY[..50]).is_none());
        assert!(HybridIdentity::parse(PUBLIC_KEY.trim()).is_none());
        assert!(HybridRecipient::from_str(PRIVATE_KEY).is_err());
        assert!(HybridRecipient::from_str(&PUBLIC_KEY[..1000]).is_err());
    }
}
