//! Rooms: who is there, what is relayed, and who comes back.

use core::time::Duration;
use std::time::SystemTime;

use frameseal_demo::{IceServers, Settings, Turn};
use serde_json::json;

use crate::client::{Client, id, join, joined, left, relay, serve};

#[tokio::test]
async fn members_see_each_other_come_and_go() {
    let server = serve(Settings::default()).await;
    let (mut alice, welcome) = Client::join(server, "room", 'a').await;
    assert_eq!(welcome["members"], json!([]));
    assert_eq!(welcome["server"].as_str().unwrap().len(), 32);
    assert_eq!(welcome["sfu"], json!(null));
    assert_eq!(welcome["iceServers"], json!([]));
    assert_eq!(
        welcome["limits"],
        json!({ "messageBytes": 65536, "messagesPerSecond": 50, "members": 8 })
    );

    let (mut bob, welcome) = Client::join(server, "room", 'b').await;
    assert_eq!(welcome["members"], json!([{ "id": id('a'), "name": "a" }]));
    assert_eq!(alice.hear().await, joined('b'));

    let (mut carol, welcome) = Client::join(server, "other", 'c').await;
    assert_eq!(welcome["members"], json!([]));

    bob.say(json!({ "type": "leave" })).await;
    assert_eq!(bob.hear_close().await, 1000);
    assert_eq!(alice.hear().await, left('b'));
    carol.hears_nothing().await;
}

#[tokio::test]
async fn each_member_gets_credentials_of_its_own_for_turn() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "north").unwrap();
    let turn = Turn::from_file(secret.path(), Duration::from_secs(3600)).unwrap();
    let ice_servers = "turn:a.example".parse::<IceServers>().unwrap().with_turn(Some(turn));
    let server = serve(Settings { ice_servers, ..Settings::default() }).await;
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let mut credentials = Vec::new();
    for who in ['a', 'b'] {
        let (_, welcome) = Client::join(server, "room", who).await;
        let [ice] = welcome["iceServers"].as_array().unwrap().as_slice() else {
            panic!("{welcome}")
        };
        let (expiry, member) = ice["username"].as_str().unwrap().split_once(':').unwrap();
        assert_eq!(member, id(who));
        assert!((3590..=3610).contains(&(expiry.parse::<u64>().unwrap().abs_diff(now))), "{ice}");
        credentials.push(ice["credential"].clone());
    }
    assert_ne!(credentials[0], credentials[1]);
}

#[tokio::test]
async fn what_is_relayed_reaches_whom_it_is_for() {
    let server = serve(Settings::default()).await;
    let (mut alice, _) = Client::join(server, "room", 'a').await;
    let (mut bob, _) = Client::join(server, "room", 'b').await;
    let (mut carol, _) = Client::join(server, "room", 'c').await;
    alice.say(relay(Some('b'), "b25l")).await;
    alice.say(relay(None, "YWxs")).await;

    let said = |data, seq| json!({ "type": "relay", "from": id('a'), "data": data, "seq": seq });
    assert_eq!(bob.hear().await, joined('c'));
    assert_eq!(bob.hear().await, said("b25l", 1));
    assert_eq!(bob.hear().await, said("YWxs", 2));
    assert_eq!(carol.hear().await, said("YWxs", 1));
    carol.hears_nothing().await;

    alice.say(relay(Some('x'), "")).await;
    assert_eq!(alice.hear().await, joined('b'));
    assert_eq!(alice.hear().await, joined('c'));
    assert_eq!(alice.hear_error().await, "no-such-member");
    alice.hears_nothing().await;
}

#[tokio::test]
async fn a_broken_connection_leaves_the_seat() {
    let server = serve(Settings::default()).await;
    let (mut alice, _) = Client::join(server, "room", 'a').await;
    let (bob, _) = Client::join(server, "room", 'b').await;
    assert_eq!(alice.hear().await, joined('b'));
    drop(bob);
    alice.hears_nothing().await;
    alice.say(relay(Some('b'), "d2FpdA")).await;

    let (mut bob, welcome) = Client::join(server, "room", 'b').await;
    assert_eq!(welcome["resumed"], true);
    assert_eq!(welcome["members"], json!([{ "id": id('a'), "name": "a" }]));
    assert_eq!(bob.hear().await["data"], "d2FpdA");
    alice.hears_nothing().await;
}

#[tokio::test]
async fn what_is_not_acknowledged_is_sent_again() {
    let server = serve(Settings::default()).await;
    let numbered = |received: u64| {
        let mut message = join("room", 'b', 'b');
        message["received"] = received.into();
        message
    };
    let (mut alice, _) = Client::join(server, "room", 'a').await;
    let mut bob = Client::connect(server).await;
    bob.say(numbered(0)).await;
    assert_eq!(bob.hear().await["resumed"], false);
    assert_eq!(alice.hear().await, joined('b'));
    for data in ["MQ", "Mg", "Mw"] {
        alice.say(relay(Some('b'), data)).await;
    }
    assert_eq!(bob.hear().await["data"], "MQ");

    // The old connection is still open, as when a network goes silently.
    let mut again = Client::connect(server).await;
    again.say(numbered(1)).await;
    assert_eq!(again.hear().await["resumed"], true);
    assert_eq!(again.hear().await["data"], "Mg");
    assert_eq!(again.hear().await["seq"], 3);

    // The other way round, the server says what it has, and takes nothing twice.
    for seq in [1, 1, 2] {
        again.say(json!({ "type": "relay", "to": id('a'), "data": "", "seq": seq })).await;
    }
    again.say(json!({ "type": "ping", "received": 3 })).await;
    assert_eq!(again.hear().await, json!({ "type": "pong", "received": 2 }));
    assert_eq!(alice.hear().await["seq"], 1);
    assert_eq!(alice.hear().await["seq"], 2);
    alice.hears_nothing().await;
}

#[tokio::test]
async fn a_member_that_vanishes_has_left_after_nine_seconds() {
    let server = serve(Settings::default()).await;
    let (mut alice, _) = Client::join(server, "room", 'a').await;
    let (bob, _) = Client::join(server, "room", 'b').await;
    assert_eq!(alice.hear().await, joined('b'));
    let started = tokio::time::Instant::now();
    drop(bob);
    let alive = async {
        loop {
            tokio::time::sleep(Duration::from_secs(2)).await;
            alice.say(json!({ "type": "ping" })).await;
            let heard = alice.hear().await;
            if heard["type"] != "pong" {
                break heard;
            }
        }
    };
    assert_eq!(alive.await, left('b'));
    assert!((8.5..11.5).contains(&started.elapsed().as_secs_f64()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_member_id_is_its_first_owners() {
    let server = serve(Settings::default()).await;
    let (mut alice, _) = Client::join(server, "room", 'a').await;
    let mut thief = Client::connect(server).await;
    thief.say(join("room", 'a', 't')).await;
    assert_eq!(thief.hear_error().await, "member-taken");
    assert_eq!(thief.hear_close().await, 1008);
    alice.hears_nothing().await;
}
