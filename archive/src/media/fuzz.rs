//! Frames that may hold anything, written to files.

use alloc::rc::Rc;
use core::cell::RefCell;
use core::time::Duration;
use std::io::{self, Cursor, Seek, SeekFrom, Write};

use super::{Codec, MediaFrame, track_writer};

/// Writes frames: the first byte chooses the codec, then each has a byte of flags, one of its time,
/// two of its length.
pub(crate) fn write(bytes: &[u8]) {
    let Some((choice, mut rest)) = bytes.split_first() else { return };
    let Some(codec) = Codec::ALL.get(usize::from(*choice)) else { return };
    let mut writer = track_writer(Cursor::new(Vec::new()), *codec);
    let mut at = Duration::ZERO;
    while let Some(([flags, step, high, low], after)) = rest.split_first_chunk::<4>() {
        let len = usize::from(u16::from_be_bytes([*high, *low])).min(after.len());
        let (data, after) = after.split_at(len);
        rest = after;
        at = at.saturating_add(Duration::from_millis(u64::from(*step).saturating_mul(16)));
        drop(writer.write(&MediaFrame { data, is_key: flags & 1 != 0, at }));
    }
    drop(writer.finish());
}

/// Returns a small file of VP8.
pub(crate) fn webm() -> Vec<u8> {
    written(Codec::Vp8, &[0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0, 0, 0])
}

/// Returns a small file of H.264.
pub(crate) fn mp4() -> Vec<u8> {
    written(Codec::H264, KEY_FRAME)
}

fn written(codec: Codec, data: &[u8]) -> Vec<u8> {
    let file = Shared::default();
    let mut writer = track_writer(file.clone(), codec);
    for at in [0, 1] {
        drop(writer.write(&MediaFrame { data, is_key: true, at: Duration::from_secs(at) }));
    }
    drop(writer.finish());
    file.0.take().into_inner()
}

/// A file that is there when its writer is gone.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Cursor<Vec<u8>>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.borrow_mut().seek(to)
    }
}

/// Parameter sets of 320x240, and the beginning of a slice.
const KEY_FRAME: &[u8] = b"\0\0\0\x01\x67\x64\0\x0d\xac\xd9\x41\x41\xfa\x10\0\0\x03\0\x10\0\0\x03\
    \x03\x20\xf1\x42\x99\x60\0\0\0\x01\x68\xeb\xe3\xcb\x22\xc0\0\0\0\x01\x65\x88\x84\0\x10";
