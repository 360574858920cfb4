//! What the operator says on the command line; docs/demo-server.md explains it.

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use frameseal_demo::limits::{self, Limits};
use frameseal_demo::{
    Certificate, IceServers, Origin, Page, Settings, Sfu, TrustedProxies, Turn, open_files,
};

/// Serves calls whose frames are sealed between the members.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Options {
    /// Port to listen on; 0 for any that is free
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Address to listen on; 0.0.0.0 for every network of this machine
    #[arg(long, default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(crate) bind: IpAddr,
    /// Opens the page in the default browser
    #[arg(long)]
    pub(crate) open: bool,
    /// Folder of a built page, instead of the page in this program
    #[arg(long)]
    root: Option<PathBuf>,
    /// Serves https with a certificate that is made now, unless --tls-cert names one
    #[arg(long)]
    tls: bool,
    /// PEM file of a certificate and those that lead to its authority
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file of the certificate's private key
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// NATS servers that join the rooms of several processes: nats://HOST:PORT,…
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// Sends media through a media server instead of from each to each: janus=ws://HOST:PORT
    #[arg(long)]
    sfu: Option<Sfu>,
    /// STUN and TURN servers for the members: URLs separated by commas, or a JSON array of
    /// `RTCIceServer`; every member gets the credentials in it
    #[arg(long, default_value = "[]", hide_default_value = true)]
    ice_servers: IceServers,
    /// File with coturn's static-auth-secret: each member gets credentials of its own for the TURN
    /// servers without any
    #[arg(long, value_name = "FILE")]
    turn_secret: Option<PathBuf>,
    /// How long these credentials are good
    #[arg(long, default_value_t = limits::TURN_HOURS, requires = "turn_secret")]
    turn_hours: u32,
    /// Proxies whose X-Forwarded-For is believed: IP addresses separated by commas
    #[arg(long, value_name = "ADDRESS,…")]
    trusted_proxy: Option<TrustedProxies>,
    /// Origin whose pages may connect, beside the server's own; may be given again
    #[arg(long, value_name = "URL")]
    allow_origin: Vec<Origin>,
    /// What is written to the standard error: error, warn, info, debug, or a filter of tracing
    #[arg(long, default_value = "warn", value_name = "FILTER")]
    pub(crate) log: String,
    /// Most members of a room
    #[arg(long, default_value_t = limits::MEMBERS)]
    max_members: usize,
    /// Most rooms of this process
    #[arg(long, default_value_t = limits::ROOMS)]
    max_rooms: usize,
    /// Most rooms that one address may have made
    #[arg(long, default_value_t = limits::ROOMS_PER_ADDRESS)]
    max_rooms_per_address: usize,
    /// Most members per minute that one address may bring into one room; twice as many at once
    #[arg(long, default_value_t = limits::JOINS_PER_MINUTE)]
    max_joins_per_minute: u32,
    /// Most connections [default: 900, or as many as ulimit -n lets it have]
    #[arg(long)]
    max_connections: Option<usize>,
    /// Most connections from one address; of IPv6 addresses, the first 64 bits count
    #[arg(long, default_value_t = limits::CONNECTIONS_PER_ADDRESS)]
    max_connections_per_address: usize,
    /// Most bytes of a message to /ws, up to 524288
    #[arg(long, default_value_t = limits::MESSAGE_BYTES, value_parser = message_bytes)]
    max_message_bytes: usize,
    /// Most messages per second of one connection
    #[arg(long, default_value_t = limits::MESSAGES_PER_SECOND)]
    max_messages_per_second: u32,
}

impl Options {
    pub(crate) fn certificate(&self) -> Option<Certificate> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(chain), Some(key)) => {
                Some(Certificate::Files { chain: chain.clone(), key: key.clone() })
            }
            _ => self.tls.then_some(Certificate::SelfSigned),
        }
    }

    /// Fails if the system does not let this process do what they say.
    pub(crate) fn into_settings(self) -> Result<Settings> {
        let lifetime = Duration::from_secs(u64::from(self.turn_hours) * 3600);
        let turn = self.turn_secret.map(|file| Turn::from_file(&file, lifetime)).transpose()?;
        Ok(Settings {
            page: self.root.map_or(Page::BuiltIn, Page::Folder),
            limits: Limits {
                message_bytes: self.max_message_bytes,
                messages_per_second: self.max_messages_per_second,
                members: self.max_members,
                rooms: self.max_rooms,
                rooms_per_address: self.max_rooms_per_address,
                joins_per_minute: self.max_joins_per_minute,
                connections: open_files::connections(self.max_connections)?,
                connections_per_address: self.max_connections_per_address,
            },
            ice_servers: self.ice_servers.with_turn(turn),
            nats: self.nats,
            sfu: self.sfu,
            proxies: self.trusted_proxy.unwrap_or_default(),
            origins: self.allow_origin,
        })
    }
}

fn message_bytes(text: &str) -> Result<usize, String> {
    let most = limits::READ_BYTES / 2;
    text.parse()
        .ok()
        .filter(|bytes| (1..=most).contains(bytes))
        .ok_or_else(|| format!("a number from 1 to {most}"))
}
