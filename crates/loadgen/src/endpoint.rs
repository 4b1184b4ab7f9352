//! One transport: a str0m instance and its UDP socket.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use mio::net::UdpSocket;
use str0m::channel::ChannelId;
use str0m::net::{Protocol, Receive};
use str0m::{Event as RtcEvent, Input, Output, Rtc};

use crate::engine;
use crate::handshake::{self, Offered};
use crate::inbound::Inbound;
use crate::protocol::{EndpointId, Event, encode_hex};
use crate::report::Report;
use crate::source::{Plan, Source};

/// A dead transport is left alone until it is taken away.
const NEVER: Duration = Duration::from_secs(24 * 3600);
/// How long a parting word to the other side may take.
const PARTING: Duration = Duration::from_millis(500);
/// A transport that is due at once, again and again, is due this often: polling is no finer.
const GRAIN: Duration = Duration::from_millis(1);

pub(crate) struct Endpoint {
    id: EndpointId,
    pub(crate) socket: UdpSocket,
    address: SocketAddr,
    rtc: Rtc,
    rtc_deadline: Instant,
    offered: Option<Offered>,
    sources: Vec<Source>,
    inbound: Inbound,
    channels: Vec<(ChannelId, String)>,
    is_connected: bool,
    is_sending: bool,
    /// When we are gone at the latest, and why.
    parting: Option<(Instant, &'static str)>,
    closed: Option<String>,
}

impl Endpoint {
    /// # Errors
    /// No socket, or no way to use its address.
    pub(crate) fn open(id: EndpointId, now: Instant) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = socket.local_addr()?;
        Ok(Self {
            id,
            socket,
            address,
            rtc: engine::build(address, now).map_err(io::Error::other)?,
            rtc_deadline: now,
            offered: None,
            sources: Vec::new(),
            inbound: Inbound::default(),
            channels: Vec::new(),
            is_connected: false,
            is_sending: false,
            parting: None,
            closed: None,
        })
    }

    pub(crate) fn offer(&mut self, plans: Vec<Plan>) -> Result<String, String> {
        let offered = handshake::offer(&mut self.rtc, plans).ok_or("there is nothing to offer")?;
        self.channels.clone_from(&offered.channels);
        let sdp = offered.sdp.clone();
        self.offered = Some(offered);
        Ok(sdp)
    }

    pub(crate) fn accept_answer(&mut self, sdp: &str) -> Result<(), String> {
        let offered = self.offered.take().ok_or("no offer waits for an answer")?;
        for (mid, plan) in offered.accept(&mut self.rtc, sdp)? {
            let source = Source::new(mid, plan, &self.rtc);
            self.sources
                .push(source.ok_or("the codec was not negotiated")?);
        }
        Ok(())
    }

    pub(crate) fn answer(&mut self, sdp: &str) -> Result<String, String> {
        handshake::answer(&mut self.rtc, sdp)
    }

    pub(crate) fn send_data(&mut self, label: &str, bytes: &[u8]) -> Result<(), String> {
        let known = self.channels.iter().find(|it| it.1 == label);
        let (id, _) = known.ok_or_else(|| format!("there is no channel {label:?}"))?;
        let mut channel = self.rtc.channel(*id).ok_or("the channel is not open yet")?;
        match channel.write(true, bytes) {
            Ok(true) => Ok(()),
            Ok(false) => Err("the channel's buffer is full".into()),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(crate) fn start(&mut self, now: Instant) {
        self.is_sending = true;
        if self.is_connected {
            // The golden ratio spreads any number of cameras evenly.
            let phase = (f64::from(self.id) * 0.618_034).fract();
            for source in &mut self.sources {
                source.start(now, phase);
            }
        }
    }

    pub(crate) fn stop(&mut self) {
        self.is_sending = false;
        self.sources.iter_mut().for_each(Source::stop);
    }

    /// Begin to leave; the transport is gone once the other side has been told.
    pub(crate) fn close(&mut self, now: Instant) {
        self.stop();
        self.parting.get_or_insert((now + PARTING, "as asked"));
    }

    /// Why the transport is gone, if it is.
    pub(crate) fn closed(&self) -> Option<&str> {
        self.closed.as_deref()
    }

    pub(crate) fn deadline(&self) -> Instant {
        let frames = self.sources.iter().filter_map(Source::next_at);
        let ours = frames.chain(self.parting.map(|it| it.0));
        ours.fold(self.rtc_deadline, Instant::min)
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, report: &mut Report) {
        for source in &mut self.sources {
            source.send_due(&mut self.rtc, now, report);
        }
        if self.parting.is_some() {
            // Again and again: it is refused while SCTP is still shaking hands.
            let _ = self.rtc.close();
        }
        self.handle_input(Input::Timeout(now));
        self.drain(now, 0, report);
    }

    /// Read the socket until it is empty, as edge-triggered polling wants it.
    pub(crate) fn handle_readable(&mut self, buffer: &mut [u8], report: &mut Report) {
        // WouldBlock: empty. ECONNREFUSED is an ICMP answer to an earlier datagram; ICE will notice.
        while let Ok((length, source)) = self.socket.recv_from(buffer) {
            let now = Instant::now();
            let bytes = &buffer[..length];
            if let Ok(receive) = Receive::new(Protocol::Udp, source, self.address, bytes) {
                self.handle_input(Input::Receive(now, receive));
                self.drain(now, length, report);
            }
        }
    }

    fn handle_input(&mut self, input: Input<'_>) {
        if let Err(error) = self.rtc.handle_input(input) {
            self.closed.get_or_insert_with(|| error.to_string());
        }
    }

    pub(crate) fn drain(&mut self, now: Instant, wire_bytes: usize, report: &mut Report) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.rtc_deadline = at.max(now + GRAIN);
                    break;
                }
                Ok(Output::Transmit(it)) => {
                    let sent = self.socket.send_to(&it.contents, it.destination);
                    report.unsent_datagrams += u64::from(sent.is_err());
                }
                Ok(Output::Event(event)) => self.handle_event(event, now, wire_bytes, report),
                Err(error) => {
                    self.closed.get_or_insert_with(|| error.to_string());
                    self.rtc_deadline = now + NEVER;
                    break;
                }
            }
        }
        self.note_end(now);
    }

    fn note_end(&mut self, now: Instant) {
        let reason = match self.parting {
            Some((at, reason)) if at <= now || !self.rtc.is_alive() => reason,
            None if !self.rtc.is_alive() => "it ended",
            _ => return,
        };
        self.closed.get_or_insert_with(|| reason.into());
    }

    fn handle_event(
        &mut self,
        event: RtcEvent,
        now: Instant,
        wire_bytes: usize,
        report: &mut Report,
    ) {
        let id = self.id;
        match event {
            RtcEvent::RtpPacket(packet) => {
                let inbound = &mut self.inbound;
                inbound.record(id, &packet, wire_bytes, &mut self.rtc, report);
            }
            RtcEvent::Connected => {
                self.is_connected = true;
                report.events.push(Event::Connected { id });
                if self.is_sending {
                    self.start(now);
                }
            }
            RtcEvent::Closed => {
                let parting = (now + PARTING, "the other side left");
                self.parting.get_or_insert(parting);
            }
            RtcEvent::KeyframeRequest(request) => {
                report.keyframe_requests += 1;
                for source in &mut self.sources {
                    source.handle_keyframe_request(&request);
                }
            }
            RtcEvent::ChannelOpen(channel, label) => {
                if self.channels.iter().all(|it| it.0 != channel) {
                    self.channels.push((channel, label.clone()));
                }
                report
                    .events
                    .push(Event::ChannelOpen { id, channel: label });
            }
            RtcEvent::ChannelData(data) => {
                let label = self.channels.iter().find(|it| it.0 == data.id);
                report.events.push(Event::Data {
                    id,
                    channel: label.map(|it| it.1.clone()).unwrap_or_default(),
                    hex: encode_hex(&data.data),
                });
            }
            _ => {}
        }
    }
}
