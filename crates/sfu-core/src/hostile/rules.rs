//! What is to be done to which publication, read from a file that a test changes as it goes.
//!
//! A line is `TRACK WHAT ARGUMENTS`; several lines about one track work one after the other. Bytes are
//! in hexadecimal; an offset or length `each` is another one for each frame, 0 to 47.
//!
//! ```text
//! TR_a drop                     forward nothing of it
//! TR_a swap TR_b                what is sent as a is forwarded as b
//! TR_a layers 0 1               exchange two encodings
//! TR_a flip start|end AT MASK   change bits of each frame
//! TR_a cut LENGTH               keep so many bytes of each frame
//! TR_a append BYTES             put something behind each frame
//! TR_a replace BYTES            forward this instead of each frame
//! TR_a inject BYTES EVERY       forward this as a frame of its own, after every so many
//! TR_a replay LAG               forward each frame again that many frames later; 0 doubles it
//! TR_a late EVERY LAG           hold every so many frames back, for that many frames
//! TR_a loop COUNT               forward that many frames, and then the same again and again
//! ```

use std::path::PathBuf;
use std::str::SplitWhitespace;
use std::time::{Duration, Instant};

use super::tap;
use crate::ids::TrackId;

/// How often the file is looked at.
const POLL: Duration = Duration::from_millis(100);
/// Bound of frames that are kept of one encoding.
pub(super) const MAX_KEPT: usize = 1_024;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) track: TrackId,
    pub(super) op: Op,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Drop,
    Swap(TrackId),
    Layers(u8, u8),
    Flip { from_end: bool, at: At, mask: u8 },
    Cut(At),
    Append(Vec<u8>),
    Replace(Vec<u8>),
    Inject { bytes: Vec<u8>, every: u64 },
    Replay { lag: usize },
    Late { every: u64, lag: u64 },
    Loop { count: usize },
}

/// A place in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    Fixed(usize),
    Each,
}

impl At {
    /// The place in the frame of that number.
    pub(super) fn of(self, frame: u64) -> usize {
        match self {
            Self::Fixed(at) => at,
            Self::Each => (frame % 48) as usize,
        }
    }
}

/// The rules in force.
pub(super) struct RuleFile {
    path: Option<PathBuf>,
    next_look: Option<Instant>,
    text: String,
    rules: Vec<Rule>,
}

impl RuleFile {
    /// The file that the environment names, if any.
    pub(super) fn from_environment() -> Self {
        Self {
            path: std::env::var_os("HOSTILE_RULES").map(PathBuf::from),
            next_look: None,
            text: String::new(),
            rules: Vec::new(),
        }
    }

    /// The rules at a time; a file that is not there has none.
    ///
    /// # Panics
    ///
    /// When a line can't be read: a test that believes it attacks must not pass.
    #[allow(clippy::panic)]
    pub(super) fn at(&mut self, now: Instant) -> &[Rule] {
        if let Some(path) = &self.path
            && self.next_look.is_none_or(|at| now >= at)
        {
            self.next_look = Some(now + POLL);
            let text = std::fs::read_to_string(path).unwrap_or_default();
            if text != self.text {
                let Some(rules) = parse(&text) else {
                    panic!("these rules can't be read: {text}");
                };
                self.rules = rules;
                tap::rules(&text);
                self.text = text;
            }
        }
        &self.rules
    }
}

fn parse(text: &str) -> Option<Vec<Rule>> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(parse_line)
        .collect()
}

fn parse_line(line: &str) -> Option<Rule> {
    let mut words = line.split_whitespace();
    let track = TrackId::from(words.next()?);
    let op = parse_op(&mut words)?;
    words.next().is_none().then_some(Rule { track, op })
}

fn parse_op(words: &mut SplitWhitespace<'_>) -> Option<Op> {
    Some(match words.next()? {
        "drop" => Op::Drop,
        "swap" => Op::Swap(TrackId::from(words.next()?)),
        "layers" => Op::Layers(number(words)?, number(words)?),
        "flip" => Op::Flip {
            from_end: words.next()? == "end",
            at: place(words)?,
            mask: u8::from_str_radix(words.next()?, 16).ok()?,
        },
        "cut" => Op::Cut(place(words)?),
        "append" => Op::Append(bytes(words)?),
        "replace" => Op::Replace(bytes(words)?),
        "inject" => Op::Inject {
            bytes: bytes(words)?,
            every: number::<u64>(words)?.max(1),
        },
        "replay" => Op::Replay {
            lag: number::<usize>(words)?.min(MAX_KEPT - 1),
        },
        "late" => Op::Late {
            every: number::<u64>(words)?.max(1),
            lag: number(words)?,
        },
        "loop" => Op::Loop {
            count: number::<usize>(words)?.clamp(1, MAX_KEPT),
        },
        _ => return None,
    })
}

fn number<T: std::str::FromStr>(words: &mut SplitWhitespace<'_>) -> Option<T> {
    words.next()?.parse().ok()
}

fn place(words: &mut SplitWhitespace<'_>) -> Option<At> {
    match words.next()? {
        "each" => Some(At::Each),
        word => word.parse().ok().map(At::Fixed),
    }
}

fn bytes(words: &mut SplitWhitespace<'_>) -> Option<Vec<u8>> {
    let text = words.next()?;
    let is_even = text.is_ascii() && text.len() % 2 == 0;
    let pairs = (0..text.len()).step_by(2);
    is_even
        .then(|| {
            pairs
                .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
                .collect()
        })
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op(line: &str) -> Option<Op> {
        parse(line).map(|mut rules| rules.remove(0).op)
    }

    #[test]
    fn every_line_of_the_list_can_be_read() {
        let lines = [
            ("TR_a drop", Op::Drop),
            ("TR_a swap TR_b", Op::Swap("TR_b".into())),
            ("TR_a layers 0 1", Op::Layers(0, 1)),
            ("TR_a cut each", Op::Cut(At::Each)),
            ("TR_a append 00ff", Op::Append(vec![0, 255])),
            ("TR_a replace f8", Op::Replace(vec![0xf8])),
            ("TR_a replay 0", Op::Replay { lag: 0 }),
            ("TR_a late 2 300", Op::Late { every: 2, lag: 300 }),
            ("TR_a loop 30", Op::Loop { count: 30 }),
        ];
        for (line, expected) in lines {
            assert_eq!(op(line), Some(expected), "{line}");
        }
        let (from_end, at) = (true, At::Fixed(3));
        let mask = 0x80;
        assert_eq!(
            op("TR_a flip end 3 80"),
            Some(Op::Flip { from_end, at, mask })
        );
        let (bytes, every) = (vec![1, 2], 5);
        assert_eq!(op("TR_a inject 0102 5"), Some(Op::Inject { bytes, every }));
    }

    #[test]
    fn a_line_that_is_none_is_not_passed_over() {
        for line in [
            "TR_a",
            "TR_a sing",
            "TR_a cut",
            "TR_a replace f",
            "TR_a drop all",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
        assert_eq!(parse("\n  \n"), Some(Vec::new()));
    }
}
