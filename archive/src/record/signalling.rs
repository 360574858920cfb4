//! The connection to the server, which comes back when it breaks.

use core::ops::ControlFlow;
use core::time::Duration;

use anyhow::{Error, anyhow};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Interval, interval, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;
use zeroize::Zeroizing;

use super::messages::{Card, FromServer, ToServer, Welcome};
use super::outbox::{Kind, Outbox};
use super::pace::{Allowance, backoff};
use super::web_socket::{Socket, connect};

/// Who wants to be in which room.
pub(crate) struct Seat {
    pub(crate) room: String,
    /// The same member comes back after a break.
    pub(crate) member: String,
    /// Proves that it is the same.
    pub(crate) token: Zeroizing<String>,
    pub(crate) name: String,
}

/// What the server told.
#[derive(Debug)]
pub(crate) enum Heard {
    /// Let in, for the first time or again.
    Welcome(Welcome),
    Joined(Card),
    Left(String),
    Relayed {
        from: String,
        data: Vec<u8>,
    },
    /// Something was not done; cause and cure.
    Refused(String),
    /// The connection broke. It is tried again.
    Lost(Error),
    /// For good: the server lets us in no more, or cannot be reached at all.
    Over(Error),
}

/// A seat in a room, kept.
#[derive(Debug)]
pub(crate) struct Signalling {
    orders: UnboundedSender<Order>,
    heard: Receiver<Heard>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
enum Order {
    Relay { to: Option<String>, data: Vec<u8>, kind: Kind },
    Leave,
}

impl Signalling {
    /// Takes a seat at the server with this WebSocket.
    pub(crate) fn join(url: String, seat: Seat) -> Self {
        let (orders, to_do) = mpsc::unbounded_channel();
        let (tell, heard) = mpsc::channel(MAX_UNREAD);
        let line = Line {
            url,
            seat,
            outbox: Outbox::default(),
            received: 0,
            longest: usize::MAX,
            failures: 0,
            was_in: false,
            tell,
        };
        Self { orders, heard, task: tokio::spawn(line.keep(to_do)) }
    }

    /// Has the server pass something on, now or when it is back.
    pub(crate) fn relay(&self, to: Option<String>, data: Vec<u8>, kind: Kind) {
        // Nobody is there to do it only when all is over.
        let _ = self.orders.send(Order::Relay { to, data, kind });
    }

    /// Returns what the server tells next. Cancelling it loses nothing.
    pub(crate) async fn hear(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }

    /// Leaves the room: the others learn of it at once.
    pub(crate) async fn leave(mut self) {
        let _ = self.orders.send(Order::Leave);
        self.heard.close();
        // A server that does not close the connection finds out by itself.
        let _ = timeout(LEAVE_PATIENCE, self.task).await;
    }
}

/// Both ends of the connection, one after another.
struct Line {
    url: String,
    seat: Seat,
    outbox: Outbox,
    /// Number of the last message that came.
    received: u64,
    /// Most bytes that the server takes of a message's data.
    longest: usize,
    failures: u32,
    was_in: bool,
    tell: Sender<Heard>,
}

/// How a connection ended.
enum End {
    /// Nobody wants it any more.
    Left,
    /// Trying again does not mend it.
    Refused(Error),
    Broken(Error),
}

/// One connection, while it lasts.
struct Connection {
    socket: Socket,
    pulse: Interval,
    heard_at: Instant,
    /// How fast things may be said; `None` before the welcome.
    allowance: Option<Allowance>,
    /// When something that waits may be said.
    drain_at: Option<Instant>,
}

impl Line {
    async fn keep(mut self, mut orders: UnboundedReceiver<Order>) {
        loop {
            let broken = match self.converse(&mut orders).await {
                End::Left => return,
                End::Refused(error) => return self.end(error).await,
                End::Broken(error) => error,
            };
            // Who was never in hears at once that the link leads nowhere.
            if !self.was_in {
                return self.end(broken).await;
            }
            if self.tell.send(Heard::Lost(broken)).await.is_err() {
                return;
            }
            sleep(backoff(self.failures)).await;
            self.failures = self.failures.saturating_add(1);
        }
    }

    async fn end(self, error: Error) {
        // Nobody listens only when all is over.
        let _ = self.tell.send(Heard::Over(error)).await;
    }

    async fn converse(&mut self, orders: &mut UnboundedReceiver<Order>) -> End {
        let socket = match connect(&self.url, None).await {
            Ok(socket) => socket,
            Err(error) => return End::Broken(error),
        };
        let mut connection = Connection {
            socket,
            pulse: interval(PING_INTERVAL),
            heard_at: Instant::now(),
            allowance: None,
            drain_at: None,
        };
        let Seat { room, member, token, name } = &self.seat;
        let join = ToServer::Join { room, member, token, name, received: self.received };
        if let Err(error) = connection.say(&join).await {
            return End::Broken(error);
        }
        loop {
            if let ControlFlow::Break(end) = self.step(&mut connection, orders).await {
                return end;
            }
        }
    }

    /// Waits for one thing, and does it.
    async fn step(
        &mut self,
        connection: &mut Connection,
        orders: &mut UnboundedReceiver<Order>,
    ) -> ControlFlow<End> {
        let silence = connection.heard_at.checked_add(MAX_SILENCE).unwrap_or(connection.heard_at);
        let drain_at = connection.drain_at;
        let done = tokio::select! {
            message = connection.socket.next() => match message {
                Some(Ok(message)) => self.hear(connection, message).await?,
                Some(Err(error)) => Err(error.into()),
                None => Err(anyhow!("the server closed the connection")),
            },
            order = orders.recv() => match order {
                Some(Order::Relay { to, data, kind }) => self.add(to, &data, kind).await,
                Some(Order::Leave) | None => return self.leave(connection).await,
            },
            _ = connection.pulse.tick() => self.ping(connection).await,
            () = sleep_until(drain_at.unwrap_or(silence)), if drain_at.is_some() => Ok(()),
            () = sleep_until(silence) => Err(anyhow!("the server is silent")),
        };
        match done {
            Ok(()) => self.drain(connection).await,
            Err(error) => ControlFlow::Break(End::Broken(error)),
        }
    }

    async fn ping(&self, connection: &mut Connection) -> Result<(), Error> {
        if connection.allowance.is_none() {
            return Ok(());
        }
        connection.say(&ToServer::Ping { received: self.received }).await
    }

    async fn add(&mut self, to: Option<String>, data: &[u8], kind: Kind) -> Result<(), Error> {
        let data = BASE64_STANDARD.encode(data);
        // The server would end the connection for it, again and again.
        if data.len() > self.longest {
            let told = "a message was longer than the server allows, and was not sent";
            return self.pass(Heard::Refused(String::from(told))).await;
        }
        self.outbox.add(to, data, kind);
        Ok(())
    }

    async fn hear(
        &mut self,
        connection: &mut Connection,
        message: Message,
    ) -> ControlFlow<End, Result<(), Error>> {
        connection.heard_at = Instant::now();
        let Message::Text(text) = message else {
            return ControlFlow::Continue(Ok(()));
        };
        let told = match serde_json::from_str(&text) {
            Ok(FromServer::Welcome(welcome)) => self.enter(connection, welcome),
            Ok(FromServer::Joined { member }) => Heard::Joined(member),
            Ok(FromServer::Left { member }) => {
                self.outbox.forget(|gone| gone == member);
                Heard::Left(member)
            }
            Ok(FromServer::Relay { from, data, seq }) if seq > self.received => {
                self.received = seq;
                let Ok(data) = BASE64_STANDARD.decode(data) else {
                    return ControlFlow::Continue(Ok(()));
                };
                Heard::Relayed { from, data }
            }
            Ok(FromServer::Pong { received }) => {
                self.outbox.confirm(received);
                return ControlFlow::Continue(Ok(()));
            }
            Ok(FromServer::Error { code, message }) if HOPELESS.contains(&code.as_str()) => {
                return ControlFlow::Break(End::Refused(anyhow!(message)));
            }
            Ok(FromServer::Error { message, .. }) => Heard::Refused(message),
            _ => return ControlFlow::Continue(Ok(())),
        };
        ControlFlow::Continue(self.pass(told).await)
    }

    fn enter(&mut self, connection: &mut Connection, welcome: Welcome) -> Heard {
        self.was_in = true;
        self.failures = 0;
        self.longest = welcome.limits.message_bytes.saturating_sub(AROUND_DATA);
        connection.allowance = Some(Allowance::new(welcome.limits.messages_per_second));
        if welcome.resumed {
            self.outbox.resume(welcome.received);
        } else {
            self.outbox.restart();
            self.received = 0;
        }
        let is_gone = |member: &str| !welcome.members.iter().any(|card| card.id == member);
        self.outbox.forget(is_gone);
        Heard::Welcome(welcome)
    }

    /// Says what waits, no faster than the server allows.
    async fn drain(&mut self, connection: &mut Connection) -> ControlFlow<End> {
        connection.drain_at = None;
        let now = Instant::now();
        while !self.outbox.is_empty() {
            let Some(allowance) = &mut connection.allowance else { break };
            if let Err(wait) = allowance.take(now.into_std()) {
                connection.drain_at = now.checked_add(wait);
                break;
            }
            let Some((seq, relay)) = self.outbox.next() else { break };
            let relay = ToServer::Relay { to: relay.to.as_deref(), data: &relay.data, seq };
            if let Err(error) = connection.say(&relay).await {
                return ControlFlow::Break(End::Broken(error));
            }
        }
        ControlFlow::Continue(())
    }

    async fn pass(&self, told: Heard) -> Result<(), Error> {
        self.tell.send(told).await.map_err(|_| anyhow!("nobody listens any more"))
    }

    async fn leave(&mut self, connection: &mut Connection) -> ControlFlow<End> {
        if connection.say(&ToServer::Leave).await.is_ok() {
            // The server closes when it has told the others.
            let closed = async { while let Some(Ok(_)) = connection.socket.next().await {} };
            let _ = timeout(LEAVE_PATIENCE, closed).await;
        }
        ControlFlow::Break(End::Left)
    }
}

impl Connection {
    async fn say(&mut self, message: &ToServer<'_>) -> Result<(), Error> {
        Ok(self.socket.send(Message::text(message.to_json())).await?)
    }
}

/// What trying again does not mend: docs/demo-server.md.
const HOPELESS: [&str; 6] =
    ["malformed", "member-taken", "room-full", "too-long", "too-many-own-rooms", "too-many-rooms"];

/// The server takes a member for gone after 9 s of silence.
const PING_INTERVAL: Duration = Duration::from_secs(2);

/// Two pings were not answered.
const MAX_SILENCE: Duration = Duration::from_millis(4500);

const LEAVE_PATIENCE: Duration = Duration::from_secs(2);

/// What a message has around its data, and some.
const AROUND_DATA: usize = 256;

/// Messages of the server that may wait for us; then it waits.
const MAX_UNREAD: usize = 1024;
