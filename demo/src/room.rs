//! The members of one room: those with a seat in this process, and those of other processes.

use alloc::collections::{BTreeMap, VecDeque};
use core::mem;
use core::time::Duration;
use std::collections::HashMap;

use crate::bus::{BusMessage, ROLL_CALL, ROSTER_INTERVAL, Roster, RosterEntry, Since};
use crate::identity::{Claim, MemberId, MemberName, RoomName, ServerId};
use crate::limits::{Limits, Rate, SILENCE};
use crate::message::{Join, MemberCard, Payload, ServerMessage};
use crate::network::Network;
use crate::refusal::Refusal;
use crate::rooms::{Ending, Output, Socket};
use crate::seat::Seat;

#[derive(Debug)]
pub(crate) struct Room {
    name: RoomName,
    /// Where the one came from who made it.
    maker: Network,
    /// How fast new members come from where.
    joins: HashMap<Network, Rate>,
    members: BTreeMap<MemberId, Member>,
    /// The other processes, and when they were last heard of.
    servers: BTreeMap<ServerId, Duration>,
    /// Who waits until the other processes had time to say who is there.
    opening: Option<Opening>,
    /// When the others are told again who is here; never without a bus.
    roster_due: Option<Duration>,
}

#[derive(Debug)]
struct Member {
    name: MemberName,
    claim: Claim,
    since: Since,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Here(Seat),
    There(ServerId),
}

#[derive(Debug)]
struct Opening {
    until: Duration,
    joining: Vec<(Socket, Network, Join)>,
}

/// What a room needs from around it.
#[derive(Debug)]
pub(crate) struct Around<'a> {
    pub(crate) now: Duration,
    pub(crate) server: &'a ServerId,
    pub(crate) limits: &'a Limits,
    pub(crate) bus_is_up: bool,
    pub(crate) outputs: &'a mut VecDeque<Output>,
}

impl Around<'_> {
    fn send(&mut self, socket: Socket, message: ServerMessage) {
        self.outputs.push_back(Output::Send { socket, message });
    }

    fn end(&mut self, socket: Socket, ending: Ending) {
        self.outputs.push_back(Output::End { socket, ending });
    }

    fn refuse(&mut self, socket: Socket, refusal: Refusal) {
        self.outputs.push_back(Output::Refuse { socket, refusal });
    }
}

impl Room {
    /// A room that nobody else knows.
    pub(crate) fn new(name: RoomName, maker: Network) -> Self {
        Self {
            name,
            maker,
            joins: HashMap::new(),
            members: BTreeMap::new(),
            servers: BTreeMap::new(),
            opening: None,
            roster_due: None,
        }
    }

    /// A room that other processes may have members in: first they are asked.
    pub(crate) fn shared(name: RoomName, maker: Network, around: &mut Around<'_>) -> Self {
        let mut room = Self::new(name, maker);
        let until = around.now.saturating_add(ROLL_CALL);
        room.opening = Some(Opening { until, joining: Vec::new() });
        room.roster_due = Some(until);
        around.outputs.push_back(Output::Open { room: room.name.clone() });
        room.publish(BusMessage::Ask, around);
        room
    }

    /// Whether this process need not know the room any more.
    pub(crate) fn is_deserted(&self) -> bool {
        self.opening.as_ref().is_none_or(|opening| opening.joining.is_empty())
            && self.seats().next().is_none()
    }

    pub(crate) fn maker(&self) -> Network {
        self.maker
    }

    pub(crate) fn seats_taken(&self) -> usize {
        self.seats().count()
    }

    pub(crate) fn join(
        &mut self,
        (socket, from): (Socket, Network),
        join: Join,
        around: &mut Around<'_>,
    ) {
        if let Some(opening) = &mut self.opening {
            opening.joining.push((socket, from, join));
            return;
        }
        let claim = join.token.claim(&self.name, &join.member);
        let resumed = match self.take_seat((socket, from), &join, claim, around) {
            Ok(resumed) => resumed,
            Err(refusal) => return around.refuse(socket, refusal),
        };
        self.welcome(socket, &join.member, resumed, around);
    }

    /// Returns whether the seat is one that was kept.
    fn take_seat(
        &mut self,
        (socket, from): (Socket, Network),
        join: &Join,
        claim: Claim,
        around: &mut Around<'_>,
    ) -> Result<bool, Refusal> {
        let seat = Seat::new(around.now, socket, join.received);
        let members = self.members.len();
        let mut resumed = false;
        match self.members.get_mut(&join.member) {
            Some(member) if member.claim != claim => return Err(Refusal::member_taken()),
            Some(member) => {
                member.since = Since::after(around.now, member.since);
                if let Place::Here(kept) = &mut member.place {
                    resumed = true;
                    if let Some(former) = kept.resume(around.now, socket, join.received) {
                        around.end(former, Ending::Replaced);
                    }
                } else {
                    member.place = Place::Here(seat);
                }
            }
            None if members >= around.limits.members => {
                return Err(Refusal::room_full(around.limits));
            }
            None => {
                if !self.may_join(from, around) {
                    return Err(Refusal::too_many_joins(around.limits));
                }
                let (name, since) = (join.name.clone(), Since::new(around.now));
                let member = Member { name, claim, since, place: Place::Here(seat) };
                self.insert(join.member.clone(), member, around);
            }
        }
        self.announce(around);
        Ok(resumed)
    }

    fn may_join(&mut self, from: Network, around: &Around<'_>) -> bool {
        let rate = self.joins.entry(from);
        rate.or_insert_with(|| Rate::of_joins(around.now, around.limits)).allows(around.now)
    }

    fn welcome(&mut self, socket: Socket, id: &MemberId, resumed: bool, around: &mut Around<'_>) {
        let others = self.members.iter().filter(|(other, _)| *other != id);
        let others = others.map(|(id, member)| member.card(id)).collect();
        if let Some(seat) = self.seat(id) {
            let received = seat.received();
            let (member, members) = (id.clone(), others);
            let welcome = Output::Welcome { socket, member, members, resumed, received };
            around.outputs.push_back(welcome);
            for message in seat.waiting() {
                around.send(socket, message);
            }
        }
    }

    /// Hands on what a member relays to one other, or to all others.
    pub(crate) fn relay(
        &mut self,
        socket: Socket,
        (from, to): (&MemberId, Option<MemberId>),
        data: &Payload,
        seq: Option<u64>,
        around: &mut Around<'_>,
    ) {
        let Some(seat) = self.seat(from) else {
            return around.refuse(socket, Refusal::not_joined());
        };
        seat.hear(around.now);
        if !seat.receives(seq) {
            return;
        }
        let is_for = |id: &MemberId| to.as_ref().map_or(id != from, |to| id == to);
        let mut receivers = self.members.iter().filter(|(id, _)| is_for(id)).peekable();
        if receivers.peek().is_none() && to.is_some() {
            return around.refuse(socket, Refusal::no_such_member());
        }
        if receivers.any(|(_, member)| matches!(member.place, Place::There(_))) {
            if around.bus_is_up {
                let (from, to, data) = (from.clone(), to.clone(), data.clone());
                self.publish(BusMessage::Relay { from, to, data }, around);
            } else {
                around.refuse(socket, Refusal::no_bus_to_relay());
            }
        }
        self.deliver(from, to.as_ref(), data, around);
    }

    pub(crate) fn ping(
        &mut self,
        socket: Socket,
        id: &MemberId,
        received: Option<u64>,
        around: &mut Around<'_>,
    ) {
        let mut answer = 0;
        if let Some(seat) = self.seat(id) {
            seat.hear(around.now);
            seat.acknowledge(received);
            answer = seat.received();
        }
        around.send(socket, ServerMessage::Pong { received: answer });
    }

    pub(crate) fn leave(&mut self, socket: Socket, id: &MemberId, around: &mut Around<'_>) {
        self.stop_joining(socket);
        if self.seat(id).is_some() {
            self.remove(id, around);
            self.announce(around);
        }
        around.end(socket, Ending::Left);
    }

    /// A connection broke; the seat waits for the next.
    pub(crate) fn disconnect(&mut self, socket: Socket, id: &MemberId) {
        self.stop_joining(socket);
        if let Some(seat) = self.seat(id)
            && seat.socket() == Some(socket)
        {
            seat.disconnect();
        }
    }

    /// Another process said something.
    pub(crate) fn hear(&mut self, message: BusMessage, around: &mut Around<'_>) {
        match message {
            BusMessage::Ask if self.seats().next().is_some() => self.announce(around),
            BusMessage::Ask => {}
            BusMessage::Roster(roster) if roster.server == *around.server => {}
            BusMessage::Roster(roster) => self.compare(roster, around),
            BusMessage::Relay { from, to, data } => {
                if self.members.contains_key(&from) {
                    self.deliver(&from, to.as_ref(), &data, around);
                }
            }
        }
    }

    /// The bus is there again: what was missed is asked for, and told.
    pub(crate) fn meet_again(&mut self, around: &mut Around<'_>) {
        self.publish(BusMessage::Ask, around);
        self.announce(around);
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, around: &mut Around<'_>) {
        if self.opening.as_ref().is_some_and(|opening| opening.until <= around.now) {
            let joining = self.opening.take().map(|opening| opening.joining);
            for (socket, from, join) in joining.unwrap_or_default() {
                self.join((socket, from), join, around);
            }
        }
        self.drop_vanished(around);
        self.joins.retain(|_, rate| !rate.is_rested(around.now));
        if self.roster_due.is_some_and(|due| due <= around.now) {
            self.announce(around);
        }
    }

    fn drop_vanished(&mut self, around: &mut Around<'_>) {
        let silent = |heard: Duration| around.now.saturating_sub(heard) >= SILENCE;
        self.servers.retain(|_, heard| !silent(*heard));
        let is_gone = |member: &Member| match &member.place {
            Place::Here(seat) => seat.has_vanished(around.now),
            Place::There(server) => !self.servers.contains_key(server),
        };
        let gone = self.members.iter().filter(|(_, member)| is_gone(member));
        let gone: Vec<_> = gone.map(|(id, _)| id.clone()).collect();
        for id in &gone {
            if let Some(Member { place: Place::Here(seat), .. }) = self.remove(id, around) {
                around.outputs.push_back(Output::Vanished);
                if let Some(socket) = seat.socket() {
                    around.end(socket, Ending::Silent);
                }
            }
        }
        if !gone.is_empty() {
            self.announce(around);
        }
    }

    /// Brings what is known of another process's members up to date.
    fn compare(&mut self, roster: Roster, around: &mut Around<'_>) {
        let Roster { server, members } = roster;
        self.servers.insert(server.clone(), around.now);
        let listed = |id: &MemberId| members.iter().any(|entry| entry.id == *id);
        let was_there = |member: &Member| matches!(&member.place, Place::There(s) if *s == server);
        let gone = self.members.iter().filter(|(id, member)| was_there(member) && !listed(id));
        let gone: Vec<_> = gone.map(|(id, _)| id.clone()).collect();
        for id in &gone {
            self.remove(id, around);
        }
        for entry in members {
            self.compare_entry(&server, entry, around);
        }
    }

    fn compare_entry(&mut self, server: &ServerId, entry: RosterEntry, around: &mut Around<'_>) {
        let RosterEntry { id, name, claim, since } = entry;
        let there = Place::There(server.clone());
        let Some(member) = self.members.get_mut(&id) else {
            return self.insert(id, Member { name, claim, since, place: there }, around);
        };
        let same_claim = member.claim == claim;
        let holder = match &member.place {
            Place::Here(_) => around.server,
            Place::There(holder) => holder,
        };
        let is_later = (since, server) > (member.since, holder);
        if holder != server && is_later != same_claim {
            return;
        }
        (member.claim, member.since) = (claim, since);
        if let Place::Here(seat) = mem::replace(&mut member.place, there) {
            self.hand_over(&id, seat, same_claim, around);
        }
    }

    /// The seat is another process's now.
    fn hand_over(&self, id: &MemberId, seat: Seat, is_same: bool, around: &mut Around<'_>) {
        if let Some(socket) = seat.socket() {
            if is_same {
                around.end(socket, Ending::Replaced);
            } else {
                around.refuse(socket, Refusal::member_taken());
            }
        }
        if is_same {
            for (from, data) in seat.into_kept() {
                let to = Some(id.clone());
                self.publish(BusMessage::Relay { from, to, data }, around);
            }
        }
    }

    /// Hands `data` to those for whom it is and who sit here.
    fn deliver(
        &mut self,
        from: &MemberId,
        to: Option<&MemberId>,
        data: &Payload,
        around: &mut Around<'_>,
    ) {
        let mut overflowing = Vec::new();
        for (id, member) in &mut self.members {
            let is_for = to.map_or(id != from, |to| id == to);
            if let (true, Place::Here(seat)) = (is_for, &mut member.place) {
                match seat.deliver(from, data) {
                    Ok(None) => {}
                    Ok(Some((socket, message))) => around.send(socket, message),
                    Err(_overflow) => overflowing.push(id.clone()),
                }
            }
        }
        for id in &overflowing {
            self.remove(id, around);
            self.announce(around);
        }
    }

    fn insert(&mut self, id: MemberId, member: Member, around: &mut Around<'_>) {
        let message = ServerMessage::Joined { member: member.card(&id) };
        self.tell_seats(&message, around);
        self.members.insert(id, member);
    }

    fn remove(&mut self, id: &MemberId, around: &mut Around<'_>) -> Option<Member> {
        let member = self.members.remove(id)?;
        self.tell_seats(&ServerMessage::Left { member: id.clone() }, around);
        Some(member)
    }

    fn tell_seats(&self, message: &ServerMessage, around: &mut Around<'_>) {
        // Who is away learns it from the next `welcome`.
        for socket in self.seats().filter_map(Seat::socket) {
            around.send(socket, message.clone());
        }
    }

    /// Tells the other processes who is here.
    fn announce(&mut self, around: &mut Around<'_>) {
        if self.roster_due.is_none() {
            return;
        }
        self.roster_due = Some(around.now.saturating_add(ROSTER_INTERVAL));
        if !around.bus_is_up {
            return;
        }
        let here = self.members.iter().filter(|(_, member)| member.is_here());
        let members = here.map(|(id, member)| member.entry(id)).collect();
        let roster = Roster { server: around.server.clone(), members };
        self.publish(BusMessage::Roster(roster), around);
    }

    fn publish(&self, message: BusMessage, around: &mut Around<'_>) {
        around.outputs.push_back(Output::Publish { room: self.name.clone(), message });
    }

    fn seat(&mut self, id: &MemberId) -> Option<&mut Seat> {
        match &mut self.members.get_mut(id)?.place {
            Place::Here(seat) => Some(seat),
            Place::There(_) => None,
        }
    }

    fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.members.values().filter_map(|member| match &member.place {
            Place::Here(seat) => Some(seat),
            Place::There(_) => None,
        })
    }

    fn stop_joining(&mut self, socket: Socket) {
        if let Some(opening) = &mut self.opening {
            opening.joining.retain(|(joining, ..)| *joining != socket);
        }
    }
}

impl Member {
    fn is_here(&self) -> bool {
        matches!(self.place, Place::Here(_))
    }

    fn card(&self, id: &MemberId) -> MemberCard {
        MemberCard { id: id.clone(), name: self.name.clone() }
    }

    fn entry(&self, id: &MemberId) -> RosterEntry {
        let (name, claim) = (self.name.clone(), self.claim.clone());
        RosterEntry { id: id.clone(), name, claim, since: self.since }
    }
}
