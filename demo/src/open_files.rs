//! How many files this process may have open: each connection is one.

use anyhow::{Result, ensure};

use crate::limits::CONNECTIONS;

/// Returns how many connections there may be: so many as are wanted, or else [`CONNECTIONS`] if the
/// system lets this process have them.
///
/// # Errors
///
/// It does not let it have as many as are wanted: a server without files to open answers nobody.
pub fn connections(wanted: Option<usize>) -> Result<usize> {
    let files = files();
    let most = files.saturating_sub(BESIDE);
    let connections = wanted.unwrap_or_else(|| most.min(CONNECTIONS));
    ensure!(
        (1..=most).contains(&connections),
        "this process may have {files} open files, of which {BESIDE} are not for connections: too \
         few for {connections}; raise it with ulimit -n, or change --max-connections"
    );
    Ok(connections)
}

#[cfg(unix)]
fn files() -> usize {
    use rustix::process::{Resource, getrlimit};

    let files = getrlimit(Resource::Nofile).current;
    files.and_then(|files| files.try_into().ok()).unwrap_or(usize::MAX)
}

/// Sockets are no files there.
#[cfg(not(unix))]
fn files() -> usize {
    usize::MAX
}

/// For the program itself, NATS, and files of the page that are being read.
const BESIDE: usize = 100;
