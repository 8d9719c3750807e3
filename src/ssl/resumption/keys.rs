//! The keys that sessions are sealed with.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use zeroize::Zeroizing;

use super::clock::now;
use super::raw::{self, TAG_LEN};
use crate::error::{Error, Result};
use crate::rng::Rng;
use crate::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Keys for session tickets, cached sessions and saved sessions.
///
/// A server that hands out tickets keeps nothing about its sessions: the
/// ticket holds it all, sealed with these keys (AES-256-GCM). Who gets hold of
/// a key can read every session whose ticket was sealed with it, so keys live
/// shortly:
///
/// - [`TicketKeys::rotating`] makes a key of its own whenever one has been used
///   for the lifetime of a ticket, and forgets it when the last ticket has
///   expired. Nothing else knows the keys: tickets end with the process.
/// - [`TicketKeys::supplied`] takes keys from the application, so that many
///   servers open each other's tickets. Replacing them in time is then up to
///   the application: [`TicketKeys::replace`].
///
/// Cloning shares them: what is changed through one is changed for all, at
/// once and for running servers. Keys are wiped when they go.
///
/// Source: RFC 5077, sections 4 and 5.5; in place of
/// `mbedtls_ssl_ticket_setup`.
///
/// ```
/// use embertls::TicketKeys;
///
/// # fn main() -> embertls::Result<()> {
/// let keys = TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME)?;
/// # drop(keys);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TicketKeys {
    inner: Arc<Inner>,
}

struct Inner {
    lifetime: u64,
    rotates: bool,
    ring: RwLock<Ring>,
}

struct Ring {
    current: Arc<Key>,
    /// Still opened with, never sealed with.
    previous: Vec<Arc<Key>>,
}

struct Key {
    secret: raw::Key,
    /// Tells which key a text was sealed with; public.
    name: [u8; NAME_LEN],
    /// Since 1970, in seconds.
    made_at: u64,
}

/// What a text is for, so that none passes for another.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Purpose {
    Ticket = 1,
    Cache = 2,
    Saved = 3,
}

/// A text that was opened.
pub(crate) struct Opened {
    pub(crate) text: Zeroizing<Vec<u8>>,
    /// Whether the key is the one that is sealed with today.
    pub(crate) is_current: bool,
}

impl TicketKeys {
    /// Two hours, as OpenSSL has it.
    pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(2 * 3600);
    /// A day: the limit that RFC 5246, F.1.4, suggests.
    pub const MAX_LIFETIME: Duration = Duration::from_secs(24 * 3600);
    /// How many earlier keys [`Self::supplied`] and [`Self::replace`] take.
    pub const MAX_PREVIOUS: usize = 15;

    /// Makes keys of its own and replaces them by itself.
    ///
    /// A session is resumed for `lifetime` after its full handshake: one second
    /// to [`Self::MAX_LIFETIME`]. A key is sealed with for as long, and opened
    /// with for twice as long.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for another lifetime; [`Error::Random`] where the
    /// system gives no entropy.
    ///
    /// ```
    /// use std::time::Duration;
    /// use embertls::TicketKeys;
    ///
    /// # fn main() -> embertls::Result<()> {
    /// let keys = TicketKeys::rotating(Duration::from_secs(3600))?;
    /// # drop(keys);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rotating(lifetime: Duration) -> Result<Self> {
        let lifetime = checked(lifetime)?;
        let mut secret = Zeroizing::new([0; 32]);
        fill(&mut secret[..])?;
        Ok(Self::of(lifetime, true, Ring::new(&secret, &[])?))
    }

    /// Takes keys from the application: 32 random bytes each, the same on all
    /// servers that are to open each other's tickets.
    ///
    /// `current` seals; `previous`, at most [`Self::MAX_PREVIOUS`], only open.
    /// `lifetime` is that of sessions, as in [`Self::rotating`].
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for a lifetime out of range, too many keys, a key
    /// that is there twice, or one of a single repeated byte.
    ///
    /// ```
    /// use embertls::TicketKeys;
    ///
    /// # fn key_of_today() -> [u8; 32] { std::array::from_fn(|n| n as u8) }
    /// # fn key_of_yesterday() -> [u8; 32] { std::array::from_fn(|n| 7 * n as u8) }
    /// # fn main() -> embertls::Result<()> {
    /// let keys = TicketKeys::supplied(
    ///     TicketKeys::DEFAULT_LIFETIME,
    ///     &key_of_today(),
    ///     &[key_of_yesterday()],
    /// )?;
    /// # drop(keys);
    /// # Ok(())
    /// # }
    /// ```
    pub fn supplied(lifetime: Duration, current: &[u8; 32], previous: &[[u8; 32]]) -> Result<Self> {
        let lifetime = checked(lifetime)?;
        Ok(Self::of(
            lifetime,
            false,
            Ring::supplied(current, previous)?,
        ))
    }

    /// Seals with another key from now on, and opens with it and the
    /// `previous` ones.
    ///
    /// For a change without full handshakes, let every server open with the new
    /// key before the first one seals with it.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] as in [`Self::supplied`], and where the keys rotate by
    /// themselves. The keys are then as they were.
    ///
    /// ```
    /// # fn example(keys: &embertls::TicketKeys, new: [u8; 32], old: [u8; 32]) -> embertls::Result<()> {
    /// keys.replace(&new, &[old])?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn replace(&self, current: &[u8; 32], previous: &[[u8; 32]]) -> Result<()> {
        if self.inner.rotates {
            return Err(Error::config(
                "keys that rotate by themselves cannot be replaced: use `rotate`, or `TicketKeys::supplied`",
            ));
        }
        let ring = Ring::supplied(current, previous)?;
        *self.ring_mut() = ring;
        Ok(())
    }

    /// Makes a new key now. Tickets sealed before are opened until they
    /// expire.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] where the application supplies the keys;
    /// [`Error::Random`] where the system gives no entropy. The keys are then
    /// as they were.
    ///
    /// ```
    /// # fn example(keys: &embertls::TicketKeys) -> embertls::Result<()> {
    /// keys.rotate()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn rotate(&self) -> Result<()> {
        if !self.inner.rotates {
            return Err(Error::config(
                "keys that the application supplies do not rotate by themselves: use `replace`",
            ));
        }
        self.rotate_if(|_| true)
    }

    /// How long sessions are resumed after their full handshake.
    ///
    /// ```
    /// # use embertls::TicketKeys;
    /// # fn main() -> embertls::Result<()> {
    /// let keys = TicketKeys::rotating(TicketKeys::DEFAULT_LIFETIME)?;
    /// assert_eq!(keys.lifetime(), TicketKeys::DEFAULT_LIFETIME);
    /// # Ok(())
    /// # }
    /// ```
    pub fn lifetime(&self) -> Duration {
        Duration::from_secs(self.inner.lifetime)
    }

    /// Seals `text`; who opens it must name the same purpose and context.
    pub(crate) fn seal(&self, purpose: Purpose, context: &[u8], text: &[u8]) -> Result<Vec<u8>> {
        self.rotate_if_due()?;
        let key = Arc::clone(&self.ring().current);
        // Wiped where it cannot be encrypted.
        let mut sealed = Zeroizing::new(Vec::with_capacity(HEADER_LEN + text.len() + TAG_LEN));
        sealed.push(VERSION);
        sealed.extend_from_slice(&key.name);
        let mut salt = [0; SALT_LEN];
        fill(&mut salt)?;
        sealed.extend_from_slice(&salt);
        let aad = aad(purpose, &sealed, context);
        sealed.extend_from_slice(text);
        let tag = raw::seal(&key.derive(&salt)?, &aad, &mut sealed[HEADER_LEN..])?;
        sealed.extend_from_slice(&tag);
        Ok(core::mem::take(&mut *sealed))
    }

    /// Opens what [`Self::seal`] made; `None` for anything else, and for what
    /// was sealed with a key that is not here any more.
    pub(crate) fn open(&self, purpose: Purpose, context: &[u8], sealed: &[u8]) -> Option<Opened> {
        let (header, rest) = sealed.split_at_checked(HEADER_LEN)?;
        let (text, tag) = rest.split_last_chunk::<TAG_LEN>()?;
        let (&[version], rest) = header.split_first_chunk::<1>()?;
        let (name, salt) = rest.split_first_chunk::<NAME_LEN>()?;
        if version != VERSION {
            return None;
        }
        let (key, is_current) = self.named(name)?;
        let mut text = Zeroizing::new(text.to_vec());
        let aad = aad(purpose, header, context);
        let salt = salt.try_into().ok()?;
        raw::open(&key.derive(salt).ok()?, &aad, &mut text, tag)
            .then_some(Opened { text, is_current })
    }

    fn of(lifetime: u64, rotates: bool, ring: Ring) -> Self {
        Self {
            inner: Arc::new(Inner {
                lifetime,
                rotates,
                ring: RwLock::new(ring),
            }),
        }
    }

    fn named(&self, name: &[u8; NAME_LEN]) -> Option<(Arc<Key>, bool)> {
        // Where no new key can be made, the old ones still open what is not too old for them.
        let _ = self.rotate_if_due();
        let ring = self.ring();
        if ring.current.name == *name {
            return Some((Arc::clone(&ring.current), true));
        }
        let mut previous = ring.previous.iter();
        let key = previous.find(|key| key.name == *name)?;
        let is_too_old = self.inner.rotates && now().is_none_or(|now| now >= self.end_of(key));
        (!is_too_old).then(|| (Arc::clone(key), false))
    }

    fn rotate_if_due(&self) -> Result<()> {
        let lifetime = self.inner.lifetime;
        let is_due = |ring: &Ring| {
            now().is_some_and(|now| {
                let age = now.checked_sub(ring.current.made_at);
                // A clock that was set back tells nothing about the age.
                age.is_none_or(|age| age >= lifetime)
            })
        };
        match self.inner.rotates && is_due(&self.ring()) {
            true => self.rotate_if(is_due),
            false => Ok(()),
        }
    }

    /// The condition is asked again under the lock: another thread may have
    /// been faster.
    fn rotate_if(&self, condition: impl Fn(&Ring) -> bool) -> Result<()> {
        let mut secret = Zeroizing::new([0; 32]);
        fill(&mut secret[..])?;
        let fresh = Arc::new(Key::new(&secret)?);
        let mut ring = self.ring_mut();
        if condition(&ring) {
            let retired = core::mem::replace(&mut ring.current, fresh);
            ring.previous.insert(0, retired);
            if let Some(now) = now() {
                ring.previous.retain(|key| now < self.end_of(key));
            }
            ring.previous.truncate(Self::MAX_PREVIOUS);
        }
        Ok(())
    }

    /// When the last ticket of a key of our own has expired.
    fn end_of(&self, key: &Key) -> u64 {
        key.made_at
            .saturating_add(self.inner.lifetime.saturating_mul(2))
    }

    fn ring(&self) -> RwLockReadGuard<'_, Ring> {
        self.inner.ring.read()
    }

    fn ring_mut(&self) -> RwLockWriteGuard<'_, Ring> {
        self.inner.ring.write()
    }
}

impl Ring {
    fn new(current: &[u8; 32], previous: &[[u8; 32]]) -> Result<Self> {
        let previous = previous.iter().map(|secret| Key::new(secret).map(Arc::new));
        Ok(Self {
            current: Arc::new(Key::new(current)?),
            previous: previous.collect::<Result<_>>()?,
        })
    }

    fn supplied(current: &[u8; 32], previous: &[[u8; 32]]) -> Result<Self> {
        if previous.len() > TicketKeys::MAX_PREVIOUS {
            return Err(Error::config(format!(
                "{} earlier ticket keys; {} is the most",
                previous.len(),
                TicketKeys::MAX_PREVIOUS
            )));
        }
        // To the end, wherever they differ.
        let repeats = |secret: &[u8; 32]| {
            let differences = secret.iter().map(|byte| *byte ^ secret[0]);
            differences.fold(0, |all, one| all | one) == 0
        };
        if repeats(current) || previous.iter().any(repeats) {
            return Err(Error::config(
                "a ticket key repeats one byte: take 32 random ones",
            ));
        }
        let ring = Self::new(current, previous)?;
        let mut names: Vec<_> = ring.previous.iter().map(|key| key.name).collect();
        names.push(ring.current.name);
        names.sort_unstable();
        match names.windows(2).any(|pair| pair[0] == pair[1]) {
            true => Err(Error::config("a ticket key is given twice")),
            false => Ok(ring),
        }
    }
}

impl Key {
    fn new(secret: &[u8; 32]) -> Result<Self> {
        let mut name = [0; NAME_LEN];
        name.copy_from_slice(&raw::hmac(secret, b"embertls ticket key name")?[..NAME_LEN]);
        let mut own = raw::Key::new(Zeroizing::new([0; 32]));
        own.copy_from_slice(secret);
        Ok(Self {
            secret: own,
            name,
            // Too old as soon as somebody knows the time.
            made_at: now().unwrap_or(0),
        })
    }

    /// The key for one text. No two texts share one, so there is no number of
    /// tickets after which a key would have to be replaced.
    fn derive(&self, salt: &[u8; SALT_LEN]) -> Result<raw::Key> {
        let label = [b"embertls ticket seal", &salt[..]].concat();
        raw::hmac(&self.secret, &label)
    }
}

/// How many keys there are; nothing of them.
impl fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketKeys")
            .field("lifetime", &self.lifetime())
            .field("rotates", &self.inner.rotates)
            .field("keys", &(1 + self.ring().previous.len()))
            .finish_non_exhaustive()
    }
}

fn checked(lifetime: Duration) -> Result<u64> {
    match lifetime {
        _ if lifetime < Duration::from_secs(1) || lifetime > TicketKeys::MAX_LIFETIME => {
            Err(Error::config(format!(
                "a session lifetime of {lifetime:?}; one second to a day are possible"
            )))
        }
        _ => Ok(lifetime.as_secs()),
    }
}

fn aad(purpose: Purpose, header: &[u8], context: &[u8]) -> Vec<u8> {
    [&[purpose as u8], header, context].concat()
}

fn fill(out: &mut [u8]) -> Result<()> {
    Rng::PerThread.fill(out)
}

/// Of the format: header (version, name of the key, salt), text, tag.
const VERSION: u8 = 1;
const NAME_LEN: usize = 16;
const SALT_LEN: usize = 24;
const HEADER_LEN: usize = 1 + NAME_LEN + SALT_LEN;

#[cfg(test)]
mod tests;
