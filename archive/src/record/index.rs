//! `index.json`: what the files of a recording are, and how they are aligned.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

/// All of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Index {
    /// Of this format.
    pub(crate) version: u32,
    /// In milliseconds since 1970, as all times.
    pub(crate) began: u64,
    /// Absent of a recording that goes on, or was cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<u64>,
    pub(crate) tracks: Vec<Track>,
}

/// One file.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Track {
    pub(crate) file: String,
    /// What the member calls itself; not proven.
    pub(crate) member: String,
    /// The member's, unique in the room.
    pub(crate) id: String,
    /// SHA-256 of the member's public key, in hexadecimal: what its frames were proven by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fingerprint: Option<String>,
    pub(crate) track: String,
    pub(crate) codec: String,
    /// When the file's first frame came.
    pub(crate) start: u64,
    pub(crate) milliseconds: u64,
    /// In the file.
    pub(crate) frames: u64,
    /// Frames that came and did not open, and gaps in what came, one for each.
    pub(crate) lost: u64,
}

impl Index {
    pub(crate) const fn new(began: u64) -> Self {
        Self { version: 1, began, ended: None, tracks: Vec::new() }
    }

    /// Writes it in one piece: whoever reads it has this or the one before.
    pub(crate) fn save(&self, folder: &Path) -> Result<()> {
        let (path, part) = (path(folder), folder.join("index.json.part"));
        let text = serde_json::to_string_pretty(self)?;
        fs::write(&part, text + "\n")
            .and_then(|()| fs::rename(&part, &path))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join("index.json")
}

#[cfg(test)]
mod tests {
    use super::{Index, Track, path};

    #[test]
    fn it_is_replaced_as_a_whole_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut index = Index::new(1_800_000_000_000);
        index.save(folder.path()).unwrap();
        index.tracks.push(Track {
            file: String::from("Ben-camera.webm"),
            member: String::from("Ben"),
            id: String::from("b"),
            fingerprint: None,
            track: String::from("camera"),
            codec: String::from("VP8"),
            start: 1_800_000_000_500,
            milliseconds: 40,
            frames: 2,
            lost: 0,
        });
        index.save(folder.path()).unwrap();
        let text = std::fs::read_to_string(path(folder.path())).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["tracks"][0]["start"], 1_800_000_000_500_u64);
        assert_eq!(read["tracks"].as_array().unwrap().len(), 1);
        assert!(read.get("ended").is_none() && read["tracks"][0].get("fingerprint").is_none());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no part is left");
    }
}
