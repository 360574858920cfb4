//! Where a session's keys come from.

use frameseal_sframe::KeyId;

use crate::exchange::Exchange;
use crate::manual::ManualKeys;
use crate::message::{Event, Failure, FailureCode};

/// Who brings the keys.
#[derive(Debug)]
pub(crate) enum Keys {
    Application(ManualKeys),
    Manager(Box<Exchange>),
}

impl Keys {
    /// What exchanges keys, if anything does.
    pub(crate) fn manager(&self) -> Option<&Exchange> {
        match self {
            Self::Manager(exchange) => Some(exchange),
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
    pub(crate) fn exchange(&mut self) -> Result<&mut Exchange, Failure> {
        match self {
            Self::Manager(exchange) => Ok(exchange),
            Self::Application(_) => {
                Err(Failure::new(FailureCode::Unsupported, "keys are manual in this session"))
            }
        }
    }

    /// Notes a key that a frame opened under.
    pub(crate) fn opened(&mut self, now: f64, key_id: KeyId) -> Option<Event> {
        self.tell(|exchange| exchange.opened(now, key_id))
    }

    /// Notes a key that is not here.
    pub(crate) fn missing(&mut self, now: f64, key_id: KeyId) -> Option<Event> {
        self.tell(|exchange| exchange.missing(now, key_id))
    }

    /// Notes that the key has sealed all that it may.
    pub(crate) fn exhausted(&mut self, now: f64) -> Option<Event> {
        self.tell(|exchange| exchange.replace_key(now))
    }

    /// Whether a key that is not here may still come.
    pub(crate) fn may_come(&self, key_id: KeyId) -> bool {
        self.manager().is_none_or(|exchange| exchange.may_come(key_id))
    }

    /// Tells the manager something; returns the event that gives it time to act, if it has to.
    fn tell(&mut self, told: impl FnOnce(&mut Exchange) -> bool) -> Option<Event> {
        match self {
            Self::Manager(exchange) => told(exchange).then_some(Event::Work),
            Self::Application(_) => None,
        }
    }
}
