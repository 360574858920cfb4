//! The task that owns the rooms: it takes in what connections and other processes say, and does what
//! the rooms want done.

use alloc::sync::Arc;
use core::time::Duration;
use std::collections::HashMap;

use axum::extract::ws::{CloseCode, close_code};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::{debug, info, trace, warn};

use crate::bus_queue::{BusCommand, BusQueue};
use crate::clock::Clock;
use crate::ice::IceServers;
use crate::limits::Limits;
use crate::message::{ClientMessage, Greeting, ServerMessage};
use crate::metrics::Metrics;
use crate::network::Network;
use crate::outbox::{Outbox, Outgoing};
use crate::refusal::Refusal;
use crate::rooms::{Bus, Ending, Input, Output, Rooms, Socket, TICK};

#[derive(Debug)]
enum Request {
    Connect(oneshot::Sender<(Socket, mpsc::Receiver<Outgoing>)>),
    Input(Input),
    Stop,
}

/// Speaks to the task.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    requests: mpsc::Sender<Request>,
}

impl Hub {
    pub(crate) fn new() -> (Self, Requests) {
        let (requests, receiver) = mpsc::channel(REQUESTS);
        (Self { requests }, Requests(receiver))
    }

    /// Returns the connection's name and what is to be sent to it; nothing if the server stops.
    pub(crate) async fn connect(&self) -> Option<(Socket, mpsc::Receiver<Outgoing>)> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Connect(answer)).await.ok()?;
        answered.await.ok()
    }

    /// Hands in what happened; waits while there is too much to do.
    pub(crate) async fn hand(&self, input: Input) {
        // Only a hub that has stopped does not take it.
        let _ = self.requests.send(Request::Input(input)).await;
    }

    pub(crate) async fn say(&self, socket: Socket, from: Network, message: ClientMessage) {
        self.hand(Input::Client(socket, from, message)).await;
    }

    pub(crate) fn has_stopped(&self) -> bool {
        self.requests.is_closed()
    }

    /// Tells all clients to go.
    pub(crate) async fn stop(&self) {
        let _ = self.requests.send(Request::Stop).await;
    }
}

/// What the task will take in.
#[derive(Debug)]
pub(crate) struct Requests(mpsc::Receiver<Request>);

/// What the task works with.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) limits: Limits,
    pub(crate) greeting: Arc<Greeting>,
    pub(crate) ice_servers: IceServers,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) bus: Option<BusQueue>,
}

impl Task {
    /// Starts it; it ends when it was told to stop and all connections are closed.
    pub(crate) fn spawn(self, requests: Requests) -> JoinHandle<()> {
        let bus = if self.bus.is_some() { Bus::Up } else { Bus::None };
        self.metrics.bus_is_up.set(i64::from(bus == Bus::Up));
        let rooms = Rooms::new(self.greeting.server.clone(), self.limits, bus);
        let run = Run { task: self, rooms, sockets: HashMap::new(), last: 0 };
        tokio::spawn(run.until_stopped(requests))
    }
}

struct Run {
    task: Task,
    rooms: Rooms,
    sockets: HashMap<Socket, Outbox>,
    last: u64,
}

impl Run {
    async fn until_stopped(mut self, Requests(mut requests): Requests) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                request = requests.recv() => match request {
                    Some(Request::Connect(answer)) => self.connect(answer),
                    Some(Request::Input(input)) => self.handle(input),
                    Some(Request::Stop) | None => break,
                },
                _ = ticks.tick() => self.tick(),
            }
        }
        self.stop(requests).await;
    }

    fn connect(&mut self, answer: oneshot::Sender<(Socket, mpsc::Receiver<Outgoing>)>) {
        self.last = self.last.saturating_add(1);
        let socket = Socket(self.last);
        let (outbox, queue) = Outbox::new();
        if answer.send((socket, queue)).is_ok() {
            self.sockets.insert(socket, outbox);
        }
    }

    fn handle(&mut self, input: Input) {
        if let Input::BusIsUp(is_up) = input {
            if is_up {
                info!("the bus is up");
            } else {
                warn!("the bus is down; members of other processes are out of reach");
            }
            self.task.metrics.bus_is_up.set(i64::from(is_up));
        }
        if let Input::Closed(socket) = input {
            self.sockets.remove(&socket);
        }
        trace!(?input);
        self.rooms.handle(self.task.clock.now(), input);
        self.act();
    }

    fn tick(&mut self) {
        self.rooms.tick(self.task.clock.now());
        self.act();
        let gauge = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.task.metrics.rooms.set(gauge(self.rooms.count()));
        self.task.metrics.members.set(gauge(self.rooms.members()));
    }

    fn act(&mut self) {
        while let Some(output) = self.rooms.poll() {
            trace!(?output);
            match output {
                Output::Send { socket, message } => self.send(socket, &message),
                Output::Welcome { socket, member, members, resumed, received } => {
                    self.task.metrics.resumed.inc_by(u64::from(resumed));
                    let greeting = Arc::clone(&self.task.greeting);
                    let now = self.task.clock.now();
                    let ice_servers = self.task.ice_servers.of(&member, now);
                    let welcome = ServerMessage::Welcome {
                        greeting,
                        ice_servers,
                        members,
                        resumed,
                        received,
                    };
                    self.send(socket, &welcome);
                }
                Output::Refuse { socket, refusal } => self.refuse(socket, refusal),
                Output::End { socket, ending } => {
                    let (code, reason) = close_frame(ending);
                    self.close(socket, code, reason);
                }
                Output::Vanished => {
                    self.task.metrics.vanished.inc();
                }
                Output::Open { room } => {
                    debug!(?room, "open");
                    self.tell_bus(BusCommand::Open(room));
                }
                Output::Shut { room } => {
                    debug!(?room, "shut");
                    self.tell_bus(BusCommand::Shut(room));
                }
                Output::Publish { room, message } => {
                    self.tell_bus(BusCommand::Publish(room, message));
                }
            }
        }
    }

    fn send(&mut self, socket: Socket, message: &ServerMessage) {
        if let ServerMessage::Relay { data, .. } = message {
            self.task.metrics.relayed.inc();
            self.task.metrics.relayed_bytes.inc_by(u64::try_from(data.len()).unwrap_or(u64::MAX));
        }
        let Some(outbox) = self.sockets.get(&socket) else { return };
        if !serde_json::to_string(message).is_ok_and(|text| outbox.send(text)) {
            // Too slow: it is cut off, and its seat waits until it is back.
            debug!(socket = socket.0, "cut off");
            if let Some(outbox) = self.sockets.remove(&socket) {
                outbox.cut();
            }
            self.rooms.handle(self.task.clock.now(), Input::Closed(socket));
        }
    }

    fn refuse(&mut self, socket: Socket, refusal: Refusal) {
        debug!(socket = socket.0, code = refusal.code.as_str(), "refused");
        self.task.metrics.count_error(refusal.code);
        let Refusal { code, message, is_fatal } = refusal;
        self.send(socket, &ServerMessage::Error { code, message });
        if is_fatal {
            self.close(socket, close_code::POLICY, code.as_str());
        }
    }

    fn close(&mut self, socket: Socket, code: CloseCode, reason: &'static str) {
        if let Some(outbox) = self.sockets.remove(&socket) {
            outbox.close(code, reason);
        }
    }

    fn tell_bus(&self, command: BusCommand) {
        if let Some(bus) = &self.task.bus
            && !bus.send(command)
        {
            debug!("the bus is too slow");
        }
    }

    async fn stop(mut self, mut requests: mpsc::Receiver<Request>) {
        let Refusal { code, message, .. } = Refusal::server_stopping();
        let stopping = ServerMessage::Error { code, message };
        let sockets: Vec<_> = self.sockets.keys().copied().collect();
        info!(connections = sockets.len(), "stopping");
        let outboxes: Vec<_> = self.sockets.values().cloned().collect();
        for socket in sockets {
            self.task.metrics.count_error(code);
            self.send(socket, &stopping);
            self.close(socket, close_code::AWAY, code.as_str());
        }
        // No roster says that the members left: they come back to the next process, as themselves.
        requests.close();
        let closed = async {
            while requests.recv().await.is_some() {}
            for outbox in outboxes {
                outbox.closed().await;
            }
        };
        let _ = timeout(FAREWELL, closed).await;
    }
}

fn close_frame(ending: Ending) -> (CloseCode, &'static str) {
    match ending {
        Ending::Left => (close_code::NORMAL, "left"),
        Ending::Replaced => (close_code::NORMAL, "connected anew"),
        Ending::Silent => (close_code::POLICY, "silent for too long"),
    }
}

/// What may wait for the task: when it is full, connections are not read, which slows their clients.
const REQUESTS: usize = 1024;

/// How long clients have to take leave.
pub(crate) const FAREWELL: Duration = Duration::from_secs(2);
