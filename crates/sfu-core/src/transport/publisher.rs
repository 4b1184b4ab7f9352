//! The participant offers, we answer.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Instant;

use str0m::change::SdpOffer;
use str0m::media::{Mid, Rid};

use super::ingress::Binding;
use super::{Side, Transport, engine};
use crate::command::TrackKind;
use crate::plane::PublicationKey;
use crate::sdp::{Limits, Refused, Section, SectionKind, screen_offer};

/// Simulcast stream names in LiveKit clients, from low to high.
const RID_ORDER: [&str; 3] = ["q", "h", "f"];
/// More layers than a subscriber can ask for are not forwarded.
const MAX_LAYERS: usize = 3;

/// What the publisher's latest offer said, and what became of it.
#[derive(Debug, Default)]
pub(crate) struct PublisherSide {
    sections: Vec<Section>,
    bound: HashMap<String, (String, PublicationKey)>,
    /// Media ids of the sections in which the latest offer began to send.
    begun: HashSet<String>,
}

/// A section in which the publisher sends a track of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AnnouncedSection {
    pub(crate) mid: String,
    pub(crate) kind: TrackKind,
}

impl AnnouncedSection {
    fn new(section: &Section, kind: TrackKind) -> Self {
        Self {
            mid: section.mid.clone(),
            kind,
        }
    }
}

impl PublisherSide {
    /// A sending section with that track name that carries nothing yet.
    pub(crate) fn find(&self, cid: &str, kind: TrackKind) -> Option<AnnouncedSection> {
        self.idle(kind)
            .find(|section| section.cid.as_deref() == Some(cid))
            .map(|section| AnnouncedSection::new(section, kind))
    }

    /// The first section that the latest offer began to send in, as long as it carries nothing.
    ///
    /// A track's name in a description need not be its id (RFC 8829 section 5.2.1), and Firefox
    /// makes one up. Clients announce before they offer, so an offer's new sections belong to what
    /// is announced, in the same order. Older ones don't: theirs may have been refused.
    pub(crate) fn find_begun(&self, kind: TrackKind) -> Option<AnnouncedSection> {
        self.idle(kind)
            .find(|section| self.begun.contains(&section.mid))
            .map(|section| AnnouncedSection::new(section, kind))
    }

    fn idle(&self, kind: TrackKind) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(move |section| {
            section.is_sending
                && track_kind(section) == Some(kind)
                && !self.bound.contains_key(&section.mid)
        })
    }

    /// Sections and the publications in them.
    pub(crate) fn bound(&self) -> impl Iterator<Item = (&str, PublicationKey)> {
        self.bound
            .iter()
            .map(|(mid, (_, publication))| (mid.as_str(), *publication))
    }
}

impl Transport {
    /// Answer an offer. Also returns the publications whose media it took back.
    ///
    /// # Errors
    ///
    /// [`Refused`]: the offer breaks a limit or a rule. Nothing changed, unless str0m refused it half
    /// way: then the transport fails as well.
    pub(crate) fn accept_offer(
        &mut self,
        now: Instant,
        sdp: &str,
        limits: Limits,
        worker: u8,
    ) -> Result<(String, Vec<PublicationKey>), Refused> {
        let screened = screen_offer(sdp, limits)?;
        let offer = SdpOffer::from_sdp_string(&screened.sdp)
            .map_err(|_| Refused("it is not a session description".into()))?;
        let answer = self.rtc.sdp_api().accept_offer(offer).map_err(|_| {
            self.fail(crate::event::FailureReason::Protocol);
            Refused("it contradicts what was negotiated before, or lacks ICE or DTLS".into())
        })?;
        self.expect_connection(now);
        self.ingress.renegotiated(&self.rtc);
        for section in &screened.sections {
            self.ingress
                .learn_name_ids(&self.rtc, Mid::from(section.mid.as_str()));
        }
        self.forget_ssrcs(&screened.sections);
        let ended = self.replace_sections(screened.sections);
        let answer = engine::sign_ufrag(&mut self.rtc, worker, answer.to_sdp_string());
        Ok((answer, ended))
    }

    /// str0m keeps a stream for every SSRC that an offer ever named; take those away that the latest
    /// does not name any more.
    fn forget_ssrcs(&mut self, sections: &[Section]) {
        let Side::Publisher(side) = &mut self.side else {
            return;
        };
        let named = |sections: &[Section]| -> BTreeSet<u32> {
            let ssrcs = sections.iter().flat_map(|section| &section.ssrcs);
            ssrcs.copied().collect()
        };
        let (before, now) = (named(&side.sections), named(sections));
        let mut api = self.rtc.direct_api();
        for ssrc in before.difference(&now) {
            api.remove_stream_rx((*ssrc).into());
        }
    }

    fn replace_sections(&mut self, sections: Vec<Section>) -> Vec<PublicationKey> {
        let Side::Publisher(side) = &mut self.side else {
            return Vec::new();
        };
        let was_sending = |section: &Section| {
            side.sections.iter().any(|before| {
                before.mid == section.mid && before.is_sending && before.cid == section.cid
            })
        };
        side.begun = sections
            .iter()
            .filter(|section| section.is_sending && !was_sending(section))
            .map(|section| section.mid.clone())
            .collect();
        side.sections = sections;
        let sections = &side.sections;
        let goes_on = |mid: &String, cid: &String| {
            sections.iter().any(|section| {
                &section.mid == mid && section.is_sending && section.cid.as_ref() == Some(cid)
            })
        };
        for (mid, _) in side.bound.iter() {
            if let Some(section) = sections.iter().find(|section| &section.mid == mid) {
                let rids = order_rids(&section.rids);
                self.ingress.set_rids(Mid::from(mid.as_str()), rids);
            }
        }
        let ended: Vec<_> = side
            .bound
            .iter()
            .filter(|(mid, (cid, _))| !goes_on(mid, cid))
            .map(|(mid, (_, publication))| (mid.clone(), *publication))
            .collect();
        for (mid, _) in &ended {
            side.bound.remove(mid);
            self.ingress.unbind(Mid::from(mid.as_str()));
        }
        ended
            .into_iter()
            .map(|(_, publication)| publication)
            .collect()
    }

    /// From now on what arrives in `section` is that publication.
    pub(crate) fn bind(&mut self, section: &AnnouncedSection, publication: PublicationKey) {
        let Side::Publisher(side) = &mut self.side else {
            return;
        };
        let Some(offered) = side
            .sections
            .iter()
            .find(|offered| offered.mid == section.mid)
        else {
            return;
        };
        let cid = offered.cid.clone().unwrap_or_default();
        let binding = Binding {
            publication,
            kind: section.kind,
            rids: order_rids(&offered.rids),
        };
        side.bound.insert(section.mid.clone(), (cid, publication));
        self.ingress.bind(Mid::from(section.mid.as_str()), binding);
    }

    /// Undo [`Transport::bind`]. The section stays, should the track be announced again.
    pub(crate) fn unbind(&mut self, publication: PublicationKey) {
        let Side::Publisher(side) = &mut self.side else {
            return;
        };
        side.bound.retain(|mid, (_, bound)| {
            let stays = *bound != publication;
            if !stays {
                self.ingress.unbind(Mid::from(mid.as_str()));
            }
            stays
        });
    }
}

fn track_kind(section: &Section) -> Option<TrackKind> {
    match section.kind {
        SectionKind::Audio => Some(TrackKind::Audio),
        SectionKind::Video => Some(TrackKind::Video),
        SectionKind::Application => None,
    }
}

/// Low to high: the names that LiveKit clients use, or else the order of the description.
fn order_rids(rids: &[String]) -> Vec<Rid> {
    let mut ordered: Vec<&String> = rids.iter().collect();
    let rank = |rid: &&String| RID_ORDER.iter().position(|known| known == &rid.as_str());
    if ordered.iter().all(|rid| rank(rid).is_some()) {
        ordered.sort_by_key(rank);
    }
    ordered
        .into_iter()
        .take(MAX_LAYERS)
        .map(|rid| Rid::from(rid.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_picture_is_the_lowest_layer_in_whatever_order_they_are_listed() {
        let rids = |names: &[&str]| {
            names
                .iter()
                .map(|name| Rid::from(*name))
                .collect::<Vec<_>>()
        };
        let listed = |names: &[&str]| {
            names
                .iter()
                .map(|name| name.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            order_rids(&listed(&["f", "h", "q"])),
            rids(&["q", "h", "f"])
        );
        assert_eq!(order_rids(&listed(&["1", "0"])), rids(&["1", "0"]));
        assert_eq!(order_rids(&listed(&["a", "b", "c", "d"])).len(), 3);
    }
}
