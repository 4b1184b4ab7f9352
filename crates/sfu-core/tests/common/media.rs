//! What test participants send.

use std::time::Duration;

/// A stream of made-up frames.
#[derive(Clone, Copy, Debug)]
pub struct Clip {
    pub interval: Duration,
    pub packets_per_frame: usize,
    pub payload_bytes: usize,
    pub is_simulcast: bool,
}

impl Clip {
    pub fn audio() -> Self {
        Self {
            interval: Duration::from_millis(20),
            packets_per_frame: 1,
            payload_bytes: 100,
            is_simulcast: false,
        }
    }

    pub fn video() -> Self {
        Self {
            interval: Duration::from_millis(33),
            packets_per_frame: 3,
            payload_bytes: 900,
            is_simulcast: false,
        }
    }

    pub fn simulcast() -> Self {
        Self {
            is_simulcast: true,
            ..Self::video()
        }
    }
}

/// Opus as far as an SFU can see: bytes. They say whose, and the how-manieth.
pub fn audio_payload(track: &str, counter: u32, bytes: usize) -> Vec<u8> {
    let mut payload = format!("{track}#{counter}#").into_bytes();
    payload.resize(bytes.max(payload.len()), 0x55);
    payload
}

/// One packet of a VP8 frame: descriptor with picture number, TL0 and key index, the bit that says
/// keyframe, then the same text as in audio (RFC 7741 section 4).
pub fn video_payload(
    text: &str,
    picture: u16,
    is_first: bool,
    is_keyframe: bool,
    bytes: usize,
) -> Vec<u8> {
    let start = if is_first { 0x10 } else { 0 };
    let [high, low] = (picture & 0x7fff).to_be_bytes();
    let mut payload = vec![0x80 | start, 0xe0, 0x80 | high, low, picture as u8, 0];
    payload.push(u8::from(!is_keyframe));
    payload.extend(text.as_bytes());
    payload.resize(bytes.max(payload.len()), 0x55);
    payload
}
