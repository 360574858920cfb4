//! Keys grow old.

use core::time::Duration;

use frameseal_simulation::Call;

#[test]
fn an_old_key_is_replaced() {
    let mut call = Call::new(1);
    let join = |call: &mut Call, name| {
        let instance = call.join_with(name, |options| {
            options.rotate_every = Duration::from_secs(60);
        });
        call.send(instance);
        instance
    };
    let alice = join(&mut call, "alice");
    join(&mut call, "bob");
    for minute in 0..5 {
        call.run(30_000);
        call.everyone_opens_everyone();
        let generation = call[alice].manager().sending().expect("it sends").generation();
        assert_eq!(generation, minute);
        call.run(30_500);
    }
}
