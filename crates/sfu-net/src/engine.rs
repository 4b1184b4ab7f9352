//! The front: starts and stops the workers, and knows which of them has which room.

use std::io;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use mio::{Poll, Waker};
use sfu_core::{Action, Command, Config, Sfu};

use crate::candidates::Candidates;
use crate::counters::{Snapshot, total};
use crate::events::{EngineEvent, EventQueue};
use crate::lock;
use crate::machine::Machine;
use crate::mailbox::{Mailbox, Notice, Postbox, mailbox};
use crate::placement::Placement;
use crate::settings::{MAX_WORKERS, Settings, StartError};
use crate::socket::{Port, bind_all};
use crate::turn::{MAIL, PORT};
use crate::worker::{Shared, Worker};

/// A running media engine. Every method returns at once, except [`Engine::close`], and may be
/// called from any thread.
#[derive(Debug)]
pub struct Engine {
    bound: SocketAddr,
    shared: Shared,
    boards: Vec<Arc<Mutex<Snapshot>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// Bind the port and start the workers.
    ///
    /// # Errors
    ///
    /// See [`StartError`]; nothing is left running.
    pub fn start(settings: &Settings) -> Result<Self, StartError> {
        Self::start_with(settings, Sfu::new)
    }

    /// As [`Engine::start`], with cores made by `make`; each is made on its worker's thread.
    ///
    /// # Errors
    ///
    /// See [`StartError`]; nothing is left running.
    pub fn start_with<M, F>(settings: &Settings, make: F) -> Result<Self, StartError>
    where
        M: Machine,
        F: Fn(Config) -> M + Clone + Send + 'static,
    {
        let workers = settings.workers;
        if !(1..=MAX_WORKERS).contains(&workers) {
            return Err(StartError::Workers(workers.into()));
        }
        let (bound, sockets) = bind_all(settings.bind, workers)?;
        let candidates = Candidates::new(&settings.candidates, bound, settings.is_local_only)?;
        let refused = |error: io::Error| StartError::resources(&error);
        let ports = sockets
            .into_iter()
            .map(|socket| Port::new(socket, candidates.clone()));
        let posts = ports
            .map(|port| Post::new(port?))
            .collect::<io::Result<Vec<_>>>();
        let (postboxes, seats): (Vec<_>, Vec<_>) = posts
            .map_err(refused)?
            .into_iter()
            .map(|post| (post.postbox, post.seat))
            .unzip();
        let shared = Shared {
            placement: Arc::new(Mutex::new(Placement::new(workers))),
            postboxes: postboxes.into(),
            events: Arc::new(EventQueue::new().map_err(refused)?),
        };
        let config = Config {
            candidates: candidates.advertised().into(),
            ..settings.core.clone()
        };
        let mut engine = Self {
            bound,
            shared,
            boards: Vec::new(),
            threads: Mutex::default(),
        };
        for (number, (mailbox, poll, port)) in (0u8..).zip(seats) {
            let board = Arc::default();
            engine.boards.push(Arc::clone(&board));
            let worker = Worker::new(number, engine.shared.clone(), mailbox, (poll, port), board);
            let config = Config {
                worker: number,
                ..config.clone()
            };
            // A failure drops `engine`, which stops the workers that already run.
            engine
                .spawn(number, worker, config, make.clone())
                .map_err(refused)?;
        }
        Ok(engine)
    }

    fn spawn<M, F>(&self, number: u8, worker: Worker, config: Config, make: F) -> io::Result<()>
    where
        M: Machine,
        F: Fn(Config) -> M + Send + 'static,
    {
        let thread = thread::Builder::new().name(format!("sfu-worker-{number}"));
        let handle = thread.spawn(move || worker.run(&config, make))?;
        lock(&self.threads).push(handle);
        Ok(())
    }

    /// The UDP port in use.
    pub fn port(&self) -> u16 {
        self.bound.port()
    }

    /// Pass a command to the worker of its room. Commands for rooms that are not open do nothing.
    pub fn command(&self, command: Command) {
        let mut placement = lock(&self.shared.placement);
        let worker = match command.action {
            Action::OpenRoom => Some(placement.open(&command.room)),
            Action::CloseRoom => placement.close(&command.room),
            _ => placement.worker_of(&command.room),
        };
        // Under the lock: see `Shared::placement`.
        if let Some(worker) = worker {
            self.shared.postboxes[usize::from(worker)].post(Notice::Command(command));
        }
    }

    /// A descriptor that is readable while events wait. It lives as long as the engine.
    pub fn event_fd(&self) -> RawFd {
        self.shared.events.fd()
    }

    /// Take every waiting event, oldest first.
    pub fn drain(&self) -> Vec<EngineEvent> {
        self.shared.events.drain()
    }

    /// Sums over all workers by name, at most a quarter of a second old.
    pub fn counters(&self) -> Vec<(&'static str, u64)> {
        total(self.boards.iter().map(|board| *lock(board)))
    }

    /// Stop the workers, wait for them and free the port. Later calls do nothing.
    pub fn close(&self) {
        let threads = std::mem::take(&mut *lock(&self.threads));
        for postbox in self.shared.postboxes.iter() {
            postbox.post(Notice::Stop);
        }
        for thread in threads {
            // A worker catches its panics; one that died all the same has nothing left to wait for.
            let _ = thread.join();
        }
        self.shared.events.close();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

/// A worker's place before its thread runs.
struct Post {
    postbox: Postbox,
    seat: (Mailbox, Poll, Port),
}

impl Post {
    fn new(mut port: Port) -> io::Result<Self> {
        let poll = Poll::new()?;
        port.register(poll.registry(), PORT)?;
        let (postbox, mailbox) = mailbox(Waker::new(poll.registry(), MAIL)?);
        Ok(Self {
            postbox,
            seat: (mailbox, poll, port),
        })
    }
}
