//! Each command, carried out.

use std::time::Instant;

use super::Sfu;
use super::negotiation::{Match, bind_announced, handle_answer, handle_offer};
use crate::command::{Action, Command, PublicationSpec, Rights};
use crate::event::EventKind;
use crate::ids::{Identity, ParticipantId, Target, TrackId};
use crate::plane::{PublicationKey, RoomKey, TransportKey};
use crate::room::{Participant, Room};
use crate::transport::{Owner, Side, Wanted};

pub(super) fn handle(sfu: &mut Sfu, now: Instant, command: Command) {
    if command.action == Action::OpenRoom {
        open_room(sfu, now, command);
        return;
    }
    let Some(room) = sfu.names.get(&command.room).copied() else {
        return;
    };
    match command.action {
        Action::OpenRoom => {}
        Action::CloseRoom => close_room(sfu, now, room),
        Action::AddParticipant {
            participant,
            identity,
            rights,
        } => {
            add_participant(sfu, now, room, participant, identity, rights);
        }
        Action::RemoveParticipant { participant } => {
            remove_participant(sfu, now, room, &participant);
        }
        Action::SetRights {
            participant,
            rights,
        } => set_rights(sfu, room, &participant, rights),
        Action::HandleOffer {
            participant,
            offer_id,
            sdp,
        } => {
            handle_offer(sfu, now, room, participant, offer_id, &sdp);
        }
        Action::HandleAnswer {
            participant,
            offer_id,
            sdp,
        } => {
            handle_answer(sfu, now, room, participant, offer_id, &sdp);
        }
        Action::Publish {
            participant,
            track,
            publication,
        } => {
            publish(sfu, room, participant, track, publication);
        }
        Action::Unpublish { participant, track } => unpublish(sfu, room, &participant, &track),
        Action::SetMuted { track, muted } => {
            if let Some((room, key, transports)) = publication(sfu, room, &track) {
                room.set_muted(key, muted, now, transports);
            }
        }
        Action::Subscribe { subscriber, track } => subscribe(sfu, room, &subscriber, &track),
        Action::Unsubscribe { subscriber, track } => unsubscribe(sfu, room, &subscriber, &track),
        Action::SetSubscription {
            subscriber,
            track,
            settings,
        } => {
            if let Some((room, key, transports)) = publication(sfu, room, &track) {
                room.set_subscription(key, &subscriber, settings, now, transports);
            }
        }
        #[cfg(feature = "fault-hooks")]
        Action::InducePanic {
            participant,
            target,
        } => {
            let key = sfu
                .rooms
                .get(room)
                .and_then(|room| transport(room, &participant, target));
            if let Some(key) = key {
                sfu.transports
                    .change(key, |transport| transport.is_about_to_panic = true);
            }
        }
    }
}

fn open_room(sfu: &mut Sfu, now: Instant, command: Command) {
    if !sfu.names.contains_key(&command.room) {
        let key = sfu.rooms.insert(Room::new(command.room.clone()));
        sfu.names.insert(command.room, key);
        sfu.advance(now);
    }
}

fn close_room(sfu: &mut Sfu, now: Instant, key: RoomKey) {
    let Some(room) = sfu.rooms.remove(key) else {
        return;
    };
    sfu.names.remove(&room.id);
    for (_, participant) in room.participants() {
        for target in Target::ALL {
            sfu.transports.remove(participant.transport(target), now);
        }
    }
}

pub(super) fn transport(
    room: &Room,
    participant: &ParticipantId,
    target: Target,
) -> Option<TransportKey> {
    Some(room.participant(participant)?.transport(target))
}

/// A publication by name, with what a change of it needs.
fn publication<'a>(
    sfu: &'a mut Sfu,
    room: RoomKey,
    track: &TrackId,
) -> Option<(
    &'a mut Room,
    PublicationKey,
    &'a mut crate::transports::Transports,
)> {
    let room = sfu.rooms.get_mut(room)?;
    let key = room.publication_key(track)?;
    Some((room, key, &mut sfu.transports))
}

fn add_participant(
    sfu: &mut Sfu,
    now: Instant,
    room: RoomKey,
    participant: ParticipantId,
    identity: Identity,
    rights: Rights,
) {
    if sfu
        .rooms
        .get(room)
        .is_none_or(|room| room.participant(&participant).is_some())
    {
        return;
    }
    let mut open = |target| {
        let owner = Owner {
            room,
            participant: participant.clone(),
            target,
        };
        sfu.transports.insert(owner, now)
    };
    let (publisher, subscriber) = (open(Target::Publisher), open(Target::Subscriber));
    sfu.to_negotiate.insert(subscriber);
    if let Some(room) = sfu.rooms.get_mut(room) {
        let entry = Participant::new(identity, rights, publisher, subscriber, now);
        room.insert_participant(participant, entry);
    }
}

fn remove_participant(sfu: &mut Sfu, now: Instant, room: RoomKey, id: &ParticipantId) {
    let Some(found) = sfu.rooms.get_mut(room) else {
        return;
    };
    for key in found.publications_of(id) {
        end_publication(sfu, room, key);
    }
    let removed = sfu
        .rooms
        .get_mut(room)
        .and_then(|room| room.remove_participant(id));
    for key in removed.iter().flat_map(|it| [it.publisher, it.subscriber]) {
        sfu.to_negotiate.remove(&key);
        sfu.transports.remove(key, now);
    }
}

fn set_rights(sfu: &mut Sfu, room: RoomKey, id: &ParticipantId, rights: Rights) {
    let Some(found) = sfu.rooms.get_mut(room) else {
        return;
    };
    let Some(participant) = found.participant_mut(id) else {
        return;
    };
    participant.rights = rights;
    let transport = participant.subscriber;
    if !rights.can_subscribe {
        for key in found.unsubscribe_all(id) {
            forget(sfu, transport, key);
        }
    }
    let Some(found) = sfu.rooms.get_mut(room) else {
        return;
    };
    if !rights.can_publish {
        for key in found.publications_of(id) {
            tell_ended(sfu, room, key);
            end_publication(sfu, room, key);
        }
    }
}

fn publish(
    sfu: &mut Sfu,
    room: RoomKey,
    participant: ParticipantId,
    track: TrackId,
    spec: PublicationSpec,
) {
    let Some(found) = sfu.rooms.get_mut(room) else {
        return;
    };
    let Some(publisher) = found.participant(&participant) else {
        return;
    };
    let transport = publisher.publisher;
    if !publisher.rights.can_publish || found.publish(participant.clone(), track, spec).is_none() {
        return;
    }
    for started in bind_announced(sfu, room, &participant, transport, Match::ByName) {
        sfu.tell(room, participant.clone(), started);
    }
}

fn unpublish(sfu: &mut Sfu, room: RoomKey, participant: &ParticipantId, track: &TrackId) {
    let Some(found) = sfu.rooms.get(room) else {
        return;
    };
    let key = found.publication_key(track);
    let own = |key: &PublicationKey| {
        found
            .publication(*key)
            .is_some_and(|it| &it.publisher == participant)
    };
    if let Some(key) = key.filter(own) {
        end_publication(sfu, room, key);
    }
}

pub(super) fn tell_ended(sfu: &mut Sfu, room: RoomKey, key: PublicationKey) {
    let publication = sfu.rooms.get(room).and_then(|room| room.publication(key));
    if let Some(publication) = publication {
        let (publisher, track) = (publication.publisher.clone(), publication.track.clone());
        sfu.tell(room, publisher, EventKind::PublicationEnded { track });
    }
}

/// Take a publication away from everybody who receives it.
pub(super) fn end_publication(sfu: &mut Sfu, room: RoomKey, key: PublicationKey) {
    let Some(found) = sfu.rooms.get_mut(room) else {
        return;
    };
    let Some(publication) = found.unpublish(key) else {
        return;
    };
    if let Some(publisher) = found.participant(&publication.publisher) {
        sfu.transports
            .change(publisher.publisher, |transport| transport.unbind(key));
    }
    for transport in publication.subscriber_transports() {
        forget(sfu, transport, key);
    }
}

fn forget(sfu: &mut Sfu, transport: TransportKey, key: PublicationKey) {
    let forgotten = sfu.transports.change(transport, |transport| {
        if let Side::Subscriber(side) = &mut transport.side {
            side.unwant(key);
        }
    });
    if forgotten.is_some() {
        sfu.to_negotiate.insert(transport);
    }
}

fn subscribe(sfu: &mut Sfu, room: RoomKey, id: &ParticipantId, track: &TrackId) {
    let Some(found) = sfu.rooms.get_mut(room) else {
        return;
    };
    let (Some(subscriber), Some(key)) = (found.participant(id), found.publication_key(track))
    else {
        return;
    };
    let Some(publication) = found.publication(key) else {
        return;
    };
    if !subscriber.rights.can_subscribe || &publication.publisher == id {
        return;
    }
    let transport = subscriber.subscriber;
    let wanted = Wanted {
        publication: key,
        kind: publication.spec.kind,
        track: track.clone(),
        publisher: publication.publisher.clone(),
    };
    if !found.subscribe(key, id, transport) {
        return;
    }
    sfu.transports.change(transport, |transport| {
        if let Side::Subscriber(side) = &mut transport.side {
            side.want(wanted);
        }
    });
    sfu.to_negotiate.insert(transport);
}

fn unsubscribe(sfu: &mut Sfu, room: RoomKey, id: &ParticipantId, track: &TrackId) {
    let Some(found) = sfu.rooms.get_mut(room) else {
        return;
    };
    let (Some(subscriber), Some(key)) = (found.participant(id), found.publication_key(track))
    else {
        return;
    };
    let transport = subscriber.subscriber;
    if found.unsubscribe(key, id) {
        forget(sfu, transport, key);
    }
}
