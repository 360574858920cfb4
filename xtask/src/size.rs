//! The size of a file as it is and as it travels.

use core::fmt;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

/// A file's size in bytes, raw and compressed as hard as web servers do ahead of time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Size {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

impl Size {
    /// Reads and compresses the file at `path`.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self { raw: bytes.len(), gzip: gzip(&bytes)?, brotli: brotli(&bytes)? })
    }
}

impl fmt::Display for Size {
    /// Three cells of a Markdown table, in KiB.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [raw, gzip, brotli] = [self.raw, self.gzip, self.brotli].map(kib);
        write!(f, "{raw:.1} | {gzip:.1} | {brotli:.1}")
    }
}

#[expect(clippy::cast_precision_loss, reason = "one digit is shown, and files are small")]
fn kib(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

fn gzip(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

fn brotli(bytes: &[u8]) -> Result<usize> {
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &Default::default())?;
    Ok(compressed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compresses_what_can_be_compressed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, [7; 10_240]).unwrap();
        let size = Size::of(file.path()).unwrap();
        assert_eq!(size.raw, 10_240);
        assert!((1..100).contains(&size.gzip), "{size:?}");
        assert!((1..100).contains(&size.brotli), "{size:?}");
        assert!(size.to_string().starts_with("10.0 | 0."), "{size}");
    }
}
