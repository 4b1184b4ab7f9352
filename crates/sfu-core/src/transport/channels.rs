//! The data channels of one transport, and what waits for them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

use str0m::Rtc;
use str0m::channel::{ChannelConfig, ChannelId, Reliability};

use crate::data::Channel;

/// Below this much unsent data a channel asks for more.
const LOW_WATER_BYTES: usize = 16 * 1024;

/// Security limit: channels that one transport may open in its life. Clients open three.
const MAX_CHANNELS: usize = 16;

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Written, or waiting in order.
    Yes,
    /// No room for it, and either lossy or not awaited yet.
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
    opened: usize,
}

impl Channels {
    pub(crate) fn new(max_waiting_bytes: usize) -> Self {
        Self {
            names: HashMap::new(),
            ids: HashMap::new(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            max_waiting_bytes,
            opened: 0,
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

    /// A channel is open. Unknown labels, and second channels of a name, are ignored. False if the
    /// other side opened too many.
    pub(crate) fn opened(&mut self, id: ChannelId, label: &str) -> bool {
        self.opened += 1;
        if let Some(channel) = Channel::from_label(label)
            && let Entry::Vacant(entry) = self.ids.entry(channel)
        {
            entry.insert(id);
            self.names.insert(id, channel);
        }
        self.opened <= MAX_CHANNELS
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
        // Lossy packets would take the room that reliable ones wait for.
        let must_wait = !self.waiting.is_empty();
        if !must_wait {
            match self.write(rtc, channel, bytes) {
                Written::Yes => return Sent::Yes,
                Written::Never => return Sent::Dropped,
                Written::NotNow => {}
            }
        }
        if channel != Channel::Reliable {
            return Sent::Dropped;
        }
        if self.waiting_bytes + bytes.len() > self.max_waiting_bytes {
            // Who is still joining is not slow; what is said meanwhile is not for them.
            let is_open = self.ids.contains_key(&channel);
            return if is_open {
                Sent::TooSlow
            } else {
                Sent::Dropped
            };
        }
        self.waiting_bytes += bytes.len();
        self.waiting.push_back(bytes.to_vec());
        Sent::Yes
    }

    /// Write what waits, as far as there is room.
    pub(crate) fn flush(&mut self, rtc: &mut Rtc) {
        while let Some(bytes) = self.waiting.pop_front() {
            if self.write(rtc, Channel::Reliable, &bytes) == Written::NotNow {
                self.waiting.push_front(bytes);
                return;
            }
            self.waiting_bytes -= bytes.len();
        }
    }

    fn write(&mut self, rtc: &mut Rtc, channel: Channel, bytes: &[u8]) -> Written {
        let id = self.ids.get(&channel);
        let Some(mut handle) = id.and_then(|id| rtc.channel(*id)) else {
            return Written::NotNow;
        };
        if channel == Channel::Reliable {
            handle.set_buffered_amount_low_threshold(LOW_WATER_BYTES);
        }
        match handle.write(true, bytes) {
            Ok(true) => Written::Yes,
            Ok(false) => Written::NotNow,
            // Longer than the other side takes, say: waiting would not help.
            Err(_) => Written::Never,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Yes,
    NotNow,
    Never,
}
