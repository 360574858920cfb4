//! Rooms over two server processes, with a real NATS between them.

use core::net::SocketAddr;
use core::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::client::{Client, id, join, joined, left, relay};
use crate::process::{Process, free_port};

struct Stage {
    nats: Process,
    port: u16,
    servers: Vec<Process>,
}

impl Stage {
    fn new() -> Self {
        let port = free_port();
        let nats = Process::nats(port);
        let url = format!("nats://127.0.0.1:{port}");
        let servers = (0..2).map(|_| Process::demo(&["--nats", &url, "--log", "off"])).collect();
        Self { nats, port, servers }
    }

    fn addresses(&self) -> [SocketAddr; 2] {
        [self.servers[0].address(), self.servers[1].address()]
    }
}

#[tokio::test]
async fn members_of_two_processes_meet() {
    let stage = Stage::new();
    let [one, two] = stage.addresses();
    let nats = async_nats::connect(format!("nats://127.0.0.1:{}", stage.port)).await.unwrap();
    let mut overheard = nats.subscribe(">").await.unwrap();
    nats.flush().await.unwrap();

    let (mut alice, _) = Client::join(one, "the-room", 'a').await;
    let (mut bob, welcome) = Client::join(two, "the-room", 'b').await;
    assert_eq!(welcome["members"], json!([{ "id": id('a'), "name": "a" }]));
    assert_eq!(alice.hear().await, joined('b'));

    alice.say(relay(Some('b'), "b25l")).await;
    assert_eq!(bob.hear().await["data"], "b25l");
    bob.say(relay(None, "YWxs")).await;
    let heard = alice.hear().await;
    assert_eq!((&heard["from"], &heard["data"]), (&id('b').into(), &"YWxs".into()));

    let mut thief = Client::connect(two).await;
    thief.say(join("the-room", 'a', 't')).await;
    assert_eq!(thief.hear_error().await, "member-taken");

    bob.say(json!({ "type": "leave" })).await;
    assert_eq!(alice.hear().await, left('b'));

    // What NATS saw: neither the room's name nor anybody's token.
    let mut seen = 0;
    while let Ok(Some(message)) = timeout(Duration::from_millis(300), overheard.next()).await {
        let text = format!("{} {}", message.subject, String::from_utf8_lossy(&message.payload));
        assert!(!text.contains("the-room"), "{text}");
        assert!(!text.contains("\"token\""), "{text}");
        seen += 1;
    }
    assert!(seen >= 5, "{seen}");
}

#[tokio::test]
async fn a_process_that_vanishes_takes_its_members_with_it() {
    let mut stage = Stage::new();
    let [one, two] = stage.addresses();
    let (_alice, _) = Client::join(one, "room", 'a').await;
    let (_carol, _) = Client::join(one, "room", 'c').await;
    let (mut bob, welcome) = Client::join(two, "room", 'b').await;
    assert_eq!(welcome["members"].as_array().unwrap().len(), 2);

    drop(stage.servers.remove(0));
    let killed = Instant::now();
    // Alice finds the other process, and nobody notices.
    let (mut alice, welcome) = Client::join(two, "room", 'a').await;
    assert_eq!(welcome["resumed"], false);
    alice.say(relay(Some('b'), "YWdhaW4")).await;
    assert_eq!(bob.hear().await["data"], "YWdhaW4");

    // Carol is gone.
    let heard = loop {
        sleep(Duration::from_secs(2)).await;
        alice.say(json!({ "type": "ping" })).await;
        bob.say(json!({ "type": "ping" })).await;
        let heard = bob.hear().await;
        if heard["type"] != "pong" {
            break heard;
        }
    };
    assert_eq!(heard, left('c'));
    assert!(killed.elapsed() < Duration::from_secs(12), "{:?}", killed.elapsed());
}

#[tokio::test]
async fn without_nats_newcomers_are_told_to_come_again() {
    let Stage { nats, port, servers } = Stage::new();
    let server = servers[0].address();
    let (mut alice, _) = Client::join(server, "room", 'a').await;
    assert_eq!(health(server).await, (200, json!({ "status": "ok" })));

    drop(nats);
    until_health(server, "bus-unavailable").await;
    assert_eq!(health(server).await.0, 503);
    let mut bob = Client::connect(server).await;
    bob.say(join("room", 'b', 'b')).await;
    assert_eq!(bob.hear_error().await, "bus-unavailable");
    assert_eq!(bob.hear_close().await, 1008);
    alice.hears_nothing().await;

    let _nats = Process::nats(port);
    until_health(server, "ok").await;
    Client::join(server, "room", 'b').await;
    assert_eq!(alice.hear().await, joined('b'));
}

async fn until_health(server: SocketAddr, status: &str) {
    let reached = async {
        while health(server).await.1["status"] != status {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(Duration::from_secs(5), reached).await.expect(status);
}

async fn health(server: SocketAddr) -> (u16, Value) {
    let response = reqwest::get(format!("http://{server}/health")).await.unwrap();
    let code = response.status().as_u16();
    (code, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}
