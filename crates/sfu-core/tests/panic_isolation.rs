//! M-11: a bug that makes one transport panic is that participant's problem alone.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Clip, World, id};
use sfu_core::{Action, EventKind, FailureReason, Target, TrackKind};

#[test]
fn a_panic_in_one_transport_costs_nobody_else_a_packet() {
    let mut world = World::new();
    for name in ["alice", "bob", "carol"] {
        world.join(name);
    }
    world.run_ms(1_000);
    world.publish("alice", "TR_cam", TrackKind::Video, Clip::video());
    world.run_ms(2_000);
    let target = Target::Subscriber;
    world.command(Action::InducePanic {
        participant: id("bob"),
        target,
    });
    world.run_ms(2_000);
    let panicked = EventKind::TransportFailed {
        target: Target::Subscriber,
        reason: FailureReason::Panic,
    };
    let failures: Vec<_> = world
        .events
        .iter()
        .filter(|it| it.kind == panicked)
        .map(|it| &it.participant)
        .collect();
    assert_eq!(failures, [&id("bob")]);
    let carol = &world.client("carol").received["TR_cam"];
    assert!(carol.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1));
    assert!(
        carol
            .windows(2)
            .all(|pair| (pair[1].at - pair[0].at).as_millis() < 200)
    );
    assert_eq!(world.sfu.counters().panics, 1);

    world.leave("bob");
    world.join("bob");
    world.run_ms(1_000);
    world.command(Action::Subscribe {
        subscriber: id("bob"),
        track: "TR_cam".into(),
    });
    world.run_ms(1_000);
    assert!(
        world.client("bob").received["TR_cam"].len() > 50,
        "he is back with new transports"
    );
}
