//! Sessions that a server keeps, for clients that know them by an id.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::bounded::Bounded;
use super::clock::now;
use super::keys::{Opened, Purpose, TicketKeys};
use super::state::SessionState;
use crate::error::Result;
use crate::sync::{Mutex, MutexGuard};

/// Where a [`SessionCache`] keeps its entries.
///
/// Entries are sealed: a store learns nothing from them and can change nothing
/// in them unnoticed. One that cannot be reached, or has lost an entry, costs a
/// full handshake and nothing else, so no function here fails.
///
/// The functions are called during handshakes, on their threads, and the
/// handshake waits for them: give a store at a distance a short timeout.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
/// use std::time::Duration;
/// use embertls::SessionStore;
///
/// /// Without bounds, so for a short demonstration only.
/// #[derive(Default)]
/// struct Forever(Mutex<HashMap<Vec<u8>, Vec<u8>>>);
///
/// impl SessionStore for Forever {
///     fn put(&self, id: &[u8], entry: &[u8], _lifetime: Duration) {
///         self.0.lock().unwrap().insert(id.into(), entry.into());
///     }
///     fn get(&self, id: &[u8]) -> Option<Vec<u8>> {
///         self.0.lock().unwrap().get(id).cloned()
///     }
///     fn remove(&self, id: &[u8]) {
///         self.0.lock().unwrap().remove(id);
///     }
/// }
/// ```
pub trait SessionStore: Send + Sync {
    /// Keeps an entry for `lifetime`, a whole number of seconds, or less. An
    /// id has 32 bytes, an entry a few hundred, and up to 5,000 where clients
    /// show certificates.
    fn put(&self, id: &[u8], entry: &[u8], lifetime: Duration);

    /// The entry with this id, which came from a client: up to 32 bytes of any
    /// kind.
    fn get(&self, id: &[u8]) -> Option<Vec<u8>>;

    /// Forgets an entry: its connection failed (RFC 5246, 7.2.2).
    fn remove(&self, id: &[u8]);
}

/// A [`SessionStore`] in the memory of the process, with a limit: the oldest
/// entries make room for new ones, and those whose time is over go.
///
/// ```
/// use std::time::Duration;
/// use embertls::{MemoryStore, SessionStore};
///
/// let store = MemoryStore::new(10_000);
/// store.put(b"id", b"entry", Duration::from_secs(60));
/// assert_eq!(store.get(b"id"), Some(b"entry".to_vec()));
/// ```
pub struct MemoryStore {
    entries: Mutex<Entries>,
}

/// Sealed sessions by their ids.
type Entries = Bounded<Box<[u8]>, Box<[u8]>>;

impl MemoryStore {
    /// A store for at most `capacity` sessions.
    ///
    /// ```
    /// let store = embertls::MemoryStore::new(1000);
    /// assert!(store.is_empty());
    /// ```
    pub fn new(capacity: usize) -> Self {
        Self {
            entries: Mutex::new(Bounded::new(capacity)),
        }
    }

    /// How many entries there are.
    ///
    /// ```
    /// assert_eq!(embertls::MemoryStore::new(1000).len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there is no entry.
    ///
    /// ```
    /// assert!(embertls::MemoryStore::new(1000).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock()
    }
}

impl SessionStore for MemoryStore {
    fn put(&self, id: &[u8], entry: &[u8], lifetime: Duration) {
        if let Some(now) = now() {
            let end = now.saturating_add(lifetime.as_secs());
            self.lock().insert(id.into(), entry.into(), end, now);
        }
    }

    fn get(&self, id: &[u8]) -> Option<Vec<u8>> {
        let mut entries = self.lock();
        entries.get(&id.into(), now()?).map(|entry| entry.to_vec())
    }

    fn remove(&self, id: &[u8]) {
        self.lock().remove(&id.into());
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// A store shared with the application, which may look at it.
impl<S: SessionStore + ?Sized> SessionStore for Arc<S> {
    fn put(&self, id: &[u8], entry: &[u8], lifetime: Duration) {
        (**self).put(id, entry, lifetime);
    }

    fn get(&self, id: &[u8]) -> Option<Vec<u8>> {
        (**self).get(id)
    }

    fn remove(&self, id: &[u8]) {
        (**self).remove(id);
    }
}

/// Sessions that a server keeps for clients without tickets, sealed and under
/// the session id that the client was given.
///
/// A client that takes tickets gets those, where the server has both, and
/// costs no memory.
///
/// Source: RFC 5246, section 7.3; in place of `mbedtls_ssl_conf_session_cache`.
///
/// ```
/// use embertls::{SessionCache, TicketKeys};
///
/// # fn main() -> embertls::Result<()> {
/// let cache = SessionCache::in_memory(10_000, TicketKeys::DEFAULT_LIFETIME)?;
/// # drop(cache);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SessionCache {
    store: Arc<dyn SessionStore>,
    keys: TicketKeys,
}

impl SessionCache {
    /// A cache in a [`MemoryStore`] for at most `capacity` sessions, with keys
    /// of its own.
    ///
    /// # Errors
    ///
    /// As [`TicketKeys::rotating`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use embertls::SessionCache;
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let cache = SessionCache::in_memory(1000, Duration::from_secs(600))?;
    /// # drop(cache);
    /// # Ok(())
    /// # }
    /// ```
    pub fn in_memory(capacity: usize, lifetime: Duration) -> Result<Self> {
        let keys = TicketKeys::rotating(lifetime)?;
        Ok(Self::new(MemoryStore::new(capacity), keys))
    }

    /// A cache in the given store. Servers that share the store must share the
    /// keys, too.
    ///
    /// ```
    /// use embertls::{SessionCache, SessionStore, TicketKeys};
    ///
    /// fn shared(store: impl SessionStore + 'static, key: &[u8; 32]) -> embertls::Result<SessionCache> {
    ///     let keys = TicketKeys::supplied(TicketKeys::DEFAULT_LIFETIME, key, &[])?;
    ///     Ok(SessionCache::new(store, keys))
    /// }
    /// ```
    pub fn new(store: impl SessionStore + 'static, keys: TicketKeys) -> Self {
        Self {
            store: Arc::new(store),
            keys,
        }
    }

    pub(crate) fn put(&self, id: &[u8], state: &SessionState) {
        let end = state.end(self.lifetime());
        let lifetime = now().map_or(0, |now| end.saturating_sub(now));
        if lifetime == 0 {
            return;
        }
        // Without memory or randomness the session is not kept.
        if let Ok(entry) = self.keys.seal(Purpose::Cache, id, &state.encode()) {
            self.store.put(id, &entry, Duration::from_secs(lifetime));
        }
    }

    pub(crate) fn get(&self, id: &[u8]) -> Option<SessionState> {
        let entry = self.store.get(id)?;
        let Opened { text, .. } = self.keys.open(Purpose::Cache, id, &entry)?;
        SessionState::decode(&text)
    }

    pub(crate) fn remove(&self, id: &[u8]) {
        self.store.remove(id);
    }

    pub(crate) fn lifetime(&self) -> u64 {
        self.keys.lifetime().as_secs()
    }
}

impl fmt::Debug for SessionCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCache")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock::test::{advance, stopped};
    use super::super::state::tests::state;
    use super::*;

    fn current() -> SessionState {
        SessionState {
            authenticated_at: now().unwrap(),
            valid_until: u64::MAX,
            ..state()
        }
    }

    #[test]
    fn an_entry_is_sealed_bound_to_its_id_and_ends() {
        let _clock = stopped();
        let store = Arc::new(MemoryStore::new(10));
        let keys = TicketKeys::rotating(Duration::from_secs(100)).unwrap();
        let cache = SessionCache::new(Arc::clone(&store), keys);
        cache.put(b"one", &current());
        assert!(cache.get(b"one").is_some());

        let entry = store.get(b"one").unwrap();
        let secret = &current().master[..16];
        assert!(!entry.windows(16).any(|part| part == secret));
        store.put(b"two", &entry, Duration::from_secs(100));
        assert!(cache.get(b"two").is_none(), "moved to another id");
        let mut changed = entry.clone();
        changed[60] ^= 1;
        store.put(b"one", &changed, Duration::from_secs(100));
        assert!(cache.get(b"one").is_none(), "changed in the store");

        cache.put(b"one", &current());
        advance(99);
        assert!(cache.get(b"one").is_some());
        advance(1);
        assert!(cache.get(b"one").is_none());
        cache.put(b"one", &current());
        cache.remove(b"one");
        assert!(cache.get(b"one").is_none());
    }

    #[test]
    fn what_has_ended_is_not_put() {
        let store = Arc::new(MemoryStore::new(10));
        let keys = TicketKeys::rotating(Duration::from_secs(100)).unwrap();
        let cache = SessionCache::new(Arc::clone(&store), keys);
        let state = SessionState {
            valid_until: now().unwrap(),
            ..current()
        };
        cache.put(b"one", &state);
        assert!(store.is_empty());
    }
}
