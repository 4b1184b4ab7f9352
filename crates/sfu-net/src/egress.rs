//! Sending: trains go out in order, wait while the kernel is full, and are dropped oldest first.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;

use crate::counters::NetCounters;
use crate::trains::Train;

/// Most bytes that wait for the kernel. Media older than this is worthless to its receiver.
const MAX_WAITING_BYTES: usize = 4 << 20;

/// What datagrams are sent through.
pub trait Link {
    /// Most datagrams in a train now; 1 where trains are refused.
    fn max_train(&self) -> usize;

    /// Send one datagram, or a train cut into pieces of `segment_size` bytes.
    ///
    /// # Errors
    ///
    /// `WouldBlock` if the kernel's buffer is full; anything else is about these bytes alone.
    fn send(
        &self,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
        segment_size: Option<usize>,
    ) -> io::Result<()>;
}

/// Trains that are on their way out.
#[derive(Debug, Default)]
pub struct Egress {
    waiting: VecDeque<Train>,
    waiting_bytes: usize,
}

/// How far a train got.
enum Progress {
    Through,
    /// The kernel took this many of its datagrams and no more.
    Blocked(usize),
}

impl Egress {
    /// Send `trains` behind what already waits.
    pub fn send(&mut self, trains: Vec<Train>, link: &impl Link, counters: &mut NetCounters) {
        for train in trains {
            self.waiting_bytes += train.contents().len();
            self.waiting.push_back(train);
        }
        self.flush(link, counters);
    }

    /// Send what waits, as far as the kernel takes it.
    pub fn flush(&mut self, link: &impl Link, counters: &mut NetCounters) {
        while let Some(train) = self.pop() {
            if let Progress::Blocked(sent) = send_train(&train, link, counters) {
                if let Some(rest) = train.without_first(sent) {
                    self.waiting_bytes += rest.contents().len();
                    self.waiting.push_front(rest);
                }
                break;
            }
        }
        self.drop_oldest(counters);
    }

    /// True while the kernel's buffer is full.
    pub fn is_blocked(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn pop(&mut self) -> Option<Train> {
        let train = self.waiting.pop_front()?;
        self.waiting_bytes -= train.contents().len();
        Some(train)
    }

    fn drop_oldest(&mut self, counters: &mut NetCounters) {
        while self.waiting_bytes > MAX_WAITING_BYTES {
            let Some(train) = self.pop() else { return };
            counters.send_dropped += train.datagrams() as u64;
        }
    }
}

fn send_train(train: &Train, link: &impl Link, counters: &mut NetCounters) -> Progress {
    if (2..=link.max_train()).contains(&train.datagrams()) {
        let segment_size = Some(train.segment_bytes());
        match link.send(
            train.source,
            train.destination,
            train.contents(),
            segment_size,
        ) {
            Ok(()) => {
                counters.datagrams_sent += train.datagrams() as u64;
                return Progress::Through;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Progress::Blocked(0),
            // Perhaps only the train was refused (a network card without segmentation).
            Err(_) => {}
        }
    }
    send_one_by_one(train, link, counters)
}

fn send_one_by_one(train: &Train, link: &impl Link, counters: &mut NetCounters) -> Progress {
    for (sent, datagram) in train.segments().enumerate() {
        match link.send(train.source, train.destination, datagram, None) {
            Ok(()) => counters.datagrams_sent += 1,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Progress::Blocked(sent);
            }
            Err(_) => counters.send_dropped += 1,
        }
    }
    Progress::Through
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trains::Trains;
    use sfu_core::Transmit;
    use std::cell::{Cell, RefCell};

    /// A kernel that takes `room` more sends and refuses trains if told so.
    struct Kernel {
        room: Cell<usize>,
        takes_trains: bool,
        max_train: usize,
        sent: RefCell<Vec<Vec<u8>>>,
    }

    impl Kernel {
        fn with_room(room: usize) -> Self {
            let sent = RefCell::default();
            Self {
                room: Cell::new(room),
                takes_trains: true,
                max_train: 64,
                sent,
            }
        }

        fn first_bytes(&self) -> Vec<u8> {
            self.sent
                .borrow()
                .iter()
                .filter_map(|datagram| datagram.first().copied())
                .collect()
        }
    }

    impl Link for Kernel {
        fn max_train(&self) -> usize {
            self.max_train
        }

        fn send(
            &self,
            _source: SocketAddr,
            _destination: SocketAddr,
            contents: &[u8],
            segment_size: Option<usize>,
        ) -> io::Result<()> {
            if self.room.get() == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            if segment_size.is_some() && !self.takes_trains {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            self.room.set(self.room.get() - 1);
            let chunks = contents.chunks(segment_size.unwrap_or(contents.len().max(1)));
            self.sent.borrow_mut().extend(chunks.map(<[u8]>::to_vec));
            Ok(())
        }
    }

    fn trains(first_bytes: std::ops::Range<u8>, bytes: usize, max_train: usize) -> Vec<Train> {
        let address = SocketAddr::from(([192, 0, 2, 1], 1));
        let mut trains = Trains::new(max_train);
        for first in first_bytes {
            let contents = vec![first; bytes];
            trains.push(Transmit {
                source: address,
                destination: address,
                contents,
            });
        }
        trains.take(max_train)
    }

    #[test]
    fn a_train_is_one_system_call() {
        let (kernel, mut counters) = (Kernel::with_room(1), NetCounters::default());
        let mut egress = Egress::default();
        egress.send(trains(0..5, 1100, 64), &kernel, &mut counters);
        assert_eq!(kernel.first_bytes(), [0, 1, 2, 3, 4]);
        assert_eq!((counters.datagrams_sent, egress.is_blocked()), (5, false));
    }

    #[test]
    fn where_trains_are_refused_datagrams_go_one_by_one() {
        let kernel = Kernel {
            takes_trains: false,
            ..Kernel::with_room(9)
        };
        let mut counters = NetCounters::default();
        Egress::default().send(trains(0..5, 1100, 64), &kernel, &mut counters);
        assert_eq!(kernel.first_bytes(), [0, 1, 2, 3, 4]);
        assert_eq!((counters.datagrams_sent, counters.send_dropped), (5, 0));
    }

    #[test]
    fn a_full_kernel_delays_datagrams_without_reordering_them() {
        let kernel = Kernel {
            max_train: 1,
            ..Kernel::with_room(2)
        };
        let (mut egress, mut counters) = (Egress::default(), NetCounters::default());
        egress.send(trains(0..4, 1100, 64), &kernel, &mut counters);
        assert!(egress.is_blocked());
        egress.send(trains(4..6, 1100, 64), &kernel, &mut counters);
        kernel.room.set(100);
        egress.flush(&kernel, &mut counters);
        assert_eq!(kernel.first_bytes(), [0, 1, 2, 3, 4, 5]);
        assert!(!egress.is_blocked());
        assert_eq!((counters.datagrams_sent, counters.send_dropped), (6, 0));
    }

    #[test]
    fn what_waits_too_long_is_dropped_oldest_first_and_counted() {
        let kernel = Kernel::with_room(0);
        let (mut egress, mut counters) = (Egress::default(), NetCounters::default());
        let datagram_bytes = 60_000;
        egress.send(trains(0..100, datagram_bytes, 64), &kernel, &mut counters);
        let kept = MAX_WAITING_BYTES / datagram_bytes;
        assert_eq!(counters.send_dropped, 100 - kept as u64);
        kernel.room.set(1000);
        egress.flush(&kernel, &mut counters);
        assert_eq!(kernel.first_bytes().first(), Some(&(100 - kept as u8)));
        assert_eq!(counters.datagrams_sent, kept as u64);
    }
}
