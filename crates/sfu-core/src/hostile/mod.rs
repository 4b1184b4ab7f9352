//! A server that does what it must not: for tests of clients, and in no engine that is released.
//!
//! Two things, both off unless their file is named in the environment:
//!
//! - `HOSTILE_TAP`: everything that members send is written there ([`tap`]).
//! - `HOSTILE_RULES`: what is forwarded is swapped, replayed, changed and held back by the rules
//!   found there ([`rules`]); they are read again while the server runs.
//!
//! The hooks are where a packet comes out of SRTP, and where a room would forward it.

mod frames;
mod mischief;
mod rules;
pub(crate) mod tap;

use std::collections::HashMap;

use str0m::rtp::Ssrc;

use crate::command::TrackKind;
use crate::ids::TrackId;
use crate::plane::MediaIn;
use crate::room::Room;
use mischief::Stream;
use rules::{Op, RuleFile};

/// What one worker does to what it forwards.
pub(crate) struct Hostile {
    rules: RuleFile,
    streams: HashMap<(Ssrc, TrackId), Stream>,
}

impl Hostile {
    pub(crate) fn new() -> Self {
        Self {
            rules: RuleFile::from_environment(),
            streams: HashMap::new(),
        }
    }

    /// What is forwarded instead of this packet.
    pub(crate) fn twist(&mut self, room: &Room, packet: MediaIn) -> Vec<MediaIn> {
        let Some(publication) = room.publication(packet.publication) else {
            return vec![packet];
        };
        let (track, kind) = (publication.track.clone(), publication.spec.kind);
        let rules = self.rules.at(packet.arrived);
        let ops: Vec<&Op> = rules
            .iter()
            .filter(|rule| rule.track == track)
            .map(|rule| &rule.op)
            .collect();
        let name = (packet.source.ssrc, track.clone());
        let stream = self.streams.entry(name).or_insert_with(|| {
            let media = if kind == TrackKind::Video {
                "video"
            } else {
                "audio"
            };
            tap::track(&publication.publisher, &track, media, &packet);
            Stream::default()
        });
        let mut packets = stream.take(packet, kind, &ops);
        for op in ops {
            for packet in &mut packets {
                relabel(op, room, packet);
            }
        }
        packets
    }
}

fn relabel(op: &Op, room: &Room, packet: &mut MediaIn) {
    match op {
        Op::Swap(other) => {
            if let Some(key) = room.publication_key(other) {
                packet.publication = key;
            }
        }
        Op::Layers(one, other) if packet.layer == *one => packet.layer = *other,
        Op::Layers(one, other) if packet.layer == *other => packet.layer = *one,
        _ => {}
    }
}
