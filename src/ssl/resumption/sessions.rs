//! The sessions that a client remembers by itself.

use alloc::sync::Arc;
use core::fmt;

use super::bounded::Bounded;
use super::clock::now;
use super::data::ResumptionData;
use crate::sync::{Mutex, MutexGuard};
use crate::x509::ServerName;

/// Sessions that a client remembers: one for each server and configuration,
/// the latest, and not more than a limit.
///
/// A handshake that knows it ([`Handshake::remember`](crate::Handshake::remember))
/// takes the session with its server from here, if there is one, and puts the
/// new one here. A session whose connection fails is forgotten.
/// [`Connector`](crate::Connector) has one of its own.
///
/// Cloning shares it.
///
/// ```
/// use embertls::ClientSessions;
///
/// let sessions = ClientSessions::new(100);
/// assert!(sessions.is_empty());
/// ```
#[derive(Clone)]
pub struct ClientSessions {
    sessions: Arc<Mutex<Bounded<Key, ResumptionData>>>,
}

/// The server, and the digest of the configuration.
type Key = (ServerName, [u8; 32]);

impl ClientSessions {
    /// Remembers at most `capacity` sessions; those that take more than
    /// 64 KiB, which only huge certificates do, are not remembered.
    ///
    /// ```
    /// let sessions = embertls::ClientSessions::new(100);
    /// # drop(sessions);
    /// ```
    pub fn new(capacity: usize) -> Self {
        Self {
            sessions: Arc::new(Mutex::new(Bounded::new(capacity))),
        }
    }

    /// How many sessions are remembered.
    ///
    /// ```
    /// assert_eq!(embertls::ClientSessions::new(100).len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether no session is remembered.
    ///
    /// ```
    /// assert!(embertls::ClientSessions::new(100).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all sessions, for example when the network has changed and
    /// connections shall not be linked to earlier ones.
    ///
    /// ```
    /// # fn example(sessions: &embertls::ClientSessions) {
    /// sessions.clear();
    /// # }
    /// ```
    pub fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn get(&self, name: &ServerName, binding: [u8; 32]) -> Option<ResumptionData> {
        let mut sessions = self.lock();
        sessions.get(&(name.clone(), binding), now()?).cloned()
    }

    pub(crate) fn put(&self, name: &ServerName, binding: [u8; 32], data: ResumptionData) {
        const MAX_SIZE: usize = 1 << 16;
        if let (true, Some(now)) = (data.size() <= MAX_SIZE, now()) {
            let end = data.end();
            let key = (name.clone(), binding);
            self.lock().insert(key, data, end, now);
        }
    }

    pub(crate) fn remove(&self, name: &ServerName, binding: [u8; 32]) {
        self.lock().remove(&(name.clone(), binding));
    }

    fn lock(&self) -> MutexGuard<'_, Bounded<Key, ResumptionData>> {
        self.sessions.lock()
    }
}

/// How many there are; nothing about them.
impl fmt::Debug for ClientSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSessions")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
