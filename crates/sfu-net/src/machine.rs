//! What a worker needs of the SFU core.

use std::net::SocketAddr;
use std::time::Instant;

use sfu_core::{Command, Counters, Event, Sfu, Transmit, Verdict};

/// The core as the loop sees it; [`Sfu`] in the product, a scripted one in this crate's tests. The
/// contract of each method is that of the [`Sfu`] method with its name.
pub trait Machine {
    /// See [`Sfu::handle_command`].
    fn handle_command(&mut self, now: Instant, command: Command);
    /// See [`Sfu::handle_datagram`].
    fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
    ) -> Verdict;
    /// See [`Sfu::handle_timeout`].
    fn handle_timeout(&mut self, now: Instant);
    /// See [`Sfu::poll_timeout`].
    fn poll_timeout(&self) -> Option<Instant>;
    /// See [`Sfu::poll_transmit`].
    fn poll_transmit(&mut self) -> Option<Transmit>;
    /// See [`Sfu::poll_event`].
    fn poll_event(&mut self) -> Option<Event>;
    /// See [`Sfu::poll_released_address`].
    fn poll_released_address(&mut self) -> Option<SocketAddr>;
    /// See [`Sfu::counters`].
    fn counters(&self) -> Counters;
}

impl Machine for Sfu {
    fn handle_command(&mut self, now: Instant, command: Command) {
        Sfu::handle_command(self, now, command);
    }

    fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
    ) -> Verdict {
        Sfu::handle_datagram(self, now, source, destination, contents)
    }

    fn handle_timeout(&mut self, now: Instant) {
        Sfu::handle_timeout(self, now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        Sfu::poll_timeout(self)
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        Sfu::poll_transmit(self)
    }

    fn poll_event(&mut self) -> Option<Event> {
        Sfu::poll_event(self)
    }

    fn poll_released_address(&mut self) -> Option<SocketAddr> {
        Sfu::poll_released_address(self)
    }

    fn counters(&self) -> Counters {
        Sfu::counters(self)
    }
}
