//! The group rules, and which of them are in force.

use crate::acts::{ActState, Acts, Head};
use crate::device::Device;
use crate::epoch::{Commit, Epoch, Reason};
use crate::people::Keys;

/// Each rule, and whether it is in force: what a rule is for is seen when it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a list of rules, each in force or not"
)]
pub struct Rules {
    /// A removal has a reason that names exactly who is removed.
    pub removal_has_reason: bool,
    /// A leave counts if whoever leaves has signed it.
    pub leave_is_signed: bool,
    /// A re-join replaces the leaf of the same key.
    pub rejoin_replaces_own: bool,
    /// A commit names the act head that its judge knows.
    pub head_is_checked: bool,
    /// Who was removed by an act does not join again.
    pub removed_stay_out: bool,
    /// In a meeting where one has to ask, nobody joins without a grant.
    pub door_is_shut: bool,
    /// A GroupInfo with somebody removed in it, or of an epoch that is over, is not joined.
    pub group_info_is_checked: bool,
    /// Who has signed to have read a position is not lost at it.
    pub signature_refutes: bool,
    /// After how many quarter minutes since a position came a member believes that somebody is lost at it.
    pub lost_judged_after: u8,
    /// And after how many it says so itself.
    pub lost_claimed_after: u8,
    /// The safety code has the epoch authenticator in it.
    pub code_has_secrets: bool,
    /// The place of a void commit is filled.
    pub void_is_filled: bool,

    /// How many epochs somebody may be behind the order before they join anew.
    pub epochs_behind: u8,
    /// The server keeps the act head when the group idles away, and then only the host makes it anew, with the acts.
    pub acts_outlive_group: bool,
    /// A group for which nobody answers may be made anew.
    pub spoilt_is_replaced: bool,
    /// A joiner refuses every head that is older than one that it knows, and not only none at all.
    pub no_older_head: bool,
    /// A history is one if it leads to the head; nothing else keeps others from telling it.
    pub history_leads_to_head: bool,
    /// Who learns that somebody in its epoch was removed is in that epoch no longer.
    pub learner_judges_anew: bool,
    /// Who is in another epoch than the host, or than most of those that it sees, joins anew.
    pub apart_joins_anew: bool,
    /// The host signs where it is with the key that the link names, so that who sees a tree without it knows.
    pub host_is_heard_outside: bool,
    /// Who comes back after its connection was broken gives everybody the full time anew.
    pub return_gives_time: bool,
}

impl Rules {
    /// As they were written down before they were checked.
    pub const FIRST_DRAFT: Self = Self {
        removal_has_reason: true,
        leave_is_signed: true,
        rejoin_replaces_own: true,
        head_is_checked: true,
        removed_stay_out: true,
        door_is_shut: true,
        group_info_is_checked: true,
        signature_refutes: true,
        lost_judged_after: 3,
        lost_claimed_after: 4,
        code_has_secrets: true,
        void_is_filled: true,
        epochs_behind: 2,
        acts_outlive_group: false,
        spoilt_is_replaced: false,
        no_older_head: false,
        history_leads_to_head: false,
        learner_judges_anew: false,
        apart_joins_anew: false,
        host_is_heard_outside: false,
        return_gives_time: false,
    };

    /// With what the model changed.
    pub const CORRECTED: Self = Self {
        epochs_behind: 32,
        acts_outlive_group: true,
        spoilt_is_replaced: true,
        no_older_head: true,
        history_leads_to_head: true,
        learner_judges_anew: true,
        apart_joins_anew: true,
        host_is_heard_outside: true,
        return_gives_time: true,
        ..Self::FIRST_DRAFT
    };
}

/// What can be checked by signatures, and the time.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The rules in force.
    pub rules: &'a Rules,
    /// What the host has signed.
    pub acts: &'a Acts,
    /// Who has signed a leave.
    pub leaves: Keys,
    /// In quarter minutes.
    pub now: u8,
}

/// Judges a commit as a member does; answers the epoch after it, if it may be made.
#[must_use]
pub fn judge(facts: &Facts<'_>, device: &Device, commit: &Commit) -> Option<Epoch> {
    let Facts { rules, acts, .. } = *facts;
    let epoch = device.epoch?;
    if commit.on != epoch.id {
        return None;
    }
    let head = match commit.reason {
        Reason::Act(next) => {
            let follows = acts
                .get(next)
                .is_some_and(|act| act.previous == device.head);
            if !device.knows_acts() || !follows {
                return None;
            }
            next
        }
        _ => device.head,
    };
    if rules.head_is_checked && commit.head != head {
        return None;
    }
    let may = if commit.is_external {
        may_enter(facts, device, &epoch, commit)
    } else {
        may_change(facts, device, &epoch, commit)
    };
    may.then(|| commit.after(&epoch))
}

/// Whether a joiner joins on this GroupInfo, under the head that the server names.
#[must_use]
pub fn is_offer_good(facts: &Facts<'_>, device: &Device, offer: &Offer) -> bool {
    let Facts { rules, acts, .. } = *facts;
    let Offer { epoch, head } = *offer;
    let is_own = epoch.roster.has(device.key);
    let is_alone = is_own && epoch.roster.len() == 1;
    let is_older = if rules.no_older_head {
        acts.is_older(head, device.known)
    } else {
        head == 0 && device.known != 0
    };
    let is_over = is_own && epoch.number < device.floor;
    let has_removed = !epoch
        .roster
        .and(acts.state(device.known).removed)
        .is_empty();
    !(is_alone || is_older || rules.group_info_is_checked && (is_over || has_removed))
}

/// What a joiner is handed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Offer {
    /// The epoch that the GroupInfo shows.
    pub epoch: Epoch,
    /// The head that the server says is kept.
    pub head: Head,
}

fn may_enter(facts: &Facts<'_>, device: &Device, epoch: &Epoch, commit: &Commit) -> bool {
    let Facts { rules, acts, .. } = *facts;
    let known = acts.state(device.known);
    let is_out = rules.removed_stay_out && known.removed.has(commit.by);
    if is_out
        || matches!(
            commit.reason,
            Reason::Act(_) | Reason::Left | Reason::Lost { .. }
        )
    {
        return false;
    }
    if !commit.removes.is_empty() {
        return !rules.rejoin_replaces_own || commit.removes == Keys::of(commit.by);
    }
    let is_new = !epoch.roster.has(commit.by) && !device.left.has(commit.by);
    is_new && is_welcome(rules, &known, device, epoch, commit)
}

fn is_welcome(
    rules: &Rules,
    known: &ActState,
    device: &Device,
    epoch: &Epoch,
    commit: &Commit,
) -> bool {
    let is_granted = match commit.reason {
        Reason::Grant { until } => epoch.number <= until,
        // Who does not know the co-hosts leaves them to others.
        Reason::FalseGrant => !device.knows_acts(),
        _ => false,
    };
    if commit.reason != Reason::None && !is_granted {
        return false;
    }
    if !rules.door_is_shut || !device.knows_acts() || device.lost.has(commit.by) {
        return true;
    }
    !known.is_locked && (!known.has_to_ask || is_granted)
}

fn may_change(facts: &Facts<'_>, device: &Device, epoch: &Epoch, commit: &Commit) -> bool {
    let Commit {
        by,
        removes,
        reason,
        ..
    } = *commit;
    if !epoch.roster.has(by) || removes.has(by) || !removes.without(epoch.roster).is_empty() {
        return false;
    }
    match reason {
        Reason::Act(head) => facts.acts.removed_by(head).and(epoch.roster) == removes,
        _ if removes.is_empty() => reason == Reason::None,
        _ => !facts.rules.removal_has_reason || may_remove(facts, device, removes, reason),
    }
}

fn may_remove(facts: &Facts<'_>, device: &Device, removes: Keys, reason: Reason) -> bool {
    match reason {
        Reason::Left => !facts.rules.leave_is_signed || removes.without(facts.leaves).is_empty(),
        Reason::Lost { position } => {
            let is_lost = |key| device.believes_lost(facts, key, position);
            removes.iter().all(is_lost)
        }
        _ => false,
    }
}
