//! Names of things, as the signalling protocol spells them.

use std::fmt;
use std::sync::Arc;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as it travels on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A room: the unit that one worker owns whole.
    RoomId
}
id! {
    /// A participant's session in a room (`PA_…`). A new session is a new participant id.
    ParticipantId
}
id! {
    /// Who a participant says to be (the token's subject); data packets are addressed to it.
    Identity
}
id! {
    /// A publication (`TR_…`).
    TrackId
}

/// Which of a participant's two transports is meant (LiveKit protocol v0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// Participant to server; the participant offers.
    Publisher,
    /// Server to participant; the server offers.
    Subscriber,
}

impl Target {
    /// Both targets, publisher first.
    pub const ALL: [Self; 2] = [Self::Publisher, Self::Subscriber];

    /// The word used towards Python: `"publisher"` or `"subscriber"`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Subscriber => "subscriber",
        }
    }
}
