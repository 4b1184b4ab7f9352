//! Data packets: read, stamped with who really sent them, written anew.
//!
//! A packet is never relayed as bytes: what goes out is built from the fields below, so nothing
//! that this schema lacks can travel, and nobody can speak in another's name.
//!
//! Source: `livekit_models.proto`, message `DataPacket` (livekit-protocol 1.1.29).

use prost::Message;

use crate::ids::{Identity, ParticipantId};

/// Security limit: longest data packet taken, in bytes. Clients split what is longer into chunks
/// of 15,000 bytes; their SCTP stacks stop at 64,000.
const MAX_PACKET_BYTES: usize = 64_000;
/// Security limit: most addressees of one packet.
const MAX_DESTINATIONS: usize = 256;

/// The three channels of a transport, by their labels in LiveKit's protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Channel {
    /// Ordered, retransmitted.
    Reliable,
    /// Unordered, never retransmitted.
    Lossy,
    /// As lossy; carries data tracks, which are not served.
    DataTrack,
}

impl Channel {
    pub(crate) const ALL: [Self; 3] = [Self::Reliable, Self::Lossy, Self::DataTrack];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Reliable => "_reliable",
            Self::Lossy => "_lossy",
            Self::DataTrack => "_data_track",
        }
    }

    pub(crate) fn from_label(label: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.label() == label)
    }
}

/// A data packet that may be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    /// Who gets it; empty means everybody else.
    pub(crate) destinations: Vec<Identity>,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct DataPacket {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(string, tag = "4")]
    participant_identity: String,
    #[prost(string, repeated, tag = "5")]
    destination_identities: Vec<String>,
    #[prost(uint32, tag = "16")]
    sequence: u32,
    #[prost(string, tag = "17")]
    participant_sid: String,
    #[prost(oneof = "Value", tags = "2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18")]
    value: Option<Value>,
}

/// The packet's content. Only `user` repeats the sender inside; the others are carried whole.
/// `speaker` (3) is the server's to send and is not in the list.
#[derive(Clone, PartialEq, prost::Oneof)]
enum Value {
    #[prost(message, tag = "2")]
    User(UserPacket),
    #[prost(bytes, tag = "6")]
    SipDtmf(Vec<u8>),
    #[prost(bytes, tag = "7")]
    Transcription(Vec<u8>),
    #[prost(bytes, tag = "8")]
    Metrics(Vec<u8>),
    #[prost(bytes, tag = "9")]
    ChatMessage(Vec<u8>),
    #[prost(bytes, tag = "10")]
    RpcRequest(Vec<u8>),
    #[prost(bytes, tag = "11")]
    RpcAck(Vec<u8>),
    #[prost(bytes, tag = "12")]
    RpcResponse(Vec<u8>),
    #[prost(bytes, tag = "13")]
    StreamHeader(Vec<u8>),
    #[prost(bytes, tag = "14")]
    StreamChunk(Vec<u8>),
    #[prost(bytes, tag = "15")]
    StreamTrailer(Vec<u8>),
    #[prost(bytes, tag = "18")]
    EncryptedPacket(Vec<u8>),
}

#[derive(Clone, PartialEq, Message)]
struct UserPacket {
    #[prost(string, tag = "1")]
    participant_sid: String,
    #[prost(bytes = "vec", tag = "2")]
    payload: Vec<u8>,
    #[prost(string, optional, tag = "4")]
    topic: Option<String>,
    #[prost(string, tag = "5")]
    participant_identity: String,
    #[prost(string, repeated, tag = "6")]
    destination_identities: Vec<String>,
    #[prost(string, optional, tag = "8")]
    id: Option<String>,
    #[prost(uint64, optional, tag = "9")]
    start_time: Option<u64>,
    #[prost(uint64, optional, tag = "10")]
    end_time: Option<u64>,
    #[prost(bytes = "vec", tag = "11")]
    nonce: Vec<u8>,
}

/// Read a packet that `sender` sent on `channel` and write what its receivers get. `None` if it
/// is malformed, empty, over a limit or of a kind that participants may not send.
pub(crate) fn restamp(
    bytes: &[u8],
    channel: Channel,
    sender: &ParticipantId,
    identity: &Identity,
) -> Option<Outgoing> {
    if bytes.len() > MAX_PACKET_BYTES {
        return None;
    }
    let kind = match channel {
        Channel::Reliable => 0,
        Channel::Lossy => 1,
        Channel::DataTrack => return None,
    };
    let packet = DataPacket::decode(bytes).ok()?;
    let mut destinations = packet.destination_identities;
    let mut value = packet.value?;
    if let Value::User(user) = &mut value {
        // Older clients address inside the user packet.
        destinations.append(&mut user.destination_identities);
        user.participant_sid = sender.to_string();
        user.participant_identity = identity.to_string();
    }
    if destinations.len() > MAX_DESTINATIONS {
        return None;
    }
    let stamped = DataPacket {
        kind,
        participant_identity: identity.to_string(),
        destination_identities: Vec::new(),
        sequence: packet.sequence,
        participant_sid: sender.to_string(),
        value: Some(value),
    };
    let destinations = destinations.into_iter().map(Identity::from).collect();
    Some(Outgoing {
        destinations,
        bytes: stamped.encode_to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn user_packet(text: &str) -> DataPacket {
        DataPacket {
            kind: 0,
            participant_identity: "somebody else".into(),
            destination_identities: vec!["bob".into()],
            sequence: 7,
            participant_sid: "PA_other".into(),
            value: Some(Value::User(UserPacket {
                payload: text.as_bytes().to_vec(),
                participant_sid: "PA_other".into(),
                participant_identity: "somebody else".into(),
                topic: Some("t".into()),
                ..UserPacket::default()
            })),
        }
    }

    fn stamp(bytes: &[u8]) -> Option<Outgoing> {
        restamp(bytes, Channel::Lossy, &"PA_alice".into(), &"alice".into())
    }

    #[test]
    fn nobody_can_speak_in_anothers_name() {
        let out = stamp(&user_packet("hello").encode_to_vec()).unwrap();
        assert_eq!(out.destinations, vec![Identity::from("bob")]);
        let packet = DataPacket::decode(out.bytes.as_slice()).unwrap();
        assert_eq!(packet.participant_identity, "alice");
        assert_eq!(packet.participant_sid, "PA_alice");
        assert_eq!((packet.kind, packet.sequence), (1, 7));
        let Some(Value::User(user)) = packet.value else {
            panic!("no user packet")
        };
        assert_eq!(user.participant_identity, "alice");
        assert_eq!(user.participant_sid, "PA_alice");
        assert_eq!(user.payload, b"hello");
        assert_eq!(user.topic.as_deref(), Some("t"));
    }

    #[test]
    fn unknown_fields_do_not_travel() {
        let mut bytes = user_packet("x").encode_to_vec();
        // Field 1000, length-delimited, "secret".
        bytes.extend([0xc2, 0x3e, 6]);
        bytes.extend(b"secret");
        let out = stamp(&bytes).unwrap();
        assert!(!out.bytes.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn speaker_updates_and_empty_packets_are_refused() {
        // Field 3 (speaker), empty message.
        assert_eq!(stamp(&[0x1a, 0]), None);
        assert_eq!(stamp(&[]), None);
        assert_eq!(stamp(&vec![0; MAX_PACKET_BYTES + 1]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = stamp(&bytes);
        }

        #[test]
        fn what_goes_out_is_always_readable_and_stamped(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut packet = user_packet("x").encode_to_vec();
            packet.extend(bytes);
            if let Some(out) = stamp(&packet) {
                let read = DataPacket::decode(out.bytes.as_slice()).unwrap();
                prop_assert_eq!(read.participant_identity, "alice");
            }
        }
    }
}
