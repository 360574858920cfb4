//! What others make a manager hold has an end.

use frameseal_keymgmt::limits::{
    MAX_CREDENTIAL_LEN, MAX_INBOX_BYTES, MAX_INBOX_MESSAGES, MAX_MEMBERS, MAX_MESSAGE_LEN,
};
use frameseal_keymgmt::{
    Event, Input, InputError, KeyManager, MemberId, MessageError, Options, Output, Room, Timestamp,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

fn options() -> Options {
    Options::new(Room::new("room").expect("a short name"), id("alice"))
}

fn manager() -> KeyManager<ChaCha20Rng> {
    KeyManager::new(options(), ChaCha20Rng::seed_from_u64(1)).expect("the defaults")
}

fn id(name: &str) -> MemberId {
    MemberId::new(name).expect("a short name")
}

/// Counts for what reasons messages were of no use, until the manager is idle.
fn rejections(manager: &mut KeyManager<ChaCha20Rng>, wanted: MessageError) -> usize {
    let mut count = 0;
    loop {
        match manager.poll() {
            Output::Idle { .. } => return count,
            Output::Event(Event::Rejected { reason, .. }) if reason == wanted => count += 1,
            _ => {}
        }
    }
}

const NOW: Timestamp = Timestamp::from_millis(1000);

#[test]
fn members() {
    let mut manager = manager();
    for number in 0..MAX_MEMBERS {
        let joined = Input::Joined(id(&format!("member-{number}")));
        assert_eq!(manager.handle(NOW, joined), Ok(()));
    }
    let one_more = || Input::Joined(id("one-more"));
    assert_eq!(manager.handle(NOW, one_more()), Err(InputError::TooManyMembers));
    assert_eq!(manager.members().count(), MAX_MEMBERS);

    assert_eq!(manager.handle(NOW, Input::Left(id("member-0"))), Ok(()));
    assert_eq!(manager.handle(NOW, one_more()), Ok(()));
    assert_eq!(manager.handle(NOW, Input::Joined(id("alice"))), Err(InputError::OwnId));
}

#[test]
fn messages_that_wait() {
    let mut manager = manager();
    let received = |len| Input::Received { from: id("bob"), message: vec![0; len] };
    for _ in 0..MAX_INBOX_MESSAGES + 7 {
        manager.handle(NOW, received(1)).expect("not a caller's mistake");
    }
    assert_eq!(rejections(&mut manager, MessageError::InboxFull), 7);

    let longest = MAX_INBOX_BYTES / MAX_MESSAGE_LEN;
    for _ in 0..longest + 3 {
        manager.handle(NOW, received(MAX_MESSAGE_LEN)).expect("not a caller's mistake");
    }
    assert_eq!(rejections(&mut manager, MessageError::InboxFull), 3);
    manager.handle(NOW, received(MAX_MESSAGE_LEN + 1)).expect("not a caller's mistake");
    assert_eq!(rejections(&mut manager, MessageError::TooLong), 1);
}

#[test]
fn credentials() {
    let with_credential = |len| {
        let mut options = options();
        options.credential = vec![0; len];
        KeyManager::new(options, ChaCha20Rng::seed_from_u64(1))
    };
    with_credential(MAX_CREDENTIAL_LEN).expect("the longest there is");
    with_credential(MAX_CREDENTIAL_LEN + 1).unwrap_err();
}
