//! The way to the media server: `/sfu` is a WebSocket to its API, so that pages need one origin only.

use alloc::sync::Arc;
use core::str::FromStr;
use core::time::Duration;

use anyhow::{Context, Result, bail};
use axum::extract::State;
use axum::extract::ws::{Message as ClientSide, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message as JanusSide;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use tracing::warn;

use crate::limits::{MEDIA_CONNECTIONS, MEDIA_MESSAGE_BYTES, Rate};
use crate::refusal::Refusal;
use crate::server::Server;
use crate::visit::Visit;

/// The media server.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Sfu {
    /// The Janus whose WebSocket API has this URL.
    Janus(String),
}

impl Sfu {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Janus(_) => "janus",
        }
    }
}

impl FromStr for Sfu {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once('=') {
            Some(("janus", url)) if url.starts_with("ws://") => Ok(Self::Janus(url.to_owned())),
            _ => bail!("write janus=ws://HOST:PORT, the WebSocket API of a Janus"),
        }
    }
}

/// Connects a client with the media server.
pub(crate) async fn media(
    State(server): State<Arc<Server>>,
    visit: Visit,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Some(Sfu::Janus(url)) = &server.sfu else { return StatusCode::NOT_FOUND.into_response() };
    let places = usize::try_from(server.metrics.media_connections.get()).unwrap_or(0);
    if places >= MEDIA_CONNECTIONS {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many media connections").into_response();
    }
    // What leads to Janus is a connection as well.
    let Some(place) = server.places.take() else {
        let refusal = Refusal::too_many_connections(&server.limits);
        return server.turn_away(StatusCode::SERVICE_UNAVAILABLE, &refusal);
    };
    let connected = timeout(CONNECTING, connect(url)).await;
    let janus = match connected.map_err(anyhow::Error::from).flatten() {
        Ok(janus) => janus,
        Err(error) => {
            warn!("cannot reach Janus: {error:#}");
            return (StatusCode::BAD_GATEWAY, "cannot reach the media server").into_response();
        }
    };
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MEDIA_MESSAGE_BYTES)
        .max_frame_size(MEDIA_MESSAGE_BYTES)
        .on_upgrade(move |client| async move {
            server.metrics.media_connections.inc();
            join(client, janus, &server).await;
            server.metrics.media_connections.dec();
            drop((visit, place));
        })
}

type Janus = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(url: &str) -> Result<Janus> {
    let mut request = url.into_client_request()?;
    let protocol = HeaderValue::from_static(PROTOCOL);
    request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    let config = WebSocketConfig::default()
        .max_message_size(Some(MEDIA_MESSAGE_BYTES))
        .max_frame_size(Some(MEDIA_MESSAGE_BYTES));
    let connected = connect_async_with_config(request, Some(config), true).await;
    let (janus, _) = connected.context("is it Janus, with its WebSocket transport?")?;
    Ok(janus)
}

/// Hands texts on, both ways, until either end closes; each waits until the other has read.
async fn join(client: WebSocket, janus: Janus, server: &Server) {
    let (to_client, from_client) = client.split();
    let (to_janus, from_janus) = janus.split();
    tokio::select! {
        () = up(from_client, to_janus, server) => {}
        () = down(from_janus, to_client) => {}
    }
}

async fn up(
    mut client: SplitStream<WebSocket>,
    mut janus: SplitSink<Janus, JanusSide>,
    server: &Server,
) {
    let mut rate = Rate::of_messages(server.clock.now(), &server.limits);
    while let Some(Ok(message)) = client.next().await {
        if !rate.allows(server.clock.now()) {
            break;
        }
        if let ClientSide::Text(text) = message
            && janus.send(JanusSide::text(text.as_str())).await.is_err()
        {
            break;
        }
    }
    let _ = janus.close().await;
}

async fn down(mut janus: SplitStream<Janus>, mut client: SplitSink<WebSocket, ClientSide>) {
    while let Some(Ok(message)) = janus.next().await {
        if let JanusSide::Text(text) = message
            && client.send(ClientSide::text(text.as_str())).await.is_err()
        {
            break;
        }
    }
    let _ = client.close().await;
}

/// The subprotocol of the Janus API.
const PROTOCOL: &str = "janus-protocol";

/// How long Janus may take to answer.
const CONNECTING: Duration = Duration::from_secs(5);
