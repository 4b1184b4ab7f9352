//! Which worker owns which room.

use std::collections::HashMap;

use sfu_core::RoomId;

/// The routing table of an engine. A room stays where it was opened until it is closed.
#[derive(Debug)]
pub struct Placement {
    worker_of: HashMap<RoomId, u8>,
    rooms: Vec<usize>,
}

impl Placement {
    /// A table without rooms for workers `0..workers`.
    pub fn new(workers: u8) -> Self {
        Self {
            worker_of: HashMap::new(),
            rooms: vec![0; usize::from(workers)],
        }
    }

    /// The worker of an open room.
    pub fn worker_of(&self, room: &RoomId) -> Option<u8> {
        self.worker_of.get(room).copied()
    }

    /// The worker of a room, chosen now if the room is new: the one with the fewest rooms, the
    /// first of those.
    pub fn open(&mut self, room: &RoomId) -> u8 {
        if let Some(worker) = self.worker_of(room) {
            return worker;
        }
        let worker = (0u8..)
            .zip(&self.rooms)
            .min_by_key(|&(_, rooms)| rooms)
            .map_or(0, |(w, _)| w);
        self.worker_of.insert(room.clone(), worker);
        self.rooms[usize::from(worker)] += 1;
        worker
    }

    /// Forget a room; tells which worker had it.
    pub fn close(&mut self, room: &RoomId) -> Option<u8> {
        let worker = self.worker_of.remove(room)?;
        self.rooms[usize::from(worker)] -= 1;
        Some(worker)
    }

    /// Forget all rooms of a worker and name them.
    pub fn forget_worker(&mut self, worker: u8) -> Vec<RoomId> {
        let gone = self.worker_of.extract_if(|_, owner| *owner == worker);
        let gone: Vec<RoomId> = gone.map(|(room, _)| room).collect();
        self.rooms[usize::from(worker)] = 0;
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str) -> RoomId {
        RoomId::from(name)
    }

    #[test]
    fn rooms_spread_evenly_over_workers() {
        let mut placement = Placement::new(3);
        let workers: Vec<u8> = (0..6)
            .map(|n| placement.open(&room(&format!("room {n}"))))
            .collect();
        assert_eq!(workers, [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn a_room_opened_twice_stays_where_it_is() {
        let mut placement = Placement::new(2);
        let first = placement.open(&room("a"));
        placement.open(&room("b"));
        assert_eq!(placement.open(&room("a")), first);
    }

    #[test]
    fn a_closed_room_makes_space_for_the_next() {
        let mut placement = Placement::new(2);
        placement.open(&room("a"));
        placement.open(&room("b"));
        assert_eq!(placement.close(&room("b")), Some(1));
        assert_eq!(placement.worker_of(&room("b")), None);
        assert_eq!(placement.open(&room("c")), 1);
    }

    #[test]
    fn closing_an_unknown_room_changes_nothing() {
        let mut placement = Placement::new(1);
        assert_eq!(placement.close(&room("never opened")), None);
        assert_eq!(placement.open(&room("a")), 0);
    }

    #[test]
    fn a_failed_worker_loses_its_rooms_and_no_others() {
        let mut placement = Placement::new(2);
        for name in ["a", "b", "c"] {
            placement.open(&room(name));
        }
        let mut gone = placement.forget_worker(0);
        gone.sort();
        assert_eq!(gone, [room("a"), room("c")]);
        assert_eq!(placement.worker_of(&room("b")), Some(1));
        assert_eq!(placement.open(&room("d")), 0);
    }
}
