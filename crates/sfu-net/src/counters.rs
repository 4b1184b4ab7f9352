//! Adding up what the workers counted.

use sfu_core::Counters;

/// What a worker counts beside its core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetCounters {
    /// Datagrams that the kernel handed over.
    pub datagrams_received: u64,
    /// Of them, those from who may not reach any candidate.
    pub datagrams_refused: u64,
    /// Datagrams that the kernel took.
    pub datagrams_sent: u64,
    /// Datagrams that the kernel refused, or that waited for it too long.
    pub send_dropped: u64,
    /// Datagrams sent on to the worker that owns them.
    pub steered: u64,
    /// Datagrams for another worker that were too large or found its queue full.
    pub steer_dropped: u64,
    /// Datagrams longer than a receive buffer.
    pub truncated: u64,
    /// Times that the worker lost all its rooms to a panic.
    pub workers_failed: u64,
}

/// All counters of one worker at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Those of the core, past cores of this worker included.
    pub core: Counters,
    /// Those of the loop.
    pub net: NetCounters,
}

impl Snapshot {
    /// Every counter with its name. Destructured, so that a new counter cannot be forgotten.
    pub fn named(&self) -> [(&'static str, u64); 20] {
        let Counters {
            datagrams_accepted,
            datagrams_dropped,
            packets_received,
            packets_forwarded,
            packets_dropped,
            keyframe_requests,
            data_forwarded,
            data_dropped,
            panics,
            transport_failures,
            rooms,
            transports,
        } = self.core;
        let NetCounters {
            datagrams_received,
            datagrams_refused,
            datagrams_sent,
            send_dropped,
            steered,
            steer_dropped,
            truncated,
            workers_failed,
        } = self.net;
        [
            ("datagrams_accepted", datagrams_accepted),
            ("datagrams_dropped", datagrams_dropped),
            ("packets_received", packets_received),
            ("packets_forwarded", packets_forwarded),
            ("packets_dropped", packets_dropped),
            ("keyframe_requests", keyframe_requests),
            ("data_forwarded", data_forwarded),
            ("data_dropped", data_dropped),
            ("panics", panics),
            ("transport_failures", transport_failures),
            ("rooms", rooms),
            ("transports", transports),
            ("datagrams_received", datagrams_received),
            ("datagrams_refused", datagrams_refused),
            ("datagrams_sent", datagrams_sent),
            ("send_dropped", send_dropped),
            ("steered", steered),
            ("steer_dropped", steer_dropped),
            ("truncated", truncated),
            ("workers_failed", workers_failed),
        ]
    }
}

/// The sums by name, in the order of [`Snapshot::named`].
pub fn total(snapshots: impl Iterator<Item = Snapshot>) -> Vec<(&'static str, u64)> {
    let mut sums = Snapshot::default().named();
    for snapshot in snapshots {
        for ((_, sum), (_, value)) in sums.iter_mut().zip(snapshot.named()) {
            *sum += value;
        }
    }
    sums.to_vec()
}

/// What a core counted together with those before it: totals add up, current sizes do not.
pub fn continued(retired: &Counters, current: &Counters) -> Counters {
    Counters {
        datagrams_accepted: retired.datagrams_accepted + current.datagrams_accepted,
        datagrams_dropped: retired.datagrams_dropped + current.datagrams_dropped,
        packets_received: retired.packets_received + current.packets_received,
        packets_forwarded: retired.packets_forwarded + current.packets_forwarded,
        packets_dropped: retired.packets_dropped + current.packets_dropped,
        keyframe_requests: retired.keyframe_requests + current.keyframe_requests,
        data_forwarded: retired.data_forwarded + current.data_forwarded,
        data_dropped: retired.data_dropped + current.data_dropped,
        panics: retired.panics + current.panics,
        transport_failures: retired.transport_failures + current.transport_failures,
        rooms: current.rooms,
        transports: current.transports,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_of_all_workers_are_summed_by_name() {
        let first = Snapshot {
            core: Counters {
                rooms: 2,
                ..Counters::default()
            },
            net: NetCounters {
                steered: 5,
                ..NetCounters::default()
            },
        };
        let second = Snapshot {
            core: Counters {
                rooms: 1,
                ..Counters::default()
            },
            ..first
        };
        let sums = total([first, second].into_iter());
        assert!(sums.contains(&("rooms", 3)) && sums.contains(&("steered", 10)));
    }

    #[test]
    fn names_are_unique() {
        let mut names = Snapshot::default().named().map(|(name, _)| name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_restarted_core_keeps_totals_and_forgets_sizes() {
        let retired = Counters {
            packets_received: 7,
            rooms: 3,
            ..Counters::default()
        };
        let current = Counters {
            packets_received: 1,
            rooms: 1,
            ..Counters::default()
        };
        let sum = continued(&retired, &current);
        assert_eq!((sum.packets_received, sum.rooms), (8, 1));
    }
}
