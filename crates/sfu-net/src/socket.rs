//! The public port: binding it for every worker, and the only place that sends.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr, UdpSocket};

use mio::{Interest, Registry, Token};
use quinn_udp::{RecvMeta, Transmit, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};

use crate::StartError;
use crate::candidates::Candidates;
use crate::egress::Link;

/// Wished kernel buffers in bytes, about 30 ms of a full gigabit. The kernel gives what it allows.
const KERNEL_BUFFER_BYTES: usize = 4 << 20;

/// Bind one socket per worker to `address`, all to the same port.
///
/// # Errors
///
/// [`StartError::Bind`]. Also if another program shares the port already: `SO_REUSEPORT` alone
/// would let both have it, each receiving some of the other's datagrams.
pub fn bind_all(
    address: SocketAddr,
    workers: u8,
) -> Result<(SocketAddr, Vec<UdpSocket>), StartError> {
    let refused = |error: io::Error| StartError::bind(address, &error);
    let alone = bind(address, false).map_err(refused)?;
    let bound = alone.local_addr().map_err(refused)?;
    if workers == 1 {
        return Ok((bound, vec![alone]));
    }
    drop(alone);
    let sockets = (0..workers)
        .map(|_| bind(bound, true))
        .collect::<io::Result<_>>();
    Ok((bound, sockets.map_err(refused)?))
}

fn bind(address: SocketAddr, is_shared: bool) -> io::Result<UdpSocket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    if is_shared {
        socket.set_reuse_port(true)?;
    }
    // A smaller buffer only loses datagrams earlier.
    let _ = socket.set_recv_buffer_size(KERNEL_BUFFER_BYTES);
    let _ = socket.set_send_buffer_size(KERNEL_BUFFER_BYTES);
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// One worker's socket on the public port.
#[derive(Debug)]
pub struct Port {
    socket: mio::net::UdpSocket,
    state: UdpSocketState,
    candidates: Candidates,
    is_ipv6: bool,
}

impl Port {
    /// Prepare a bound socket.
    ///
    /// # Errors
    ///
    /// The kernel refused a socket option.
    pub fn new(socket: UdpSocket, candidates: Candidates) -> io::Result<Self> {
        let state = UdpSocketState::new((&socket).into())?;
        let is_ipv6 = socket.local_addr()?.is_ipv6();
        Ok(Self {
            socket: mio::net::UdpSocket::from_std(socket),
            state,
            candidates,
            is_ipv6,
        })
    }

    /// Have `registry` report when datagrams come.
    ///
    /// # Errors
    ///
    /// The kernel is out of memory.
    pub fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        registry.register(&mut self.socket, token, Interest::READABLE)
    }

    /// Have `registry` report also when sending is possible again, or no longer so: while nothing
    /// waits, each sent datagram would wake the worker.
    ///
    /// # Errors
    ///
    /// The kernel is out of memory.
    pub fn watch_writable(
        &mut self,
        registry: &Registry,
        token: Token,
        is_wanted: bool,
    ) -> io::Result<()> {
        let writable = if is_wanted {
            Interest::READABLE | Interest::WRITABLE
        } else {
            Interest::READABLE
        };
        registry.reregister(&mut self.socket, token, writable)
    }

    /// The candidate by which a datagram from `source` to the local address `local` came.
    pub fn candidate(&self, source: SocketAddr, local: Option<IpAddr>) -> Option<SocketAddr> {
        self.candidates.reached_by(source, local)
    }

    /// Receive a batch of messages.
    ///
    /// # Errors
    ///
    /// `WouldBlock` if none wait; anything else is about one datagram and not about the socket.
    pub fn receive(
        &self,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> io::Result<usize> {
        self.state.recv((&self.socket).into(), buffers, meta)
    }

    /// A dual-stack socket knows IPv4 addresses in their mapped form only.
    fn native(&self, ip: IpAddr) -> IpAddr {
        match ip {
            IpAddr::V4(v4) if self.is_ipv6 => IpAddr::V6(v4.to_ipv6_mapped()),
            other => other,
        }
    }
}

impl Link for Port {
    fn max_train(&self) -> usize {
        self.state.max_gso_segments()
    }

    fn send(
        &self,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
        segment_size: Option<usize>,
    ) -> io::Result<()> {
        let destination = match destination {
            SocketAddr::V4(v4) => SocketAddr::new(self.native((*v4.ip()).into()), v4.port()),
            v6 => v6,
        };
        let src_ip = self
            .candidates
            .sending_address(source)
            .map(|ip| self.native(ip));
        let transmit = Transmit {
            destination,
            ecn: None,
            contents,
            segment_size,
            src_ip,
        };
        self.state.try_send((&self.socket).into(), &transmit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

    #[test]
    fn a_port_that_another_engine_has_is_refused_for_any_number_of_workers()
    -> Result<(), StartError> {
        for theirs in [1, 2] {
            let (taken, _sockets) = bind_all(LOOPBACK, theirs)?;
            for ours in [1, 2] {
                assert!(matches!(
                    bind_all(taken, ours),
                    Err(StartError::Bind {
                        kind: io::ErrorKind::AddrInUse,
                        ..
                    })
                ));
            }
        }
        Ok(())
    }

    #[test]
    fn all_workers_share_one_port() -> Result<(), Box<dyn std::error::Error>> {
        let (bound, sockets) = bind_all(LOOPBACK, 3)?;
        assert_eq!(sockets.len(), 3);
        for socket in &sockets {
            assert_eq!(socket.local_addr()?, bound);
        }
        Ok(())
    }
}
