//! `WebSockets` to the demo's server.

use alloc::sync::Arc;
use core::time::Duration;

use anyhow::{Result, anyhow};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens one; `protocol` is what it is to speak, if the server asks for that.
pub(crate) async fn connect(url: &str, protocol: Option<&'static str>) -> Result<Socket> {
    let mut request = url.into_client_request()?;
    if let Some(protocol) = protocol {
        let name = HeaderValue::from_static(protocol);
        request.headers_mut().insert("sec-websocket-protocol", name);
    }
    let connector = if url.starts_with("wss:") { Some(tls()?) } else { None };
    let limits = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE_LEN))
        .max_frame_size(Some(MAX_MESSAGE_LEN));
    let connected = connect_async_tls_with_config(request, Some(limits), true, connector);
    let connected = timeout(PATIENCE, connected).await;
    let why = match connected {
        Ok(Ok((socket, _))) => return Ok(socket),
        Ok(Err(error)) => error.to_string(),
        Err(_) => String::from("it does not answer"),
    };
    Err(anyhow!("cannot reach {url} ({why}); check the link and the network"))
}

/// Trusts whom this machine trusts.
fn tls() -> Result<Connector> {
    let mut roots = RootCertStore::empty();
    let (known, _) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if known == 0 {
        return Err(anyhow!(
            "this machine has no certificates to trust; install them (ca-certificates), or name a \
             file in SSL_CERT_FILE"
        ));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Connector::Rustls(Arc::new(config)))
}

/// What the server relays has 64 KiB, and Janus' answers have 256.
const MAX_MESSAGE_LEN: usize = 1 << 20;

const PATIENCE: Duration = Duration::from_secs(10);
