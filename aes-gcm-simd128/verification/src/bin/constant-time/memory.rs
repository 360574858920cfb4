//! Memory, with the origins of each byte.

use core::ops::Range;

use anyhow::{Context, Result};

use crate::value::{Origins, Value};

#[derive(Clone, Debug)]
pub(crate) struct Memory {
    bytes: Vec<u8>,
    origins: Vec<u8>,
}

impl Memory {
    /// Memory as the module begins with: all constants.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self { origins: vec![0; bytes.len()], bytes }
    }

    pub(crate) fn read(&self, at: usize, len: usize) -> Result<&[u8]> {
        self.bytes.get(at..at + len).context("a read outside of memory")
    }

    /// Writes from outside.
    pub(crate) fn write(&mut self, at: usize, bytes: &[u8], origins: Origins) -> Result<()> {
        let range = self.range(at, bytes.len())?;
        self.bytes[range.clone()].copy_from_slice(bytes);
        self.origins[range].fill(origins.byte());
        Ok(())
    }

    pub(crate) fn load(&self, at: usize, len: usize) -> Result<Value> {
        let range = self.range(at, len)?;
        Ok(Value {
            bits: number(&self.bytes[range.clone()]),
            origins: number(&self.origins[range]),
        })
    }

    pub(crate) fn store(&mut self, at: usize, len: usize, value: Value) -> Result<()> {
        let range = self.range(at, len)?;
        self.bytes[range.clone()].copy_from_slice(&value.bits.to_le_bytes()[..len]);
        self.origins[range].copy_from_slice(&value.origins.to_le_bytes()[..len]);
        Ok(())
    }

    pub(crate) fn copy(&mut self, to: usize, from: usize, len: usize) -> Result<()> {
        let (from, to) = (self.range(from, len)?, self.range(to, len)?);
        self.bytes.copy_within(from.clone(), to.start);
        self.origins.copy_within(from, to.start);
        Ok(())
    }

    pub(crate) fn fill(&mut self, at: usize, value: Value, len: usize) -> Result<()> {
        let range = self.range(at, len)?;
        self.bytes[range.clone()].fill(value.bits as u8);
        self.origins[range].fill(value.origins as u8);
        Ok(())
    }

    fn range(&self, at: usize, len: usize) -> Result<Range<usize>> {
        let range = at..at + len;
        self.bytes.get(range.clone()).context("an access outside of memory")?;
        Ok(range)
    }
}

fn number(bytes: &[u8]) -> u128 {
    let mut number = [0; 16];
    number[..bytes.len()].copy_from_slice(bytes);
    u128::from_le_bytes(number)
}
