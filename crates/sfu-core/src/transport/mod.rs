//! One participant's association in one direction: ICE, DTLS, SCTP and the media in it.
//!
//! [`Transport`] is a str0m instance with an owner. It turns datagrams and time into [`Inbound`]
//! and datagrams; session descriptions are handled by its [`publisher`] or [`subscriber`] side.
//! Calls that reach into str0m may panic: callers wrap them in [`guard::guarded`].

mod channels;
mod engine;
pub(crate) mod guard;
mod header;
mod ingress;
mod publisher;
mod subscriber;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::net::{Protocol, Receive};
use str0m::{Event, IceConnectionState, Input, Output, Rtc, RtcError};

use crate::config::Config;
use crate::data::Channel;
use crate::event::FailureReason;
use crate::ids::{ParticipantId, Target};
use crate::plane::{LayerSource, MediaIn, MediaOut, PublicationKey, RoomKey, Slot, TransportKey};
use crate::sfu::Transmit;
use channels::Channels;
use ingress::Ingress;
pub(crate) use publisher::PublisherSide;
pub(crate) use subscriber::{SubscriberSide, Wanted};

/// How long a transport may take to connect, and to come back once its checks stopped. Signalling
/// notices a silent client after 15 s; this is the wall behind it.
const CONNECT_DEADLINE: Duration = Duration::from_secs(30);
const DISCONNECT_GRACE: Duration = Duration::from_secs(15);

/// Whose transport it is.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) room: RoomKey,
    pub(crate) participant: ParticipantId,
    pub(crate) target: Target,
}

/// What a transport tells the rooms.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // A box would be an allocation per packet.
pub(crate) enum Inbound {
    Connected,
    Failed(FailureReason),
    Media(MediaIn),
    MediaDropped,
    KeyframeRequested {
        publication: PublicationKey,
        slot: Slot,
    },
    Data {
        channel: Channel,
        bytes: Vec<u8>,
    },
    Loss(f32),
}

/// What a call into a transport produced.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) transmits: VecDeque<Transmit>,
    pub(crate) inbound: VecDeque<(TransportKey, Owner, Inbound)>,
}

/// The description side of a transport.
#[derive(Debug)]
pub(crate) enum Side {
    Publisher(PublisherSide),
    Subscriber(SubscriberSide),
}

/// One ICE and DTLS association.
pub(crate) struct Transport {
    pub(crate) key: TransportKey,
    pub(crate) owner: Owner,
    pub(crate) side: Side,
    rtc: Rtc,
    ingress: Ingress,
    channels: Channels,
    is_connected: bool,
    /// When it is given up unless it connects.
    give_up_at: Option<Instant>,
    failure: Option<FailureReason>,
    #[cfg(feature = "fault-hooks")]
    pub(crate) is_about_to_panic: bool,
}

impl Transport {
    pub(crate) fn new(key: TransportKey, owner: Owner, config: &Config, now: Instant) -> Self {
        let side = match owner.target {
            Target::Publisher => Side::Publisher(PublisherSide::default()),
            Target::Subscriber => Side::Subscriber(SubscriberSide::default()),
        };
        Self {
            key,
            owner,
            side,
            rtc: engine::build(config, now),
            ingress: Ingress::default(),
            channels: Channels::new(config.max_data_queue_bytes),
            is_connected: false,
            give_up_at: None,
            failure: None,
            #[cfg(feature = "fault-hooks")]
            is_about_to_panic: false,
        }
    }

    /// The user name fragment that checks for this transport carry now.
    pub(crate) fn local_ufrag(&mut self) -> String {
        self.rtc.direct_api().local_ice_credentials().ufrag
    }

    /// Whether the deadline to connect, to come back or to answer has passed.
    pub(crate) fn is_overdue(&self, now: Instant) -> bool {
        let is_unanswered = matches!(&self.side, Side::Subscriber(side) if side.is_overdue(now));
        is_unanswered || self.give_up_at.is_some_and(|at| now >= at)
    }

    /// A description was exchanged: from now on the other side can connect, and has to.
    fn expect_connection(&mut self, now: Instant) {
        if !self.is_connected {
            self.give_up_at.get_or_insert(now + CONNECT_DEADLINE);
        }
    }

    /// Why the transport can't go on, if it can't.
    pub(crate) fn failure(&self) -> Option<FailureReason> {
        self.failure
    }

    /// Offer a datagram. Returns when to come back, or `None` if the datagram isn't this
    /// transport's; nothing happened then.
    ///
    /// `handle_input` alone does not look at where a datagram comes from; `accepts` does, so it is
    /// asked for every single one (attack row M-1).
    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
        outbox: &mut Outbox,
    ) -> Option<Instant> {
        let receive = Receive::new(Protocol::Udp, source, destination, contents).ok()?;
        let input = Input::Receive(now, receive);
        if !self.rtc.accepts(&input) || self.ingress.is_takeover(&mut self.rtc, now, contents) {
            return None;
        }
        self.trip_fault_hook();
        let result = self.rtc.handle_input(input);
        Some(self.finish(now, result, outbox))
    }

    /// Let time pass and take what there is to send. Returns when to come back.
    pub(crate) fn handle_timeout(&mut self, now: Instant, outbox: &mut Outbox) -> Instant {
        self.trip_fault_hook();
        let result = self.rtc.handle_input(Input::Timeout(now));
        self.finish(now, result, outbox)
    }

    fn trip_fault_hook(&mut self) {
        #[cfg(feature = "fault-hooks")]
        #[allow(clippy::panic)]
        if std::mem::take(&mut self.is_about_to_panic) {
            panic!("induced by a test");
        }
    }

    fn finish(
        &mut self,
        now: Instant,
        result: Result<(), RtcError>,
        outbox: &mut Outbox,
    ) -> Instant {
        let drained = result.and_then(|()| self.drain(now, outbox));
        let next = match drained {
            Ok(next) => next,
            Err(_) => {
                // DTLS and SCTP errors are final by contract; the rest does not surface here.
                self.fail(FailureReason::Protocol);
                now
            }
        };
        if !self.rtc.is_alive() {
            self.fail(FailureReason::Closed);
        }
        next
    }

    /// The first reason stands.
    fn fail(&mut self, reason: FailureReason) {
        self.failure.get_or_insert(reason);
    }

    fn drain(&mut self, now: Instant, outbox: &mut Outbox) -> Result<Instant, RtcError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => return Ok(at),
                Output::Transmit(transmit) => outbox.transmits.push_back(Transmit {
                    source: transmit.source,
                    destination: transmit.destination,
                    contents: transmit.contents.into(),
                }),
                Output::Event(event) => {
                    if let Some(inbound) = self.handle_event(now, event) {
                        outbox
                            .inbound
                            .push_back((self.key, self.owner.clone(), inbound));
                    }
                }
            }
        }
    }

    fn handle_event(&mut self, now: Instant, event: Event) -> Option<Inbound> {
        match event {
            Event::Connected => {
                self.is_connected = true;
                self.give_up_at = None;
                Some(Inbound::Connected)
            }
            Event::IceConnectionStateChange(state) => {
                self.follow_ice(now, state);
                None
            }
            Event::RtpPacket(packet) => {
                #[cfg(feature = "hostile")]
                crate::hostile::tap::rtp(&self.owner.participant, &packet);
                let taken = self.ingress.take(&mut self.rtc, self.key, packet);
                if self.ingress.is_exhausted() {
                    self.fail(FailureReason::Protocol);
                }
                Some(taken.map_or(Inbound::MediaDropped, Inbound::Media))
            }
            Event::KeyframeRequest(request) => {
                let Side::Subscriber(side) = &self.side else {
                    return None;
                };
                let (index, publication) = side.carried_in(request.mid)?;
                let slot = Slot {
                    transport: self.key,
                    index,
                };
                Some(Inbound::KeyframeRequested { publication, slot })
            }
            Event::ChannelOpen(id, label) => {
                if !self.channels.opened(id, &label) {
                    self.fail(FailureReason::Protocol);
                }
                self.flush_data();
                None
            }
            Event::ChannelClose(id) => {
                self.channels.closed(id);
                None
            }
            Event::ChannelBufferedAmountLow(_) => {
                self.flush_data();
                None
            }
            Event::ChannelData(data) => {
                let name = self.channels.name(data.id);
                #[cfg(feature = "hostile")]
                crate::hostile::tap::data(&self.owner.participant, name, &data.data);
                let channel = name?;
                Some(Inbound::Data {
                    channel,
                    bytes: data.data,
                })
            }
            // By transport-wide sequence numbers. Receiver reports count what the publisher's own
            // network lost as lost on the way to the subscriber.
            Event::PeerStats(stats) => {
                let loss = [stats.egress_loss_fraction, stats.ingress_loss_fraction];
                loss.into_iter()
                    .flatten()
                    .reduce(f32::max)
                    .map(Inbound::Loss)
            }
            Event::Closed => {
                self.fail(FailureReason::Closed);
                None
            }
            _ => None,
        }
    }

    fn follow_ice(&mut self, now: Instant, state: IceConnectionState) {
        self.give_up_at = match state {
            IceConnectionState::Disconnected => Some(now + DISCONNECT_GRACE),
            _ if self.is_connected => None,
            _ => self.give_up_at,
        };
    }

    /// Send a data packet. Reliable ones wait for room in the channel, up to the limit; a reader
    /// that falls behind further loses the transport rather than a packet in the middle.
    pub(crate) fn send_data(&mut self, channel: Channel, bytes: &[u8]) -> bool {
        match self.channels.send(&mut self.rtc, channel, bytes) {
            channels::Sent::Yes => true,
            channels::Sent::Dropped => false,
            channels::Sent::TooSlow => {
                self.fail(FailureReason::SlowReader);
                false
            }
        }
    }

    fn flush_data(&mut self) {
        self.channels.flush(&mut self.rtc);
    }

    /// Write a media packet; it leaves with the next [`Transport::handle_timeout`].
    pub(crate) fn send_media(&mut self, slot: Slot, packet: &MediaOut<'_>) {
        if let Side::Subscriber(side) = &self.side {
            side.write(&mut self.rtc, slot.index, packet);
        }
    }

    /// Ask the other side for a keyframe of one encoding.
    pub(crate) fn request_keyframe(&mut self, source: LayerSource) {
        ingress::request_keyframe(&mut self.rtc, source);
    }

    /// Begin to close: tells the other side, as far as it still listens.
    pub(crate) fn close(&mut self, now: Instant, outbox: &mut Outbox) {
        if self.rtc.close().is_ok() {
            // The last words; whether they can be said makes no difference to us.
            let _ = self.drain(now, outbox);
        }
    }
}
