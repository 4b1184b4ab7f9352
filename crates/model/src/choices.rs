//! What happens to honest people, and what they choose.

use crate::acts::Deed;
use crate::device::{Device, LONG_AGO, Stage};
use crate::duties::{Duty, commit, duties, hear};
use crate::epoch::{Entry, Reason};
use crate::meeting::Meeting;
use crate::people::{ANN, BEN, BEN_ANEW, Keys};
use crate::rules::Rules;
use crate::scope::deeds;

/// What may happen to honest people, or come to their minds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// The host does this.
    Act(Deed),
    /// The host lets this device in, up to the next epoch.
    Grant(usize),
    /// Opens the link.
    Open(usize),
    /// Says goodbye.
    Leave(usize),
    /// Makes new keys for its path.
    Refresh(usize),
    /// Its connection breaks.
    GoAway(usize),
    /// Its connection is back.
    ComeBack(usize),
    /// Ben's page is loaded again: its memory is gone, and it makes another leaf key.
    Forget,
    /// A quarter minute passes.
    Wait,
    /// Ten minutes pass with nobody there: the server deletes the group.
    Idle,
}

/// All that may happen.
#[must_use]
pub fn choices(meeting: &Meeting, rules: &Rules) -> Vec<Choice> {
    let budget = meeting.budget;
    let mut list = Vec::new();
    let host = meeting.host();
    let can_host = host.is_here() && host.knows_acts();
    if budget.acts > 0 && can_host && is_current(meeting, host) {
        let is_new = |deed: &Deed| !host_did(meeting, *deed);
        list.extend(deeds().into_iter().filter(is_new).map(Choice::Act));
    }
    for (at, device) in meeting.devices.iter().enumerate() {
        let is_inside = host.epoch.is_some_and(|epoch| epoch.roster.has(device.key));
        if budget.grants > 0 && can_host && device.stage != Stage::Over && !is_inside {
            list.push(Choice::Grant(at));
        }
        list.extend(
            (budget.arrivals > 0 && device.stage == Stage::Out).then_some(Choice::Open(at)),
        );
        if device.is_here() {
            let current = is_current(meeting, device);
            list.extend((budget.leaves > 0).then_some(Choice::Leave(at)));
            list.extend((budget.refreshes > 0 && current).then_some(Choice::Refresh(at)));
            list.extend((budget.absences > 0).then_some(Choice::GoAway(at)));
        }
        list.extend((!device.is_online).then_some(Choice::ComeBack(at)));
    }
    let can_forget =
        budget.losses > 0 && meeting.devices[1].key == BEN && meeting.devices[1].is_here();
    list.extend(can_forget.then_some(Choice::Forget));
    let is_told = meeting.budget.server_lies
        || duties(meeting, rules)
            .iter()
            .all(|duty| !is_urgent(meeting, duty));
    list.extend((budget.quarters > 0 && is_told).then_some(Choice::Wait));
    let is_on_channel =
        |device: &Device| device.is_online && !matches!(device.stage, Stage::Out | Stage::Over);
    let is_empty = !meeting.devices.iter().any(is_on_channel);
    list.extend(
        (budget.idlings > 0 && is_empty && meeting.stand.is_some()).then_some(Choice::Idle),
    );
    list
}

/// Lets one of them happen.
pub fn choose(meeting: &mut Meeting, rules: &Rules, choice: Choice) {
    let budget = &mut meeting.budget;
    match choice {
        Choice::Act(deed) => {
            budget.acts -= 1;
            act(meeting, deed);
        }
        Choice::Grant(at) => {
            budget.grants -= 1;
            let number = meeting.host().epoch.map_or(0, |epoch| epoch.number);
            let device = &mut meeting.devices[at];
            // Whoever hears of it tries again.
            device.tries = 0;
            if device.stage == Stage::GivenUp {
                device.stage = Stage::Joining;
            }
            let key = device.key;
            meeting.grants[usize::from(key.0)] = number + 1;
        }
        Choice::Open(at) => {
            budget.arrivals -= 1;
            meeting.devices[at].stage = Stage::Joining;
        }
        Choice::Leave(at) => {
            budget.leaves -= 1;
            let key = meeting.devices[at].key;
            meeting.leaves = meeting.leaves.with(key);
            meeting.devices[at].stage = Stage::Over;
            meeting.append(Entry::Leave(key));
        }
        Choice::Refresh(at) => {
            budget.refreshes -= 1;
            commit(meeting, at, Keys::default(), Reason::None);
        }
        Choice::GoAway(at) => {
            budget.absences -= 1;
            meeting.devices[at].is_online = false;
        }
        Choice::ComeBack(at) => come_back(meeting, rules, at),
        Choice::Forget => {
            budget.losses -= 1;
            let mut device = Device::out(BEN_ANEW);
            device.stage = Stage::Joining;
            device.cursor = meeting.devices[1].cursor;
            device.received = vec![LONG_AGO; usize::from(device.cursor)];
            meeting.devices[1] = device;
        }
        Choice::Wait => wait(meeting),
        Choice::Idle => {
            budget.idlings -= 1;
            meeting.stand = None;
            if !rules.acts_outlive_group {
                meeting.head = 0;
            }
            for device in &mut meeting.devices {
                device.is_cut = true;
            }
        }
    }
}

fn is_current(meeting: &Meeting, device: &Device) -> bool {
    let number = device.epoch.map(|epoch| epoch.number);
    meeting.budget.server_lies
        || meeting
            .stand
            .is_some_and(|stand| Some(stand.number) == number)
}

fn host_did(meeting: &Meeting, deed: Deed) -> bool {
    meeting.acts.state(meeting.host().known).includes(deed)
}

fn act(meeting: &mut Meeting, deed: Deed) {
    let head = meeting.acts.sign(meeting.host().head, deed);
    let roster = meeting
        .host()
        .epoch
        .map_or(Keys::default(), |epoch| epoch.roster);
    let removes = meeting.acts.removed_by(head).and(roster);
    debug_assert!(meeting.host().key == ANN, "only the host acts");
    commit(meeting, 0, removes, Reason::Act(head));
}

fn come_back(meeting: &mut Meeting, rules: &Rules, at: usize) {
    let end = u8::try_from(meeting.order.len()).unwrap_or(u8::MAX);
    let device = &mut meeting.devices[at];
    device.is_online = true;
    device.late_until = end;
    if rules.return_gives_time {
        device.gives_time();
    }
    if device.is_cut {
        device.is_cut = false;
        device.cursor = end;
        if device.stage == Stage::Member {
            device.join_anew();
        }
    }
}

/// Everybody who is there signs how far they have read, and the server tells everybody.
fn wait(meeting: &mut Meeting) {
    meeting.budget.quarters -= 1;
    meeting.now += 1;
    meeting.lagging = Keys::default();
    for device in &meeting.devices {
        if usize::from(device.cursor) < meeting.order.len() {
            meeting.lagging = meeting.lagging.with(device.key);
        }
    }
    let present = meeting.devices.iter().filter(|device| device.is_here());
    for (key, entries) in present
        .map(|device| (device.key, device.cursor))
        .collect::<Vec<_>>()
    {
        meeting.signed_at[usize::from(key.0)] = meeting.now;
        meeting.said[usize::from(key.0)] = entries;
    }
    for at in 0..meeting.devices.len() {
        hear(meeting, at);
    }
}

/// What an honest server and honest devices do within a quarter minute, except that what is in the order
/// may reach one device a quarter minute after the other.
fn is_urgent(meeting: &Meeting, duty: &Duty) -> bool {
    match duty {
        Duty::Read(at) => {
            let device = &meeting.devices[*at];
            let waits = meeting.order.len() - usize::from(device.cursor);
            waits > 1 || meeting.lagging.has(device.key)
        }
        _ => true,
    }
}
