//! What the SFU tells the server. Never a packet, a key or a frame.

use crate::ids::{ParticipantId, RoomId, Target, TrackId};

/// Something that happened in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where.
    pub room: RoomId,
    /// Whose transport, publication or subscription.
    pub participant: ParticipantId,
    /// What.
    pub kind: EventKind,
}

/// What an [`Event`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The subscriber transport needs an answer to this offer. One is in flight at a time.
    OfferCreated(Description),
    /// The answer to a `HandleOffer`.
    AnswerCreated(Description),
    /// A session description could not be used. Nothing changed, unless `TransportFailed` follows.
    NegotiationRefused {
        /// Which transport.
        target: Target,
        /// The id that came with it.
        offer_id: u32,
        /// Why, for the participant. Contains nothing that the participant did not send.
        reason: String,
    },
    /// ICE and DTLS are up.
    TransportConnected {
        /// Which transport.
        target: Target,
    },
    /// The transport is gone for good; the participant needs to join again.
    TransportFailed {
        /// Which transport.
        target: Target,
        /// Why.
        reason: FailureReason,
    },
    /// Media of an announced publication is negotiated; it can be subscribed to.
    PublicationStarted {
        /// Which publication.
        track: TrackId,
        /// The media section of the publisher's session description.
        mid: String,
        /// `audio/opus` or `video/vp8`.
        mime_type: &'static str,
    },
    /// The publisher took the media back, or lost the right to it.
    PublicationEnded {
        /// Which publication.
        track: TrackId,
    },
    /// The first packet of a subscription was forwarded.
    SubscriptionStarted {
        /// Which publication.
        track: TrackId,
    },
    /// A participant's connection as measured over the last interval.
    QualityMeasured {
        /// The verdict.
        quality: Quality,
    },
}

/// A session description with its id and who is in which media section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Offer id, counting up; an answer carries its offer's.
    pub offer_id: u32,
    /// The SDP text.
    pub sdp: String,
    /// `(mid, track)` of every section that carries a publication.
    pub mid_to_track: Vec<(String, TrackId)>,
}

/// Why a transport is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureReason {
    /// A bug in our code or below: the transport panicked and was dropped.
    Panic,
    /// DTLS, SRTP or SCTP gave up.
    Protocol,
    /// Nobody answered ICE checks.
    Timeout,
    /// The other side closed it.
    Closed,
    /// Reliable data was not taken in time.
    SlowReader,
}

impl FailureReason {
    /// One word, for counters and for Python.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::Protocol => "protocol",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::SlowReader => "slow_reader",
        }
    }
}

/// Connection quality in the three steps that clients draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quality {
    /// Much is lost.
    Poor,
    /// Some is lost.
    Good,
    /// Nothing to notice.
    Excellent,
}

impl Quality {
    /// One word, for Python.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Poor => "poor",
            Self::Good => "good",
            Self::Excellent => "excellent",
        }
    }
}
