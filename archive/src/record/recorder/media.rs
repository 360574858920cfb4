//! Media: the connections that it comes through, and each frame's way from there into a file.

use alloc::collections::BTreeMap;
use std::time::Instant;

use anyhow::Result;
use frameseal::MemberId;
use str0m::media::{MediaData, MediaKind};

use super::super::forwarding::{Feed, Forwarding, Wish};
use super::super::index::Track;
use super::super::janus_socket::{Came, JanusSocket};
use super::super::mesh::Mesh;
use super::super::messages::{SILENT_STATUS, Signal, Welcome};
use super::super::network::{Datagram, Network};
use super::super::receiving::{Fate, Inlet, Receiving, Sealed, sealed};
use super::super::sealed::{CHAT, tagged};
use super::super::tapes::{Opened, Outcome, Owner, Tapes};
use super::super::transport::{Connection, ConnectionId, Happening};
use super::{Recorder, Task};

/// What media needs.
pub(crate) struct Media {
    id: String,
    room: String,
    /// Address of the WebSocket to the media server, if there is one.
    janus_url: String,
    network: Network,
    mesh: Option<Mesh>,
    janus: Option<Janus>,
    receiving: Receiving,
    tapes: Tapes,
    connections: u64,
}

/// A media server, and what comes from it.
struct Janus {
    socket: JanusSocket,
    forwarding: Forwarding,
    feeds: BTreeMap<Feed, Reception>,
}

/// One feed's connection.
struct Reception {
    connection: Connection,
    /// Whose it is: the first frame that opened has proven it.
    member: Option<MemberId>,
}

/// What happened on a connection, and whose frames alone may come through it.
struct News {
    connection: ConnectionId,
    from: Option<MemberId>,
    happenings: Vec<Happening>,
}

impl Media {
    pub(crate) fn new(
        network: Network,
        tapes: Tapes,
        id: &str,
        room: &str,
        janus_url: String,
    ) -> Self {
        Self {
            id: id.to_owned(),
            room: room.to_owned(),
            janus_url,
            network,
            mesh: None,
            janus: None,
            receiving: Receiving::default(),
            tapes,
            connections: 0,
        }
    }

    /// What is to be waited for.
    pub(super) fn sources(&mut self) -> (Option<&mut Network>, Option<&mut JanusSocket>) {
        (Some(&mut self.network), self.janus.as_mut().map(|janus| &mut janus.socket))
    }

    pub(super) fn wake_at(&mut self) -> Option<Instant> {
        self.connections_mut().map(|(_, connection)| connection.wake_at()).min()
    }

    pub(super) fn take_signals(&mut self) -> Vec<Signal> {
        self.mesh.as_mut().map(Mesh::take_signals).unwrap_or_default()
    }

    pub(super) fn end(self, now: Instant) -> Result<Vec<Track>> {
        self.tapes.end(now)
    }

    pub(super) fn tracks(&self) -> &[Track] {
        self.tapes.tracks()
    }

    /// All connections, with the member whose frames alone may come through each.
    fn connections_mut(&mut self) -> impl Iterator<Item = (Option<&MemberId>, &mut Connection)> {
        let mesh = self.mesh.iter_mut().flat_map(Mesh::connections);
        let mesh = mesh.map(|(member, connection)| (Some(member), connection));
        let feeds = self.janus.iter_mut().flat_map(|janus| janus.feeds.values_mut());
        mesh.chain(feeds.map(|feed| (feed.member.as_ref(), &mut feed.connection)))
    }

    /// Makes connections: each has a number of its own.
    fn opener(&mut self, now: Instant) -> (&mut Option<Mesh>, impl FnMut() -> Connection) {
        let Self { network, mesh, connections, .. } = self;
        let addresses = network.addresses();
        let open = move || {
            *connections = connections.saturating_add(1);
            Connection::new(ConnectionId(*connections), now, &addresses)
        };
        (mesh, open)
    }

    /// Gives a datagram to the connection that it is of.
    fn take_datagram(&mut self, datagram: &Datagram) -> Option<ConnectionId> {
        let mut connections = self.connections_mut();
        let taken = connections
            .find_map(|(_, connection)| connection.take(datagram).then_some(connection.id));
        drop(connections);
        taken
    }

    /// Sends what connections have to send, and returns what happened on them.
    fn drain(&mut self, now: Instant, which: impl Fn(&Connection) -> bool) -> Vec<News> {
        let Self { network, mesh, janus, .. } = self;
        let mesh = mesh.iter_mut().flat_map(Mesh::connections);
        let mesh = mesh.map(|(member, connection)| (Some(member), connection));
        let feeds = janus.iter_mut().flat_map(|janus| janus.feeds.values_mut());
        let feeds = feeds.map(|feed| (feed.member.as_ref(), &mut feed.connection));
        let mut news = Vec::new();
        for (from, connection) in mesh.chain(feeds).filter(|(_, connection)| which(connection)) {
            let (from, happenings) = (from.cloned(), connection.drain(now, network));
            if !happenings.is_empty() {
                news.push(News { connection: connection.id, from, happenings });
            }
        }
        news
    }

    fn connection(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.connections_mut()
            .map(|(_, connection)| connection)
            .find(|connection| connection.id == id)
    }
}

impl Recorder {
    /// Learns which way media takes in this room. It is told once; a restarted server goes on with it.
    pub(super) fn prepare_media(&mut self, now: Instant, welcome: &Welcome) {
        let Task::Media(media) = &mut self.task else { return };
        if media.mesh.is_some() {
            return;
        }
        let is_forwarded = welcome.sfu.is_some();
        let places = [MediaKind::Audio, MediaKind::Video, MediaKind::Video];
        let places = if is_forwarded { &[][..] } else { &places };
        media.mesh = Some(Mesh::new(&media.id, places));
        if is_forwarded {
            let members = welcome.limits.members;
            media.janus = Some(Janus {
                socket: JanusSocket::open(media.janus_url.clone()),
                forwarding: Forwarding::new(now, &media.room, &media.id, members),
                feeds: BTreeMap::new(),
            });
        }
    }

    /// Connects to a member whose keys are here.
    pub(super) fn connect(&mut self, now: Instant, member: &MemberId) -> Result<()> {
        let Task::Media(media) = &mut self.task else { return Ok(()) };
        if let (Some(mesh), open) = media.opener(now) {
            mesh.connect(now, member, open)?;
        }
        self.drain_all(now)
    }

    /// Forgets a member's connection, and ends its files.
    pub(super) fn hang_up(&mut self, member: &MemberId) {
        let Task::Media(media) = &mut self.task else { return };
        if let Some(mesh) = &mut media.mesh {
            mesh.disconnect(member);
        }
        if let Err(error) = media.tapes.finish(member) {
            self.report.say(&format!("A file could not be finished: {error:#}"));
        }
    }

    pub(super) fn take_signal(
        &mut self,
        now: Instant,
        from: &MemberId,
        signal: &Signal,
    ) -> Result<()> {
        let Task::Media(media) = &mut self.task else { return Ok(()) };
        if let (Some(mesh), open) = media.opener(now) {
            mesh.handle(now, from, signal, open)?;
        }
        self.drain_all(now)
    }

    /// Takes what came from the network, this and what came with it.
    pub(super) fn take_datagrams(&mut self, now: Instant, first: Option<Datagram>) -> Result<()> {
        let mut next = first;
        for _ in 0..BATCH {
            let (Some(datagram), Task::Media(media)) = (next, &mut self.task) else {
                return Ok(());
            };
            if let Some(id) = media.take_datagram(&datagram) {
                let news = media.drain(now, |connection| connection.id == id);
                self.take_news(now, news)?;
            }
            next = match &mut self.task {
                Task::Media(media) => media.network.receive_now(),
                Task::Keys(_) => None,
            };
        }
        Ok(())
    }

    /// Takes what the media server says.
    pub(super) fn hear_janus(&mut self, now: Instant, came: Option<Came>) -> Result<()> {
        let Task::Media(media) = &mut self.task else { return Ok(()) };
        let Some(janus) = &mut media.janus else { return Ok(()) };
        let wishes = match came {
            Some(Came::Open) => janus.forwarding.begin(now),
            Some(Came::Text(text)) => janus.forwarding.handle(now, &text),
            Some(Came::Lost(error)) => {
                let told = format!("The media server is away ({error:#}); it is tried again.");
                self.report.warn(now, &told);
                Vec::new()
            }
            None => Vec::new(),
        };
        self.obey(now, wishes)
    }

    fn obey(&mut self, now: Instant, wishes: Vec<Wish>) -> Result<()> {
        for wish in wishes {
            let Task::Media(media) = &mut self.task else { return Ok(()) };
            let Some(janus) = &mut media.janus else { return Ok(()) };
            match wish {
                Wish::Say(text) => janus.socket.say(text),
                Wish::Close(feed) => {
                    janus.feeds.remove(&feed);
                }
                Wish::Candidate { feed, candidate } => {
                    if let Some(reception) = janus.feeds.get_mut(&feed) {
                        reception.connection.add_candidate(&candidate);
                    }
                }
                Wish::Trouble(reason) => {
                    self.report.warn(now, &format!("The media server: {reason}"));
                }
                Wish::Answer { feed, offer } => self.answer_feed(now, feed, &offer)?,
            }
        }
        self.drain_all(now)
    }

    fn answer_feed(&mut self, now: Instant, feed: Feed, offer: &str) -> Result<()> {
        let Task::Media(media) = &mut self.task else { return Ok(()) };
        let (_, mut open) = media.opener(now);
        let mut connection = open();
        drop(open);
        let answer = connection.answer(offer);
        let Some(janus) = &mut media.janus else { return Ok(()) };
        let wishes = match answer {
            Ok(answer) => {
                janus.feeds.insert(feed, Reception { connection, member: None });
                janus.forwarding.answer(feed, &answer)
            }
            Err(_) => janus.forwarding.renew(now, feed),
        };
        self.obey(now, wishes)
    }

    /// Lets time go on where it is time.
    pub(super) fn pass_media(&mut self, now: Instant) -> Result<()> {
        let Task::Media(media) = &mut self.task else { return Ok(()) };
        for (_, connection) in media.connections_mut() {
            if connection.wake_at() <= now {
                connection.pass(now);
            }
        }
        let news = media.drain(now, |connection| connection.wake_at() <= now);
        self.take_news(now, news)
    }

    /// Does what is done now and then.
    pub(super) fn tick_media(&mut self, now: Instant) -> Result<()> {
        let is_online = self.is_online;
        let Task::Media(media) = &mut self.task else { return Ok(()) };
        if let (Some(mesh), open) = media.opener(now)
            && is_online
        {
            mesh.mend(now, open)?;
        }
        let live: Vec<_> = media.connections_mut().map(|(_, connection)| connection.id).collect();
        media.receiving.keep(&mut self.session, &live);
        let mut wishes = Vec::new();
        if let Some(Janus { forwarding, feeds, .. }) = &mut media.janus {
            wishes = forwarding.pass(now);
            let is_closed = |reception: &Reception| reception.connection.is_closed();
            let closed = feeds.iter().filter(|(_, reception)| is_closed(reception));
            for feed in closed.map(|(feed, _)| *feed).collect::<Vec<_>>() {
                wishes.extend(forwarding.renew(now, feed));
            }
        }
        if let Err(error) = media.tapes.save(now) {
            self.report.warn(now, &format!("{error:#}"));
        }
        self.obey(now, wishes)
    }

    fn drain_all(&mut self, now: Instant) -> Result<()> {
        let Task::Media(media) = &mut self.task else { return Ok(()) };
        let news = media.drain(now, |_| true);
        self.take_news(now, news)
    }

    fn take_news(&mut self, now: Instant, news: Vec<News>) -> Result<()> {
        for News { connection, from, happenings } in news {
            for happening in happenings {
                match happening {
                    Happening::Frame(data) => {
                        self.take_frame(now, connection, from.as_ref(), &data)?;
                    }
                    Happening::ChannelOpen => self.greet(now, connection),
                }
            }
        }
        Ok(())
    }

    /// Tells the other end that nothing comes from here: until then it waits for our media.
    fn greet(&mut self, now: Instant, connection: ConnectionId) {
        let at = self.clock.timestamp(now);
        let sealed = self.session.seal_data(at, CHAT, SILENT_STATUS);
        if let (Task::Media(media), Ok(sealed)) = (&mut self.task, sealed)
            && let Some(connection) = media.connection(connection)
        {
            connection.say(&tagged(CHAT, &sealed));
        }
    }

    /// Opens a frame, and writes it.
    fn take_frame(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        from: Option<&MemberId>,
        data: &MediaData,
    ) -> Result<()> {
        let Task::Media(media) = &mut self.task else { return Ok(()) };
        let Some(sealed) = sealed(connection, data).filter(|sealed| !sealed.data.is_empty()) else {
            return Ok(());
        };
        let inlet = Inlet { connection, mid: data.mid };
        let session = &mut self.session;
        let Some(pipeline) = media.receiving.pipeline(session, inlet, from, sealed.format) else {
            return Ok(());
        };
        pipeline.set_format(session, sealed.format);
        let number = pipeline.number;
        let at = self.clock.timestamp(now);
        let fate = Fate::from(session.open(at, number, &sealed.data));
        if matches!(fate, Fate::Waits) {
            pipeline.waiting.push_back(sealed);
            return self.take_events(now);
        }
        self.take_events(now)?;
        if !data.contiguous {
            self.lose(now, number);
        }
        self.finish_frame(now, number, &sealed, fate);
        Ok(())
    }

    /// Tries the frames of a pipeline that wait, until one still does.
    pub(super) fn retry(&mut self, now: Instant, number: u32) -> Result<()> {
        loop {
            let Task::Media(media) = &mut self.task else { return Ok(()) };
            let Some(pipeline) = media.receiving.numbered(number) else { return Ok(()) };
            let Some(sealed) = pipeline.waiting.pop_front() else { return Ok(()) };
            pipeline.set_format(&mut self.session, sealed.format);
            let at = self.clock.timestamp(now);
            let fate = Fate::from(self.session.retry(at, number, &sealed.data));
            if matches!(fate, Fate::Waits) {
                pipeline.waiting.push_front(sealed);
                return Ok(());
            }
            self.take_events(now)?;
            self.finish_frame(now, number, &sealed, fate);
        }
    }

    /// Writes a frame that was opened. Whose it is, an event has told before.
    fn finish_frame(&mut self, now: Instant, number: u32, sealed: &Sealed, fate: Fate) {
        match fate {
            Fate::Opened(frame) => self.write(now, number, sealed, &frame),
            Fate::Waits => {}
            Fate::Lost => self.lose(now, number),
        }
    }

    fn write(&mut self, now: Instant, number: u32, sealed: &Sealed, frame: &[u8]) {
        let Task::Media(media) = &mut self.task else { return };
        let Some(pipeline) = media.receiving.numbered(number) else { return };
        let Some((id, track)) = pipeline.source.clone() else { return };
        let Some(person) = self.people.get(&id) else { return };
        let (name, fingerprint) = (person.name.clone(), person.fingerprint.clone());
        let owner = Owner { id, name, fingerprint };
        let opened = Opened { data: frame, format: sealed.format, stamp: sealed.stamp };
        match media.tapes.write(&owner, track, opened) {
            Ok(Outcome::Written) => {}
            Ok(Outcome::Begun(file)) => self.report.begin_file(&file),
            Ok(Outcome::NoBeginning) => self.ask_key_frame(now, number),
            Err(error) => self.report.say(&format!("A file could not be written: {error:#}")),
        }
    }

    /// Notes that something of a stream is missing: pictures can be shown again from the next key frame
    /// on. Of who has not consented nothing opens, and nothing is asked for.
    fn lose(&mut self, now: Instant, number: u32) {
        let Task::Media(media) = &mut self.task else { return };
        let source = media.receiving.numbered(number).and_then(|pipeline| pipeline.source.clone());
        if let Some((member, track)) = source {
            media.tapes.lose(&member, track);
            self.ask_key_frame(now, number);
        }
    }

    /// Takes what a key has proven: whose frames come out of a pipeline.
    pub(super) fn prove(&mut self, number: u32, member: MemberId, track: u8) {
        let Task::Media(media) = &mut self.task else { return };
        let connection = media.receiving.numbered(number).map(|pipeline| pipeline.inlet.connection);
        let feeds = media.janus.iter_mut().flat_map(|janus| janus.feeds.values_mut());
        for reception in feeds.filter(|reception| Some(reception.connection.id) == connection) {
            reception.member.get_or_insert_with(|| member.clone());
        }
        media.receiving.prove(&mut self.session, number, member, track);
    }

    pub(super) fn ask_key_frame(&mut self, now: Instant, number: u32) {
        let Task::Media(media) = &mut self.task else { return };
        let pipeline = media.receiving.numbered(number);
        let pipeline = pipeline.and_then(|pipeline| pipeline.may_ask(now).then_some(pipeline));
        let Some(Inlet { connection, mid }) = pipeline.map(|pipeline| pipeline.inlet) else {
            return;
        };
        if let Some(connection) = media.connection(connection) {
            connection.request_key_frame(now, mid);
        }
    }
}

/// Datagrams that are taken before anything else: more, and the server would wait for too long.
const BATCH: usize = 64;
