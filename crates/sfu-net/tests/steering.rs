//! Several workers behind one port: every datagram finds the worker that owns its sender.
#![allow(clippy::unwrap_used, reason = "test code")]

mod support;

use std::time::Duration;

use support::{Sender, counter, eventually, scripted};

const WORKERS: u8 = 4;

/// Senders enough that the kernel spreads them over all workers.
const SENDERS: usize = 24;

#[test]
fn media_reaches_the_worker_that_owns_its_sender() {
    let engine = scripted(WORKERS);
    let senders: Vec<Sender> = (0..SENDERS).map(|_| Sender::to(&engine)).collect();
    for (number, sender) in senders.iter().enumerate() {
        let worker = number % usize::from(WORKERS);
        let request = format!("stun {worker}");
        assert_eq!(sender.ask(&request), format!("{worker}: {request}"));
    }
    for (number, sender) in senders.iter().enumerate() {
        let worker = number % usize::from(WORKERS);
        assert_eq!(sender.ask("media"), format!("{worker}: media"));
    }
    eventually("steering", || {
        (counter(&engine, "steered") > 0).then_some(())
    });
}

#[test]
fn senders_that_left_are_no_longer_steered() {
    let engine = scripted(WORKERS);
    let senders: Vec<Sender> = (0..SENDERS).map(|_| Sender::to(&engine)).collect();
    for sender in &senders {
        sender.ask("stun 1");
        sender.ask("leave");
    }
    // Counters settle within a quarter of a second.
    std::thread::sleep(Duration::from_millis(600));
    let (received, steered) = (
        counter(&engine, "datagrams_received"),
        counter(&engine, "steered"),
    );
    assert!(steered > 0);
    for sender in &senders {
        sender.0.send(b"media").unwrap();
    }
    let all = received + SENDERS as u64;
    eventually("receipt", || {
        (counter(&engine, "datagrams_received") == all).then_some(())
    });
    assert_eq!(counter(&engine, "steered"), steered);
}

#[test]
fn a_sender_may_move_to_a_room_on_another_worker() {
    let engine = scripted(WORKERS);
    for _ in 0..SENDERS {
        let sender = Sender::to(&engine);
        sender.ask("stun 1");
        sender.ask("leave");
        assert_eq!(sender.ask("stun 2"), "2: stun 2");
        assert_eq!(sender.ask("media"), "2: media");
    }
}

/// A browser that rejoins may keep its port: the new transport proves the address in the very turn
/// in which the old one gives it up.
#[test]
fn a_sender_that_rejoins_at_once_is_still_steered() {
    let engine = scripted(WORKERS);
    for _ in 0..SENDERS {
        let sender = Sender::to(&engine);
        sender.ask("stun 1");
        assert_eq!(sender.ask("rejoin"), "1: rejoin");
        assert_eq!(sender.ask("media"), "1: media");
    }
}

#[test]
fn a_stranger_who_claims_to_be_for_another_worker_is_not_remembered() {
    let engine = scripted(WORKERS);
    let strangers: Vec<Sender> = (0..SENDERS).map(|_| Sender::to(&engine)).collect();
    for stranger in &strangers {
        for text in ["stun 200", "stun 4", "media"] {
            stranger.0.send(text.as_bytes()).unwrap();
        }
    }
    let received = 3 * SENDERS as u64;
    eventually("receipt", || {
        (counter(&engine, "datagrams_received") == received).then_some(())
    });
    assert_eq!(counter(&engine, "steered"), 0);
    assert!(strangers.iter().all(|stranger| stranger.hear().is_none()));
}

#[test]
fn others_go_on_undisturbed_when_a_worker_is_lost() {
    let engine = scripted(WORKERS);
    let senders: Vec<Sender> = (0..SENDERS).map(|_| Sender::to(&engine)).collect();
    for sender in &senders {
        sender.ask("stun 1");
    }
    let lost = Sender::to(&engine);
    lost.ask("stun 2");
    lost.0.send(b"panic").unwrap();
    eventually("the failure", || {
        (counter(&engine, "workers_failed") == 1).then_some(())
    });
    for sender in &senders {
        assert_eq!(sender.ask("media"), "1: media");
    }
    // What the lost worker owned belongs to nobody, and can be claimed anew.
    lost.0
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    assert_eq!(lost.ask("stun 3"), "3: stun 3");
    assert_eq!(lost.ask("media"), "3: media");
}
