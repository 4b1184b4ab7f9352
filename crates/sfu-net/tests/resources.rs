//! Alone in its binary, because it counts what the whole process has.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "test code")]

mod support;

use sfu_net::Engine;
use support::{Sender, eventually, open, scripted, settings};

fn entries(directory: &str) -> usize {
    std::fs::read_dir(directory).unwrap().count()
}

#[test]
fn a_closed_engine_leaves_no_thread_and_no_descriptor() {
    let threads = || entries("/proc/self/task");
    let descriptors = || entries("/proc/self/fd");
    let before = (threads(), descriptors());
    for workers in [1, 2, 8] {
        let engine = scripted(workers);
        assert_eq!(threads(), before.0 + usize::from(workers));
        open(&engine, "room");
        let sender = Sender::to(&engine);
        sender.ask("stun 0");
        sender.0.send(b"panic").unwrap();
        engine.close();
        eventually("the end of its threads", || {
            (threads() == before.0).then_some(())
        });
        drop((engine, sender));
        assert_eq!(descriptors(), before.1);
    }
    drop(Engine::start(&settings(4)).unwrap());
    eventually("the end of its threads", || {
        (threads() == before.0).then_some(())
    });
}
