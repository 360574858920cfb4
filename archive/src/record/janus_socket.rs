//! The WebSocket to the media server, which comes back when it breaks.

use anyhow::{Error, anyhow};
use core::time::Duration;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

use super::pace::backoff;
use super::web_socket::{Socket, connect};

/// What became of it.
#[derive(Debug)]
pub(crate) enum Came {
    /// It is there, for the first time or again: what was said before is forgotten.
    Open,
    Text(String),
    Lost(Error),
}

#[derive(Debug)]
pub(crate) struct JanusSocket {
    say: UnboundedSender<String>,
    came: Receiver<Came>,
}

impl JanusSocket {
    pub(crate) fn open(url: String) -> Self {
        let (say, to_say) = mpsc::unbounded_channel();
        let (tell, came) = mpsc::channel(MAX_UNREAD);
        tokio::spawn(keep(url, to_say, tell));
        Self { say, came }
    }

    pub(crate) fn say(&self, text: String) {
        // Nobody is there to say it only when all is over.
        let _ = self.say.send(text);
    }

    /// Returns what comes next. Cancelling it loses nothing.
    pub(crate) async fn hear(&mut self) -> Option<Came> {
        self.came.recv().await
    }
}

async fn keep(url: String, mut to_say: UnboundedReceiver<String>, tell: Sender<Came>) {
    let mut failures = 0_u32;
    loop {
        let error = match connect(&url, Some("janus-protocol")).await {
            Ok(socket) => {
                failures = 0;
                // It was for a session that is gone.
                while to_say.try_recv().is_ok() {}
                if tell.send(Came::Open).await.is_err() {
                    return;
                }
                match converse(socket, &mut to_say, &tell).await {
                    Some(error) => error,
                    None => return,
                }
            }
            Err(error) => error,
        };
        if tell.send(Came::Lost(error)).await.is_err() {
            return;
        }
        sleep(backoff(failures)).await;
        failures = failures.saturating_add(1);
    }
}

/// Returns why it broke; `None` if nobody wants it any more.
async fn converse(
    mut socket: Socket,
    to_say: &mut UnboundedReceiver<String>,
    tell: &Sender<Came>,
) -> Option<Error> {
    loop {
        tokio::select! {
            text = to_say.recv() => {
                let Some(text) = text else {
                    let _ = tokio::time::timeout(GOODBYE, socket.close(None)).await;
                    return None;
                };
                if let Err(error) = socket.send(Message::text(text)).await {
                    return Some(error.into());
                }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    tell.send(Came::Text(text.to_string())).await.ok()?;
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Some(error.into()),
                None => return Some(anyhow!("the media server closed the connection")),
            },
        }
    }
}

const MAX_UNREAD: usize = 256;

const GOODBYE: Duration = Duration::from_secs(1);
