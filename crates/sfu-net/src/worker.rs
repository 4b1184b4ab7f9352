//! A worker thread: runs one core after the other, each until it is told to stop or panics.
//!
//! Panics of single transports are caught inside the core. What comes up to here is a bug of the
//! core itself: its rooms are lost, the other workers and the port are not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mio::{Events, Poll};
use sfu_core::{Config, Counters, RoomId};

use crate::counters::{NetCounters, Snapshot, continued};
use crate::egress::Egress;
use crate::events::{EngineEvent, EventQueue};
use crate::ingress::Ingress;
use crate::lock;
use crate::machine::Machine;
use crate::mailbox::{Mailbox, Notice, Postbox};
use crate::placement::Placement;
use crate::socket::Port;
use crate::steering::Steering;
use crate::trains::Trains;

/// Pause before a new core starts, so that a core which always fails does not eat a processor.
const RESTART_PAUSE: Duration = Duration::from_millis(100);

/// What all workers and the engine share.
#[derive(Clone, Debug)]
pub struct Shared {
    /// Who owns which room. Commands are sent under this lock, so that a worker that fails can
    /// forget its rooms and the commands for them in one step.
    pub placement: Arc<Mutex<Placement>>,
    /// The way to every worker, by number.
    pub postboxes: Arc<[Postbox]>,
    /// The way to the server.
    pub events: Arc<EventQueue>,
}

/// Whether the thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It does.
    Continue,
    /// It was told to stop.
    Stop,
}

/// Everything of one worker that outlives its core.
#[derive(Debug)]
pub struct Worker {
    pub(crate) number: u8,
    pub(crate) shared: Shared,
    pub(crate) mailbox: Mailbox,
    pub(crate) poll: Poll,
    pub(crate) readiness: Events,
    pub(crate) port: Port,
    pub(crate) ingress: Option<Ingress>,
    pub(crate) steering: Steering,
    pub(crate) trains: Trains,
    pub(crate) egress: Egress,
    pub(crate) counters: NetCounters,
    pub(crate) board: Arc<Mutex<Snapshot>>,
    /// True if datagrams may wait although the kernel does not say so again.
    pub(crate) may_receive: bool,
    pub(crate) is_watching_writable: bool,
    pub(crate) publish_at: Instant,
    retired: Counters,
}

impl Worker {
    /// A worker that has everything but a core.
    pub fn new(
        number: u8,
        shared: Shared,
        mailbox: Mailbox,
        (poll, port): (Poll, Port),
        board: Arc<Mutex<Snapshot>>,
    ) -> Self {
        let workers = u8::try_from(shared.postboxes.len()).unwrap_or(u8::MAX);
        Self {
            number,
            shared,
            mailbox,
            poll,
            readiness: Events::with_capacity(8),
            port,
            ingress: Some(Ingress::new()),
            steering: Steering::new(number, workers),
            trains: Trains::new(1),
            egress: Egress::default(),
            counters: NetCounters::default(),
            board,
            may_receive: true,
            is_watching_writable: false,
            publish_at: Instant::now(),
            retired: Counters::default(),
        }
    }

    /// Work until told to stop.
    pub fn run<M: Machine>(mut self, config: &Config, make: impl Fn(Config) -> M) {
        loop {
            let made = catch_unwind(AssertUnwindSafe(|| make(config.clone())));
            if let Ok(mut machine) = made {
                let outcome = catch_unwind(AssertUnwindSafe(|| self.serve(&mut machine)));
                // Taking a broken core apart may panic again; that changes nothing.
                let _ = catch_unwind(AssertUnwindSafe(|| drop(machine)));
                if outcome.is_ok() {
                    return;
                }
            }
            if self.start_over() == Flow::Stop {
                return;
            }
            thread::sleep(RESTART_PAUSE);
        }
    }

    /// Forget what the lost core owned and tell everybody.
    fn start_over(&mut self) -> Flow {
        self.counters.workers_failed += 1;
        self.retired = lock(&self.board).core;
        self.retired.panics += 1;
        self.trains.take(1);
        self.may_receive = true;
        self.steering.release_all();
        self.tell_others(|worker| Notice::Failed { worker });
        let (flow, rooms) = self.lose_rooms();
        self.publish(&Counters::default());
        let worker = self.number;
        if rooms.is_empty() {
            self.shared
                .events
                .push([EngineEvent::WorkerFailed { room: None, worker }]);
        }
        let lost = |room| EngineEvent::WorkerFailed {
            room: Some(room),
            worker,
        };
        self.shared.events.push(rooms.into_iter().map(lost));
        flow
    }

    /// Forget rooms and waiting commands in one step: a room that is opened after this is new, one
    /// that was opened before is named as lost.
    fn lose_rooms(&mut self) -> (Flow, Vec<RoomId>) {
        let placement = Arc::clone(&self.shared.placement);
        let mut placement = lock(&placement);
        let mut flow = Flow::Continue;
        while let Ok(notice) = self.mailbox.notices.try_recv() {
            if self.note(notice).1 == Flow::Stop {
                flow = Flow::Stop;
            }
        }
        (flow, placement.forget_worker(self.number))
    }

    /// Show the counters of the core, together with those of lost ones, and of the loop.
    pub(crate) fn publish(&self, core: &Counters) {
        let core = continued(&self.retired, core);
        *lock(&self.board) = Snapshot {
            core,
            net: self.counters,
        };
    }

    /// Send a notice to every other worker.
    pub(crate) fn tell_others(&self, notice: impl Fn(u8) -> Notice) {
        for (number, postbox) in (0u8..).zip(self.shared.postboxes.iter()) {
            if number != self.number {
                postbox.post(notice(self.number));
            }
        }
    }
}
