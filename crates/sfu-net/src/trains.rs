//! Grouping of outgoing datagrams into trains that leave in one system call (UDP GSO).
//!
//! The kernel cuts a train into datagrams of one size, of which only the last may be shorter. So a
//! train is a run of equally long datagrams to one destination, closed by the first shorter one.
//! Datagrams to one destination keep their order; those to different destinations may change places.

use std::collections::HashMap;
use std::net::SocketAddr;

use sfu_core::Transmit;

/// Longest train. The IPv4 limit is 65,507; the rest is room for IPv6 extension headers.
pub const MAX_TRAIN_BYTES: usize = 65_000;

/// Longest datagram that travels in a train. Media stays below 1,280 (the IPv6 minimum MTU); a
/// longer one may exceed the MTU, and the kernel's refusal would switch trains off for everybody.
pub const MAX_SEGMENT_BYTES: usize = 1_300;

/// Datagrams for one destination that leave together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Train {
    /// The candidate that they leave from.
    pub source: SocketAddr,
    /// Where they go.
    pub destination: SocketAddr,
    segment_bytes: usize,
    datagrams: usize,
    contents: Vec<u8>,
    is_open: bool,
}

impl Train {
    fn starting_with(transmit: Transmit) -> Self {
        let bytes = transmit.contents.len();
        Self {
            source: transmit.source,
            destination: transmit.destination,
            segment_bytes: bytes,
            datagrams: 1,
            contents: transmit.contents,
            is_open: (1..=MAX_SEGMENT_BYTES).contains(&bytes),
        }
    }

    /// How many datagrams it carries, at least 1.
    pub fn datagrams(&self) -> usize {
        self.datagrams
    }

    /// All datagrams, one after the other.
    pub fn contents(&self) -> &[u8] {
        &self.contents
    }

    /// The length of every datagram but the last, in bytes.
    pub fn segment_bytes(&self) -> usize {
        self.segment_bytes
    }

    /// The datagrams, one by one.
    pub fn segments(&self) -> impl Iterator<Item = &[u8]> {
        let empty = self.contents.is_empty().then_some(&self.contents[..]);
        empty
            .into_iter()
            .chain(self.contents.chunks(self.segment_bytes.max(1)))
    }

    /// What is left once its first `sent` datagrams are gone; `None` if that is nothing.
    pub fn without_first(mut self, sent: usize) -> Option<Self> {
        if sent >= self.datagrams {
            return None;
        }
        self.contents.drain(..sent * self.segment_bytes);
        self.datagrams -= sent;
        Some(self)
    }

    fn takes(&self, transmit: &Transmit, max_datagrams: usize) -> bool {
        let bytes = transmit.contents.len();
        self.is_open
            && self.source == transmit.source
            && (1..=self.segment_bytes).contains(&bytes)
            && self.datagrams < max_datagrams
            && self.contents.len() + bytes <= MAX_TRAIN_BYTES
    }

    fn append(&mut self, contents: &[u8]) {
        self.contents.extend_from_slice(contents);
        self.datagrams += 1;
        self.is_open = contents.len() == self.segment_bytes;
    }
}

/// Trains of one turn, in the order in which they were begun.
#[derive(Debug)]
pub struct Trains {
    max_datagrams: usize,
    trains: Vec<Train>,
    latest: HashMap<SocketAddr, usize>,
    bytes: usize,
}

impl Trains {
    /// No trains yet.
    ///
    /// # Arguments
    ///
    /// * `max_datagrams` - most datagrams in a train; 1 where the kernel refuses trains.
    pub fn new(max_datagrams: usize) -> Self {
        Self {
            max_datagrams,
            trains: Vec::new(),
            latest: HashMap::new(),
            bytes: 0,
        }
    }

    /// Add a datagram behind those that already wait for its destination.
    pub fn push(&mut self, transmit: Transmit) {
        self.bytes += transmit.contents.len();
        if let Some(&index) = self.latest.get(&transmit.destination) {
            let train = &mut self.trains[index];
            if train.takes(&transmit, self.max_datagrams) {
                train.append(&transmit.contents);
                return;
            }
        }
        self.latest.insert(transmit.destination, self.trains.len());
        self.trains.push(Train::starting_with(transmit));
    }

    /// Bytes that wait.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Take all trains and set the length of later ones.
    pub fn take(&mut self, max_datagrams: usize) -> Vec<Train> {
        self.max_datagrams = max_datagrams;
        self.latest.clear();
        self.bytes = 0;
        std::mem::take(&mut self.trains)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    fn transmit(destination: u16, contents: Vec<u8>) -> Transmit {
        Transmit {
            source: address(1),
            destination: address(destination),
            contents,
        }
    }

    fn trains_of(sizes: &[usize], max_datagrams: usize) -> Vec<Train> {
        let mut trains = Trains::new(max_datagrams);
        for &size in sizes {
            trains.push(transmit(7, vec![0; size]));
        }
        trains.take(max_datagrams)
    }

    fn datagrams_per_train(sizes: &[usize], max_datagrams: usize) -> Vec<usize> {
        trains_of(sizes, max_datagrams)
            .iter()
            .map(Train::datagrams)
            .collect()
    }

    #[test]
    fn a_video_frame_leaves_as_one_train() {
        assert_eq!(datagrams_per_train(&[1100, 1100, 1100, 1100, 300], 64), [5]);
    }

    #[test]
    fn a_shorter_datagram_ends_its_train() {
        assert_eq!(datagrams_per_train(&[1100, 300, 300, 1100], 64), [2, 1, 1]);
    }

    #[test]
    fn a_longer_datagram_starts_a_train() {
        assert_eq!(datagrams_per_train(&[300, 1100, 1100], 64), [1, 2]);
    }

    #[test]
    fn without_segmentation_offload_every_datagram_is_alone() {
        assert_eq!(datagrams_per_train(&[1100, 1100, 1100], 1), [1, 1, 1]);
    }

    #[test]
    fn a_datagram_above_the_mtu_does_not_join_a_train() {
        assert_eq!(
            datagrams_per_train(&[MAX_SEGMENT_BYTES + 1, 1100, 1100], 64),
            [1, 2]
        );
    }

    #[test]
    fn a_datagram_from_another_local_address_does_not_join_a_train() {
        let mut trains = Trains::new(64);
        trains.push(transmit(7, vec![0; 10]));
        trains.push(Transmit {
            source: address(2),
            ..transmit(7, vec![0; 10])
        });
        assert_eq!(trains.take(64).len(), 2);
    }

    #[test]
    fn a_half_sent_train_goes_on_where_it_stopped() {
        let train = trains_of(&[4, 4, 4, 2], 64).remove(0);
        let rest = train
            .clone()
            .without_first(2)
            .map(|rest| rest.segments().count());
        assert_eq!(rest, Some(2));
        assert_eq!(train.without_first(4), None);
    }

    /// `(destination, size)`; sizes are few so that equal ones follow each other.
    fn datagram() -> impl Strategy<Value = (u16, usize)> {
        (
            1u16..5,
            prop_oneof![Just(1100), Just(300), 0usize..4, Just(1300), Just(1400)],
        )
    }

    proptest! {
        #[test]
        fn every_destination_gets_exactly_what_was_sent_to_it_in_order(
            datagrams in prop::collection::vec(datagram(), 0..300),
            max_datagrams in 1usize..65,
        ) {
            let mut trains = Trains::new(max_datagrams);
            let mut expected: HashMap<SocketAddr, Vec<Vec<u8>>> = HashMap::new();
            for (index, &(destination, size)) in datagrams.iter().enumerate() {
                let contents: Vec<u8> = (0..size).map(|byte| (byte + index) as u8).collect();
                expected.entry(address(destination)).or_default().push(contents.clone());
                trains.push(transmit(destination, contents));
            }
            let mut sent: HashMap<SocketAddr, Vec<Vec<u8>>> = HashMap::new();
            for train in trains.take(max_datagrams) {
                prop_assert!(train.contents().len() <= MAX_TRAIN_BYTES);
                prop_assert!(train.datagrams() <= max_datagrams);
                prop_assert_eq!(train.segments().count(), train.datagrams());
                let arrived = sent.entry(train.destination).or_default();
                arrived.extend(train.segments().map(<[u8]>::to_vec));
            }
            prop_assert_eq!(sent, expected);
        }
    }
}
