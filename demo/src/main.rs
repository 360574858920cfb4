//! `frameseal-demo`: one program that serves the page and its calls.

mod options;

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::io::{ErrorKind, stderr};
use std::net::TcpListener;
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow, ensure};
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsConfig, from_tcp_rustls};
use clap::Parser;
use frameseal_demo::{Running, Tls, addresses, shutdown};
use tracing_subscriber::EnvFilter;

use options::Options;

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let filter = EnvFilter::try_new(&options.log).context("--log is not a filter of tracing")?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).init();

    let (bind, open, certificate) = (options.bind, options.open, options.certificate());
    let listener = listen(SocketAddr::new(bind, options.port))?;
    let addresses = addresses(bind);
    let tls = certificate.map(|certificate| Tls::new(&certificate, &addresses, since_1970()));
    let tls = tls.transpose()?;
    let settings = options.into_settings();
    ensure!(settings.page.is_there(), "there is no page; build it with: cargo xtask build");
    let server = Running::start(settings).await?;

    let url = greet(&addresses, listener.local_addr()?.port(), tls.as_ref());
    if open {
        open::that(&url).with_context(|| format!("cannot open a browser; go to {url}"))?;
    }

    let handle = Handle::new();
    let app = server.router().into_make_service();
    let stopping = tokio::spawn({
        let handle = handle.clone();
        async move {
            shutdown().await;
            server.stop().await;
            handle.graceful_shutdown(Some(LAST_ANSWERS));
        }
    });
    match tls {
        Some(Tls { config, .. }) => {
            let config = RustlsConfig::from_config(config);
            from_tcp_rustls(listener, config)?.handle(handle).serve(app).await?;
        }
        None => axum_server::from_tcp(listener)?.handle(handle).serve(app).await?,
    }
    Ok(stopping.await?)
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).map_err(|error| {
        let taken = error.kind() == ErrorKind::AddrInUse;
        let cure = if taken { "; stop what uses it, or choose another with --port" } else { "" };
        anyhow!("cannot listen on {address}: {error}{cure}")
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Prints where the page is; returns the first URL.
fn greet(addresses: &[IpAddr], port: u16, tls: Option<&Tls>) -> String {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let mut urls = addresses.iter().map(|ip| format!("{scheme}://{}/", SocketAddr::new(*ip, port)));
    let first = urls.next().unwrap_or_default();
    println!("Frameseal demo: {first} (Ctrl-C stops it)");
    for url in urls {
        println!("On this network: {url}");
    }
    if let Some(Tls { fingerprint, .. }) = tls {
        println!("Certificate (SHA-256): {fingerprint}");
    } else if addresses.iter().any(|ip| !ip.is_loopback()) {
        println!("Other machines get no camera over http; add --tls for them.");
    }
    first
}

fn since_1970() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}

/// How long requests that are under way may take when the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(1);
