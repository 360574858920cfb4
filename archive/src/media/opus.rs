//! What a file says of Opus (RFC 7845 section 5.1).

/// Returns the identification header of what WebRTC sends: 48 kHz, two channels.
///
/// `pre_skip` is 0: the first samples that a decoder makes are of the middle of a call.
pub(super) fn head() -> Vec<u8> {
    let mut head = b"OpusHead\x01".to_vec();
    head.push(CHANNELS);
    head.extend(0_u16.to_le_bytes()); // pre_skip
    head.extend(SAMPLE_RATE.to_le_bytes());
    head.extend(0_u16.to_le_bytes()); // output gain
    head.push(0); // channel mapping family
    head
}

/// WebRTC's Opus is always negotiated with two (RFC 7587 section 7).
pub(super) const CHANNELS: u8 = 2;

/// In Hz (RFC 7587 section 4.1).
pub(super) const SAMPLE_RATE: u32 = 48_000;
