//! An engine on loopback whose core is a script: what a datagram says is what the core does.
#![allow(clippy::unwrap_used, clippy::panic, dead_code, reason = "test code")]

use std::collections::{HashSet, VecDeque};
use std::io::Write;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use sfu_core::{
    Action, Command, Config, Counters, Event, EventKind, Identity, ParticipantId, Rights, RoomId,
    Target, Transmit, Verdict,
};
use sfu_net::{Engine, EngineEvent, Machine, Settings};

/// Long enough for a loaded machine, short enough to fail.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Does what datagrams say:
///
/// * `stun W` - a request for worker W, which then knows the sender;
/// * `media ...` - taken from known senders only;
/// * `burst N` - as media, answered by N numbered datagrams of 1000 bytes;
/// * `leave` - the sender is known no longer;
/// * `rejoin` - the sender leaves and is known again at once;
/// * `panic` - a bug.
///
/// What is taken is answered with `W: ` and the text, W being the worker.
pub struct Script {
    config: Config,
    known: HashSet<SocketAddr>,
    released: VecDeque<SocketAddr>,
    transmits: VecDeque<Transmit>,
    events: VecDeque<Event>,
    rooms: HashSet<RoomId>,
    timeout: Option<Instant>,
}

impl Script {
    pub fn new(config: Config) -> Self {
        Self {
            config,
            known: HashSet::new(),
            released: VecDeque::new(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            rooms: HashSet::new(),
            timeout: None,
        }
    }

    fn answer(&mut self, source: SocketAddr, destination: SocketAddr, contents: Vec<u8>) {
        self.transmits.push_back(Transmit {
            source: destination,
            destination: source,
            contents,
        });
    }

    fn echo(&mut self, source: SocketAddr, destination: SocketAddr, text: &str) {
        let contents = format!("{}: {text}", self.config.worker).into_bytes();
        self.answer(source, destination, contents);
    }

    fn burst(&mut self, source: SocketAddr, destination: SocketAddr, count: usize) {
        for number in 0..count {
            let mut contents = vec![0; 1000];
            write!(&mut contents[..], "{number}").unwrap();
            self.answer(source, destination, contents);
        }
    }

    fn tell(&mut self, room: RoomId, participant: ParticipantId) {
        let kind = EventKind::TransportConnected {
            target: Target::Publisher,
        };
        self.events.push_back(Event {
            room,
            participant,
            kind,
        });
    }
}

impl Machine for Script {
    /// Participants of open rooms connect at once; a timer makes one named `later` connect later.
    fn handle_command(&mut self, now: Instant, command: Command) {
        match command.action {
            Action::OpenRoom => drop(self.rooms.insert(command.room)),
            Action::CloseRoom => drop(self.rooms.remove(&command.room)),
            Action::AddParticipant { participant, .. } if self.rooms.contains(&command.room) => {
                match participant.as_str() {
                    "later" => self.timeout = Some(now + Duration::from_millis(20)),
                    _ => self.tell(command.room, participant),
                }
            }
            _ => {}
        }
    }

    fn handle_datagram(
        &mut self,
        _now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
    ) -> Verdict {
        assert!(self.config.candidates.contains(&destination));
        let text = String::from_utf8_lossy(contents).into_owned();
        match text.split_once(' ').unwrap_or((&text, "")) {
            ("stun", worker) if worker != self.config.worker.to_string() => Verdict::Elsewhere {
                worker: worker.parse().unwrap(),
            },
            ("stun", _) => {
                self.echo(source, destination, &text);
                Verdict::Accepted {
                    is_new_address: self.known.insert(source),
                }
            }
            ("panic", _) => panic!("as told"),
            _ if !self.known.contains(&source) => Verdict::Dropped,
            ("leave", _) => {
                self.known.remove(&source);
                self.released.push_back(source);
                self.echo(source, destination, &text);
                Verdict::Accepted {
                    is_new_address: false,
                }
            }
            ("rejoin", _) => {
                self.released.push_back(source);
                self.echo(source, destination, &text);
                Verdict::Accepted {
                    is_new_address: true,
                }
            }
            ("burst", count) => {
                self.burst(source, destination, count.parse().unwrap());
                Verdict::Accepted {
                    is_new_address: false,
                }
            }
            _ => {
                self.echo(source, destination, &text);
                Verdict::Accepted {
                    is_new_address: false,
                }
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.timeout.take_if(|due| *due <= now).is_some() {
            self.tell(RoomId::from("timers"), ParticipantId::from("later"));
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.timeout
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn poll_released_address(&mut self) -> Option<SocketAddr> {
        self.released.pop_front()
    }

    fn counters(&self) -> Counters {
        Counters {
            rooms: self.rooms.len() as u64,
            ..Counters::default()
        }
    }
}

/// Settings for loopback.
pub fn settings(workers: u8) -> Settings {
    Settings {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        candidates: vec!["127.0.0.1".parse().unwrap()],
        is_local_only: false,
        workers,
        core: Config::default(),
    }
}

/// A running engine with scripted cores.
pub fn scripted(workers: u8) -> Engine {
    Engine::start_with(&settings(workers), Script::new).unwrap()
}

/// Somebody with a socket.
pub struct Sender(pub UdpSocket);

impl Sender {
    pub fn to(engine: &Engine) -> Self {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        socket.connect(("127.0.0.1", engine.port())).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(100)))
            .unwrap();
        Self(socket)
    }

    pub fn hear(&self) -> Option<String> {
        let mut buffer = [0; 2000];
        let bytes = self.0.recv(&mut buffer).ok()?;
        Some(
            String::from_utf8_lossy(&buffer[..bytes])
                .trim_end_matches('\0')
                .to_owned(),
        )
    }

    /// Say something until it is answered; the answer.
    pub fn ask(&self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            self.0.send(text.as_bytes()).unwrap();
            if let Some(answer) = self.hear() {
                return answer;
            }
        }
        panic!("no answer to {text:?}");
    }
}

/// Ask for `wanted` over and over.
pub fn eventually<T>(what: &str, mut wanted: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(found) = wanted() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what} did not happen");
}

/// The events up to and including the first that `is_last`.
pub fn events_until(engine: &Engine, is_last: impl Fn(&EngineEvent) -> bool) -> Vec<EngineEvent> {
    let mut events = Vec::new();
    eventually("the event", || {
        events.extend(engine.drain());
        events.iter().any(&is_last).then_some(())
    });
    events
}

pub fn counter(engine: &Engine, name: &str) -> u64 {
    engine
        .counters()
        .into_iter()
        .find(|(n, _)| *n == name)
        .unwrap()
        .1
}

pub fn open(engine: &Engine, room: &str) {
    engine.command(Command {
        room: RoomId::from(room),
        action: Action::OpenRoom,
    });
}

pub fn join(engine: &Engine, room: &str, participant: &str) {
    let action = Action::AddParticipant {
        participant: ParticipantId::from(participant),
        identity: Identity::from(participant),
        rights: Rights {
            can_publish: true,
            can_subscribe: true,
            can_publish_data: true,
        },
    };
    engine.command(Command {
        room: RoomId::from(room),
        action,
    });
}

pub fn is_connected(event: &EngineEvent, who: &str) -> bool {
    matches!(event, EngineEvent::Core(event) if event.participant.as_str() == who)
}
