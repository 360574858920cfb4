//! The program: what it prints, how it stops, what it says when it cannot start.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const SERVER: &str = env!("CARGO_BIN_EXE_frameseal-demo");

fn page() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("index.html"), "<p>").unwrap();
    root
}

/// Starts the server on a free port; returns it and the URL that it printed.
fn start(root: &TempDir) -> (Child, String) {
    let mut server = Command::new(SERVER)
        .args(["--port", "0", "--root"])
        .arg(root.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned();
    (server, url)
}

#[tokio::test]
async fn serves_at_the_url_it_prints_until_it_is_terminated() {
    let root = page();
    for signal in ["TERM", "INT"] {
        let (mut server, url) = start(&root);
        assert_eq!(reqwest::get(url).await.unwrap().text().await.unwrap(), "<p>");

        let kill = ["-s", signal, &server.id().to_string()].map(str::to_owned);
        assert!(Command::new("kill").args(kill).status().unwrap().success());
        assert!(server.wait().unwrap().success(), "SIG{signal}");
    }
}

#[test]
fn a_taken_port_is_named_with_its_cure() {
    let root = page();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output =
        Command::new(SERVER).args(["--port", &port, "--root"]).arg(root.path()).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(message.contains(&port) && message.contains("--port"), "{message}");
}

#[test]
fn more_connections_than_files_are_refused() {
    let root = page();
    let start =
        ["-c", "ulimit -n 512; exec \"$0\" --port 0 --max-connections 500 --root \"$1\"", SERVER];
    let output = Command::new("sh").args(start).arg(root.path()).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(message.contains("512") && message.contains("ulimit -n"), "{message}");
}

#[test]
fn a_folder_without_a_page_is_refused() {
    let empty = tempfile::tempdir().unwrap();
    let output =
        Command::new(SERVER).args(["--port", "0", "--root"]).arg(empty.path()).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(message.contains("cargo xtask build"), "{message}");
}
