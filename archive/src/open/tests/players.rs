//! What comes out is what `ffmpeg` plays.

use std::process::Command;

use super::*;

/// Returns what a program prints, which must be no complaint.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(["-v", "error"]).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; install ffmpeg"));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.is_empty(), "{program}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Counts the pictures, or the frames of sound, that come out of a decoder.
fn decoded(file: &str, decoder: &[&str]) -> usize {
    let sums = run(
        "ffmpeg",
        &[decoder, &["-i", file, "-fps_mode", "passthrough", "-f", "framemd5", "-"]].concat(),
    );
    sums.lines().filter(|line| !line.starts_with('#')).count()
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
        let path = path.to_str().unwrap();

        // FFmpeg's own decoder of VP9 shows each layer.
        let decoder: &[&str] =
            if codec == Codec::Vp9 && layers > 1 { &["-c:v", "libvpx-vp9"] } else { &[] };
        let pictures = frames.len() / layers;
        assert_eq!(decoded(path, decoder), pictures, "{fixture}");

        let told = ["-show_entries", "stream=codec_name:format=duration", "-of", "csv=p=0", path];
        let told = run("ffprobe", &told);
        let (name, duration) = told.trim().split_once('\n').unwrap();
        assert_eq!(name, if codec == Codec::H265 { "hevc" } else { codec.name() });
        let millis = pictures as f64 * f64::from(step_millis(codec));
        let duration = duration.parse::<f64>().unwrap() * 1000.0;
        assert!((duration - millis).abs() < 50.0, "{fixture}: {duration} ms for {millis} ms");
    }
}
