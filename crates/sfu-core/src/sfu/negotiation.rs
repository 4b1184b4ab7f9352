//! Session descriptions in, answers and media sections out.

use std::time::Instant;

use super::Sfu;
use super::commands::{end_publication, tell_ended, transport};
use crate::event::{Description, EventKind};
use crate::ids::{ParticipantId, Target, TrackId};
use crate::plane::{RoomKey, TransportKey};
use crate::sdp::Refused;
use crate::transport::Side;

fn tell_refused(
    sfu: &mut Sfu,
    room: RoomKey,
    participant: ParticipantId,
    (target, offer_id): (Target, u32),
    Refused(reason): Refused,
) {
    let refused = EventKind::NegotiationRefused {
        target,
        offer_id,
        reason,
    };
    sfu.tell(room, participant, refused);
}

pub(super) fn handle_offer(
    sfu: &mut Sfu,
    now: Instant,
    room: RoomKey,
    participant: ParticipantId,
    offer_id: u32,
    sdp: &str,
) {
    let found = sfu.rooms.get(room);
    let Some(key) = found.and_then(|room| transport(room, &participant, Target::Publisher)) else {
        return;
    };
    let (limits, worker) = (sfu.limits(), sfu.config.worker);
    let accepted = sfu
        .transports
        .change(key, |it| it.accept_offer(now, sdp, limits, worker));
    match accepted {
        // The transport is gone; `TransportFailed` says so.
        None => {}
        Some(Err(refused)) => {
            tell_refused(
                sfu,
                room,
                participant,
                (Target::Publisher, offer_id),
                refused,
            );
        }
        Some(Ok((answer, ended))) => {
            sfu.transports.learn_ufrag(key);
            for publication in ended {
                tell_ended(sfu, room, publication);
                end_publication(sfu, room, publication);
            }
            let mut bound = bind_announced(sfu, room, &participant, key, Match::ByName);
            bound.extend(bind_announced(sfu, room, &participant, key, Match::ByOrder));
            let mid_to_track = carried_tracks(sfu, room, key);
            let answer = Description {
                offer_id,
                sdp: answer,
                mid_to_track,
            };
            sfu.tell(room, participant.clone(), EventKind::AnswerCreated(answer));
            for started in bound {
                sfu.tell(room, participant.clone(), started);
            }
        }
    }
}

fn carried_tracks(sfu: &mut Sfu, room: RoomKey, key: TransportKey) -> Vec<(String, TrackId)> {
    let Some(found) = sfu.rooms.get(room) else {
        return Vec::new();
    };
    let carried = sfu
        .transports
        .with(key, |transport, _| match &transport.side {
            Side::Publisher(side) => side
                .bound()
                .filter_map(|(mid, key)| {
                    Some((mid.to_owned(), found.publication(key)?.track.clone()))
                })
                .collect(),
            Side::Subscriber(_) => Vec::new(),
        });
    carried.unwrap_or_default()
}

/// How an announced publication is told from others in a description.
#[derive(Clone, Copy)]
pub(super) enum Match {
    ByName,
    /// For what is left once everything that has a name in common is matched.
    ByOrder,
}

/// Match announced publications with offered sections, whichever came first. Returns what to tell.
pub(super) fn bind_announced(
    sfu: &mut Sfu,
    room: RoomKey,
    participant: &ParticipantId,
    transport: TransportKey,
    by: Match,
) -> Vec<EventKind> {
    let Some(found) = sfu.rooms.get_mut(room) else {
        return Vec::new();
    };
    if !found
        .participant(participant)
        .is_some_and(|it| it.rights.can_publish)
    {
        return Vec::new();
    }
    let mut started = Vec::new();
    for (key, spec) in found.announced(participant) {
        let section = sfu.transports.with(transport, |transport, _| {
            let Side::Publisher(side) = &transport.side else {
                return None;
            };
            let section = match by {
                Match::ByName => side.find(&spec.cid, spec.kind),
                Match::ByOrder => side.find_begun(spec.kind),
            }?;
            transport.bind(&section, key);
            Some(section)
        });
        let (Some(section), Some(publication)) = (section.flatten(), found.publication(key)) else {
            continue;
        };
        let track = publication.track.clone();
        let mime_type = section.kind.mime_type();
        started.push(EventKind::PublicationStarted {
            track,
            mid: section.mid,
            mime_type,
        });
        found.set_bound(key);
    }
    started
}

pub(super) fn handle_answer(
    sfu: &mut Sfu,
    now: Instant,
    room: RoomKey,
    participant: ParticipantId,
    offer_id: u32,
    sdp: &str,
) {
    let found = sfu.rooms.get(room);
    let Some(key) = found.and_then(|room| transport(room, &participant, Target::Subscriber)) else {
        return;
    };
    let limits = sfu.limits();
    let accepted = sfu
        .transports
        .change(key, |it| it.accept_answer(now, offer_id, sdp, limits));
    match accepted {
        None => {}
        Some(Err(refused)) => {
            tell_refused(
                sfu,
                room,
                participant,
                (Target::Subscriber, offer_id),
                refused,
            );
        }
        Some(Ok(activated)) => {
            if let Some(room) = sfu.rooms.get_mut(room) {
                for it in activated {
                    room.activate(it.publication, it.slot, now, &mut sfu.transports);
                }
            }
            sfu.to_negotiate.insert(key);
        }
    }
}
