//! Measures what a join and a leave cost a room: `cargo xtask bench keymgmt`.

use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use frameseal_simulation::{Call, Instance, Link, Traffic};
use serde::Serialize;

/// Prints a table and writes it as JSON.
#[derive(Debug, Parser)]
struct Options {
    /// The file to write
    json: PathBuf,
}

/// What one event costs all members of a room together.
#[derive(Debug, Serialize)]
struct Cost {
    /// How many there are while it happens, the one that comes or goes included.
    members: usize,
    event: &'static str,
    /// Those sent; the one to all counts once.
    messages: usize,
    bytes: usize,
    /// Of processor time inside the sessions.
    microseconds: u128,
}

fn main() -> Result<()> {
    let Options { json } = Options::parse();
    println!("All members send, and no message is lost. Totals over the room:\n");
    println!("| members | event | messages | bytes | time |");
    println!("|---:|---|---:|---:|---:|");
    let mut costs = Vec::new();
    for members in ROOMS {
        for cost in measure(members)? {
            let Cost { event, messages, bytes, microseconds, .. } = cost;
            let milliseconds = microseconds.div_ceil(1000);
            println!("| {members} | {event} | {messages} | {bytes} | {milliseconds} ms |");
            costs.push(cost);
        }
        write(&json, &costs)?; // the largest room takes minutes: keep what was measured before
    }
    println!("\nwritten to {}", json.display());
    print_waits()
}

/// Prints how long a newcomer waits until it hears the others.
fn print_waits() -> Result<()> {
    println!(
        "\nMessages take {HALF_TRIP} ms each way. Until a newcomer to a room of 10 is heard and"
    );
    println!("hears everybody, on a fake clock:\n");
    for (room, secret) in [("no secret", None), ("with a secret", Some(b"sixteen bytes ok"))] {
        let mut call = Call::new(1);
        call.set_hoarding(0);
        call.set_link(Link { delay: HALF_TRIP..=HALF_TRIP, ..Link::perfect() });
        if let Some(secret) = secret {
            call.share_secret(secret);
        }
        for number in 1..10 {
            call.join_sending(&format!("member-{number}"));
        }
        call.run(ENOUGH);
        call.join_sending("newcomer");
        let waited = call.run_until_open(ENOUGH).context("the newcomer is not heard")?;
        println!("- {room}: {waited} ms");
    }
    Ok(())
}

/// Fills a room but for one member, lets that one come, and go again.
fn measure(members: usize) -> Result<[Cost; 2]> {
    let mut call = Call::new(members as u64);
    call.leave_out_media();
    for number in 1..members {
        call.join_sending(&format!("member-{number}"));
    }
    settle(&mut call)?;

    call.reset_traffic();
    let newcomer = call.join_sending("newcomer");
    settle(&mut call)?;
    let join = call.traffic();
    ensure!(is_secured(&call, newcomer, members), "the newcomer is not secured");

    call.reset_traffic();
    call.leave(newcomer);
    settle(&mut call)?;
    let cost = |event, Traffic { messages, bytes, busy, .. }: Traffic| {
        let microseconds = Duration::as_micros(&busy);
        Cost { members, event, messages, bytes, microseconds }
    };
    Ok([cost("join", join), cost("leave", call.traffic())])
}

/// Lets the room do all that there is to do.
fn settle(call: &mut Call) -> Result<()> {
    call.run(ENOUGH);
    let sent = call.traffic().messages;
    call.run(ENOUGH);
    ensure!(call.traffic().messages == sent, "a room without losses goes on talking");
    Ok(())
}

/// Tells whether everybody has keys of everybody.
fn is_secured(call: &Call, newcomer: Instance, members: usize) -> bool {
    let holds_all = |member: Instance| call[member].held().count() >= members.saturating_sub(1);
    holds_all(newcomer) && call.others(newcomer).into_iter().all(holds_all)
}

fn write(json: &Path, costs: &[Cost]) -> Result<()> {
    let folder = json.parent().context("a file in a folder")?;
    fs::create_dir_all(folder)?;
    Ok(fs::write(json, serde_json::to_vec_pretty(costs)?)?)
}

const ROOMS: [usize; 7] = [2, 10, 50, 100, 200, 500, 1000];

/// In ms: several times what anything takes without losses.
const ENOUGH: u64 = 5000;

/// In ms: what signalling through a server on the same continent takes.
const HALF_TRIP: u64 = 50;
