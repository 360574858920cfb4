//! `frameseal record`: a member that records what the others send, as far as they let it.

mod clock;
mod format;
mod forwarding;
mod horizon;
mod index;
mod janus_socket;
mod keeper;
mod link;
mod member;
mod mesh;
mod messages;
mod names;
mod negotiation;
mod network;
mod outbox;
mod pace;
mod progress;
mod receiving;
mod recorder;
mod roster;
mod sealed;
mod signalling;
mod tapes;
#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod test_room;
mod timeline;
mod transport;
mod web_socket;

use core::future::pending;
use std::fs;
use std::io::{self, IsTerminal, Read as _};
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use frameseal::Suites;
use zeroize::Zeroizing;

use self::clock::Clock;
use self::keeper::Keeper;
use self::link::RoomLink;
use self::member::{MemberSession, low_id, random_id};
use self::network::Network;
use self::recorder::{Media, Recorder, Task};
use self::signalling::{Seat, Signalling};
use self::tapes::Tapes;
use crate::key_file::Recipient;

/// Records a room of the demo, visibly: each person there is asked, and recorded after consent
///
/// The link of the room is read from the standard input, or from a file: other programs of this machine can
/// see what is on a command line.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// File with the link of the room; by default it is read from the standard input
    #[arg(long, value_name = "FILE")]
    link_file: Option<PathBuf>,
    /// What the others see this member as
    #[arg(long, default_value = "Recorder")]
    name: String,
    /// Folder for the recording; it is made if there is none
    #[arg(long, default_value = "recording", value_name = "DIR")]
    out: PathBuf,
    /// Keeps the keys of what is said and shown, and no media
    #[arg(long, requires = "keys", conflicts_with = "out")]
    keys_only: bool,
    /// File for the keys, which must not exist
    #[arg(long, requires = "keys_only", requires = "lock", value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Public key of age that the keys are encrypted to
    #[arg(long, group = "lock", requires = "keys_only", value_name = "AGE-PUBLIC-KEY")]
    recipient: Option<String>,
    /// File with the passphrase that the keys are encrypted with
    #[arg(long, group = "lock", requires = "keys_only", value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Records until this process is asked to stop.
pub(crate) fn run(options: Options) -> Result<()> {
    let link = read_link(options.link_file.as_deref())?;
    str0m::crypto::from_feature_flags().install_process_default();
    // One thread is enough: what it does for a frame takes microseconds.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(record(options, link))
}

async fn record(options: Options, link: RoomLink) -> Result<()> {
    let (clock, id) = (Clock::start(), low_id()?);
    let mut session = member::recorder(&link, &id)?;
    // Files are made before anybody is told that somebody records.
    let task = match &options.keys {
        Some(path) => Task::Keys(Box::new(keep(clock, path, &options, &mut session)?)),
        None => {
            let tapes = Tapes::create(clock, &options.out)?;
            let network = Network::open(clock).await?;
            let media = Media::new(network, tapes, &id, &link.room, link.socket("/sfu"));
            Task::Media(Box::new(media))
        }
    };
    let seat = Seat {
        room: link.room.clone(),
        member: id.clone(),
        token: Zeroizing::new(random_id()?),
        name: options.name,
    };
    let signalling = Signalling::join(link.socket("/ws"), seat);
    // The secret is not needed any more.
    drop(link);
    Recorder::new(clock, id, session, signalling, task).run(shutdown()).await
}

fn keep(
    clock: Clock,
    path: &Path,
    options: &Options,
    session: &mut MemberSession,
) -> Result<Keeper> {
    let recipient = match (&options.recipient, &options.passphrase_file) {
        (Some(recipient), _) => Recipient::PublicKey(recipient.parse()?),
        (None, Some(file)) => Recipient::Passphrase(read_passphrase(file)?),
        // The command line was checked.
        (None, None) => bail!("name --recipient or --passphrase-file"),
    };
    Keeper::create(clock, path, &recipient, Suites::default(), session)
}

fn read_passphrase(path: &Path) -> Result<SecretString> {
    let text = read_secret(path)?;
    ensure!(!text.is_empty(), "there is no passphrase in {}", path.display());
    Ok(SecretString::from(text.as_str().to_owned()))
}

fn read_link(file: Option<&Path>) -> Result<RoomLink> {
    let text = match file {
        Some(path) => read_secret(path)?,
        None => {
            if io::stdin().is_terminal() {
                println!("Paste the link of the room:");
            }
            read_line()?
        }
    };
    Ok(RoomLink::parse(&text)?)
}

/// Reads a line of the standard input, and leaves no copy of it.
fn read_line() -> Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::with_capacity(MAX_LINE_LEN));
    for byte in io::stdin().lock().take(MAX_LINE_LEN as u64).bytes() {
        match byte.context("cannot read the standard input")? {
            b'\n' => break,
            byte => line.push(char::from(byte)),
        }
    }
    Ok(line)
}

fn read_secret(path: &Path) -> Result<Zeroizing<String>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// Waits until this process is asked to stop: SIGINT or SIGTERM, Ctrl-C elsewhere.
async fn shutdown() {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(_) => pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    pending().await
}

/// Longer than any link.
const MAX_LINE_LEN: usize = 4096;
