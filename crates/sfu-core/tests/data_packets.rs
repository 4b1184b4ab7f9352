//! What people send each other besides sound and pictures.

#![allow(clippy::unwrap_used)]

mod common;

use common::{World, id};
use prost::Message;
use sfu_core::{Action, Rights};

#[derive(Clone, PartialEq, Message)]
struct Packet {
    #[prost(message, optional, tag = "2")]
    user: Option<User>,
    #[prost(string, tag = "4")]
    identity: String,
    #[prost(string, repeated, tag = "5")]
    destinations: Vec<String>,
    #[prost(string, tag = "17")]
    sid: String,
}

#[derive(Clone, PartialEq, Message)]
struct User {
    #[prost(bytes = "vec", tag = "2")]
    payload: Vec<u8>,
}

fn packet(text: &str, destinations: &[&str]) -> Vec<u8> {
    Packet {
        user: Some(User {
            payload: text.into(),
        }),
        identity: "mallory".into(),
        destinations: destinations.iter().map(|it| it.to_string()).collect(),
        sid: "PA_mallory".into(),
    }
    .encode_to_vec()
}

/// `(channel, sender, text)` of everything that somebody got.
fn heard(world: &mut World, name: &str) -> Vec<(String, String, String)> {
    let data = &world.client(name).data;
    data.iter()
        .map(|(label, bytes)| {
            let packet = Packet::decode(bytes.as_slice()).unwrap();
            assert_eq!(
                packet.sid, packet.identity,
                "the tests use one name for both"
            );
            let text = String::from_utf8(packet.user.unwrap().payload).unwrap();
            (label.clone(), packet.identity, text)
        })
        .collect()
}

fn three_people() -> World {
    let mut world = World::new();
    for name in ["alice", "bob", "carol"] {
        world.join(name);
    }
    world.run_ms(1_500);
    world
}

#[test]
fn everybody_else_hears_it_in_order_and_by_the_true_name() {
    let mut world = three_people();
    for number in 0..100 {
        assert!(
            world
                .client("alice")
                .send_data("_reliable", &packet(&number.to_string(), &[]))
        );
    }
    world.run_ms(1_000);
    let expected: Vec<_> = (0..100)
        .map(|number| {
            (
                "_reliable".to_owned(),
                "alice".to_owned(),
                number.to_string(),
            )
        })
        .collect();
    assert_eq!(heard(&mut world, "bob"), expected);
    assert_eq!(heard(&mut world, "carol"), expected);
    assert!(heard(&mut world, "alice").is_empty());
}

#[test]
fn what_is_addressed_to_one_reaches_one() {
    let mut world = three_people();
    world
        .client("alice")
        .send_data("_lossy", &packet("psst", &["carol"]));
    world.run_ms(500);
    assert_eq!(
        heard(&mut world, "carol"),
        [("_lossy".into(), "alice".into(), "psst".into())]
    );
    assert!(heard(&mut world, "bob").is_empty());
}

#[test]
fn somebody_without_the_right_is_not_heard() {
    let mut world = three_people();
    let rights = Rights {
        can_publish: true,
        can_subscribe: true,
        can_publish_data: false,
    };
    world.command(Action::SetRights {
        participant: id("alice"),
        rights,
    });
    world
        .client("alice")
        .send_data("_reliable", &packet("hello", &[]));
    world
        .client("alice")
        .send_data("_reliable", b"not a packet");
    world.run_ms(500);
    assert!(heard(&mut world, "bob").is_empty());
    assert_eq!(world.sfu.counters().data_dropped, 2);
}

#[test]
fn a_long_message_arrives_whole() {
    let mut world = three_people();
    let text = "x".repeat(15_000);
    for _ in 0..10 {
        world
            .client("alice")
            .send_data("_reliable", &packet(&text, &[]));
        world.run_ms(200);
    }
    world.run_ms(2_000);
    let got = heard(&mut world, "bob");
    assert_eq!(got.len(), 10);
    assert!(got.iter().all(|(_, _, it)| *it == text));
}
