//! A publisher connected straight to a subscriber, over real sockets, with no server between.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use loadgen::protocol::{Command, Event};
use loadgen::world::World;
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(10);

struct Pair {
    world: World,
    seen: Vec<Event>,
}

fn command(line: serde_json::Value) -> Command {
    serde_json::from_value(line).unwrap()
}

impl Pair {
    fn connect(tracks: serde_json::Value) -> Self {
        let world = World::new().unwrap();
        let mut pair = Self {
            world,
            seen: Vec::new(),
        };
        pair.tell(json!({"cmd": "publisher", "id": 1, "tracks": tracks}));
        pair.tell(json!({"cmd": "subscriber", "id": 2}));
        let offer = pair.wait_for(|event| match event {
            Event::Offer { id: 1, sdp } => Some(sdp.clone()),
            _ => None,
        });
        pair.tell(json!({"cmd": "offer", "id": 2, "sdp": offer}));
        let answer = pair.wait_for(|event| match event {
            Event::Answer { id: 2, sdp } => Some(sdp.clone()),
            _ => None,
        });
        pair.tell(json!({"cmd": "answer", "id": 1, "sdp": answer}));
        for wanted in [1, 2] {
            pair.wait_for(|event| (*event == Event::Connected { id: wanted }).then_some(()));
        }
        pair
    }

    fn tell(&mut self, line: serde_json::Value) {
        self.world.execute(command(line));
    }

    fn turn(&mut self) {
        self.world.turn(Duration::from_millis(20)).unwrap();
        self.seen.extend(self.world.take_events());
    }

    fn wait_for<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            self.turn();
            if let Some(found) = self.seen.iter().find_map(&wanted) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "only {:?}", self.seen);
        }
    }

    fn play(&mut self, seconds: f64) {
        self.tell(json!({"cmd": "start", "seconds": seconds}));
        self.wait_for(|event| (*event == Event::Finished).then_some(()));
        (0..10).for_each(|_| self.turn());
    }
}

#[test]
fn everything_sent_arrives_with_a_believable_latency() {
    let mut pair = Pair::connect(json!([
        {"cid": "cam", "kind": "video"},
        {"cid": "mic", "kind": "audio"},
    ]));
    pair.play(1.0);
    let report = pair.world.report();
    let stats = report.stats();
    assert!((190..=210).contains(&report.sent), "{stats}");
    assert_eq!(report.received(), report.sent, "{stats}");
    assert_eq!(report.lost(), 0);
    let p50 = stats["latency_us"]["p50"].as_u64().unwrap();
    assert!((1..100_000).contains(&p50), "{stats}");
    assert!(stats["srtp_profile"].is_string(), "{stats}");
    assert!(stats["busy_share"].as_f64().unwrap() > 0.0);
}

#[test]
fn simulcast_layers_arrive_each_with_its_share_of_packets() {
    let mut pair = Pair::connect(json!([
        {"cid": "cam", "kind": "video", "packets_per_frame": 4, "simulcast": ["q", "h", "f"]},
    ]));
    pair.play(1.0);
    let report = pair.world.report();
    let stats = report.stats();
    let mut by_layer = [0; 3];
    for stream in stats["streams"].as_array().unwrap() {
        for (layer, total) in by_layer.iter_mut().enumerate() {
            *total += stream["by_layer"][layer].as_u64().unwrap();
        }
    }
    assert_eq!(by_layer.iter().sum::<u64>(), report.sent, "{stats}");
    assert!(by_layer[0] >= 25, "{stats}");
    assert_eq!(
        (by_layer[1], by_layer[2]),
        (by_layer[0] * 2, by_layer[0] * 4)
    );
}

#[test]
fn data_crosses_on_both_channels() {
    let mut pair = Pair::connect(json!([]));
    for channel in ["_reliable", "_lossy"] {
        pair.wait_for(|event| match event {
            Event::ChannelOpen { id: 1, channel: it } => (it == channel).then_some(()),
            _ => None,
        });
        pair.tell(json!({"cmd": "data", "id": 1, "channel": channel, "hex": "00ff"}));
        let hex = pair.wait_for(|event| match event {
            Event::Data {
                id: 2,
                channel: it,
                hex,
            } if it == channel => Some(hex.clone()),
            _ => None,
        });
        assert_eq!(hex, "00ff");
    }
}

#[test]
fn the_other_side_notices_a_close() {
    let mut pair = Pair::connect(json!([]));
    pair.tell(json!({"cmd": "close", "id": 1}));
    for gone in [1, 2] {
        pair.wait_for(|event| {
            matches!(event, Event::Closed { id, .. } if *id == gone).then_some(())
        });
    }
    pair.tell(json!({"cmd": "publisher", "id": 1}));
    assert!(matches!(
        pair.world.take_events()[..],
        [Event::Offer { id: 1, .. }]
    ));
}

#[test]
fn mistakes_are_answered_and_change_nothing() {
    let mut pair = Pair::connect(json!([]));
    pair.seen.clear();
    for line in [
        json!({"cmd": "answer", "id": 1, "sdp": "v=0"}),
        json!({"cmd": "offer", "id": 2, "sdp": "hello"}),
        json!({"cmd": "offer", "id": 9, "sdp": ""}),
        json!({"cmd": "subscriber", "id": 2}),
        json!({"cmd": "publisher", "id": 3, "tracks": [{"cid": "c", "kind": "video", "fps": 0}]}),
        json!({"cmd": "data", "id": 1, "channel": "_reliable", "hex": "xyz"}),
        json!({"cmd": "data", "id": 1, "channel": "nowhere", "hex": "00"}),
        json!({"cmd": "start", "seconds": -1}),
        json!({"cmd": "close", "id": 77}),
    ] {
        pair.tell(line.clone());
        let events = pair.world.take_events();
        assert!(
            matches!(events[..], [Event::Error { .. }]),
            "{line}: {events:?}"
        );
    }
    pair.play(0.1);
}
