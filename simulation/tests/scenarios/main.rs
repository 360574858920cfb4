//! What happens in a room, one scenario a file.
#![expect(clippy::arithmetic_side_effects, clippy::expect_used, reason = "a test may panic")]

mod age;
mod attack;
mod burst;
mod credential;
mod impostor;
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

use frameseal_keymgmt::{Event, MemberState};
use frameseal_simulation::{Call, Instance};

/// A call of members with these names, all sending and all secured.
fn call_of<const N: usize>(names: [&str; N]) -> (Call, [Instance; N]) {
    let mut call = Call::new(N as u64);
    let members = names.map(|name| call.join_sending(name));
    call.run(2000);
    call.everyone_opens_everyone();
    (call, members)
}

/// Seals a frame, for later.
fn frame(call: &mut Call, by: Instance) -> Vec<u8> {
    call.member_mut(by).seal().expect("it has a key")
}

/// Tells whether any key that this member ever had opens `body`.
fn ever_opens(call: &mut Call, who: Instance, body: &[u8]) -> bool {
    let hoard = call.member_mut(who).hoard().expect("it keeps all keys");
    hoard.opens(frameseal_sframe::FrameKind::Delta, body)
}

/// When a member was last told to seal under another key, in ms.
fn last_change(call: &Call, who: Instance) -> u64 {
    let (at, _) = call[who].seals().last().expect("it has a key");
    *at
}

/// How often a member was told of another that it is in this state.
fn times_told(call: &Call, who: Instance, of: &str, wanted: MemberState) -> usize {
    let told = call[who].events().iter().filter(|(_, event)| match event {
        Event::Member { id, state, .. } => id.as_str() == of && *state == wanted,
        _ => false,
    });
    told.count()
}
