use alloc::string::ToString;
use alloc::vec;
use std::format;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{KeyManager, Options, OptionsError};
use crate::Timestamp;
use crate::input::{Input, InputError};
use crate::limits::MAX_CREDENTIAL_LEN;
use crate::member_id::MemberId;
use crate::message::MessageError;
use crate::output::{Event, Output};
use crate::room::Room;

const NOW: Timestamp = Timestamp::from_millis(0);

fn id(id: &str) -> MemberId {
    MemberId::new(id).unwrap()
}

fn manager() -> KeyManager<ChaCha20Rng> {
    let options = Options::new(Room::new("room").unwrap(), id("alice"));
    KeyManager::new(options, ChaCha20Rng::seed_from_u64(1)).unwrap()
}

#[test]
fn a_credential_is_set_before_anybody_joins_and_then_stands() {
    let mut manager = manager();
    let too_long = vec![0; MAX_CREDENTIAL_LEN + 1];
    assert_eq!(manager.set_credential(too_long), Err(OptionsError::CredentialTooLong));
    assert_eq!(manager.set_credential(vec![1]), Ok(()));
    manager.handle(NOW, Input::Joined(id("bob"))).unwrap();
    assert_eq!(manager.set_credential(vec![2]), Err(OptionsError::CredentialTooLate));
}

#[test]
fn nobody_joins_as_ourselves() {
    let outcome = manager().handle(NOW, Input::Joined(id("alice")));
    assert_eq!(outcome, Err(InputError::OwnId));
}

/// Signalling may deliver a newcomer's introduction before it says that there is one.
#[test]
fn a_message_waits_for_its_member_to_join() {
    let options = Options::new(Room::new("room").unwrap(), id("bob"));
    let mut bob = KeyManager::new(options, ChaCha20Rng::seed_from_u64(2)).unwrap();
    bob.handle(NOW, Input::Joined(id("alice"))).unwrap();
    let message = core::iter::repeat_with(|| bob.poll()).find_map(|output| match output {
        Output::Transmit { message, .. } => Some(message),
        _ => None,
    });
    let message = message.unwrap();

    let mut alice = manager();
    let received = Input::Received { from: id("bob"), message };
    alice.handle(NOW, received.clone()).unwrap();
    assert!(matches!(alice.poll(), Output::Idle { .. }), "it is kept in silence");
    alice.handle(NOW, received).unwrap();
    let reason = MessageError::UnknownMember;
    let dropped = Event::Rejected { from: id("bob"), reason };
    assert!(matches!(alice.poll(), Output::Event(event) if event == dropped), "one is enough");

    alice.handle(NOW, Input::Joined(id("bob"))).unwrap();
    let answered = core::iter::repeat_with(|| alice.poll())
        .take_while(|output| !matches!(output, Output::Idle { .. }))
        .any(|output| matches!(output, Output::Transmit { to: Some(to), .. } if to == id("bob")));
    assert!(answered, "at once, without a retry");
}

#[test]
fn debug_prints_neither_keys_nor_randomness() {
    let mut manager = manager();
    manager.handle(NOW, Input::Send).unwrap();
    let slot = manager.slot.to_string();
    assert_eq!(
        format!("{manager:?}").replace(&slot, "SLOT"),
        "KeyManager { member: MemberId(\"alice\"), slot: SLOT, keys: Some(OwnKeys { current: OwnKey \
         { slot: SLOT, epoch: Epoch(0), fresh: Epoch(0), base_key: BaseKey { .. } \
         }, next: None, rotated_at: Timestamp(0), ratcheted_at: None }), peers: 0, .. }"
    );
}
