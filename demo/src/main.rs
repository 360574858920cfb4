//! Serves the demo page on this machine.

use core::net::Ipv4Addr;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use tokio::net::TcpListener;

/// Serves the demo page on 127.0.0.1.
#[derive(Debug, Parser)]
struct Options {
    /// Port to listen on; 0 for any that is free
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Folder of the built page
    #[arg(long, default_value = "demo/dist")]
    root: PathBuf,
    /// Opens the page in the default browser
    #[arg(long)]
    open: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Options { port, root, open } = Options::parse();
    ensure!(
        root.join("index.html").is_file(),
        "no page in {}; build it with: cargo xtask build",
        root.display()
    );

    // Loopback only: browsers give cameras to pages of this machine without TLS, and to no others.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        let taken = error.kind() == ErrorKind::AddrInUse;
        let cure = if taken { "; stop what uses it, or choose another with --port" } else { "" };
        anyhow::anyhow!("cannot listen on port {port}: {error}{cure}")
    })?;
    let url = format!("http://{}/", listener.local_addr()?);
    println!("Frameseal demo: {url} (Ctrl-C stops it)");
    if open {
        open::that(&url).with_context(|| format!("cannot open a browser; go to {url}"))?;
    }

    let page = frameseal_demo::page(&root);
    axum::serve(listener, page).with_graceful_shutdown(frameseal_demo::shutdown()).await?;
    Ok(())
}
