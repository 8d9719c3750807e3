//! How the handshakes of a configuration ended.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;

/// How many handshakes a configuration has seen, and how they ended.
///
/// From [`SslConfig::handshakes`](crate::SslConfig::handshakes). What was begun
/// and neither completed nor failed is under way, or was given up.
///
/// ```
/// # fn example(config: &embertls::SslConfig) {
/// let counts = config.handshakes();
/// println!("{} of {} handshakes failed", counts.failed(), counts.begun);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandshakeCounts {
    /// Handshakes of which a first step was made.
    pub begun: u64,
    /// Those that became sessions.
    pub completed: u64,
    /// Those of them that resumed an earlier session.
    pub resumed: u64,
    /// The transport failed, ended or timed out.
    pub failed_transport: u64,
    /// The peer's certificate was refused.
    pub failed_certificate: u64,
    /// We refused the peer for another reason.
    pub refused_by_us: u64,
    /// The peer refused us with an alert.
    pub refused_by_peer: u64,
    /// Memory, randomness, or a private key was missing.
    pub failed_otherwise: u64,
}

impl HandshakeCounts {
    /// All that failed, for whatever reason.
    ///
    /// ```
    /// # fn example(config: &embertls::SslConfig) {
    /// assert!(config.handshakes().failed() <= config.handshakes().begun);
    /// # }
    /// ```
    pub fn failed(&self) -> u64 {
        self.failed_transport
            + self.failed_certificate
            + self.refused_by_us
            + self.refused_by_peer
            + self.failed_otherwise
    }
}

/// The same while it is counted. Each number is right by itself; no order
/// holds between them.
#[derive(Default)]
pub(crate) struct Counters {
    begun: AtomicU64,
    completed: AtomicU64,
    resumed: AtomicU64,
    transport: AtomicU64,
    certificate: AtomicU64,
    by_us: AtomicU64,
    by_peer: AtomicU64,
    otherwise: AtomicU64,
}

impl Counters {
    pub(crate) fn begun(&self) {
        add_one(&self.begun);
    }

    pub(crate) fn completed(&self, resumed: bool) {
        add_one(&self.completed);
        if resumed {
            add_one(&self.resumed);
        }
    }

    pub(crate) fn failed(&self, error: &Error) {
        add_one(match error {
            Error::Io { .. } => &self.transport,
            Error::Verify(_) => &self.certificate,
            Error::Handshake(failure) if failure.alert_received.is_some() => &self.by_peer,
            Error::Handshake(_) => &self.by_us,
            _ => &self.otherwise,
        });
    }

    pub(super) fn read(&self) -> HandshakeCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        HandshakeCounts {
            begun: read(&self.begun),
            completed: read(&self.completed),
            resumed: read(&self.resumed),
            failed_transport: read(&self.transport),
            failed_certificate: read(&self.certificate),
            refused_by_us: read(&self.by_us),
            refused_by_peer: read(&self.by_peer),
            failed_otherwise: read(&self.otherwise),
        }
    }
}

fn add_one(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
