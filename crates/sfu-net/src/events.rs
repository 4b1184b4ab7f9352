//! The one queue through which all workers talk to the server.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

use sfu_core::{Event, EventKind, RoomId};

use crate::lock;

/// Most measurements that wait for the server. The next one replaces them anyway; everything else
/// is an answer or a change that must not get lost, and is bounded by what the server asked for.
const MAX_SOFT_EVENTS: usize = 10_000;

/// Something that the server is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineEvent {
    /// By the core.
    Core(Event),
    /// A worker lost all its rooms to a panic and goes on without any. One event for each room
    /// that was lost; a single one without room if the worker had none.
    WorkerFailed {
        /// The room that is gone.
        room: Option<RoomId>,
        /// Which worker.
        worker: u8,
    },
}

impl EngineEvent {
    fn is_soft(&self) -> bool {
        matches!(
            self,
            Self::Core(Event {
                kind: EventKind::QualityMeasured { .. },
                ..
            })
        )
    }
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    hard: VecDeque<(u64, EngineEvent)>,
    soft: VecDeque<(u64, EngineEvent)>,
    is_closed: bool,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.hard.is_empty() && self.soft.is_empty()
    }

    fn push(&mut self, event: EngineEvent) {
        let queue = if event.is_soft() {
            &mut self.soft
        } else {
            &mut self.hard
        };
        queue.push_back((self.next, event));
        self.next += 1;
        if self.soft.len() > MAX_SOFT_EVENTS {
            self.soft.pop_front();
        }
    }

    fn take(&mut self) -> Vec<EngineEvent> {
        let mut events: Vec<(u64, EngineEvent)> = self.hard.drain(..).collect();
        events.extend(self.soft.drain(..));
        events.sort_by_key(|&(number, _)| number);
        events.into_iter().map(|(_, event)| event).collect()
    }
}

/// Events of all workers in the order in which they came, and a descriptor that is readable while
/// any wait.
#[derive(Debug)]
pub struct EventQueue {
    waiting: Mutex<Waiting>,
    signal: UnixStream,
    readable: UnixStream,
}

impl EventQueue {
    /// An empty queue.
    ///
    /// # Errors
    ///
    /// No descriptors left.
    pub fn new() -> io::Result<Self> {
        let (signal, readable) = UnixStream::pair()?;
        signal.set_nonblocking(true)?;
        readable.set_nonblocking(true)?;
        Ok(Self {
            waiting: Mutex::default(),
            signal,
            readable,
        })
    }

    /// The descriptor; it stays valid, and quiet, after [`EventQueue::close`].
    pub fn fd(&self) -> RawFd {
        self.readable.as_raw_fd()
    }

    /// Add events. Never blocks.
    pub fn push(&self, events: impl IntoIterator<Item = EngineEvent>) {
        let mut waiting = lock(&self.waiting);
        if waiting.is_closed {
            return;
        }
        let was_empty = waiting.is_empty();
        events.into_iter().for_each(|event| waiting.push(event));
        if was_empty && !waiting.is_empty() {
            // One byte per filling of the queue, read back under the same lock: it always fits.
            let _ = (&self.signal).write(&[1]);
        }
    }

    /// Take everything and make the descriptor quiet.
    pub fn drain(&self) -> Vec<EngineEvent> {
        let mut waiting = lock(&self.waiting);
        let _ = (&self.readable).read(&mut [0; 8]);
        waiting.take()
    }

    /// Forget everything that waits and that comes later.
    pub fn close(&self) {
        lock(&self.waiting).is_closed = true;
        self.drain();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sfu_core::{ParticipantId, Quality, Target, TrackId};

    fn event(kind: EventKind) -> EngineEvent {
        let (room, participant) = (RoomId::from("room"), ParticipantId::from("PA_1"));
        EngineEvent::Core(Event {
            room,
            participant,
            kind,
        })
    }

    fn soft() -> EngineEvent {
        event(EventKind::QualityMeasured {
            quality: Quality::Good,
        })
    }

    fn ended(track: usize) -> EngineEvent {
        event(EventKind::PublicationEnded {
            track: TrackId::from(track.to_string()),
        })
    }

    fn has_signal(queue: &EventQueue) -> bool {
        let mut readable = &queue.readable;
        let is_readable = readable.read(&mut [0; 8]).is_ok();
        if is_readable {
            let _ = (&queue.signal).write(&[1]);
        }
        is_readable
    }

    #[test]
    fn events_come_out_in_order_and_silence_the_descriptor() -> io::Result<()> {
        let queue = EventQueue::new()?;
        let connected = event(EventKind::TransportConnected {
            target: Target::Publisher,
        });
        let events = [connected, soft(), ended(1)];
        assert!(!has_signal(&queue));
        queue.push(events[..2].iter().cloned());
        queue.push([events[2].clone()]);
        assert!(has_signal(&queue));
        assert_eq!(queue.drain(), events);
        assert!(!has_signal(&queue));
        assert_eq!(queue.drain(), []);
        queue.push([soft()]);
        assert!(has_signal(&queue));
        Ok(())
    }

    #[test]
    fn a_slow_server_loses_old_measurements_and_nothing_else() -> io::Result<()> {
        let queue = EventQueue::new()?;
        queue.push((0..20_000).map(ended));
        queue.push([soft()]);
        queue.push((20_000..30_000).map(ended));
        queue.push((0..MAX_SOFT_EVENTS).map(|_| soft()));
        let events = queue.drain();
        let hard: Vec<_> = events
            .iter()
            .filter(|event| !event.is_soft())
            .cloned()
            .collect();
        assert_eq!(hard, (0..30_000).map(ended).collect::<Vec<_>>());
        assert_eq!(events.len() - hard.len(), MAX_SOFT_EVENTS);
        assert_eq!(events.iter().position(EngineEvent::is_soft), Some(30_000));
        Ok(())
    }

    #[test]
    fn a_closed_queue_stays_empty_and_quiet() -> io::Result<()> {
        let queue = EventQueue::new()?;
        queue.push([soft()]);
        queue.close();
        queue.push([soft()]);
        assert_eq!(queue.drain(), []);
        assert!(!has_signal(&queue));
        Ok(())
    }
}
