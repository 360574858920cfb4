//! What the link of a room says.

use core::error::Error;
use core::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use url::Url;
use zeroize::Zeroizing;

/// A room of the demo, as its link has it. Whoever has the secret is let in, so nothing prints it.
pub(crate) struct RoomLink {
    /// The server's page.
    server: Url,
    /// What the server knows the room by.
    pub(crate) room: String,
    /// What the members share and the server does not know: 32 bytes, if the link has any.
    pub(crate) secret: Option<Zeroizing<Vec<u8>>>,
}

impl RoomLink {
    /// Reads a link; space around it does not matter.
    pub(crate) fn parse(text: &str) -> Result<Self, LinkError> {
        // The secret goes through no library that may keep copies.
        let (address, fragment) = match text.trim().split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (text.trim(), None),
        };
        let server = Url::parse(address).map_err(|_| LinkError::NoLink)?;
        if !matches!(server.scheme(), "http" | "https") || !server.has_host() {
            return Err(LinkError::NoLink);
        }
        let room = server.path().strip_prefix("/r/").filter(|room| is_room(room));
        let room = room.ok_or(LinkError::NoLink)?.to_owned();
        let secret = fragment.map(read_secret).transpose()?;
        Ok(Self { server, room, secret })
    }

    /// Address of a WebSocket of the same server.
    pub(crate) fn socket(&self, path: &str) -> String {
        let mut url = self.server.clone();
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        // Between these schemes it cannot fail.
        let _ = url.set_scheme(scheme);
        url.set_path(path);
        url.set_query(None);
        url.into()
    }
}

impl fmt::Debug for RoomLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server: _, room: _, secret: _ } = self;
        f.debug_struct("RoomLink").finish_non_exhaustive()
    }
}

/// Why a text is no link that can be recorded by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LinkError {
    /// It leads to no room.
    NoLink,
    /// What is behind the `#` is neither a secret nor a word that is known.
    Damaged,
    /// The room is not sealed.
    Open,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLink => {
                "this is no link to a room; copy all of it, from https to its end: \
                 https://SERVER/r/ROOM#k=SECRET"
            }
            Self::Damaged => {
                "this link was damaged on its way; ask for it again, and copy all of it"
            }
            Self::Open => {
                "this room is not sealed, so a recorder could not ask anybody for consent; \
                 make a sealed room"
            }
        })
    }
}

impl Error for LinkError {}

fn is_room(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=MAX_ROOM_LEN).contains(&name.len()) && name.bytes().all(is_letter)
}

fn read_secret(fragment: &str) -> Result<Zeroizing<Vec<u8>>, LinkError> {
    if fragment == "open" {
        return Err(LinkError::Open);
    }
    let text = fragment.strip_prefix("k=").ok_or(LinkError::Damaged)?;
    let mut secret = Zeroizing::new(vec![0; SECRET_LEN]);
    match BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut secret) {
        Ok(SECRET_LEN) => Ok(secret),
        _ => Err(LinkError::Damaged),
    }
}

/// As the demo's links have them: docs/demo-server.md.
const MAX_ROOM_LEN: usize = 64;
const SECRET_LEN: usize = 32;

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::{LinkError, RoomLink};

    proptest! {
        #[test]
        fn a_link_gives_back_what_it_was_made_of(
            room in "[A-Za-z0-9_-]{1,64}",
            secret in any::<[u8; 32]>(),
            is_secure in any::<bool>(),
        ) {
            let scheme = if is_secure { "https" } else { "http" };
            let text = BASE64_URL_SAFE_NO_PAD.encode(secret);
            let link = format!(" {scheme}://host.example:8080/r/{room}?codec=VP9#k={text}\n");
            let link = RoomLink::parse(&link).unwrap();
            prop_assert_eq!(&link.room, &room);
            prop_assert_eq!(link.secret.as_deref().unwrap(), &secret.to_vec());
            let scheme = if is_secure { "wss" } else { "ws" };
            prop_assert_eq!(link.socket("/ws"), format!("{scheme}://host.example:8080/ws"));
        }

        #[test]
        fn no_text_is_taken_for_a_link_by_mistake(text in ".*") {
            prop_assert!(RoomLink::parse(&text).is_err());
        }

        #[test]
        fn a_secret_with_a_letter_more_or_less_is_refused(len in 0_usize..60) {
            let link = format!("https://a.example/r/room#k={}", "A".repeat(len));
            prop_assert_eq!(RoomLink::parse(&link).is_ok(), len == 43);
        }
    }

    #[test]
    fn a_link_without_a_secret_is_one_of_a_sealed_room() {
        assert!(RoomLink::parse("https://a.example/r/room").unwrap().secret.is_none());
    }

    #[test]
    fn what_leads_to_no_sealed_room_is_told_apart() {
        for (link, error) in [
            ("https://a.example/r/room#open", LinkError::Open),
            ("https://a.example/r/room#", LinkError::Damaged),
            ("https://a.example/r/room#OPEN", LinkError::Damaged),
            ("https://a.example/r/", LinkError::NoLink),
            ("https://a.example/r/a/b", LinkError::NoLink),
            ("https://a.example/", LinkError::NoLink),
            ("ftp://a.example/r/room", LinkError::NoLink),
            ("/r/room", LinkError::NoLink),
        ] {
            assert_eq!(RoomLink::parse(link).err(), Some(error), "{link}");
        }
    }

    #[test]
    fn debug_prints_no_secret() {
        let link = format!("https://a.example/r/room#k={}", "A".repeat(43));
        assert_eq!(format!("{:?}", RoomLink::parse(&link).unwrap()), "RoomLink { .. }");
    }
}
