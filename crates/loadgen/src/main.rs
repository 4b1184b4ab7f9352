//! `folkmoot-loadgen`: see [`loadgen::protocol`] for what it reads and writes.

use std::process::ExitCode;

use loadgen::args::{Mode, USAGE, parse};
use loadgen::control::measure_sendto;
use loadgen::world;

fn main() -> ExitCode {
    let outcome = match parse(std::env::args().skip(1)) {
        Ok(Mode::Participants) => world::run(),
        Ok(Mode::SendTo { packets, bytes }) => {
            measure_sendto(packets, bytes).map(|cost| println!("{cost}"))
        }
        Ok(Mode::Help) => {
            println!("{USAGE}");
            Ok(())
        }
        Err(reason) => {
            eprintln!("{reason}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("folkmoot-loadgen stopped: {error}");
            ExitCode::FAILURE
        }
    }
}
