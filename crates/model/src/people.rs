//! Leaf keys, and sets of them.

use std::fmt;

/// A leaf key. What it belongs to is fixed, so that a trace can be read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub u8);

/// The host's device.
pub const ANN: Key = Key(0);
/// An honest member.
pub const BEN: Key = Key(1);
/// An honest member who comes last.
pub const CAT: Key = Key(2);
/// Somebody malicious who has the link.
pub const MAL: Key = Key(3);
/// A second leaf key of the same: whoever has the link has as many as they like.
pub const MAL_TOO: Key = Key(4);
/// The leaf key that Ben's device makes after it has lost its memory.
pub const BEN_ANEW: Key = Key(5);

/// How many leaf keys there are.
pub const KEYS: usize = 6;

/// The keys that somebody malicious has.
pub const MALICIOUS: Keys = Keys(0b01_1000);

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = ["Ann", "Ben", "Cat", "Mal", "Mal2", "Ben2"];
        out.write_str(names.get(usize::from(self.0)).unwrap_or(&"?"))
    }
}

/// A set of leaf keys.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Keys(pub u8);

impl Keys {
    /// The set of one.
    #[must_use]
    pub const fn of(key: Key) -> Self {
        Self(1 << key.0)
    }

    /// The set of these.
    #[must_use]
    pub fn from_slice(keys: &[Key]) -> Self {
        keys.iter().fold(Self(0), |set, key| set.with(*key))
    }

    /// Whether a key is among them.
    #[must_use]
    pub const fn has(self, key: Key) -> bool {
        self.0 & (1 << key.0) != 0
    }

    /// With one more.
    #[must_use]
    pub const fn with(self, key: Key) -> Self {
        Self(self.0 | (1 << key.0))
    }

    /// All that are in one of both.
    #[must_use]
    pub const fn or(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// All that are in both.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Without these.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = Key> {
        (0..8).map(Key).filter(move |key| self.has(*key))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter()).finish()
    }
}
