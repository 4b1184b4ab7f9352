//! What a run covers: how a meeting begins, and how much may happen in it.

use crate::acts::{Acts, Deed};
use crate::device::{Device, Stage};
use crate::epoch::Epoch;
use crate::meeting::{Meeting, Stand};
use crate::people::{ANN, BEN, CAT, KEYS, Key, Keys, MAL, MAL_TOO};

/// How much may still happen. Each number goes down by one when it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Budget {
    /// What somebody malicious does who has the link.
    pub mischief: u8,
    /// Acts of the host.
    pub acts: u8,
    /// Grants of the host.
    pub grants: u8,
    /// People who open the link in the course of it.
    pub arrivals: u8,
    /// Members who say goodbye.
    pub leaves: u8,
    /// New keys for an honest path.
    pub refreshes: u8,
    /// Connections that break.
    pub absences: u8,
    /// Devices that lose their memory.
    pub losses: u8,
    /// Quarter minutes.
    pub quarters: u8,
    /// Groups that the server deletes because nobody is there.
    pub idlings: u8,
    /// Turns that a malicious server gives.
    pub offers: u8,
    /// The server gives out what it likes to whom it likes.
    pub server_lies: bool,
}

/// How a meeting begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opening {
    /// Nobody has come; all three honest want to.
    Empty,
    /// Ann and Ben are there, Cat may open the link, Mal is outside with it.
    Pair,
    /// Ann and Ben are there, Cat wants to come, Mal is outside with the link.
    Knocking,
    /// The same, with Mal inside.
    MalInside,
    /// The same, and the host has let Mal in for a long time to come.
    MalInvited,
    /// All four are there.
    Full,
    /// The same, and Mal has two keys.
    MalTwice,
}

/// What a run covers.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The beginnings.
    pub openings: Vec<Opening>,
    /// How much may happen.
    pub budget: Budget,
    /// Somebody malicious also makes up groups of their own keys alone.
    pub has_shams: bool,
}

impl Scope {
    /// A run from these beginnings.
    #[must_use]
    pub fn new(openings: &[Opening], budget: Budget) -> Self {
        Self {
            openings: openings.to_vec(),
            budget,
            has_shams: false,
        }
    }

    /// The states that a run begins with.
    #[must_use]
    pub fn beginnings(&self) -> Vec<Meeting> {
        self.openings
            .iter()
            .map(|opening| begin(*opening, self.budget))
            .collect()
    }
}

/// What the host may do to whom.
#[must_use]
pub fn deeds() -> Vec<Deed> {
    vec![
        Deed::AskToJoin,
        Deed::Lock,
        Deed::Remove(MAL),
        Deed::Remove(CAT),
    ]
}

fn begin(opening: Opening, budget: Budget) -> Meeting {
    let (inside, waiting): (&[Key], &[Key]) = match opening {
        Opening::Empty => (&[], &[ANN, BEN, CAT]),
        Opening::Pair => (&[ANN, BEN], &[]),
        Opening::Knocking => (&[ANN, BEN], &[CAT]),
        Opening::MalInside | Opening::MalInvited => (&[ANN, BEN, MAL], &[CAT]),
        Opening::Full => (&[ANN, BEN, CAT, MAL], &[]),
        Opening::MalTwice => (&[ANN, BEN, MAL, MAL_TOO], &[CAT]),
    };
    let roster = Keys::from_slice(inside);
    let epoch = Epoch::made_up(1, roster, 0);
    let devices = [ANN, BEN, CAT].map(|key| {
        let mut device = Device::out(key);
        if waiting.contains(&key) {
            device.stage = Stage::Joining;
        } else if inside.contains(&key) {
            device.stage = Stage::Member;
            device.epoch = Some(epoch);
        }
        device
    });
    let mut grants = [0; KEYS];
    if opening == Opening::MalInvited {
        grants[usize::from(MAL.0)] = u8::MAX;
    }
    let is_there = !inside.is_empty();
    Meeting {
        devices: devices.to_vec(),
        order: Vec::new(),
        stand: is_there.then_some(Stand {
            number: 1,
            info: Some(epoch),
        }),
        head: 0,
        acts: Acts::default(),
        grants,
        leaves: Keys::default(),
        now: 0,
        rightly_lost: Keys::default(),
        said: [0; KEYS],
        lagging: Keys::default(),
        signed_at: [0; KEYS],
        published: if is_there && budget.server_lies {
            vec![(epoch, 0)]
        } else {
            Vec::new()
        },
        budget,
        is_wronged: false,
        is_restless: false,
        uploads: 0,
    }
}
