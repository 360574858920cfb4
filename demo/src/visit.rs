//! Who opens a WebSocket, and whether it may.

use alloc::sync::Arc;

use axum::Extension;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::door::Peer;
use crate::network::Network;
use crate::places::ClientPlace;
use crate::refusal::Refusal;
use crate::server::Server;

/// A client that has places for a WebSocket, as long as this is there.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) client: Network,
    _peer: Peer,
    /// If a proxy brings the client.
    _place: Option<ClientPlace>,
}

impl FromRequestParts<Arc<Server>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, Response> {
        let Extension(peer) = Extension::<Peer>::from_request_parts(parts, server)
            .await
            .map_err(IntoResponse::into_response)?;
        if !server.origins.allow(&parts.headers, peer.way) {
            return Err(server.turn_away(StatusCode::FORBIDDEN, &Refusal::foreign_origin()));
        }
        let proxies = &server.origins.proxies;
        let client = proxies.client(peer.way.peer, &parts.headers).into();
        let is_brought = proxies.contain(peer.way.peer);
        let place = if is_brought { server.places.take_for(client) } else { None };
        if is_brought && place.is_none() {
            let refusal = Refusal::too_many_connections(&server.limits);
            return Err(server.turn_away(StatusCode::SERVICE_UNAVAILABLE, &refusal));
        }
        Ok(Self { client, _peer: peer, _place: place })
    }
}

impl Server {
    /// Answers a request that is refused: in plain text, as there is no connection to say it on.
    pub(crate) fn turn_away(&self, status: StatusCode, refusal: &Refusal) -> Response {
        self.metrics.count_error(refusal.code);
        let Refusal { code, message, .. } = refusal;
        (status, format!("{}: {message}\n", code.as_str())).into_response()
    }
}
