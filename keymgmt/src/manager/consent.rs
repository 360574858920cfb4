//! Recorders, and what the application says to them.

use core::mem;

use rand_core::CryptoRng;

use super::KeyManager;
use crate::association::{Delivery, Topic};
use crate::input::InputError;
use crate::key_pair::Fingerprint;
use crate::member_id::MemberId;
use crate::peer::{Access, Exposure};
use crate::recording::Consent;

impl<R: CryptoRng> KeyManager<R> {
    /// Lets a recorder have our keys, from the next step on: what was sealed before is not for it.
    pub(super) fn consent(
        &mut self,
        id: &MemberId,
        fingerprint: Fingerprint,
    ) -> Result<(), InputError> {
        let at = self.position(id).map_err(|_| InputError::UnknownMember)?;
        if let Some(peer) = self.peers.get_mut(at)
            && peer.recorder() == Some(Consent::Missing)
            && peer.is_proven_to_have(fingerprint)
        {
            peer.consent = Some(fingerprint);
            peer.access = Access::Waiting;
            let event = peer.event(peer.member_state());
            self.tell(event);
            self.give_access(at);
        }
        Ok(())
    }

    /// Takes consent back: a fresh key follows, which the recorder does not get.
    pub(super) fn withdraw(
        &mut self,
        id: &MemberId,
        fingerprint: Fingerprint,
    ) -> Result<(), InputError> {
        let at = self.position(id).map_err(|_| InputError::UnknownMember)?;
        let Some(peer) = self.peers.get_mut(at) else {
            return Ok(());
        };
        if peer.consent.take_if(|consented| *consented == fingerprint).is_none() {
            return Ok(());
        }
        peer.access = Access::Waiting;
        if let Some(proven) = peer.proven_mut() {
            proven.delivery = Delivery::Settled(None);
            proven.due.topic = proven.due.topic.min(Topic::Answer);
        }
        let exposure = mem::replace(&mut peer.exposure, Exposure::None);
        let event = peer.event(peer.member_state());
        self.tell(event);
        self.stop_waiting_for(id);
        if exposure > Exposure::None {
            self.rotate_soon();
        }
        Ok(())
    }
}
