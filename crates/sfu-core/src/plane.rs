//! The seam between rooms and whatever carries their media.
//!
//! Rooms decide who gets which packet under which number; a plane turns that into datagrams. A
//! room holds the opaque names below and never learns what is behind them, so that the plane can
//! be replaced without touching rooms, session descriptions or signalling.

use std::sync::Arc;
use std::time::Instant;

use slotmap::new_key_type;
use str0m::rtp::{ExtensionValues, Ssrc, Vp8Patch};

use crate::command::TrackKind;
use crate::forward::SenderClock;

new_key_type! {
    /// One ICE and DTLS association. A key is never used for two transports.
    pub(crate) struct TransportKey;
    /// One life of a room.
    pub(crate) struct RoomKey;
    /// One publication in its room.
    pub(crate) struct PublicationKey;
}

/// One encoding that a publisher sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LayerSource {
    pub(crate) transport: TransportKey,
    pub(crate) ssrc: Ssrc,
}

/// One outgoing stream on a subscriber's transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) transport: TransportKey,
    pub(crate) index: usize,
}

/// A packet of a publication, decrypted and in place in its extended sequence.
#[derive(Debug)]
#[cfg_attr(feature = "hostile", derive(Clone))]
pub(crate) struct MediaIn {
    pub(crate) publication: PublicationKey,
    pub(crate) layer: u8,
    pub(crate) source: LayerSource,
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) payload: Arc<[u8]>,
    pub(crate) extensions: ExtensionValues,
    pub(crate) clock: Option<SenderClock>,
    pub(crate) arrived: Instant,
}

/// A packet as one subscriber gets it.
#[derive(Debug)]
pub(crate) struct MediaOut<'a> {
    pub(crate) kind: TrackKind,
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) vp8_patch: Option<Vp8Patch>,
    /// What stays as it came in.
    pub(crate) incoming: &'a MediaIn,
}

/// What rooms ask of the plane. Nothing here fails: a transport that is gone takes nothing.
pub(crate) trait MediaPlane {
    /// Send a packet. Numbers of one slot only ever grow, save for late packets within a piece.
    fn send(&mut self, slot: Slot, packet: &MediaOut<'_>);

    /// Ask the publisher for a keyframe, at once.
    fn request_keyframe(&mut self, source: LayerSource);
}
