//! The folder that files go to: under names of their own until they are whole.

use alloc::collections::BTreeSet;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempPath};

/// Where files go.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Names that were given out.
    reserved: BTreeSet<String>,
    /// Bytes that tests leave on the disk.
    #[cfg(test)]
    pub(super) room: Option<alloc::rc::Rc<core::cell::Cell<usize>>>,
}

/// A file that is not whole yet. It goes when this is dropped.
#[derive(Debug)]
pub(super) struct Part {
    path: TempPath,
    /// To see that all is on the disk.
    file: std::fs::File,
}

/// What files are written to.
pub(super) trait Output: Write + Seek {}

impl<T: Write + Seek> Output for T {}

impl Folder {
    /// Makes the folder, if there is none.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        Ok(Self {
            path: path.to_owned(),
            reserved: BTreeSet::new(),
            #[cfg(test)]
            room: None,
        })
    }

    /// Returns a name that no other file of ours has.
    pub(super) fn reserve(&mut self, base: &str, extension: &str) -> String {
        let first = format!("{base}.{extension}");
        let others = (2_u64..).map(|number| format!("{base}-{number}.{extension}"));
        let mut names = core::iter::once(first).chain(others);
        let name = names.find(|name| !self.reserved.contains(&name.to_lowercase()));
        let name = name.unwrap_or_default();
        self.reserved.insert(name.to_lowercase());
        name
    }

    /// Tells whether there is a file of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.path.join(name).exists()
    }

    /// Begins a file.
    ///
    /// # Errors
    ///
    /// There is a file of this name, or none can be made.
    pub(super) fn begin(&self, name: &str) -> io::Result<(Part, Box<dyn Output>)> {
        if self.has(name) {
            let path = self.path.join(name);
            let text = format!("{} is there already; choose another --out", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        let file =
            Builder::new().prefix(&format!(".{name}.")).suffix(".part").tempfile_in(&self.path)?;
        let (output, part) = self.parts(file)?;
        Ok((part, output))
    }

    /// Gives a file its name, once all of it is on the disk.
    pub(super) fn keep(&self, part: Part, name: &str) -> io::Result<()> {
        part.file.sync_all()?;
        part.path.persist_noclobber(self.path.join(name)).map_err(|error| error.error)
    }

    fn parts(&self, file: NamedTempFile) -> io::Result<(Box<dyn Output>, Part)> {
        let (output, path) = file.into_parts();
        let file = output.try_clone()?;
        let output: Box<dyn Output> = Box::new(output);
        #[cfg(test)]
        let output = match &self.room {
            Some(room) => Box::new(Limited { output, room: room.clone() }),
            None => output,
        };
        Ok((output, Part { path, file }))
    }
}

/// A disk that becomes full.
#[cfg(test)]
struct Limited {
    output: Box<dyn Output>,
    room: alloc::rc::Rc<core::cell::Cell<usize>>,
}

#[cfg(test)]
impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len().min(self.room.get());
        if len == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.room.set(self.room.get().saturating_sub(len));
        self.output.write(&bytes[..len])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
impl Seek for Limited {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.output.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_goes_unless_it_is_kept() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::new(&temporary.path().join("new/folder")).unwrap();
        let files = || folder.path.read_dir().unwrap().count();

        let (part, mut output) = folder.begin("a.webm").unwrap();
        output.write_all(b"text").unwrap();
        assert_eq!((files(), folder.has("a.webm")), (1, false));
        drop(part);
        assert_eq!(files(), 0);

        let (part, mut output) = folder.begin("a.webm").unwrap();
        output.write_all(b"text").unwrap();
        folder.keep(part, "a.webm").unwrap();
        assert_eq!(std::fs::read(folder.path.join("a.webm")).unwrap(), b"text");
        assert_eq!(files(), 1);
        let again = folder.begin("a.webm").err().unwrap();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn each_file_has_a_name_of_its_own() {
        let temporary = tempfile::tempdir().unwrap();
        let mut folder = Folder::new(temporary.path()).unwrap();
        let names = ["a", "A", "a", "b"].map(|base| folder.reserve(base, "mp4"));
        // On some disks, capitals make no difference.
        assert_eq!(names, ["a.mp4", "A-2.mp4", "a-3.mp4", "b.mp4"]);
    }
}
