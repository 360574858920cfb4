//! Every limit, with the error that tells of it.

use core::net::Ipv4Addr;

use frameseal_demo::Settings;
use frameseal_demo::limits::Limits;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Client, id, join, joined, left, refused, relay, serve};

/// From another address than everybody else, with the word of a proxy.
const ELSEWHERE: [(&str, &str); 1] = [("x-forwarded-for", "192.0.2.1")];

async fn serve_limited(limits: Limits) -> core::net::SocketAddr {
    serve(Settings { limits, ..Settings::default() }).await
}

/// All clients come by way of a proxy.
async fn serve_behind_proxy(limits: Limits) -> core::net::SocketAddr {
    let proxies = "127.0.0.1".parse().unwrap();
    serve(Settings { limits, proxies, ..Settings::default() }).await
}

#[tokio::test]
async fn a_room_is_full() {
    let server = serve_limited(Limits { members: 2, ..Limits::default() }).await;
    let (_alice, _) = Client::join(server, "room", 'a').await;
    let (bob, _) = Client::join(server, "room", 'b').await;
    let mut carol = Client::connect(server).await;
    carol.say(join("room", 'c', 'c')).await;
    assert_eq!(carol.hear_error().await, "room-full");
    assert_eq!(carol.hear_close().await, 1008);

    // Who comes back finds the seat.
    drop(bob);
    let (_bob, welcome) = Client::join(server, "room", 'b').await;
    assert_eq!(welcome["resumed"], true);
}

#[tokio::test]
async fn there_are_too_many_rooms() {
    let server = serve_limited(Limits { rooms: 1, ..Limits::default() }).await;
    let (mut alice, _) = Client::join(server, "one", 'a').await;
    let mut bob = Client::connect(server).await;
    bob.say(join("two", 'b', 'b')).await;
    assert_eq!(bob.hear_error().await, "too-many-rooms");
    assert_eq!(bob.hear_close().await, 1008);

    alice.say(json!({ "type": "leave" })).await;
    assert_eq!(alice.hear_close().await, 1000);
    Client::join(server, "two", 'b').await;
}

#[tokio::test]
async fn one_address_has_too_many_rooms() {
    let server = serve_behind_proxy(Limits { rooms_per_address: 1, ..Limits::default() }).await;
    let (_alice, _) = Client::join(server, "one", 'a').await;
    let mut bob = Client::connect(server).await;
    bob.say(join("two", 'b', 'b')).await;
    assert_eq!(bob.hear_error().await, "too-many-own-rooms");
    assert_eq!(bob.hear_close().await, 1008);

    // Another one's room may be joined, and another address makes its own.
    let (_carol, _) = Client::join(server, "one", 'c').await;
    let mut dave = Client::open(Ipv4Addr::LOCALHOST, server, &ELSEWHERE).await.unwrap();
    dave.say(join("two", 'd', 'd')).await;
    assert_eq!(dave.hear().await["type"], "welcome");
}

#[tokio::test]
async fn one_address_joins_and_leaves_all_the_time() {
    let server = serve_behind_proxy(Limits { joins_per_minute: 1, ..Limits::default() }).await;
    let (alice, _) = Client::join(server, "room", 'a').await;
    let (mut bob, _) = Client::join(server, "room", 'b').await;
    bob.say(json!({ "type": "leave" })).await;
    bob.hear_close().await;
    let mut carol = Client::connect(server).await;
    carol.say(join("room", 'c', 'c')).await;
    assert_eq!(carol.hear_error().await, "too-many-joins");
    assert_eq!(carol.hear_close().await, 1008);

    // Who comes back finds the seat, and another room or another address is not concerned.
    drop(alice);
    let (_alice, welcome) = Client::join(server, "room", 'a').await;
    assert_eq!(welcome["resumed"], true);
    Client::join(server, "other", 'c').await;
    let mut dave = Client::open(Ipv4Addr::LOCALHOST, server, &ELSEWHERE).await.unwrap();
    dave.say(join("room", 'd', 'd')).await;
    assert_eq!(dave.hear().await["type"], "welcome");
}

#[tokio::test]
async fn there_are_too_many_connections() {
    for limits in [
        Limits { connections: 1, ..Limits::default() },
        Limits { connections_per_address: 1, ..Limits::default() },
    ] {
        let server = serve_limited(limits).await;
        let (mut alice, _) = Client::join(server, "room", 'a').await;
        // Closed without a word.
        assert!(Client::open(Ipv4Addr::LOCALHOST, server, &[]).await.is_err());
        alice.say(json!({ "type": "leave" })).await;
        alice.hear_close().await;
        alice.finish().await;
        while Client::open(Ipv4Addr::LOCALHOST, server, &[]).await.is_err() {}
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_connections() {
    let limits = Limits { connections_per_address: 1, ..Limits::default() };
    let server = serve_behind_proxy(limits).await;
    let open = async |forwarded_for| {
        Client::open(Ipv4Addr::LOCALHOST, server, &[("x-forwarded-for", forwarded_for)]).await
    };
    let _alice = open("192.0.2.1").await.unwrap();
    let _bob = open("192.0.2.2").await.unwrap();
    let (status, text) = refused(open("192.0.2.1").await);
    assert_eq!(status, 503);
    assert!(text.starts_with("too-many-connections: ") && text.contains(';'), "{text}");

    // Who is not trusted is counted as who it is.
    let server = serve_limited(limits).await;
    let open = async |forwarded_for| {
        Client::open(Ipv4Addr::LOCALHOST, server, &[("x-forwarded-for", forwarded_for)]).await
    };
    let _mallory = open("192.0.2.1").await.unwrap();
    assert!(open("192.0.2.2").await.is_err());
}

#[tokio::test]
async fn a_message_is_too_long() {
    let server = serve_limited(Limits { message_bytes: 1000, ..Limits::default() }).await;
    let (mut alice, _) = Client::join(server, "room", 'a').await;
    let (mut bob, _) = Client::join(server, "room", 'b').await;
    alice.hear().await;
    for (client, bytes) in [(&mut alice, 1000), (&mut bob, 1_000_000)] {
        client.say(relay(None, &"A".repeat(bytes))).await;
        assert_eq!(client.hear_error().await, "too-long");
        assert_eq!(client.hear_close().await, 1008);
    }
}

#[tokio::test]
async fn messages_come_too_fast() {
    let server = serve_limited(Limits { messages_per_second: 5, ..Limits::default() }).await;
    let (mut alice, _) = Client::join(server, "room", 'a').await;
    let mut pongs = 0;
    for _ in 0..30 {
        alice.say(json!({ "type": "ping" })).await;
    }
    let error = loop {
        let heard = alice.hear().await;
        if heard["type"] != "pong" {
            break heard;
        }
        pongs += 1;
    };
    assert_eq!(error["code"], "too-fast");
    assert!(pongs <= 21, "{pongs}");
    assert_eq!(alice.hear_close().await, 1008);
}

#[tokio::test]
async fn who_reads_nothing_is_cut_off() {
    let server = serve_limited(Limits { messages_per_second: 1000, ..Limits::default() }).await;
    let (mut alice, _) = Client::join(server, "room", 'a').await;
    let (mut bob, _) = Client::join(server, "room", 'b').await;
    assert_eq!(alice.hear().await, joined('b'));
    let (data, mut heard) = ("A".repeat(60_000), json!({}));
    // More than sockets hold.
    for _ in 0..30 {
        for _ in 0..10 {
            alice.say(relay(Some('b'), &data)).await;
        }
        alice.say(json!({ "type": "ping" })).await;
        heard = alice.hear().await;
        if heard["type"] != "pong" {
            break;
        }
    }
    assert_eq!(heard, left('b'), "more waits than may wait");

    bob.finish().await;
    let (_bob, welcome) = Client::join(server, "room", 'b').await;
    assert_eq!(welcome["resumed"], false);
    while alice.hear().await != joined('b') {}
}

#[tokio::test]
async fn a_message_is_malformed() {
    let server = serve(Settings::default()).await;
    let long_name = json!({
        "type": "join", "room": "r", "name": "x".repeat(65), "member": id('a'), "token": id('a')
    });
    let mut backwards = join("room", 'a', 'a');
    backwards["name"] = "\u{202e}ecila".into();
    for message in [
        Message::binary(vec![0]),
        Message::text("{"),
        Message::text(r#"{"type":"jump"}"#),
        Message::text(long_name.to_string()),
        Message::text(backwards.to_string()),
        Message::text(join("no/room", 'a', 'a').to_string()),
    ] {
        let mut client = Client::connect(server).await;
        client.send(message).await;
        assert_eq!(client.hear_error().await, "malformed");
        assert_eq!(client.hear_close().await, 1008);
    }

    let (mut alice, _) = Client::join(server, "room", 'a').await;
    alice.say(join("room", 'a', 'a')).await;
    assert_eq!(alice.hear_error().await, "malformed");
    assert_eq!(alice.hear_close().await, 1008);
}

#[tokio::test]
async fn a_word_needs_a_seat() {
    let server = serve(Settings::default()).await;
    let mut stranger = Client::connect(server).await;
    stranger.say(relay(None, "")).await;
    assert_eq!(stranger.hear_error().await, "not-joined");
    // And who takes none is sent away.
    assert_eq!(stranger.hear_error().await, "not-joined");
    assert_eq!(stranger.hear_close().await, 1008);
}
