//! What comes out is what FFmpeg plays.

use std::process::Command;

use super::*;

/// Returns what a program prints, which must be no complaint.
fn run(program: &str, arguments: &[&str], file: &Path) -> String {
    let output = Command::new(program).args(["-v", "error"]).args(arguments).arg(file).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; install ffmpeg"));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.is_empty(), "{program}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn ffmpeg_decodes_every_frame() {
    let layers = [(Codec::Vp9, "chromium-vp9-l3t3"), (Codec::Av1, "chromium-av1-l3t3")];
    let fixtures = FIXTURES.iter().map(|row| (row.0, row.1, 1));
    let layers = layers.iter().map(|row| (row.0, row.1, 3));
    for (codec, fixture, layers) in fixtures.chain(layers) {
        let case = Case::new();
        let frames = frames(fixture);
        let sealed = seal(codec, &frames, 0, 1);
        let packets = packets(codec, &sealed.chunks(layers).collect::<Vec<_>>());
        let report = case.open_packets(codec, &packets, key_file([media_key("a", codec, 0, 1)]));
        let path = case.out().join(report.tracks[0].file.as_ref().unwrap());

        let shown = ["-count_frames", "-show_entries", "stream=codec_name,nb_read_frames"];
        let shown = run("ffprobe", &[&shown[..], &["-of", "csv=p=0"]].concat(), &path);
        let name = if codec == Codec::H265 { "hevc" } else { codec.name() };
        let pictures = frames.len() / layers;
        assert_eq!(shown.trim(), format!("{name},{pictures}"), "{fixture}");

        let millis = pictures as f64 * f64::from(step_millis(codec)) / 1000.0;
        let duration = ["-show_entries", "format=duration", "-of", "csv=p=0"];
        let told: f64 = run("ffprobe", &duration, &path).trim().parse().unwrap();
        assert!((told - millis).abs() < 0.05, "{fixture}: {told} s for {millis} s");
    }
}
