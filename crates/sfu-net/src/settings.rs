//! What an engine is started with, and why it may not start.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::candidates::CandidateAddress;

/// Most workers: the ICE user name fragments and the steering tables are made for few of them.
pub const MAX_WORKERS: u8 = 64;

/// What an [`crate::Engine`] is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Local address; port 0 picks a free one.
    pub bind: SocketAddr,
    /// Addresses that participants are told to send to.
    pub candidates: Vec<CandidateAddress>,
    /// Take datagrams from this machine only, whatever `bind` lets in: from those of the candidates
    /// that are its own addresses.
    pub is_local_only: bool,
    /// Threads, `1..=`[`MAX_WORKERS`].
    pub workers: u8,
    /// Limits of the core; its `worker` and `candidates` are filled in.
    pub core: sfu_core::Config,
}

/// Why an engine did not start. The text says what to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartError {
    /// Not a socket address.
    BindUnreadable(String),
    /// Not an IP address with or without port.
    CandidateUnreadable(String),
    /// Nobody can send to "any address".
    CandidateUnspecified(IpAddr),
    /// The socket does not receive what is sent to this candidate.
    CandidateFamily {
        /// The candidate.
        candidate: IpAddr,
        /// The socket's address.
        bound: SocketAddr,
    },
    /// No candidates were given.
    NoCandidates,
    /// Too few or too many workers.
    Workers(i64),
    /// The kernel refused the port.
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// The kernel's reason.
        kind: io::ErrorKind,
        /// The kernel's words.
        reason: String,
    },
    /// The kernel refused a thread or a descriptor.
    Resources(String),
}

impl StartError {
    pub(crate) fn bind(address: SocketAddr, error: &io::Error) -> Self {
        Self::Bind {
            address,
            kind: error.kind(),
            reason: error.to_string(),
        }
    }

    pub(crate) fn resources(error: &io::Error) -> Self {
        Self::Resources(error.to_string())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BindUnreadable(text) => write!(
                f,
                "cannot read {text:?} as the address to bind; write it like 0.0.0.0:7882 or [::]:7882"
            ),
            Self::CandidateUnreadable(text) => write!(
                f,
                "cannot read candidate {text:?}; write an IP address (not a name) with or without \
                 port, like 192.0.2.1 or [2001:db8::1]:7882"
            ),
            Self::CandidateUnspecified(ip) => write!(
                f,
                "candidate {ip} is no address to send to; name the address that participants reach"
            ),
            Self::CandidateFamily { candidate, bound } => write!(
                f,
                "candidate {candidate} cannot be reached through {bound}; bind [::] to serve both \
                 IPv4 and IPv6"
            ),
            Self::NoCandidates => f.write_str(
                "no candidates given; name at least one address that participants reach",
            ),
            Self::Workers(workers) => {
                write!(f, "cannot run {workers} workers; choose 1 to {MAX_WORKERS}")
            }
            Self::Bind {
                address,
                kind,
                reason,
            } => match kind {
                io::ErrorKind::AddrInUse => write!(
                    f,
                    "UDP port {} is taken by another program; stop it or choose another port",
                    address.port()
                ),
                io::ErrorKind::PermissionDenied => write!(
                    f,
                    "not allowed to use UDP port {}; choose one above 1023",
                    address.port()
                ),
                io::ErrorKind::AddrNotAvailable => write!(
                    f,
                    "{} is not an address of this machine; bind 0.0.0.0 or [::] and name it as a \
                     candidate instead",
                    address.ip()
                ),
                _ => write!(f, "cannot bind UDP {address}: {reason}"),
            },
            Self::Resources(reason) => write!(
                f,
                "cannot start the media workers: {reason}; raise the limits on threads and open \
                 files, or use fewer workers"
            ),
        }
    }
}

impl std::error::Error for StartError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_next_step() {
        let address = SocketAddr::from(([0, 0, 0, 0], 7882));
        let error = StartError::bind(address, &io::Error::from(io::ErrorKind::AddrInUse));
        assert_eq!(
            error.to_string(),
            "UDP port 7882 is taken by another program; stop it or choose another port"
        );
    }
}
