//! Writes into our own offers which publication a media section carries.
//!
//! The engine below names a section's stream once, when it makes the section; sections are used
//! again for other publications, so the names are written over in the text.

use std::collections::HashMap;
use std::fmt::Write;

/// Stream and track of a section (RFC 8830), in the form that LiveKit clients parse:
/// `PA_…|TR_…` and `TR_…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Msid {
    pub(crate) stream: String,
    pub(crate) track: String,
}

/// Replace `a=msid` and the msid of `a=ssrc` lines in every section named in `msids`.
pub(crate) fn write_msids(sdp: &str, msids: &HashMap<String, Msid>) -> String {
    let mut out = String::with_capacity(sdp.len());
    for section in split_sections(sdp) {
        let mid = section.lines().find_map(|line| line.strip_prefix("a=mid:"));
        match mid.and_then(|mid| msids.get(mid.trim())) {
            Some(msid) => write_section(&mut out, section, msid),
            None => out.push_str(section),
        }
    }
    out
}

fn split_sections(sdp: &str) -> impl Iterator<Item = &str> {
    let mut starts: Vec<usize> = sdp.match_indices("\r\nm=").map(|(at, _)| at + 2).collect();
    starts.insert(0, 0);
    starts.push(sdp.len());
    (1..starts.len()).map(move |n| &sdp[starts[n - 1]..starts[n]])
}

fn write_section(out: &mut String, section: &str, msid: &Msid) {
    let Msid { stream, track } = msid;
    for line in section.lines() {
        let ssrc = line
            .strip_prefix("a=ssrc:")
            .and_then(|rest| rest.split_once(' '));
        // Writing to a String cannot fail.
        let _ = match ssrc {
            _ if line.starts_with("a=msid:") => write!(out, "a=msid:{stream} {track}\r\n"),
            Some((ssrc, attribute)) if attribute.starts_with("msid:") => {
                write!(out, "a=ssrc:{ssrc} msid:{stream} {track}\r\n")
            }
            _ => write!(out, "{line}\r\n"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_section_gets_the_new_names() {
        let sdp = concat!(
            "v=0\r\n",
            "m=audio 9 x 111\r\na=mid:a\r\na=msid:old one\r\na=ssrc:5 cname:c\r\n",
            "a=ssrc:5 msid:old one\r\n",
            "m=video 9 x 96\r\na=mid:b\r\na=msid:old two\r\n",
        );
        let msid = Msid {
            stream: "PA_x|TR_y".into(),
            track: "TR_y".into(),
        };
        let out = write_msids(sdp, &HashMap::from([("a".to_owned(), msid)]));
        assert_eq!(
            out,
            concat!(
                "v=0\r\n",
                "m=audio 9 x 111\r\na=mid:a\r\na=msid:PA_x|TR_y TR_y\r\na=ssrc:5 cname:c\r\n",
                "a=ssrc:5 msid:PA_x|TR_y TR_y\r\n",
                "m=video 9 x 96\r\na=mid:b\r\na=msid:old two\r\n",
            )
        );
    }
}
