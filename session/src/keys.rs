//! Where a session's keys come from.

use frameseal_keymgmt::rand_core::CryptoRng;
use frameseal_keymgmt::{Fate, Input, KeyManager, MemberId};
use frameseal_sframe::{KeyId, Timestamp};

use crate::failure::{Failure, FailureCode};
use crate::manual_keys::ManualKeys;

/// Who brings the keys.
#[derive(Debug)]
pub(crate) enum Keys<R> {
    Application(ManualKeys),
    Manager(Box<KeyManager<R>>),
}

impl<R: CryptoRng> Keys<R> {
    /// What exchanges keys, if anything does.
    pub(crate) fn manager(&self) -> Option<&KeyManager<R>> {
        match self {
            Self::Manager(manager) => Some(manager),
            Self::Application(_) => None,
        }
    }

    /// What the application may do with its keys, in a session where it brings them.
    pub(crate) fn manual(&mut self) -> Result<&mut ManualKeys, Failure> {
        match self {
            Self::Application(keys) => Ok(keys),
            Self::Manager(_) => {
                Err(Failure::new(FailureCode::Unsupported, "keys are exchanged in this session"))
            }
        }
    }

    /// What exchanges keys, in a session where the application must not bring any.
    pub(crate) fn exchange(&mut self) -> Result<&mut KeyManager<R>, Failure> {
        match self {
            Self::Manager(manager) => Ok(manager),
            Self::Application(_) => {
                Err(Failure::new(FailureCode::Unsupported, "keys are manual in this session"))
            }
        }
    }

    /// Decides on a frame whose key is not here; `is_anothers`: not that of the one who is expected. An
    /// application may bring any other key at any time.
    pub(crate) fn lacks(
        &mut self,
        now: Timestamp,
        key_id: KeyId,
        from: Option<&MemberId>,
        is_anothers: bool,
    ) -> Fate {
        match self {
            Self::Manager(manager) => manager.lacks(now, key_id, from),
            Self::Application(_) if is_anothers => Fate::Drop,
            Self::Application(_) => Fate::Wait,
        }
    }

    /// Has a fresh key made, unless one is on its way: this one has sealed all that it may.
    pub(crate) fn replace(&mut self, now: Timestamp) {
        if let Self::Manager(manager) = self
            && manager.rotating_to().is_none()
        {
            // Rotating is never refused.
            let _ = manager.handle(now, Input::Rotate);
        }
    }
}
