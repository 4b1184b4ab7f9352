//! People in a room, in memory: str0m clients, our SFU, a seeded network and a virtual clock.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod client;
mod media;

pub use client::Client;
pub use media::Clip;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sfu_core::{
    Action, Command, Config, Event, EventKind, PublicationSpec, Rights, RoomId, Sfu, Target,
    TrackKind,
};
use str0m_netem::{Input as LinkInput, Netem, NetemConfig, Output as LinkOutput};

pub const ALL_RIGHTS: Rights = Rights {
    can_publish: true,
    can_subscribe: true,
    can_publish_data: true,
};

#[derive(Clone)]
struct Packet {
    source: SocketAddr,
    destination: SocketAddr,
    bytes: Vec<u8>,
}

impl AsRef<[u8]> for Packet {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// One SFU, its clients and the two directions of the network between them.
pub struct World {
    pub now: Instant,
    pub sfu: Sfu,
    pub server: SocketAddr,
    pub clients: BTreeMap<String, Client>,
    pub events: Vec<Event>,
    pub auto_subscribe: bool,
    pub sent_datagrams: u64,
    up: Netem<Packet>,
    down: Netem<Packet>,
    next_port: u16,
    room: RoomId,
}

impl World {
    pub fn new() -> Self {
        Self::with_network(NetemConfig::new().latency(Duration::from_millis(5)).seed(1))
    }

    pub fn with_network(network: NetemConfig) -> Self {
        let server: SocketAddr = "192.0.2.1:7882".parse().unwrap();
        let config = Config {
            candidates: vec![server],
            ..Config::default()
        };
        let mut world = Self {
            now: Instant::now(),
            sfu: Sfu::new(config),
            server,
            clients: BTreeMap::new(),
            events: Vec::new(),
            auto_subscribe: true,
            sent_datagrams: 0,
            up: Netem::new(network),
            down: Netem::new(network.seed(2)),
            next_port: 10_000,
            room: RoomId::from("room"),
        };
        world.command(Action::OpenRoom);
        world
    }

    pub fn command(&mut self, action: Action) {
        let command = Command {
            room: self.room.clone(),
            action,
        };
        self.sfu.handle_command(self.now, command);
    }

    /// Replace the network from now on; what is on its way is lost.
    pub fn set_network(&mut self, network: NetemConfig) {
        self.up = Netem::new(network);
        self.down = Netem::new(network);
    }

    pub fn join(&mut self, name: &str) {
        self.join_with(name, ALL_RIGHTS);
    }

    pub fn join_with(&mut self, name: &str, rights: Rights) {
        let port = self.next_port;
        self.next_port += 2;
        let address = |port| SocketAddr::from(([198, 51, 100, 7], port));
        let client = Client::new(name, address(port), address(port + 1), self.now);
        self.clients.insert(name.into(), client);
        self.command(Action::AddParticipant {
            participant: id(name),
            identity: name.into(),
            rights,
        });
        let offer = self.client(name).first_offer();
        self.send_offer(name, offer);
    }

    pub fn send_offer(&mut self, name: &str, sdp: String) {
        let participant = id(name);
        self.command(Action::HandleOffer {
            participant,
            offer_id: 1,
            sdp,
        });
    }

    pub fn leave(&mut self, name: &str) {
        self.command(Action::RemoveParticipant {
            participant: id(name),
        });
        self.clients.remove(name);
    }

    pub fn client(&mut self, name: &str) -> &mut Client {
        self.clients.get_mut(name).expect("somebody of that name")
    }

    /// Announce a track, offer it and send what `clip` makes from then on.
    pub fn publish(&mut self, name: &str, track: &str, kind: TrackKind, clip: Clip) {
        let cid = format!("cid-{track}");
        self.command(Action::Publish {
            participant: id(name),
            track: track.into(),
            publication: PublicationSpec {
                cid: cid.clone(),
                kind,
            },
        });
        let offer = self.client(name).add_track(track, &cid, kind, clip);
        self.send_offer(name, offer);
    }

    pub fn unpublish(&mut self, name: &str, track: &str) {
        let offer = self.client(name).remove_track(track);
        self.send_offer(name, offer);
    }

    pub fn run_ms(&mut self, ms: u64) {
        self.run(Duration::from_millis(ms));
    }

    /// Let virtual time pass, event by event.
    pub fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            self.exchange();
            let next = self
                .next_event()
                .max(self.now + Duration::from_micros(100))
                .min(end);
            if self.now >= end {
                return;
            }
            self.now = next;
            self.wake();
        }
    }

    fn next_event(&self) -> Instant {
        let links = [self.up.poll_timeout(), self.down.poll_timeout()];
        let clients = self.clients.values().map(Client::next_timeout);
        let far = self.now + Duration::from_secs(3600);
        links
            .into_iter()
            .chain(clients)
            .chain(self.sfu.poll_timeout())
            .min()
            .unwrap_or(far)
    }

    fn wake(&mut self) {
        for client in self.clients.values_mut() {
            client.handle_timeout(self.now);
        }
        if self.sfu.poll_timeout().is_some_and(|at| at <= self.now) {
            self.sfu.handle_timeout(self.now);
        }
        self.up.handle_input(LinkInput::Timeout(self.now));
        while let Some(output) = self.up.poll_output() {
            if let LinkOutput::Packet(packet) = output {
                self.sfu.handle_datagram(
                    self.now,
                    packet.source,
                    packet.destination,
                    &packet.bytes,
                );
            }
        }
        self.down.handle_input(LinkInput::Timeout(self.now));
        while let Some(output) = self.down.poll_output() {
            if let LinkOutput::Packet(packet) = output {
                for client in self.clients.values_mut() {
                    client.handle_datagram(
                        self.now,
                        packet.source,
                        packet.destination,
                        &packet.bytes,
                    );
                }
            }
        }
    }

    /// Move what everybody has to say, until nobody has anything.
    fn exchange(&mut self) {
        loop {
            let mut is_quiet = true;
            while let Some(event) = self.sfu.poll_event() {
                is_quiet = false;
                self.signal(event);
            }
            while let Some(transmit) = self.sfu.poll_transmit() {
                is_quiet = false;
                self.sent_datagrams += 1;
                let packet = Packet {
                    source: transmit.source,
                    destination: transmit.destination,
                    bytes: transmit.contents,
                };
                self.down.handle_input(LinkInput::Packet(self.now, packet));
            }
            for client in self.clients.values_mut() {
                for (source, destination, bytes) in client.take_transmits() {
                    is_quiet = false;
                    let packet = Packet {
                        source,
                        destination,
                        bytes,
                    };
                    self.up.handle_input(LinkInput::Packet(self.now, packet));
                }
            }
            if is_quiet {
                return;
            }
        }
    }

    /// The signalling server: passes descriptions on and subscribes everybody to everything.
    fn signal(&mut self, event: Event) {
        let name = event.participant.as_str().to_owned();
        match &event.kind {
            EventKind::OfferCreated(offer) => {
                if let Some(client) = self.clients.get_mut(&name) {
                    let sdp = client.answer(offer);
                    let participant = event.participant.clone();
                    let offer_id = offer.offer_id;
                    self.command(Action::HandleAnswer {
                        participant,
                        offer_id,
                        sdp,
                    });
                }
            }
            EventKind::AnswerCreated(answer) => {
                if let Some(client) = self.clients.get_mut(&name) {
                    client.accept(&answer.sdp);
                }
            }
            EventKind::PublicationStarted { track, .. } if self.auto_subscribe => {
                for other in self
                    .clients
                    .keys()
                    .filter(|other| **other != name)
                    .cloned()
                    .collect::<Vec<_>>()
                {
                    let track = track.clone();
                    self.command(Action::Subscribe {
                        subscriber: id(&other),
                        track,
                    });
                }
            }
            _ => {}
        }
        self.events.push(event);
    }

    pub fn count_events(&self, matches: impl Fn(&EventKind) -> bool) -> usize {
        self.events
            .iter()
            .filter(|event| matches(&event.kind))
            .count()
    }

    /// Whether both transports of a participant are up.
    pub fn is_connected(&self, name: &str) -> bool {
        Target::ALL.iter().all(|wanted| {
            self.events.iter().any(|event| {
                event.participant.as_str() == name
                    && matches!(&event.kind, EventKind::TransportConnected { target } if target == wanted)
            })
        })
    }
}

pub fn id(name: &str) -> sfu_core::ParticipantId {
    name.into()
}
