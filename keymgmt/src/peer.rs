//! What is known of another member, and what is owed to it.

use alloc::boxed::Box;

use frameseal_sframe::Timestamp;

use crate::alarms::Alarm;
use crate::association::{Association, Candidate, Introduction, Topic};
use crate::epoch::Epoch;
use crate::heard::Heard;
use crate::key_pair::Fingerprint;
use crate::member_id::MemberId;
use crate::message::Hello;
use crate::output::{Event, MemberState};
use crate::pace::Pace;
use crate::received_keys::ReceivedKeys;
use crate::recording::Consent;
use crate::retry::Retry;

/// Another member of the room.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) id: MemberId,
    /// Our side of whatever is agreed with this member, until it leaves.
    pub(crate) hello: Hello,
    state: State,
    /// What the application turned away last.
    pub(crate) turned_away: Option<Hello>,
    /// The key pair of a recorder that the application has consented to.
    pub(crate) consent: Option<Fingerprint>,
    pub(crate) access: Access,
    pub(crate) exposure: Exposure,
    /// Its keys that we hold.
    pub(crate) keys: ReceivedKeys,
    pub(crate) greeting: Greeting,
    /// Of hellos that are not known: each costs an agreement.
    pub(crate) introductions: Pace,
    /// Of answers to what anybody could have sent.
    pub(crate) answers: Pace,
    /// Of requests for its keys.
    pub(crate) requests: Pace,
    /// Of telling it who has its slot.
    pub(crate) warnings: Pace,
    /// Of what it says of others' slots.
    pub(crate) hearsay: Pace,
    pub(crate) retry: Retry,
    pub(crate) alarm: Alarm,
    pub(crate) heard: Heard,
}

/// How far we are with a member.
#[derive(Debug)]
pub(crate) enum State {
    /// The roster has it; it has not introduced itself.
    Announced,
    /// It introduced itself, and has not proven to hold its key.
    Introduced(Box<Candidate>),
    /// It has proven to hold its key, and to know the room's secret. Somebody else may claim to be it
    /// since: the member on another device, or a lie.
    Secured { proven: Box<Association>, claimant: Option<Box<Candidate>> },
    /// The application turned it away.
    Rejected,
}

/// Which of our keys a member may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    /// None: it came when a key was in use already, and waits for the next step.
    Waiting,
    /// Those from this one on, which was new when the member came. Until it says that it has it, it
    /// sees no picture.
    Newcomer(Epoch),
    /// Those from this one on.
    Settled(Epoch),
}

impl Access {
    /// Returns the first key that the member may have.
    pub(crate) const fn first(self) -> Option<Epoch> {
        match self {
            Self::Waiting => None,
            Self::Newcomer(first) | Self::Settled(first) => Some(first),
        }
    }

    /// The same for a member that needs no key frame to begin with.
    pub(crate) const fn settled(self) -> Self {
        match self {
            Self::Newcomer(first) => Self::Settled(first),
            other => other,
        }
    }
}

/// Who may hold keys of ours that a member was given.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Exposure {
    /// Nobody: it was given none.
    None,
    /// The member.
    Member,
    /// Somebody who claimed to be the member, and did not prove it.
    Stranger,
}

/// Whether our hello goes along with the next message, whoever it is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Greeting {
    Said,
    Due,
}

impl Peer {
    pub(crate) fn new(id: MemberId, hello: Hello) -> Self {
        Self {
            id,
            hello,
            state: State::Announced,
            turned_away: None,
            consent: None,
            access: Access::Waiting,
            exposure: Exposure::None,
            keys: ReceivedKeys::default(),
            greeting: Greeting::Said,
            introductions: Pace::default(),
            answers: Pace::default(),
            requests: Pace::default(),
            warnings: Pace::default(),
            hearsay: Pace::default(),
            retry: Retry::default(),
            alarm: Alarm::default(),
            heard: Heard::default(),
        }
    }

    /// Changes the state; returns the event that tells so, and what was before.
    pub(crate) fn set_state(&mut self, state: State) -> (Event, State) {
        let before = core::mem::replace(&mut self.state, state);
        (self.event(self.member_state()), before)
    }

    /// Makes the event that tells how the member stands.
    pub(crate) fn event(&self, state: MemberState) -> Event {
        let (id, fingerprint) = (self.id.clone(), self.fingerprint());
        Event::Member { id, state, fingerprint, recorder: self.recorder() }
    }

    /// How the member stands, as the application is told.
    pub(crate) const fn member_state(&self) -> MemberState {
        match self.state {
            State::Announced | State::Introduced(_) => MemberState::Pending,
            State::Secured { .. } => MemberState::Secured,
            State::Rejected => MemberState::Rejected,
        }
    }

    /// Fingerprint of the key that counts for this member: the proven one before one that was only
    /// introduced.
    pub(crate) fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.state {
            State::Announced => None,
            State::Introduced(candidate) => Some(candidate.introduction().fingerprint()),
            State::Secured { proven, .. } => Some(proven.introduction.fingerprint()),
            State::Rejected => self.turned_away.as_ref().map(Hello::fingerprint),
        }
    }

    /// Whether our application has consented to the member, if that says that it records.
    pub(crate) fn recorder(&self) -> Option<Consent> {
        let introduction = match &self.state {
            State::Introduced(candidate) => candidate.introduction(),
            State::Secured { proven, .. } => &proven.introduction,
            State::Announced | State::Rejected => return None,
        };
        let consent =
            if self.consents_to(introduction) { Consent::Given } else { Consent::Missing };
        introduction.hello.records().then_some(consent)
    }

    /// Whether the member holds the private key of this public key.
    pub(crate) fn is_proven_to_have(&self, fingerprint: Fingerprint) -> bool {
        self.proven().is_some_and(|proven| proven.introduction.fingerprint() == fingerprint)
    }

    /// Whether the application has nothing against keys for this one: it does not record, or was
    /// consented to.
    fn consents_to(&self, introduction: &Introduction) -> bool {
        !introduction.hello.records() || self.consent == Some(introduction.fingerprint())
    }

    /// What was agreed with whoever has proven to be the member.
    pub(crate) fn proven(&self) -> Option<&Association> {
        match &self.state {
            State::Secured { proven, .. } => Some(proven),
            _ => None,
        }
    }

    /// The same, to change it.
    pub(crate) fn proven_mut(&mut self) -> Option<&mut Association> {
        match &mut self.state {
            State::Secured { proven, .. } => Some(proven),
            _ => None,
        }
    }

    /// Whoever claims to be the member, and has not proven it.
    pub(crate) fn candidate(&self) -> Option<&Candidate> {
        match &self.state {
            State::Introduced(candidate) | State::Secured { claimant: Some(candidate), .. } => {
                Some(candidate)
            }
            _ => None,
        }
    }

    /// The same, to change it.
    pub(crate) fn candidate_mut(&mut self) -> Option<&mut Candidate> {
        match &mut self.state {
            State::Introduced(candidate) | State::Secured { claimant: Some(candidate), .. } => {
                Some(candidate)
            }
            _ => None,
        }
    }

    /// The candidate, unless the application has to judge it first.
    pub(crate) fn accepted(&mut self) -> Option<&mut Association> {
        self.candidate_mut().and_then(Candidate::accepted)
    }

    /// Takes somebody for a candidate, in place of the one before; returns the event if the member
    /// stands otherwise now.
    pub(crate) fn introduce(&mut self, candidate: Candidate) -> Option<Event> {
        if let State::Secured { claimant, .. } = &mut self.state {
            *claimant = Some(Box::new(candidate));
            return None;
        }
        let (event, _) = self.set_state(State::Introduced(Box::new(candidate)));
        Some(event)
    }

    /// Takes the candidate away; a member that has not proven anything is as new then.
    pub(crate) fn take_candidate(&mut self) -> Option<Candidate> {
        match &mut self.state {
            State::Secured { claimant, .. } => claimant.take().map(|candidate| *candidate),
            State::Introduced(_) => match core::mem::replace(&mut self.state, State::Announced) {
                State::Introduced(candidate) => Some(*candidate),
                _ => None,
            },
            _ => None,
        }
    }

    /// The association that gets our keys: the proven one; where nothing has to be proven first, and
    /// nothing was, the candidate. A recorder gets them by consent.
    pub(crate) fn recipient(&mut self, proof: Proof) -> Option<&mut Association> {
        if !self.may_have_keys(proof) {
            return None;
        }
        match &mut self.state {
            State::Secured { proven, .. } => Some(proven),
            State::Introduced(candidate) => candidate.accepted(),
            State::Announced | State::Rejected => None,
        }
    }

    /// Whether nothing is in the way of giving our keys to whoever counts as the member. A recorder has
    /// to be proven even where nobody else has.
    pub(crate) fn may_have_keys(&self, proof: Proof) -> bool {
        match &self.state {
            State::Secured { proven, .. } => self.consents_to(&proven.introduction),
            State::Introduced(candidate) => {
                proof == Proof::Waived && !candidate.introduction().hello.records()
            }
            State::Announced | State::Rejected => proof == Proof::Waived,
        }
    }

    /// Whether the member has to wait for our next key, or for the next step of this one.
    pub(crate) fn awaits_step(&self, proof: Proof) -> bool {
        self.access == Access::Waiting && self.may_have_keys(proof)
    }

    /// When something is due for it next.
    pub(crate) fn due_at(&self) -> Option<Timestamp> {
        self.retry.at().into_iter().chain(self.keys.due_at()).min()
    }

    /// Whether this is how the member introduced itself before.
    pub(crate) fn knows(&self, hello: &Hello) -> bool {
        let candidate = self.candidate().map(|candidate| &candidate.introduction().hello);
        let proven = self.proven().map(Association::hello);
        [proven, candidate].into_iter().flatten().any(|known| known == hello)
    }

    /// Whether this is the introduction of whoever has proven to be the member.
    pub(crate) fn is_proven_by(&self, hello: Option<&Hello>) -> bool {
        self.proven().is_some_and(|proven| hello == Some(proven.hello()))
    }

    /// Drops the candidate, unless the application is judging it: the member has said under seal that
    /// its key is still the one, so the other hello was delayed, or forged. It would be answered for
    /// ever.
    pub(crate) fn confirm(&mut self) {
        if let State::Secured { claimant, .. } = &mut self.state {
            claimant.take_if(|candidate| matches!(**candidate, Candidate::Accepted(_)));
        }
    }

    /// Whether the application turned this key with this credential away.
    ///
    /// The key alone does not tell: anybody can introduce another's key with a credential that
    /// must be rejected.
    pub(crate) fn was_turned_away(&self, hello: &Hello) -> bool {
        self.turned_away.as_ref().is_some_and(|rejected| rejected.is_same_introduction(hello))
    }

    /// Whether something is left to be said until the member answers. `newest`: our newest fresh key.
    pub(crate) fn owes(&mut self, newest: Option<Epoch>) -> bool {
        let lacks = match &self.state {
            State::Announced | State::Introduced(_) => true,
            State::Secured { proven, .. } => proven.delivery.awaits(newest),
            State::Rejected => false,
        };
        lacks || self.accepted().is_some()
    }

    /// Makes due again what was not answered. `newest`: our newest fresh key.
    pub(crate) fn repeat(&mut self, newest: Option<Epoch>, proof: Proof) {
        match self.proven_mut() {
            Some(proven) if proven.delivery.awaits(newest) => proven.due.raise(Topic::Keys),
            Some(_) => {}
            None => self.greeting = Greeting::Due,
        }
        if let Some(accepted) = self.accepted() {
            accepted.due.raise(Topic::Answer);
        }
        if let Some(recipient) = self.recipient(proof)
            && recipient.delivery.awaits(newest)
        {
            recipient.due.raise(Topic::Keys);
        }
    }
}

/// Whether a member has to prove that it holds its key, and knows the room's secret, before it gets
/// ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Proof {
    /// It has: there is a secret, or the application judges members.
    Due,
    /// It has not: anybody may join, so a round trip would protect nothing.
    Waived,
}
