//! Sending data to a peer that sends it back, and holding digests against each
//! other.

use std::io::{Read, Write};

use sha2::{Digest, Sha256};

/// The sizes that every suite has to carry: one byte, a full record, one byte
/// more than that, and many records.
pub const SIZES: [usize; 4] = [1, 16_384, 16_385, 1 << 20];

const PIECE: usize = 16_384;

/// Little enough to lie in the buffers of the sockets while nobody reads.
const MOST_UNDER_WAY: usize = 4 * PIECE;

/// Test data, different for every seed.
///
/// It has no zero byte and is made of lines of at most 16,384 bytes, the last
/// of which is complete: gnutls-serv sends back lines of C strings.
pub fn payload(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut data: Vec<u8> = std::iter::repeat_with(|| {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8 | 1
    })
    .take(len)
    .collect();
    for end in (PIECE - 1..len).step_by(PIECE) {
        data[end] = b'\n';
    }
    if let Some(last) = data.last_mut() {
        *last = b'\n';
    }
    data
}

/// Sends `data` and reads as much back, with a bounded amount under way; gives
/// the digest of what came back.
pub fn send_and_receive(session: &mut (impl Read + Write), data: &[u8]) -> [u8; 32] {
    let mut received = Sha256::new();
    let mut buffer = vec![0; PIECE];
    let (mut sent, mut back) = (0, 0);
    while back < data.len() {
        while sent < data.len() && sent - back < MOST_UNDER_WAY {
            let piece = &data[sent..data.len().min(sent + PIECE)];
            session.write_all(piece).expect("the peer accepts data");
            sent += piece.len();
        }
        session.flush().expect("the peer accepts data");
        let room = buffer.len().min(data.len() - back);
        let len = session
            .read(&mut buffer[..room])
            .expect("the peer sends data back");
        assert!(len > 0, "the peer closed after {back} bytes");
        received.update(&buffer[..len]);
        back += len;
    }
    received.finalize().into()
}

/// Exchanges data of all [`SIZES`] with a peer that sends it back.
pub fn exchange_all_sizes(session: &mut (impl Read + Write)) {
    for (seed, size) in (1..).zip(SIZES) {
        let data = payload(size, seed);
        assert!(
            send_and_receive(session, &data) == digest(&data),
            "{size} bytes came back changed"
        );
    }
}

/// Sends back what comes until the peer closes, or `limit` bytes have come.
pub fn serve(session: &mut (impl Read + Write), limit: u64) -> std::io::Result<()> {
    let mut buffer = vec![0; PIECE];
    let mut left = limit;
    while left > 0 {
        match session.read(&mut buffer)? {
            0 => break,
            len => {
                session.write_all(&buffer[..len])?;
                session.flush()?;
                left = left.saturating_sub(len as u64);
            }
        }
    }
    Ok(())
}

pub fn digest(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}
