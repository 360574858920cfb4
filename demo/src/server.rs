//! Everything that answers, and how it starts and stops.

use alloc::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::connection;
use crate::hub::{Hub, Task};
use crate::identity::ServerId;
use crate::limits::{Limits, READ_BYTES};
use crate::message::{Greeting, PublicLimits};
use crate::metrics::Metrics;
use crate::page::{Page, page};

/// What a server is to do.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The page's files.
    pub page: Page,
    /// What clients may use up.
    pub limits: Limits,
    /// `RTCIceServer` dictionaries for the clients.
    pub ice_servers: Vec<Value>,
}

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) hub: Hub,
    pub(crate) limits: Limits,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) clock: Clock,
}

/// A server that runs, but for the port that it answers at.
#[derive(Debug)]
pub struct Running {
    /// What answers.
    pub router: Router,
    server: Arc<Server>,
    hub: JoinHandle<()>,
}

impl Running {
    /// Starts the rooms.
    ///
    /// # Errors
    ///
    /// The system has no random bytes.
    pub async fn start(settings: Settings) -> anyhow::Result<Self> {
        let Settings { page: files, limits, ice_servers } = settings;
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let clock = Clock::start();
        let metrics = Arc::new(Metrics::default());
        let greeting = Greeting {
            server: ServerId::new(random),
            ice_servers,
            sfu: None,
            limits: PublicLimits {
                message_bytes: limits.message_bytes,
                messages_per_second: limits.messages_per_second,
                members: limits.members,
            },
        };
        let (hub, requests) = Hub::new();
        let task = Task {
            limits,
            greeting: Arc::new(greeting),
            clock,
            metrics: Arc::clone(&metrics),
            bus: None,
        };
        let task = task.spawn(requests);
        let server = Arc::new(Server { hub, limits, metrics, clock });
        let router = Router::new()
            .route("/ws", get(signalling))
            .route("/health", get(health))
            .route("/metrics", get(metrics_text))
            .with_state(Arc::clone(&server))
            .merge(page(&files));
        Ok(Self { router, server, hub: task })
    }

    /// Tells all clients that the server stops, and waits until they are gone, at most 2 s.
    pub async fn stop(self) {
        self.server.hub.stop().await;
        let _ = self.hub.await;
    }
}

async fn signalling(State(server): State<Arc<Server>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .max_message_size(READ_BYTES)
        .max_frame_size(READ_BYTES)
        .on_upgrade(move |socket| async move { connection::serve(socket, &server).await })
}

async fn health() -> Response {
    (StatusCode::OK, Json(json!({ "status": "ok" }))).into_response()
}

async fn metrics_text(State(server): State<Arc<Server>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], server.metrics.text()).into_response()
}
