//! Media through the `VideoRoom` of a Janus media server, which has no key to any of it: what is asked of
//! it, without IO.

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::clock::later;

/// A publisher's number at the media server.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Feed(u64);

/// Something to do, or to know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Wish {
    /// Say this to the media server.
    Say(String),
    /// Answer this offer, by [`Forwarding::answer`].
    Answer { feed: Feed, offer: String },
    /// Another way to the media server.
    Candidate { feed: Feed, candidate: String },
    /// The feed's connection is of no use any more.
    Close(Feed),
    /// The media server refused something.
    Trouble(String),
}

/// One session with the media server, in which every publisher is received.
#[derive(Debug)]
pub(crate) struct Forwarding {
    room: u64,
    member: String,
    /// Most publishers of the room.
    members: usize,
    session: Option<u64>,
    last: u64,
    asked: BTreeMap<u64, Request>,
    seat: Option<Seat>,
    feeds: BTreeMap<Feed, Option<u64>>,
    /// When to subscribe again to what failed.
    again_at: Vec<(Instant, Feed)>,
    alive_at: Instant,
}

/// Our place in the room, from which we hear of the others. Nothing is published.
#[derive(Clone, Copy, Debug)]
struct Seat {
    handle: u64,
    private_id: Option<u64>,
}

/// What an answer answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Request {
    Create,
    Attach,
    MakeRoom { handle: u64 },
    Join { handle: u64 },
    AttachFor(Feed),
    Subscribe { feed: Feed },
    Start { feed: Feed },
    Other,
}

impl Forwarding {
    pub(crate) fn new(now: Instant, room: &str, member: &str, members: usize) -> Self {
        Self {
            room: room_number(room),
            member: member.to_owned(),
            members,
            session: None,
            last: 0,
            asked: BTreeMap::new(),
            seat: None,
            feeds: BTreeMap::new(),
            again_at: Vec::new(),
            alive_at: now,
        }
    }

    /// Begins, over a connection that has just been made; what was before is gone.
    pub(crate) fn begin(&mut self, now: Instant) -> Vec<Wish> {
        let mut wishes: Vec<_> = self.feeds.keys().copied().map(Wish::Close).collect();
        self.session = None;
        self.asked.clear();
        self.seat = None;
        self.feeds.clear();
        self.again_at.clear();
        self.alive_at = now;
        wishes.push(self.ask(Request::Create, json!({ "janus": "create" })));
        wishes
    }

    /// Takes what the media server says.
    pub(crate) fn handle(&mut self, now: Instant, text: &str) -> Vec<Wish> {
        let Ok(message) = serde_json::from_str::<Message>(text) else {
            return Vec::new();
        };
        let transaction = message.transaction.as_deref().and_then(|text| text.parse().ok());
        let transaction = transaction.unwrap_or_default(); // no request has 0
        match self.asked.get(&transaction).copied() {
            // What a plugin does not answer at once, it answers in an event.
            Some(request) if message.janus == "ack" && request.is_of_plugin() => Vec::new(),
            Some(request) => {
                self.asked.remove(&transaction);
                self.answered(now, request, message)
            }
            None => self.told(now, message),
        }
    }

    /// Says what is due.
    pub(crate) fn pass(&mut self, now: Instant) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if self.session.is_some() && now >= later(self.alive_at, KEEP_ALIVE) {
            self.alive_at = now;
            wishes.push(self.ask(Request::Other, json!({ "janus": "keepalive" })));
        }
        let (due, waiting) =
            core::mem::take(&mut self.again_at).into_iter().partition(|(at, _)| *at <= now);
        self.again_at = waiting;
        for (_, feed) in due {
            wishes.extend(self.subscribe(feed));
        }
        wishes
    }

    /// Begins to receive a feed: the answer to its offer.
    pub(crate) fn answer(&mut self, feed: Feed, sdp: &str) -> Vec<Wish> {
        let Some(Some(handle)) = self.feeds.get(&feed).copied() else {
            return Vec::new();
        };
        let start = json!({
            "janus": "message",
            "handle_id": handle,
            "body": { "request": "start" },
            // Janus looks into nothing that it is told is sealed.
            "jsep": { "type": "answer", "sdp": sdp, "e2ee": true },
        });
        let done = json!({
            "janus": "trickle", "handle_id": handle, "candidate": { "completed": true },
        });
        vec![self.ask(Request::Start { feed }, start), self.ask(Request::Other, done)]
    }

    /// Subscribes anew, later: the feed's connection broke.
    pub(crate) fn renew(&mut self, now: Instant, feed: Feed) -> Vec<Wish> {
        let Some(handle) = self.feeds.remove(&feed) else {
            return Vec::new();
        };
        self.again_at.push((later(now, AGAIN), feed));
        let mut wishes = vec![Wish::Close(feed)];
        wishes.extend(handle.map(|handle| self.detach(handle)));
        wishes
    }

    fn answered(&mut self, now: Instant, request: Request, message: Message) -> Vec<Wish> {
        let Message { data, plugindata, jsep, error, .. } = message;
        let plugin = plugindata.map(|it| it.data).unwrap_or_default();
        let refused = error.map(|error| error.reason).or_else(|| plugin.error.clone());
        let number = data.map(|data| data.id);
        match (request, refused) {
            (Request::Create, None) => {
                self.session = number;
                vec![self.attach(Request::Attach)]
            }
            (Request::Attach, None) => {
                number.map(|handle| self.make_room(handle)).into_iter().collect()
            }
            // Another member was faster.
            (Request::MakeRoom { handle }, None) => vec![self.join(handle)],
            (Request::MakeRoom { handle }, Some(_)) if plugin.error_code == Some(ROOM_EXISTS) => {
                vec![self.join(handle)]
            }
            (Request::Join { handle }, None) => {
                self.seat = Some(Seat { handle, private_id: plugin.private_id });
                self.meet(plugin.publishers)
            }
            (Request::AttachFor(feed), None) => {
                number.map(|handle| self.subscribe_at(feed, handle)).into_iter().collect()
            }
            (Request::Subscribe { feed }, None) => match jsep {
                Some(jsep) => vec![Wish::Answer { feed, offer: jsep.sdp }],
                None => self.renew(now, feed),
            },
            // It may be gone meanwhile: tried again as long as it is there.
            (
                Request::AttachFor(feed) | Request::Subscribe { feed } | Request::Start { feed },
                Some(_),
            ) => self.renew(now, feed),
            (Request::Start { .. } | Request::Other, _) => Vec::new(),
            (_, Some(reason)) => vec![Wish::Trouble(reason)],
        }
    }

    /// Takes what it says of its own accord.
    fn told(&mut self, now: Instant, message: Message) -> Vec<Wish> {
        let Message { janus, sender, plugindata, candidate, .. } = message;
        let feed = self.feeds.iter().find(|(_, handle)| handle.is_some() && **handle == sender);
        let feed = feed.map(|(feed, _)| *feed);
        match (janus.as_str(), feed) {
            ("hangup" | "detached", Some(feed)) => self.renew(now, feed),
            ("trickle", Some(feed)) => candidate
                .and_then(|candidate| candidate.candidate)
                .map(|candidate| Wish::Candidate { feed, candidate })
                .into_iter()
                .collect(),
            ("event", _) if self.seat.is_some_and(|seat| Some(seat.handle) == sender) => {
                let plugin = plugindata.map(|it| it.data).unwrap_or_default();
                let mut wishes = self.meet(plugin.publishers);
                for gone in [plugin.leaving, plugin.unpublished].into_iter().flatten() {
                    // `ok` is oneself.
                    wishes.extend(gone.as_u64().into_iter().flat_map(|id| self.forget(Feed(id))));
                }
                wishes
            }
            _ => Vec::new(),
        }
    }

    fn meet(&mut self, publishers: Vec<Publisher>) -> Vec<Wish> {
        publishers.into_iter().flat_map(|publisher| self.subscribe(publisher.id)).collect()
    }

    fn subscribe(&mut self, feed: Feed) -> Option<Wish> {
        // Who came back may be there twice for a while; more is not from an honest server.
        let most = self.members.saturating_mul(2);
        if self.seat.is_none() || self.feeds.contains_key(&feed) || self.feeds.len() >= most {
            return None;
        }
        self.feeds.insert(feed, None);
        Some(self.attach(Request::AttachFor(feed)))
    }

    fn forget(&mut self, feed: Feed) -> Vec<Wish> {
        self.again_at.retain(|(_, again)| *again != feed);
        let Some(handle) = self.feeds.remove(&feed) else {
            return Vec::new();
        };
        let mut wishes = vec![Wish::Close(feed)];
        wishes.extend(handle.map(|handle| self.detach(handle)));
        wishes
    }

    fn attach(&mut self, request: Request) -> Wish {
        self.ask(request, json!({ "janus": "attach", "plugin": "janus.plugin.videoroom" }))
    }

    fn detach(&mut self, handle: u64) -> Wish {
        self.ask(Request::Other, json!({ "janus": "detach", "handle_id": handle }))
    }

    /// As the page makes it, if nobody has.
    fn make_room(&mut self, handle: u64) -> Wish {
        let body = json!({
            "request": "create", "room": self.room, "is_private": true,
            "publishers": self.members, "require_e2ee": true,
            "videocodec": "vp8,vp9,h264,av1", "audiocodec": "opus",
        });
        self.ask(Request::MakeRoom { handle }, message(handle, &body))
    }

    /// Those who may publish are told of the publishers; nobody has to publish.
    fn join(&mut self, handle: u64) -> Wish {
        let body = json!({
            "request": "join", "ptype": "publisher", "room": self.room, "display": self.member,
        });
        self.ask(Request::Join { handle }, message(handle, &body))
    }

    fn subscribe_at(&mut self, feed: Feed, handle: u64) -> Wish {
        let Some(place) = self.feeds.get_mut(&feed) else {
            return self.detach(handle);
        };
        *place = Some(handle);
        let mut body = json!({
            "request": "join", "ptype": "subscriber", "room": self.room,
            "streams": [{ "feed": feed.0 }],
        });
        if let (Some(body), Some(id)) =
            (body.as_object_mut(), self.seat.and_then(|seat| seat.private_id))
        {
            body.insert(String::from("private_id"), id.into());
        }
        self.ask(Request::Subscribe { feed }, message(handle, &body))
    }

    fn ask(&mut self, request: Request, mut body: Value) -> Wish {
        self.last = self.last.saturating_add(1);
        if let Some(body) = body.as_object_mut() {
            body.insert(String::from("transaction"), self.last.to_string().into());
            if let Some(session) = self.session {
                body.insert(String::from("session_id"), session.into());
            }
        }
        self.asked.insert(self.last, request);
        // Unanswered ones must not pile up.
        while self.asked.len() > MAX_ASKED {
            self.asked.pop_first();
        }
        Wish::Say(body.to_string())
    }
}

impl Request {
    const fn is_of_plugin(self) -> bool {
        matches!(
            self,
            Self::MakeRoom { .. } | Self::Join { .. } | Self::Subscribe { .. } | Self::Start { .. }
        )
    }
}

/// A message to the `VideoRoom` plugin.
fn message(handle: u64, body: &Value) -> Value {
    json!({ "janus": "message", "handle_id": handle, "body": body })
}

/// A room's number at the media server, as the page has it: the first 52 bits of a hash.
fn room_number(room: &str) -> u64 {
    let digest = Sha256::new().chain_update("sealed ").chain_update(room).finalize();
    let first = digest.first_chunk().copied().unwrap_or_default();
    (u64::from_be_bytes(first) >> 12).max(1)
}

#[derive(Deserialize)]
struct Message {
    janus: String,
    transaction: Option<String>,
    sender: Option<u64>,
    data: Option<Data>,
    plugindata: Option<PluginData>,
    jsep: Option<Jsep>,
    error: Option<JanusError>,
    candidate: Option<Candidate>,
}

#[derive(Deserialize)]
struct Data {
    id: u64,
}

#[derive(Deserialize)]
struct PluginData {
    data: VideoRoom,
}

/// Which fields there are depends on what is answered.
#[derive(Default, Deserialize)]
#[serde(default)]
struct VideoRoom {
    error_code: Option<u64>,
    error: Option<String>,
    private_id: Option<u64>,
    publishers: Vec<Publisher>,
    leaving: Option<Value>,
    unpublished: Option<Value>,
}

#[derive(Deserialize)]
struct Publisher {
    id: Feed,
}

#[derive(Deserialize)]
struct Jsep {
    sdp: String,
}

#[derive(Deserialize)]
struct JanusError {
    reason: String,
}

#[derive(Deserialize)]
struct Candidate {
    candidate: Option<String>,
}

/// `JANUS_VIDEOROOM_ERROR_ROOM_EXISTS`.
const ROOM_EXISTS: u64 = 427;

/// Janus ends a session after a minute of silence.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// Before a feed that could not be had is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Several for each feed of the largest room.
const MAX_ASKED: usize = 1000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{AGAIN, Feed, Forwarding, Wish, room_number};
    use crate::record::clock::Clock;

    fn forwarding() -> (Forwarding, std::time::Instant) {
        let now = Clock::start().now();
        (Forwarding::new(now, "room", "rec", 8), now)
    }

    /// The only thing that is said.
    fn said(wishes: &[Wish]) -> Value {
        match wishes {
            [Wish::Say(text)] => serde_json::from_str(text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Answers what was said.
    fn answer(forwarding: &mut Forwarding, wishes: &[Wish], mut with: Value) -> Vec<Wish> {
        with["transaction"] = said(wishes)["transaction"].clone();
        forwarding.handle(Clock::start().now(), &with.to_string())
    }

    fn success(id: u64) -> Value {
        json!({ "janus": "success", "data": { "id": id } })
    }

    fn event(data: &Value) -> Value {
        json!({ "janus": "event", "plugindata": { "data": data } })
    }

    /// In the room, where `publishers` are.
    fn joined(publishers: &Value) -> (Forwarding, Vec<Wish>) {
        let (mut forwarding, now) = forwarding();
        let wishes = forwarding.begin(now);
        assert_eq!(said(&wishes)["janus"], "create");
        let wishes = answer(&mut forwarding, &wishes, success(5));
        assert_eq!(said(&wishes)["session_id"], 5);
        let wishes = answer(&mut forwarding, &wishes, success(6));
        assert_eq!(said(&wishes)["body"]["require_e2ee"], true);
        let exists = json!({ "error_code": 427, "error": "it exists" });
        let wishes = answer(&mut forwarding, &wishes, event(&exists));
        assert_eq!(said(&wishes)["body"]["ptype"], "publisher");
        let joined = json!({ "private_id": 9, "publishers": publishers });
        let wishes = answer(&mut forwarding, &wishes, event(&joined));
        (forwarding, wishes)
    }

    #[test]
    fn the_rooms_number_is_the_pages() {
        // Of the page's `roomNumber('room', true)`.
        let digest = <sha2::Sha256 as sha2::Digest>::digest("sealed room");
        let expected = digest.iter().take(7).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        assert_eq!(room_number("room"), expected >> 4);
    }

    #[test]
    fn each_publisher_is_subscribed_to_and_its_offer_answered() {
        let (mut forwarding, wishes) = joined(&json!([{ "id": 77, "display": "ben" }]));
        let wishes = answer(&mut forwarding, &wishes, success(8));
        let subscribe = said(&wishes);
        assert_eq!(subscribe["body"]["streams"], json!([{ "feed": 77 }]));
        assert_eq!(subscribe["body"]["private_id"], 9);
        let mut offer = event(&json!({}));
        offer["jsep"] = json!({ "type": "offer", "sdp": "v=0" });
        let wishes = answer(&mut forwarding, &wishes, offer);
        assert_eq!(wishes, [Wish::Answer { feed: Feed(77), offer: String::from("v=0") }]);

        let wishes = forwarding.answer(Feed(77), "v=1");
        let [Wish::Say(start), Wish::Say(trickle)] = wishes.as_slice() else { panic!() };
        let [start, trickle] =
            [start, trickle].map(|text| serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(start["jsep"], json!({ "type": "answer", "sdp": "v=1", "e2ee": true }));
        assert_eq!(
            (&start["handle_id"], &trickle["candidate"]["completed"]),
            (&json!(8), &json!(true))
        );
    }

    #[test]
    fn who_leaves_is_forgotten_and_what_breaks_is_tried_again() {
        let (mut forwarding, wishes) = joined(&json!([{ "id": 77 }]));
        answer(&mut forwarding, &wishes, success(8));
        let now = Clock::start().now();
        let hangup = json!({ "janus": "hangup", "sender": 8 }).to_string();
        let wishes = forwarding.handle(now, &hangup);
        assert_eq!(wishes.first(), Some(&Wish::Close(Feed(77))));
        assert_eq!(forwarding.pass(now), []);
        assert_eq!(said(&forwarding.pass(now + AGAIN))["janus"], "attach");

        let mut left = event(&json!({ "leaving": 77 }));
        left["sender"] = json!(6);
        let wishes = forwarding.handle(now, &left.to_string());
        assert_eq!(wishes, [Wish::Close(Feed(77))]);
        assert_eq!(forwarding.pass(now + AGAIN * 2), []);
    }

    #[test]
    fn a_new_connection_begins_anew() {
        let (mut forwarding, _) = joined(&json!([{ "id": 77 }]));
        let wishes = forwarding.begin(Clock::start().now());
        assert_eq!(wishes.first(), Some(&Wish::Close(Feed(77))));
        assert_eq!(said(&wishes[1..])["session_id"], Value::Null);
    }

    proptest! {
        #[test]
        fn no_word_of_a_media_server_makes_more_feeds_than_a_room_has(
            ids in prop::collection::vec(any::<u64>(), 0..100),
        ) {
            let publishers: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
            let (forwarding, wishes) = joined(&publishers.into());
            prop_assert!(forwarding.feeds.len() <= 16 && wishes.len() <= 16);
        }

        #[test]
        fn nonsense_is_passed_over(text in ".*") {
            let (mut forwarding, now) = forwarding();
            prop_assert_eq!(forwarding.handle(now, &text), []);
        }
    }
}
