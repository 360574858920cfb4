//! One connection that media comes through: WebRTC by the crate `str0m`, receiving only.

use core::net::SocketAddr;
use core::time::Duration;
use std::time::Instant;

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, ChannelId};
use str0m::media::{Direction, MediaData, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcError};

use super::clock::later;
use super::network::{Datagram, Network};

/// Names a connection, also when it is gone.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// What happened on a connection.
#[derive(Debug)]
pub(crate) enum Happening {
    /// A frame, as it was sealed.
    Frame(Box<MediaData>),
    /// The data channel can be written to.
    ChannelOpen,
}

/// One connection. After each call, [`drain`](Self::drain) it.
pub(crate) struct Connection {
    pub(crate) id: ConnectionId,
    rtc: Rtc,
    wake_at: Instant,
    pending: Option<SdpPendingOffer>,
    channel: Option<ChannelId>,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Connecting,
    Connected,
    /// It may come back.
    Away,
    Closed,
}

impl Connection {
    pub(crate) fn new(id: ConnectionId, now: Instant, addresses: &[SocketAddr]) -> Self {
        let mut rtc = Rtc::builder().enable_h265(true).build(now);
        for address in addresses {
            // What is no address to be reached at is left out.
            if let Ok(candidate) = Candidate::host(*address, "udp") {
                rtc.add_local_candidate(candidate);
            }
        }
        let (pending, channel, state) = (None, None, State::Connecting);
        Self { id, rtc, wake_at: now, pending, channel, state }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.state == State::Connected
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// When to [`drain`](Self::drain) next, if nothing comes before.
    pub(crate) fn wake_at(&self) -> Instant {
        self.wake_at
    }

    /// Offers a place for each of these, and the data channel of the page. `None`: there is an offer.
    pub(crate) fn offer(&mut self, places: &[MediaKind]) -> Option<String> {
        let mut change = self.rtc.sdp_api();
        for kind in places {
            change.add_media(*kind, Direction::RecvOnly, None, None, None);
        }
        self.channel = Some(change.add_channel_with_config(channel_config()));
        let (offer, pending) = change.apply()?;
        self.pending = Some(pending);
        Some(offer.to_sdp_string())
    }

    /// Takes the answer to our offer.
    pub(crate) fn take_answer(&mut self, answer: &str) -> Result<(), NotUnderstood> {
        let pending = self.pending.take().ok_or(NotUnderstood)?;
        let answer = SdpAnswer::from_sdp_string(answer).map_err(|_| NotUnderstood)?;
        self.rtc.sdp_api().accept_answer(pending, answer).map_err(NotUnderstood::from)
    }

    /// Answers an offer: all that it sends is taken, nothing is sent.
    pub(crate) fn answer(&mut self, offer: &str) -> Result<String, NotUnderstood> {
        let has_channel = offer.lines().any(|line| line.starts_with("m=application"));
        let offer = SdpOffer::from_sdp_string(&sending_only(offer)).map_err(|_| NotUnderstood)?;
        self.pending = None;
        let answer = self.rtc.sdp_api().accept_offer(offer)?;
        if has_channel && self.channel.is_none() {
            // Both ends make it alike, so it needs no negotiation.
            let mut change = self.rtc.sdp_api();
            self.channel = Some(change.add_channel_with_config(channel_config()));
            let _ = change.apply();
        }
        Ok(answer.to_sdp_string())
    }

    /// Takes a way to the other end. Names that hide addresses are passed over: the other end's own
    /// attempts show where it is.
    pub(crate) fn add_candidate(&mut self, candidate: &str) {
        if let Ok(candidate) = Candidate::from_sdp_string(candidate) {
            self.rtc.add_remote_candidate(candidate);
        }
    }

    /// Asks for a key frame. Before there is a stream to ask for, nothing happens.
    ///
    /// Janus takes RTCP for that of the stream whose SSRC it finds first: so the request is made in the
    /// stream's own name, and leaves alone if nothing else is due. Browsers look at the last SSRC only.
    pub(crate) fn request_key_frame(&mut self, now: Instant, mid: Mid) {
        let mut rtc = self.rtc.direct_api();
        let stream = rtc.stream_rx_by_mid(mid, None);
        let Some(ssrc) = stream.map(|stream| stream.ssrc()) else { return };
        rtc.send_pli_feedback(ssrc, ssrc);
        self.wake_at = self.wake_at.min(now);
    }

    /// Says something over the data channel. Returns whether it was taken.
    pub(crate) fn say(&mut self, bytes: &[u8]) -> bool {
        let channel = self.channel.and_then(|id| self.rtc.channel(id));
        channel.is_some_and(|mut channel| channel.write(true, bytes).unwrap_or(false))
    }

    /// Takes what came from the network; returns whether it is of this connection.
    pub(crate) fn take(&mut self, datagram: &Datagram) -> bool {
        let Ok(contents) = datagram.bytes.as_slice().try_into() else {
            return false;
        };
        let Datagram { at, source, destination, .. } = *datagram;
        let receive = Receive { proto: Protocol::Udp, source, destination, contents };
        let input = Input::Receive(at, receive);
        if !self.rtc.accepts(&input) {
            return false;
        }
        if self.rtc.handle_input(input).is_err() {
            self.close();
        }
        true
    }

    /// Lets time go on.
    pub(crate) fn pass(&mut self, now: Instant) {
        if self.rtc.handle_input(Input::Timeout(now)).is_err() {
            self.close();
        }
    }

    /// Sends what is to be sent, and returns what happened.
    pub(crate) fn drain(&mut self, now: Instant, network: &Network) -> Vec<Happening> {
        let mut happenings = Vec::new();
        while self.state != State::Closed {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    // It names the past while it waits for the other end.
                    self.wake_at = at.max(later(now, SHORTEST_WAIT));
                    break;
                }
                Ok(Output::Transmit(transmit)) => network.send(&transmit),
                Ok(Output::Event(event)) => happenings.extend(self.note(event)),
                Err(_) => self.close(),
            }
            if !self.rtc.is_alive() {
                self.close();
            }
        }
        happenings
    }

    fn note(&mut self, event: Event) -> Option<Happening> {
        match event {
            Event::MediaData(data) => return Some(Happening::Frame(Box::new(data))),
            Event::ChannelOpen(id, _) if self.channel == Some(id) => {
                return Some(Happening::ChannelOpen);
            }
            Event::Connected => self.state = State::Connected,
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                self.state = State::Away;
            }
            Event::IceConnectionStateChange(state)
                if state.is_connected() && self.state == State::Away =>
            {
                self.state = State::Connected;
            }
            Event::Closed => self.state = State::Closed,
            _ => {}
        }
        None
    }

    fn close(&mut self) {
        self.rtc.disconnect();
        self.state = State::Closed;
    }
}

/// A description that says nothing that can be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NotUnderstood;

impl From<RtcError> for NotUnderstood {
    fn from(_: RtcError) -> Self {
        Self
    }
}

/// Makes an offer of both directions one to send, so that the answer is to receive.
fn sending_only(offer: &str) -> String {
    let line = |line: &str| match line {
        "a=sendrecv" => String::from("a=sendonly\r\n"),
        "a=recvonly" => String::from("a=inactive\r\n"),
        line => format!("{line}\r\n"),
    };
    offer.lines().map(line).collect()
}

/// As the page makes it.
fn channel_config() -> ChannelConfig {
    ChannelConfig {
        label: String::from("frameseal"),
        negotiated: Some(0),
        ..ChannelConfig::default()
    }
}

/// So that no connection keeps the processor busy.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::sending_only;

    #[test]
    fn an_offer_of_both_directions_becomes_one_to_send() {
        let offer = "v=0\r\na=sendrecv\r\na=recvonly\na=sendonly\r\na=inactive\r\nb=sendrecv";
        let made = "v=0\r\na=sendonly\r\na=inactive\r\na=sendonly\r\na=inactive\r\nb=sendrecv\r\n";
        assert_eq!(sending_only(offer), made);
    }
}
