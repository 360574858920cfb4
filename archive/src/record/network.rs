//! The sockets that media comes through: one for each address of this machine, for all connections.

use alloc::sync::Arc;
use core::net::{IpAddr, SocketAddr};
use std::io;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use str0m::net::Transmit;
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::clock::Clock;

/// Something that came.
#[derive(Debug)]
pub(crate) struct Datagram {
    pub(crate) at: Instant,
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

/// All sockets.
#[derive(Debug)]
pub(crate) struct Network {
    sockets: Vec<(SocketAddr, Arc<UdpSocket>)>,
    came: Receiver<Datagram>,
}

impl Network {
    /// Opens a socket at each address by which others may reach this machine.
    pub(crate) async fn open(clock: Clock) -> Result<Self> {
        let (tell, came) = mpsc::channel(MAX_UNREAD);
        let mut sockets = Vec::new();
        for address in addresses().context("cannot list this machine's network addresses")? {
            // An address may just have gone; the others remain.
            let Ok(socket) = UdpSocket::bind((address, 0)).await else { continue };
            let (address, socket) = (socket.local_addr()?, Arc::new(socket));
            tokio::spawn(receive(clock, address, Arc::clone(&socket), tell.clone()));
            sockets.push((address, socket));
        }
        ensure!(!sockets.is_empty(), "this machine has no network; connect it to one");
        Ok(Self { sockets, came })
    }

    /// Where others may send to.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.sockets.iter().map(|(address, _)| *address).collect()
    }

    /// Sends, or loses it as networks do.
    pub(crate) fn send(&self, transmit: &Transmit) {
        let socket = self.sockets.iter().find(|(address, _)| *address == transmit.source);
        if let Some((_, socket)) = socket {
            let _ = socket.try_send_to(&transmit.contents, transmit.destination);
        }
    }

    /// Returns what comes next. Cancelling it loses nothing.
    pub(crate) async fn receive(&mut self) -> Option<Datagram> {
        self.came.recv().await
    }

    /// Returns what has come already.
    pub(crate) fn receive_now(&mut self) -> Option<Datagram> {
        self.came.try_recv().ok()
    }
}

async fn receive(
    clock: Clock,
    destination: SocketAddr,
    socket: Arc<UdpSocket>,
    tell: Sender<Datagram>,
) {
    let mut buffer = vec![0; MAX_LEN];
    loop {
        // An error is of one datagram that was sent, which nobody took: the next one may be well.
        let Ok((len, source)) = socket.recv_from(&mut buffer).await else { continue };
        let bytes = buffer.get(..len).unwrap_or_default().to_vec();
        let datagram = Datagram { at: clock.now(), source, destination, bytes };
        if tell.send(datagram).await.is_err() {
            return;
        }
    }
}

/// Those that others may reach; that of this machine alone if there is no other.
fn addresses() -> io::Result<Vec<IpAddr>> {
    let all: Vec<_> =
        if_addrs::get_if_addrs()?.into_iter().map(|interface| interface.ip()).collect();
    let outside: Vec<_> =
        all.iter().copied().filter(|ip| !ip.is_loopback() && !is_local(*ip)).collect();
    Ok(if outside.is_empty() { all } else { outside })
}

/// Of one cable only: such an address needs to be told with the interface's name.
const fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

/// No packet of WebRTC is longer.
const MAX_LEN: usize = 2048;

/// A second of several streams.
const MAX_UNREAD: usize = 8192;
