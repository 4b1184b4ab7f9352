//! Receiving: fixed buffers, and the datagrams that the kernel glued together (UDP GRO).

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};

use quinn_udp::{BATCH_SIZE, RecvMeta};

use crate::socket::Port;

/// One more than any datagram or glued run can have (65,535), so that a full buffer means that
/// something was cut off.
const BUFFER_BYTES: usize = 65_536;

/// A datagram in a receive buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Who sent it; IPv4 senders have IPv4 addresses on any socket.
    pub source: SocketAddr,
    /// The local address that it was sent to, as far as the kernel tells.
    pub local: Option<IpAddr>,
    /// Its bytes, possibly none.
    pub contents: &'a [u8],
}

/// Receive buffers of one worker. The kernel maps them when they are first used.
#[derive(Debug)]
pub struct Ingress {
    buffers: Vec<Vec<u8>>,
    meta: [RecvMeta; BATCH_SIZE],
    messages: usize,
}

impl Ingress {
    /// Empty buffers.
    pub fn new() -> Self {
        Self {
            buffers: (0..BATCH_SIZE).map(|_| vec![0; BUFFER_BYTES]).collect(),
            meta: [RecvMeta::default(); BATCH_SIZE],
            messages: 0,
        }
    }

    /// Fill the buffers with what waits. True if more may wait.
    ///
    /// # Errors
    ///
    /// As [`Port::receive`]; the buffers are then empty.
    pub fn receive(&mut self, port: &Port) -> io::Result<bool> {
        self.messages = 0;
        let mut slices: Vec<IoSliceMut<'_>> = self
            .buffers
            .iter_mut()
            .map(|buffer| IoSliceMut::new(buffer))
            .collect();
        self.messages = port.receive(&mut slices, &mut self.meta)?;
        Ok(self.messages == BATCH_SIZE)
    }

    /// The received datagrams in order, those from truncated messages left out.
    pub fn datagrams(&self) -> impl Iterator<Item = Datagram<'_>> {
        self.filled()
            .filter(|(meta, _)| !is_truncated(meta))
            .flat_map(|(meta, buffer)| {
                let source = canonical(meta.addr);
                let local = meta.dst_ip.map(|ip| ip.to_canonical());
                split(&buffer[..meta.len], meta.stride).map(move |contents| Datagram {
                    source,
                    local,
                    contents,
                })
            })
    }

    /// How many messages were longer than a buffer.
    pub fn truncated(&self) -> u64 {
        self.filled()
            .map(|(meta, _)| u64::from(is_truncated(meta)))
            .sum()
    }

    fn filled(&self) -> impl Iterator<Item = (&RecvMeta, &Vec<u8>)> {
        self.meta.iter().zip(&self.buffers).take(self.messages)
    }
}

fn is_truncated(meta: &RecvMeta) -> bool {
    meta.len >= BUFFER_BYTES
}

fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip @ IpAddr::V4(_) => SocketAddr::new(ip, address.port()),
        // Keeps the scope of a link-local address.
        IpAddr::V6(_) => address,
    }
}

/// Cut a glued run into its datagrams; an empty message is one empty datagram.
fn split(message: &[u8], stride: usize) -> impl Iterator<Item = &[u8]> {
    let empty = message.is_empty().then_some(message);
    let stride = if stride == 0 {
        message.len().max(1)
    } else {
        stride
    };
    empty.into_iter().chain(message.chunks(stride))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(bytes: usize, stride: usize) -> Vec<usize> {
        split(&vec![0; bytes], stride).map(<[u8]>::len).collect()
    }

    #[test]
    fn a_glued_run_comes_apart_at_its_stride() {
        assert_eq!(sizes(2500, 1100), [1100, 1100, 300]);
        assert_eq!(sizes(2200, 1100), [1100, 1100]);
    }

    #[test]
    fn a_lone_datagram_of_any_size_stays_whole() {
        assert_eq!(sizes(65_507, 65_507), [65_507]);
        assert_eq!(sizes(1, 1), [1]);
        assert_eq!(sizes(1, 0), [1]);
        assert_eq!(sizes(0, 0), [0]);
    }

    #[test]
    fn an_ipv4_sender_looks_the_same_on_a_dual_stack_socket() {
        let v4 = SocketAddr::from(([192, 0, 2, 1], 5000));
        let mapped =
            SocketAddr::from((std::net::Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped(), 5000));
        assert_eq!(canonical(mapped), v4);
        assert_eq!(canonical(v4), v4);
    }
}
