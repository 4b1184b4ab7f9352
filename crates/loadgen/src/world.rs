//! All transports, and the loop that turns them.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::mpsc::TryRecvError;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token, Waker};
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::protocol::{Command, EndpointId, Event, TrackSpec, parse_hex};
use crate::report::Report;
use crate::schedule::Schedule;
use crate::source::Plan;
use crate::stdin::read_lines;

/// No endpoint number reaches it: they have 32 bits.
const WAKE: Token = Token(usize::MAX);
const MAX_DATAGRAM_BYTES: usize = 2_048;
const READY_AT_ONCE: usize = 256;

/// The generator without standard input and output.
pub struct World {
    poll: Poll,
    ready: Events,
    buffer: Vec<u8>,
    endpoints: HashMap<EndpointId, Endpoint>,
    schedule: Schedule,
    report: Report,
    is_sending: bool,
    stops_at: Option<Instant>,
}

/// Be participants until standard input ends.
///
/// # Errors
/// Polling or writing to standard output fails.
pub fn run() -> io::Result<()> {
    let mut world = World::new()?;
    let lines = read_lines(Waker::new(world.poll.registry(), WAKE)?);
    loop {
        world.turn(Duration::from_secs(1))?;
        loop {
            match lines.try_recv() {
                Ok(Ok(Command::Stats)) => {
                    write_events(&mut world)?;
                    write_line(&world.report.stats())?;
                }
                Ok(Ok(command)) => world.execute(command),
                Ok(Err(reason)) => world.report.complain(reason),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Ok(()),
            }
        }
        write_events(&mut world)?;
    }
}

fn write_line(line: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn write_events(world: &mut World) -> io::Result<()> {
    for event in world.take_events() {
        write_line(&serde_json::to_value(event)?)?;
    }
    Ok(())
}

impl World {
    /// # Errors
    /// The kernel has no poll descriptor left.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            ready: Events::with_capacity(READY_AT_ONCE),
            buffer: vec![0; MAX_DATAGRAM_BYTES],
            endpoints: HashMap::new(),
            schedule: Schedule::default(),
            report: Report::default(),
            is_sending: false,
            stops_at: None,
        })
    }

    /// What happened since the last call, oldest first.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.report.events)
    }

    /// The counters.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Carry out a command. What comes of it, mistakes too, are events. `Stats` does nothing here:
    /// see [`Report::stats`].
    pub fn execute(&mut self, command: Command) {
        if let Err(message) = self.try_execute(command) {
            self.report.complain(message);
        }
    }

    /// Wait for packets or deadlines, at most `patience`, and handle them.
    ///
    /// # Errors
    /// Polling fails.
    pub fn turn(&mut self, patience: Duration) -> io::Result<()> {
        let now = Instant::now();
        let next = [self.schedule.next(), self.stops_at]
            .into_iter()
            .flatten()
            .min();
        let wait = next.map_or(patience, |at| {
            patience.min(at.saturating_duration_since(now))
        });
        match self.poll.poll(&mut self.ready, Some(wait)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        self.handle_ready();
        self.handle_deadlines();
        Ok(())
    }

    fn handle_ready(&mut self) {
        let ids: Vec<EndpointId> = self
            .ready
            .iter()
            .filter_map(|event| EndpointId::try_from(event.token().0).ok())
            .collect();
        for id in ids {
            if let Some(endpoint) = self.endpoints.get_mut(&id) {
                endpoint.handle_readable(&mut self.buffer, &mut self.report);
                self.settle(id);
            }
        }
    }

    fn handle_deadlines(&mut self) {
        let now = Instant::now();
        if self.stops_at.is_some_and(|at| at <= now) {
            self.stop();
            self.report.events.push(Event::Finished);
        }
        while let Some(id) = self.schedule.pop_due(now) {
            if let Some(endpoint) = self.endpoints.get_mut(&id) {
                if endpoint.deadline() <= now {
                    endpoint.handle_timeout(now, &mut self.report);
                }
                self.settle(id);
            }
        }
    }

    /// After anything that touched a transport: enter its next deadline, or take it away.
    fn settle(&mut self, id: EndpointId) {
        let Some(endpoint) = self.endpoints.get_mut(&id) else {
            return;
        };
        let Some(reason) = endpoint.closed() else {
            self.schedule.set(id, endpoint.deadline());
            return;
        };
        let reason = reason.to_owned();
        // A socket that is closed is no longer polled either way.
        let _ = self.poll.registry().deregister(&mut endpoint.socket);
        self.endpoints.remove(&id);
        self.schedule.forget(id);
        self.report.events.push(Event::Closed { id, reason });
    }

    fn try_execute(&mut self, command: Command) -> Result<(), String> {
        match command {
            Command::Publisher { id, tracks } => self.open_publisher(id, tracks)?,
            Command::Subscriber { id } => {
                self.open(id)?;
            }
            Command::Answer { id, sdp } => self.with(id, |it| it.accept_answer(&sdp))?,
            Command::Offer { id, sdp } => {
                let sdp = self.with(id, |it| it.answer(&sdp))?;
                self.report.events.push(Event::Answer { id, sdp });
            }
            Command::Start { seconds } => self.start(seconds)?,
            Command::Stop => self.stop(),
            Command::Reset => self.report.reset(),
            Command::Stats => {}
            Command::Data { id, channel, hex } => {
                let bytes = parse_hex(&hex).ok_or("hex is not hexadecimal")?;
                self.with(id, |it| it.send_data(&channel, &bytes))?;
            }
            Command::Close { id } => self.with(id, |it| {
                it.close(Instant::now());
                Ok(())
            })?,
        }
        Ok(())
    }

    fn open(&mut self, id: EndpointId) -> Result<&mut Endpoint, String> {
        if self.endpoints.contains_key(&id) {
            return Err(format!("transport {id} is open already"));
        }
        let mut endpoint = Endpoint::open(id, Instant::now()).map_err(|it| it.to_string())?;
        let registry = self.poll.registry();
        registry
            .register(&mut endpoint.socket, Token(id as usize), Interest::READABLE)
            .map_err(|it| it.to_string())?;
        if self.is_sending {
            endpoint.start(Instant::now());
        }
        Ok(self.endpoints.entry(id).or_insert(endpoint))
    }

    fn open_publisher(&mut self, id: EndpointId, tracks: Vec<TrackSpec>) -> Result<(), String> {
        let plans = tracks
            .into_iter()
            .map(Plan::new)
            .collect::<Result<_, _>>()?;
        let sdp = self.open(id)?.offer(plans)?;
        self.report.events.push(Event::Offer { id, sdp });
        Ok(())
    }

    fn with<T>(
        &mut self,
        id: EndpointId,
        action: impl FnOnce(&mut Endpoint) -> Result<T, String>,
    ) -> Result<T, String> {
        let endpoint = self.endpoints.get_mut(&id);
        let endpoint = endpoint.ok_or_else(|| format!("there is no transport {id}"))?;
        let outcome = action(endpoint);
        endpoint.handle_timeout(Instant::now(), &mut self.report);
        self.settle(id);
        outcome
    }

    fn start(&mut self, seconds: Option<f64>) -> Result<(), String> {
        let now = Instant::now();
        self.stops_at = match seconds.map(Duration::try_from_secs_f64) {
            None => None,
            Some(Ok(length)) if length.as_secs() < 86_400 => Some(now + length),
            Some(_) => return Err("seconds is from 0 to a day".into()),
        };
        self.is_sending = true;
        self.report.reset();
        for (id, endpoint) in &mut self.endpoints {
            endpoint.start(now);
            self.schedule.set(*id, endpoint.deadline());
        }
        Ok(())
    }

    fn stop(&mut self) {
        self.is_sending = false;
        self.stops_at = None;
        self.endpoints.values_mut().for_each(Endpoint::stop);
    }
}
