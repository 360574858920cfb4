//! Everything that answers, and how it starts and stops.

use alloc::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use rustls::ServerConfig;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::clock::Clock;
use crate::connection;
use crate::door::Door;
use crate::hub::{Hub, Task};
use crate::ice::IceServers;
use crate::identity::ServerId;
use crate::limits::{Limits, READ_BYTES};
use crate::message::{Greeting, PublicLimits};
use crate::metrics::Metrics;
use crate::nats;
use crate::network::TrustedProxies;
use crate::origin::{Origin, Origins};
use crate::page::{Page, page};
use crate::places::Places;
use crate::sfu::{Sfu, media};
use crate::visit::Visit;

/// What a server is to do.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The page's files.
    pub page: Page,
    /// What clients may use up.
    pub limits: Limits,
    /// What helps the clients to find a way to each other.
    pub ice_servers: IceServers,
    /// NATS servers, separated by commas, over which rooms reach over several processes.
    pub nats: Option<String>,
    /// Where media go, if not from each to each.
    pub sfu: Option<Sfu>,
    /// Who is believed about whom it asks for.
    pub proxies: TrustedProxies,
    /// Whose pages may open `WebSockets`, beside the server's own.
    pub origins: Vec<Origin>,
}

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) hub: Hub,
    pub(crate) limits: Limits,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) clock: Clock,
    pub(crate) sfu: Option<Sfu>,
    pub(crate) origins: Origins,
    pub(crate) places: Arc<Places>,
    has_bus: bool,
}

/// A server that runs, but for the port that it answers at.
#[derive(Debug)]
pub struct Running {
    router: Router,
    server: Arc<Server>,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts the rooms.
    ///
    /// # Errors
    ///
    /// NATS cannot be reached, or the system has no random bytes.
    pub async fn start(settings: Settings) -> anyhow::Result<Self> {
        let Settings { page: files, limits, ice_servers, nats, sfu, proxies, origins } = settings;
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let clock = Clock::start();
        let metrics = Arc::new(Metrics::default());
        let greeting = Greeting {
            server: ServerId::new(random),
            sfu: sfu.as_ref().map(Sfu::name),
            limits: PublicLimits {
                message_bytes: limits.message_bytes,
                messages_per_second: limits.messages_per_second,
                members: limits.members,
            },
        };
        let (hub, requests) = Hub::new();
        let bus = match &nats {
            Some(urls) => Some(nats::connect(urls, hub.clone()).await?),
            None => None,
        };
        let has_bus = bus.is_some();
        let task = Task {
            limits,
            greeting: Arc::new(greeting),
            ice_servers,
            clock,
            metrics: Arc::clone(&metrics),
            bus,
        };
        let task = task.spawn(requests);
        let places = Places::new(&limits);
        let origins = Origins { allowed: origins, proxies };
        let server =
            Arc::new(Server { hub, limits, metrics, clock, sfu, origins, places, has_bus });
        let router = Router::new()
            .route("/ws", get(signalling))
            .route("/sfu", get(media))
            .route("/health", get(health))
            .route("/metrics", get(metrics_text))
            .with_state(Arc::clone(&server))
            .merge(page(&files));
        Ok(Self { router, server, task })
    }

    /// Answers at `listener` until `shutdown`; then tells all clients that the server stops, and
    /// waits until they are gone, at most 2 s.
    pub async fn serve(
        self,
        listener: TcpListener,
        tls: Option<Arc<ServerConfig>>,
        shutdown: impl Future<Output = ()>,
    ) {
        let Self { router, server, task } = self;
        let door = Door {
            router,
            tls: tls.map(TlsAcceptor::from),
            places: Arc::clone(&server.places),
            proxies: server.origins.proxies.clone(),
            metrics: Arc::clone(&server.metrics),
        };
        let stopped = async {
            shutdown.await;
            server.hub.stop().await;
            // It fails only if it panicked, and then nobody is left to be told.
            let _ = task.await;
        };
        door.keep(listener, stopped).await;
    }
}

async fn signalling(
    State(server): State<Arc<Server>>,
    visit: Visit,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .max_message_size(READ_BYTES)
        .max_frame_size(READ_BYTES)
        .on_upgrade(move |socket| async move { connection::serve(socket, &server, visit).await })
}

/// Whether new members should be sent here: 200, or 503 with the reason.
async fn health(State(server): State<Arc<Server>>) -> Response {
    let status = if server.hub.has_stopped() {
        "server-stopping"
    } else if server.has_bus && server.metrics.bus_is_up.get() == 0 {
        "bus-unavailable"
    } else {
        "ok"
    };
    let is_well = status == "ok";
    let code = if is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(json!({ "status": status }))).into_response()
}

async fn metrics_text(State(server): State<Arc<Server>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], server.metrics.text()).into_response()
}
