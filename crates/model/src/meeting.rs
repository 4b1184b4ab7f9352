//! A meeting as a state: devices, the order, and what was signed.

use crate::acts::{Acts, Head};
use crate::device::{Device, Effect, LONG_AGO, Stage};
use crate::epoch::{Commit, Entry, Epoch, Reason};
use crate::people::{ANN, KEYS, Key, Keys, MALICIOUS};
use crate::rules::{Facts, Rules};
use crate::scope::Budget;

/// More entries than any run with a group that comes to rest has.
pub const MAX_ORDER: usize = 20;

/// Who has signed nothing for so long has given reason to be called lost.
const SILENT_QUARTERS: u8 = 3;

/// Where the honest server says that the group stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stand {
    /// The number of the epoch.
    pub number: u8,
    /// The GroupInfo; none when it is rubbish.
    pub info: Option<Epoch>,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Meeting {
    /// The honest devices; the host's is the first.
    pub devices: Vec<Device>,
    /// Every entry that was made, in the order of an honest server.
    pub order: Vec<Entry>,
    /// The group, if the server has one.
    pub stand: Option<Stand>,
    /// The act head that the server keeps.
    pub head: Head,
    /// What the host has signed.
    pub acts: Acts,
    /// The last epoch of each key's grant; 0 when it has none.
    pub grants: [u8; KEYS],
    /// Who has signed a leave.
    pub leaves: Keys,
    /// In quarter minutes.
    pub now: u8,
    /// Who was silent when somebody said that they are lost. No rule looks at it.
    pub rightly_lost: Keys,
    /// How many entries each key has signed to have read.
    pub said: [u8; KEYS],
    /// Whom an entry has not reached within the quarter minute.
    pub lagging: Keys,
    /// When each honest key last signed to have read.
    pub signed_at: [u8; KEYS],
    /// Epochs that a malicious server can hand out, with the head that goes with each.
    pub published: Vec<(Epoch, Head)>,
    /// What may still happen.
    pub budget: Budget,
    /// Somebody honest was taken out of the group for none of the three reasons.
    pub is_wronged: bool,
    /// The honest devices don't come to rest.
    pub is_restless: bool,
    /// How often a GroupInfo was replaced because it was wanted.
    pub uploads: u8,
}

impl Meeting {
    /// What everybody can check.
    #[must_use]
    pub fn facts<'a>(&'a self, rules: &'a Rules) -> Facts<'a> {
        Facts {
            rules,
            acts: &self.acts,
            leaves: self.leaves,
            now: self.now,
        }
    }

    /// The host's device.
    #[must_use]
    pub fn host(&self) -> &Device {
        &self.devices[0]
    }

    /// Whether two devices are members of one epoch.
    #[must_use]
    pub fn are_together(one: &Device, other: &Device) -> bool {
        one.is_here() && other.is_here() && one.epoch == other.epoch
    }

    /// Which others in a device's roster are heard to be where it is. Somebody malicious signs what is asked.
    fn heard_here(&self, device: &Device, roster: Keys) -> Keys {
        let others = roster.without(Keys::of(device.key));
        let honest = self
            .devices
            .iter()
            .filter(|other| Self::are_together(other, device));
        honest
            .fold(MALICIOUS, |keys, other| keys.with(other.key))
            .and(others)
    }

    /// Which others in a device's roster are heard to be somewhere else.
    fn heard_elsewhere(&self, device: &Device, roster: Keys) -> Keys {
        let is_elsewhere = |other: &&Device| other.is_here() && other.epoch != device.epoch;
        let honest = self.devices.iter().filter(is_elsewhere);
        honest
            .fold(Keys::default(), |keys, other| keys.with(other.key))
            .and(roster)
    }

    /// Whether anybody at all has signed to be where a device is, or nobody else is there.
    #[must_use]
    pub fn has_company(&self, at: usize) -> bool {
        let device = &self.devices[at];
        device.epoch.is_some_and(|epoch| {
            epoch.roster == Keys::of(device.key)
                || !self.heard_here(device, epoch.roster).is_empty()
        })
    }

    /// Whether the host, or at least as many as are where a device is, have signed to be somewhere else.
    #[must_use]
    pub fn is_apart(&self, rules: &Rules, at: usize) -> bool {
        let device = &self.devices[at];
        // Others come to where the host is, once the host has arrived.
        let is_centre = device.key == ANN && !device.is_new;
        let Some(epoch) = device.epoch.filter(|_| !is_centre) else {
            return false;
        };
        let here = self.heard_here(device, epoch.roster);
        // The host does not say where it is before somebody has acknowledged it there.
        let hears_host = rules.host_is_heard_outside && !self.host().is_new;
        let known = if hears_host {
            epoch.roster.with(ANN)
        } else {
            epoch.roster
        };
        let elsewhere = self.heard_elsewhere(device, known);
        elsewhere.has(ANN) || (!here.has(ANN) && yields(device, here, elsewhere))
    }

    /// How many commits of this author there are on this epoch already.
    #[must_use]
    pub fn nonce(&self, on: u64, by: Key) -> u8 {
        let is_one = |entry: &&Entry| match entry {
            Entry::Commit(one) | Entry::Substitute(one) => one.on == on && one.by == by,
            _ => false,
        };
        u8::try_from(self.order.iter().filter(is_one).count()).unwrap_or(u8::MAX)
    }

    /// A device reads an entry.
    pub fn read(&mut self, rules: &Rules, at: usize, entry: &Entry) -> Effect {
        let mut device = self.devices[at].clone();
        let claims = device.clone();
        let effect = device.read(&self.facts(rules), entry);
        self.devices[at] = device;
        if let Some((gone, reason)) = effect.evicted {
            self.is_wronged |= gone
                .without(MALICIOUS)
                .iter()
                .any(|key| !self.is_right(&claims, key, reason));
        }
        effect
    }

    /// Whether it is right that somebody honest is out: the three reasons, looked at from outside.
    fn is_right(&self, judge: &Device, key: Key, reason: Reason) -> bool {
        let was_lost = match reason {
            Reason::Lost { position } => self.was_lost(judge, key, position),
            _ => false,
        };
        self.acts.has_removed(key) || self.leaves.has(key) || was_lost
    }

    /// Somebody was silent for three quarter minutes when it was said; or a malicious server let it seem so.
    fn was_lost(&self, judge: &Device, key: Key, position: u8) -> bool {
        let since = judge.received.get(usize::from(position)).copied();
        let has_waited = since.is_some_and(|since| {
            since == LONG_AGO || self.now.saturating_sub(since) >= SILENT_QUARTERS
        });
        let has_signed = judge.signed[usize::from(key.0)] > position;
        let seems_so = self.budget.server_lies && has_waited && !has_signed;
        self.rightly_lost.has(key) || seems_so
    }

    fn is_silent(&self, key: Key) -> bool {
        self.now.saturating_sub(self.signed_at[usize::from(key.0)]) >= SILENT_QUARTERS
    }

    /// Puts an entry into the order.
    pub fn append(&mut self, entry: Entry) {
        self.is_restless |= self.order.len() >= MAX_ORDER;
        if !self.is_restless {
            self.order.push(entry);
        }
    }

    /// The honest server takes a commit, if it names the epoch that is; the head is the one beside it.
    /// A malicious one takes everything, and publishes what comes of it.
    pub fn take(&mut self, commit: Commit, before: &Epoch, head: Head) -> bool {
        let after = commit.after(before);
        if matches!(commit.reason, Reason::Lost { .. }) {
            let silent = commit.removes.iter().filter(|key| self.is_silent(*key));
            self.rightly_lost = silent.fold(self.rightly_lost, Keys::with);
        }
        if self.budget.server_lies {
            self.publish(after, commit.head);
        } else {
            let is_hosts = matches!(commit.reason, Reason::Act(_)) && commit.by == ANN;
            let is_next = self
                .stand
                .is_some_and(|stand| stand.number == before.number);
            if !is_next || !(is_hosts || head == self.head) {
                return false;
            }
            self.head = head;
            self.stand = Some(Stand {
                number: after.number,
                info: Some(after),
            });
        }
        self.append(Entry::Commit(commit));
        true
    }

    /// A malicious server can hand this out from now on.
    pub fn publish(&mut self, epoch: Epoch, head: Head) {
        if !self.published.contains(&(epoch, head)) {
            self.published.push((epoch, head));
            self.published.sort_unstable();
        }
    }

    /// Whether somebody who wants to join could: the door is not shut, or opens for them.
    #[must_use]
    pub fn is_let_in(&self, judge: &Device, key: Key) -> bool {
        let state = self.acts.state(judge.known);
        let number = judge.epoch.map_or(0, |epoch| epoch.number);
        let has_grant = self.grants[usize::from(key.0)] >= number.max(1);
        let is_inside = judge.epoch.is_some_and(|epoch| epoch.roster.has(key));
        !state.removed.has(key)
            && (is_inside
                || judge.lost.has(key)
                || !(state.is_locked || state.has_to_ask && !has_grant))
    }

    /// The device whose epoch is the meeting's: the host's, or the first that is there.
    #[must_use]
    pub fn anchor(&self) -> Option<&Device> {
        self.devices.iter().find(|device| device.is_here())
    }

    /// Who of the honest wants to be in the meeting and has a connection.
    pub fn attending(&self) -> impl Iterator<Item = &Device> {
        self.devices
            .iter()
            .filter(|device| device.is_online && !matches!(device.stage, Stage::Out | Stage::Over))
    }
}

/// Whether a device goes to where others are: to more than are with it; when they are as many, or it alone makes
/// the difference, the new ones go, and then those who come later in rank. Otherwise both would, again and again.
fn yields(device: &Device, here: Keys, elsewhere: Keys) -> bool {
    let (with_it, there) = (here.with(device.key), elsewhere);
    if there.is_empty() || there.len() < here.len() {
        return false;
    }
    there.len() > with_it.len() || device.is_new || there.iter().next() < with_it.iter().next()
}
