//! The way to the media server, with a WebSocket at its other end that says everything twice.

use frameseal_demo::Settings;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::{accept_hdr_async, connect_async};

use crate::client::{Client, serve};

/// Returns its URL.
async fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                #[expect(clippy::result_large_err, reason = "the trait's")]
                let same_protocol = |request: &Request, mut response: Response| {
                    let protocol = request.headers()["sec-websocket-protocol"].clone();
                    response.headers_mut().insert("sec-websocket-protocol", protocol);
                    Ok(response)
                };
                let mut socket = accept_hdr_async(stream, same_protocol).await.unwrap();
                while let Some(Ok(Message::Text(text))) = socket.next().await {
                    let twice = format!("{text}{text}");
                    if twice == "byebye" || socket.send(Message::text(twice)).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    format!("ws://{address}")
}

async fn sfu(url: &str) -> Settings {
    Settings { sfu: Some(format!("janus={url}").parse().unwrap()), ..Settings::default() }
}

#[tokio::test]
async fn texts_go_both_ways_until_one_end_closes() {
    let server = serve(sfu(&echo().await).await).await;
    let (_, welcome) = Client::join(server, "room", 'a').await;
    assert_eq!(welcome["sfu"], "janus");

    let mut request = format!("ws://{server}/sfu").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "janus-protocol".parse().unwrap());
    let (mut media, response) = connect_async(request).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "janus-protocol");
    for word in ["ha", &"x".repeat(100_000)] {
        media.send(Message::text(word)).await.unwrap();
        let answer = media.next().await.unwrap().unwrap();
        assert_eq!(answer.to_text().unwrap(), format!("{word}{word}"));
    }

    media.send(Message::text("bye")).await.unwrap();
    assert!(!matches!(media.next().await, Some(Ok(Message::Text(_)))));

    // A message over the limit ends it, too.
    let (mut media, _) = connect_async(format!("ws://{server}/sfu")).await.unwrap();
    let _ = media.send(Message::text("x".repeat(300_000))).await;
    assert!(!matches!(media.next().await, Some(Ok(Message::Text(_)))));
}

#[tokio::test]
async fn who_has_no_media_server_says_so() {
    let nowhere = serve(sfu("ws://127.0.0.1:1").await).await;
    let none = serve(Settings::default()).await;
    for (server, status) in [(nowhere, "502"), (none, "404")] {
        let error = connect_async(format!("ws://{server}/sfu")).await.unwrap_err();
        assert!(error.to_string().contains(status), "{error}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_reaches_no_media_server() {
    let server = serve(sfu(&echo().await).await).await;
    let mut request = format!("ws://{server}/sfu").into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    let error = connect_async(request).await.unwrap_err();
    assert!(error.to_string().contains("403"), "{error}");
}
