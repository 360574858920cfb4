//! What operators see and do: figures, stopping, TLS, logs.

use alloc::sync::Arc;
use core::net::Ipv4Addr;
use core::time::Duration;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use frameseal_demo::Settings;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};
use serde_json::json;

use crate::client::{Client, refused, relay, serve};
use crate::process::Process;

#[tokio::test]
async fn metrics_count_and_name_nobody() {
    let server = serve(Settings::default()).await;
    let (mut alice, _) = Client::join(server, "the-room", 'a').await;
    let (mut bob, _) = Client::join(server, "the-room", 'b').await;
    alice.say(relay(Some('b'), "MTIz")).await;
    alice.say(relay(Some('x'), "")).await;
    assert_eq!(bob.hear().await["data"], "MTIz");
    tokio::time::sleep(Duration::from_millis(300)).await;

    let text =
        reqwest::get(format!("http://{server}/metrics")).await.unwrap().text().await.unwrap();
    for line in [
        "frameseal_connections 2",
        "frameseal_rooms 1",
        "frameseal_members 2",
        "frameseal_relayed_total 1",
        "frameseal_relayed_bytes_total 4",
        "frameseal_errors_total{code=\"no-such-member\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}: {text}");
    }
    assert!(!text.contains("the-room") && !text.contains("aaaa"), "{text}");
}

#[tokio::test]
async fn a_server_that_stops_says_so_to_everybody() {
    let server = Process::demo(&[]);
    let (mut alice, _) = Client::join(server.address(), "room", 'a').await;
    let mut stranger = Client::connect(server.address()).await;
    stranger.hears_nothing().await;
    server.terminate();
    for client in [&mut alice, &mut stranger] {
        assert_eq!(client.hear_error().await, "server-stopping");
        assert_eq!(client.hear_close().await, 1001);
        client.finish().await;
    }
    assert!(server.has_ended_well());
}

#[test]
fn https_is_served_with_a_certificate_that_is_printed_or_given() {
    let folder = tempfile::tempdir().unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned()];
    let certificate = rcgen::CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
    let [chain_path, key_path] = ["chain.pem", "key.pem"].map(|name| folder.path().join(name));
    fs::write(&chain_path, pem("CERTIFICATE", certificate.der())).unwrap();
    fs::write(&key_path, pem("PRIVATE KEY", &key.serialize_der())).unwrap();
    let [chain_path, key_path] = [&chain_path, &key_path].map(|path| path.to_str().unwrap());

    let given = Process::demo(&["--tls", "--tls-cert", chain_path, "--tls-key", key_path]);
    let page = get_over_tls(&given, certificate.der()).unwrap();
    assert!(page.starts_with("HTTP/1.1 200") && page.ends_with("<p>"), "{page}");

    // The one that is made is another at each start, and is the one that is printed.
    let made = Process::demo(&["--tls"]);
    assert!(get_over_tls(&made, certificate.der()).is_err());
    let printed = made.greeting.split_once("(SHA-256): ").unwrap().1;
    assert_eq!(printed.len(), 32 * 3 - 1);
    assert!(made.greeting.contains("https://127.0.0.1:"), "{}", made.greeting);
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn get_over_tls(server: &Process, trusted: &CertificateDer<'static>) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = TcpStream::connect(server.address())?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[tokio::test]
async fn pages_of_other_origins_open_no_websockets() {
    let origins = vec!["https://friend.example".parse().unwrap()];
    let server = serve(Settings { origins, ..Settings::default() }).await;
    let own = format!("http://{server}");
    let open =
        async |origin| Client::open(Ipv4Addr::LOCALHOST, server, &[("origin", origin)]).await;
    for origin in [&own, "https://friend.example"] {
        assert!(open(origin).await.is_ok(), "{origin}");
    }
    for origin in ["https://evil.example", "null"] {
        let (status, text) = refused(open(origin).await);
        assert_eq!(status, 403, "{origin}");
        assert!(text.starts_with("foreign-origin: ") && text.contains("--allow-origin"), "{text}");
    }
}

#[tokio::test]
async fn logs_name_nobody_and_show_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), "<p>").unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_frameseal-demo"));
    command.args(["--port", "0", "--log", "trace", "--root"]).arg(folder.path());
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines =
        tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(child.stdout.take().unwrap()));
    let greeting = lines.next_line().await.unwrap().unwrap();
    let address = greeting.split_once("://").unwrap().1.split('/').next().unwrap();

    let (mut alice, _) = Client::join(address.parse().unwrap(), "the-room", 'a').await;
    let (mut bob, _) = Client::join(address.parse().unwrap(), "the-room", 'b').await;
    alice.say(relay(Some('b'), "c2VjcmV0")).await;
    assert_eq!(bob.hear().await["data"], "c2VjcmV0");
    alice.say(json!({ "type": "relay", "to": "nonsense", "data": "c2VjcmV0" })).await;
    alice.hear().await;
    assert_eq!(alice.hear_error().await, "malformed");

    child.start_kill().unwrap();
    let log = child.wait_with_output().await.unwrap().stderr;
    let log = String::from_utf8(log).unwrap();
    assert!(log.contains("frameseal_demo"), "nothing was logged: {log}");
    for secret in ["the-room", "aaaaaaaa", "bbbbbbbb", "c2VjcmV0", "nonsense"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
