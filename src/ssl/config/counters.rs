//! How the handshakes of a configuration ended.

use crate::error::Error;
use crate::sync::Counter;

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
    begun: Counter,
    completed: Counter,
    resumed: Counter,
    transport: Counter,
    certificate: Counter,
    by_us: Counter,
    by_peer: Counter,
    otherwise: Counter,
}

impl Counters {
    pub(crate) fn begun(&self) {
        self.begun.add_one();
    }

    pub(crate) fn completed(&self, resumed: bool) {
        self.completed.add_one();
        if resumed {
            self.resumed.add_one();
        }
    }

    pub(crate) fn failed(&self, error: &Error) {
        let counter = match error {
            Error::Io { .. } => &self.transport,
            Error::Verify(_) => &self.certificate,
            Error::Handshake(failure) if failure.alert_received.is_some() => &self.by_peer,
            Error::Handshake(_) => &self.by_us,
            _ => &self.otherwise,
        };
        counter.add_one();
    }

    pub(super) fn read(&self) -> HandshakeCounts {
        HandshakeCounts {
            begun: self.begun.get(),
            completed: self.completed.get(),
            resumed: self.resumed.get(),
            failed_transport: self.transport.get(),
            failed_certificate: self.certificate.get(),
            refused_by_us: self.by_us.get(),
            refused_by_peer: self.by_peer.get(),
            failed_otherwise: self.otherwise.get(),
        }
    }
}
