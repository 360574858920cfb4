//! `frameseal`: a member of a call that records it, and an opener of recordings.

use std::process::ExitCode;

fn main() -> ExitCode {
    frameseal_archive::run()
}
