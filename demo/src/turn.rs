//! Credentials for TURN servers that expire, as coturn takes them with `use-auth-secret`.

use core::fmt;
use core::time::Duration;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha1::Sha1;

use crate::identity::MemberId;

/// What this server and the TURN servers know, and nobody else.
#[derive(Clone)]
pub struct Turn {
    secret: String,
    lifetime: Duration,
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Turn(_, {:?})", self.lifetime)
    }
}

impl Turn {
    /// Reads the secret, coturn's `static-auth-secret`, from a file that has nothing else in it.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is empty.
    pub fn from_file(path: &Path, lifetime: Duration) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read --turn-secret {}", path.display()))?;
        let secret = text.trim().to_owned();
        ensure!(!secret.is_empty(), "there is no secret in {}", path.display());
        Ok(Self { secret, lifetime })
    }

    /// Gives a member credentials for this `RTCIceServer`, if it is TURN and has none. `now` is the
    /// time since 1970.
    pub(crate) fn admit(&self, server: &mut Value, member: &MemberId, now: Duration) {
        if is_turn(server) && server.get("username").is_none() {
            let username = self.username(member, now);
            server["credential"] = self.credential(&username).into();
            server["username"] = username.into();
        }
    }

    fn username(&self, member: &MemberId, now: Duration) -> String {
        let expiry = now.saturating_add(self.lifetime).as_secs();
        format!("{expiry}:{}", String::from(member.clone()))
    }

    fn credential(&self, username: &str) -> String {
        // A key may have any length.
        let Ok(mac) = Hmac::<Sha1>::new_from_slice(self.secret.as_bytes()) else {
            return String::new();
        };
        STANDARD.encode(mac.chain_update(username).finalize().into_bytes())
    }
}

fn is_turn(server: &Value) -> bool {
    let is_url = |url: &Value| {
        url.as_str().is_some_and(|url| url.starts_with("turn:") || url.starts_with("turns:"))
    };
    server.get("urls").is_some_and(|urls| match urls {
        Value::Array(urls) => urls.iter().any(is_url),
        url => is_url(url),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Duration = Duration::from_secs(1_800_000_000);

    fn admitted(mut server: Value) -> Value {
        let turn = Turn { secret: "north".to_owned(), lifetime: Duration::from_secs(12 * 3600) };
        let member = "A".repeat(22).try_into().unwrap();
        turn.admit(&mut server, &member, NOW);
        server
    }

    /// The credential is what `openssl dgst -sha1 -hmac north -binary | openssl base64` makes of the
    /// username.
    #[test]
    fn credentials_are_those_that_coturn_makes() {
        for urls in [json!("turn:a.example"), json!(["stun:a.example", "turns:a.example"])] {
            let expected = json!({
                "urls": urls,
                "username": "1800043200:AAAAAAAAAAAAAAAAAAAAAA",
                "credential": "SjtGc32OUcCnh5OooUK3uJazly4=",
            });
            assert_eq!(admitted(json!({ "urls": urls })), expected);
        }
    }

    #[test]
    fn who_needs_none_or_has_some_gets_none() {
        for server in [
            json!({ "urls": ["stun:a.example"] }),
            json!({ "urls": "turn:a.example", "username": "u", "credential": "c" }),
        ] {
            assert_eq!(admitted(server.clone()), server);
        }
    }

    #[test]
    fn the_secret_is_what_a_file_has_and_is_shown_to_nobody() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let read = || Turn::from_file(file.path(), NOW);
        assert!(read().unwrap_err().to_string().contains("no secret"));
        fs::write(file.path(), "north\n").unwrap();
        assert_eq!(read().unwrap().secret, "north");
        assert!(!format!("{:?}", read().unwrap()).contains("north"));
    }
}
