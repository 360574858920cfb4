//! When the server is asked to stop.

use core::future::pending;

use tokio::signal::ctrl_c;

/// Waits until this process is asked to stop: SIGINT or SIGTERM, Ctrl-C elsewhere.
pub async fn shutdown() {
    tokio::select! {
        _ = ctrl_c() => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};

    if let Ok(mut terminate) = signal(SignalKind::terminate()) {
        terminate.recv().await;
    } else {
        pending::<()>().await;
    }
}

#[cfg(not(unix))]
async fn terminate() {
    pending::<()>().await;
}
