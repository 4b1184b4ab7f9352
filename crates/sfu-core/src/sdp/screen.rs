//! The first look at a stranger's session description.
//!
//! Everything here is linear in the text and bounded by [`Limits`]. What passes is what the SDP
//! parser below may see, with two changes: remote candidates are removed (an ICE-lite server
//! learns addresses from authenticated checks and never sends to one that somebody wrote down),
//! and in offers a direction that would have us send is narrowed (we send on the other transport).
//!
//! Source: RFC 8866 sections 5 and 9, RFC 8829 section 5.8.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

/// Longest line taken, in bytes: far above any real one, far below what hurts.
const MAX_LINE_BYTES: usize = 8 * 1024;
/// RTP payload types are seven bits (RFC 3550 section 5.1).
const MAX_PAYLOAD_TYPE: u32 = 127;
/// Attribute lines of one section, and of all: a browser's longest video section has some 250. The
/// parser below compares payload attributes with each other, and makes state of every SSRC.
const MAX_SECTION_ATTRIBUTES: usize = 400;
const MAX_ATTRIBUTES: usize = 8_192;
/// SSRCs of one section: three layers with a retransmission stream each make six.
const MAX_SECTION_SSRCS: usize = 16;
/// str0m keeps media ids in 16 bytes; a longer one would be cut and could collide.
const MAX_MID_BYTES: usize = 16;

/// Security limits on a description.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) max_bytes: usize,
    pub(crate) max_sections: usize,
}

/// Why a description is not used, in words for whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn refuse<T>(reason: impl Into<String>) -> Result<T, Refused> {
    Err(Refused(reason.into()))
}

/// What a media section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SectionKind {
    Audio,
    Video,
    Application,
}

/// One media section, as far as publications care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) kind: SectionKind,
    pub(crate) mid: String,
    /// The sender's name for the track: the second word of `a=msid` (RFC 8830 section 2).
    pub(crate) cid: Option<String>,
    /// Whether the sender of the description sends media here.
    pub(crate) is_sending: bool,
    /// Simulcast streams as announced by `a=simulcast:send`.
    pub(crate) rids: Vec<String>,
    /// Every SSRC that the section names.
    pub(crate) ssrcs: BTreeSet<u32>,
}

/// A description that passed.
#[derive(Clone, Debug)]
pub(crate) struct Screened {
    pub(crate) sdp: String,
    pub(crate) sections: Vec<Section>,
}

/// Screen a publisher's offer.
pub(crate) fn screen_offer(sdp: &str, limits: Limits) -> Result<Screened, Refused> {
    screen(sdp, limits, true)
}

/// Screen a subscriber's answer.
pub(crate) fn screen_answer(sdp: &str, limits: Limits) -> Result<Screened, Refused> {
    screen(sdp, limits, false)
}

fn screen(sdp: &str, limits: Limits, is_offer: bool) -> Result<Screened, Refused> {
    if sdp.len() > limits.max_bytes {
        return refuse(format!("longer than {} bytes", limits.max_bytes));
    }
    let mut screener = Screener {
        limits,
        is_offer,
        out: String::new(),
        sections: Vec::new(),
        attributes: 0,
    };
    screener.out.reserve(sdp.len());
    for line in sdp.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if !line.is_empty() {
            screener.take_line(line)?;
        }
    }
    screener.finish()
}

struct Draft {
    kind: SectionKind,
    mid: Option<String>,
    cid: Option<String>,
    direction: Direction,
    has_port: bool,
    /// Without a port of its own, but not rejected (RFC 9143 section 6).
    is_bundle_only: bool,
    rids: Vec<String>,
    ssrcs: BTreeSet<u32>,
    attributes: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    fn parse(attribute: &str) -> Option<Self> {
        Some(match attribute {
            "sendrecv" => Self::SendRecv,
            "sendonly" => Self::SendOnly,
            "recvonly" => Self::RecvOnly,
            "inactive" => Self::Inactive,
            _ => return None,
        })
    }

    fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }
}

struct Screener {
    limits: Limits,
    is_offer: bool,
    out: String,
    sections: Vec<Draft>,
    attributes: usize,
}

impl Screener {
    fn take_line(&mut self, line: &str) -> Result<(), Refused> {
        if line.len() > MAX_LINE_BYTES {
            return refuse(format!("a line is longer than {MAX_LINE_BYTES} bytes"));
        }
        if line.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            return refuse("a line has a control character in it");
        }
        if let Some(media) = line.strip_prefix("m=") {
            self.start_section(media)?;
        } else if let Some(attribute) = line.strip_prefix("a=") {
            return self.take_attribute(line, attribute);
        }
        self.keep(line);
        Ok(())
    }

    fn keep(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push_str("\r\n");
    }

    fn start_section(&mut self, media: &str) -> Result<(), Refused> {
        if self.sections.len() >= self.limits.max_sections {
            return refuse(format!(
                "more than {} media sections",
                self.limits.max_sections
            ));
        }
        let mut words = media.split(' ');
        let kind = match words.next() {
            Some("audio") => SectionKind::Audio,
            Some("video") => SectionKind::Video,
            Some("application") => SectionKind::Application,
            _ => return refuse("a media section is neither audio, video nor application"),
        };
        let has_port = words.next() != Some("0");
        let formats = words.skip(1);
        if kind != SectionKind::Application {
            formats
                .map(parse_payload_type)
                .collect::<Result<Vec<_>, _>>()?;
        }
        self.sections.push(Draft {
            kind,
            mid: None,
            cid: None,
            direction: Direction::SendRecv,
            has_port,
            is_bundle_only: false,
            rids: Vec::new(),
            ssrcs: BTreeSet::new(),
            attributes: 0,
        });
        Ok(())
    }

    fn take_attribute(&mut self, line: &str, attribute: &str) -> Result<(), Refused> {
        self.count_attribute()?;
        let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
        if matches!(name, "candidate" | "end-of-candidates") {
            return Ok(());
        }
        if matches!(name, "rtpmap" | "fmtp") {
            parse_payload_type(value.split(' ').next().unwrap_or(""))?;
        }
        if let Some(direction) = Direction::parse(attribute) {
            self.take_direction(direction);
            return Ok(());
        }
        if let Some(section) = self.sections.last_mut() {
            match name {
                "mid" if section.mid.is_some() => return refuse("a section has two media ids"),
                "mid" => section.mid = Some(parse_mid(value)?),
                "msid" => section.cid = value.split(' ').nth(1).map(str::to_owned),
                "bundle-only" => section.is_bundle_only = true,
                "simulcast" => section.rids = parse_simulcast_send(value),
                "ssrc" | "ssrc-group" => take_ssrcs(section, value)?,
                _ => {}
            }
        }
        self.keep(line);
        Ok(())
    }

    fn count_attribute(&mut self) -> Result<(), Refused> {
        self.attributes += 1;
        if self.attributes > MAX_ATTRIBUTES {
            return refuse(format!("more than {MAX_ATTRIBUTES} attributes"));
        }
        if let Some(section) = self.sections.last_mut() {
            section.attributes += 1;
            if section.attributes > MAX_SECTION_ATTRIBUTES {
                return refuse(format!(
                    "a section has more than {MAX_SECTION_ATTRIBUTES} attributes"
                ));
            }
        }
        Ok(())
    }

    /// In an offer we only ever receive: a section that asks us to send as well is narrowed to
    /// what we will do, which an answerer may always do (RFC 3264 section 6.1).
    fn take_direction(&mut self, direction: Direction) {
        if let Some(section) = self.sections.last_mut() {
            section.direction = direction;
        }
        let narrowed = match direction {
            Direction::SendRecv if self.is_offer => "a=sendonly",
            Direction::RecvOnly if self.is_offer => "a=inactive",
            Direction::SendRecv => "a=sendrecv",
            Direction::SendOnly => "a=sendonly",
            Direction::RecvOnly => "a=recvonly",
            Direction::Inactive => "a=inactive",
        };
        self.keep(narrowed);
    }

    fn finish(self) -> Result<Screened, Refused> {
        let mut seen = HashSet::new();
        let mut sections = Vec::with_capacity(self.sections.len());
        for draft in self.sections {
            let Some(mid) = draft.mid else {
                return refuse("a section has no media id");
            };
            if !seen.insert(mid.clone()) {
                return refuse(format!("two sections have the media id {mid}"));
            }
            sections.push(Section {
                kind: draft.kind,
                mid,
                cid: draft.cid,
                is_sending: draft.direction.sends() && (draft.has_port || draft.is_bundle_only),
                rids: draft.rids,
                ssrcs: draft.ssrcs,
            });
        }
        if sections.is_empty() {
            return refuse("it has no media section");
        }
        Ok(Screened {
            sdp: self.out,
            sections,
        })
    }
}

fn parse_payload_type(text: &str) -> Result<u32, Refused> {
    match text.parse::<u32>() {
        Ok(number) if number <= MAX_PAYLOAD_TYPE => Ok(number),
        _ => refuse("a payload type is not a number from 0 to 127"),
    }
}

/// `a=ssrc:7 cname:x` and `a=ssrc-group:FID 7 8` (RFC 5576 section 4).
fn take_ssrcs(section: &mut Draft, value: &str) -> Result<(), Refused> {
    let words = value.split(' ').filter_map(|word| word.parse::<u32>().ok());
    section.ssrcs.extend(words);
    if section.ssrcs.len() > MAX_SECTION_SSRCS {
        return refuse(format!("a section has more than {MAX_SECTION_SSRCS} SSRCs"));
    }
    Ok(())
}

fn parse_mid(value: &str) -> Result<String, Refused> {
    let is_token = value.bytes().all(|byte| byte.is_ascii_graphic());
    if value.is_empty() || value.len() > MAX_MID_BYTES || !is_token {
        return refuse(format!(
            "a media id is not 1 to {MAX_MID_BYTES} printable characters"
        ));
    }
    Ok(value.to_owned())
}

/// `send q;h;f` and `recv … send q,q2;~h` (RFC 8853 section 5.1): the first alternative of each.
fn parse_simulcast_send(value: &str) -> Vec<String> {
    let mut words = value.split(' ');
    while let (Some(direction), Some(list)) = (words.next(), words.next()) {
        if direction == "send" {
            return list
                .split(';')
                .filter_map(|stream| stream.split(',').next())
                .map(|rid| rid.trim_start_matches('~').to_owned())
                .collect();
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    const LIMITS: Limits = Limits {
        max_bytes: 128 * 1024,
        max_sections: 64,
    };

    fn offer(sections: &str) -> String {
        format!("v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n{sections}")
    }

    fn reason(sdp: &str) -> String {
        screen_offer(sdp, LIMITS).unwrap_err().0
    }

    #[test]
    fn a_publication_is_found_by_its_msid_with_its_layers() {
        let sdp = offer(concat!(
            "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=msid:- cam\r\na=sendrecv\r\n",
            "a=rtpmap:96 VP8/90000\r\na=simulcast:send q;h,h2;~f\r\n",
            "a=ssrc:7 cname:x\r\na=ssrc-group:FID 7 8\r\n",
        ));
        let screened = screen_offer(&sdp, LIMITS).unwrap();
        assert_eq!(
            screened.sections,
            vec![Section {
                kind: SectionKind::Video,
                mid: "1".into(),
                cid: Some("cam".into()),
                is_sending: true,
                rids: vec!["q".into(), "h".into(), "f".into()],
                ssrcs: BTreeSet::from([7, 8]),
            }]
        );
        assert!(screened.sdp.contains("a=sendonly\r\n"));
    }

    /// Symptom: a screen shared from Firefox reached nobody once the camera was on. Cause: further
    /// sections of its bundle have port 0, and were taken for rejected ones.
    #[test]
    fn a_section_without_a_port_of_its_own_sends_through_its_bundle() {
        let section = "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=sendonly\r\n";
        let is_sending = |sdp: &str| screen_offer(sdp, LIMITS).unwrap().sections[0].is_sending;
        assert!(!is_sending(&offer(section)));
        assert!(is_sending(&offer(&format!("{section}a=bundle-only\r\n"))));
    }

    #[test]
    fn sections_that_only_want_to_receive_are_answered_inactive() {
        let sdp = offer("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=recvonly\r\n");
        let screened = screen_offer(&sdp, LIMITS).unwrap();
        assert!(screened.sdp.contains("a=inactive\r\n"));
        assert!(!screened.sections[0].is_sending);
    }

    #[test]
    fn addresses_that_a_client_writes_down_are_never_seen() {
        let sdp = offer(concat!(
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n",
            "a=candidate:1 1 udp 1 169.254.169.254 80 typ host\r\na=end-of-candidates\r\n",
        ));
        assert!(!screen_offer(&sdp, LIMITS).unwrap().sdp.contains("169.254"));
    }

    #[test]
    fn hostile_descriptions_are_refused_with_a_reason() {
        let audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n";
        assert!(reason(&offer("m=audio 9 RTP 128\r\na=mid:0\r\n")).contains("payload type"));
        let rtpmap = format!("{audio}a=rtpmap:300 x/1\r\n");
        assert!(reason(&offer(&rtpmap)).contains("payload type"));
        assert!(reason(&offer(&format!("{audio}{audio}"))).contains("media id 0"));
        assert!(reason(&offer("m=audio 9 RTP 1\r\n")).contains("no media id"));
        assert!(reason(&offer(&format!("{audio}a=x:1\rm=video 9\r\n"))).contains("control"));
        assert!(reason(&offer(&format!("{audio}a=x:\0\r\n"))).contains("control"));
        assert!(reason(&offer("")).contains("no media section"));
        assert!(reason(&offer(&format!("{audio}a=x:{}\r\n", "y".repeat(9_000)))).contains("line"));
        assert!(reason(&"y".repeat(1 << 20)).contains("bytes"));
    }

    #[test]
    fn ten_thousand_sections_are_refused_quickly() {
        let limits = Limits {
            max_bytes: 1 << 30,
            ..LIMITS
        };
        let sections: String = (0..10_000)
            .map(|n| format!("m=audio 9 RTP 1\r\na=mid:{n}\r\n"))
            .collect();
        let begun = Instant::now();
        let refused = screen_offer(&offer(&sections), limits).unwrap_err();
        assert!(refused.0.contains("more than 64"));
        assert!(begun.elapsed() < Duration::from_millis(50));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,300}", tail in "(m=|a=|\r|\n|:|;|,| |mid|0|send){0,60}") {
            let _ = screen_offer(&text, LIMITS);
            let _ = screen_answer(&format!("m=audio 9 x 0\r\n{tail}"), LIMITS);
        }
    }
}
