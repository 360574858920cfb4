//! Serves the demo page and its calls on this machine.

use core::net::Ipv4Addr;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use frameseal_demo::{Page, Running, Settings};
use tokio::net::TcpListener;

/// Serves the demo page on 127.0.0.1.
#[derive(Debug, Parser)]
struct Options {
    /// Port to listen on; 0 for any that is free
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Folder of the built page, instead of the page in this program
    #[arg(long)]
    root: Option<PathBuf>,
    /// Opens the page in the default browser
    #[arg(long)]
    open: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Options { port, root, open } = Options::parse();
    let page = root.map_or(Page::BuiltIn, Page::Folder);
    ensure!(page.is_there(), "there is no page; build it with: cargo xtask build");

    // Loopback only: browsers give cameras to pages of this machine without TLS, and to no others.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        let taken = error.kind() == ErrorKind::AddrInUse;
        let cure = if taken { "; stop what uses it, or choose another with --port" } else { "" };
        anyhow::anyhow!("cannot listen on port {port}: {error}{cure}")
    })?;
    let url = format!("http://{}/", listener.local_addr()?);
    let server = Running::start(Settings { page, ..Settings::default() }).await?;
    println!("Frameseal demo: {url} (Ctrl-C stops it)");
    if open {
        open::that(&url).with_context(|| format!("cannot open a browser; go to {url}"))?;
    }

    let router = server.router.clone();
    axum::serve(listener, router).with_graceful_shutdown(frameseal_demo::shutdown()).await?;
    server.stop().await;
    Ok(())
}
