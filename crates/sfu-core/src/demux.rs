//! Whose datagram is this?
//!
//! An address is entered only after a transport accepted a connectivity check from it, which needs
//! a valid MESSAGE-INTEGRITY. It then belongs to that transport for as long as checks keep coming:
//! a recorded or spoofed check for another transport does not take it over. Even so it is only a
//! hint: the transport is asked again, for every datagram, before it is given anything.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::plane::TransportKey;

/// Characters in front of the random ones: the worker's number in hexadecimal.
const WORKER_DIGITS: usize = 2;
/// Security limit: addresses remembered for one transport (str0m keeps as many).
const MAX_ADDRESSES: usize = 20;
/// How long an address stays its owner's after the last check. Clients check every 2.5 s; a port
/// that a NAT gives to somebody else is free again after this long at the latest.
const HOLD: Duration = Duration::from_secs(10);

/// Write a user name fragment that says which worker made it. `random` are ICE characters.
pub(crate) fn make_ufrag(worker: u8, random: &str) -> String {
    format!("{worker:02x}{random}")
}

/// The worker that made a user name fragment.
pub(crate) fn worker_of_ufrag(ufrag: &str) -> Option<u8> {
    u8::from_str_radix(ufrag.get(..WORKER_DIGITS)?, 16).ok()
}

/// Who an address belongs to, and since when that is unproven.
#[derive(Clone, Copy, Debug)]
struct Holder {
    transport: TransportKey,
    proven_at: Instant,
}

/// The two indexes, and what left them since somebody last asked.
#[derive(Debug, Default)]
pub(crate) struct Demux {
    by_address: HashMap<SocketAddr, Holder>,
    by_ufrag: HashMap<String, TransportKey>,
    ufrags: HashMap<TransportKey, String>,
    addresses: HashMap<TransportKey, Vec<SocketAddr>>,
    released: Vec<SocketAddr>,
}

impl Demux {
    /// Checks for `transport` carry this fragment from now on, and no other.
    pub(crate) fn set_ufrag(&mut self, ufrag: String, transport: TransportKey) {
        if let Some(old) = self.ufrags.insert(transport, ufrag.clone()) {
            self.by_ufrag.remove(&old);
        }
        self.by_ufrag.insert(ufrag, transport);
    }

    pub(crate) fn by_ufrag(&self, ufrag: &str) -> Option<TransportKey> {
        self.by_ufrag.get(ufrag).copied()
    }

    pub(crate) fn by_address(&self, source: SocketAddr) -> Option<TransportKey> {
        Some(self.by_address.get(&source)?.transport)
    }

    /// Whether an address is another transport's, which has proved it lately.
    pub(crate) fn is_anothers(
        &self,
        source: SocketAddr,
        transport: TransportKey,
        now: Instant,
    ) -> bool {
        let holder = self.by_address.get(&source);
        holder.is_some_and(|it| it.transport != transport && now < it.proven_at + HOLD)
    }

    /// Note that `transport` accepted a check from `source`. True if that is news.
    pub(crate) fn bind(
        &mut self,
        source: SocketAddr,
        transport: TransportKey,
        now: Instant,
    ) -> bool {
        let holder = Holder {
            transport,
            proven_at: now,
        };
        let previous = self.by_address.insert(source, holder);
        let previous = previous.map(|holder| holder.transport);
        if previous == Some(transport) {
            return false;
        }
        if let Some(known) = previous.and_then(|previous| self.addresses.get_mut(&previous)) {
            known.retain(|address| *address != source);
        }
        let known = self.addresses.entry(transport).or_default();
        known.push(source);
        if known.len() > MAX_ADDRESSES {
            let oldest = known.remove(0);
            self.by_address.remove(&oldest);
            self.released.push(oldest);
        }
        true
    }

    /// Forget everything that led to a transport.
    pub(crate) fn remove(&mut self, transport: TransportKey) {
        if let Some(ufrag) = self.ufrags.remove(&transport) {
            self.by_ufrag.remove(&ufrag);
        }
        for address in self.addresses.remove(&transport).unwrap_or_default() {
            self.by_address.remove(&address);
            self.released.push(address);
        }
    }

    /// The next address that no longer leads to this worker.
    pub(crate) fn poll_released(&mut self) -> Option<SocketAddr> {
        self.released.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use slotmap::SlotMap;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    #[test]
    fn a_fragment_says_which_worker_made_it() {
        assert_eq!(worker_of_ufrag(&make_ufrag(31, "abcdef")), Some(31));
        assert_eq!(worker_of_ufrag("x"), None);
        assert_eq!(worker_of_ufrag("é1"), None);
    }

    #[test]
    fn a_port_that_changed_hands_leads_to_its_new_owner_only() {
        let mut keys = SlotMap::<TransportKey, ()>::with_key();
        let (alice, bob) = (keys.insert(()), keys.insert(()));
        let mut demux = Demux::default();
        let now = Instant::now();
        assert!(demux.bind(address(1), alice, now));
        assert!(demux.is_anothers(address(1), bob, now));
        assert!(!demux.is_anothers(address(1), bob, now + HOLD));
        assert!(demux.bind(address(1), bob, now + HOLD));
        demux.remove(alice);
        assert_eq!(demux.by_address(address(1)), Some(bob));
        assert_eq!(demux.poll_released(), None);
        demux.remove(bob);
        assert_eq!(demux.by_address(address(1)), None);
        assert_eq!(demux.poll_released(), Some(address(1)));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Bind(u16, usize),
        Remove(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0u16..30, 0usize..6).prop_map(|(port, who)| Step::Bind(port, who)),
            (0usize..6).prop_map(Step::Remove),
        ];
        proptest::collection::vec(step, 0..200)
    }

    proptest! {
        /// M-30: over any history of joins, moves and departures, an address leads to the one who
        /// last proved to own it, or to nobody; never to somebody who left.
        #[test]
        fn packets_of_a_departed_participant_reach_nobody(steps in steps()) {
            let mut keys = SlotMap::<TransportKey, ()>::with_key();
            let mut people: Vec<_> = (0..6).map(|_| keys.insert(())).collect();
            let mut demux = Demux::default();
            let mut owners: HashMap<u16, TransportKey> = HashMap::new();
            for step in steps {
                match step {
                    Step::Bind(port, who) => {
                        demux.bind(address(port), people[who], Instant::now());
                        owners.insert(port, people[who]);
                    }
                    Step::Remove(who) => {
                        demux.remove(people[who]);
                        owners.retain(|_, owner| *owner != people[who]);
                        people[who] = keys.insert(());
                    }
                }
                for port in 0..30 {
                    let found = demux.by_address(address(port));
                    prop_assert!(found.is_none() || found == owners.get(&port).copied());
                }
            }
            let bound: usize = demux.addresses.values().map(Vec::len).sum();
            prop_assert_eq!(bound, demux.by_address.len());
            prop_assert!(demux.addresses.values().all(|known| known.len() <= MAX_ADDRESSES));
        }
    }
}
