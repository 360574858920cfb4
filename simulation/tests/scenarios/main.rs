//! What happens in a room, one scenario a file.
#![expect(clippy::arithmetic_side_effects, clippy::expect_used, reason = "a test may panic")]

mod age;
mod attack;
mod burst;
mod credential;
mod impostor;
mod insider;
mod join;
mod leave;
mod limits;
mod lost_key;
mod middle_man;
mod overtaken;
mod passphrase;
mod replay;
mod returning;
mod safety_number;
mod slots;
mod storm;
mod superseded;
mod wiping;

use frameseal::{Event, FrameKind, MemberState, ProblemCode};
use frameseal_simulation::{Call, Frame, Instance};

/// A call of members with these names, all sending and all secured.
fn call_of<const N: usize>(names: [&str; N]) -> (Call, [Instance; N]) {
    let mut call = Call::new(N as u64);
    let members = names.map(|name| call.join_sending(name));
    call.run(2000);
    call.everyone_opens_everyone();
    (call, members)
}

/// Seals a frame, for later.
fn frame(call: &mut Call, by: Instance) -> Frame {
    call.seal(by).expect("it has a key")
}

/// Tells whether any key that this member ever had opens a frame.
fn ever_opens(call: &Call, who: Instance, frame: &Frame) -> bool {
    let opens = call[who].with_hoard(|hoard| hoard.opens(FrameKind::Delta, &frame.body));
    opens.expect("it keeps all keys")
}

/// When a member was last told to seal under another key, in ms.
fn last_change(call: &Call, who: Instance) -> u64 {
    let (at, _) = *call[who].seals().last().expect("it has a key");
    at
}

/// Whether a member was told of a problem.
fn is_told(call: &Call, who: Instance, wanted: ProblemCode) -> bool {
    call[who].events().iter().any(|(_, event)| match event {
        Event::Problem(problem) => problem.code == wanted,
        _ => false,
    })
}

/// How often a member was told of another that it is in this state.
fn times_told(call: &Call, who: Instance, of: &str, wanted: MemberState) -> usize {
    let told = call[who].events().iter().filter(|(_, event)| match event {
        Event::Member { id, state, .. } => id.as_str() == of && *state == wanted,
        _ => false,
    });
    told.count()
}
