//! What somebody malicious does who has the link, and what a malicious server does.

use crate::acts::Head;
use crate::device::Stage;
use crate::duties::{create, join, may_create};
use crate::epoch::{Commit, Entry, Epoch, NOWHERE, Reason};
use crate::meeting::{Meeting, Stand};
use crate::people::{ANN, Key, Keys, MAL, MAL_TOO, MALICIOUS};
use crate::rules::{Offer, Rules, is_offer_good};
use crate::scope::Scope;

/// What somebody does who has the link and means harm. They hold the secrets of every epoch that one of
/// their keys is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mischief {
    /// A commit that nobody can use, with a GroupInfo that nobody can use.
    Rubbish,
    /// The GroupInfo is replaced by rubbish, or by an epoch that was made up.
    Plant(Option<Epoch>),
    /// The group is made first, with a GroupInfo that nobody can use, or by a key of theirs.
    Create(Option<Epoch>),
    /// A commit on an epoch. What it says may be false.
    Commit(Epoch, Commit),
    /// The same as a message, to fill a place.
    Fill(Commit),
    /// Something that is called a history and leads nowhere.
    TellNothing(Epoch),
}

/// What a malicious server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lie {
    /// Gives a device any entry there ever was, by its place in `order`.
    Give(usize, usize),
    /// Gives a device a turn, with any GroupInfo there ever was and any head.
    Offer(usize, Offer),
    /// Says that there is no group, and that this head is kept.
    Deny(usize, Head),
    /// Lets one device hear what another has signed.
    Carry(usize, usize),
}

/// All that somebody with the link can do now.
#[must_use]
pub fn mischief(meeting: &Meeting, scope: &Scope) -> Vec<Mischief> {
    if meeting.budget.mischief == 0 {
        return Vec::new();
    }
    let mut list = Vec::new();
    for epoch in epochs(meeting) {
        let outside = [MAL, MAL_TOO]
            .into_iter()
            .filter(|key| !epoch.roster.has(*key));
        for key in outside {
            add_entries(meeting, &epoch, key, &mut list);
        }
        for key in epoch.roster.and(MALICIOUS).iter() {
            add_commits(meeting, &epoch, key, &mut list);
        }
        if !epoch.roster.and(MALICIOUS).is_empty() && !meeting.budget.server_lies {
            list.push(Mischief::TellNothing(epoch));
        }
    }
    add_plants(meeting, scope, &mut list);
    list
}

/// Does it.
pub fn harm(meeting: &mut Meeting, mischief: Mischief) {
    meeting.budget.mischief -= 1;
    match mischief {
        Mischief::Rubbish => {
            if let Some(stand) = meeting.stand {
                meeting.stand = Some(Stand {
                    number: stand.number + 1,
                    info: None,
                });
                meeting.append(Entry::Commit(rubbish(meeting)));
            }
        }
        Mischief::Plant(info) if meeting.budget.server_lies => {
            if let Some(epoch) = info {
                meeting.publish(epoch, meeting.head);
            }
        }
        Mischief::Plant(info) => {
            if let Some(stand) = meeting.stand.as_mut() {
                stand.info = info;
            }
        }
        Mischief::Create(info) => meeting.stand = Some(Stand { number: 1, info }),
        Mischief::Commit(epoch, commit) => {
            // What is beside the commit for the server to see is as it should be.
            let head = meeting.head;
            meeting.take(commit, &epoch, head);
        }
        Mischief::Fill(commit) => meeting.append(Entry::Substitute(commit)),
        Mischief::TellNothing(epoch) => {
            meeting.append(Entry::History {
                told_in: epoch.id,
                head: Head::MAX,
            });
        }
    }
}

/// All that a malicious server can do now.
#[must_use]
pub fn lies(meeting: &Meeting, rules: &Rules) -> Vec<Lie> {
    let mut list = Vec::new();
    if !meeting.budget.server_lies {
        return list;
    }
    let heads = 0..=meeting.acts.last();
    for (at, device) in meeting.devices.iter().enumerate() {
        if !matches!(device.stage, Stage::Joining | Stage::Member) {
            continue;
        }
        list.extend((0..meeting.order.len()).map(|entry| Lie::Give(at, entry)));
        if meeting.budget.offers > 0 {
            let offers = meeting.published.iter().flat_map(|(epoch, _)| {
                heads.clone().map(|head| Offer {
                    epoch: *epoch,
                    head,
                })
            });
            let is_good = |offer: &Offer| is_offer_good(&meeting.facts(rules), device, offer);
            list.extend(offers.filter(is_good).map(|offer| Lie::Offer(at, offer)));
            let is_denied = |head: &Head| may_create(rules, device, *head);
            list.extend(
                heads
                    .clone()
                    .filter(is_denied)
                    .map(|head| Lie::Deny(at, head)),
            );
        }
        if meeting.budget.quarters > 0 || meeting.now > 0 {
            let others = (0..meeting.devices.len()).filter(|other| *other != at);
            list.extend(others.map(|other| Lie::Carry(other, at)));
        }
    }
    list
}

/// Does it; false when nothing comes of it.
pub fn lie(meeting: &mut Meeting, rules: &Rules, lie: Lie) -> bool {
    match lie {
        Lie::Give(at, entry) => return give(meeting, rules, at, entry),
        Lie::Offer(at, offer) => {
            meeting.budget.offers -= 1;
            meeting.devices[at].join_anew();
            join(meeting, at, offer);
        }
        Lie::Deny(at, head) => {
            meeting.budget.offers -= 1;
            let kept = std::mem::replace(&mut meeting.head, head);
            meeting.devices[at].join_anew();
            create(meeting, rules, at);
            meeting.head = kept;
            if let Some(epoch) = meeting.devices[at].epoch {
                meeting.publish(epoch, head);
            }
        }
        Lie::Carry(from, to) => {
            let device = &meeting.devices[from];
            let (key, entries) = (device.key, device.cursor);
            let before = meeting.devices[to].signed;
            meeting.devices[to].heard(key, entries);
            return meeting.devices[to].signed != before;
        }
    }
    true
}

fn give(meeting: &mut Meeting, rules: &Rules, at: usize, entry: usize) -> bool {
    let before = meeting.devices[at].clone();
    let entry = meeting.order[entry];
    // By how much the order is ahead is the server's to say.
    meeting.devices[at].behind = u8::from(matches!(entry, Entry::Substitute(_)));
    meeting.read(rules, at, &entry);
    let has_time = meeting.now > 0 || meeting.budget.quarters > 0;
    let device = &mut meeting.devices[at];
    device.behind = 0;
    if has_time {
        return device.cursor < 4;
    }
    device.cursor = before.cursor;
    device.received.clone_from(&before.received);
    device.signed = before.signed;
    *device != before
}

/// Epochs that somebody malicious can make commits on: those that GroupInfos show.
fn epochs(meeting: &Meeting) -> Vec<Epoch> {
    if meeting.budget.server_lies {
        return meeting.published.iter().map(|(epoch, _)| *epoch).collect();
    }
    let Some(stand) = meeting.stand else {
        return Vec::new();
    };
    let used = meeting
        .devices
        .iter()
        .filter(|device| device.is_here())
        .filter_map(|device| device.epoch);
    let mut list: Vec<Epoch> = used
        .chain(stand.info)
        .filter(|epoch| epoch.number == stand.number)
        .collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// Joins of a key that is not in the group, with no reason, a good one and a false one.
fn add_entries(meeting: &Meeting, epoch: &Epoch, by: Key, list: &mut Vec<Mischief>) {
    // A second key is of use beside the first one.
    if by == MAL_TOO && !epoch.roster.has(MAL) && !meeting.acts.has_removed(MAL) {
        return;
    }
    let base = Commit {
        on: epoch.id,
        by,
        is_external: true,
        removes: Keys::default(),
        reason: Reason::None,
        head: meeting.host().head,
        nonce: meeting.nonce(epoch.id, by),
    };
    list.push(Mischief::Commit(*epoch, base));
    list.push(Mischief::Commit(
        *epoch,
        Commit {
            reason: Reason::FalseGrant,
            ..base
        },
    ));
    let until = meeting.grants[usize::from(by.0)];
    if until > 0 {
        list.push(Mischief::Commit(
            *epoch,
            Commit {
                reason: Reason::Grant { until },
                ..base
            },
        ));
    }
    if base.head != 0 {
        list.push(Mischief::Commit(*epoch, Commit { head: 0, ..base }));
    }
    for victim in epoch.roster.without(MALICIOUS).iter().take(1) {
        list.push(Mischief::Commit(
            *epoch,
            Commit {
                removes: Keys::of(victim),
                ..base
            },
        ));
    }
}

/// Commits of a key that is in the group.
fn add_commits(meeting: &Meeting, epoch: &Epoch, by: Key, list: &mut Vec<Mischief>) {
    let base = Commit {
        on: epoch.id,
        by,
        is_external: false,
        removes: Keys::default(),
        reason: Reason::None,
        head: meeting.host().head,
        nonce: meeting.nonce(epoch.id, by),
    };
    list.push(Mischief::Commit(*epoch, base));
    list.push(Mischief::Fill(base));
    list.push(Mischief::Commit(
        *epoch,
        Commit {
            is_external: true,
            removes: Keys::of(by),
            ..base
        },
    ));
    if base.head != 0 {
        list.push(Mischief::Commit(*epoch, Commit { head: 0, ..base }));
    }
    let last = meeting.acts.last();
    let positions = (0..u8::try_from(meeting.order.len()).unwrap_or(0))
        .take(if has_time(meeting) { 3 } else { 0 });
    for victim in epoch
        .roster
        .without(MALICIOUS)
        .iter()
        .filter(|key| *key != ANN || last == 0)
    {
        let out = Commit {
            removes: Keys::of(victim),
            ..base
        };
        list.push(Mischief::Commit(*epoch, out));
        list.push(Mischief::Commit(
            *epoch,
            Commit {
                reason: Reason::Left,
                ..out
            },
        ));
        if last > 0 {
            list.push(Mischief::Commit(
                *epoch,
                Commit {
                    reason: Reason::Act(last),
                    head: last,
                    ..out
                },
            ));
        }
        let lost = positions.clone().map(|position| Reason::Lost { position });
        list.extend(lost.map(|reason| Mischief::Commit(*epoch, Commit { reason, ..out })));
    }
}

fn add_plants(meeting: &Meeting, scope: &Scope, list: &mut Vec<Mischief>) {
    let Some(stand) = meeting.stand else {
        if !meeting.budget.server_lies && meeting.head == 0 {
            list.push(Mischief::Create(None));
            list.push(Mischief::Create(Some(Epoch::made_up(
                1,
                Keys::of(MAL),
                u8::MAX,
            ))));
        }
        return;
    };
    // Leaves that it has seen in a tree can be put into another one.
    let shown = meeting
        .anchor()
        .and_then(|device| device.epoch)
        .map(|epoch| epoch.roster);
    let looks_real = shown.map(|roster| Epoch::made_up(stand.number, roster.with(MAL), u8::MAX));
    let mut plants = vec![looks_real];
    if scope.has_shams {
        plants.push(Some(Epoch::made_up(stand.number, MALICIOUS, u8::MAX)));
    }
    if !meeting.budget.server_lies {
        list.push(Mischief::Rubbish);
        plants.push(None);
    }
    plants.sort_unstable();
    plants.dedup();
    let is_new = |info: &Option<Epoch>| *info != stand.info;
    list.extend(plants.into_iter().filter(is_new).map(Mischief::Plant));
}

fn rubbish(meeting: &Meeting) -> Commit {
    let nonce = meeting.nonce(NOWHERE, MAL);
    let head = meeting.head;
    Commit {
        on: NOWHERE,
        by: MAL,
        is_external: false,
        removes: Keys::default(),
        reason: Reason::None,
        head,
        nonce,
    }
}

fn has_time(meeting: &Meeting) -> bool {
    meeting.now > 0 || meeting.budget.quarters > 0
}
