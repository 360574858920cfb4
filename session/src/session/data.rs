//! Application data: the same keys, streams of its own.

use core::fmt;

use frameseal_keymgmt::MemberId;
use frameseal_keymgmt::rand_core::CryptoRng;
use frameseal_sframe::{
    Arrival, DATA_STREAMS, FrameBuffer, Header, OpenError, Opened, SealError, Timestamp,
};

use super::frames::is_anothers;
use super::{Session, Work};
use crate::blackout::Attachment;
use crate::failure::{Failure, FailureCode};

/// Application data that was opened.
#[non_exhaustive]
pub struct OpenedData {
    /// The member whose key opened it.
    pub from: MemberId,
    /// What was sealed.
    pub data: Vec<u8>,
}

impl<R: CryptoRng> Session<R> {
    /// Seals application data of a stream, 0 to 3. Each stream has counters and a replay window of its
    /// own, so none makes another's pieces late.
    ///
    /// # Errors
    ///
    /// - `invalid-argument`: over 16 MiB, or there is no such stream.
    /// - `missing-key`, `key-exhausted`.
    pub fn seal_data(
        &mut self,
        now: Timestamp,
        stream: u8,
        data: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        if data.len() > FrameBuffer::MAX_FRAME_LEN {
            return Err(Failure::invalid_argument("data"));
        }
        check(stream)?;
        self.attachment = Attachment::Settled;
        self.begin_to_send(now);
        let sender = self.sender.as_mut().ok_or_else(|| {
            Failure::new(
                FailureCode::MissingKey,
                "there is no key to seal with yet: set one, or wait for keychange",
            )
        })?;
        sender.seal_data(stream, data).map_err(|error| match error {
            SealError::KeyExhausted => {
                self.keys.replace(now);
                self.work = Work::Wanted;
                Failure::new(
                    FailureCode::KeyExhausted,
                    "the key has reached its limit: set a fresh one, or wait for keychange",
                )
            }
            _ => Failure::invalid_argument("data"),
        })
    }

    /// Opens application data that `from` is expected to have sealed, in this stream; `None`: anybody.
    /// A piece opens once.
    ///
    /// # Errors
    ///
    /// Nothing changes then.
    ///
    /// - `invalid-argument`: there is no such stream.
    /// - `missing-key`: no key for this yet; it is asked for.
    /// - `not-sealed`: no data that anybody sealed.
    /// - `authentication-failed`: not what the named key sealed, or a repeat.
    /// - `wrong-source`: of another member, or of another stream.
    pub fn open_data(
        &mut self,
        now: Timestamp,
        stream: u8,
        from: Option<&MemberId>,
        mut data: Vec<u8>,
    ) -> Result<OpenedData, Failure> {
        check(stream)?;
        self.attachment = Attachment::Settled;
        let arrival = Arrival { now, pipeline: 0, from };
        let opened = self.receiver.open_data(stream, arrival, &mut data);
        let error = match opened {
            Ok((Opened { source, .. }, plaintext)) => {
                let data = plaintext.to_vec();
                return Ok(OpenedData { from: source, data });
            }
            Err(error) => error,
        };
        if let OpenError::UnknownKey(Header { key_id, .. }) = error {
            let is_anothers = from.is_some_and(|from| is_anothers(&self.receiver, key_id, from));
            let fate = self.keys.lacks(now, key_id, from, is_anothers);
            self.work = Work::Wanted;
            if is_anothers && fate == frameseal_keymgmt::Fate::Drop {
                return Err(wrong_source("another member sealed this data, not the one in `from`"));
            }
        }
        if error == OpenError::WrongStream {
            return Err(wrong_source("this data belongs to another stream: name that one"));
        }
        Err(error.into())
    }
}

fn check(stream: u8) -> Result<(), Failure> {
    if stream < DATA_STREAMS { Ok(()) } else { Err(Failure::invalid_argument("stream")) }
}

fn wrong_source(message: &str) -> Failure {
    Failure::new(FailureCode::WrongSource, message)
}

impl fmt::Debug for OpenedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, data: _ } = self;
        f.debug_struct("OpenedData").field("from", from).finish_non_exhaustive()
    }
}
