//! Video as far as a forwarding server can see it.
//!
//! Source: RFC 7741 section 4.2 (payload descriptor), RFC 6386 section 9.1 (frame header).

/// Where a packet stands in its stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    /// Frame counter; 15 bits of it are sent.
    pub(crate) picture: u16,
    /// Keyframe counter; 5 bits of it are sent.
    pub(crate) key_index: u8,
    pub(crate) is_first_packet: bool,
    pub(crate) is_keyframe: bool,
}

/// Descriptor with 15-bit picture id, TL0PICIDX and KEYIDX.
const DESCRIPTOR_BYTES: usize = 6;
/// Frame tag, start code and size, as a keyframe has them.
const FRAME_HEADER_BYTES: usize = 10;
/// The smallest packet of ours; what follows is up to the caller.
pub(crate) const HEADER_BYTES: usize = DESCRIPTOR_BYTES + FRAME_HEADER_BYTES;

/// Everything is on the lowest temporal layer, so that TL0PICIDX counts every frame.
pub(crate) fn write_header(position: Position, payload: &mut Vec<u8>) {
    let [high, low] = position.picture.to_be_bytes();
    let start = u8::from(position.is_first_packet) << 4;
    payload.extend([
        0x80 | start,
        0xf0,
        0x80 | (high & 0x7f),
        low,
        low,
        position.key_index & 0x1f,
    ]);
    if position.is_first_packet {
        // Bit 0 of the frame tag: 0 for keyframes. Then show_frame; the size is not meant.
        payload.extend([0x10 | u8::from(!position.is_keyframe), 0, 0]);
        if position.is_keyframe {
            // Start code, 640 x 360.
            payload.extend([0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(picture: u16, is_first_packet: bool, is_keyframe: bool) -> Vec<u8> {
        let mut payload = Vec::new();
        let position = Position {
            picture,
            key_index: 33,
            is_first_packet,
            is_keyframe,
        };
        write_header(position, &mut payload);
        payload
    }

    #[test]
    fn a_server_reads_the_picture_and_key_counters() {
        let payload = header(0x8123, true, true);
        assert_eq!(payload[..6], [0x90, 0xf0, 0x81, 0x23, 0x23, 1]);
        assert_eq!(payload.len(), HEADER_BYTES);
    }

    #[test]
    fn only_the_first_packet_of_a_keyframe_says_so() {
        let is_start = |payload: &[u8]| payload[0] & 0x10 != 0;
        let says_keyframe = |payload: &[u8]| is_start(payload) && payload[6] & 1 == 0;
        assert!(says_keyframe(&header(1, true, true)));
        assert!(!says_keyframe(&header(1, true, false)));
        assert!(!is_start(&header(1, false, true)));
    }

    #[test]
    fn a_keyframe_has_its_start_code() {
        assert_eq!(header(1, true, true)[9..12], [0x9d, 0x01, 0x2a]);
    }
}
