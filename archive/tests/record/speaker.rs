//! A native member that speaks: what the page does in a room, made anew from docs/demo-server.md, so
//! that the recorder is not tested by itself.

use alloc::collections::BTreeSet;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use frameseal::{
    Consent, Direction, Event as SessionEvent, Input as SessionInput, MediaKind, MemberId, Options,
    PipelineOptions, Room, Secret, Session, Timestamp, Verdict, Wake,
};
use futures_util::{SinkExt, StreamExt};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::channel::ChannelConfig;
use str0m::format::Codec;
use str0m::media::{Direction as MediaDirection, MediaKind as Kind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::sleep_until;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::fixture::FIXTURES;

pub(crate) struct Speaker {
    id: String,
    start: Instant,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: Session<ChaCha20Rng>,
    network: UdpSocket,
    /// Whether recorders may have the keys.
    pub(crate) consents: bool,
    recorder: Option<Recorder>,
    link: Option<Link>,
    /// Sealed signals that do not open yet.
    waiting: Vec<(MemberId, Vec<u8>)>,
    numbers: [u64; 2],
    consented_at: [u64; 2],
    spoken_at: [Instant; 2],
    pinged_at: Instant,
    /// Numbers of pictures that are key frames: the first one, and those that were asked for.
    keys: BTreeSet<u64>,
}

struct Recorder {
    id: MemberId,
    fingerprint: frameseal::Fingerprint,
    has_consent: bool,
}

struct Link {
    name: String,
    rtc: Rtc,
    pending: Option<SdpPendingOffer>,
    sent: u64,
    /// Of sound and of pictures.
    mids: [Option<Mid>; 2],
    wake_at: Instant,
}

impl Speaker {
    /// Joins `room` as Ann, whose ID has this letter only.
    pub(crate) async fn join(server: SocketAddr, letter: char, secret: &[u8; 32]) -> Self {
        str0m::crypto::from_feature_flags().install_process_default();
        let id = letter.to_string().repeat(22);
        let (mut socket, _) = connect_async(format!("ws://{server}/ws")).await.unwrap();
        let join =
            json!({ "type": "join", "room": "room", "member": id, "token": id, "name": "Ann" });
        socket.send(Message::text(join.to_string())).await.unwrap();
        let options = Options {
            secret: Secret::random(secret).unwrap(),
            ..Options::new(Room::new("room").unwrap(), MemberId::new(&id).unwrap())
        };
        let mut session = Session::new(options, ChaCha20Rng::seed_from_u64(1)).unwrap();
        for (track, kind) in [(0, MediaKind::Audio), (1, MediaKind::Video)] {
            let codec = Some(String::from(if track == 0 { "audio/opus" } else { "video/VP8" }));
            let (pipeline, direction) = (u32::from(track), Direction::Send);
            let options = PipelineOptions { pipeline, direction, kind, track, codec, from: None };
            session.add_pipeline(options).unwrap();
        }
        let network = UdpSocket::bind((own_address(), 0)).await.unwrap();
        let now = Instant::now();
        Self {
            id,
            start: now,
            socket,
            session,
            network,
            consents: false,
            recorder: None,
            link: None,
            waiting: Vec::new(),
            numbers: [0; 2],
            consented_at: [u64::MAX; 2],
            spoken_at: [now; 2],
            pinged_at: now,
            keys: BTreeSet::from([0]),
        }
    }

    /// The frame of this number, before it is sealed.
    pub(crate) fn frame(&self, track: usize, number: u64) -> Vec<u8> {
        FIXTURES[track].frame(number, self.is_beginning(track, number))
    }

    /// Whether a decoder can begin with it.
    pub(crate) fn is_beginning(&self, track: usize, number: u64) -> bool {
        track == 0 || self.keys.contains(&number)
    }

    /// How many frames of sound and of pictures were sealed so far.
    pub(crate) fn sent(&self) -> [u64; 2] {
        self.numbers
    }

    /// The same when the recorder was given the keys.
    pub(crate) fn consented_at(&self) -> [u64; 2] {
        self.consented_at
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.rtc.is_connected())
    }

    /// Speaks until something is so.
    pub(crate) async fn speak_until(&mut self, patience: Duration, is_so: impl Fn() -> bool) {
        let end = Instant::now() + patience;
        while !is_so() {
            assert!(Instant::now() < end, "it does not come");
            self.speak_for(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn speak_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.speak();
            self.step(end).await;
        }
    }

    /// Does all but speak.
    pub(crate) async fn listen_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.step(end).await;
        }
        self.spoken_at = [Instant::now(); 2];
    }

    fn now(&self) -> Timestamp {
        Timestamp::from(self.start.elapsed())
    }

    /// Seals and sends the frames that are due.
    fn speak(&mut self) {
        for (track, fixture) in FIXTURES.into_iter().enumerate() {
            let pause = Duration::from_secs(1) / u32::try_from(fixture.per_second).unwrap();
            while self.spoken_at[track] <= Instant::now() {
                self.spoken_at[track] += pause;
                self.numbers[track] += 1;
                let frame = self.frame(track, self.numbers[track] - 1);
                let (now, pipeline) = (self.now(), u32::try_from(track).unwrap());
                let Verdict::Pass(sealed) = self.session.seal(now, pipeline, &frame).unwrap()
                else {
                    panic!("it has no key")
                };
                let sealed = sealed.to_vec();
                self.send(track, &sealed);
            }
        }
    }

    fn send(&mut self, track: usize, sealed: &[u8]) {
        let at = self.spoken_at[track];
        let Some(link) = &mut self.link else { return };
        let Some(mid) = link.mids[track].filter(|_| link.rtc.is_connected()) else { return };
        let wanted = [Codec::Opus, Codec::Vp8][track];
        let Some(writer) = link.rtc.writer(mid) else { return };
        let pt = writer.payload_params().find(|it| it.spec().codec == wanted).unwrap().pt();
        let time = MediaTime::from_micros(u64::try_from((at - self.start).as_micros()).unwrap());
        writer.write(pt, at, time, sealed).unwrap();
    }

    /// Waits for one thing, and does it.
    async fn step(&mut self, end: Instant) {
        self.settle().await;
        let wake_at = self.link.as_ref().map_or(end, |link| link.wake_at);
        let wake_at = self.spoken_at.into_iter().fold(wake_at.min(end), Instant::min);
        let wake_at = wake_at.clamp(
            Instant::now() + Duration::from_millis(1),
            Instant::now() + Duration::from_millis(20),
        );
        let mut buffer = vec![0; 2048];
        tokio::select! {
            message = self.socket.next() => {
                if let Message::Text(text) = message.unwrap().unwrap() {
                    self.hear(&serde_json::from_str(&text).unwrap());
                }
            }
            received = self.network.recv_from(&mut buffer) => {
                // An error is of a datagram that nobody took.
                if let Ok((len, source)) = received {
                    self.take(source, &buffer[..len]);
                }
            }
            () = sleep_until(wake_at.into()) => {
                if let Some(link) = &mut self.link {
                    link.rtc.handle_input(Input::Timeout(Instant::now())).unwrap();
                }
            }
        }
        self.settle().await;
    }

    fn hear(&mut self, message: &Value) {
        let now = self.now();
        let member = |value: &Value| MemberId::new(value.as_str().unwrap()).unwrap();
        match message["type"].as_str().unwrap() {
            "welcome" => {
                for card in message["members"].as_array().unwrap() {
                    self.session.handle(now, SessionInput::Joined(member(&card["id"]))).unwrap();
                }
            }
            "joined" => {
                self.session
                    .handle(now, SessionInput::Joined(member(&message["member"]["id"])))
                    .unwrap();
            }
            "left" => {
                self.session.handle(now, SessionInput::Left(member(&message["member"]))).unwrap();
                (self.recorder, self.link) = (None, None);
            }
            "relay" => {
                let data = BASE64_STANDARD.decode(message["data"].as_str().unwrap()).unwrap();
                let from = member(&message["from"]);
                match data.split_first().unwrap() {
                    (0, rest) => {
                        let message = rest.to_vec();
                        self.session.handle(now, SessionInput::Received { from, message }).unwrap();
                    }
                    (1, rest) => self.waiting.push((from, rest.to_vec())),
                    other => panic!("{other:?}"),
                }
            }
            "pong" => {}
            _ => panic!("{message}"),
        }
    }

    fn take(&mut self, source: SocketAddr, bytes: &[u8]) {
        let destination = self.network.local_addr().unwrap();
        if let (Some(link), Ok(contents)) = (&mut self.link, bytes.try_into()) {
            let receive = Receive { proto: Protocol::Udp, source, destination, contents };
            let _ = link.rtc.handle_input(Input::Receive(Instant::now(), receive));
        }
    }

    /// Does all that follows.
    async fn settle(&mut self) {
        self.drain();
        let now = self.now();
        while self.session.work(now) == Wake::Now {}
        while let Some(event) = self.session.poll_event() {
            match event {
                SessionEvent::Message { to, data } => {
                    let to = to.map(|to| to.as_str().to_owned());
                    self.relay(to.as_deref(), 0, &data).await;
                }
                SessionEvent::Member { id, fingerprint: Some(fingerprint), recorder, .. } => {
                    let has_consent = recorder == Some(Consent::Given);
                    self.recorder = recorder.map(|_| Recorder { id, fingerprint, has_consent });
                }
                _ => {}
            }
        }
        self.consent().await;
        for (from, sealed) in core::mem::take(&mut self.waiting) {
            match self.session.open_data(now, 0, Some(&from), sealed.clone()) {
                Ok(opened) => self.negotiate(&serde_json::from_slice(&opened.data).unwrap()).await,
                Err(_) => self.waiting.push((from, sealed)),
            }
        }
        self.drain();
        // The server takes who is silent for gone.
        if self.pinged_at.elapsed() > Duration::from_secs(2) {
            self.pinged_at = Instant::now();
            let ping = json!({ "type": "ping" }).to_string();
            self.socket.send(Message::text(ping)).await.unwrap();
        }
    }

    async fn consent(&mut self) {
        let now = self.now();
        let Some(recorder) = &mut self.recorder else { return };
        if !self.consents || recorder.has_consent {
            return;
        }
        recorder.has_consent = true;
        let (id, fingerprint) = (recorder.id.clone(), recorder.fingerprint);
        self.session.handle(now, SessionInput::Consent(id.clone(), fingerprint)).unwrap();
        self.consented_at = self.numbers;
        if self.id.as_str() > id.as_str() {
            self.offer(&id).await;
        }
    }

    async fn offer(&mut self, to: &MemberId) {
        let mut link = self.new_link(String::from("1234567890123456789012"));
        let mut change = link.rtc.sdp_api();
        for kind in [Kind::Audio, Kind::Video, Kind::Video] {
            let mid = change.add_media(kind, MediaDirection::SendRecv, None, None, None);
            link.mids[usize::from(kind == Kind::Video)].get_or_insert(mid);
        }
        let config = ChannelConfig { negotiated: Some(0), ..ChannelConfig::default() };
        change.add_channel_with_config(config);
        let (offer, pending) = change.apply().unwrap();
        link.pending = Some(pending);
        self.link = Some(link);
        self.describe(to, "offer", &offer.to_sdp_string()).await;
    }

    async fn negotiate(&mut self, signal: &Value) {
        if signal["to"] != self.id.as_str() || signal["description"].is_null() {
            return;
        }
        let sdp = signal["description"]["sdp"].as_str().unwrap();
        if signal["description"]["type"] == "answer" {
            let link = self.link.as_mut().unwrap();
            let answer = SdpAnswer::from_sdp_string(sdp).unwrap();
            assert!(!sdp.contains("a=sendrecv"), "a recorder sends nothing: {sdp}");
            link.rtc.sdp_api().accept_answer(link.pending.take().unwrap(), answer).unwrap();
            return;
        }
        let mut link = self.new_link(signal["link"].as_str().unwrap().to_owned());
        let answer =
            link.rtc.sdp_api().accept_offer(SdpOffer::from_sdp_string(sdp).unwrap()).unwrap();
        self.link = Some(link);
        let to = self.recorder.as_ref().unwrap().id.clone();
        self.describe(&to, "answer", &answer.to_sdp_string()).await;
    }

    fn new_link(&self, name: String) -> Link {
        let now = Instant::now();
        let mut rtc = Rtc::builder().build(now);
        let address = self.network.local_addr().unwrap();
        rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
        Link { name, rtc, pending: None, sent: 0, mids: [None; 2], wake_at: now }
    }

    async fn describe(&mut self, to: &MemberId, kind: &str, sdp: &str) {
        let link = self.link.as_mut().unwrap();
        let signal = json!({
            "to": to.as_str(), "link": link.name, "number": link.sent,
            "description": { "type": kind, "sdp": sdp },
        });
        link.sent += 1;
        let now = self.now();
        let sealed = self.session.seal_data(now, 0, signal.to_string().as_bytes()).unwrap();
        self.relay(Some(to.as_str()), 1, &sealed).await;
    }

    async fn relay(&mut self, to: Option<&str>, tag: u8, data: &[u8]) {
        let data = BASE64_STANDARD.encode([&[tag], data].concat());
        let relay = json!({ "type": "relay", "to": to, "data": data });
        self.socket.send(Message::text(relay.to_string())).await.unwrap();
    }

    fn drain(&mut self) {
        let Some(link) = &mut self.link else { return };
        loop {
            match link.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    link.wake_at = at;
                    return;
                }
                Ok(Output::Transmit(transmit)) => {
                    let _ = self.network.try_send_to(&transmit.contents, transmit.destination);
                }
                Ok(Output::Event(Event::MediaAdded(added))) => {
                    let track = usize::from(added.kind == Kind::Video);
                    link.mids[track].get_or_insert(added.mid);
                }
                Ok(Output::Event(Event::KeyframeRequest(_))) => {
                    self.keys.insert(self.numbers[1]);
                }
                Ok(Output::Event(_)) => {}
                Err(_) => return,
            }
        }
    }
}

/// By which others reach this machine; else its own.
fn own_address() -> IpAddr {
    let probe = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    // Nothing is sent: the system only looks for a way.
    let address = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr());
    address.map_or_else(|_| Ipv4Addr::LOCALHOST.into(), |address| address.ip())
}
