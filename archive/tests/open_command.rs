//! The program itself: what it ends with, and what it says.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn frameseal(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frameseal"));
    command.args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn what_is_wrong_before_anything_was_read_ends_with_1_and_a_cure() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("call.mjr", "MJR00002");
    write("text", "hello\n");
    write("public", "frameseal-keys 1 public-key\n");
    write("locked", "frameseal-keys 1 passphrase AAAA\n");
    write("word", "secret\n");
    for (arguments, part) in [
        (&[][..], "Usage"),
        (&["call.mjr"], "--keys"),
        (&["call.mjr", "--keys", "nowhere"], "nowhere"),
        (&["call.mjr", "--keys", "text"], "not a key file"),
        (&["call.mjr", "--keys", "public"], "--identity"),
        (&["call.mjr", "--keys", "public", "--identity", "text"], "line 1 is no private key"),
        (&["call.mjr", "--keys", "public", "--passphrase-file", "word"], "--identity"),
        (&["call.mjr", "--keys", "locked", "--passphrase-file", "word"], "damaged"),
        (&["call.mjr", "--keys", "locked", "--passphrase-file", "nowhere"], "nowhere"),
        (&["call.mjr", "--keys", "public", "--payload-type", "96"], "payload-type"),
    ] {
        let output = frameseal(&[&["open"], arguments].concat(), folder.path());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
}

#[test]
fn help_ends_with_0_and_tells_what_it_ends_with() {
    let output = frameseal(&["open", "--help"], Path::new("."));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(said.contains("2 if some did"), "{said}");
}
