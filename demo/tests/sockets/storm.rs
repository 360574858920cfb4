//! One host that opens all the connections that it can.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::io;

use frameseal_demo::limits;
use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use crate::client::{Client, connect, join};
use crate::process::Process;

const ATTACKER: Ipv4Addr = Ipv4Addr::LOCALHOST;
const OTHER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_host_stops_nobody_else() {
    may_open(8000);
    let server = Process::demo_with_files(1024);
    let address = server.address();
    let health = watch_health(address);

    let half = b"GET / HTTP/1.1\r\nHost: x\r\nX-a: ";
    let halves = storm(address, half).await;
    let silent = storm(address, b"").await;
    assert_eq!((halves.len(), silent.len()), (2000, 2000));

    // And while they are there, somebody else makes a room.
    let mut client = Client::open(OTHER, address, &[]).await.unwrap();
    client.say(join("room", 'a', 'a')).await;
    assert_eq!(client.hear().await["type"], "welcome");
    client.say(json!({ "type": "ping" })).await;
    assert_eq!(client.hear().await["type"], "pong");

    // Only as many are open as one address may have.
    let open = join_all(halves.into_iter().chain(silent).map(is_open)).await;
    let open = open.into_iter().filter(|is_open| *is_open).count();
    assert!(open <= limits::CONNECTIONS_PER_ADDRESS, "{open} are open");

    let answers = health.stop().await;
    let worst = answers.iter().max().unwrap();
    println!("worst of {} answers to /health: {worst:?}", answers.len());
    assert!(*worst < Duration::from_secs(1), "{worst:?}");
}

#[tokio::test]
async fn who_sends_no_request_is_sent_away() {
    let server = Process::demo(&[]);
    let started = Instant::now();
    // The second asks once and then no more; the third might yet become HTTP/2.
    let parts: [&[u8]; 4] = [
        b"",
        b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
        b"P",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-a: ",
    ];
    let closed = join_all(parts.map(async |part| {
        let mut stream = connect(ATTACKER, server.address()).await.unwrap();
        stream.write_all(part).await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.unwrap();
    }));
    timeout(Duration::from_secs(15), closed).await.expect("some are open still");
    assert!(started.elapsed() > Duration::from_secs(9), "{:?}", started.elapsed());
}

/// Asks for `/health` all the time, from another address than the attacker's.
fn watch_health(server: SocketAddr) -> HealthWatch {
    let (stop, mut stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let mut answers = Vec::new();
        while stopped.try_recv().is_err() {
            let started = Instant::now();
            assert!(is_healthy(server).await, "after {} answers", answers.len());
            answers.push(started.elapsed());
        }
        answers
    });
    HealthWatch { stop, task }
}

struct HealthWatch {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Vec<Duration>>,
}

impl HealthWatch {
    /// Returns how long each answer took.
    async fn stop(self) -> Vec<Duration> {
        self.stop.send(()).unwrap();
        self.task.await.unwrap()
    }
}

async fn is_healthy(server: SocketAddr) -> bool {
    let ask = async {
        let mut stream = connect(OTHER, server).await?;
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        io::Result::Ok(answer)
    };
    let answer = timeout(Duration::from_secs(5), ask).await;
    matches!(answer, Ok(Ok(answer)) if answer.ends_with(r#"{"status":"ok"}"#))
}

/// Opens 2000 connections and begins to say `part` on each.
async fn storm(server: SocketAddr, part: &[u8]) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..2000 {
        let mut stream = connect(ATTACKER, server).await.unwrap();
        // It may be closed already.
        let _ = stream.write_all(part).await;
        streams.push(stream);
    }
    streams
}

/// Whether the server has not closed it; what it closed ends at once.
async fn is_open(mut stream: TcpStream) -> bool {
    timeout(Duration::from_millis(500), stream.read(&mut [0])).await.is_err()
}

/// Lets this process open so many files.
fn may_open(files: u64) {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < files) {
        let raised = Rlimit { current: Some(files), ..limit };
        setrlimit(Resource::Nofile, raised).expect("no limit so high; raise it with ulimit -Hn");
    }
}
