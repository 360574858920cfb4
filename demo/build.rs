//! Embeds the page anew when it was built anew.

use std::env;

fn main() {
    // Debug builds read the page when it is asked for.
    let is_embedded = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    println!("cargo::rerun-if-changed={}", if is_embedded { "dist" } else { "build.rs" });
}
