//! `frameseal-demo`: one program that serves the page and its calls.

mod options;

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::io::{ErrorKind, stderr};
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow, ensure};
use clap::Parser;
use frameseal_demo::{Running, Tls, addresses, shutdown};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use options::Options;

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let filter = EnvFilter::try_new(&options.log).context("--log is not a filter of tracing")?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).init();

    let (bind, open, certificate) = (options.bind, options.open, options.certificate());
    let listener = listen(SocketAddr::new(bind, options.port)).await?;
    let addresses = addresses(bind);
    let tls = certificate.map(|certificate| Tls::new(&certificate, &addresses, since_1970()));
    let tls = tls.transpose()?;
    let settings = options.into_settings()?;
    ensure!(settings.page.is_there(), "there is no page; build it with: cargo xtask build");
    let server = Running::start(settings).await?;

    let url = greet(&addresses, listener.local_addr()?.port(), tls.as_ref());
    if open {
        open::that(&url).with_context(|| format!("cannot open a browser; go to {url}"))?;
    }

    server.serve(listener, tls.map(|tls| tls.config), shutdown()).await;
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let taken = error.kind() == ErrorKind::AddrInUse;
        let cure = if taken { "; stop what uses it, or choose another with --port" } else { "" };
        anyhow!("cannot listen on {address}: {error}{cure}")
    })
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
