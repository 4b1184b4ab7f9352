//! What has to hold.

use stateright::Property;

use crate::device::{Device, Stage};
use crate::duties::duties;
use crate::meeting::Meeting;
use crate::model::GroupModel;
use crate::people::{Keys, MALICIOUS};

/// Nobody honest is out of the group but for a host's act, an own leave, or being lost rightly.
pub const NOBODY_WRONGED: &str = "nobody honest is evicted without one of the three reasons";
/// Who was removed shares no epoch with an honest member that knows of it.
pub const REMOVED_STAY_OUT: &str = "a removed key shares no epoch with who processed the removal";
/// The safety code says who is there, and that all hold the same secrets.
pub const CODE_TELLS: &str = "the same safety code means the same roster and epoch";
/// No act is forgotten.
pub const ACTS_STAY_SEEN: &str = "a host act is never un-seen";
/// With an honest server, every honest join ends.
pub const JOINS_END: &str = "with an honest server every honest join ends";

/// All five. The last one is for an honest server; it says "always, when nothing is left to do", which is the
/// same as "eventually" here: every run is finite, as whatever may happen has a budget, and runs of duties that
/// don't end are noticed (`is_restless`). Stateright's own `eventually` would pass over cycles.
#[must_use]
pub fn all() -> Vec<Property<GroupModel>> {
    vec![
        Property::<GroupModel>::always(NOBODY_WRONGED, |_, meeting| !meeting.is_wronged),
        Property::<GroupModel>::always(REMOVED_STAY_OUT, |_, meeting| removed_stay_out(meeting)),
        Property::<GroupModel>::always(CODE_TELLS, code_tells),
        Property::<GroupModel>::always(ACTS_STAY_SEEN, |_, meeting| acts_stay_seen(meeting)),
        Property::<GroupModel>::always(JOINS_END, joins_end),
    ]
}

fn removed_stay_out(meeting: &Meeting) -> bool {
    meeting
        .devices
        .iter()
        .filter(|device| device.stage == Stage::Member)
        .all(|device| {
            let removed = meeting.acts.state(device.known).removed;
            device
                .epoch
                .is_none_or(|epoch| epoch.roster.and(removed).is_empty())
        })
}

fn code_tells(model: &GroupModel, meeting: &Meeting) -> bool {
    let has_secrets = model.rules.code_has_secrets;
    let code = |device: &Device| {
        device
            .epoch
            .map(|epoch| (epoch.number, epoch.roster, has_secrets.then_some(epoch.id)))
    };
    pairs(meeting).all(|(one, other)| code(one) != code(other) || one.epoch == other.epoch)
}

fn acts_stay_seen(meeting: &Meeting) -> bool {
    let members = meeting
        .devices
        .iter()
        .filter(|device| device.stage == Stage::Member);
    let remembers = |device: &Device| {
        let known = meeting
            .acts
            .chain(device.known)
            .iter()
            .fold(0, |set, act| set | 1 << act);
        device.seen & !known == 0 && !meeting.acts.is_older(device.head, device.known)
    };
    members.clone().all(remembers)
        && pairs(meeting).all(|(one, other)| one.epoch != other.epoch || one.head == other.head)
}

fn joins_end(model: &GroupModel, meeting: &Meeting) -> bool {
    if meeting.budget.server_lies {
        return true;
    }
    !meeting.is_restless && (!duties(meeting, &model.rules).is_empty() || is_united(meeting))
}

/// Everybody who wants to be there and may be there is in one epoch, and knows the acts that somebody there knows.
fn is_united(meeting: &Meeting) -> bool {
    let Some(anchor) = meeting.anchor() else {
        return meeting
            .attending()
            .all(|device| device.stage == Stage::GivenUp)
            || meeting.stand.is_none();
    };
    let is_known = meeting
        .devices
        .iter()
        .any(|device| device.is_here() && device.knows_acts());
    meeting.attending().all(|device| match device.stage {
        Stage::Member if device.epoch == anchor.epoch => device.knows_acts() || !is_known,
        Stage::Member => is_deceived(meeting, device),
        _ => !meeting.is_let_in(anchor, device.key),
    })
}

/// Without the host, those who are most decide; and whoever has the link has as many keys as they like.
fn is_deceived(meeting: &Meeting, device: &Device) -> bool {
    let others = meeting
        .devices
        .iter()
        .filter(|other| other.is_here() && other.key != device.key);
    let keys = others.fold(Keys::default(), |keys, other| keys.with(other.key));
    let sees = device
        .epoch
        .map_or(Keys::default(), |epoch| epoch.roster.and(keys));
    let malicious = device
        .epoch
        .map_or(Keys::default(), |epoch| epoch.roster.and(MALICIOUS));
    !meeting.host().is_here() && sees.len() < malicious.len()
}

/// Every two members.
fn pairs(meeting: &Meeting) -> impl Iterator<Item = (&Device, &Device)> {
    let members: Vec<_> = meeting
        .devices
        .iter()
        .filter(|device| device.stage == Stage::Member)
        .collect();
    let count = members.len();
    (0..count)
        .flat_map(move |one| (one + 1..count).map(move |other| (one, other)))
        .map(move |(one, other)| (members[one], members[other]))
}
