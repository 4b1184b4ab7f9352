//! A selective forwarding unit without sockets, clocks, threads or Python.
//!
//! Feed [`Sfu`] commands, datagrams and time; then drain [`Sfu::poll_event`] and
//! [`Sfu::poll_transmit`], and come back at [`Sfu::poll_timeout`].

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod command;
mod config;
mod counters;
mod data;
mod demux;
mod event;
mod forward;
#[cfg(feature = "hostile")]
mod hostile;
mod ids;
mod plane;
mod room;
mod sdp;
mod sfu;
mod stun;
mod transport;
mod transports;

pub use command::{Action, Command, PublicationSpec, Rights, SubscriptionSettings, TrackKind};
pub use config::Config;
pub use counters::Counters;
pub use event::{Description, Event, EventKind, FailureReason, Quality};
pub use ids::{Identity, ParticipantId, RoomId, Target, TrackId};
pub use sfu::{Sfu, Transmit, Verdict};
