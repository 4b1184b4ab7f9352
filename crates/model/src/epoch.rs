//! Epochs, the commits that lead to them, and what else is in the order.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::acts::Head;
use crate::people::{Key, Keys};

/// What an epoch's secrets follow from: everything before it. Two devices hold the same secrets if and
/// only if these are equal; that much is taken from MLS.
pub type EpochId = u64;

/// The parent of a commit that follows from nothing: bytes that nobody can use.
pub const NOWHERE: EpochId = 0;

/// An epoch as a GroupInfo shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Epoch {
    /// Its secrets.
    pub id: EpochId,
    /// Its number: all that the server knows of it.
    pub number: u8,
    /// Who is in it.
    pub roster: Keys,
}

impl Epoch {
    /// An epoch that follows from nothing: a creation, or one that somebody made up.
    #[must_use]
    pub fn made_up(number: u8, roster: Keys, seed: u8) -> Self {
        let id = digest(&(number, roster, seed));
        Self { id, number, roster }
    }
}

/// Why a commit says that it may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// A join, a re-join, new keys.
    None,
    /// The host's grant, good until an epoch.
    Grant {
        /// The last one.
        until: u8,
    },
    /// A grant that is signed by somebody who says to be a co-host.
    FalseGrant,
    /// A host's act, after which this is the head.
    Act(Head),
    /// Signed leaves.
    Left,
    /// Leaves that have not signed to have read so far.
    Lost {
        /// A place in the order.
        position: u8,
    },
}

/// A commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Commit {
    /// The epoch that it changes.
    pub on: EpochId,
    /// Whose path it has.
    pub by: Key,
    /// By somebody from outside: a join or a re-join.
    pub is_external: bool,
    /// Whom it removes.
    pub removes: Keys,
    /// And why.
    pub reason: Reason,
    /// The act head that holds once it stands.
    pub head: Head,
    /// How many of its kind were there before: new keys are new each time.
    pub nonce: u8,
}

impl Commit {
    /// The epoch after it, for who is in the epoch before.
    #[must_use]
    pub fn after(&self, before: &Epoch) -> Epoch {
        Epoch {
            id: digest(self),
            number: before.number + 1,
            roster: before.roster.without(self.removes).with(self.by),
        }
    }
}

/// What is in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entry {
    /// A commit.
    Commit(Commit),
    /// A commit that may fill the place of a void one; a message, so only members can read it.
    Substitute(Commit),
    /// Acts that lead to a head, told in an epoch.
    History {
        /// Who can read it.
        told_in: EpochId,
        /// Where the acts lead.
        head: Head,
    },
    /// Somebody's signed goodbye.
    Leave(Key),
}

fn digest(of: &impl Hash) -> EpochId {
    // Always the same hasher with the same key: the same past has the same name in every run.
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish().max(1)
}
