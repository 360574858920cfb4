//! `frameseal record` as people run it: a program in a room of the demo's server, in which a native
//! member speaks.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

extern crate alloc;

mod fixture;
mod program;
mod speaker;

use core::net::SocketAddr;
use core::time::Duration;
use std::fs;
use std::path::Path;

use fixture::FIXTURES;
use frameseal_demo::{Page, Running, Settings};
use program::Program;
use serde_json::Value;
use speaker::Speaker;
use tokio::net::TcpListener;

const SECRET: [u8; 32] = [7; 32];

/// Before and behind every ID that a program makes up: so the speaker is once the end that offers, and
/// once the one that answers.
const IDS: [char; 2] = ['-', 'z'];

/// A server without a page on a free port.
async fn serve() -> SocketAddr {
    let settings = Settings { page: Page::Folder("/nowhere".into()), ..Settings::default() };
    let server = Running::start(settings).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(server.serve(listener, None, core::future::pending()));
    address
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A recording that has come so far that it has files.
async fn recording(folder: &Path, letter: char) -> (Speaker, Program) {
    let server = serve().await;
    let mut speaker = Speaker::join(server, letter, &SECRET).await;
    speaker.speak_for(Duration::from_millis(300)).await;
    let program = Program::start(server, &SECRET, &["--out", folder.to_str().unwrap()]);
    speaker.speak_until(seconds(10), || program.said("Waiting for Ann's consent.")).await;
    speaker.speak_for(seconds(1)).await;
    assert_eq!(index(folder)["tracks"], Value::Array(Vec::new()), "it has not been asked");
    assert!(!speaker.is_connected());

    speaker.consents = true;
    speaker.speak_until(seconds(15), || program.said("Recording Ann-camera.webm")).await;
    (speaker, program)
}

fn index(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap()
}

/// The numbers of the frames that are in a file, in its order.
fn frames_in(file: &Path, speaker: &Speaker, track: usize) -> Vec<u64> {
    let bytes = fs::read(file).unwrap();
    let (mut from, mut found) = (0, Vec::new());
    for number in 0..speaker.sent()[track] {
        let frame = speaker.frame(track, number);
        let at = bytes[from..].windows(frame.len()).position(|window| window == frame);
        if let Some(at) = at {
            from += at + frame.len();
            found.push(number);
        }
    }
    found
}

#[tokio::test]
async fn a_recording_holds_what_was_sent_while_the_recorder_was_there_bit_for_bit() {
    for letter in IDS {
        let folder = tempfile::tempdir().unwrap();
        let (mut speaker, program) = recording(folder.path(), letter).await;
        let begun = speaker.sent();
        speaker.speak_for(seconds(3)).await;
        let ended = speaker.sent();
        // What is on its way comes in.
        speaker.listen_for(Duration::from_millis(500)).await;
        program.interrupt();
        speaker.speak_until(seconds(10), || program.has_ended()).await;
        assert!(program.ended_well(), "{}", program.output());
        speaker.speak_for(Duration::from_millis(500)).await;

        for (track, file) in [(0, "Ann-microphone.webm"), (1, "Ann-camera.webm")] {
            let found = frames_in(&folder.path().join(file), &speaker, track);
            let (first, last) = (found[0], *found.last().unwrap());
            assert!(first <= begun[track] && last >= ended[track] - 1, "{first} to {last}");
            assert!(found.iter().copied().eq(first..=last), "{file}, {letter}: {found:?}");
            assert!(speaker.is_beginning(track, first), "{first}");
            assert!(first >= speaker.consented_at()[track], "from before the consent");
            let entries = index(folder.path());
            let entry = entries["tracks"].as_array().unwrap().iter().find(|it| it["file"] == file);
            let entry = entry.unwrap();
            assert_eq!(entry["frames"], found.len());
            assert_eq!((&entry["lost"], &entry["member"]), (&0.into(), &"Ann".into()));
            assert!(entry["milliseconds"].as_u64().unwrap().abs_diff(3000) < 2500, "{entry}");
        }
        assert!(index(folder.path())["ended"].is_u64());
    }
}

#[tokio::test]
async fn a_recording_that_is_killed_lacks_the_last_second_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let (mut speaker, program) = recording(folder.path(), IDS[0]).await;
    speaker.speak_for(seconds(4)).await;
    program.kill();
    for (track, file) in [(0, "Ann-microphone.webm"), (1, "Ann-camera.webm")] {
        let found = frames_in(&folder.path().join(file), &speaker, track);
        let missing = speaker.sent()[track] - 1 - *found.last().unwrap();
        let most = FIXTURES[track].per_second * 5 / 4; // what is on its way is lost, too
        assert!(missing <= most, "{missing} of {file} are missing");
    }
    let entries = index(folder.path());
    assert!(entries.get("ended").is_none() && entries["tracks"].as_array().unwrap().len() == 2);
}

#[tokio::test]
async fn keys_are_kept_without_media() {
    let folder = tempfile::tempdir().unwrap();
    let (keys, passphrase) = (folder.path().join("keys"), folder.path().join("passphrase"));
    fs::write(&passphrase, "an apple a day\n").unwrap();
    let server = serve().await;
    let mut speaker = Speaker::join(server, IDS[0], &SECRET).await;
    let [keys_text, passphrase_text] = [&keys, &passphrase].map(|path| path.to_str().unwrap());
    let arguments = ["--keys-only", "--keys", keys_text, "--passphrase-file", passphrase_text];
    let program = Program::start(server, &SECRET, &arguments);
    speaker.speak_until(seconds(10), || program.said("Waiting for Ann's consent.")).await;
    assert_eq!(fs::read_to_string(&keys).unwrap().lines().count(), 1, "the header alone");

    speaker.consents = true;
    speaker.speak_until(seconds(10), || program.said("Ann has consented.")).await;
    speaker.speak_for(seconds(1)).await;
    assert!(!speaker.is_connected(), "it takes no media");
    program.interrupt();
    speaker.speak_until(seconds(10), || program.has_ended()).await;
    assert!(program.ended_well(), "{}", program.output());
    let text = fs::read_to_string(&keys).unwrap();
    assert!(text.starts_with("frameseal-keys 1 passphrase "));
    assert!(text.lines().count() > 1 + 9, "entries of keys, and that each of nine steps is over");
    // Steps 0 to 8 of 12 tracks.
    assert!(program.said("108 keys are in the file."));
}

#[tokio::test]
async fn what_cannot_be_done_is_told_with_its_cure() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let server = serve().await;
    for (link, cure) in [
        (format!("http://{server}/r/room#open"), "make a sealed room"),
        (format!("http://{server}/r/room#k=short"), "copy all of it"),
        (String::from("nonsense"), "https://SERVER/r/ROOM#k=SECRET"),
        (String::from("http://127.0.0.1:1/r/room"), "127.0.0.1:1"),
    ] {
        let program = Program::with_link(&link, &["--out", &format!("{out}/{}", cure.len())]);
        while !program.has_ended() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!program.ended_well());
        assert!(program.output().contains(cure), "{link}: {}", program.output());
        assert!(!program.output().contains("short"), "it repeats a secret");
    }
}
