//! The machine: commands, datagrams and time in; datagrams and events out.

use std::net::SocketAddr;
use std::time::Instant;

use crate::{Command, Config, Counters, Event};

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
    counters: Counters,
}

impl Sfu {
    /// An SFU without rooms.
    pub fn new(config: Config) -> Self {
        Self { config, counters: Counters::default() }
    }

    /// Carry out one command. Results are events.
    pub fn handle_command(&mut self, _now: Instant, _command: Command) {}

    /// Take a datagram that arrived at `destination` (one of the candidates) from `source`.
    pub fn handle_datagram(
        &mut self,
        _now: Instant,
        _source: SocketAddr,
        _destination: SocketAddr,
        _contents: &[u8],
    ) -> Verdict {
        let _ = &self.config;
        Verdict::Dropped
    }

    /// Let time pass.
    pub fn handle_timeout(&mut self, _now: Instant) {}

    /// When [`Sfu::handle_timeout`] wants to be called next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// The next datagram to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        None
    }

    /// The next event to tell.
    pub fn poll_event(&mut self) -> Option<Event> {
        None
    }

    /// Addresses that stopped belonging to this worker since the last call.
    pub fn poll_released_address(&mut self) -> Option<SocketAddr> {
        None
    }

    /// What was counted so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }
}
