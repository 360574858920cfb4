//! What a session knows about why nothing plays, as text for a support ticket.

use core::fmt::{self, Write as _};

use frameseal_keymgmt::rand_core::CryptoRng;
use frameseal_keymgmt::{Consent, KeyManager, MemberStatus};
use frameseal_sframe::Timestamp;

use super::Session;
use super::blackouts::diagnose;
use super::exchange::generation;
use crate::pipeline::{Direction, Pipeline};

impl<R: CryptoRng> Session<R> {
    /// Returns how the session stands: its keys, its members, its pipelines, and what keeps those that
    /// are dark from playing. Without secrets and keys; with the members' IDs.
    #[must_use]
    pub fn explain(&self, now: Timestamp) -> String {
        let mut text = String::new();
        // A String takes whatever is written.
        let _ = self.write_keys(&mut text, now);
        for pipeline in self.pipelines.iter().flatten() {
            let _ = self.write_pipeline(&mut text, now, pipeline);
        }
        text
    }

    fn write_keys(&self, text: &mut String, now: Timestamp) -> fmt::Result {
        let [main, audio] = [self.suites.main.name(), self.suites.audio.name()];
        writeln!(text, "Cipher suites: {main}, {audio} for audio.")?;
        match self.keys.manager() {
            Some(manager) => write_members(text, now, manager),
            None => {
                writeln!(text, "Keys are manual; {} to open with.", self.receiver.keys().count())
            }
        }?;
        let has_key = self.sender.is_some();
        writeln!(text, "{} key to seal with.", if has_key { "There is a" } else { "There is no" })
    }

    fn write_pipeline(
        &self,
        text: &mut String,
        now: Timestamp,
        pipeline: &Pipeline,
    ) -> fmt::Result {
        let stats = pipeline.stats();
        let (verb, did) = match pipeline.direction() {
            Direction::Send => ("sends", "sealed"),
            Direction::Receive => ("receives", "opened"),
        };
        let codec = stats.codec.as_deref().unwrap_or("a codec that is not known yet");
        write!(text, "Pipeline {} {verb} {codec}: {} frames came, ", stats.pipeline, stats.seen)?;
        write!(text, "{} were {did}.", stats.passed.saturating_add(stats.empty))?;
        if pipeline.darkness.is_deep()
            && let Some(why) = diagnose(now, pipeline, &self.keys)
        {
            write!(text, " Nothing plays: {why}")?;
        }
        text.push('\n');
        Ok(())
    }
}

fn write_members<R: CryptoRng>(
    text: &mut String,
    now: Timestamp,
    manager: &KeyManager<R>,
) -> fmt::Result {
    if manager.members().next().is_none() {
        writeln!(text, "Nobody else was announced.")?;
    }
    for member in manager.members() {
        write_member(text, &member)?;
    }
    match manager.stranger(now) {
        // IDs are anything that the signalling says: they must not make up lines.
        Some((id, refused)) => {
            writeln!(text, "{:?} spoke, and was not heard: {refused}.", id.as_str())
        }
        None => Ok(()),
    }
}

fn write_member(text: &mut String, member: &MemberStatus) -> fmt::Result {
    let MemberStatus { id, state, epoch, heard, recorder, .. } = member;
    write!(text, "{:?} is {state:?}: ", id.as_str())?;
    match recorder {
        Some(Consent::Missing) => text.push_str("it records, without our consent; "),
        Some(Consent::Given) => text.push_str("it records, with our consent; "),
        None => {}
    }
    write!(text, "{} messages came", heard.messages)?;
    if let Some(refused) = heard.refused {
        write!(text, ", one was refused ({refused})")?;
    }
    match epoch {
        Some(epoch) => writeln!(text, "; its key is {}.{}.", generation(*epoch), epoch.step()),
        None => writeln!(text, "; it has given no key."),
    }
}
