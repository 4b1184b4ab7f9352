//! Who is due next.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Instant;

use crate::protocol::EndpointId;

/// A heap of deadlines with at most one live entry per transport; an idle transport is not touched.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    heap: BinaryHeap<Reverse<(Instant, EndpointId)>>,
    live: HashMap<EndpointId, Instant>,
}

impl Schedule {
    /// A later deadline than the one known is not entered: the transport is asked again when the
    /// earlier one has come, which spares the heap an entry per packet.
    pub(crate) fn set(&mut self, id: EndpointId, at: Instant) {
        if self.live.get(&id).is_none_or(|known| at < *known) {
            self.live.insert(id, at);
            self.heap.push(Reverse((at, id)));
        }
    }

    pub(crate) fn forget(&mut self, id: EndpointId) {
        self.live.remove(&id);
    }

    pub(crate) fn next(&mut self) -> Option<Instant> {
        self.drop_outdated();
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Somebody who may be due; they must be `set` again.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<EndpointId> {
        if self.next()? > now {
            return None;
        }
        let Reverse((_, id)) = self.heap.pop()?;
        self.live.remove(&id);
        Some(id)
    }

    fn drop_outdated(&mut self) {
        while let Some(Reverse((at, id))) = self.heap.peek() {
            if self.live.get(id) == Some(at) {
                return;
            }
            self.heap.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn an_earlier_deadline_replaces_a_later_one_and_not_the_other_way_round() {
        let now = Instant::now();
        let at = |ms| now + Duration::from_millis(ms);
        let mut schedule = Schedule::default();
        schedule.set(1, at(10));
        schedule.set(1, at(5));
        schedule.set(1, at(20));
        schedule.set(2, at(7));
        assert_eq!(schedule.pop_due(at(4)), None);
        assert_eq!(schedule.pop_due(at(30)), Some(1));
        assert_eq!(schedule.pop_due(at(30)), Some(2));
        assert_eq!(schedule.pop_due(at(30)), None);
    }

    #[test]
    fn those_who_left_are_not_due() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        schedule.set(1, now);
        schedule.forget(1);
        assert_eq!(schedule.next(), None);
    }
}
