//! Programs that nobody here wrote: they take frames apart and put them together again.

pub mod peer;
pub mod rtc_rtp;
pub mod str0m;

use anyhow::{Result, bail};

use crate::frame::Frame;
use crate::report::Excuse;
use crate::stream::{NamedCodec, Sent};

/// A way through a program.
pub trait Software {
    /// Its name, and how it is used.
    fn name(&self) -> String;

    /// Which version.
    fn version(&self) -> Result<String>;

    /// Whether it takes this codec.
    fn takes(&self, codec: NamedCodec) -> bool;

    /// How often it takes frames apart and puts them together.
    fn hops(&self) -> u32;

    /// What it cannot do with sealed frames of a codec.
    fn excuse(&self, _: NamedCodec) -> Option<Excuse> {
        None
    }

    /// Sends frames through, or their packets; returns what came, and why that is not all if it says
    /// so.
    fn carry(&self, codec: NamedCodec, sent: &Sent) -> Result<(Vec<Frame>, Option<String>)>;
}

/// The version of a crate that this one is built with.
fn locked_version(crate_name: &str) -> Result<String> {
    let lock = include_str!("../../Cargo.lock");
    let entry = format!("name = \"{crate_name}\"\nversion = \"");
    let Some((_, after)) = lock.split_once(&entry) else {
        bail!("{crate_name} is not in Cargo.lock");
    };
    Ok(after.chars().take_while(|char| *char != '"').collect())
}
