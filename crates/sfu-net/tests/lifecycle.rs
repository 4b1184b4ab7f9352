//! Starting, stopping, failing and garbage.
#![allow(clippy::unwrap_used, reason = "test code")]

mod support;

use std::net::{SocketAddr, UdpSocket};

use sfu_core::{Action, Command, RoomId};
use sfu_net::{Engine, EngineEvent, Settings, StartError};
use support::{
    Sender, counter, events_until, eventually, is_connected, join, open, scripted, settings,
};

#[test]
fn a_closed_engine_frees_its_port_and_ignores_calls() {
    for workers in [1, 3] {
        let engine = Engine::start(&settings(workers)).unwrap();
        let port = engine.port();
        let again = Settings {
            bind: SocketAddr::from(([127, 0, 0, 1], port)),
            ..settings(workers)
        };
        assert!(matches!(
            Engine::start(&again),
            Err(StartError::Bind { .. })
        ));
        engine.close();
        let next = Engine::start(&again).unwrap();
        assert_eq!(next.port(), port);
        engine.close();
        open(&engine, "late");
        join(&engine, "late", "PA_late");
        assert_eq!(engine.drain(), []);
        drop(engine);
        drop(next);
        UdpSocket::bind(("127.0.0.1", port)).unwrap();
    }
}

#[test]
fn too_few_or_too_many_workers_are_refused() {
    for workers in [0, 65] {
        let refused = Engine::start(&settings(workers)).map(|_| ());
        assert_eq!(refused, Err(StartError::Workers(workers.into())));
    }
    Engine::start(&settings(64)).unwrap();
}

#[test]
fn commands_of_a_room_are_carried_out_in_order() {
    let engine = scripted(2);
    open(&engine, "room");
    for number in 0..500 {
        join(&engine, "room", &format!("PA_{number}"));
    }
    let events = events_until(&engine, |event| is_connected(event, "PA_499"));
    assert!((0..500).all(|number| is_connected(&events[number], &format!("PA_{number}"))));
}

#[test]
fn a_closed_room_hears_nothing() {
    let engine = scripted(1);
    open(&engine, "room");
    engine.command(Command {
        room: RoomId::from("room"),
        action: Action::CloseRoom,
    });
    join(&engine, "room", "PA_1");
    open(&engine, "other");
    join(&engine, "other", "PA_2");
    let events = events_until(&engine, |event| is_connected(event, "PA_2"));
    assert_eq!(events.len(), 1);
}

#[test]
fn timers_fire_without_any_datagram() {
    let engine = scripted(1);
    open(&engine, "timers");
    join(&engine, "timers", "later");
    events_until(&engine, |event| is_connected(event, "later"));
}

#[test]
fn rooms_are_counted_over_all_workers() {
    let engine = scripted(3);
    for room in ["a", "b", "c", "d"] {
        open(&engine, room);
    }
    eventually("counting", || {
        (counter(&engine, "rooms") == 4).then_some(())
    });
}

#[test]
fn a_failed_worker_names_its_rooms_and_goes_on_with_new_ones() {
    let engine = scripted(2);
    for room in ["a", "b", "c"] {
        open(&engine, room);
        join(&engine, room, room);
    }
    events_until(&engine, |event| is_connected(event, "c"));
    let sender = Sender::to(&engine);
    sender.ask("stun 0");
    sender.0.send(b"panic").unwrap();
    let events = events_until(&engine, |e| matches!(e, EngineEvent::WorkerFailed { .. }));
    let mut lost: Vec<String> = events
        .into_iter()
        .filter_map(|event| match event {
            EngineEvent::WorkerFailed { room, worker: 0 } => room.map(|room| room.to_string()),
            _ => None,
        })
        .collect();
    lost.sort();
    assert_eq!(lost, ["a", "c"]);
    assert_eq!(counter(&engine, "panics"), 1);
    open(&engine, "a");
    join(&engine, "a", "PA_again");
    join(&engine, "b", "PA_survivor");
    events_until(&engine, |event| is_connected(event, "PA_survivor"));
    events_until(&engine, |event| is_connected(event, "PA_again"));
    assert_eq!(sender.ask("stun 0"), "0: stun 0");
}

#[test]
fn an_idle_worker_that_fails_says_so_once() {
    let engine = scripted(1);
    Sender::to(&engine).0.send(b"panic").unwrap();
    let events = events_until(&engine, |e| matches!(e, EngineEvent::WorkerFailed { .. }));
    assert_eq!(
        events,
        [EngineEvent::WorkerFailed {
            room: None,
            worker: 0
        }]
    );
}
