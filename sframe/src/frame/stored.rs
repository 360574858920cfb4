//! A frame of a recording, opened with a key that was kept.

use zeroize::Zeroize;

use super::{FrameBuffer, OpenFrameError, Output, in_buffer, output_at};
use crate::envelope::Codec;
use crate::header::Header;
use crate::metadata::{FrameKind, Profile};
use crate::open::OpenContext;

impl FrameBuffer {
    /// Returns the header of the sealed frame that was [loaded](Self::load): it names the key that the
    /// frame needs. Not authenticated.
    ///
    /// # Errors
    ///
    /// [`OpenFrameError::NotSealed`]: no sealed frame of `codec` looks like this.
    pub fn sealed_header(&mut self, codec: Codec) -> Result<Header, OpenFrameError> {
        let place = self.place();
        let Self { frame, side, .. } = self;
        let sealed = frame.get_mut(place).unwrap_or_default();
        let body = codec.locate(sealed, side)?.body(sealed, side);
        let (header, _) = Header::decode(body).map_err(|_| OpenFrameError::NotSealed)?;
        Ok(header)
    }

    /// Opens the sealed frame that was [loaded](Self::load) with one key;
    /// [`output`](Self::output) is then the encoder's frame, bit for bit.
    ///
    /// Checks all that [`open`](Self::open) checks but where a frame comes from: for recordings, whose
    /// frames wait for nobody. `None` in place of a kind: a frame of no bytes, which nobody sealed.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). A frame under another key can be tried again with that.
    pub fn open_with(
        &mut self,
        context: &mut OpenContext,
        profile: Profile,
        codec: Codec,
    ) -> Result<Option<FrameKind>, OpenFrameError> {
        self.output = Output::default();
        if self.frame_len == 0 {
            return Ok(None);
        }
        let kind = self.kind(codec)?;
        let place = self.place();
        let Self { frame, side, front, .. } = self;
        let sealed = frame.get_mut(place).unwrap_or_default();
        let place = codec.locate(sealed, side)?;
        let body = place.body(sealed, side);
        let body_len = body.len();
        let (header, range) = context
            .authenticate(profile.metadata(kind), body)
            .map_err(|error| OpenFrameError::explain(error, body))?;

        let plaintext = body.get_mut(range.clone()).unwrap_or_default();
        let rebuilt = codec.front(plaintext, body_len, front);
        if rebuilt.is_err() || !codec.matches(sealed, front) {
            place.body(sealed, side).zeroize();
            return Err(OpenFrameError::Authentication { key_id: header.key_id });
        }
        context.commit(header);
        self.output = output_at(&in_buffer(place), &range);
        Ok(Some(kind))
    }
}
