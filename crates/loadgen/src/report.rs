//! Everything that a measurement counts, and the lines to write.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock::{monotonic_ns, process_cpu_ns};
use crate::protocol::{EndpointId, Event};
use crate::statistics::{Histogram, Sequence};

/// The wire length of a packet beyond header and payload tells the SRTP profile (RFC 7714 section
/// 12, RFC 3711 section 5.2); the two key lengths of GCM look alike.
const PROFILES: [(usize, &str); 2] = [(16, "aead_aes_gcm"), (10, "aes_cm_128_hmac_sha1_80")];

/// One stream as one subscriber gets it.
#[derive(Clone, Debug)]
struct Stream {
    mid: String,
    sequence: Sequence,
    /// Packets by simulcast layer, lowest first.
    by_layer: [u64; 4],
}

/// Counters since the last reset, and events not yet written.
#[derive(Debug)]
pub struct Report {
    /// Written by whoever owns standard output, in this order.
    pub events: Vec<Event>,
    /// RTP packets that publishers handed to their transports.
    pub sent: u64,
    /// Frames that began more than [`crate::source::LATE`] after their time.
    pub late_frames: u64,
    /// Keyframe requests that publishers got.
    pub keyframe_requests: u64,
    /// Datagrams that the kernel would not take.
    pub unsent_datagrams: u64,
    latency: Histogram,
    streams: BTreeMap<(EndpointId, u32), Stream>,
    srtp_profile: Option<&'static str>,
    begun_ns: u64,
    begun_cpu_ns: u64,
}

/// A received RTP packet, as far as it is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival<'a> {
    pub(crate) endpoint: EndpointId,
    pub(crate) ssrc: u32,
    pub(crate) mid: &'a str,
    pub(crate) number: u64,
    pub(crate) layer: u8,
    pub(crate) latency_us: u64,
    pub(crate) tag_bytes: usize,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            sent: 0,
            late_frames: 0,
            keyframe_requests: 0,
            unsent_datagrams: 0,
            latency: Histogram::default(),
            streams: BTreeMap::new(),
            srtp_profile: None,
            begun_ns: monotonic_ns(),
            begun_cpu_ns: process_cpu_ns(),
        }
    }
}

impl Report {
    /// Count from zero; events that wait stay.
    pub fn reset(&mut self) {
        *self = Self {
            events: std::mem::take(&mut self.events),
            srtp_profile: self.srtp_profile,
            ..Self::default()
        };
    }

    /// Have an error written.
    pub fn complain(&mut self, message: impl Into<String>) {
        let message = message.into();
        self.events.push(Event::Error { message });
    }

    pub(crate) fn record(&mut self, arrival: Arrival<'_>) {
        self.latency.record(arrival.latency_us);
        if self.srtp_profile.is_none() {
            let known = PROFILES.iter().find(|it| it.0 == arrival.tag_bytes);
            self.srtp_profile = known.map(|it| it.1);
        }
        let stream = self
            .streams
            .entry((arrival.endpoint, arrival.ssrc))
            .and_modify(|stream| stream.sequence.record(arrival.number))
            .or_insert_with(|| Stream {
                mid: arrival.mid.to_owned(),
                sequence: Sequence::new(arrival.number),
                by_layer: [0; 4],
            });
        stream.by_layer[usize::from(arrival.layer & 3)] += 1;
    }

    /// Packets that subscribers got.
    pub fn received(&self) -> u64 {
        self.latency.count()
    }

    /// Packets that are missing inside the streams that subscribers got.
    pub fn lost(&self) -> u64 {
        self.streams.values().map(|it| it.sequence.lost()).sum()
    }

    /// The `stats` line. Times in microseconds; `busy_share` is this process's CPU time per second.
    pub fn stats(&self) -> Value {
        let elapsed_ns = monotonic_ns().saturating_sub(self.begun_ns).max(1);
        let cpu_ns = process_cpu_ns().saturating_sub(self.begun_cpu_ns);
        json!({
            "event": "stats",
            "seconds": elapsed_ns as f64 / 1e9,
            "sent": self.sent,
            "received": self.received(),
            "lost": self.lost(),
            "latency_us": {
                "p50": self.latency.quantile_us(0.5),
                "p99": self.latency.quantile_us(0.99),
                "max": self.latency.max_us(),
            },
            "late_frames": self.late_frames,
            "keyframe_requests": self.keyframe_requests,
            "unsent_datagrams": self.unsent_datagrams,
            "busy_share": cpu_ns as f64 / elapsed_ns as f64,
            "srtp_profile": self.srtp_profile,
            "streams": self.streams.iter().map(describe).collect::<Vec<_>>(),
        })
    }
}

fn describe(entry: (&(EndpointId, u32), &Stream)) -> Value {
    let ((id, ssrc), stream) = entry;
    json!({
        "id": id,
        "ssrc": ssrc,
        "mid": stream.mid,
        "received": stream.sequence.received(),
        "lost": stream.sequence.lost(),
        "by_layer": stream.by_layer,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(ssrc: u32, number: u64, layer: u8) -> Arrival<'static> {
        Arrival {
            endpoint: 1,
            ssrc,
            mid: "0",
            number,
            layer,
            latency_us: 100,
            tag_bytes: 16,
        }
    }

    #[test]
    fn loss_is_summed_over_streams_and_layers_are_told_apart() {
        let mut report = Report::default();
        report.record(arrival(5, 1, 0));
        report.record(arrival(5, 4, 2));
        report.record(arrival(6, 9, 2));
        let stats = report.stats();
        assert_eq!(stats["received"], 3);
        assert_eq!(stats["lost"], 2);
        assert_eq!(stats["streams"][0]["by_layer"], json!([1, 0, 1, 0]));
        assert_eq!(stats["srtp_profile"], "aead_aes_gcm");
    }

    #[test]
    fn a_warm_up_is_left_out_but_its_events_are_still_written() {
        let mut report = Report::default();
        report.record(arrival(5, 1, 0));
        report.complain("no such command");
        report.reset();
        assert_eq!(report.received(), 0);
        assert_eq!(report.events.len(), 1);
    }
}
