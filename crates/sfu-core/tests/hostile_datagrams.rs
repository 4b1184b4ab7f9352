//! Strangers' bytes, and participants' broken ones.

#![allow(clippy::unwrap_used)]

mod common;

use std::net::SocketAddr;

use common::{Clip, World};
use proptest::prelude::*;
use sfu_core::{EventKind, TrackKind, Verdict};

fn stranger() -> SocketAddr {
    "203.0.113.66:4444".parse().unwrap()
}

fn call() -> World {
    let mut world = World::new();
    world.join("alice");
    world.join("bob");
    world.run_ms(1_000);
    world.publish("alice", "TR_mic", TrackKind::Audio, Clip::audio());
    world.run_ms(1_000);
    world
}

/// The call goes on as if nothing had happened.
fn assert_undisturbed(world: &mut World) {
    let before = world.client("bob").received["TR_mic"].len();
    world.run_ms(1_000);
    let mic = &world.client("bob").received["TR_mic"];
    assert!(
        mic.len() >= before + 45,
        "{} packets in a second",
        mic.len() - before
    );
    assert_eq!(
        world.count_events(|it| matches!(it, EventKind::TransportFailed { .. })),
        0
    );
    assert_eq!(world.sfu.counters().panics, 0);
}

/// A DTLS 1.2 handshake record with a ClientHello that offers the NULL cipher alone.
fn client_hello() -> Vec<u8> {
    let mut body = vec![0xfe, 0xfd];
    body.extend([7; 32]);
    body.extend([0, 0, 0, 2, 0, 0, 1, 0]);
    let length = (body.len() as u32).to_be_bytes();
    let mut handshake = vec![
        1, length[1], length[2], length[3], 0, 0, 0, length[1], length[2],
    ];
    handshake.push(length[3]);
    handshake.insert(4, 0);
    handshake.truncate(12);
    handshake.extend(body);
    let mut record = vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0];
    record.extend((handshake.len() as u16).to_be_bytes());
    record.extend(handshake);
    record
}

/// A connectivity check by somebody who saw the user name fragment but not the password.
fn forged_check(ufrag: &str) -> Vec<u8> {
    let username = format!("{ufrag}:them");
    let mut attributes = vec![0, 6];
    attributes.extend((username.len() as u16).to_be_bytes());
    attributes.extend(username.as_bytes());
    attributes.resize(attributes.len().next_multiple_of(4), 0);
    attributes.extend([0, 0x24, 0, 4, 0x6e, 0, 1, 0xff]);
    attributes.extend([0, 8, 0, 20]);
    attributes.extend([0x5a; 20]);
    let mut check = vec![0, 1];
    check.extend((attributes.len() as u16).to_be_bytes());
    check.extend([0x21, 0x12, 0xa4, 0x42]);
    check.extend([9; 12]);
    check.extend(attributes);
    check
}

/// M-1: between a participant's first check and its own ClientHello, a stranger's must not be let
/// in, not even one who forges a check first. A hundred joins, a stranger's hello every
/// millisecond.
#[test]
fn a_strangers_handshake_does_not_get_in_before_ours() {
    let mut world = World::new();
    for round in 0..100 {
        let name = format!("p{round}");
        world.join(&name);
        let begun = world.now;
        while !world.is_connected(&name) {
            let offer = world.client(&name).last_subscriber_offer.clone();
            let ufrag = offer
                .lines()
                .find_map(|line| line.strip_prefix("a=ice-ufrag:"));
            for bytes in [forged_check(ufrag.unwrap_or("00x")), client_hello()] {
                let verdict =
                    world
                        .sfu
                        .handle_datagram(world.now, stranger(), world.server, &bytes);
                assert_eq!(verdict, Verdict::Dropped);
            }
            world.run_ms(1);
            assert!((world.now - begun).as_millis() < 3_000, "round {round}");
        }
        world.leave(&name);
        world.run_ms(5);
    }
    assert!(world.sfu.counters().datagrams_dropped > 100);
}

/// M-10, M-20: every length, every first byte, from a stranger and from a participant's own
/// address.
#[test]
fn no_length_and_no_first_byte_disturbs_a_call() {
    let mut world = call();
    let own = world.client("alice").publisher_address;
    for length in (0..=2_000).chain([65_507]) {
        // The first bytes at which one protocol ends and the next begins (RFC 7983).
        for first in [
            0, 1, 3, 19, 20, 22, 23, 63, 64, 127, 128, 129, 144, 191, 192, 255,
        ] {
            let mut bytes = vec![0xa5; length];
            if let Some(byte) = bytes.first_mut() {
                *byte = first;
            }
            let foreign = world
                .sfu
                .handle_datagram(world.now, stranger(), world.server, &bytes);
            assert_eq!(foreign, Verdict::Dropped);
            world
                .sfu
                .handle_datagram(world.now, own, world.server, &bytes);
        }
    }
    assert_undisturbed(&mut world);
}

#[test]
fn rtcp_of_every_type_and_length_from_a_participants_address_is_harmless() {
    let mut world = call();
    let own = world.client("alice").publisher_address;
    for kind in 64..=255u8 {
        for length in [3, 8, 19, 20, 24, 27, 28, 40, 200] {
            let mut bytes = vec![0; length];
            bytes[0] = 0x80;
            bytes[1] = kind;
            world
                .sfu
                .handle_datagram(world.now, own, world.server, &bytes);
        }
    }
    assert_undisturbed(&mut world);
}

/// M-18: authentic packets whose payload type, layer or extension nobody negotiated.
#[test]
fn packets_of_an_unnegotiated_kind_are_not_forwarded() {
    let mut world = World::new();
    world.join("alice");
    world.join("bob");
    world.run_ms(1_000);
    world.publish("alice", "TR_cam", TrackKind::Video, Clip::simulcast());
    world.run_ms(1_000);
    for layer in 0..3 {
        world.client("alice").pause_layer("TR_cam", layer, true);
    }
    world.run_ms(500);
    let settled = world.client("bob").received["TR_cam"].len();
    assert!(settled > 10);
    world.client("alice").send_odd_packets("TR_cam");
    world.run_ms(1_000);
    assert_eq!(world.client("bob").received["TR_cam"].len(), settled);
    assert!(world.client("alice").odd_packets_sent > 20);
}

/// M-9 in passing: what was recorded once is not forwarded again.
#[test]
fn recorded_datagrams_played_again_are_not_heard_again() {
    let mut world = call();
    let own = world.client("alice").publisher_address;
    let recorded: Vec<_> = world.client("alice").wire.iter().cloned().collect();
    world.run_ms(10);
    let before = world.sfu.counters().packets_received;
    for bytes in recorded
        .iter()
        .filter(|bytes| (128..192).contains(&bytes[0]))
    {
        world
            .sfu
            .handle_datagram(world.now, own, world.server, bytes);
    }
    assert_eq!(world.sfu.counters().packets_received, before);
    assert_undisturbed(&mut world);
}

/// Symptom: alice's sound stopped. Cause: a recorded check of her other transport, sent again from
/// the address of this one, took the address over, and with it everything sent from there. Anybody
/// who could record one datagram and spoof a source address could do it.
#[test]
fn a_recorded_check_does_not_steal_anothers_address() {
    let mut world = call();
    let own = world.client("alice").publisher_address;
    let checks: Vec<_> = ["alice", "bob"]
        .into_iter()
        .flat_map(|name| world.client(name).wire.clone())
        .filter(|bytes| bytes[0] < 4)
        .collect();
    assert!(checks.len() > 4);
    for bytes in &checks {
        world
            .sfu
            .handle_datagram(world.now, own, world.server, bytes);
    }
    assert_undisturbed(&mut world);
}

/// M-30: a port that changes hands.
#[test]
fn late_packets_of_somebody_who_left_reach_nobody() {
    let mut world = call();
    let port = world.client("alice").publisher_address;
    let late: Vec<_> = world.client("alice").wire.iter().cloned().collect();
    world.leave("alice");
    world.run_ms(100);
    for bytes in &late {
        let verdict = world
            .sfu
            .handle_datagram(world.now, port, world.server, bytes);
        assert_eq!(verdict, Verdict::Dropped);
    }
}

#[test]
fn twenty_joins_and_leaves_leave_nothing_behind() {
    let mut world = World::new();
    for round in 0..20 {
        let name = format!("guest{round}");
        world.join(&name);
        world.run_ms(500);
        assert!(world.is_connected(&name));
        world.leave(&name);
        world.run_ms(10);
    }
    let counters = world.sfu.counters();
    assert_eq!((counters.transports, counters.transport_failures), (0, 0));
    let released = std::iter::from_fn(|| world.sfu.poll_released_address()).count();
    assert_eq!(released, 40, "every address was given back");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        if std::env::var_os("FOLKMOOT_TEST_FULL").is_some() { 1_000 } else { 40 }
    ))]

    /// Bytes that look like RTP and RTCP, and real datagrams with some bytes changed.
    #[test]
    fn no_noise_from_a_participants_address_disturbs_its_call(
        noise in proptest::collection::vec(
            (128u8..192, proptest::collection::vec(any::<u8>(), 0..100)), 1..100),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..100),
    ) {
        let mut world = call();
        let own = world.client("alice").publisher_address;
        for (first, rest) in noise {
            let bytes: Vec<u8> = std::iter::once(first).chain(rest).collect();
            world.sfu.handle_datagram(world.now, own, world.server, &bytes);
        }
        let wire: Vec<_> = world.client("alice").wire.iter().cloned().collect();
        for (which, at, value) in edits {
            let mut bytes = which.get(&wire).clone();
            let at = at.index(bytes.len());
            bytes[at] ^= value;
            world.sfu.handle_datagram(world.now, own, world.server, &bytes);
        }
        assert_undisturbed(&mut world);
    }

    /// Authentic packets with a payload that no encoder makes.
    #[test]
    fn no_payload_of_an_authentic_packet_breaks_the_room(
        payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..60),
    ) {
        let mut world = call();
        world.publish("alice", "TR_cam", TrackKind::Video, Clip::video());
        world.run_ms(500);
        for payload in payloads {
            world.client("alice").send_payload("TR_cam", payload);
            world.run_ms(5);
        }
        assert_undisturbed(&mut world);
    }
}
