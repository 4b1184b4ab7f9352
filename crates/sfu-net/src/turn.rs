//! What a worker does over and over: wait, take in, let time pass, give out.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::Token;
use sfu_core::{Command, Verdict};

use crate::egress::Link;
use crate::events::EngineEvent;
use crate::ingress::Ingress;
use crate::machine::Machine;
use crate::mailbox::{Forwarded, Notice};
use crate::steering::{Arrival, Step};
use crate::worker::{Flow, Worker};

/// The port in a worker's poll.
pub const PORT: Token = Token(0);
/// The mailbox in a worker's poll.
pub const MAIL: Token = Token(1);

/// Longest sleep, and how often counters are shown.
const MAX_WAIT: Duration = Duration::from_millis(250);

/// Most notices taken in a turn, and most forwarded datagrams: none of the sources of work may keep
/// the others or the timers waiting. A turn receives one batch from the socket.
const MAX_TAKEN: usize = 1_024;

/// Receive errors in a row after which a turn goes on without the socket.
const MAX_RECEIVE_ERRORS: usize = 8;

/// Bytes collected for sending before a turn sends in between.
const SEND_AT_BYTES: usize = 1 << 20;

/// A datagram with the candidate that it came to.
struct Seen<'a> {
    source: SocketAddr,
    destination: SocketAddr,
    arrival: Arrival,
    contents: &'a [u8],
}

impl Worker {
    /// Run `machine` until told to stop.
    pub(crate) fn serve(&mut self, machine: &mut impl Machine) {
        let mut has_more = false;
        loop {
            self.wait(machine, has_more);
            self.mailbox.open();
            let Some(has_mail) = self.take_mail(machine) else {
                return;
            };
            self.receive(machine);
            has_more = has_mail || self.may_receive;
            let now = Instant::now();
            if machine.poll_timeout().is_some_and(|due| due <= now) {
                machine.handle_timeout(now);
            }
            let has_told = self.tell_server(machine);
            self.announce_releases(machine);
            self.send(machine);
            if has_told || now >= self.publish_at {
                self.publish_at = now + MAX_WAIT;
                self.publish(&machine.counters());
            }
        }
    }

    /// Sleep until there is something to do.
    fn wait(&mut self, machine: &impl Machine, has_more: bool) {
        let until_due = machine.poll_timeout().map_or(MAX_WAIT, |due| {
            due.saturating_duration_since(Instant::now()).min(MAX_WAIT)
        });
        let timeout = if has_more { Duration::ZERO } else { until_due };
        // An interrupted or failed wait is a short one.
        let is_woken = self.poll.poll(&mut self.readiness, Some(timeout)).is_ok();
        let is_port_ready = self.readiness.iter().any(|event| event.token() == PORT);
        // After receive errors the kernel may have nothing new to report: look now and then.
        let is_idle = self.readiness.is_empty();
        self.may_receive |= !is_woken || is_port_ready || is_idle;
    }

    /// Take notices and forwarded datagrams. `None` to stop, else whether more may wait.
    fn take_mail(&mut self, machine: &mut impl Machine) -> Option<bool> {
        for _ in 0..MAX_TAKEN {
            let Ok(notice) = self.mailbox.notices.try_recv() else {
                return Some(self.take_forwarded(machine));
            };
            let (command, flow) = self.note(notice);
            if flow == Flow::Stop {
                return None;
            }
            if let Some(command) = command {
                machine.handle_command(Instant::now(), command);
            }
        }
        self.take_forwarded(machine);
        Some(true)
    }

    /// Take in what a notice says; a command is handed back.
    pub(crate) fn note(&mut self, notice: Notice) -> (Option<Command>, Flow) {
        match notice {
            Notice::Command(command) => return (Some(command), Flow::Continue),
            Notice::Claimed { worker, address } => self.steering.claimed(worker, address),
            Notice::Released { worker, address } => self.steering.released(worker, address),
            Notice::Failed { worker } => self.steering.failed(worker),
            Notice::Stop => return (None, Flow::Stop),
        }
        (None, Flow::Continue)
    }

    fn take_forwarded(&mut self, machine: &mut impl Machine) -> bool {
        let now = Instant::now();
        for _ in 0..MAX_TAKEN {
            let Some(datagram) = self.mailbox.next_forwarded() else {
                return false;
            };
            let Forwarded {
                source,
                destination,
                arrival,
                contents,
            } = datagram;
            let seen = Seen {
                source,
                destination,
                arrival,
                contents: &contents,
            };
            self.judge(machine, now, &seen);
        }
        true
    }

    /// Receive one batch and hand it to the core or to the worker that owns it.
    fn receive(&mut self, machine: &mut impl Machine) {
        if !self.may_receive {
            return;
        }
        // Out of `self` for the time that its datagrams are borrowed.
        let mut ingress = self.ingress.take().unwrap_or_else(Ingress::new);
        self.may_receive = self.fill(&mut ingress);
        self.counters.truncated += ingress.truncated();
        let now = Instant::now();
        for datagram in ingress.datagrams() {
            self.counters.datagrams_received += 1;
            // Without a candidate that the sender can reach there is no transport to belong to.
            let Some(destination) = self.port.candidate(datagram.source, datagram.local) else {
                self.counters.datagrams_refused += 1;
                continue;
            };
            let (source, contents) = (datagram.source, datagram.contents);
            let seen = Seen {
                source,
                destination,
                arrival: Arrival::Socket,
                contents,
            };
            match self.steering.owner_of(source) {
                Some(owner) => self.forward(owner, &seen, Arrival::ByAddress),
                None => self.judge(machine, now, &seen),
            }
        }
        self.ingress = Some(ingress);
    }

    /// Fill the buffers; tells whether more may wait.
    fn fill(&self, ingress: &mut Ingress) -> bool {
        for _ in 0..MAX_RECEIVE_ERRORS {
            match ingress.receive(&self.port) {
                Ok(may_have_more) => return may_have_more,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                // An ICMP answer to something that we sent; the next call gets a datagram.
                Err(_) => {}
            }
        }
        false
    }

    fn judge(&mut self, machine: &mut impl Machine, now: Instant, seen: &Seen<'_>) {
        let address = seen.source;
        let verdict = machine.handle_datagram(now, address, seen.destination, seen.contents);
        if matches!(
            verdict,
            Verdict::Accepted {
                is_new_address: true
            }
        ) {
            // An address that changed hands within this worker was given up before it was taken.
            self.announce_releases(machine);
        }
        match self.steering.after(address, seen.arrival, verdict) {
            Step::Done => {}
            Step::Announce => self.tell_others(|worker| Notice::Claimed { worker, address }),
            Step::Forward(worker) => self.forward(worker, seen, Arrival::ByName),
        }
    }

    fn forward(&mut self, worker: u8, seen: &Seen<'_>, arrival: Arrival) {
        let Seen {
            source,
            destination,
            contents,
            ..
        } = *seen;
        let datagram = Forwarded {
            source,
            destination,
            arrival,
            contents: contents.into(),
        };
        let is_taken = self
            .shared
            .postboxes
            .get(usize::from(worker))
            .is_some_and(|postbox| postbox.forward(datagram));
        *if is_taken {
            &mut self.counters.steered
        } else {
            &mut self.counters.steer_dropped
        } += 1;
    }

    /// Hand the core's events on; tells whether there were any.
    fn tell_server(&self, machine: &mut impl Machine) -> bool {
        let events: Vec<EngineEvent> = std::iter::from_fn(|| machine.poll_event())
            .map(EngineEvent::Core)
            .collect();
        let has_any = !events.is_empty();
        if has_any {
            self.shared.events.push(events);
        }
        has_any
    }

    fn announce_releases(&mut self, machine: &mut impl Machine) {
        while let Some(address) = machine.poll_released_address() {
            if self.steering.release(address) {
                self.tell_others(|worker| Notice::Released { worker, address });
            }
        }
    }

    /// Send everything that the core has ready.
    fn send(&mut self, machine: &mut impl Machine) {
        while let Some(transmit) = machine.poll_transmit() {
            self.trains.push(transmit);
            if self.trains.bytes() >= SEND_AT_BYTES {
                self.send_trains();
            }
        }
        self.send_trains();
        let is_blocked = self.egress.is_blocked();
        if is_blocked != self.is_watching_writable {
            let registry = self.poll.registry();
            // If the kernel refuses, the next turn tries again and sends what waits.
            if self.port.watch_writable(registry, PORT, is_blocked).is_ok() {
                self.is_watching_writable = is_blocked;
            }
        }
    }

    fn send_trains(&mut self) {
        let trains = self.trains.take(self.port.max_train());
        self.egress.send(trains, &self.port, &mut self.counters);
    }
}
