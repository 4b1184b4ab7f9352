//! What transports say, handed to the rooms.

use std::time::Instant;

use super::Sfu;
use crate::data::{self, Channel};
use crate::event::EventKind;
use crate::plane::{MediaIn, RoomKey};
use crate::transport::{Inbound, Owner};

/// Work off everything that transports have said so far.
pub(super) fn take_all(sfu: &mut Sfu, now: Instant) {
    while let Some((_, owner, inbound)) = sfu.transports.outbox.inbound.pop_front() {
        take(sfu, now, owner, inbound);
    }
}

fn take(sfu: &mut Sfu, now: Instant, owner: Owner, inbound: Inbound) {
    let Owner {
        room,
        participant,
        target,
    } = owner;
    match inbound {
        #[cfg(not(feature = "hostile"))]
        Inbound::Media(packet) => take_media(sfu, room, &packet),
        #[cfg(feature = "hostile")]
        Inbound::Media(packet) => take_hostile_media(sfu, room, packet),
        Inbound::MediaDropped => sfu.counters.packets_dropped += 1,
        Inbound::Connected => {
            sfu.tell(room, participant, EventKind::TransportConnected { target });
        }
        Inbound::Failed(reason) => {
            sfu.tell(
                room,
                participant,
                EventKind::TransportFailed { target, reason },
            );
        }
        Inbound::KeyframeRequested { publication, slot } => {
            if let Some(room) = sfu.rooms.get_mut(room) {
                room.keyframe_requested(publication, slot, now, &mut sfu.transports);
            }
        }
        Inbound::Data { channel, bytes } => {
            let owner = Owner {
                room,
                participant,
                target,
            };
            take_data(sfu, &owner, channel, &bytes);
        }
        Inbound::Loss(loss) => {
            let room = sfu.rooms.get_mut(room);
            if let Some(it) = room.and_then(|room| room.participant_mut(&participant)) {
                it.measured_loss(loss);
            }
        }
    }
}

fn take_media(sfu: &mut Sfu, key: RoomKey, packet: &MediaIn) {
    let Some(room) = sfu.rooms.get_mut(key) else {
        return;
    };
    let started = room.forward(packet, &mut sfu.transports, &mut sfu.counters);
    if started.is_empty() {
        return;
    }
    let Some(track) = room
        .publication(packet.publication)
        .map(|it| it.track.clone())
    else {
        return;
    };
    for subscriber in started {
        sfu.tell(
            key,
            subscriber,
            EventKind::SubscriptionStarted {
                track: track.clone(),
            },
        );
    }
}

#[cfg(feature = "hostile")]
fn take_hostile_media(sfu: &mut Sfu, key: RoomKey, packet: MediaIn) {
    let Some(room) = sfu.rooms.get(key) else {
        return;
    };
    for packet in sfu.hostile.twist(room, packet) {
        take_media(sfu, key, &packet);
    }
}

fn take_data(sfu: &mut Sfu, owner: &Owner, channel: Channel, bytes: &[u8]) {
    let Some(room) = sfu.rooms.get(owner.room) else {
        return;
    };
    let Some(sender) = room.participant(&owner.participant) else {
        return;
    };
    let is_allowed = sender.rights.can_publish_data;
    let stamped = data::restamp(bytes, channel, &owner.participant, &sender.identity);
    let Some(packet) = stamped.filter(|_| is_allowed) else {
        sfu.counters.data_dropped += 1;
        return;
    };
    for transport in room.data_destinations(&owner.participant, &packet.destinations) {
        let is_sent = sfu
            .transports
            .change(transport, |it| it.send_data(channel, &packet.bytes));
        match is_sent {
            Some(true) => sfu.counters.data_forwarded += 1,
            _ => sfu.counters.data_dropped += 1,
        }
    }
}
