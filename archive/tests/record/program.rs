//! The program, as a person starts it.

use alloc::sync::Arc;
use core::cell::RefCell;
use core::net::SocketAddr;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// It is killed when the value is dropped.
pub(crate) struct Program {
    child: RefCell<Child>,
    output: Arc<Mutex<String>>,
}

impl Program {
    /// Records `room` at a server.
    pub(crate) fn start(server: SocketAddr, secret: &[u8; 32], arguments: &[&str]) -> Self {
        let secret = BASE64_URL_SAFE_NO_PAD.encode(secret);
        Self::with_link(&format!("http://{server}/r/room#k={secret}"), arguments)
    }

    pub(crate) fn with_link(link: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_frameseal"));
        command.args(["record", "--name", "Rec"]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{link}").unwrap();
        let output = Arc::new(Mutex::new(String::new()));
        collect(child.stdout.take().unwrap(), Arc::clone(&output));
        collect(child.stderr.take().unwrap(), Arc::clone(&output));
        Self { child: RefCell::new(child), output }
    }

    /// All that it has written so far.
    pub(crate) fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    /// Whether it has written this line.
    pub(crate) fn said(&self, line: &str) -> bool {
        assert!(!self.has_ended() || self.ended_well(), "{}", self.output());
        self.output().lines().any(|said| said == line)
    }

    /// As Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        let id = self.child.borrow().id().to_string();
        assert!(Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success());
    }

    pub(crate) fn kill(&self) {
        let mut child = self.child.borrow_mut();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.status().is_some()
    }

    pub(crate) fn ended_well(&self) -> bool {
        // What it wrote last is read by then, or is about to be.
        thread::sleep(core::time::Duration::from_millis(50));
        self.status().is_some_and(|status| status.success())
    }

    fn status(&self) -> Option<ExitStatus> {
        self.child.borrow_mut().try_wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let child = self.child.get_mut();
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn collect(stream: impl Read + Send + 'static, output: Arc<Mutex<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut output = output.lock().unwrap();
            output.push_str(&line);
            output.push('\n');
        }
    });
}
