//! The data channels of one transport, and what waits for them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

use str0m::Rtc;
use str0m::channel::{ChannelConfig, ChannelId, Reliability};

use crate::data::Channel;

/// Below this much unsent data a channel asks for more.
const LOW_WATER_BYTES: usize = 16 * 1024;

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Written, or waiting in order.
    Yes,
    /// Lossy and no room for it.
    Dropped,
    /// Reliable and the limit is reached.
    TooSlow,
}

/// Channels by name, with a bounded queue behind the reliable one.
#[derive(Debug)]
pub(crate) struct Channels {
    names: HashMap<ChannelId, Channel>,
    ids: HashMap<Channel, ChannelId>,
    waiting: VecDeque<Vec<u8>>,
    waiting_bytes: usize,
    max_waiting_bytes: usize,
}

impl Channels {
    pub(crate) fn new(max_waiting_bytes: usize) -> Self {
        Self {
            names: HashMap::new(),
            ids: HashMap::new(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            max_waiting_bytes,
        }
    }

    /// How the server's own channel of that name is made.
    pub(crate) fn config(channel: Channel) -> ChannelConfig {
        let is_reliable = channel == Channel::Reliable;
        ChannelConfig {
            label: channel.label().to_owned(),
            ordered: is_reliable,
            reliability: if is_reliable {
                Reliability::Reliable
            } else {
                Reliability::MaxRetransmits { retransmits: 0 }
            },
            ..ChannelConfig::default()
        }
    }

    /// A channel is open. Unknown labels, and second channels of a name, are ignored.
    pub(crate) fn opened(&mut self, id: ChannelId, label: &str) {
        let Some(channel) = Channel::from_label(label) else {
            return;
        };
        if let Entry::Vacant(entry) = self.ids.entry(channel) {
            entry.insert(id);
            self.names.insert(id, channel);
        }
    }

    pub(crate) fn closed(&mut self, id: ChannelId) {
        if let Some(channel) = self.names.remove(&id) {
            self.ids.remove(&channel);
        }
    }

    pub(crate) fn name(&self, id: ChannelId) -> Option<Channel> {
        self.names.get(&id).copied()
    }

    pub(crate) fn send(&mut self, rtc: &mut Rtc, channel: Channel, bytes: &[u8]) -> Sent {
        let must_wait = channel == Channel::Reliable && !self.waiting.is_empty();
        if !must_wait && self.write(rtc, channel, bytes) {
            return Sent::Yes;
        }
        if channel != Channel::Reliable {
            return Sent::Dropped;
        }
        if self.waiting_bytes + bytes.len() > self.max_waiting_bytes {
            return Sent::TooSlow;
        }
        self.waiting_bytes += bytes.len();
        self.waiting.push_back(bytes.to_vec());
        Sent::Yes
    }

    /// Write what waits, as far as there is room.
    pub(crate) fn flush(&mut self, rtc: &mut Rtc) {
        while let Some(bytes) = self.waiting.pop_front() {
            if !self.write(rtc, Channel::Reliable, &bytes) {
                self.waiting.push_front(bytes);
                return;
            }
            self.waiting_bytes -= bytes.len();
        }
    }

    fn write(&mut self, rtc: &mut Rtc, channel: Channel, bytes: &[u8]) -> bool {
        let Some(mut handle) = self.ids.get(&channel).and_then(|id| rtc.channel(*id)) else {
            return false;
        };
        if channel == Channel::Reliable {
            handle.set_buffered_amount_low_threshold(LOW_WATER_BYTES);
        }
        handle.write(true, bytes).unwrap_or(false)
    }
}
