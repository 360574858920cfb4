//! Rooms that reach over several server processes, by way of NATS.
//!
//! A room has one subject, `frameseal.room.` and the hash of its name: NATS learns which processes
//! share a room, the members' IDs and names and what is relayed, but not where the room's page is.

use core::time::Duration;
use std::collections::HashMap;

use anyhow::{Context, Result};
use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use futures_util::StreamExt;
use tokio::task::JoinHandle;
use tracing::{debug, warn};

use crate::bus::BusMessage;
use crate::bus_queue::{BusCommand, BusCommands, BusQueue};
use crate::hub::Hub;
use crate::identity::RoomName;
use crate::rooms::Input;

/// Connects to `urls`, separated by commas; returns what takes the hub's commands.
pub(crate) async fn connect(urls: &str, hub: Hub) -> Result<BusQueue> {
    let servers: Vec<ServerAddr> =
        urls.split(',').map(str::parse).collect::<Result<_, _>>().context("not a NATS URL")?;
    let told = hub.clone();
    let client = ConnectOptions::new()
        .name("frameseal-demo")
        .no_echo()
        .ping_interval(PING_INTERVAL)
        .max_reconnects(None)
        .reconnect_delay_callback(|attempt| RETRY_DELAY.saturating_mul(u32::from(attempt > 1)))
        .event_callback(move |event| {
            let hub = told.clone();
            async move {
                match event {
                    Event::Connected => hub.hand(Input::BusIsUp(true)).await,
                    Event::Disconnected | Event::Closed => hub.hand(Input::BusIsUp(false)).await,
                    other => debug!(%other, "NATS"),
                }
            }
        })
        .connect(servers)
        .await
        .context("cannot reach NATS; start nats-server, or leave --nats out")?;
    let (queue, commands) = BusQueue::new();
    tokio::spawn(Rooms { client, hub, subscriptions: HashMap::new() }.obey(commands));
    Ok(queue)
}

struct Rooms {
    client: Client,
    hub: Hub,
    subscriptions: HashMap<RoomName, JoinHandle<()>>,
}

impl Rooms {
    async fn obey(mut self, mut commands: BusCommands) {
        while let Some(command) = commands.next().await {
            let done = match command {
                BusCommand::Open(room) => self.open(room).await,
                BusCommand::Shut(room) => {
                    if let Some(subscription) = self.subscriptions.remove(&room) {
                        subscription.abort();
                    }
                    Ok(())
                }
                BusCommand::Publish(room, message) => self.publish(&room, &message).await,
            };
            if let Err(error) = done {
                warn!(%error, "NATS");
            }
        }
    }

    async fn open(&mut self, room: RoomName) -> Result<()> {
        let mut messages = self.client.subscribe(subject(&room)).await?;
        let (hub, name) = (self.hub.clone(), room.clone());
        let subscription = tokio::spawn(async move {
            while let Some(message) = messages.next().await {
                match serde_json::from_slice(&message.payload) {
                    Ok(message) => hub.hand(Input::Bus(name.clone(), message)).await,
                    Err(_) => warn!(room = ?name, "NATS: a message of another version"),
                }
            }
        });
        self.subscriptions.insert(room, subscription);
        Ok(())
    }

    async fn publish(&self, room: &RoomName, message: &BusMessage) -> Result<()> {
        let payload = serde_json::to_vec(message)?;
        Ok(self.client.publish(subject(room), payload.into()).await?)
    }
}

fn subject(room: &RoomName) -> String {
    format!("frameseal.room.{}", room.topic())
}

/// NATS servers are given up after two that are not answered: before members are.
const PING_INTERVAL: Duration = Duration::from_secs(2);

/// Between attempts to reconnect, but for the first, which is made at once.
const RETRY_DELAY: Duration = Duration::from_millis(500);
