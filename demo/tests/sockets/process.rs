//! Programs that a test starts, and ends.

use core::net::SocketAddr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const SERVER: &str = env!("CARGO_BIN_EXE_frameseal-demo");

/// A program; it is killed when the value is dropped.
pub(crate) struct Process {
    child: Child,
    /// What it printed until it was ready.
    pub(crate) greeting: String,
    _folder: TempDir,
}

impl Process {
    /// The demo's server on a free port, with a page.
    pub(crate) fn demo(args: &[&str]) -> Self {
        Self::start(Command::new(SERVER), args)
    }

    /// The same, which may open so many files.
    pub(crate) fn demo_with_files(files: u32) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {files}; exec \"$0\" \"$@\""), SERVER]);
        Self::start(command, &[])
    }

    fn start(mut command: Command, args: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "<p>").unwrap();
        command.args(["--port", "0", "--root"]).arg(folder.path()).args(args);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = if args.contains(&"--tls") { 2 } else { 1 };
        let output = BufReader::new(child.stdout.take().unwrap());
        let greeting = output.lines().take(lines).map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(greeting.len(), lines, "the server did not start: {args:?}");
        Self { child, greeting: greeting.join("\n"), _folder: folder }
    }

    /// NATS on `port`.
    pub(crate) fn nats(port: u16) -> Self {
        let mut command = Command::new("nats-server");
        command.args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
        let child = command.stderr(Stdio::piped()).spawn();
        let mut child = child.expect("no nats-server; type: apt-get install nats-server");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains("Server is ready")), "NATS did not start");
        // What it still says has to go somewhere.
        std::thread::spawn(move || lines.count());
        Self { child, greeting: String::new(), _folder: tempfile::tempdir().unwrap() }
    }

    /// Where the demo's server listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let (_, rest) = self.greeting.split_once("://").unwrap();
        rest.split('/').next().unwrap().parse().unwrap()
    }

    /// Asks it to stop, as systems do.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
    }

    /// Waits until it has ended; returns whether all was well.
    pub(crate) fn has_ended_well(mut self) -> bool {
        self.child.wait().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
