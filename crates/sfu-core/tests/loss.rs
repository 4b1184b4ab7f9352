//! What a bad network leaves of a call.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::{Clip, World};
use sfu_core::{EventKind, Quality, TrackKind};
use str0m_netem::{NetemConfig, Probability, RandomLoss};

fn lossy(percent: f32, seed: u64) -> NetemConfig {
    NetemConfig::new()
        .latency(Duration::from_millis(20))
        .loss(RandomLoss::new(Probability::new(percent / 100.0)))
        .seed(seed)
}

fn call_over(network: NetemConfig) -> World {
    let mut world = World::new();
    world.join("alice");
    world.join("bob");
    world.run_ms(1_000);
    world.publish("alice", "TR_cam", TrackKind::Video, Clip::video());
    world.run_ms(1_000);
    world.set_network(network);
    world.run_ms(10_000);
    world
}

#[test]
fn at_five_percent_loss_both_ways_the_picture_is_repaired() {
    for seed in 1..=3 {
        let mut world = call_over(lossy(5.0, seed));
        let sequence: BTreeSet<u64> = world.client("bob").received["TR_cam"]
            .iter()
            .map(|it| it.seq)
            .collect();
        let span = sequence.last().unwrap() - sequence.first().unwrap() + 1;
        // What was lost in the last instants could not be asked for again yet.
        let missing = span - sequence.len() as u64;
        assert!(span > 900, "{span}");
        assert!(
            missing <= span / 200 + 3,
            "seed {seed}: {missing} of {span} are missing"
        );
    }
}

#[test]
fn people_are_told_how_good_their_connection_is() {
    let world = call_over(lossy(20.0, 7));
    let verdicts: BTreeSet<&str> = world
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::QualityMeasured { quality } => Some(quality.as_str()),
            _ => None,
        })
        .collect();
    assert!(
        verdicts.contains(Quality::Excellent.as_str()),
        "before: {verdicts:?}"
    );
    assert!(
        verdicts.contains(Quality::Poor.as_str()),
        "during: {verdicts:?}"
    );
}

#[test]
fn somebody_who_vanishes_is_given_up_within_a_minute() {
    let mut world = call_over(lossy(0.0, 1));
    world.clients.remove("bob");
    world.run(Duration::from_secs(60));
    let failed = |it: &EventKind| matches!(it, EventKind::TransportFailed { .. });
    assert_eq!(world.count_events(failed), 2);
    let before = world.sent_datagrams;
    world.run(Duration::from_secs(5));
    assert!(
        world.sent_datagrams - before < 400,
        "nothing more is sent to nobody"
    );
}
