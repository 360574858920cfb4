//! One client's WebSocket.

use core::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use tokio::time::{sleep, timeout};
use tracing::debug;

use crate::limits::{JOINING, Rate, SILENCE};
use crate::message::{ClientMessage, ServerMessage};
use crate::outbox::Outgoing;
use crate::refusal::Refusal;
use crate::rooms::Input;
use crate::server::Server;
use crate::visit::Visit;

/// Serves a client until either end closes.
pub(crate) async fn serve(mut socket: WebSocket, server: &Server, visit: Visit) {
    let Some((name, mut outgoing)) = server.hub.connect().await else {
        return refuse(&mut socket, server, Refusal::server_stopping()).await;
    };
    server.metrics.connections.inc();
    debug!(socket = name.0, "connected");
    let mut rate = Rate::of_messages(server.clock.now(), &server.limits);
    let mut has_joined = false;
    let late = sleep(JOINING);
    tokio::pin!(late);

    let refusal = loop {
        tokio::select! {
            message = outgoing.recv() => match message {
                Some(message) if message.is_cut() => break None,
                Some(Outgoing::Text(text, _room)) => {
                    // Who reads nothing for so long is not heard either, for this waits.
                    let sending = socket.send(Message::Text(text));
                    if !matches!(timeout(SILENCE, sending).await, Ok(Ok(()))) {
                        break None;
                    }
                }
                Some(Outgoing::Close(code, reason)) => {
                    close(&mut socket, code, reason).await;
                    break None;
                }
                None => break None,
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                Some(Ok(message)) => match understand(&message, &mut rate, server) {
                    Ok(message) => {
                        has_joined |= matches!(message, ClientMessage::Join(_));
                        server.hub.say(name, visit.client, message).await;
                    }
                    Err(refusal) => break Some(refusal),
                },
            },
            () = &mut late, if !has_joined => break Some(Refusal::never_joined()),
        }
    };
    server.hub.hand(Input::Closed(name)).await;
    debug!(socket = name.0, "disconnected");
    if let Some(refusal) = refusal {
        refuse(&mut socket, server, refusal).await;
    }
    server.metrics.connections.dec();
}

fn understand(
    message: &Message,
    rate: &mut Rate,
    server: &Server,
) -> Result<ClientMessage, Refusal> {
    if !rate.allows(server.clock.now()) {
        return Err(Refusal::too_fast(&server.limits));
    }
    let Message::Text(text) = message else {
        return Err(Refusal::malformed("it is not text"));
    };
    if text.len() > server.limits.message_bytes {
        return Err(Refusal::too_long(&server.limits));
    }
    serde_json::from_str(text).map_err(Refusal::malformed)
}

async fn refuse(socket: &mut WebSocket, server: &Server, refusal: Refusal) {
    debug!(code = refusal.code.as_str(), "refused");
    server.metrics.count_error(refusal.code);
    let Refusal { code, message, .. } = refusal;
    if let Ok(text) = serde_json::to_string(&ServerMessage::Error { code, message }) {
        let _ = timeout(CLOSING, socket.send(Message::Text(text.into()))).await;
    }
    close(socket, close_code::POLICY, code.as_str()).await;
}

/// Closes, and reads until the other end has closed too: what lies unread when a connection is
/// dropped makes the system take back what was sent last, the reason.
async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    let closing = async {
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(CLOSING, closing).await;
}

/// How long a client may take to close.
const CLOSING: Duration = Duration::from_secs(1);
