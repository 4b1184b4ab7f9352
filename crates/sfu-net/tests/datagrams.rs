//! What comes in and goes out on the port.
#![allow(clippy::unwrap_used, reason = "test code")]

mod support;

use std::net::{SocketAddr, UdpSocket};

use sfu_net::{Engine, Settings};
use support::{Script, Sender, counter, eventually, scripted, settings};

#[test]
fn garbage_of_every_size_does_not_stop_the_loop() {
    let real_core = Engine::start(&settings(2)).unwrap();
    for engine in [scripted(2), real_core] {
        let sender = Sender::to(&engine);
        let garbage = vec![0xa5; 65_507];
        let sizes = (0..100).chain((100..65_507).step_by(997)).chain([65_507]);
        let mut sent = 0;
        for size in sizes {
            sender.0.send(&garbage[..size]).unwrap();
            sent += 1;
            let received = || counter(&engine, "datagrams_received") >= sent;
            if sent % 20 == 0 {
                eventually("receipt", || received().then_some(()));
            }
        }
        eventually("receipt", || {
            (counter(&engine, "datagrams_received") == sent).then_some(())
        });
        assert_eq!(counter(&engine, "truncated"), 0);
    }
}

#[test]
fn answers_to_a_socket_that_is_gone_do_not_stop_the_loop() {
    let engine = scripted(1);
    for _ in 0..20 {
        let gone = Sender::to(&engine);
        gone.ask("stun 0");
        gone.0.send(b"burst 3").unwrap();
    }
    assert_eq!(Sender::to(&engine).ask("stun 0"), "0: stun 0");
}

/// More than the longest train (64), less than the receiving socket holds by default.
#[test]
fn a_burst_arrives_whole_and_in_order() {
    let engine = scripted(1);
    let sender = Sender::to(&engine);
    sender.ask("stun 0");
    sender.0.send(b"burst 80").unwrap();
    for number in 0..80 {
        assert_eq!(sender.hear(), Some(number.to_string()));
    }
    eventually("counting", || {
        (counter(&engine, "datagrams_sent") == 81).then_some(())
    });
    assert_eq!(counter(&engine, "send_dropped"), 0);
}

#[test]
fn ipv4_and_ipv6_participants_meet_on_one_port() {
    let Ok(probe) = UdpSocket::bind("[::1]:0") else {
        // A machine without IPv6 has nothing to show here.
        return;
    };
    drop(probe);
    let both = Settings {
        bind: "[::]:0".parse::<SocketAddr>().unwrap(),
        candidates: vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()],
        ..settings(2)
    };
    let engine = Engine::start_with(&both, Script::new).unwrap();
    assert_eq!(Sender::to(&engine).ask("stun 1"), "1: stun 1");
    let sixth = UdpSocket::bind("[::1]:0").unwrap();
    sixth.connect(("::1", engine.port())).unwrap();
    sixth
        .set_read_timeout(Some(std::time::Duration::from_millis(100)))
        .unwrap();
    assert_eq!(Sender(sixth).ask("stun 1"), "1: stun 1");
}

#[test]
fn an_answer_comes_from_the_address_that_was_asked() {
    let any = Settings {
        bind: SocketAddr::from(([0, 0, 0, 0], 0)),
        candidates: vec!["127.0.0.1".parse().unwrap(), "127.0.0.2".parse().unwrap()],
        ..settings(1)
    };
    let engine = Engine::start_with(&any, Script::new).unwrap();
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    socket.connect(("127.0.0.2", engine.port())).unwrap();
    socket
        .set_read_timeout(Some(std::time::Duration::from_millis(100)))
        .unwrap();
    // A connected socket takes answers from that address only.
    assert_eq!(Sender(socket).ask("stun 0"), "0: stun 0");
}

/// A machine's own traffic has one of its addresses at both ends. 127.0.0.3 stands in for a
/// neighbour: the kernel delivers from it, but it is not among the addresses that were told.
#[test]
fn an_engine_for_this_machine_only_hears_nobody_else() {
    let local = Settings {
        bind: SocketAddr::from(([0, 0, 0, 0], 0)),
        candidates: vec!["127.0.0.1".parse().unwrap(), "127.0.0.2".parse().unwrap()],
        is_local_only: true,
        ..settings(1)
    };
    let engine = Engine::start_with(&local, Script::new).unwrap();
    let from = |own: &str, to: &str| {
        let socket = UdpSocket::bind((own, 0)).unwrap();
        socket.connect((to, engine.port())).unwrap();
        socket
            .set_read_timeout(Some(std::time::Duration::from_millis(100)))
            .unwrap();
        Sender(socket)
    };
    let stranger = from("127.0.0.3", "127.0.0.1");
    for _ in 0..5 {
        stranger.0.send(b"stun 0").unwrap();
        assert_eq!(stranger.hear(), None);
    }
    assert_eq!(from("127.0.0.2", "127.0.0.1").ask("stun 0"), "0: stun 0");
    assert_eq!(from("127.0.0.1", "127.0.0.2").ask("stun 0"), "0: stun 0");
}
