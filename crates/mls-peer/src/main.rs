//! `folkmoot-mls-peer`: one member of a group on `mls-rs`, an MLS implementation that shares no code with
//! the client's. It knows nothing of Folkmoot: credentials and authenticated data are handed to it.
//!
//! It reads a [`protocol::Request`] from each line of its input and answers each with one line, either
//! what was asked for or `{"error": why}`. It ends with its input.

mod member;
mod protocol;

use std::io::{BufRead, Write, stdin, stdout};
use std::process::ExitCode;

use member::Member;
use protocol::{Answer, Failure, Request};

fn main() -> ExitCode {
    match Member::new().and_then(|mut member| serve(&mut member)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("folkmoot-mls-peer stopped: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(member: &mut Member) -> Result<(), Failure> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let answer = answer(member, &line?).unwrap_or_else(|error| Answer::Error {
            error: error.to_string(),
        });
        serde_json::to_writer(&mut out, &answer)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}

fn answer(member: &mut Member, line: &str) -> Result<Answer, Failure> {
    match serde_json::from_str(line)? {
        Request::Key => Ok(member.key()),
        Request::Sign { message } => member.sign(&message.0),
        Request::Join(join) => member.join(join),
        Request::Commit(commit) => member.commit(commit),
        Request::Process { message } => member.process(&message.0),
        Request::Seal { plain } => member.seal(&plain.0),
        Request::GroupInfo => member.group_info(),
        Request::View => member.view(),
        Request::Export(export) => member.export(&export),
    }
}
