//! Host acts: a chain that only the host's key makes longer.

use crate::people::{Key, Keys};

/// The head of the chain: one more than the place of the last act in `Acts`; 0 before the first.
pub type Head = u8;

/// What a host does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deed {
    /// From now on joining has to be asked for.
    AskToJoin,
    /// From now on nobody joins.
    Lock,
    /// Somebody is put out for good, and joining has to be asked for.
    Remove(Key),
}

/// An act that the host has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Act {
    /// The head that it follows.
    pub previous: Head,
    /// What it does.
    pub deed: Deed,
}

/// What follows from a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActState {
    /// Joining has to be asked for.
    pub has_to_ask: bool,
    /// Nobody joins.
    pub is_locked: bool,
    /// Who was put out.
    pub removed: Keys,
}

impl ActState {
    /// Whether a deed would change nothing.
    #[must_use]
    pub fn includes(&self, deed: Deed) -> bool {
        match deed {
            Deed::AskToJoin => self.has_to_ask,
            Deed::Lock => self.is_locked,
            Deed::Remove(key) => self.removed.has(key),
        }
    }
}

/// Everything that the host has ever signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Acts(Vec<Act>);

impl Acts {
    /// The host signs; answers the head after it.
    pub fn sign(&mut self, previous: Head, deed: Deed) -> Head {
        let act = Act { previous, deed };
        if let Some(at) = self.0.iter().position(|known| *known == act) {
            return head_at(at);
        }
        self.0.push(act);
        head_at(self.0.len() - 1)
    }

    /// The head after the last act that was signed.
    #[must_use]
    pub fn last(&self) -> Head {
        u8::try_from(self.0.len()).unwrap_or(Head::MAX)
    }

    /// The act that leads to a head.
    #[must_use]
    pub fn get(&self, head: Head) -> Option<Act> {
        self.0.get(usize::from(head.checked_sub(1)?)).copied()
    }

    /// All heads on the way to this one, itself included, the first act's excluded from nothing.
    #[must_use]
    pub fn chain(&self, head: Head) -> Vec<Head> {
        let mut heads = Vec::new();
        let mut at = head;
        while let Some(act) = self.get(at) {
            heads.push(at);
            at = act.previous;
        }
        heads
    }

    /// Whether a head is an older one on the way to another.
    #[must_use]
    pub fn is_older(&self, head: Head, than: Head) -> bool {
        head != than && (head == 0 || self.chain(than).contains(&head))
    }

    /// Whether one can come from `from` to `to`.
    #[must_use]
    pub fn leads(&self, from: Head, to: Head) -> bool {
        from == to || self.is_older(from, to)
    }

    /// What follows from a chain.
    #[must_use]
    pub fn state(&self, head: Head) -> ActState {
        let mut state = ActState::default();
        for at in self.chain(head) {
            match self.get(at).map(|act| act.deed) {
                Some(Deed::AskToJoin) => state.has_to_ask = true,
                Some(Deed::Lock) => state.is_locked = true,
                Some(Deed::Remove(key)) => {
                    state.has_to_ask = true;
                    state.removed = state.removed.with(key);
                }
                None => {}
            }
        }
        state
    }

    /// Whom one act puts out.
    #[must_use]
    pub fn removed_by(&self, head: Head) -> Keys {
        match self.get(head).map(|act| act.deed) {
            Some(Deed::Remove(key)) => Keys::of(key),
            _ => Keys::default(),
        }
    }

    /// Whether the host has ever put a key out.
    #[must_use]
    pub fn has_removed(&self, key: Key) -> bool {
        self.0.iter().any(|act| act.deed == Deed::Remove(key))
    }
}

fn head_at(index: usize) -> Head {
    u8::try_from(index + 1).unwrap_or(Head::MAX)
}
