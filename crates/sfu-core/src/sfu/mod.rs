//! The machine: commands, datagrams and time in; datagrams and events out.
//!
//! Inputs only change state and mark transports; what follows from them (offers, packets to send)
//! is worked off by [`Sfu::poll_event`], so that a burst of commands makes one offer and a burst
//! of packets one pass over the subscribers.

mod commands;
mod inbound;
mod negotiation;

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use slotmap::SlotMap;

use crate::plane::{RoomKey, TransportKey};
use crate::room::Room;
use crate::sdp::Limits;
use crate::transports::Transports;
use crate::{Command, Config, Counters, Event, EventKind, ParticipantId, RoomId};

/// How often due keyframe requests, silent layers and overdue transports are looked for.
const HOUSEKEEPING_INTERVAL: Duration = Duration::from_millis(100);

/// A datagram to send.
#[derive(Debug)]
pub struct Transmit {
    /// The local candidate it leaves from.
    pub source: SocketAddr,
    /// Where it goes.
    pub destination: SocketAddr,
    /// Its bytes.
    pub contents: Vec<u8>,
}

/// What became of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A transport of this worker took it.
    Accepted {
        /// True the first time that this source address proved to belong to the transport: other
        /// workers may from now on send datagrams from there straight to this one.
        is_new_address: bool,
    },
    /// A STUN request for a transport of another worker.
    Elsewhere {
        /// Its number.
        worker: u8,
    },
    /// Nobody's.
    Dropped,
}

/// All rooms of one worker.
pub struct Sfu {
    config: Config,
    rooms: SlotMap<RoomKey, Room>,
    names: HashMap<RoomId, RoomKey>,
    transports: Transports,
    /// Subscriber transports whose description may need an offer.
    to_negotiate: HashSet<TransportKey>,
    events: VecDeque<Event>,
    counters: Counters,
    now: Option<Instant>,
    housekeeping_at: Option<Instant>,
    #[cfg(feature = "hostile")]
    hostile: crate::hostile::Hostile,
}

impl Sfu {
    /// An SFU without rooms.
    pub fn new(config: Config) -> Self {
        Self {
            transports: Transports::new(config.clone()),
            config,
            rooms: SlotMap::with_key(),
            names: HashMap::new(),
            to_negotiate: HashSet::new(),
            events: VecDeque::new(),
            counters: Counters::default(),
            now: None,
            housekeeping_at: None,
            #[cfg(feature = "hostile")]
            hostile: crate::hostile::Hostile::new(),
        }
    }

    /// Carry out one command. Results are events.
    pub fn handle_command(&mut self, now: Instant, command: Command) {
        self.advance(now);
        commands::handle(self, now, command);
    }

    /// Take a datagram that arrived at `destination` (one of the candidates) from `source`.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
    ) -> Verdict {
        self.advance(now);
        let verdict = self
            .transports
            .handle_datagram(now, source, destination, contents);
        match verdict {
            Verdict::Accepted { .. } => self.counters.datagrams_accepted += 1,
            Verdict::Dropped => self.counters.datagrams_dropped += 1,
            Verdict::Elsewhere { .. } => {}
        }
        inbound::take_all(self, now);
        verdict
    }

    /// Let time pass.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        self.transports.handle_timeout(now);
        if self.housekeeping_at.is_some_and(|at| now >= at) {
            self.keep_house(now);
        }
        self.settle();
    }

    /// When [`Sfu::handle_timeout`] wants to be called next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let timer = self.transports.next_timeout();
        timer.into_iter().chain(self.housekeeping_at).min()
    }

    /// The next datagram to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.settle();
        self.transports.outbox.transmits.pop_front()
    }

    /// The next event to tell.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.settle();
        self.events.pop_front()
    }

    /// Addresses that stopped belonging to this worker since the last call.
    pub fn poll_released_address(&mut self) -> Option<SocketAddr> {
        self.transports.poll_released()
    }

    /// What was counted so far.
    pub fn counters(&self) -> Counters {
        let mut counters = self.counters;
        self.transports.count(&mut counters);
        counters.rooms = self.rooms.len() as u64;
        counters
    }

    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(Some(now));
        if self.housekeeping_at.is_none() && !self.rooms.is_empty() {
            self.housekeeping_at = Some(now + HOUSEKEEPING_INTERVAL);
        }
    }

    /// Work off everything that the inputs left behind.
    fn settle(&mut self) {
        let Some(now) = self.now else { return };
        loop {
            inbound::take_all(self, now);
            if !self.to_negotiate.is_empty() {
                self.negotiate(now);
            } else if self.transports.is_dirty() {
                self.transports.flush(now);
            } else {
                return;
            }
        }
    }

    fn negotiate(&mut self, now: Instant) {
        for key in std::mem::take(&mut self.to_negotiate) {
            let created = self.transports.change(key, |transport| {
                let owner = transport.owner.clone();
                transport.create_offer(now).map(|offer| (owner, offer))
            });
            if let Some((owner, offer)) = created.flatten() {
                self.tell(
                    owner.room,
                    owner.participant,
                    EventKind::OfferCreated(offer),
                );
            }
        }
    }

    fn tell(&mut self, room: RoomKey, participant: ParticipantId, kind: EventKind) {
        if let Some(room) = self.rooms.get(room) {
            self.events.push_back(Event {
                room: room.id.clone(),
                participant,
                kind,
            });
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            max_bytes: self.config.max_sdp_bytes,
            max_sections: self.config.max_sdp_sections,
        }
    }

    fn keep_house(&mut self, now: Instant) {
        self.housekeeping_at = (!self.rooms.is_empty()).then(|| now + HOUSEKEEPING_INTERVAL);
        self.transports.drop_overdue(now);
        let mut verdicts = Vec::new();
        for (key, room) in &mut self.rooms {
            room.handle_timeout(now, &mut self.transports);
            for (id, participant) in room.participants_mut() {
                if let Some(quality) = participant.poll_quality(now, self.config.quality_interval) {
                    verdicts.push((key, id.clone(), EventKind::QualityMeasured { quality }));
                }
            }
        }
        for (room, participant, kind) in verdicts {
            self.tell(room, participant, kind);
        }
    }
}
