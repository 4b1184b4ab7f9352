//! Which worker a datagram belongs to, when the kernel spreads one port over several sockets.
//!
//! The kernel hands a datagram to a worker by a hash of its addresses, which knows nothing of
//! rooms. Two things bring it to the worker that owns the room:
//!
//! 1. A STUN request names its worker in the user name; the core reads it (`Verdict::Elsewhere`).
//! 2. Everything else is sent on by its source address, once the owner has verified that address
//!    and told the others. Nobody can enter an address that no transport proved to be its own, so a
//!    stranger can neither redirect datagrams nor fill the table.
//!
//! A datagram moves at most twice, once by each rule, so two workers never play ping-pong.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use sfu_core::Verdict;

/// Security limit: most addresses that one worker announces. Far above the transports that a core
/// can serve; without it a participant who owns a network could make every worker remember it all.
const MAX_ANNOUNCED: usize = 65_536;

/// How a datagram came to the worker that looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// From the network.
    Socket,
    /// From another worker, because this one owns the source address.
    ByAddress,
    /// From another worker, because the STUN user name says so.
    ByName,
}

/// What to do after the core has seen a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing more.
    Done,
    /// Tell the other workers that the source address is this worker's.
    Announce,
    /// Send the datagram on to this worker.
    Forward(u8),
}

/// What one worker knows about who owns which address.
#[derive(Debug)]
pub struct Steering {
    worker: u8,
    workers: u8,
    announced: HashSet<SocketAddr>,
    /// Owners in the order of their claims; the first one counts until it gives the address up.
    owners: HashMap<SocketAddr, Vec<u8>>,
}

impl Steering {
    /// The knowledge of worker `worker` out of `0..workers`: nothing.
    pub fn new(worker: u8, workers: u8) -> Self {
        Self {
            worker,
            workers,
            announced: HashSet::new(),
            owners: HashMap::new(),
        }
    }

    /// The other worker that owns `source`, if one does and this one does not.
    pub fn owner_of(&self, source: SocketAddr) -> Option<u8> {
        // A lone worker and a fresh start have empty tables: then this is not worth a hash.
        if self.owners.is_empty() || self.announced.contains(&source) {
            return None;
        }
        self.owners.get(&source)?.first().copied()
    }

    /// What to do with a datagram from `source` now that the core has judged it.
    pub fn after(&mut self, source: SocketAddr, arrival: Arrival, verdict: Verdict) -> Step {
        match verdict {
            Verdict::Accepted {
                is_new_address: true,
            } if self.claim(source) => Step::Announce,
            Verdict::Elsewhere { worker }
                if worker != self.worker && worker < self.workers && arrival != Arrival::ByName =>
            {
                Step::Forward(worker)
            }
            _ => Step::Done,
        }
    }

    fn claim(&mut self, source: SocketAddr) -> bool {
        self.workers > 1 && self.announced.len() < MAX_ANNOUNCED && self.announced.insert(source)
    }

    /// This worker's transport gave `address` up. True if the others need to be told.
    pub fn release(&mut self, address: SocketAddr) -> bool {
        self.announced.remove(&address)
    }

    /// This worker lost all its transports; the others are told by [`Steering::failed`].
    pub fn release_all(&mut self) {
        self.announced.clear();
    }

    /// Another worker verified `address`.
    pub fn claimed(&mut self, worker: u8, address: SocketAddr) {
        let owners = self.owners.entry(address).or_default();
        if !owners.contains(&worker) {
            owners.push(worker);
        }
    }

    /// Another worker gave `address` up.
    pub fn released(&mut self, worker: u8, address: SocketAddr) {
        if let Some(owners) = self.owners.get_mut(&address) {
            owners.retain(|&owner| owner != worker);
            if owners.is_empty() {
                self.owners.remove(&address);
            }
        }
    }

    /// Another worker lost everything.
    pub fn failed(&mut self, worker: u8) {
        self.owners.retain(|_, owners| {
            owners.retain(|&owner| owner != worker);
            !owners.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Verdict = Verdict::Accepted {
        is_new_address: true,
    };
    const KNOWN: Verdict = Verdict::Accepted {
        is_new_address: false,
    };

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([198, 51, 100, 7], port))
    }

    #[test]
    fn datagrams_from_an_address_follow_its_verified_owner() {
        let mut steering = Steering::new(0, 4);
        assert_eq!(steering.owner_of(address(1)), None);
        steering.claimed(3, address(1));
        assert_eq!(steering.owner_of(address(1)), Some(3));
        assert_eq!(steering.owner_of(address(2)), None);
        steering.released(3, address(1));
        assert_eq!(steering.owner_of(address(1)), None);
    }

    #[test]
    fn a_verified_address_is_announced_once() {
        let mut steering = Steering::new(0, 2);
        assert_eq!(
            steering.after(address(1), Arrival::Socket, NEW),
            Step::Announce
        );
        assert_eq!(steering.after(address(1), Arrival::Socket, NEW), Step::Done);
        assert_eq!(
            steering.after(address(1), Arrival::Socket, KNOWN),
            Step::Done
        );
        assert!(steering.release(address(1)));
        assert!(!steering.release(address(1)));
    }

    #[test]
    fn a_stranger_leaves_no_trace() {
        let mut steering = Steering::new(0, 2);
        for port in 1..1000 {
            steering.after(address(port), Arrival::Socket, Verdict::Dropped);
            steering.after(
                address(port),
                Arrival::Socket,
                Verdict::Elsewhere { worker: 1 },
            );
        }
        assert!(steering.announced.is_empty() && steering.owners.is_empty());
    }

    #[test]
    fn a_lone_worker_announces_nothing() {
        let mut steering = Steering::new(0, 1);
        assert_eq!(steering.after(address(1), Arrival::Socket, NEW), Step::Done);
        assert!(steering.announced.is_empty());
    }

    #[test]
    fn a_participant_with_many_addresses_cannot_fill_the_table() {
        let mut steering = Steering::new(0, 2);
        for port in 0..=u16::MAX {
            steering.after(address(port), Arrival::Socket, NEW);
        }
        let other = SocketAddr::from(([203, 0, 113, 1], 1));
        assert_eq!(steering.after(other, Arrival::Socket, NEW), Step::Done);
        assert_eq!(steering.announced.len(), MAX_ANNOUNCED);
    }

    #[test]
    fn a_stun_request_goes_to_the_worker_in_its_user_name() {
        let mut steering = Steering::new(0, 3);
        let elsewhere = Verdict::Elsewhere { worker: 2 };
        assert_eq!(
            steering.after(address(1), Arrival::Socket, elsewhere),
            Step::Forward(2)
        );
        assert_eq!(
            steering.after(address(1), Arrival::ByAddress, elsewhere),
            Step::Forward(2)
        );
    }

    #[test]
    fn a_forged_user_name_sends_nothing_in_circles_or_to_nobody() {
        let mut steering = Steering::new(0, 3);
        for worker in [0, 3, 255] {
            let verdict = Verdict::Elsewhere { worker };
            assert_eq!(
                steering.after(address(1), Arrival::Socket, verdict),
                Step::Done
            );
        }
        let elsewhere = Verdict::Elsewhere { worker: 2 };
        assert_eq!(
            steering.after(address(1), Arrival::ByName, elsewhere),
            Step::Done
        );
    }

    #[test]
    fn nobody_takes_an_address_from_the_worker_that_uses_it() {
        let mut steering = Steering::new(0, 3);
        steering.after(address(1), Arrival::Socket, NEW);
        steering.claimed(2, address(1));
        assert_eq!(steering.owner_of(address(1)), None);
    }

    #[test]
    fn the_first_owner_keeps_an_address_until_it_gives_it_up() {
        let mut steering = Steering::new(0, 3);
        steering.claimed(1, address(1));
        steering.claimed(2, address(1));
        steering.claimed(1, address(1));
        assert_eq!(steering.owner_of(address(1)), Some(1));
        steering.released(1, address(1));
        assert_eq!(steering.owner_of(address(1)), Some(2));
    }

    #[test]
    fn a_failed_worker_owns_nothing_any_more() {
        let mut steering = Steering::new(0, 3);
        steering.claimed(1, address(1));
        steering.claimed(1, address(2));
        steering.claimed(2, address(2));
        steering.failed(1);
        assert_eq!(steering.owner_of(address(1)), None);
        assert_eq!(steering.owner_of(address(2)), Some(2));
        assert_eq!(steering.owners.len(), 1);
    }

    #[test]
    fn a_restarted_worker_announces_its_addresses_anew() {
        let mut steering = Steering::new(0, 2);
        steering.after(address(1), Arrival::Socket, NEW);
        steering.release_all();
        assert_eq!(
            steering.after(address(1), Arrival::Socket, NEW),
            Step::Announce
        );
    }
}
