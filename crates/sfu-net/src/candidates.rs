//! The addresses that participants are told to send to, and the local ones behind them.

use std::fmt;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::str::FromStr;

use crate::StartError;

/// An address to advertise; without a port it gets the bound one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CandidateAddress {
    /// The address.
    pub ip: IpAddr,
    /// The port, where a gateway maps another one to ours.
    pub port: Option<u16>,
}

impl FromStr for CandidateAddress {
    type Err = StartError;

    /// Read `192.0.2.1`, `192.0.2.1:7882`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:7882`.
    ///
    /// # Errors
    ///
    /// [`StartError::CandidateUnreadable`] for anything else and for port 0.
    fn from_str(text: &str) -> Result<Self, StartError> {
        let bare = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(text);
        if let Ok(ip) = bare.parse() {
            return Ok(Self { ip, port: None });
        }
        match text.parse::<SocketAddr>() {
            Ok(address) if address.port() != 0 => Ok(Self {
                ip: address.ip(),
                port: Some(address.port()),
            }),
            _ => Err(StartError::CandidateUnreadable(text.to_owned())),
        }
    }
}

impl fmt::Display for CandidateAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => SocketAddr::new(self.ip, port).fmt(f),
            None => self.ip.fmt(f),
        }
    }
}

/// The advertised addresses of a running engine.
#[derive(Clone, Debug)]
pub struct Candidates {
    advertised: Vec<SocketAddr>,
    /// Addresses of this machine among them; the others belong to a gateway in front of it.
    local: Vec<IpAddr>,
    is_local_only: bool,
}

impl Candidates {
    /// Complete `wanted` with the bound port; with `is_local_only`, nobody else on the network
    /// reaches any of them.
    ///
    /// # Errors
    ///
    /// None given, one that nobody can send to (unspecified), or one of a family that `bound`
    /// does not receive.
    pub fn new(
        wanted: &[CandidateAddress],
        bound: SocketAddr,
        is_local_only: bool,
    ) -> Result<Self, StartError> {
        if wanted.is_empty() {
            return Err(StartError::NoCandidates);
        }
        for candidate in wanted {
            if candidate.ip.is_unspecified() {
                return Err(StartError::CandidateUnspecified(candidate.ip));
            }
            let is_dual_stack = bound.ip().is_unspecified() && bound.is_ipv6();
            if candidate.ip.is_ipv4() != bound.is_ipv4() && !is_dual_stack {
                return Err(StartError::CandidateFamily {
                    candidate: candidate.ip,
                    bound,
                });
            }
        }
        let advertised: Vec<SocketAddr> = wanted
            .iter()
            .map(|c| SocketAddr::new(c.ip, c.port.unwrap_or(bound.port())))
            .collect();
        // Sending from an address that is not ours is refused by the kernel; whether it is ours is
        // found out by binding it.
        let local = wanted
            .iter()
            .map(|c| c.ip)
            .filter(|&ip| UdpSocket::bind((ip, 0)).is_ok());
        let local = local.collect();
        Ok(Self {
            advertised,
            local,
            is_local_only,
        })
    }

    /// All of them, in the order given.
    pub fn advertised(&self) -> &[SocketAddr] {
        &self.advertised
    }

    /// The candidate by which a datagram came: that with the local address it was sent to, else
    /// (a gateway translated it) the first of the sender's family. None for who may not reach any.
    pub fn reached_by(&self, source: SocketAddr, local: Option<IpAddr>) -> Option<SocketAddr> {
        if self.is_local_only && !self.local.contains(&source.ip()) {
            return None;
        }
        let exact = self.advertised.iter().find(|c| Some(c.ip()) == local);
        exact
            .or_else(|| {
                self.advertised
                    .iter()
                    .find(|c| c.is_ipv4() == source.is_ipv4())
            })
            .copied()
    }

    /// The address to send from so that an answer comes from where the question went; `None` lets
    /// the kernel choose.
    pub fn sending_address(&self, candidate: SocketAddr) -> Option<IpAddr> {
        self.local.iter().copied().find(|&ip| ip == candidate.ip())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(String, Option<u16>), StartError> {
        text.parse::<CandidateAddress>()
            .map(|c| (c.ip.to_string(), c.port))
    }

    fn address(text: &str) -> Result<SocketAddr, std::net::AddrParseError> {
        text.parse()
    }

    fn candidates(wanted: &[&str], bound: &str) -> Result<Candidates, Box<dyn std::error::Error>> {
        let wanted: Result<Vec<CandidateAddress>, _> = wanted.iter().map(|c| c.parse()).collect();
        Ok(Candidates::new(&wanted?, address(bound)?, false)?)
    }

    #[test]
    fn addresses_are_read_with_and_without_port() {
        assert_eq!(parse("192.0.2.1"), Ok(("192.0.2.1".into(), None)));
        assert_eq!(
            parse("192.0.2.1:7882"),
            Ok(("192.0.2.1".into(), Some(7882)))
        );
        assert_eq!(parse("2001:db8::1"), Ok(("2001:db8::1".into(), None)));
        assert_eq!(parse("[2001:db8::1]"), Ok(("2001:db8::1".into(), None)));
        assert_eq!(
            parse("[2001:db8::1]:7882"),
            Ok(("2001:db8::1".into(), Some(7882)))
        );
    }

    #[test]
    fn names_ranges_and_port_zero_are_refused_with_the_offending_text() {
        for text in [
            "",
            "meet.example",
            "192.0.2.0/24",
            "192.0.2.1:0",
            "192.0.2.1:99999",
        ] {
            assert_eq!(
                parse(text),
                Err(StartError::CandidateUnreadable(text.into()))
            );
        }
    }

    #[test]
    fn candidates_that_nobody_could_reach_are_refused() {
        for (wanted, bound) in [
            (vec![], "0.0.0.0:7882"),
            (vec!["0.0.0.0"], "0.0.0.0:7882"),
            (vec!["2001:db8::1"], "0.0.0.0:7882"),
            (vec!["192.0.2.1"], "[::1]:7882"),
        ] {
            assert!(candidates(&wanted, bound).is_err(), "{wanted:?} on {bound}");
        }
        assert!(candidates(&["192.0.2.1", "2001:db8::1"], "[::]:7882").is_ok());
    }

    #[test]
    fn a_datagram_is_known_by_the_address_it_was_sent_to() -> Result<(), Box<dyn std::error::Error>>
    {
        let candidates = candidates(&["192.0.2.1", "192.0.2.2", "2001:db8::1:2"], "[::]:7882")?;
        let source = address("198.51.100.9:5000")?;
        let second = Some(address("192.0.2.2:7882")?);
        assert_eq!(
            candidates.reached_by(source, Some("192.0.2.2".parse()?)),
            second
        );
        let first = Some(address("192.0.2.1:7882")?);
        assert_eq!(
            candidates.reached_by(source, Some("10.0.0.5".parse()?)),
            first
        );
        assert_eq!(candidates.reached_by(source, None), first);
        let sixth = Some(address("[2001:db8::1:2]:7882")?);
        assert_eq!(
            candidates.reached_by(address("[2001:db8::9]:5000")?, None),
            sixth
        );
        Ok(())
    }

    #[test]
    fn answers_leave_from_our_own_addresses_only() -> Result<(), Box<dyn std::error::Error>> {
        let candidates = candidates(&["127.0.0.1", "192.0.2.1:40000"], "0.0.0.0:7882")?;
        let [loopback, gateway] = candidates.advertised() else {
            return Err("two given".into());
        };
        assert_eq!(candidates.sending_address(*loopback), Some(loopback.ip()));
        assert_eq!(candidates.sending_address(*gateway), None);
        assert_eq!(gateway.port(), 40000);
        Ok(())
    }
}
