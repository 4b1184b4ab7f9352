//! Real ICE, DTLS and SCTP over loopback, with the real core behind several workers.
#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

mod support;

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use sfu_core::{Action, Command, EventKind, ParticipantId, RoomId, Target};
use sfu_net::{Engine, EngineEvent};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc};
use support::{PATIENCE, counter, eventually, join, open, settings};

/// One publisher transport with a data channel.
struct Publisher {
    name: String,
    rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    pending: Option<SdpPendingOffer>,
    has_channel: bool,
}

impl Publisher {
    /// Join a room of one's own and offer.
    fn enter(engine: &Engine, name: &str) -> Self {
        open(engine, name);
        join(engine, name, name);
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(1)))
            .unwrap();
        let local = socket.local_addr().unwrap();
        let mut rtc = Rtc::builder().build(Instant::now());
        rtc.add_local_candidate(Candidate::host(local, "udp").unwrap());
        let mut api = rtc.sdp_api();
        api.add_channel("_reliable".to_owned());
        let (offer, pending) = api.apply().unwrap();
        let action = Action::HandleOffer {
            participant: ParticipantId::from(name),
            offer_id: 1,
            sdp: offer.to_sdp_string(),
        };
        engine.command(Command {
            room: RoomId::from(name),
            action,
        });
        let name = name.to_owned();
        Self {
            name,
            rtc,
            socket,
            local,
            pending: Some(pending),
            has_channel: false,
        }
    }

    fn accept(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).unwrap();
        self.rtc
            .sdp_api()
            .accept_answer(self.pending.take().unwrap(), answer)
            .unwrap();
    }

    /// Send what is due, then take at most one datagram.
    fn turn(&mut self) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(_) => break,
                Output::Transmit(it) => {
                    self.socket.send_to(&it.contents, it.destination).unwrap();
                }
                Output::Event(Event::ChannelOpen(..)) => self.has_channel = true,
                Output::Event(_) => {}
            }
        }
        let mut buffer = [0; 2000];
        let now = Instant::now();
        let input = match self.socket.recv_from(&mut buffer) {
            Ok((bytes, source)) => {
                let contents = &buffer[..bytes];
                Input::Receive(
                    now,
                    Receive::new(Protocol::Udp, source, self.local, contents).unwrap(),
                )
            }
            Err(_) => Input::Timeout(now),
        };
        self.rtc.handle_input(input).unwrap();
    }
}

fn hear(publishers: &mut [Publisher], event: EngineEvent, connected: &mut Vec<ParticipantId>) {
    let EngineEvent::Core(event) = event else {
        panic!("{event:?}")
    };
    match event.kind {
        EventKind::AnswerCreated(answer) => {
            let whose = |it: &&mut Publisher| it.name == event.participant.as_str();
            publishers
                .iter_mut()
                .find(whose)
                .unwrap()
                .accept(&answer.sdp);
        }
        EventKind::TransportConnected {
            target: Target::Publisher,
        } => {
            connected.push(event.participant);
        }
        EventKind::NegotiationRefused { reason, .. } => panic!("{reason}"),
        _ => {}
    }
}

fn everybody_connects(workers: u8, people: usize) -> Engine {
    let engine = Engine::start(&settings(workers)).unwrap();
    let mut publishers: Vec<Publisher> = (0..people)
        .map(|number| Publisher::enter(&engine, &format!("PA_{number}")))
        .collect();
    let mut connected = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    while connected.len() < people || !publishers.iter().all(|it| it.has_channel) {
        assert!(
            Instant::now() < deadline,
            "{} of {people} connected",
            connected.len()
        );
        for event in engine.drain() {
            hear(&mut publishers, event, &mut connected);
        }
        publishers
            .iter_mut()
            .filter(|it| it.pending.is_none())
            .for_each(Publisher::turn);
    }
    engine
}

#[test]
fn people_connect_to_a_lone_worker() {
    let engine = everybody_connects(1, 3);
    eventually("counting", || {
        (counter(&engine, "rooms") == 3).then_some(())
    });
    assert_eq!(counter(&engine, "steered"), 0);
}

/// With twelve people on four workers, the kernel delivers three of four to the wrong one.
#[test]
fn people_connect_whichever_worker_the_kernel_picks() {
    let engine = everybody_connects(4, 12);
    eventually("steering", || {
        (counter(&engine, "steered") > 0).then_some(())
    });
    assert_eq!(counter(&engine, "steer_dropped"), 0);
    assert_eq!(counter(&engine, "panics"), 0);
}
