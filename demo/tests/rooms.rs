//! The rooms without sockets: whatever happens, everybody is told the truth about who is there.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use core::net::IpAddr;
use core::time::Duration;

use frameseal_demo::Network;
use frameseal_demo::bus::BusMessage;
use frameseal_demo::identity::{MemberId, RoomName, ServerId};
use frameseal_demo::limits::Limits;
use frameseal_demo::message::{ClientMessage, Join, Payload, ServerMessage};
use frameseal_demo::refusal::Code;
use frameseal_demo::rooms::{Bus, Input, Output, Rooms, Socket, TICK};
use proptest::prelude::*;

/// Processes that share their rooms, and clients that connect to any of them.
struct World {
    now: Duration,
    limits: Limits,
    servers: Vec<Rooms>,
    started: u8,
    /// What was published and not delivered yet, with the process that published it.
    bus: VecDeque<(usize, RoomName, BusMessage)>,
    clients: Vec<Client>,
    sockets: u64,
}

#[derive(Default)]
struct Client {
    id: char,
    token: char,
    /// The connection as the client sees it. The server may see an older one, too.
    connection: Option<(usize, Socket)>,
    is_seated: bool,
    /// The others, as the server told.
    others: BTreeSet<MemberId>,
    received: u64,
    heard: Vec<u64>,
    errors: Vec<Code>,
}

impl World {
    fn new(servers: usize, limits: Limits, clients: &[(char, char)]) -> Self {
        let clients = clients.iter().map(|(id, token)| {
            let (id, token) = (*id, *token);
            Client { id, token, ..Client::default() }
        });
        let mut world = Self {
            now: Duration::from_secs(1_800_000_000),
            limits,
            servers: Vec::new(),
            started: 0,
            bus: VecDeque::new(),
            clients: clients.collect(),
            sockets: 0,
        };
        let bus = if servers > 1 { Bus::Up } else { Bus::None };
        world.servers = (0..servers).map(|_| world.start(bus)).collect();
        world
    }

    fn start(&mut self, bus: Bus) -> Rooms {
        self.started += 1;
        Rooms::new(ServerId::new([self.started; 16]), self.limits, bus)
    }

    fn join(&mut self, client: usize, server: usize, room: &str) {
        self.sockets += 1;
        let socket = Socket(self.sockets);
        let Client { id, token, received, .. } = self.clients[client];
        self.clients[client].connection = Some((server, socket));
        self.clients[client].is_seated = false;
        let join = Join {
            room: room.to_owned().try_into().unwrap(),
            member: member(id),
            token: token.to_string().repeat(22).try_into().unwrap(),
            name: id.to_string().try_into().unwrap(),
            received: Some(received),
        };
        self.handle(server, Input::Client(socket, network(client), ClientMessage::Join(join)));
    }

    fn say(&mut self, client: usize, message: ClientMessage) {
        if let Some((server, socket)) = self.clients[client].connection {
            self.handle(server, Input::Client(socket, network(client), message));
        }
    }

    fn relay(&mut self, client: usize, to: Option<char>, number: u64) {
        let data = Payload::from(number.to_string().as_str());
        self.say(client, ClientMessage::Relay { to: to.map(member), data, seq: None });
    }

    fn ping(&mut self, client: usize) {
        let received = Some(self.clients[client].received);
        self.say(client, ClientMessage::Ping { received });
    }

    /// The connection ends; `server_knows` at once, or not for now.
    fn disconnect(&mut self, client: usize, server_knows: bool) {
        self.clients[client].is_seated = false;
        if let Some((server, socket)) = self.clients[client].connection.take()
            && server_knows
        {
            self.handle(server, Input::Closed(socket));
        }
    }

    fn crash(&mut self, server: usize) {
        self.servers[server] = self.start(Bus::Up);
        for client in &mut self.clients {
            if client.connection.is_some_and(|(at, _)| at == server) {
                client.connection = None;
                client.is_seated = false;
            }
        }
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.now += TICK;
            for server in 0..self.servers.len() {
                self.servers[server].tick(self.now);
                self.act(server);
            }
            self.deliver_bus();
            if self.now.as_millis().is_multiple_of(2000) {
                (0..self.clients.len()).for_each(|client| self.ping(client));
            }
        }
    }

    fn deliver_bus(&mut self) {
        while let Some((from, room, message)) = self.bus.pop_front() {
            for server in (0..self.servers.len()).filter(|server| *server != from) {
                // As it goes over the wire.
                let json = serde_json::to_string(&message).unwrap();
                let message = serde_json::from_str(&json).unwrap();
                self.handle(server, Input::Bus(room.clone(), message));
            }
        }
    }

    fn handle(&mut self, server: usize, input: Input) {
        self.servers[server].handle(self.now, input);
        self.act(server);
    }

    fn act(&mut self, server: usize) {
        while let Some(output) = self.servers[server].poll() {
            match output {
                Output::Publish { room, message } => self.bus.push_back((server, room, message)),
                Output::Send { socket, message } => self.hear(server, socket, message),
                Output::Welcome { socket, members, .. } => {
                    let Some(client) = self.client_at(server, socket) else { continue };
                    client.is_seated = true;
                    client.others = members.into_iter().map(|member| member.id).collect();
                }
                Output::Refuse { socket, refusal } => {
                    let Some(client) = self.client_at(server, socket) else { continue };
                    client.errors.push(refusal.code);
                    if refusal.is_fatal {
                        client.connection = None;
                        client.is_seated = false;
                    }
                }
                Output::End { socket, .. } => {
                    if let Some(client) = self.client_at(server, socket) {
                        client.connection = None;
                        client.is_seated = false;
                    }
                }
                Output::Vanished | Output::Open { .. } | Output::Shut { .. } => {}
            }
        }
    }

    fn hear(&mut self, server: usize, socket: Socket, message: ServerMessage) {
        let Some(client) = self.client_at(server, socket) else { return };
        match message {
            ServerMessage::Joined { member } => {
                assert!(member.id != self::member(client.id), "one's own arrival");
                assert!(client.others.insert(member.id), "joined twice");
            }
            ServerMessage::Left { member } => assert!(client.others.remove(&member), "left twice"),
            ServerMessage::Relay { data, seq, .. } => {
                assert_eq!(seq, client.received + 1, "lost or repeated");
                client.received = seq;
                let data = serde_json::to_value(&data).unwrap();
                client.heard.push(data.as_str().unwrap().parse().unwrap());
            }
            ServerMessage::Pong { .. } => {}
            other => panic!("{other:?}"),
        }
    }

    fn client_at(&mut self, server: usize, socket: Socket) -> Option<&mut Client> {
        self.clients.iter_mut().find(|client| client.connection == Some((server, socket)))
    }
}

/// Each client has an address of its own.
fn network(client: usize) -> Network {
    IpAddr::from([192, 0, 2, u8::try_from(client).unwrap()]).into()
}

fn member(letter: char) -> MemberId {
    letter.to_string().repeat(22).try_into().unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    Join { client: usize, server: usize },
    Relay { client: usize, to: Option<char> },
    Leave { client: usize },
    Disconnect { client: usize, server_knows: bool },
    Crash { server: usize },
    Wait { tenths: u32 },
}

fn steps(servers: usize) -> impl Strategy<Value = Vec<Step>> {
    let (client, server) = (0..5_usize, 0..servers);
    let to = prop::option::of(prop::sample::select(vec!['a', 'b', 'c', 'x']));
    let step = prop_oneof![
        6 => (client.clone(), server.clone()).prop_map(|(client, server)| Step::Join { client, server }),
        4 => (client.clone(), to).prop_map(|(client, to)| Step::Relay { client, to }),
        1 => client.clone().prop_map(|client| Step::Leave { client }),
        3 => (client, any::<bool>())
            .prop_map(|(client, server_knows)| Step::Disconnect { client, server_knows }),
        1 => server.prop_map(|server| Step::Crash { server }),
        4 => (0..40_u32).prop_map(|tenths| Step::Wait { tenths }),
    ];
    prop::collection::vec(step, 1..40)
}

/// The last is an impostor: the first one's ID with another token.
const CLIENTS: [(char, char); 5] = [('a', 'a'), ('b', 'b'), ('c', 'c'), ('d', 'd'), ('a', 'z')];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn everybody_learns_who_is_there(steps in steps(3)) {
        let limits = Limits { members: 4, ..Limits::default() };
        let mut world = World::new(3, limits, &CLIENTS);
        for step in steps {
            match step {
                Step::Join { client, server } => world.join(client, server, "room"),
                Step::Relay { client, to } => world.relay(client, to, 0),
                Step::Leave { client } => world.say(client, ClientMessage::Leave),
                Step::Disconnect { client, server_knows } => world.disconnect(client, server_knows),
                Step::Crash { server } => world.crash(server),
                Step::Wait { tenths } => world.wait(TICK * tenths),
            }
        }
        // Whoever is not there has vanished by then.
        world.wait(Duration::from_secs(15));
        let seated = || world.clients.iter().filter(|client| client.is_seated);
        let there: BTreeMap<_, _> = seated().map(|client| (member(client.id), client)).collect();
        prop_assert_eq!(there.len(), seated().count(), "two have one ID");
        for (id, client) in &there {
            let others: BTreeSet<_> = there.keys().filter(|other| *other != id).cloned().collect();
            prop_assert_eq!(&client.others, &others);
        }

        // And nothing is left of them.
        (0..CLIENTS.len()).for_each(|client| world.disconnect(client, false));
        world.wait(Duration::from_secs(20));
        for server in &world.servers {
            prop_assert_eq!((server.count(), server.members()), (0, 0));
        }
    }

    #[test]
    fn nothing_is_lost_or_repeated_while_a_member_is_cut_off(
        breaks in prop::collection::vec((0..20_u32, 1..8_u32, any::<bool>()), 1..6),
    ) {
        let mut world = World::new(1, Limits::default(), &[('a', 'a'), ('b', 'b')]);
        world.join(0, 0, "room");
        world.join(1, 0, "room");
        let mut sent = 0;
        let mut pass = |world: &mut World, tenths: u32| {
            for _ in 0..tenths {
                sent += 1;
                world.relay(0, Some('b'), sent);
                world.wait(TICK);
            }
        };
        for (online, seconds, server_knows) in breaks {
            pass(&mut world, online);
            world.disconnect(1, server_knows);
            pass(&mut world, seconds * 10);
            world.join(1, 0, "room");
        }
        prop_assert_eq!(&world.clients[1].heard, &(1..=sent).collect::<Vec<_>>());
    }
}

#[test]
fn a_seat_that_misses_too_much_is_given_up() {
    let mut world = World::new(1, Limits::default(), &[('a', 'a'), ('b', 'b')]);
    world.join(0, 0, "room");
    world.join(1, 0, "room");
    world.disconnect(1, true);
    let data = Payload::from("A".repeat(60_000).as_str());
    for _ in 0..17 {
        assert_eq!(world.clients[0].others, BTreeSet::from([member('b')]));
        world.say(0, ClientMessage::Relay { to: None, data: data.clone(), seq: None });
    }
    world.say(0, ClientMessage::Relay { to: None, data, seq: None });
    assert_eq!(world.clients[0].others, BTreeSet::new());
}

#[test]
fn without_the_bus_nobody_joins_and_nobody_far_away_is_reached() {
    let mut world = World::new(2, Limits::default(), &[('a', 'a'), ('b', 'b'), ('c', 'c')]);
    world.join(0, 0, "room");
    world.join(1, 1, "room");
    world.wait(Duration::from_secs(1));
    assert_eq!(world.clients[0].others, BTreeSet::from([member('b')]));

    world.handle(0, Input::BusIsUp(false));
    world.relay(0, Some('b'), 1);
    world.join(2, 0, "room");
    assert_eq!(world.clients[0].errors, [Code::BusUnavailable]);
    assert!(world.clients[0].is_seated);
    assert_eq!(world.clients[2].errors, [Code::BusUnavailable]);
    assert_eq!(world.clients[2].connection, None);
    assert!(world.clients[1].heard.is_empty());

    world.handle(0, Input::BusIsUp(true));
    world.join(2, 0, "room");
    world.relay(0, Some('b'), 2);
    world.wait(Duration::from_secs(1));
    assert_eq!(world.clients[1].heard, [2]);
    assert_eq!(world.clients[1].others, BTreeSet::from([member('a'), member('c')]));
}

#[test]
fn a_member_that_moves_to_another_process_takes_along_what_waited() {
    let mut world = World::new(2, Limits::default(), &[('a', 'a'), ('b', 'b')]);
    world.join(0, 0, "room");
    world.join(1, 0, "room");
    world.wait(Duration::from_secs(1));
    world.disconnect(1, false);
    world.relay(0, Some('b'), 1);
    world.join(1, 1, "room");
    world.wait(Duration::from_secs(1));
    assert_eq!(world.clients[1].heard, [1]);
    assert_eq!(world.clients[1].others, BTreeSet::from([member('a')]));
    // Nobody saw anybody leave: `joined twice` and `left twice` would have told.
    assert_eq!(world.clients[0].others, BTreeSet::from([member('b')]));
}
