//! Just enough STUN to route a datagram: whose user name fragment does it name?

use std::str;

/// RFC 5389 section 6.
const HEADER_BYTES: usize = 20;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const USERNAME: u16 = 0x0006;
/// RFC 8445 section 5.3: a fragment has 4 to 256 characters.
const MAX_UFRAG_BYTES: usize = 256;

/// Whether the datagram claims to be STUN (RFC 7983 section 7 and the magic cookie).
pub(crate) fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER_BYTES && datagram[0] < 4 && datagram[4..8] == MAGIC_COOKIE
}

/// The receiver's user name fragment in a connectivity check: the part of USERNAME before the
/// colon (RFC 8445 section 7.2.2). `None` for anything else, however malformed.
pub(crate) fn local_ufrag(datagram: &[u8]) -> Option<&str> {
    if !is_stun(datagram) {
        return None;
    }
    let mut rest = &datagram[HEADER_BYTES..];
    while rest.len() >= 4 {
        let kind = u16::from_be_bytes([rest[0], rest[1]]);
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        let value = rest.get(4..4 + length)?;
        if kind == USERNAME {
            return parse_username(value);
        }
        rest = rest.get(4 + length.next_multiple_of(4)..)?;
    }
    None
}

fn parse_username(value: &[u8]) -> Option<&str> {
    let colon = value.iter().position(|byte| *byte == b':')?;
    if colon > MAX_UFRAG_BYTES {
        return None;
    }
    str::from_utf8(&value[..colon]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request(attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0, 1, 0, 0];
        bytes.extend(MAGIC_COOKIE);
        bytes.extend([7; 12]);
        for (kind, value) in attributes {
            bytes.extend(kind.to_be_bytes());
            bytes.extend((value.len() as u16).to_be_bytes());
            bytes.extend(*value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }

    #[test]
    fn a_check_names_the_receiver_before_the_colon() {
        let bytes = request(&[
            (0x8022, b"soft"),
            (USERNAME, b"00abc:them"),
            (0x24, &[0; 4]),
        ]);
        assert_eq!(local_ufrag(&bytes), Some("00abc"));
    }

    #[test]
    fn a_message_without_a_user_name_names_nobody() {
        assert_eq!(local_ufrag(&request(&[])), None);
        assert_eq!(local_ufrag(&request(&[(USERNAME, b"no colon")])), None);
        assert_eq!(local_ufrag(&request(&[(USERNAME, &[b'x'; 10_000])])), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = local_ufrag(&bytes);
            let mut stun = request(&[]);
            stun.extend(&bytes);
            let _ = local_ufrag(&stun);
        }
    }
}
