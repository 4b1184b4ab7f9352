//! The control: what the kernel takes for one bare `sendto`, with no media engine around it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use serde_json::{Value, json};

use crate::clock::process_cpu_ns;

/// As many destinations as a busy room has; one alone would flatter the caches.
const DESTINATIONS: usize = 64;

/// Send datagrams round robin to loopback sockets that nobody reads, so that only the sender's cost
/// is measured; once their queues are full the kernel drops what arrives, as the delivery softirq
/// would have handed it over.
///
/// # Errors
/// The sockets cannot be bound, or a datagram cannot be sent.
pub fn measure_sendto(packets: u64, bytes: usize) -> io::Result<Value> {
    let readers = (0..DESTINATIONS)
        .map(|_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect::<io::Result<Vec<_>>>()?;
    let addresses = readers
        .iter()
        .map(UdpSocket::local_addr)
        .collect::<io::Result<Vec<SocketAddr>>>()?;
    let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let payload = vec![0x55; bytes];
    let begun_ns = process_cpu_ns();
    for address in addresses.iter().cycle().take(packets as usize) {
        sender.send_to(&payload, address)?;
    }
    let used_ns = process_cpu_ns() - begun_ns;
    Ok(json!({
        "event": "sendto",
        "packets": packets,
        "bytes": bytes,
        "ns_per_packet": used_ns as f64 / packets as f64,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_costs_something_but_not_a_millisecond() -> io::Result<()> {
        let cost = measure_sendto(2_000, 1_200)?;
        let ns = cost["ns_per_packet"].as_f64().unwrap_or_default();
        assert!((100.0..1_000_000.0).contains(&ns), "{ns}");
        Ok(())
    }
}
