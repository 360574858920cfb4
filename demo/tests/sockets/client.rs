//! A client, and a server for it.

use core::future::pending;
use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::io;

use frameseal_demo::{Page, Running, Settings};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// A server without a page on a free port.
pub(crate) async fn serve(settings: Settings) -> SocketAddr {
    let page = Page::Folder("/nowhere".into());
    let server = Running::start(Settings { page, ..settings }).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(server.serve(listener, None, pending()));
    address
}

pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
}

impl Client {
    pub(crate) async fn connect(server: SocketAddr) -> Self {
        Self::open(Ipv4Addr::LOCALHOST, server, &[]).await.unwrap()
    }

    /// Connects from an address of this machine, with these headers.
    pub(crate) async fn open(
        from: Ipv4Addr,
        server: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let mut request = format!("ws://{server}/ws").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse()?);
        }
        let stream = connect(from, server).await?;
        let (socket, _) = client_async(request, stream).await?;
        Ok(Self { socket })
    }

    /// Joins as a member whose ID and token are made of one letter each; returns the `welcome` too.
    pub(crate) async fn join(server: SocketAddr, room: &str, who: char) -> (Self, Value) {
        let mut client = Self::connect(server).await;
        client.say(join(room, who, who)).await;
        let welcome = client.hear().await;
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        (client, welcome)
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// Returns the next message.
    pub(crate) async fn hear(&mut self) -> Value {
        let message = timeout(Duration::from_secs(12), self.socket.next()).await;
        let message = message.expect("silence").expect("closed").unwrap();
        serde_json::from_str(message.to_text().unwrap()).unwrap_or_else(|_| panic!("{message}"))
    }

    /// Asserts that nothing came before the answer to a ping, which is behind all that was sent.
    pub(crate) async fn hears_nothing(&mut self) {
        self.say(json!({ "type": "ping" })).await;
        assert_eq!(self.hear().await["type"], "pong");
    }

    /// Returns the code of the next message, an error.
    pub(crate) async fn hear_error(&mut self) -> String {
        let error = self.hear().await;
        assert_eq!(error["type"], "error", "{error}");
        assert!(error["message"].as_str().unwrap().contains(';'), "no cure: {error}");
        error["code"].as_str().unwrap().to_owned()
    }

    /// Answers the close, and waits for the end.
    pub(crate) async fn finish(&mut self) {
        while let Some(Ok(_)) = self.socket.next().await {}
    }

    /// Returns the code with which the server closes.
    pub(crate) async fn hear_close(&mut self) -> u16 {
        let message = timeout(Duration::from_secs(12), self.socket.next()).await;
        match message.expect("silence") {
            Some(Ok(Message::Close(Some(frame)))) => frame.code.into(),
            other => panic!("{other:?}"),
        }
    }
}

/// Connects from an address of this machine.
pub(crate) async fn connect(from: Ipv4Addr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from.into(), 0))?;
    socket.connect(to).await
}

/// Returns the status and the text of the answer to a client that was turned away.
pub(crate) fn refused(answer: Result<Client, tungstenite::Error>) -> (u16, String) {
    match answer.err() {
        Some(tungstenite::Error::Http(response)) => {
            let text = String::from_utf8(response.body().clone().unwrap()).unwrap();
            (response.status().as_u16(), text)
        }
        other => panic!("{other:?}"),
    }
}

pub(crate) fn id(letter: char) -> String {
    letter.to_string().repeat(22)
}

pub(crate) fn join(room: &str, who: char, token: char) -> Value {
    json!({
        "type": "join", "room": room, "name": who, "member": id(who), "token": id(token)
    })
}

pub(crate) fn relay(to: Option<char>, data: &str) -> Value {
    json!({ "type": "relay", "to": to.map(id), "data": data })
}

pub(crate) fn joined(who: char) -> Value {
    json!({ "type": "joined", "member": { "id": id(who), "name": who } })
}

pub(crate) fn left(who: char) -> Value {
    json!({ "type": "left", "member": id(who) })
}
