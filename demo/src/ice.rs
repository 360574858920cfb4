//! Servers that help members find a way to each other: what `--ice-servers` says.

use core::str::FromStr;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// `RTCIceServer` dictionaries, handed to every member as they are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IceServers(pub Vec<Value>);

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
        Ok(Self(servers))
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
        assert_eq!(servers.0, [json!({ "urls": ["stun:a.example", "turn:b.example:3478"] })]);

        let text = r#"[{"urls":"turns:c.example","username":"u","credential":"c"}]"#;
        let servers: IceServers = text.parse().unwrap();
        assert_eq!(Value::Array(servers.0), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn what_browsers_would_refuse_is_refused() {
        for text in ["", "example.org", "http://a", "[", "[{}]", r#"[{"urls":[]}]"#, "stun:a,b"] {
            assert!(text.parse::<IceServers>().is_err(), "{text}");
        }
    }
}
