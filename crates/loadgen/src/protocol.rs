//! What is read on standard input and written on standard output: one JSON object a line.
//!
//! ```text
//! > {"cmd":"publisher","id":1,"tracks":[{"cid":"cam","kind":"video"},{"cid":"mic","kind":"audio"}]}
//! < {"event":"offer","id":1,"sdp":"v=0..."}
//! > {"cmd":"answer","id":1,"sdp":"v=0..."}
//! > {"cmd":"subscriber","id":2}
//! > {"cmd":"offer","id":2,"sdp":"v=0..."}
//! < {"event":"answer","id":2,"sdp":"v=0..."}
//! < {"event":"connected","id":1}
//! > {"cmd":"start","seconds":10}
//! < {"event":"finished"}
//! > {"cmd":"stats"}
//! < {"event":"stats","sent":4500,"received":45000,"lost":0,...}
//! ```

use serde::{Deserialize, Serialize};

/// The caller's number for one transport (one ICE and DTLS association, one UDP socket).
pub type EndpointId = u32;

/// A line that we read.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "cmd", rename_all = "snake_case")]
pub enum Command {
    /// Open a transport that sends; answered by an offer.
    Publisher {
        /// A number not in use.
        id: EndpointId,
        /// What it sends; data channels `_reliable` and `_lossy` are always there.
        #[serde(default)]
        tracks: Vec<TrackSpec>,
    },
    /// The server's answer to a publisher's offer.
    Answer {
        /// Which publisher.
        id: EndpointId,
        /// The description.
        sdp: String,
    },
    /// Open a transport that receives.
    Subscriber {
        /// A number not in use.
        id: EndpointId,
    },
    /// The server's offer to a subscriber, first or renewed; answered by an answer.
    Offer {
        /// Which subscriber.
        id: EndpointId,
        /// The description.
        sdp: String,
    },
    /// Set the counters to zero and let every publisher send, also those that connect later.
    Start {
        /// Stop after this long and say `finished`; without it, send until `stop`.
        seconds: Option<f64>,
    },
    /// Stop sending.
    Stop,
    /// Set the counters to zero without disturbing the media, to leave out a warm-up.
    Reset,
    /// Ask for the counters.
    Stats,
    /// Send bytes on a publisher's data channel.
    Data {
        /// Which publisher.
        id: EndpointId,
        /// `_reliable` or `_lossy`.
        channel: String,
        /// The bytes, two hexadecimal digits each.
        hex: String,
    },
    /// Close a transport, with a DTLS alert as a browser does.
    Close {
        /// Which.
        id: EndpointId,
    },
}

/// Kind of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Bytes in the place of Opus.
    Audio,
    /// VP8 descriptors and frame headers, then bytes.
    Video,
}

/// What one track sends. The defaults are a microphone and a small camera picture.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackSpec {
    /// The sender's name for the track, `a=msid` in the offer.
    pub cid: String,
    /// Audio or video.
    pub kind: Kind,
    /// Frames per second, 1..=1000; 50 for audio, 30 for video.
    pub fps: Option<f64>,
    /// Packets per frame, 1..=64; 1 for audio, 5 for video.
    pub packets_per_frame: Option<u32>,
    /// RTP payload per packet, 40..=1200; 100 for audio, 1100 for video.
    pub payload_bytes: Option<usize>,
    /// Names of the simulcast layers, lowest first; none for a single stream. Layer n of m sends
    /// frames of 1/2^(m-1-n) of the packets.
    #[serde(default)]
    pub simulcast: Vec<String>,
}

/// A line that we write, except `stats` and `sendto`, which are made where they are counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A publisher's offer.
    Offer {
        /// Which publisher.
        id: EndpointId,
        /// The description.
        sdp: String,
    },
    /// A subscriber's answer.
    Answer {
        /// Which subscriber.
        id: EndpointId,
        /// The description.
        sdp: String,
    },
    /// ICE and DTLS are up.
    Connected {
        /// Which transport.
        id: EndpointId,
    },
    /// The transport is gone; its number may be used again.
    Closed {
        /// Which transport.
        id: EndpointId,
        /// Why, in words.
        reason: String,
    },
    /// Bytes came on a data channel.
    Data {
        /// Which transport.
        id: EndpointId,
        /// The channel's label.
        channel: String,
        /// The bytes, two hexadecimal digits each.
        hex: String,
    },
    /// A data channel can be written to.
    ChannelOpen {
        /// Which transport.
        id: EndpointId,
        /// The channel's label.
        channel: String,
    },
    /// The time given with `start` is over.
    Finished,
    /// A line was not understood or could not be carried out; nothing changed.
    Error {
        /// What was wrong with it.
        message: String,
    },
}

/// Two hexadecimal digits for every byte.
pub fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The inverse of [`encode_hex`]; nothing if the text is anything else.
pub fn parse_hex(text: &str) -> Option<Vec<u8>> {
    // Checked first: from_str_radix would take a sign, and a slice could split a character.
    if !text.len().is_multiple_of(2) || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_needs_only_a_name_and_a_kind() {
        let line = r#"{"cmd":"publisher","id":1,"tracks":[{"cid":"mic","kind":"audio"}]}"#;
        let command = serde_json::from_str::<Command>(line);
        let Ok(Command::Publisher { id: 1, tracks }) = command else {
            panic!("{command:?}");
        };
        assert_eq!(tracks[0].kind, Kind::Audio);
        assert!(tracks[0].simulcast.is_empty());
    }

    #[test]
    fn a_misspelt_setting_is_an_error_and_not_ignored() {
        let line = r#"{"cmd":"publisher","id":1,"tracks":[{"cid":"c","kind":"video","fsp":3}]}"#;
        assert!(serde_json::from_str::<Command>(line).is_err());
    }

    #[test]
    fn events_are_named_in_their_line() {
        let line = serde_json::to_string(&Event::Connected { id: 7 }).unwrap_or_default();
        assert_eq!(line, r#"{"event":"connected","id":7}"#);
    }

    #[test]
    fn hexadecimal_survives_the_way_there_and_back_and_rubbish_does_not() {
        assert_eq!(
            parse_hex(&encode_hex(&[0, 171, 255])),
            Some(vec![0, 171, 255])
        );
        for rubbish in ["a", "zz", "é", "+1"] {
            assert_eq!(parse_hex(rubbish), None, "{rubbish}");
        }
    }
}
