//! What honest devices have to do.

use crate::acts::Head;
use crate::device::{Device, LONG_AGO, MAX_TRIES, Stage};
use crate::epoch::{Commit, Entry, Epoch, Reason};
use crate::meeting::{Meeting, Stand};
use crate::people::{ANN, Key, Keys};
use crate::rules::{Facts, Offer, Rules, is_offer_good};

/// More uploads than any run has that comes to rest.
const MAX_UPLOADS: u8 = 8;

/// What a device does, by its place among the devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Duty {
    /// Reads the next entry.
    Read(usize),
    /// Makes the group.
    Create(usize),
    /// Takes a turn and joins, for the first time or anew.
    Join(usize),
    /// Replaces a GroupInfo that a joiner could not use.
    Upload(usize),
    /// Fills the place of a void commit.
    Fill(usize),
    /// Tells a joiner the acts.
    TellActs(usize),
    /// Removes who has said goodbye.
    RemoveLeft(usize),
    /// Removes who is lost.
    RemoveLost(usize),
    /// Finds itself alone or apart, and asks for another turn.
    JoinAnew(usize),
}

/// All that has to be done. When there is nothing, the honest are at rest.
#[must_use]
pub fn duties(meeting: &Meeting, rules: &Rules) -> Vec<Duty> {
    let mut list = Vec::new();
    for at in 0..meeting.devices.len() {
        if meeting.devices[at].is_online {
            add_duties(meeting, rules, at, &mut list);
        }
    }
    if list.is_empty() {
        // Seconds after everything else has come to rest.
        let apart: Vec<_> = (0..meeting.devices.len())
            .filter(|at| joins_anew(meeting, rules, *at))
            .collect();
        // Each time it takes twice as long.
        let fewest = apart.iter().map(|at| meeting.devices[*at].tries).min();
        let is_next = |at: &usize| Some(meeting.devices[*at].tries) == fewest;
        list.extend(apart.into_iter().filter(is_next).map(Duty::JoinAnew));
    }
    list
}

fn add_duties(meeting: &Meeting, rules: &Rules, at: usize, list: &mut Vec<Duty>) {
    let device = &meeting.devices[at];
    let is_attending = matches!(device.stage, Stage::Joining | Stage::Member);
    if is_attending && usize::from(device.cursor) < meeting.order.len() {
        list.push(Duty::Read(at));
    }
    if device.stage == Stage::Joining && device.pending.is_none() {
        match meeting.stand {
            None if may_create(rules, device, meeting.head) => list.push(Duty::Create(at)),
            Some(stand) if is_spoilt(meeting, rules, at, &stand) => list.push(Duty::Create(at)),
            Some(stand) if can_use(meeting, rules, device, &stand) => list.push(Duty::Join(at)),
            _ => {}
        }
    }
    let Some(epoch) = device.epoch.filter(|_| device.is_here()) else {
        return;
    };
    if fills(meeting, rules, device, &epoch) {
        list.push(Duty::Fill(at));
    }
    if device.owes_history && device.knows_acts() {
        list.push(Duty::TellActs(at));
    }
    let Some(stand) = meeting.stand.filter(|stand| stand.number == epoch.number) else {
        return;
    };
    if stand.info != Some(epoch) && is_wanted(meeting, rules, &stand) {
        list.push(Duty::Upload(at));
    }
    if !gone(device, &epoch).is_empty() {
        list.push(Duty::RemoveLeft(at));
    }
    if claim(&meeting.facts(rules), device, &epoch).is_some() {
        list.push(Duty::RemoveLost(at));
    }
}

/// Does one of them.
pub fn fulfil(meeting: &mut Meeting, rules: &Rules, duty: Duty) {
    match duty {
        Duty::Read(at) => {
            let entry = meeting.order[usize::from(meeting.devices[at].cursor)];
            if meeting.read(rules, at, &entry).uploads {
                upload(meeting, at);
            }
            if meeting.now > 0 {
                hear(meeting, at);
            }
        }
        Duty::Create(at) => create(meeting, rules, at),
        Duty::Join(at) => {
            let head = meeting.head;
            if let Some(epoch) = meeting.stand.and_then(|stand| stand.info) {
                join(meeting, at, Offer { epoch, head });
            }
        }
        Duty::Upload(at) => {
            meeting.uploads += 1;
            meeting.is_restless |= meeting.uploads > MAX_UPLOADS;
            upload(meeting, at);
        }
        Duty::Fill(at) => {
            let commit = own(meeting, at, Keys::default(), Reason::None);
            meeting.devices[at].has_filled = true;
            meeting.append(Entry::Substitute(commit));
        }
        Duty::TellActs(at) => tell(meeting, at),
        Duty::RemoveLeft(at) => {
            let device = &meeting.devices[at];
            let keys = device
                .epoch
                .map_or(Keys::default(), |epoch| gone(device, &epoch));
            commit(meeting, at, keys, Reason::Left);
        }
        Duty::RemoveLost(at) => {
            let device = &meeting.devices[at];
            let facts = meeting.facts(rules);
            if let Some((keys, reason)) =
                device.epoch.and_then(|epoch| claim(&facts, device, &epoch))
            {
                commit(meeting, at, keys, reason);
            }
        }
        Duty::JoinAnew(at) => {
            let is_last = meeting.devices[at].tries >= MAX_TRIES;
            let device = &mut meeting.devices[at];
            device.tries += 1;
            device.join_anew();
            if is_last {
                device.stage = Stage::GivenUp;
            }
        }
    }
}

/// A device joins on what it was handed.
pub fn join(meeting: &mut Meeting, at: usize, Offer { epoch, head }: Offer) {
    let device = &meeting.devices[at];
    let is_inside = epoch.roster.has(device.key);
    let until = meeting.grants[usize::from(device.key.0)];
    let commit = Commit {
        on: epoch.id,
        by: device.key,
        is_external: true,
        removes: if is_inside {
            Keys::of(device.key)
        } else {
            Keys::default()
        },
        reason: if is_inside || until == 0 {
            Reason::None
        } else {
            Reason::Grant { until }
        },
        head,
        nonce: meeting.nonce(epoch.id, device.key),
    };
    if meeting.take(commit, &epoch, head) {
        meeting.devices[at].pending = Some((commit.after(&epoch), commit));
    }
}

/// What everybody knows at once: who is acknowledged is not new any more.
pub fn settle(meeting: &mut Meeting, rules: &Rules) {
    for at in 0..meeting.devices.len() {
        if meeting.devices[at].is_here() && meeting.has_company(at) && !meeting.is_apart(rules, at)
        {
            meeting.devices[at].is_new = false;
            meeting.devices[at].tries = 0;
        }
    }
}

fn can_use(meeting: &Meeting, rules: &Rules, device: &Device, stand: &Stand) -> bool {
    let offer = stand.info.map(|epoch| Offer {
        epoch,
        head: meeting.head,
    });
    offer.is_some_and(|offer| is_offer_good(&meeting.facts(rules), device, &offer))
}

/// Whether a device makes a group, under the head that the server says it has kept.
#[must_use]
pub fn may_create(rules: &Rules, device: &Device, told: Head) -> bool {
    let has_acts = told != 0 || device.known != 0;
    !rules.acts_outlive_group || !has_acts || (device.key == ANN && told == device.known)
}

/// Whether nobody answers for a group that a device can't join. Somebody malicious who stays and answers
/// for it keeps it: that is a known limit.
fn is_spoilt(meeting: &Meeting, rules: &Rules, at: usize, stand: &Stand) -> bool {
    let device = &meeting.devices[at];
    let is_deserted = !meeting.devices.iter().any(Device::is_here);
    rules.spoilt_is_replaced
        && is_deserted
        && !can_use(meeting, rules, device, stand)
        && may_create(rules, device, meeting.head)
}

/// A device makes the group. The server hands it the head that it has kept, if it keeps one.
pub fn create(meeting: &mut Meeting, rules: &Rules, at: usize) {
    let seed = u8::try_from(meeting.order.len()).unwrap_or(0);
    let key = meeting.devices[at].key;
    let epoch = Epoch::made_up(1, Keys::of(key), seed * 8 + key.0 + 1);
    meeting.stand = Some(Stand {
        number: 1,
        info: Some(epoch),
    });
    let (head, end) = (meeting.head, u8::try_from(meeting.order.len()).unwrap_or(0));
    let device = &mut meeting.devices[at];
    device.stage = Stage::Member;
    device.epoch = Some(epoch);
    device.behind = 0;
    device.head = head;
    if !rules.acts_outlive_group {
        device.known = head;
    }
    if !meeting.budget.server_lies {
        device.cursor = end;
    }
}

fn is_wanted(meeting: &Meeting, rules: &Rules, stand: &Stand) -> bool {
    meeting.devices.iter().any(|device| {
        let waits = device.is_online && device.stage == Stage::Joining && device.pending.is_none();
        waits && !can_use(meeting, rules, device, stand)
    })
}

fn fills(meeting: &Meeting, rules: &Rules, device: &Device, epoch: &Epoch) -> bool {
    let is_behind = (1..=rules.epochs_behind).contains(&device.behind);
    let unread = meeting
        .order
        .get(usize::from(device.cursor)..)
        .unwrap_or_default();
    // Who is next in rank sees in time that the one before has done it.
    let is_done = |entry: &Entry| matches!(entry, Entry::Substitute(one) if one.on == epoch.id);
    rules.void_is_filled && is_behind && !device.has_filled && !unread.iter().any(is_done)
}

fn gone(device: &Device, epoch: &Epoch) -> Keys {
    device
        .leavers
        .and(epoch.roster)
        .without(Keys::of(device.key))
}

/// Whom a device would remove as lost, and at which position.
fn claim(facts: &Facts<'_>, device: &Device, epoch: &Epoch) -> Option<(Keys, Reason)> {
    let after = facts.rules.lost_claimed_after;
    let position = device
        .received
        .iter()
        .rposition(|since| *since != LONG_AGO && facts.now.saturating_sub(*since) >= after)?;
    let position = u8::try_from(position).ok()?;
    let others = epoch.roster.without(Keys::of(device.key));
    let lost = others
        .iter()
        .filter(|key| device.is_overdue(facts, *key, position, after));
    let keys = lost.fold(Keys::default(), Keys::with);
    (!keys.is_empty()).then_some((keys, Reason::Lost { position }))
}

fn joins_anew(meeting: &Meeting, rules: &Rules, at: usize) -> bool {
    let device = &meeting.devices[at];
    if !device.is_here() {
        return false;
    }
    if rules.apart_joins_anew && meeting.is_apart(rules, at) {
        return true;
    }
    let is_watching = device
        .epoch
        .is_some_and(|epoch| epoch.number == device.watched);
    is_watching && device.tries < MAX_TRIES && !meeting.has_company(at)
}

fn upload(meeting: &mut Meeting, at: usize) {
    let Some(epoch) = meeting.devices[at].epoch else {
        return;
    };
    if let Some(stand) = meeting
        .stand
        .as_mut()
        .filter(|stand| stand.number == epoch.number)
    {
        stand.info = Some(epoch);
    }
}

fn tell(meeting: &mut Meeting, at: usize) {
    let device = &mut meeting.devices[at];
    device.owes_history = false;
    let head = device.head;
    if let Some(epoch) = device.epoch {
        meeting.append(Entry::History {
            told_in: epoch.id,
            head,
        });
    }
}

/// A commit of a member's own.
fn own(meeting: &Meeting, at: usize, removes: Keys, reason: Reason) -> Commit {
    let device = &meeting.devices[at];
    let on = device.epoch.map_or(0, |epoch| epoch.id);
    let head = if let Reason::Act(head) = reason {
        head
    } else {
        device.head
    };
    let nonce = meeting.nonce(on, device.key);
    Commit {
        on,
        by: device.key,
        is_external: false,
        removes,
        reason,
        head,
        nonce,
    }
}

/// A member makes a commit of its own.
pub fn commit(meeting: &mut Meeting, at: usize, removes: Keys, reason: Reason) {
    let commit = own(meeting, at, removes, reason);
    if let Some(epoch) = meeting.devices[at].epoch {
        meeting.take(commit, &epoch, commit.head);
    }
}

/// On one channel nothing overtakes: who has read everything has heard everybody, and who lags has not.
pub fn hear(meeting: &mut Meeting, at: usize) {
    let said = meeting.said;
    let device = &mut meeting.devices[at];
    if device.is_here() && usize::from(device.cursor) == meeting.order.len() {
        for (key, entries) in (0..).map(Key).zip(said) {
            device.heard(key, entries);
        }
    }
}
