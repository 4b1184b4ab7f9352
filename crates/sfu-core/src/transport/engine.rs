//! How a str0m instance is set up for us.

use std::time::{Duration, Instant};

use str0m::format::{Codec, FormatParams};
use str0m::media::{Frequency, Pt};
use str0m::rtp::{Extension, ExtensionMap};
use str0m::{Candidate, IceCreds, Rtc, RtcConfig};

use crate::config::Config;
use crate::demux::{make_ufrag, worker_of_ufrag};

/// Payload types of our offers; in answers the offerer's are kept.
const OPUS: u8 = 111;
const VP8: u8 = 96;
const VP8_RTX: u8 = 97;

/// Length of the fragments that str0m makes.
const RANDOM_UFRAG_CHARS: usize = 16;

/// How often str0m measures loss.
const STATS_INTERVAL: Duration = Duration::from_secs(1);

/// A transport engine: ICE-lite, RTP mode, the codecs and header extensions that we forward.
pub(crate) fn build(config: &Config, now: Instant) -> Rtc {
    let fresh = IceCreds::new();
    let credentials = IceCreds {
        ufrag: make_ufrag(config.worker, &fresh.ufrag),
        pass: fresh.pass,
    };
    let mut builder = RtcConfig::new()
        .set_rtp_mode(true)
        .set_ice_lite(true)
        .set_local_ice_credentials(credentials)
        .set_stats_interval(Some(STATS_INTERVAL))
        .set_extension_map(extensions())
        .clear_codecs();
    add_codecs(&mut builder);
    let mut rtc = builder.build(now);
    for address in &config.candidates {
        // Only an address that is no unicast address is refused; the configuration has none.
        if let Ok(candidate) = Candidate::host(*address, "udp") {
            rtc.add_local_candidate(candidate);
        }
    }
    rtc
}

/// After an ICE restart the engine has a user name fragment of its own making. Write the worker into
/// it, in the engine and in the answer that tells it. Returns the answer.
pub(crate) fn sign_ufrag(rtc: &mut Rtc, worker: u8, answer: String) -> String {
    let made = rtc.direct_api().local_ice_credentials();
    // An own one is recognised by its length: 128 bits for secrecy and the worker in front.
    let is_signed =
        made.ufrag.len() > RANDOM_UFRAG_CHARS && worker_of_ufrag(&made.ufrag) == Some(worker);
    if is_signed {
        return answer;
    }
    let ufrag = make_ufrag(worker, &made.ufrag);
    let line = |ufrag: &str| format!("a=ice-ufrag:{ufrag}\r\n");
    let answer = answer.replace(&line(&made.ufrag), &line(&ufrag));
    let pass = made.pass;
    rtc.direct_api()
        .set_local_ice_credentials(IceCreds { ufrag, pass });
    answer
}

fn add_codecs(builder: &mut RtcConfig) {
    let opus = FormatParams {
        min_p_time: Some(10),
        use_inband_fec: Some(true),
        ..FormatParams::default()
    };
    let codecs = builder.codec_config();
    codecs.add_config(
        Pt::new_with_value(OPUS),
        None,
        Codec::Opus,
        Frequency::FORTY_EIGHT_KHZ,
        Some(2),
        opus,
    );
    codecs.add_config(
        Pt::new_with_value(VP8),
        Some(Pt::new_with_value(VP8_RTX)),
        Codec::Vp8,
        Frequency::NINETY_KHZ,
        None,
        FormatParams::default(),
    );
}

/// Header extensions that are negotiated. Not here on purpose: audio levels, which would tell the
/// server who speaks, and the dependency descriptor, which only codecs with spatial layers in one
/// stream need and whose frame numbers a change between simulcast streams would break.
fn extensions() -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    map.set(2, Extension::AbsoluteSendTime);
    map.set(3, Extension::TransportSequenceNumber);
    map.set(4, Extension::RtpMid);
    map.set(5, Extension::PlayoutDelay);
    map.set(6, Extension::AbsoluteCaptureTime);
    map.set(10, Extension::RtpStreamId);
    map.set(11, Extension::RepairedRtpStreamId);
    map.set(13, Extension::VideoOrientation);
    map
}
