//! What an RTP packet says of itself in clear: whose stream it claims to be.
//!
//! Source: RFC 3550 section 5.1, RFC 8285 sections 4.2 and 4.3.

/// Fixed part of an RTP header.
const FIXED_BYTES: usize = 12;
/// Profiles of the two forms of header extensions; the two-byte form has four free bits.
const ONE_BYTE_FORM: u16 = 0xbede;
const TWO_BYTE_FORM: u16 = 0x1000;
/// Ends a one-byte list (RFC 8285 section 4.2).
const ONE_BYTE_STOP: u8 = 15;

/// Ids that were negotiated for the two names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NameIds {
    pub(crate) mid: Option<u8>,
    pub(crate) rid: Option<u8>,
}

/// The claims of a packet that nobody has authenticated yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claims<'a> {
    pub(crate) ssrc: u32,
    pub(crate) payload_type: u8,
    pub(crate) mid: Option<&'a [u8]>,
    pub(crate) rid: Option<&'a [u8]>,
}

/// Read the claims; `None` if it is no RTP packet or is cut short.
pub(crate) fn parse_claims(datagram: &[u8], ids: NameIds) -> Option<Claims<'_>> {
    let [first, second, ..] = *datagram else {
        return None;
    };
    // Payload types 64 to 95 are RTCP when the two share a port (RFC 5761 section 4).
    let payload_type = second & 0x7f;
    if first >> 6 != 2 || (64..96).contains(&payload_type) {
        return None;
    }
    let ssrc = u32::from_be_bytes(datagram.get(8..FIXED_BYTES)?.try_into().ok()?);
    let mut claims = Claims {
        ssrc,
        payload_type,
        mid: None,
        rid: None,
    };
    if first & 0x10 != 0 {
        let start = FIXED_BYTES + 4 * usize::from(first & 0x0f);
        read_extensions(datagram.get(start..)?, ids, &mut claims)?;
    }
    Some(claims)
}

fn read_extensions<'a>(bytes: &'a [u8], ids: NameIds, claims: &mut Claims<'a>) -> Option<()> {
    let profile = u16::from_be_bytes(bytes.get(..2)?.try_into().ok()?);
    let words = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
    let mut rest = bytes.get(4..4 + 4 * usize::from(words))?;
    while let [head, tail @ ..] = rest {
        if *head == 0 {
            rest = tail;
            continue;
        }
        let (id, length, tail) = match profile {
            ONE_BYTE_FORM if head >> 4 == ONE_BYTE_STOP => return Some(()),
            ONE_BYTE_FORM => (head >> 4, usize::from(head & 0x0f) + 1, tail),
            form if form & 0xfff0 == TWO_BYTE_FORM => {
                let [length, tail @ ..] = tail else {
                    return None;
                };
                (*head, usize::from(*length), tail)
            }
            _ => return Some(()),
        };
        let value = tail.get(..length)?;
        if Some(id) == ids.mid {
            claims.mid = Some(value);
        } else if Some(id) == ids.rid {
            claims.rid = Some(value);
        }
        rest = &tail[length..];
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const IDS: NameIds = NameIds {
        mid: Some(4),
        rid: Some(10),
    };

    fn packet(profile: u16, extensions: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x91, 0xe0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9];
        let mut padded = extensions.to_vec();
        padded.resize(padded.len().next_multiple_of(4), 0);
        bytes.extend(profile.to_be_bytes());
        bytes.extend((padded.len() as u16 / 4).to_be_bytes());
        bytes.extend(padded);
        bytes.extend([7; 20]);
        bytes
    }

    #[test]
    fn both_forms_of_extensions_are_read() {
        let expected = Claims {
            ssrc: 3,
            payload_type: 96,
            mid: Some(b"ab"),
            rid: Some(b"q"),
        };
        let one = packet(ONE_BYTE_FORM, b"\x41ab\x00\x32xyz\xa0q");
        assert_eq!(parse_claims(&one, IDS), Some(expected));
        let two = packet(TWO_BYTE_FORM | 5, b"\x04\x02ab\x00\x03\x00\x0a\x01q");
        assert_eq!(parse_claims(&two, IDS), Some(expected));
    }

    #[test]
    fn what_is_cut_short_or_no_rtp_claims_nothing() {
        let whole = packet(ONE_BYTE_FORM, b"\x41ab");
        assert_eq!(parse_claims(&whole[..18], IDS), None);
        assert_eq!(parse_claims(&packet(ONE_BYTE_FORM, b"\x4fab"), IDS), None);
        assert_eq!(
            parse_claims(&[0x80, 200, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], IDS),
            None
        );
        assert_eq!(parse_claims(&[0; 40], IDS), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = parse_claims(&bytes, IDS);
            for profile in [ONE_BYTE_FORM, TWO_BYTE_FORM] {
                let _ = parse_claims(&packet(profile, &bytes), IDS);
            }
        }
    }
}
