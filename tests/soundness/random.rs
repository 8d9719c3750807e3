//! Random sequences of calls, compared with a model: what one side has
//! accepted is what the other reads, in order, and nothing else.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};

use crate::pair::{Pair, Session};
use crate::pki::{client_config, server_config};
use crate::wire::End;

/// How many sequences, unless the environment says otherwise: under valgrind
/// each takes fifty times as long.
const SEQUENCES: u64 = 2000;
const SEQUENCES_VARIABLE: &str = "EMBERTLS_RANDOM_SEQUENCES";
const CALLS: u64 = 60;

/// SplitMix64: small, and the same everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Small numbers more often than large ones.
    pub fn size(&mut self) -> usize {
        let most = [2, 20, 300, 5000, 40_000][self.below(5) as usize];
        self.below(most) as usize
    }
}

/// One side and what the model knows of the way from it to the other.
struct Side {
    session: Option<Session>,
    end: End,
    /// Accepted here and not yet read by the other side.
    in_flight: VecDeque<u8>,
    counter: u8,
    closing: bool,
    closed: bool,
    saw_end: bool,
}

impl Side {
    fn new(session: Session, end: End) -> Self {
        Self {
            session: Some(session),
            end,
            in_flight: VecDeque::new(),
            counter: 0,
            closing: false,
            closed: false,
            saw_end: false,
        }
    }

    fn write(&mut self, random: &mut Random) {
        let Some(session) = &mut self.session else {
            return;
        };
        let len = random.size();
        let data: Vec<u8> = (0..len)
            .map(|i| self.counter.wrapping_add(i as u8))
            .collect();
        match session.write(&data) {
            Ok(accepted) => {
                assert!(!self.closed, "a write after close");
                assert!(accepted <= len && (accepted > 0 || len == 0));
                self.in_flight.extend(&data[..accepted]);
                self.counter = self.counter.wrapping_add(accepted as u8);
            }
            Err(error) if error.kind() == ErrorKind::NotConnected => assert!(self.closing),
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
        }
    }

    fn flush(&mut self) -> bool {
        let Some(session) = &mut self.session else {
            return true;
        };
        match session.flush() {
            Ok(()) => {
                assert_eq!(session.bytes_pending(), 0);
                true
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
                false
            }
        }
    }

    fn close(&mut self) {
        let Some(session) = &mut self.session else {
            return;
        };
        self.closing = true;
        match session.close() {
            Ok(()) => self.closed = true,
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
        }
    }

    /// Reads once; whether anything came.
    fn read(&mut self, other: &mut Self, size: usize) -> bool {
        let Some(session) = &mut self.session else {
            return false;
        };
        let mut buffer = vec![0; size];
        match session.read(&mut buffer) {
            Ok(0) if size == 0 => false,
            Ok(0) => {
                assert!(other.closing, "an end without close_notify");
                assert!(other.in_flight.is_empty(), "an end before all was read");
                self.saw_end = true;
                false
            }
            Ok(len) => {
                assert!(!self.saw_end, "data behind the end");
                let expected: Vec<u8> = other.in_flight.drain(..len).collect();
                assert!(buffer[..len] == expected, "other bytes than were sent");
                true
            }
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                assert!(other.session.is_none(), "{error}");
                self.session = None;
                false
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
                assert!(!self.saw_end, "the end does not last");
                false
            }
        }
    }

    fn constrain(&mut self, random: &mut Random) {
        self.end.limit(random.size());
        match random.below(3) {
            0 => self.end.set_room(None),
            _ => self.end.set_room(Some(random.size())),
        }
    }
}

fn sequence(seed: u64, mut sides: [Side; 2]) {
    let mut random = Random::new(seed);
    for _ in 0..CALLS {
        let [one, other] = &mut sides;
        match random.below(100) {
            0..30 => one.write(&mut random),
            30..65 => {
                let size = random.size();
                one.read(other, size);
            }
            65..75 => {
                one.flush();
            }
            75..77 => one.close(),
            77..78 => {
                // Its peer sees the end of the transport, and a cut.
                one.session = None;
                other.end.end_incoming();
            }
            _ => one.constrain(&mut random),
        }
        if random.below(2) == 0 {
            sides.swap(0, 1);
        }
    }
    // All obstacles gone: everything accepted must arrive.
    for _ in 0..2 {
        let [one, other] = &mut sides;
        one.end.set_room(None);
        one.end.limit(0);
        other.end.limit(0);
        if one.session.is_some() {
            assert!(one.flush(), "nothing is in the way");
            if one.closing {
                one.close();
                assert!(one.closed);
            }
            while other.read(one, 10_000) {}
            assert!(other.session.is_none() || one.in_flight.is_empty());
            assert!(other.session.is_none() || !one.closing || other.saw_end);
        }
        sides.swap(0, 1);
    }
}

fn sequences(seeds: std::ops::Range<u64>) {
    let (client, server) = (client_config(), server_config());
    for seed in seeds {
        let pair = Pair::with(&client, &server);
        let sides = [
            Side::new(pair.client, pair.client_end),
            Side::new(pair.server, pair.server_end),
        ];
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            sequence(seed, sides);
        }));
        if let Err(payload) = result {
            eprintln!("the sequence of seed {seed}");
            std::panic::resume_unwind(payload);
        }
    }
}

fn count() -> u64 {
    match std::env::var(SEQUENCES_VARIABLE) {
        Ok(count) => count.parse().expect(SEQUENCES_VARIABLE),
        Err(_) => SEQUENCES,
    }
}

#[test]
fn random_sequences_first_half() {
    sequences(0..count() / 2);
}

#[test]
fn random_sequences_second_half() {
    sequences(count() / 2..count());
}
