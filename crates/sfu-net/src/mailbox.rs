//! How a worker is spoken to by the server and by other workers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};

use mio::Waker;
use sfu_core::Command;

use crate::steering::Arrival;

/// Most datagrams from verified addresses that wait for a worker: at 2 KiB each, 4 MiB.
const MAX_BY_ADDRESS: usize = 2_048;

/// Most STUN requests that wait. Anybody can send those, so they have their own queue: a flood of
/// them crowds out other people's checks but no media.
const MAX_BY_NAME: usize = 256;

/// Longest datagram that is sent on. What WebRTC sends fits the MTU.
pub const MAX_FORWARDED_BYTES: usize = 2_048;

/// What must not get lost.
#[derive(Debug)]
pub enum Notice {
    /// From the server.
    Command(Command),
    /// Another worker verified an address.
    Claimed {
        /// The other worker.
        worker: u8,
        /// The address.
        address: SocketAddr,
    },
    /// Another worker gave an address up.
    Released {
        /// The other worker.
        worker: u8,
        /// The address.
        address: SocketAddr,
    },
    /// Another worker lost everything.
    Failed {
        /// The other worker.
        worker: u8,
    },
    /// End the thread.
    Stop,
}

/// A datagram that arrived at the wrong worker.
#[derive(Debug)]
pub struct Forwarded {
    /// Who sent it.
    pub source: SocketAddr,
    /// The candidate that it came to.
    pub destination: SocketAddr,
    /// Why it was sent on.
    pub arrival: Arrival,
    /// Its bytes.
    pub contents: Box<[u8]>,
}

/// The sending side, shared by everybody.
#[derive(Debug)]
pub struct Postbox {
    notices: Sender<Notice>,
    by_address: SyncSender<Forwarded>,
    by_name: SyncSender<Forwarded>,
    waker: Waker,
    is_awake: Arc<AtomicBool>,
}

/// The receiving side, the worker's.
#[derive(Debug)]
pub struct Mailbox {
    /// In the order in which each sender sent them.
    pub notices: Receiver<Notice>,
    by_address: Receiver<Forwarded>,
    by_name: Receiver<Forwarded>,
    is_awake: Arc<AtomicBool>,
}

/// Both sides of a worker's mail.
pub fn mailbox(waker: Waker) -> (Postbox, Mailbox) {
    let (notice_sender, notices) = mpsc::channel();
    let (address_sender, by_address) = mpsc::sync_channel(MAX_BY_ADDRESS);
    let (name_sender, by_name) = mpsc::sync_channel(MAX_BY_NAME);
    let is_awake = Arc::new(AtomicBool::new(false));
    let postbox = Postbox {
        notices: notice_sender,
        by_address: address_sender,
        by_name: name_sender,
        waker,
        is_awake: Arc::clone(&is_awake),
    };
    (
        postbox,
        Mailbox {
            notices,
            by_address,
            by_name,
            is_awake,
        },
    )
}

impl Postbox {
    /// Leave a notice. A worker that stopped ignores it.
    pub fn post(&self, notice: Notice) {
        if self.notices.send(notice).is_ok() {
            self.wake();
        }
    }

    /// Leave a datagram; false if it is too long or the queue is full.
    pub fn forward(&self, datagram: Forwarded) -> bool {
        if datagram.contents.len() > MAX_FORWARDED_BYTES {
            return false;
        }
        let queue = match datagram.arrival {
            Arrival::ByName => &self.by_name,
            Arrival::ByAddress | Arrival::Socket => &self.by_address,
        };
        let is_taken = queue.try_send(datagram).is_ok();
        if is_taken {
            self.wake();
        }
        is_taken
    }

    /// One system call per emptying of the mailbox, however many datagrams come meanwhile.
    fn wake(&self) {
        if !self.is_awake.swap(true, Ordering::AcqRel) {
            // The kernel refuses only without memory; the worker looks by itself a moment later.
            let _ = self.waker.wake();
        }
    }
}

impl Mailbox {
    /// Say that what is posted from now on needs a new wake-up. Call before looking.
    pub fn open(&self) {
        self.is_awake.swap(false, Ordering::AcqRel);
    }

    /// The next datagram that another worker sent on, verified ones first.
    pub fn next_forwarded(&self) -> Option<Forwarded> {
        self.by_address
            .try_recv()
            .or_else(|_| self.by_name.try_recv())
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn forwarded(arrival: Arrival, bytes: usize) -> Forwarded {
        let address = SocketAddr::from(([192, 0, 2, 1], 1));
        let contents = vec![0; bytes].into_boxed_slice();
        Forwarded {
            source: address,
            destination: address,
            arrival,
            contents,
        }
    }

    fn pair() -> io::Result<(Postbox, Mailbox, mio::Poll)> {
        let poll = mio::Poll::new()?;
        let (postbox, mailbox) = mailbox(Waker::new(poll.registry(), mio::Token(0))?);
        Ok((postbox, mailbox, poll))
    }

    #[test]
    fn a_flood_of_strangers_stun_leaves_room_for_media() -> io::Result<()> {
        let (postbox, mailbox, _poll) = pair()?;
        let taken = (0..10_000).filter(|_| postbox.forward(forwarded(Arrival::ByName, 20)));
        assert_eq!(taken.count(), MAX_BY_NAME);
        assert!(postbox.forward(forwarded(Arrival::ByAddress, 1200)));
        assert_eq!(
            mailbox.next_forwarded().map(|d| d.arrival),
            Some(Arrival::ByAddress)
        );
        Ok(())
    }

    #[test]
    fn an_oversized_datagram_is_not_sent_on() -> io::Result<()> {
        let (postbox, mailbox, _poll) = pair()?;
        assert!(!postbox.forward(forwarded(Arrival::ByAddress, MAX_FORWARDED_BYTES + 1)));
        assert!(mailbox.next_forwarded().is_none());
        Ok(())
    }

    #[test]
    fn mail_that_comes_after_the_last_look_wakes_the_worker() -> io::Result<()> {
        let (postbox, mailbox, mut poll) = pair()?;
        let mut events = mio::Events::with_capacity(1);
        for _ in 0..3 {
            postbox.post(Notice::Failed { worker: 1 });
            poll.poll(&mut events, Some(std::time::Duration::from_secs(5)))?;
            assert!(!events.is_empty());
            mailbox.open();
            assert!(mailbox.notices.try_recv().is_ok());
        }
        Ok(())
    }
}
