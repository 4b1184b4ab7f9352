//! Descriptions out and in.

use str0m::Rtc;
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::channel::ChannelId;
use str0m::media::{Direction, Mid};

use crate::engine;
use crate::source::Plan;

/// What an offer contains, until its answer comes.
pub(crate) struct Offered {
    pub(crate) sdp: String,
    pending: SdpPendingOffer,
    tracks: Vec<(Mid, Plan)>,
    pub(crate) channels: Vec<(ChannelId, String)>,
}

/// Offer the tracks and both data channels.
pub(crate) fn offer(rtc: &mut Rtc, plans: Vec<Plan>) -> Option<Offered> {
    let mut api = rtc.sdp_api();
    let channels = engine::channels().map(|config| {
        let label = config.label.clone();
        (api.add_channel_with_config(config), label)
    });
    let mut tracks = Vec::with_capacity(plans.len());
    for plan in plans {
        let mid = api.add_media(
            engine::media_kind(plan.kind),
            Direction::SendOnly,
            Some("loadgen".into()),
            Some(plan.cid.clone()),
            engine::simulcast(&plan),
        );
        tracks.push((mid, plan));
    }
    let (offer, pending) = api.apply()?;
    Some(Offered {
        sdp: offer.to_sdp_string(),
        pending,
        tracks,
        channels: channels.to_vec(),
    })
}

impl Offered {
    /// Take the answer; what may now be sent comes back.
    pub(crate) fn accept(self, rtc: &mut Rtc, sdp: &str) -> Result<Vec<(Mid, Plan)>, String> {
        let answer = SdpAnswer::from_sdp_string(sdp).map_err(|it| it.to_string())?;
        let outcome = rtc.sdp_api().accept_answer(self.pending, answer);
        outcome.map_err(|it| it.to_string())?;
        Ok(self.tracks)
    }
}

/// Answer an offer, the first or a later one.
pub(crate) fn answer(rtc: &mut Rtc, sdp: &str) -> Result<String, String> {
    let offer = SdpOffer::from_sdp_string(sdp).map_err(|it| it.to_string())?;
    let answer = rtc.sdp_api().accept_offer(offer);
    answer
        .map(|it| it.to_sdp_string())
        .map_err(|it| it.to_string())
}
