//! An honest device: what it knows, and what it does with what it reads.

use crate::acts::Head;
use crate::epoch::{Commit, Entry, Epoch, EpochId, Reason};
use crate::people::{KEYS, Key, Keys};
use crate::rules::{Facts, judge};

/// Received before this device could know when.
pub const LONG_AGO: u8 = u8::MAX;

/// Of how many epochs before its own a device still reads messages; more than there are in a run.
pub const PAST_EPOCHS: usize = 4;

/// How often a device joins anew because it is alone or apart, before it says so and stops.
pub const MAX_TRIES: u8 = 3;

/// Where a device is with its meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Its person has not opened the link.
    Out,
    /// It wants to join, for the first time or anew.
    Joining,
    /// It is a member, as far as it knows.
    Member,
    /// An act or its own goodbye has ended it.
    Over,
    /// It has said that it can't get in.
    GivenUp,
}

/// An honest device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    /// Its leaf key.
    pub key: Key,
    /// Where it is with its meeting.
    pub stage: Stage,
    /// Whether it has a connection.
    pub is_online: bool,
    /// The epoch whose secrets it uses.
    pub epoch: Option<Epoch>,
    /// Epochs of which it still reads messages.
    pub past: [EpochId; PAST_EPOCHS],
    /// The epoch after its own join, which has not come back yet.
    pub pending: Option<(Epoch, Commit)>,
    /// The number of its last epoch: no earlier one is joined.
    pub floor: u8,
    /// How many entries of the order it has read.
    pub cursor: u8,
    /// By how many epochs the order is ahead.
    pub behind: u8,
    /// The head that its epoch names.
    pub head: Head,
    /// The head up to which it has been given the acts.
    pub known: Head,
    /// Every act that it has ever been given, one bit each. No rule looks at it; properties do.
    pub seen: u8,
    /// Who left while it was there.
    pub left: Keys,
    /// Who was lost while it was there.
    pub lost: Keys,
    /// Whose goodbye it has read.
    pub leavers: Keys,
    /// Somebody joined who can't know the acts, and nobody has told them yet.
    pub owes_history: bool,
    /// It has tried to fill the place of a void commit of this epoch.
    pub has_filled: bool,
    /// It has joined, and nobody has acknowledged it yet.
    pub is_new: bool,
    /// The number of the epoch in which it waits for somebody to acknowledge it: after a join, and after a substitute.
    pub watched: u8,
    /// How often it has joined anew since somebody acknowledged it.
    pub tries: u8,
    /// Up to where entries come late, after it was away.
    pub late_until: u8,
    /// The order that it knew is not held any more.
    pub is_cut: bool,
    /// When each entry came.
    pub received: Vec<u8>,
    /// Up to which position, exclusively, each key has signed to have read, as far as it knows.
    pub signed: [u8; KEYS],
}

/// What comes of an entry that somebody has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Whom it took out of the group, and why.
    pub evicted: Option<(Keys, Reason)>,
    /// It filled a place with its own commit, and replaces the GroupInfo now.
    pub uploads: bool,
}

impl Device {
    /// A device whose person has not opened the link yet.
    #[must_use]
    pub fn out(key: Key) -> Self {
        Self {
            key,
            stage: Stage::Out,
            is_online: true,
            epoch: None,
            past: [0; PAST_EPOCHS],
            pending: None,
            floor: 0,
            cursor: 0,
            behind: 0,
            head: 0,
            known: 0,
            seen: 0,
            left: Keys::default(),
            lost: Keys::default(),
            leavers: Keys::default(),
            owes_history: false,
            has_filled: false,
            is_new: false,
            watched: 0,
            tries: 0,
            late_until: 0,
            is_cut: false,
            received: Vec::new(),
            signed: [0; KEYS],
        }
    }

    /// Whether it is a member with a connection.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.stage == Stage::Member && self.is_online
    }

    /// Whether it has been given the acts that lead to the head.
    #[must_use]
    pub fn knows_acts(&self) -> bool {
        self.head == self.known
    }

    /// Whether it would say of somebody else that they are lost at a position.
    #[must_use]
    pub fn believes_lost(&self, facts: &Facts<'_>, key: Key, position: u8) -> bool {
        self.is_overdue(facts, key, position, facts.rules.lost_judged_after)
    }

    /// Whether a position came so long ago, and somebody has not signed to have read it.
    #[must_use]
    pub fn is_overdue(&self, facts: &Facts<'_>, key: Key, position: u8, after: u8) -> bool {
        let has_signed = self.signed[usize::from(key.0)] > position;
        let waited = match self.received.get(usize::from(position)) {
            Some(&LONG_AGO) => true,
            Some(&since) => facts.now.saturating_sub(since) >= after,
            None => false,
        };
        waited && !(facts.rules.signature_refutes && has_signed)
    }

    /// Somebody has signed to have read so many entries.
    pub fn heard(&mut self, key: Key, entries: u8) {
        let signed = &mut self.signed[usize::from(key.0)];
        *signed = entries.min(self.cursor).max(*signed);
    }

    /// Everybody in its roster gets the full time to be heard from.
    pub fn gives_time(&mut self) {
        let roster = self.epoch.map_or(Keys::default(), |epoch| epoch.roster);
        for key in roster.iter() {
            self.heard(key, self.cursor);
        }
    }

    /// Takes the next entry of its order.
    pub fn read(&mut self, facts: &Facts<'_>, entry: &Entry) -> Effect {
        let is_late = self.cursor < self.late_until;
        self.received
            .push(if is_late { LONG_AGO } else { facts.now });
        self.cursor += 1;
        match entry {
            Entry::Commit(commit) => self.read_commit(facts, commit),
            Entry::Substitute(commit) => self.read_substitute(facts, commit),
            Entry::History { told_in, head } => {
                self.read_history(facts, *told_in, *head);
                Effect::default()
            }
            Entry::Leave(key) => {
                self.leavers = self.leavers.with(*key);
                Effect::default()
            }
        }
    }

    /// Gives up its epoch and asks for a turn.
    pub fn join_anew(&mut self) {
        if let Some(epoch) = self.epoch.take() {
            self.floor = epoch.number;
        }
        self.stage = Stage::Joining;
        self.has_filled = false;
        self.watched = 0;
        self.is_new = false;
        self.behind = 0;
        self.owes_history = false;
    }

    fn read_commit(&mut self, facts: &Facts<'_>, commit: &Commit) -> Effect {
        if let Some((epoch, _)) = self.pending.take_if(|(_, own)| own == commit) {
            self.enter(facts, epoch, commit.head);
            return Effect::default();
        }
        if self.stage != Stage::Member {
            return Effect::default();
        }
        self.behind += 1;
        self.take(facts, commit).unwrap_or_else(|| {
            if self.behind > facts.rules.epochs_behind {
                self.join_anew();
            }
            Effect::default()
        })
    }

    fn read_substitute(&mut self, facts: &Facts<'_>, commit: &Commit) -> Effect {
        if self.stage != Stage::Member || self.behind == 0 {
            return Effect::default();
        }
        let Some(mut effect) = self.take(facts, commit) else {
            return Effect::default();
        };
        self.watched = self.epoch.map_or(0, |epoch| epoch.number);
        effect.uploads = commit.by == self.key && self.behind == 0 && self.stage == Stage::Member;
        effect
    }

    /// Judges a commit and, if it may be made, moves on.
    fn take(&mut self, facts: &Facts<'_>, commit: &Commit) -> Option<Effect> {
        let after = if commit.by == self.key {
            // Its own it has judged before it sent it.
            self.epoch
                .filter(|epoch| epoch.id == commit.on)
                .map(|epoch| commit.after(&epoch))
        } else {
            judge(facts, self, commit)
        }?;
        let before = self.epoch?;
        self.behind -= 1;
        self.past.rotate_right(1);
        self.past[0] = before.id;
        self.has_filled = false;
        self.epoch = Some(after);
        let position = self.cursor;
        self.heard(commit.by, position);
        self.lost = self.lost.without(Keys::of(commit.by));
        if let Reason::Act(head) = commit.reason {
            self.learn(facts, head);
            self.head = head;
        }
        if commit.is_external {
            self.owes_history |= self.head != 0 && self.knows_acts();
        }
        let gone = commit.removes.without(Keys::of(commit.by));
        if gone.is_empty() {
            return Some(Effect::default());
        }
        self.went(commit, gone);
        Some(Effect {
            evicted: Some((gone, commit.reason)),
            uploads: false,
        })
    }

    fn went(&mut self, commit: &Commit, gone: Keys) {
        for key in gone.iter() {
            self.signed[usize::from(key.0)] = 0;
        }
        if matches!(commit.reason, Reason::Lost { .. }) {
            self.lost = self.lost.or(gone);
        } else {
            self.left = self.left.or(gone);
        }
        if gone.has(self.key) {
            self.join_anew();
            if !matches!(commit.reason, Reason::Lost { .. }) {
                self.stage = Stage::Over;
            }
        }
    }

    /// Its own join stands.
    fn enter(&mut self, facts: &Facts<'_>, epoch: Epoch, head: Head) {
        self.stage = Stage::Member;
        self.epoch = Some(epoch);
        self.floor = epoch.number;
        self.watched = epoch.number;
        self.past = [0; PAST_EPOCHS];
        self.head = head;
        self.behind = 0;
        self.is_new = true;
        // Those who were there may not know the acts: when the group was made anew.
        self.owes_history = facts.rules.acts_outlive_group && head != 0 && self.knows_acts();
        self.gives_time();
    }

    fn read_history(&mut self, facts: &Facts<'_>, told_in: EpochId, head: Head) {
        let is_readable =
            self.epoch.is_some_and(|epoch| epoch.id == told_in) || self.past.contains(&told_in);
        if self.stage != Stage::Member || !is_readable {
            return;
        }
        let is_genuine = head == self.head;
        if is_genuine || !facts.rules.history_leads_to_head {
            self.owes_history = false;
        }
        if is_genuine && !self.knows_acts() && facts.acts.leads(self.known, head) {
            self.learn(facts, head);
            let removed = facts.acts.state(head).removed;
            let is_among = self
                .epoch
                .is_some_and(|epoch| !epoch.roster.and(removed).is_empty());
            if facts.rules.learner_judges_anew && is_among {
                self.join_anew();
            }
        }
    }

    fn learn(&mut self, facts: &Facts<'_>, head: Head) {
        self.known = head;
        for act in facts.acts.chain(head) {
            self.seen |= 1 << act;
        }
    }
}
