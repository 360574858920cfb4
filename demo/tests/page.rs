//! The page as a browser gets it, over a real socket.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core::future::pending;
use core::net::SocketAddr;
use std::fs;

use frameseal_demo::{Page, Running, Settings};
use reqwest::StatusCode;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A server of `files`, on a free port. The folder lives as long as the value.
async fn serve(files: &[(&str, &[u8])]) -> (TempDir, SocketAddr) {
    let root = tempfile::tempdir().unwrap();
    for (name, contents) in files {
        fs::write(root.path().join(name), contents).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let page = Page::Folder(root.path().to_owned());
    let server = Running::start(Settings { page, ..Settings::default() }).await.unwrap();
    tokio::spawn(server.serve(listener, None, pending()));
    (root, address)
}

#[tokio::test]
async fn every_response_is_isolated_and_locked_down() {
    let (_root, address) = serve(&[("index.html", b"<p>")]).await;
    for path in ["", "missing.js"] {
        let response = reqwest::get(format!("http://{address}/{path}")).await.unwrap();
        let header = |name| response.headers()[name].to_str().unwrap();
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(header("cross-origin-embedder-policy"), "require-corp");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "no-cache");

        let policy: Vec<_> = header("content-security-policy").split("; ").collect();
        assert!(policy.contains(&"default-src 'self'"), "{policy:?}");
        assert!(policy.contains(&"script-src 'self' 'wasm-unsafe-eval'"), "{policy:?}");
    }
}

#[tokio::test]
async fn files_have_the_types_that_browsers_insist_on() {
    let files: [(&str, &[u8]); 4] = [
        ("index.html", b"<p>"),
        ("worker.js", b"0"),
        ("style.css", b"a{}"),
        ("frameseal_bg.wasm", b"\0asm"),
    ];
    let (_root, address) = serve(&files).await;
    for (path, mime) in [
        ("", "text/html"),
        ("worker.js", "text/javascript"),
        ("style.css", "text/css"),
        ("frameseal_bg.wasm", "application/wasm"), // else streaming compilation fails
    ] {
        let response = reqwest::get(format!("http://{address}/{path}")).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()["content-type"], mime, "{path}");
    }
}

#[tokio::test]
async fn nothing_outside_the_page_is_served() {
    let (root, address) = serve(&[("index.html", b"<p>")]).await;
    let outside = tempfile::NamedTempFile::new_in(root.path().parent().unwrap()).unwrap();
    let name = outside.path().file_name().unwrap().to_str().unwrap();
    for path in [format!("%2e%2e%2f{name}"), "missing".to_owned()] {
        let response = reqwest::get(format!("http://{address}/{path}")).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
