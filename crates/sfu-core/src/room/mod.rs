//! A room: who is in it, what they publish, who receives what. Knows nothing of SDP, ICE or
//! sockets; media reaches it and leaves it through [`crate::plane`].

mod participant;
mod publication;

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use slotmap::SlotMap;

use crate::command::{PublicationSpec, SubscriptionSettings};
use crate::counters::Counters;
use crate::ids::{Identity, ParticipantId, RoomId, TrackId};
use crate::plane::{MediaIn, MediaPlane, PublicationKey, Slot, TransportKey};
pub(crate) use participant::Participant;
pub(crate) use publication::Publication;

/// Participants, publications and their subscriptions.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    participants: HashMap<ParticipantId, Participant>,
    publications: SlotMap<PublicationKey, Publication>,
    announcements: u64,
    tracks: HashMap<TrackId, PublicationKey>,
}

impl Room {
    pub(crate) fn new(id: RoomId) -> Self {
        Self {
            id,
            participants: HashMap::new(),
            publications: SlotMap::with_key(),
            announcements: 0,
            tracks: HashMap::new(),
        }
    }

    pub(crate) fn participant(&self, id: &ParticipantId) -> Option<&Participant> {
        self.participants.get(id)
    }

    pub(crate) fn participant_mut(&mut self, id: &ParticipantId) -> Option<&mut Participant> {
        self.participants.get_mut(id)
    }

    pub(crate) fn participants(&self) -> impl Iterator<Item = (&ParticipantId, &Participant)> {
        self.participants.iter()
    }

    pub(crate) fn participants_mut(
        &mut self,
    ) -> impl Iterator<Item = (&ParticipantId, &mut Participant)> {
        self.participants.iter_mut()
    }

    pub(crate) fn insert_participant(&mut self, id: ParticipantId, participant: Participant) {
        self.participants.insert(id, participant);
    }

    /// Take a participant out, and its subscriptions with it. Its publications are the caller's
    /// to end.
    pub(crate) fn remove_participant(&mut self, id: &ParticipantId) -> Option<Participant> {
        for publication in self.publications.values_mut() {
            publication.unsubscribe(id);
        }
        self.participants.remove(id)
    }

    pub(crate) fn publication(&self, key: PublicationKey) -> Option<&Publication> {
        self.publications.get(key)
    }

    pub(crate) fn publication_key(&self, track: &TrackId) -> Option<PublicationKey> {
        self.tracks.get(track).copied()
    }

    pub(crate) fn publications_of(&self, publisher: &ParticipantId) -> Vec<PublicationKey> {
        let own = self
            .publications
            .iter()
            .filter(|(_, it)| &it.publisher == publisher);
        own.map(|(key, _)| key).collect()
    }

    /// That participant's publications without a media section yet, in the order announced.
    pub(crate) fn announced(
        &self,
        publisher: &ParticipantId,
    ) -> Vec<(PublicationKey, PublicationSpec)> {
        let mut waiting: Vec<_> = self
            .publications
            .iter()
            .filter(|(_, it)| &it.publisher == publisher && !it.is_bound())
            .collect();
        waiting.sort_unstable_by_key(|(_, it)| it.number);
        waiting
            .into_iter()
            .map(|(key, it)| (key, it.spec.clone()))
            .collect()
    }

    /// `None` if the track exists already.
    pub(crate) fn publish(
        &mut self,
        publisher: ParticipantId,
        track: TrackId,
        spec: PublicationSpec,
    ) -> Option<PublicationKey> {
        if self.tracks.contains_key(&track) {
            return None;
        }
        self.announcements += 1;
        let publication = Publication::new(publisher, track.clone(), spec, self.announcements);
        let key = self.publications.insert(publication);
        self.tracks.insert(track, key);
        Some(key)
    }

    pub(crate) fn set_bound(&mut self, key: PublicationKey) {
        if let Some(publication) = self.publications.get_mut(key) {
            publication.set_bound();
        }
    }

    /// Take a publication and its subscriptions out. Returns it and who received it.
    pub(crate) fn unpublish(&mut self, key: PublicationKey) -> Option<Publication> {
        let publication = self.publications.remove(key)?;
        self.tracks.remove(&publication.track);
        Some(publication)
    }

    pub(crate) fn set_muted(
        &mut self,
        key: PublicationKey,
        is_muted: bool,
        now: Instant,
        plane: &mut impl MediaPlane,
    ) {
        if let Some(publication) = self.publications.get_mut(key) {
            publication.set_muted(is_muted, now, plane);
        }
    }

    /// False if that participant receives it already.
    pub(crate) fn subscribe(
        &mut self,
        key: PublicationKey,
        subscriber: &ParticipantId,
        transport: TransportKey,
    ) -> bool {
        self.publications
            .get_mut(key)
            .is_some_and(|publication| publication.subscribe(subscriber.clone(), transport))
    }

    /// False if that participant did not receive it.
    pub(crate) fn unsubscribe(&mut self, key: PublicationKey, subscriber: &ParticipantId) -> bool {
        self.publications
            .get_mut(key)
            .is_some_and(|publication| publication.unsubscribe(subscriber))
    }

    /// Undo every subscription of a participant. Returns what it received.
    pub(crate) fn unsubscribe_all(&mut self, subscriber: &ParticipantId) -> Vec<PublicationKey> {
        let received = self.publications.iter_mut();
        received
            .filter_map(|(key, publication)| publication.unsubscribe(subscriber).then_some(key))
            .collect()
    }

    /// The subscription's stream is negotiated: packets may flow.
    pub(crate) fn activate(
        &mut self,
        key: PublicationKey,
        slot: Slot,
        now: Instant,
        plane: &mut impl MediaPlane,
    ) {
        if let Some(publication) = self.publications.get_mut(key) {
            publication.activate(slot, now, plane);
        }
    }

    pub(crate) fn set_subscription(
        &mut self,
        key: PublicationKey,
        subscriber: &ParticipantId,
        settings: SubscriptionSettings,
        now: Instant,
        plane: &mut impl MediaPlane,
    ) {
        if let Some(publication) = self.publications.get_mut(key) {
            publication.set_subscription(subscriber, settings, now, plane);
        }
    }

    /// A subscriber lost its picture.
    pub(crate) fn keyframe_requested(
        &mut self,
        publication: PublicationKey,
        slot: Slot,
        now: Instant,
        plane: &mut impl MediaPlane,
    ) {
        if let Some(publication) = self.publications.get_mut(publication) {
            publication.keyframe_requested(slot, now, plane);
        }
    }

    /// Forward a packet to whoever receives its publication. Returns those for whom it is the
    /// first.
    pub(crate) fn forward(
        &mut self,
        packet: &MediaIn,
        plane: &mut impl MediaPlane,
        counters: &mut Counters,
    ) -> Vec<ParticipantId> {
        match self.publications.get_mut(packet.publication) {
            Some(publication) => publication.forward(packet, plane, counters),
            None => {
                counters.packets_dropped += 1;
                Vec::new()
            }
        }
    }

    /// Send what keyframe requests are due and notice layers that died.
    pub(crate) fn handle_timeout(&mut self, now: Instant, plane: &mut impl MediaPlane) {
        for publication in self.publications.values_mut() {
            publication.handle_timeout(now, plane);
        }
    }

    /// Where a data packet goes: to those named, or to everybody but the sender.
    pub(crate) fn data_destinations(
        &self,
        sender: &ParticipantId,
        named: &[Identity],
    ) -> Vec<TransportKey> {
        let named: HashSet<&Identity> = named.iter().collect();
        self.participants
            .iter()
            .filter(|(id, participant)| {
                if named.is_empty() {
                    *id != sender
                } else {
                    named.contains(&participant.identity)
                }
            })
            .map(|(_, participant)| participant.subscriber)
            .collect()
    }
}
