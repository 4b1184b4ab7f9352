//! Synthetic participants: publishers and subscribers with real ICE, DTLS and SRTP, and made-up
//! media that carries the time at which it was sent.
//!
//! Nothing here knows a signalling protocol. Session descriptions come and go as JSON lines
//! ([`protocol`]), and whoever drives the generator carries them to the server under test.
//! One thread does everything, so that a benchmark can pin it to one core.

pub mod args;
pub mod clock;
pub mod control;
mod endpoint;
mod engine;
mod handshake;
mod inbound;
pub mod protocol;
pub mod report;
mod schedule;
mod source;
pub mod statistics;
mod stdin;
mod vp8;
pub mod world;
