//! Bounds on what others can make a key manager hold or do, each with its reason. All are project
//! decisions: RFC 9605 leaves key management to the application.

use core::time::Duration;

/// Members of a room besides ourselves. The protocol is quadratic in senders, so a room ends to be
/// practical below this; a roster that grows without end must end somewhere.
pub const MAX_MEMBERS: usize = 4096;

/// Longest key message, in bytes: a hello with the longest credential and IDs, and two keys, take
/// under 6 KiB.
pub const MAX_MESSAGE_LEN: usize = 8 * 1024;

/// Longest credential, in bytes: a signed token or a small certificate chain.
pub const MAX_CREDENTIAL_LEN: usize = 4 * 1024;

/// Messages that wait to be worked on: those of every member at once.
pub const MAX_INBOX_MESSAGES: usize = MAX_MEMBERS;

/// Bytes of messages that wait to be worked on: a thousand hellos with credentials of 1 KiB.
pub const MAX_INBOX_BYTES: usize = 1024 * 1024;

/// Members whose messages come before the roster has them, with one message each: signalling may
/// deliver faster than it announces.
pub const MAX_STRANGERS: usize = 16;

/// How long such a message counts: longer, and it may be of somebody's life before.
pub const STRANGER_PATIENCE: Duration = Duration::from_secs(2);

/// How long it is remembered that somebody spoke who was not in the room. Project decision: who is really
/// there speaks again, at most 36 s later, and far sooner at first; one message from before must not explain
/// what goes wrong later.
pub const STRANGER_MEMORY: Duration = Duration::from_secs(40);

/// Keys of one member that are held as they came; what was ratcheted from them is not counted. One
/// in use, at most six that came within [`SWITCH_DEADLINE`] at [`JOIN_CAUSES`] from each other, and
/// one that frames on their way may still be of.
pub const MAX_HELD_KEYS: usize = 8;

/// From the first cause of a rotation to the rotation, and from one rotation or ratchet step to the
/// next: several people often come or leave together.
pub const JOIN_CAUSES: Duration = Duration::from_millis(100);

/// From a rotation to the use of its key, whoever lacks it then: longer, and one dead connection
/// would keep a leaver listening; shorter, and slow ones would miss frames.
pub const SWITCH_DEADLINE: Duration = Duration::from_millis(500);

/// How long a key opens frames after a later one of its owner came: the owner switches within
/// [`SWITCH_DEADLINE`], and frames on their way are no older than any jitter buffer.
pub const KEEP_OLD_KEYS: Duration = Duration::from_secs(10);

/// After a member left, how long its owner may take to replace a key before it is asked: three times
/// as long as a rotation.
pub const ASK_AFTER_DEPARTURE: Duration = Duration::from_secs(1);

/// Between two such requests.
pub const ASK_AGAIN: Duration = Duration::from_secs(5);

/// After a member left, how long a key opens frames whose owner says nothing under seal: else whoever
/// holds back one message lets the member that left speak as the owner without end. Longer than a
/// signalling server takes to start again.
pub const ANCHOR_EXPIRY: Duration = Duration::from_secs(30);

/// Between two changes of our slot: another member that claims ours again and again must not make us
/// rotate each time.
pub const SLOT_INTERVAL: Duration = Duration::from_secs(60);

/// Before another hello of one member, which costs an agreement, is looked at.
pub const HELLO_INTERVAL: Duration = Duration::from_millis(300);

/// Between answers to what anybody could send: hellos that are known, seals that do not open.
pub const ANSWER_INTERVAL: Duration = Duration::from_millis(500);

/// Between requests for a key of one member: frames come faster than any answer.
pub const REQUEST_INTERVAL: Duration = Duration::from_millis(200);

/// Messages that one poll looks at in vain, so that even those leave room for frames.
pub(crate) const MAX_SILENT_MESSAGES: usize = 16;

/// Bytes of public keys in a hello besides the one that we know: a hash, or an encapsulation key of
/// ML-KEM-768.
pub(crate) const MAX_OTHER_KEYS_LEN: usize = 1280;

/// How many of those.
pub(crate) const MAX_OTHER_KEYS: usize = 3;
