//! What goes over the server's WebSocket, and what members say to each other through it:
//! docs/demo-server.md, "The protocol of /ws".

use serde::{Deserialize, Serialize};

/// What a member says to the server.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum ToServer<'a> {
    Join { room: &'a str, member: &'a str, token: &'a str, name: &'a str, received: u64 },
    Relay { to: Option<&'a str>, data: &'a str, seq: u64 },
    Ping { received: u64 },
    Leave,
}

impl ToServer<'_> {
    /// Writes it.
    pub(crate) fn to_json(&self) -> String {
        // Texts and numbers can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What the server says. Nothing of it is trusted.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum FromServer {
    Welcome(Welcome),
    Joined {
        member: Card,
    },
    Left {
        member: String,
    },
    Relay {
        from: String,
        data: String,
        seq: u64,
    },
    Pong {
        received: u64,
    },
    Error {
        code: String,
        message: String,
    },
    /// Of a later version.
    #[serde(other)]
    Unknown,
}

/// What the server says to whom it lets in.
#[derive(Debug, Deserialize)]
pub(crate) struct Welcome {
    /// Names the server's process: another one after a restart.
    pub(crate) server: String,
    /// The others.
    pub(crate) members: Vec<Card>,
    /// The media server that media goes through, if there is one.
    pub(crate) sfu: Option<String>,
    pub(crate) limits: Limits,
    /// The seat was still there, and its numbers go on.
    pub(crate) resumed: bool,
    /// Number of the last message that the server got from this seat.
    pub(crate) received: u64,
}

/// A member, as the server shows it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub(crate) struct Card {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// What the server lets a client do.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limits {
    pub(crate) message_bytes: usize,
    pub(crate) messages_per_second: u32,
    pub(crate) members: usize,
}

/// How one connection between two members is negotiated, as the page says it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Signal {
    /// Whom it is for: who sealed it, sealed it for the whole room.
    pub(crate) to: String,
    /// Names one attempt to connect.
    pub(crate) link: String,
    /// Counts this sender's signals about it.
    pub(crate) number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<Description>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) candidate: Option<IceCandidate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) turn: Option<Turn>,
    /// The other end should begin a new connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) begin: Option<bool>,
}

/// `RTCSessionDescriptionInit`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Description {
    #[serde(rename = "type")]
    pub(crate) kind: DescriptionKind,
    pub(crate) sdp: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DescriptionKind {
    Offer,
    Answer,
}

/// Of `RTCIceCandidateInit`, what is used: all goes over one transport.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct IceCandidate {
    #[serde(default)]
    pub(crate) candidate: String,
}

/// Who may offer next: docs/decisions, number 16.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Turn {
    Wanted,
    Yours,
    Unneeded,
}

/// What a member tells another over their data channel about what it sends: nothing.
pub(crate) const SILENT_STATUS: &[u8] =
    b"\0{\"type\":\"status\",\"sending\":{\"microphone\":false,\"camera\":false,\"screen\":false}}";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Description, DescriptionKind, FromServer, Signal, ToServer, Turn};

    fn read(value: &serde_json::Value) -> FromServer {
        serde_json::from_value(value.clone()).unwrap()
    }

    #[test]
    fn what_is_said_to_the_server_is_what_it_reads() {
        let (room, member, token, name) = ("room", "A", "T", "Rec");
        for (message, expected) in [
            (
                ToServer::Join { room, member, token, name, received: 3 },
                json!({ "type": "join", "room": "room", "member": "A", "token": "T", "name": "Rec",
                    "received": 3 }),
            ),
            (
                ToServer::Relay { to: None, data: "AA==", seq: 1 },
                json!({ "type": "relay", "to": null, "data": "AA==", "seq": 1 }),
            ),
            (ToServer::Ping { received: 7 }, json!({ "type": "ping", "received": 7 })),
            (ToServer::Leave, json!({ "type": "leave" })),
        ] {
            let written: serde_json::Value = serde_json::from_str(&message.to_json()).unwrap();
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn what_the_server_says_is_read_and_what_is_new_is_passed_over() {
        let welcome = read(&json!({
            "type": "welcome", "server": "s", "sfu": "janus", "iceServers": [], "new": 1,
            "members": [{ "id": "b", "name": "Ben" }], "resumed": false, "received": 0,
            "limits": { "messageBytes": 65536, "messagesPerSecond": 50, "members": 8 },
        }));
        let FromServer::Welcome(welcome) = welcome else { panic!("{welcome:?}") };
        assert_eq!((welcome.sfu.as_deref(), welcome.limits.message_bytes), (Some("janus"), 65536));
        let news = read(&json!({ "type": "something", "of": "later" }));
        assert!(matches!(news, FromServer::Unknown), "{news:?}");
    }

    #[test]
    fn signals_are_as_the_page_says_them() {
        let text = r#"{"to":"a","link":"l","number":0,"description":{"type":"offer","sdp":"v=0"}}"#;
        let offer: Signal = serde_json::from_str(text).unwrap();
        let description =
            Some(Description { kind: DescriptionKind::Offer, sdp: String::from("v=0") });
        let expected = Signal {
            to: String::from("a"),
            link: String::from("l"),
            description,
            ..Signal::default()
        };
        assert_eq!(offer, expected);
        assert_eq!(serde_json::to_string(&offer).unwrap(), text);

        for text in [
            r#"{"to":"a","link":"l","number":1,"candidate":null}"#,
            r#"{"to":"a","link":"l","number":1,"candidate":{"candidate":"","sdpMid":"0"}}"#,
        ] {
            serde_json::from_str::<Signal>(text).unwrap();
        }
        let text = r#"{"to":"a","link":"l","number":1,"turn":"wanted"}"#;
        assert_eq!(serde_json::from_str::<Signal>(text).unwrap().turn, Some(Turn::Wanted));
        assert!(serde_json::from_str::<Signal>(r#"{"to":"a","link":"l","number":-1}"#).is_err());
    }
}
