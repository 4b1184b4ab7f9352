//! The command line.

/// What the program prints when it is asked, or when it does not understand.
pub const USAGE: &str = "\
usage: folkmoot-loadgen                                   participants, driven by JSON lines on stdin
       folkmoot-loadgen sendto [--packets N] [--bytes N]  what one bare sendto on loopback costs";

/// Largest UDP payload over IPv4 (RFC 768, RFC 791).
const MAX_DATAGRAM_BYTES: u64 = 65_507;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Be participants.
    Participants,
    /// Measure the control.
    SendTo {
        /// How many datagrams to send.
        packets: u64,
        /// Payload of each, in bytes.
        bytes: usize,
    },
    /// Print how it is used.
    Help,
}

/// Read the arguments after the program's name.
///
/// # Errors
/// What is wrong with them, in words.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Mode, String> {
    let mut arguments = arguments.into_iter();
    match arguments.next().as_deref() {
        None => Ok(Mode::Participants),
        Some("--help" | "-h") => Ok(Mode::Help),
        Some("sendto") => parse_sendto(arguments),
        Some(other) => Err(format!("there is no mode {other:?}")),
    }
}

fn parse_sendto(mut arguments: impl Iterator<Item = String>) -> Result<Mode, String> {
    let (mut packets, mut bytes) = (200_000, 1_200);
    while let Some(name) = arguments.next() {
        let target = match name.as_str() {
            "--packets" => &mut packets,
            "--bytes" => &mut bytes,
            _ => return Err(format!("sendto has no option {name:?}")),
        };
        let value = arguments.next().unwrap_or_default();
        *target = value
            .parse()
            .map_err(|_| format!("{name} needs a whole number, not {value:?}"))?;
    }
    if packets == 0 || bytes == 0 || bytes > MAX_DATAGRAM_BYTES {
        return Err(format!(
            "--packets from 1, --bytes from 1 to {MAX_DATAGRAM_BYTES}"
        ));
    }
    Ok(Mode::SendTo {
        packets,
        // At most MAX_DATAGRAM_BYTES, so it fits.
        bytes: bytes as usize,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &str) -> Result<Mode, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn without_arguments_it_is_participants() {
        assert_eq!(parse_line(""), Ok(Mode::Participants));
    }

    #[test]
    fn the_control_has_a_size_and_a_count() {
        let expected = Mode::SendTo {
            packets: 5,
            bytes: 100,
        };
        assert_eq!(parse_line("sendto --packets 5 --bytes 100"), Ok(expected));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, word) in [
            ("dance", "dance"),
            ("sendto --fast", "--fast"),
            ("sendto --bytes", "--bytes"),
            ("sendto --bytes many", "many"),
            ("sendto --bytes 70000", "65507"),
            ("sendto --packets 0", "--packets"),
        ] {
            assert!(
                parse_line(line).is_err_and(|reason| reason.contains(word)),
                "{line}"
            );
        }
    }
}
