//! Programs that the system's package manager installs.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use xshell::cmd;

use crate::workspace::Workspace;

/// A program that some command runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Program {
    Chromium,
    Ffmpeg,
    Firefox,
    /// With its plugins, and its bindings for Python.
    GStreamer,
    Janus,
    JanusTools,
    NatsServer,
    Nft,
    Node,
    Tc,
    /// WebKitGTK with its driver, and a screen for it.
    WebKit,
}

/// Installs those of `programs` that are not on the PATH.
///
/// # Errors
///
/// Names the command to type where this user or system does not let us install.
pub(crate) fn install(workspace: &Workspace, programs: &[Program]) -> Result<()> {
    let missing: Vec<_> =
        programs.iter().copied().filter(|program| program.path().is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let Some(system) = System::of_this_machine() else {
        bail!("not on the PATH: {missing:?}; install them and try again");
    };
    let packages = missing
        .iter()
        .map(|program| {
            let package = system.package(*program);
            package.with_context(|| format!("{program:?} has no package on {system:?}"))
        })
        .collect::<Result<Vec<_>>>()?;
    let packages: Vec<_> = packages.iter().flat_map(|names| names.split(' ')).collect();
    if !system.is_apt() || !install_by_apt(workspace, &packages)? {
        bail!("not on the PATH: {missing:?}; type: {} {}", system.install(), packages.join(" "));
    }
    Ok(())
}

/// Installs Debian `packages`; returns false where that takes a password.
fn install_by_apt(workspace: &Workspace, packages: &[&str]) -> Result<bool> {
    let shell = workspace.shell();
    let is_root = cmd!(shell, "id --user").quiet().read()? == "0";
    let sudo: &[&str] = if is_root { &[] } else { &["sudo", "--non-interactive"] };
    if !is_root && cmd!(shell, "sudo --non-interactive true").quiet().ignore_stderr().run().is_err()
    {
        return Ok(false);
    }
    cmd!(shell, "env {sudo...} apt-get update").run()?;
    cmd!(shell, "env {sudo...} apt-get install --yes --no-install-recommends {packages...}")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()?;
    Ok(true)
}

impl Program {
    /// Finds the program: a browser where `CHROMIUM` or `FIREFOX` says, else on the PATH.
    pub(crate) fn path(self) -> Option<PathBuf> {
        let (told, names): (_, &[&str]) = match self {
            Self::Chromium => {
                (env::var_os("CHROMIUM"), &["chromium", "chromium-browser", "google-chrome"])
            }
            Self::Ffmpeg => (None, &["ffmpeg"]),
            Self::Firefox => (env::var_os("FIREFOX"), &["firefox-esr", "firefox"]),
            Self::GStreamer => (None, &["gst-launch-1.0"]),
            Self::Janus => (None, &["janus"]),
            Self::JanusTools => (None, &["janus-pp-rec"]),
            Self::NatsServer => (None, &["nats-server"]),
            Self::Nft => (None, &["nft"]),
            Self::Node => (None, &["npm"]),
            Self::Tc => (None, &["tc"]),
            Self::WebKit => (None, &["WebKitWebDriver"]),
        };
        let search_path = search_path();
        let on_path =
            || names.iter().find_map(|name| which::which_in(name, Some(&search_path), "/").ok());
        told.map(PathBuf::from).or_else(on_path)
    }
}

/// The PATH, and where Debian keeps servers and network tools, which its users do not have on theirs.
pub(crate) fn search_path() -> OsString {
    let mut path = env::var_os("PATH").unwrap_or_default();
    path.push(if cfg!(windows) { "" } else { ":/usr/sbin:/sbin" });
    path
}

/// A family of systems with one package manager and one set of package names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum System {
    Arch,
    Debian,
    Fedora,
    MacOs,
    Ubuntu,
}

impl System {
    fn of_this_machine() -> Option<Self> {
        if cfg!(target_os = "macos") {
            return Some(Self::MacOs);
        }
        Self::from_os_release(&fs::read_to_string("/etc/os-release").ok()?)
    }

    /// Reads `ID` and `ID_LIKE` of os-release(5).
    fn from_os_release(os_release: &str) -> Option<Self> {
        let field = |name| os_release.lines().find_map(|line| line.strip_prefix(name));
        let ids = [field("ID="), field("ID_LIKE=")].into_iter().flatten();
        ids.flat_map(|ids| ids.trim_matches('"').split(' ')).find_map(|id| match id {
            "arch" => Some(Self::Arch),
            "debian" => Some(Self::Debian),
            "fedora" => Some(Self::Fedora),
            "ubuntu" => Some(Self::Ubuntu),
            _ => None,
        })
    }

    fn is_apt(self) -> bool {
        matches!(self, Self::Debian | Self::Ubuntu)
    }

    fn install(self) -> &'static str {
        match self {
            Self::Arch => "sudo pacman -S",
            Self::Debian | Self::Ubuntu => "sudo apt-get install",
            Self::Fedora => "sudo dnf install",
            Self::MacOs => "brew install",
        }
    }

    /// Names of packages, with spaces between them; `None` if the system has none.
    fn package(self, program: Program) -> Option<&'static str> {
        Some(match (program, self) {
            (Program::Chromium, Self::Ubuntu) => "chromium-browser",
            (Program::Chromium, _) => "chromium",
            (Program::Ffmpeg, Self::Fedora) => "ffmpeg-free",
            (Program::Ffmpeg, _) => "ffmpeg",
            (Program::Firefox, Self::Debian) => "firefox-esr",
            (Program::Firefox, _) => "firefox",
            (Program::GStreamer, Self::Debian | Self::Ubuntu) => {
                "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
                 gstreamer1.0-plugins-bad python3-gst-1.0"
            }
            (Program::Janus, Self::Debian | Self::Ubuntu) => "janus",
            (Program::JanusTools, Self::Debian | Self::Ubuntu) => "janus-tools",
            (Program::NatsServer, _) => "nats-server",
            (Program::Node, Self::Fedora) => "nodejs-npm",
            (Program::Node, Self::MacOs) => "node",
            (Program::Node, _) => "npm",
            (Program::WebKit, Self::Debian | Self::Ubuntu) => "webkit2gtk-driver xvfb",
            (Program::Nft | Program::Tc, Self::MacOs)
            | (Program::GStreamer | Program::Janus | Program::JanusTools | Program::WebKit, _) => {
                return None;
            }
            (Program::Nft, _) => "nftables",
            (Program::Tc, Self::Fedora) => "iproute-tc",
            (Program::Tc, _) => "iproute2",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_system_by_its_own_name_or_its_parents() {
        let cases = [
            ("NAME=\"Debian GNU/Linux\"\nID=debian\n", Some(System::Debian)),
            ("ID=ubuntu\nID_LIKE=debian\n", Some(System::Ubuntu)),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Some(System::Ubuntu)),
            ("ID_LIKE=\"rhel fedora\"\nID=\"rocky\"\n", Some(System::Fedora)),
            ("ID=nixos\n", None),
        ];
        for (os_release, system) in cases {
            assert_eq!(System::from_os_release(os_release), system, "{os_release}");
        }
    }
}
