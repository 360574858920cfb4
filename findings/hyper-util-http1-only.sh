#!/usr/bin/env bash
# hyper-util 0.1.21: `Builder::http1_only()` has no effect on `serve_connection_with_upgrades()`.
# A server that is to speak HTTP/1 alone, and has WebSockets, still answers a client of HTTP/2.
# What to do instead: take hyper's own `server::conn::http1::Builder`, with `with_upgrades()`.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<'EOF'
[package]
name = "probe"
version = "0.0.0"
edition = "2021"
[dependencies]
hyper = { version = "=1.12.0", features = ["server", "http1", "http2"] }
hyper-util = { version = "=0.1.21", features = ["server-auto", "tokio", "service"] }
http-body-util = "0.1"
tokio = { version = "1", features = ["rt", "macros", "net", "io-util"] }
EOF
cat >"$folder/src/main.rs" <<'EOF'
use hyper::{body::Bytes, service::service_fn, Response};
use hyper_util::{rt::{TokioExecutor, TokioIo}, server::conn::auto::Builder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for upgrades in [false, true] {
        let (mut client, server) = tokio::io::duplex(4096);
        let service = service_fn(|_| async {
            Ok::<_, std::convert::Infallible>(Response::new(http_body_util::Full::new(Bytes::from("hello"))))
        });
        let local = tokio::task::LocalSet::new();
        let answer = local.run_until(async move {
            tokio::task::spawn_local(async move {
                let builder = Builder::new(TokioExecutor::new()).http1_only();
                let io = TokioIo::new(server);
                if upgrades {
                    let _ = builder.serve_connection_with_upgrades(io, service).await;
                } else {
                    let _ = builder.serve_connection(io, service).await;
                }
            });
            let _ = client.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
            let mut head = [0; 9];
            let read = client.read(&mut head).await.unwrap_or(0);
            if head.starts_with(b"HTTP/1.1") || read == 0 { "HTTP/1 alone" } else { "HTTP/2 frames" }
        }).await;
        println!("with upgrades: {upgrades}: {answer}");
    }
}
EOF

seen=$(cd "$folder" && cargo run --quiet)
expected='with upgrades: false: HTTP/1 alone
with upgrades: true: HTTP/2 frames'
printf '%s\n' "$seen"
if [[ $seen != "$expected" ]]; then
    echo 'CHANGED' >&2
    exit 1
fi
