//! Writes down what members send, after SRTP and SCTP are taken off.
//!
//! The file is a row of records, appended:
//!
//! ```text
//! length of all that follows (4 bytes, big-endian) ‖ length of the head (2) ‖ head (JSON) ‖ payload
//! ```
//!
//! Heads, by their `kind`:
//!
//! - `rtp`: a packet as it came, announced or not, with `from`, `ssrc`, `pt`, `seq`, `ts`, `marker`;
//! - `data`: a data packet as it came, with `from` and `channel`;
//! - `track`: the first packet of an encoding is about to be forwarded, with `from`, `track`,
//!   `media`, `layer`, `ssrc`; no payload;
//! - `rules`: other rules are in force; the payload is their text;
//! - `full`: the limit is reached and nothing more is written.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

use str0m::rtp::RtpPacket;

use crate::data::Channel;
use crate::ids::{ParticipantId, TrackId};
use crate::plane::MediaIn;

/// Bound of the file, unless `HOSTILE_TAP_BYTES` says another.
const MAX_BYTES: usize = 1 << 30;

struct Tap {
    file: File,
    bytes_left: usize,
}

static TAP: OnceLock<Option<Mutex<Tap>>> = OnceLock::new();

/// A packet came out of SRTP.
pub(crate) fn rtp(from: &ParticipantId, packet: &RtpPacket) {
    let header = &packet.header;
    let head = format!(
        r#"{{"kind":"rtp","from":"{from}","ssrc":{},"pt":{},"seq":{},"ts":{},"marker":{}}}"#,
        *header.ssrc, *header.payload_type, *packet.seq_no, header.timestamp, header.marker,
    );
    write(&head, &packet.payload);
}

/// A data packet came out of SCTP.
pub(crate) fn data(from: &ParticipantId, channel: Option<Channel>, bytes: &[u8]) {
    let label = channel.map_or("unknown", Channel::label);
    write(
        &format!(r#"{{"kind":"data","from":"{from}","channel":"{label}"}}"#),
        bytes,
    );
}

/// An encoding is forwarded for the first time.
pub(super) fn track(from: &ParticipantId, track: &TrackId, media: &str, packet: &MediaIn) {
    let (layer, ssrc) = (packet.layer, *packet.source.ssrc);
    let head = format!(
        r#"{{"kind":"track","from":"{from}","track":"{track}","media":"{media}","layer":{layer},"ssrc":{ssrc}}}"#,
    );
    write(&head, &[]);
}

/// Other rules are in force.
pub(super) fn rules(text: &str) {
    write(r#"{"kind":"rules"}"#, text.as_bytes());
}

fn write(head: &str, payload: &[u8]) {
    let Some(tap) = TAP.get_or_init(open) else {
        return;
    };
    let mut tap = tap.lock().unwrap_or_else(PoisonError::into_inner);
    let record = record(head, payload);
    if tap.bytes_left == 0 {
        return;
    }
    let written = if record.len() <= tap.bytes_left {
        tap.bytes_left -= record.len();
        tap.file.write_all(&record)
    } else {
        tap.bytes_left = 0;
        tap.file.write_all(&self::record(r#"{"kind":"full"}"#, &[]))
    };
    // A tap that lost something would let a test pass that must not.
    assert!(written.is_ok(), "the tap can't be written");
}

fn record(head: &str, payload: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(6 + head.len() + payload.len());
    record.extend(((2 + head.len() + payload.len()) as u32).to_be_bytes());
    record.extend((head.len() as u16).to_be_bytes());
    record.extend(head.as_bytes());
    record.extend(payload);
    record
}

fn open() -> Option<Mutex<Tap>> {
    let path = std::env::var_os("HOSTILE_TAP")?;
    let limit = std::env::var("HOSTILE_TAP_BYTES").ok();
    let opened = OpenOptions::new().create(true).append(true).open(path);
    assert!(opened.is_ok(), "the tap can't be opened");
    Some(Mutex::new(Tap {
        file: opened.ok()?,
        bytes_left: limit.and_then(|it| it.parse().ok()).unwrap_or(MAX_BYTES),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_how_long_it_and_its_head_are() {
        let bytes = record("{}", b"xyz");
        assert_eq!(bytes, b"\0\0\0\x07\0\x02{}xyz");
    }
}
