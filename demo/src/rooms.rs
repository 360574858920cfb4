//! All rooms of this process: no socket, no clock, no task.

use alloc::collections::VecDeque;
use core::time::Duration;
use std::collections::HashMap;

use crate::bus::BusMessage;
use crate::identity::{MemberId, RoomName, ServerId};
use crate::limits::Limits;
use crate::message::{ClientMessage, Join, MemberCard, ServerMessage};
use crate::network::Network;
use crate::refusal::Refusal;
use crate::room::{Around, Room};

/// All rooms of this process.
///
/// Give it what happens, with the time since 1970, by [`handle`](Self::handle), and
/// [`tick`](Self::tick) at least every [`TICK`]; after each, do what [`poll`](Self::poll) says until
/// it says nothing. Time must not go backwards.
#[derive(Debug)]
pub struct Rooms {
    server: ServerId,
    limits: Limits,
    bus: Bus,
    rooms: HashMap<RoomName, Room>,
    /// Who has a seat or waits for one, and where.
    sockets: HashMap<Socket, (RoomName, MemberId)>,
    outputs: VecDeque<Output>,
}

/// Names a connection within this process.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Socket(pub u64);

/// Whether other processes may have members in the rooms.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Bus {
    /// No: this process is alone.
    None,
    /// Yes, and they can be reached.
    Up,
    /// Yes, but they cannot be reached.
    Down,
}

/// What happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input {
    /// A client said something: where it says it, and from where.
    Client(Socket, Network, ClientMessage),
    /// A connection ended.
    Closed(Socket),
    /// Another process said something about a room.
    Bus(RoomName, BusMessage),
    /// The other processes can be reached, or not any more.
    BusIsUp(bool),
}

/// What is to be done.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "who drives this must do all of it")]
pub enum Output {
    /// Send a message.
    Send {
        /// Where to.
        socket: Socket,
        /// What.
        message: ServerMessage,
    },
    /// Send `welcome`, with what is the same for all.
    Welcome {
        /// Where to.
        socket: Socket,
        /// Who is welcome.
        member: MemberId,
        /// The others in the room.
        members: Vec<MemberCard>,
        /// The seat was still there.
        resumed: bool,
        /// Number of the last `relay` that came from the seat.
        received: u64,
    },
    /// Send an error; close the connection if it is fatal.
    Refuse {
        /// Where to.
        socket: Socket,
        /// Why.
        refusal: Refusal,
    },
    /// Close the connection.
    End {
        /// Which.
        socket: Socket,
        /// Why.
        ending: Ending,
    },
    /// A seat was given up because nothing was heard; worth counting.
    Vanished,
    /// Listen to what other processes say about the room.
    Open {
        /// Which.
        room: RoomName,
    },
    /// Stop listening.
    Shut {
        /// Which.
        room: RoomName,
    },
    /// Tell the other processes.
    Publish {
        /// About which room.
        room: RoomName,
        /// What.
        message: BusMessage,
    },
}

/// Why a connection ends without an error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Ending {
    /// The member left.
    Left,
    /// The member has connected anew.
    Replaced,
    /// The member said nothing for [`SILENCE`](crate::limits::SILENCE).
    Silent,
}

impl Rooms {
    /// No room, no member.
    #[must_use]
    pub fn new(server: ServerId, limits: Limits, bus: Bus) -> Self {
        Self {
            server,
            limits,
            bus,
            rooms: HashMap::new(),
            sockets: HashMap::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Duration, input: Input) {
        match input {
            Input::Client(socket, from, ClientMessage::Join(join)) => {
                self.join(now, (socket, from), join);
            }
            Input::Client(socket, _, message) => self.hear(now, socket, message),
            Input::Closed(socket) => {
                if let Some((room, member)) = self.sockets.remove(&socket) {
                    self.in_room(now, &room, |room, _| room.disconnect(socket, &member));
                }
            }
            Input::Bus(room, message) => {
                self.in_room(now, &room, |room, around| room.hear(message, around));
            }
            Input::BusIsUp(is_up) => self.bus_is_up(now, is_up),
        }
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Duration) {
        self.in_every_room(now, Room::tick);
    }

    /// Returns what is to be done next.
    pub fn poll(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front()?;
        match &output {
            Output::End { socket, .. } => {
                self.sockets.remove(socket);
            }
            Output::Refuse { socket, refusal } if refusal.is_fatal => {
                self.sockets.remove(socket);
            }
            _ => {}
        }
        Some(output)
    }

    /// Returns how many rooms there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rooms.len()
    }

    /// Returns how many members have a seat in this process.
    #[must_use]
    pub fn members(&self) -> usize {
        self.rooms.values().map(Room::seats_taken).sum()
    }

    fn join(&mut self, now: Duration, (socket, from): (Socket, Network), join: Join) {
        let is_known = self.rooms.contains_key(&join.room);
        let refusal = if self.sockets.contains_key(&socket) {
            Some(Refusal::joined_already())
        } else if self.bus == Bus::Down {
            Some(Refusal::no_bus_to_join())
        } else if !is_known && self.rooms.len() >= self.limits.rooms {
            Some(Refusal::too_many_rooms(&self.limits))
        } else if !is_known && self.made_by(from) >= self.limits.rooms_per_address {
            Some(Refusal::too_many_own_rooms(&self.limits))
        } else {
            None
        };
        if let Some(refusal) = refusal {
            return self.refuse(now, socket, refusal);
        }

        let name = join.room.clone();
        if !is_known {
            let bus = self.bus;
            let mut around = self.around(now);
            let room = match bus {
                Bus::None => Room::new(name.clone(), from),
                Bus::Up | Bus::Down => Room::shared(name.clone(), from, &mut around),
            };
            self.rooms.insert(name.clone(), room);
        }
        self.sockets.insert(socket, (name.clone(), join.member.clone()));
        self.in_room(now, &name, |room, around| room.join((socket, from), join, around));
    }

    fn made_by(&self, client: Network) -> usize {
        self.rooms.values().filter(|room| room.maker() == client).count()
    }

    fn hear(&mut self, now: Duration, socket: Socket, message: ClientMessage) {
        let Some((name, member)) = self.sockets.get(&socket).cloned() else {
            return self.hear_stranger(socket, &message);
        };
        self.in_room(now, &name, |room, around| match message {
            ClientMessage::Join(_) => {}
            ClientMessage::Relay { to, data, seq } => {
                room.relay(socket, (&member, to), &data, seq, around);
            }
            ClientMessage::Leave => room.leave(socket, &member, around),
            ClientMessage::Ping { received } => room.ping(socket, &member, received, around),
        });
    }

    /// Hears who has no seat.
    fn hear_stranger(&mut self, socket: Socket, message: &ClientMessage) {
        self.outputs.push_back(match message {
            ClientMessage::Ping { .. } => {
                Output::Send { socket, message: ServerMessage::Pong { received: 0 } }
            }
            ClientMessage::Leave => Output::End { socket, ending: Ending::Left },
            ClientMessage::Join(_) | ClientMessage::Relay { .. } => {
                Output::Refuse { socket, refusal: Refusal::not_joined() }
            }
        });
    }

    fn refuse(&mut self, now: Duration, socket: Socket, refusal: Refusal) {
        self.outputs.push_back(Output::Refuse { socket, refusal });
        self.handle(now, Input::Closed(socket));
    }

    fn bus_is_up(&mut self, now: Duration, is_up: bool) {
        self.bus = if is_up { Bus::Up } else { Bus::Down };
        if is_up {
            self.in_every_room(now, Room::meet_again);
        }
    }

    fn in_every_room(&mut self, now: Duration, act: impl Fn(&mut Room, &mut Around<'_>)) {
        let names: Vec<_> = self.rooms.keys().cloned().collect();
        for name in names {
            self.in_room(now, &name, &act);
        }
    }

    fn in_room(
        &mut self,
        now: Duration,
        name: &RoomName,
        act: impl FnOnce(&mut Room, &mut Around<'_>),
    ) {
        let Some(mut room) = self.rooms.remove(name) else { return };
        act(&mut room, &mut self.around(now));
        if !room.is_deserted() {
            self.rooms.insert(name.clone(), room);
        } else if self.bus != Bus::None {
            self.outputs.push_back(Output::Shut { room: name.clone() });
        }
    }

    fn around(&mut self, now: Duration) -> Around<'_> {
        Around {
            now,
            server: &self.server,
            limits: &self.limits,
            bus_is_up: self.bus == Bus::Up,
            outputs: &mut self.outputs,
        }
    }
}

/// How often [`Rooms::tick`] is to be called: what is due in seconds comes a tenth too late at most.
pub const TICK: Duration = Duration::from_millis(100);
