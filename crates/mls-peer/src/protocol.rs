//! What goes over the pipe: JSON, one line each, bytes in hexadecimal.

use std::error::Error;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whatever goes wrong is told and nothing else: the test decides what was expected.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// Bytes, written in hexadecimal.
#[derive(Debug, PartialEq)]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl Hex {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_hex(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("bytes that are not hexadecimal"))
    }
}

fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(pair.first()? * 16 + pair.last()?).ok())
        .collect()
}

/// What a test asks for.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Request {
    /// The leaf key, made when the process began.
    Key,
    /// A signature by the leaf key.
    Sign {
        message: Hex,
    },
    Join(Join),
    Commit(Commit),
    /// Takes an MLSMessage out of the order; one's own commit counts when it comes here.
    Process {
        message: Hex,
    },
    /// A PrivateMessage for the others.
    Seal {
        plain: Hex,
    },
    /// The GroupInfo of the epoch, with its tree and its key.
    GroupInfo,
    View,
    Export(Export),
}

/// An external commit; it counts at once.
#[derive(Deserialize)]
pub(crate) struct Join {
    pub(crate) group_info: Hex,
    /// The identity in the basic credential.
    pub(crate) credential: Hex,
    pub(crate) authenticated_data: Hex,
}

/// A commit with a path and nothing but removals.
#[derive(Deserialize)]
pub(crate) struct Commit {
    pub(crate) authenticated_data: Hex,
    #[serde(default)]
    pub(crate) remove: Vec<u32>,
}

/// MLS-Exporter (RFC 9420 section 8.5).
#[derive(Deserialize)]
pub(crate) struct Export {
    pub(crate) label: String,
    pub(crate) context: Hex,
    pub(crate) length: usize,
}

/// What a test is told.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Bytes {
        bytes: Hex,
    },
    Commit {
        message: Hex,
        group_info: Option<Hex>,
    },
    Processed(Processed),
    View(View),
    Error {
        error: String,
    },
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Processed {
    Commit {
        committer: u32,
        is_external: bool,
        authenticated_data: Hex,
        /// It took this member's leaf out of the tree.
        is_removed: bool,
    },
    Message {
        sender: u32,
        plain: Hex,
        authenticated_data: Hex,
    },
    Other,
}

#[derive(Serialize)]
pub(crate) struct View {
    pub(crate) epoch: u64,
    pub(crate) index: u32,
    pub(crate) tree_hash: Hex,
    pub(crate) epoch_authenticator: Hex,
    pub(crate) members: Vec<Seen>,
}

/// A member, as it stands in the tree.
#[derive(Serialize)]
pub(crate) struct Seen {
    pub(crate) index: u32,
    pub(crate) leaf_key: Hex,
}

#[cfg(test)]
mod tests {
    use super::parse_hex;

    #[test]
    fn only_whole_bytes_are_read() {
        assert_eq!(parse_hex("00fF10"), Some(vec![0, 255, 16]));
        assert_eq!(parse_hex("0"), None);
        assert_eq!(parse_hex("0g"), None);
    }
}
