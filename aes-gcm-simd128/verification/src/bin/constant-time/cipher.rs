//! The module's calls, and crate `aes-gcm` beside them.

use aes_gcm::aead::consts::{U12, U16};
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use anyhow::{Result, ensure};
use fastrand::Rng;

use crate::machine::Machine;
use crate::module::Module;
use crate::value::Origins;

/// The module with something in its buffers.
#[derive(Clone, Debug)]
pub(crate) struct Cipher<'m> {
    pub(crate) machine: Machine<'m>,
    key: usize,
    nonce: usize,
    aad: usize,
    text: usize,
    tag: usize,
}

/// What one call takes and gives, by crate `aes-gcm`.
#[derive(Debug)]
pub(crate) struct Case {
    nonce: [u8; 12],
    aad: Vec<u8>,
    plaintext: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: [u8; 16],
}

impl Case {
    pub(crate) fn new(key: &[u8], aad_len: usize, text_len: usize, random: &mut Rng) -> Self {
        let nonce = bytes(random, 12).try_into().unwrap_or_default();
        let (aad, plaintext) = (bytes(random, aad_len), bytes(random, text_len));
        let mut ciphertext = plaintext.clone();
        let tag = match key.len() {
            16 => seal::<Aes128Gcm>(key, &nonce, &aad, &mut ciphertext),
            _ => seal::<Aes256Gcm>(key, &nonce, &aad, &mut ciphertext),
        };
        Self { nonce, aad, plaintext, ciphertext, tag }
    }
}

pub(crate) fn bytes(random: &mut Rng, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    random.fill(&mut bytes);
    bytes
}

fn seal<C>(key: &[u8], nonce: &[u8; 12], aad: &[u8], text: &mut [u8]) -> [u8; 16]
where
    C: AeadInOut<NonceSize = U12, TagSize = U16> + KeyInit,
{
    let gcm = C::new_from_slice(key).expect("the key has 16 or 32 bytes");
    gcm.encrypt_inout_detached(nonce.into(), aad, text.into()).expect("the text is short").into()
}

impl<'m> Cipher<'m> {
    pub(crate) fn new(module: &'m Module) -> Result<Self> {
        let mut machine = Machine::new(module);
        let mut address = |export| machine.call(export, &[]).map(|address| address as usize);
        let [key, nonce, aad] = [address("key")?, address("nonce")?, address("aad")?];
        let [text, tag] = [address("text")?, address("tag")?];
        Ok(Self { machine, key, nonce, aad, text, tag })
    }

    pub(crate) fn set_key(&mut self, key: &[u8]) -> Result<()> {
        self.machine.memory.write(self.key, key, Origins::KEY)?;
        ensure!(self.machine.call("set_key", &[key.len()])? == 1, "the key was not taken");
        Ok(())
    }

    /// Seals by the export of that name.
    pub(crate) fn seal(&mut self, export: &str, case: &Case) -> Result<()> {
        ensure!(self.call(export, case, &case.plaintext)? == 1, "{export} failed");
        self.expect(&case.ciphertext, case)?;
        ensure!(self.machine.memory.read(self.tag, 16)? == case.tag, "{export}: a wrong tag");
        Ok(())
    }

    /// Prepares the key and seals, in one call.
    pub(crate) fn seal_once(&mut self, key: &[u8], case: &Case) -> Result<()> {
        self.machine.memory.write(self.key, key, Origins::KEY)?;
        self.fill(case, &case.plaintext)?;
        let lengths = [key.len(), case.aad.len(), case.plaintext.len()];
        ensure!(self.machine.call("seal_once", &lengths)? == 1, "seal_once failed");
        self.expect(&case.ciphertext, case)
    }

    pub(crate) fn open(&mut self, case: &Case) -> Result<()> {
        self.machine.memory.write(self.tag, &case.tag, Origins::TAG)?;
        ensure!(self.call("open", case, &case.ciphertext)? == 1, "a right tag was refused");
        self.expect(&case.plaintext, case)
    }

    /// Opens with the last bit of the tag flipped, which has to fail.
    pub(crate) fn refuse(&mut self, case: &Case) -> Result<()> {
        let mut tag = case.tag;
        tag[15] ^= 1;
        self.machine.memory.write(self.tag, &tag, Origins::TAG)?;
        ensure!(self.call("open", case, &case.ciphertext)? == 0, "a wrong tag was taken");
        self.expect(&case.ciphertext, case)
    }

    fn call(&mut self, export: &str, case: &Case, text: &[u8]) -> Result<u32> {
        self.fill(case, text)?;
        self.machine.call(export, &[case.aad.len(), text.len()])
    }

    fn fill(&mut self, case: &Case, text: &[u8]) -> Result<()> {
        let memory = &mut self.machine.memory;
        memory.write(self.nonce, &case.nonce, Origins::NONCE)?;
        memory.write(self.aad, &case.aad, Origins::AAD)?;
        memory.write(self.text, text, Origins::TEXT)
    }

    fn expect(&self, text: &[u8], case: &Case) -> Result<()> {
        let found = self.machine.memory.read(self.text, text.len())?;
        let (aad, text_len) = (case.aad.len(), text.len());
        ensure!(found == text, "wrong bytes: {text_len} of text, {aad} of associated data");
        Ok(())
    }
}
