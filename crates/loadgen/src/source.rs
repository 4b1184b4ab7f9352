//! Made-up media: frames at their times, each a burst of packets as an encoder emits them.

use std::time::{Duration, Instant};

use str0m::Rtc;
use str0m::format::Codec;
use str0m::media::{KeyframeRequest, Mid, Pt, Rid};
use str0m::rtp::RtpWrite;

use crate::clock::monotonic_ns;
use crate::protocol::{Kind, TrackSpec};
use crate::report::Report;
use crate::vp8;

/// A frame that begins later than this says that the generator cannot keep up.
pub(crate) const LATE: Duration = Duration::from_millis(5);
/// After a stall of this length frames are left out instead of sent in one burst.
const STALL: Duration = Duration::from_millis(500);

/// Layer number, then the time of sending: the end of every payload.
pub(crate) const TRAILER_BYTES: usize = 9;

/// A checked [`TrackSpec`].
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) cid: String,
    pub(crate) kind: Kind,
    pub(crate) layers: Vec<String>,
    interval: Duration,
    packets_per_frame: u32,
    payload_bytes: usize,
}

impl Plan {
    /// # Errors
    /// A number is out of its range; the text says which.
    pub(crate) fn new(spec: TrackSpec) -> Result<Self, String> {
        let (fps, packets, bytes) = match spec.kind {
            Kind::Audio => (50.0, 1, 100),
            Kind::Video => (30.0, 5, 1_100),
        };
        let fps = spec.fps.unwrap_or(fps);
        let packets_per_frame = spec.packets_per_frame.unwrap_or(packets);
        let payload_bytes = spec.payload_bytes.unwrap_or(bytes);
        let smallest = vp8::HEADER_BYTES + TRAILER_BYTES;
        if !(1.0..=1_000.0).contains(&fps) {
            return Err(format!("fps is from 1 to 1000, not {fps}"));
        }
        if !(1..=64).contains(&packets_per_frame) {
            return Err("packets_per_frame is from 1 to 64".into());
        }
        if !(smallest..=1_200).contains(&payload_bytes) {
            return Err(format!("payload_bytes is from {smallest} to 1200"));
        }
        if spec.simulcast.len() > 3 || (spec.kind == Kind::Audio && !spec.simulcast.is_empty()) {
            return Err("simulcast is for video, with at most three layers".into());
        }
        Ok(Self {
            cid: spec.cid,
            kind: spec.kind,
            layers: spec.simulcast,
            interval: Duration::from_secs_f64(1.0 / fps),
            packets_per_frame,
            payload_bytes,
        })
    }

    fn clock_rate(&self) -> f64 {
        match self.kind {
            Kind::Audio => 48_000.0,
            Kind::Video => 90_000.0,
        }
    }
}

struct Layer {
    rid: Option<Rid>,
    packets_per_frame: u32,
    sequence: u64,
    key_index: u8,
    needs_keyframe: bool,
}

/// One track that sends.
pub(crate) struct Source {
    mid: Mid,
    plan: Plan,
    pt: Pt,
    layers: Vec<Layer>,
    frame: u32,
    next_at: Option<Instant>,
}

impl Source {
    /// Nothing if the codec was not negotiated.
    pub(crate) fn new(mid: Mid, plan: Plan, rtc: &Rtc) -> Option<Self> {
        let codec = match plan.kind {
            Kind::Audio => Codec::Opus,
            Kind::Video => Codec::Vp8,
        };
        let mut offered = rtc.codec_config().params().iter();
        let pt = offered.find(|it| it.spec().codec == codec)?.pt();
        let rids: Vec<Option<Rid>> = match plan.layers.as_slice() {
            [] => vec![None],
            names => names
                .iter()
                .map(|it| Some(Rid::from(it.as_str())))
                .collect(),
        };
        let above = rids.len() as u32 - 1;
        let layers = rids.into_iter().enumerate().map(|(index, rid)| Layer {
            rid,
            packets_per_frame: (plan.packets_per_frame >> (above - index as u32)).max(1),
            sequence: 1_000,
            key_index: 0,
            needs_keyframe: true,
        });
        Some(Self {
            mid,
            pt,
            layers: layers.collect(),
            frame: 0,
            next_at: None,
            plan,
        })
    }

    /// Begin (again). `phase`: where in the frame interval, 0.0 to 1.0; cameras are not in step.
    pub(crate) fn start(&mut self, now: Instant, phase: f64) {
        self.next_at = Some(now + self.plan.interval.mul_f64(phase));
        for layer in &mut self.layers {
            layer.needs_keyframe = true;
        }
    }

    pub(crate) fn stop(&mut self) {
        self.next_at = None;
    }

    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.next_at
    }

    pub(crate) fn handle_keyframe_request(&mut self, request: &KeyframeRequest) {
        if request.mid == self.mid {
            let asked = |layer: &&mut Layer| request.rid.is_none() || layer.rid == request.rid;
            for layer in self.layers.iter_mut().filter(asked) {
                layer.needs_keyframe = true;
            }
        }
    }

    /// Write the frames that are due.
    pub(crate) fn send_due(&mut self, rtc: &mut Rtc, now: Instant, report: &mut Report) {
        while let Some(due) = self.next_at.filter(|due| *due <= now) {
            let late = now - due;
            report.late_frames += u64::from(late > LATE);
            self.next_at = Some(match late > STALL {
                true => now + self.plan.interval,
                false => due + self.plan.interval,
            });
            self.send_frame(rtc, now, report);
        }
    }

    fn send_frame(&mut self, rtc: &mut Rtc, now: Instant, report: &mut Report) {
        let ticks = self.plan.interval.as_secs_f64() * self.plan.clock_rate();
        // Wraps as RTP timestamps do (RFC 3550 section 5.1).
        let timestamp = (f64::from(self.frame) * ticks) as u64 as u32;
        let mut api = rtc.direct_api();
        for (index, layer) in self.layers.iter_mut().enumerate() {
            let Some(stream) = api.stream_tx_by_mid(self.mid, layer.rid) else {
                continue;
            };
            let is_keyframe = std::mem::take(&mut layer.needs_keyframe);
            layer.key_index = layer.key_index.wrapping_add(u8::from(is_keyframe));
            for packet in 0..layer.packets_per_frame {
                let position = vp8::Position {
                    picture: self.frame as u16,
                    key_index: layer.key_index,
                    is_first_packet: packet == 0,
                    is_keyframe,
                };
                let payload = make_payload(&self.plan, position, index as u8);
                let write = RtpWrite::new(self.pt, layer.sequence.into(), timestamp, now, payload)
                    .marker(packet + 1 == layer.packets_per_frame)
                    .nackable(self.plan.kind == Kind::Video);
                stream.write_rtp(write);
                layer.sequence += 1;
                report.sent += 1;
            }
        }
        self.frame = self.frame.wrapping_add(1);
    }
}

fn make_payload(plan: &Plan, position: vp8::Position, layer: u8) -> Vec<u8> {
    let mut payload = Vec::with_capacity(plan.payload_bytes);
    if plan.kind == Kind::Video {
        vp8::write_header(position, &mut payload);
    }
    payload.resize(plan.payload_bytes - TRAILER_BYTES, 0x55);
    payload.push(layer);
    payload.extend(monotonic_ns().to_be_bytes());
    payload
}

/// Layer and time of sending, if the payload is one of ours.
pub(crate) fn parse_trailer(payload: &[u8]) -> Option<(u8, u64)> {
    let (_, trailer) = payload.split_last_chunk::<TRAILER_BYTES>()?;
    let [layer, sent_ns @ ..] = *trailer;
    (layer < 4).then(|| (layer, u64::from_be_bytes(sent_ns)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(line: &str) -> Result<Plan, String> {
        let spec = serde_json::from_str(line).map_err(|it| it.to_string())?;
        Plan::new(spec)
    }

    #[test]
    fn what_is_sent_says_when_and_on_which_layer() -> Result<(), String> {
        let plan = spec(r#"{"cid":"c","kind":"video","payload_bytes":200}"#)?;
        let position = vp8::Position {
            picture: 1,
            key_index: 1,
            is_first_packet: true,
            is_keyframe: true,
        };
        let before_ns = monotonic_ns();
        let payload = make_payload(&plan, position, 2);
        assert_eq!(payload.len(), 200);
        let (layer, sent_ns) = parse_trailer(&payload).ok_or("no trailer")?;
        assert_eq!(layer, 2);
        assert!((before_ns..=monotonic_ns()).contains(&sent_ns));
        Ok(())
    }

    #[test]
    fn settings_that_cannot_be_sent_are_refused_by_name() {
        for (line, word) in [
            (r#"{"cid":"c","kind":"video","fps":0}"#, "fps"),
            (
                r#"{"cid":"c","kind":"audio","payload_bytes":20}"#,
                "payload_bytes",
            ),
            (
                r#"{"cid":"c","kind":"video","packets_per_frame":65}"#,
                "packets",
            ),
            (
                r#"{"cid":"c","kind":"audio","simulcast":["q"]}"#,
                "simulcast",
            ),
        ] {
            assert!(
                spec(line).is_err_and(|reason| reason.contains(word)),
                "{line}"
            );
        }
    }

    #[test]
    fn a_payload_that_is_too_short_is_nobodys() {
        assert_eq!(parse_trailer(&[0; 8]), None);
    }
}
