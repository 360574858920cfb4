//! Servers that help members find a way to each other: what `--ice-servers` says.

use core::str::FromStr;
use core::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::identity::MemberId;
use crate::turn::Turn;

/// `RTCIceServer` dictionaries, handed to every member.
#[derive(Clone, Debug, Default)]
pub struct IceServers {
    servers: Vec<Value>,
    /// Makes credentials for those of TURN that have none.
    turn: Option<Turn>,
}

impl IceServers {
    /// Gives each member its own credentials for the TURN servers that have none.
    #[must_use]
    pub fn with_turn(self, turn: Option<Turn>) -> Self {
        Self { turn, ..self }
    }

    /// Returns what a member gets; `now` is the time since 1970.
    pub(crate) fn of(&self, member: &MemberId, now: Duration) -> Vec<Value> {
        let mut servers = self.servers.clone();
        if let Some(turn) = &self.turn {
            servers.iter_mut().for_each(|server| turn.admit(server, member, now));
        }
        servers
    }
}

impl FromStr for IceServers {
    type Err = anyhow::Error;

    /// Reads a JSON array of `RTCIceServer` dictionaries, or URLs separated by commas.
    fn from_str(text: &str) -> Result<Self> {
        let servers = if text.trim_start().starts_with('[') {
            serde_json::from_str(text).context("not a JSON array of RTCIceServer")?
        } else {
            let urls: Vec<_> = text.split(',').map(str::trim).collect();
            vec![json!({ "urls": urls })]
        };
        ensure!(servers.iter().all(is_valid), "each server needs urls: stun:… turn:… turns:…");
        Ok(Self { servers, turn: None })
    }
}

fn is_valid(server: &Value) -> bool {
    let is_url = |url: &Value| {
        let scheme = url.as_str().and_then(|url| url.split_once(':')).map(|(scheme, _)| scheme);
        matches!(scheme, Some("stun" | "stuns" | "turn" | "turns"))
    };
    match server.get("urls") {
        Some(Value::Array(urls)) => !urls.is_empty() && urls.iter().all(is_url),
        Some(url) => is_url(url),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_or_dictionaries_are_read() {
        let servers: IceServers = "stun:a.example, turn:b.example:3478".parse().unwrap();
        assert_eq!(servers.servers, [json!({ "urls": ["stun:a.example", "turn:b.example:3478"] })]);

        let text = r#"[{"urls":"turns:c.example","username":"u","credential":"c"}]"#;
        let servers: IceServers = text.parse().unwrap();
        assert_eq!(Value::Array(servers.servers), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn what_browsers_would_refuse_is_refused() {
        for text in ["", "example.org", "http://a", "[", "[{}]", r#"[{"urls":[]}]"#, "stun:a,b"] {
            assert!(text.parse::<IceServers>().is_err(), "{text}");
        }
    }
}
