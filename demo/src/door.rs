//! Takes connections in: so many, and none that is silent for long.

use alloc::sync::Arc;
use core::net::SocketAddr;
use core::time::Duration;
use std::io;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tracing::debug;

use crate::limits::HEADERS;
use crate::metrics::Metrics;
use crate::network::TrustedProxies;
use crate::origin::Way;
use crate::places::{ClientPlace, Place, Places};
use crate::refusal::Code;

/// What lets connections in, and what answers them then.
pub(crate) struct Door {
    pub(crate) router: Router,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) places: Arc<Places>,
    pub(crate) proxies: TrustedProxies,
    pub(crate) metrics: Arc<Metrics>,
}

/// The other end of a connection. Its places are taken as long as this or a copy of it is there.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) way: Way,
    _place: Arc<(Place, Option<ClientPlace>)>,
}

impl Door {
    /// Takes connections in until `stopped`, and then lets those end that are answered.
    pub(crate) async fn keep(self, listener: TcpListener, stopped: impl Future<Output = ()>) {
        let door = Arc::new(self);
        let (stop, _) = watch::channel(());
        tokio::pin!(stopped);
        loop {
            let (stream, address) = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        recover(error).await;
                        continue;
                    }
                },
                () = &mut stopped => break,
            };
            match door.admit(address) {
                Some(peer) => {
                    tokio::spawn(Arc::clone(&door).attend(stream, peer, stop.subscribe()));
                }
                None => door.metrics.count_error(Code::TooManyConnections),
            }
        }
        drop(listener);
        stop.send_replace(());
        let _ = timeout(LAST_ANSWERS, stop.closed()).await;
    }

    /// Nothing if there is no place left: the connection is closed before anything is read from it,
    /// which costs least.
    fn admit(&self, address: SocketAddr) -> Option<Peer> {
        let address = address.ip();
        let place = self.places.take()?;
        // Whom a proxy asks for is known with each request only.
        let of_client = if self.proxies.contain(address) {
            None
        } else {
            Some(self.places.take_for(address.into())?)
        };
        let way = Way { peer: address, is_tls: self.tls.is_some() };
        Some(Peer { way, _place: Arc::new((place, of_client)) })
    }

    async fn attend(self: Arc<Self>, stream: TcpStream, peer: Peer, stop: watch::Receiver<()>) {
        match &self.tls {
            None => self.answer(stream, peer, stop).await,
            Some(tls) => {
                if let Ok(Ok(stream)) = timeout(HEADERS, tls.accept(stream)).await {
                    self.answer(stream, peer, stop).await;
                }
            }
        }
    }

    async fn answer<Stream>(&self, stream: Stream, peer: Peer, mut stop: watch::Receiver<()>)
    where
        Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = TowerToHyperService::new(self.router.clone().layer(Extension(peer)));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        tokio::pin!(connection);
        tokio::select! {
            // It fails when the other end breaks off, which is told to nobody.
            _ = &mut connection => return,
            _ = stop.changed() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}

/// Waits when no more files can be opened: until some are closed, there is nothing else to do.
async fn recover(error: io::Error) {
    debug!(%error, "a connection was not accepted");
    if error.kind() != io::ErrorKind::ConnectionAborted {
        sleep(FILES_MISSING).await;
    }
}

/// How long requests that are under way may take when the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Short beside what a client waits for, long beside what closes a file.
const FILES_MISSING: Duration = Duration::from_millis(50);
