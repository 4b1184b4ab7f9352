//! Reading commands on a thread that sleeps, so that the media thread never waits for a line.

use std::io::{BufRead, stdin};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use mio::Waker;

use crate::protocol::Command;

/// A command, or why a line is none. The channel hangs up at the end of input.
pub(crate) type Line = Result<Command, String>;

pub(crate) fn read_lines(waker: Waker) -> Receiver<Line> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in stdin().lock().lines() {
            let Ok(line) = line else { break };
            if line.trim().is_empty() {
                continue;
            }
            let parsed = serde_json::from_str(&line).map_err(|error| error.to_string());
            if sender.send(parsed).is_err() {
                return;
            }
            let _ = waker.wake();
        }
        drop(sender);
        let _ = waker.wake();
    });
    receiver
}
