//! What the server asks of the SFU.

use crate::ids::{Identity, ParticipantId, RoomId, TrackId};

/// One request about one room. Requests about unknown rooms, participants or tracks do nothing:
/// they are what a race between a departure and a request looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The room, which also decides the worker.
    pub room: RoomId,
    /// What to do there.
    pub action: Action,
}

/// What a [`Command`] does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make the room. Opening an open room does nothing.
    OpenRoom,
    /// Close every transport of the room and forget it.
    CloseRoom,
    /// Make both transports of a participant; an `OfferCreated` for the subscriber one follows.
    AddParticipant {
        /// The new participant.
        participant: ParticipantId,
        /// What data packets address it by.
        identity: Identity,
        /// What it may do.
        rights: Rights,
    },
    /// Close the participant's transports, publications and subscriptions.
    RemoveParticipant {
        /// Who goes.
        participant: ParticipantId,
    },
    /// Replace what a participant may do; publications it may no longer have end.
    SetRights {
        /// Whose rights.
        participant: ParticipantId,
        /// The new rights.
        rights: Rights,
    },
    /// A publisher offer; answered by `AnswerCreated` or `NegotiationRefused`.
    HandleOffer {
        /// Who offers.
        participant: ParticipantId,
        /// Echoed in the answer.
        offer_id: u32,
        /// The session description.
        sdp: String,
    },
    /// The answer to the latest `OfferCreated`.
    HandleAnswer {
        /// Who answers.
        participant: ParticipantId,
        /// The offer's id; 0 means "the latest".
        offer_id: u32,
        /// The session description.
        sdp: String,
    },
    /// Announce a publication; media is matched to it by `cid`, in whichever order the two come.
    Publish {
        /// Who publishes.
        participant: ParticipantId,
        /// Its name.
        track: TrackId,
        /// What was announced.
        publication: PublicationSpec,
    },
    /// End a publication.
    Unpublish {
        /// Who publishes.
        participant: ParticipantId,
        /// Which.
        track: TrackId,
    },
    /// Stop or resume forwarding a publication. Muted media that still arrives is dropped.
    SetMuted {
        /// Which publication.
        track: TrackId,
        /// Whether it is silent now.
        muted: bool,
    },
    /// Let a participant receive a publication; an `OfferCreated` follows.
    Subscribe {
        /// Who receives.
        subscriber: ParticipantId,
        /// What.
        track: TrackId,
    },
    /// Undo `Subscribe`.
    Unsubscribe {
        /// Who received.
        subscriber: ParticipantId,
        /// What.
        track: TrackId,
    },
    /// Choose what a subscriber gets of a publication.
    SetSubscription {
        /// Who receives.
        subscriber: ParticipantId,
        /// What.
        track: TrackId,
        /// How much of it.
        settings: SubscriptionSettings,
    },
    /// Make the next call into a transport panic. Only tests have it.
    #[cfg(feature = "fault-hooks")]
    InducePanic {
        /// Whose transport.
        participant: ParticipantId,
        /// Which of the two.
        target: crate::ids::Target,
    },
}

/// What a participant may do on the media plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// May send audio and video.
    pub can_publish: bool,
    /// May receive audio and video.
    pub can_subscribe: bool,
    /// May send data packets.
    pub can_publish_data: bool,
}

/// Audio or video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrackKind {
    /// Opus.
    Audio,
    /// VP8.
    Video,
}

/// A publication as announced by its publisher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationSpec {
    /// The publisher's own name for the track: the msid track id in its offer.
    pub cid: String,
    /// Audio or video.
    pub kind: TrackKind,
}

/// What a subscriber wants of a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionSettings {
    /// False stops forwarding without renegotiation.
    pub is_enabled: bool,
    /// Best layer wanted, 0 (lowest) to 2. The best live layer not above it is sent, or the
    /// lowest live one if all are above.
    pub max_layer: u8,
}

impl Default for SubscriptionSettings {
    fn default() -> Self {
        Self {
            is_enabled: true,
            max_layer: 2,
        }
    }
}

impl TrackKind {
    /// The only codec of the kind, as MIME type.
    pub fn mime_type(self) -> &'static str {
        match self {
            Self::Audio => "audio/opus",
            Self::Video => "video/vp8",
        }
    }
}
