//! All transports of a worker: finds the right one, wakes it in time, drops it when it breaks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use slotmap::SlotMap;

use crate::config::Config;
use crate::counters::Counters;
use crate::demux::{Demux, worker_of_ufrag};
use crate::event::FailureReason;
use crate::plane::{LayerSource, MediaOut, MediaPlane, Slot, TransportKey};
use crate::sfu::Verdict;
use crate::stun;
use crate::transport::guard::guarded;
use crate::transport::{Inbound, Outbox, Owner, Transport};

/// A transport that asks to be woken in the past is woken this much later, not in a busy loop.
const MIN_WAKE: Duration = Duration::from_millis(1);

/// A transport and when it wants to be woken.
struct Entry {
    transport: Transport,
    wake_at: Option<Instant>,
    /// Earliest entry of it in the heap.
    queued_at: Option<Instant>,
    is_dirty: bool,
}

/// Transports by key, their addresses and timers, and what they produced.
pub(crate) struct Transports {
    pub(crate) outbox: Outbox,
    config: Config,
    entries: SlotMap<TransportKey, Entry>,
    demux: Demux,
    timers: BinaryHeap<Reverse<(Instant, TransportKey)>>,
    /// Written to since they were last polled.
    dirty: Vec<TransportKey>,
    panics: u64,
    failures: u64,
}

impl Transports {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            outbox: Outbox::default(),
            config,
            entries: SlotMap::with_key(),
            demux: Demux::default(),
            timers: BinaryHeap::new(),
            dirty: Vec::new(),
            panics: 0,
            failures: 0,
        }
    }

    pub(crate) fn count(&self, counters: &mut Counters) {
        counters.transports = self.entries.len() as u64;
        counters.panics = self.panics;
        counters.transport_failures = self.failures;
    }

    pub(crate) fn insert(&mut self, owner: Owner, now: Instant) -> TransportKey {
        let config = &self.config;
        let key = self.entries.insert_with_key(|key| Entry {
            transport: Transport::new(key, owner, config, now),
            wake_at: None,
            queued_at: None,
            is_dirty: false,
        });
        self.learn_ufrag(key);
        self.touch(key);
        key
    }

    /// Say goodbye to the other side and forget the transport.
    pub(crate) fn remove(&mut self, key: TransportKey, now: Instant) {
        if let Some(mut entry) = self.take(key) {
            let outbox = &mut self.outbox;
            if guarded(|| entry.transport.close(now, outbox)).is_err() {
                self.panics += 1;
            }
            drop_guarded(entry);
        }
    }

    fn take(&mut self, key: TransportKey) -> Option<Entry> {
        self.demux.remove(key);
        self.entries.remove(key)
    }

    /// The transport moves to the side of the broken ones: nothing more is asked of it.
    fn break_off(&mut self, key: TransportKey, reason: FailureReason) {
        if let Some(entry) = self.take(key) {
            match reason {
                FailureReason::Panic => self.panics += 1,
                _ => self.failures += 1,
            }
            let owner = entry.transport.owner.clone();
            self.outbox
                .inbound
                .push_back((key, owner, Inbound::Failed(reason)));
            drop_guarded(entry);
        }
    }

    /// Run a call on one transport; a panic costs that transport and nothing else.
    pub(crate) fn with<T>(
        &mut self,
        key: TransportKey,
        call: impl FnOnce(&mut Transport, &mut Outbox) -> T,
    ) -> Option<T> {
        let transport = &mut self.entries.get_mut(key)?.transport;
        let outbox = &mut self.outbox;
        let Ok(result) = guarded(|| call(transport, outbox)) else {
            self.break_off(key, FailureReason::Panic);
            return None;
        };
        if let Some(reason) = transport.failure() {
            self.break_off(key, reason);
        }
        Some(result)
    }

    /// As [`Transports::with`], and poll the transport soon: the call may have left it with
    /// something to send.
    pub(crate) fn change<T>(
        &mut self,
        key: TransportKey,
        call: impl FnOnce(&mut Transport) -> T,
    ) -> Option<T> {
        self.touch(key);
        self.with(key, |transport, _| call(transport))
    }

    fn touch(&mut self, key: TransportKey) {
        let entry = self.entries.get_mut(key).filter(|entry| !entry.is_dirty);
        if let Some(entry) = entry {
            entry.is_dirty = true;
            self.dirty.push(key);
        }
    }

    /// Checks for the transport carry this user name fragment; it changes with an ICE restart.
    pub(crate) fn learn_ufrag(&mut self, key: TransportKey) {
        if let Some(ufrag) = self.with(key, |transport, _| transport.local_ufrag()) {
            self.demux.set_ufrag(ufrag, key);
        }
    }

    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
    ) -> Verdict {
        if let Some(ufrag) = stun::local_ufrag(contents) {
            return self.handle_check(now, source, destination, contents, ufrag);
        }
        let holder = self.demux.by_address(source);
        let is_taken =
            holder.is_some_and(|key| self.offer(key, now, source, destination, contents));
        if is_taken {
            Verdict::Accepted {
                is_new_address: false,
            }
        } else {
            Verdict::Dropped
        }
    }

    /// A connectivity check: it names its transport, and by its integrity proves the address.
    fn handle_check(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
        ufrag: &str,
    ) -> Verdict {
        let Some(key) = self.demux.by_ufrag(ufrag) else {
            return match worker_of_ufrag(ufrag) {
                Some(worker) if worker != self.config.worker => Verdict::Elsewhere { worker },
                _ => Verdict::Dropped,
            };
        };
        if self.demux.is_anothers(source, key, now)
            || !self.offer(key, now, source, destination, contents)
        {
            return Verdict::Dropped;
        }
        let is_alive = self.entries.contains_key(key);
        Verdict::Accepted {
            is_new_address: is_alive && self.demux.bind(source, key, now),
        }
    }

    fn offer(
        &mut self,
        key: TransportKey,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
    ) -> bool {
        let taken = self.with(key, |transport, outbox| {
            transport.handle_datagram(now, source, destination, contents, outbox)
        });
        match taken {
            Some(Some(wake_at)) => {
                self.schedule(key, now, wake_at);
                true
            }
            Some(None) => false,
            // One that broke while handling it had accepted it.
            None => true,
        }
    }

    /// Poll everything that was written to, until nothing is left to send.
    pub(crate) fn flush(&mut self, now: Instant) {
        for key in std::mem::take(&mut self.dirty) {
            self.poll(key, now);
        }
    }

    pub(crate) fn is_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    fn poll(&mut self, key: TransportKey, now: Instant) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.is_dirty = false;
        }
        let wake_at = self.with(key, |transport, outbox| {
            transport.handle_timeout(now, outbox)
        });
        if let Some(wake_at) = wake_at {
            self.schedule(key, now, wake_at);
        }
    }

    fn schedule(&mut self, key: TransportKey, now: Instant, wake_at: Instant) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        let wake_at = wake_at.max(now + MIN_WAKE);
        entry.wake_at = Some(wake_at);
        if entry.queued_at.is_none_or(|queued| wake_at < queued) {
            entry.queued_at = Some(wake_at);
            self.timers.push(Reverse((wake_at, key)));
        }
    }

    /// Wake those whose time has come.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        while let Some(Reverse((at, key))) = self.timers.peek().copied() {
            if at > now {
                return;
            }
            self.timers.pop();
            let Some(entry) = self.entries.get_mut(key) else {
                continue;
            };
            if entry.queued_at == Some(at) {
                entry.queued_at = None;
            }
            match entry.wake_at {
                Some(wake_at) if wake_at <= now => self.poll(key, now),
                Some(wake_at) if entry.queued_at.is_none() => {
                    entry.queued_at = Some(wake_at);
                    self.timers.push(Reverse((wake_at, key)));
                }
                _ => {}
            }
        }
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.timers.peek().map(|Reverse((at, _))| *at)
    }

    /// Give up transports that did not connect, come back or answer in time.
    pub(crate) fn drop_overdue(&mut self, now: Instant) {
        let overdue: Vec<_> = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.transport.is_overdue(now))
            .map(|(key, _)| key)
            .collect();
        for key in overdue {
            self.break_off(key, FailureReason::Timeout);
        }
    }

    pub(crate) fn poll_released(&mut self) -> Option<SocketAddr> {
        self.demux.poll_released()
    }
}

fn drop_guarded(entry: Entry) {
    // Nothing can be done about a destructor that panics, except not to die of it.
    let _ = guarded(move || drop(entry));
}

impl MediaPlane for Transports {
    fn send(&mut self, slot: Slot, packet: &MediaOut<'_>) {
        self.change(slot.transport, |transport| {
            transport.send_media(slot, packet)
        });
    }

    fn request_keyframe(&mut self, source: LayerSource) {
        self.change(source.transport, |transport| {
            transport.request_keyframe(source)
        });
    }
}
