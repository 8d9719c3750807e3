//! A kit for tests of programs that use this crate, with the feature `testing`.
//!
//! **Not for production**: a program that is shipped must not have the feature.
//!
//! - [`Authority`]: certificates that are made on the spot;
//! - [`wire`] and [`connected`]: two ends in memory, and two sessions over them;
//! - [`Faulty`]: a transport that fails, ends, stalls or changes a byte at a
//!   chosen place;
//! - [`day`]: a fixed time for
//!   [`Verifier::verification_time`](crate::Verifier::verification_time);
//! - [`danger_seeded_rng`]: a generator that gives the same each time.
//!
//! ```
//! use std::io::{Read, Write};
//! use embertls::testing::{Authority, connected};
//!
//! # fn main() -> embertls::Result<()> {
//! let authority = Authority::new();
//! let client = authority.client().build()?;
//! let server = authority.server("localhost").build()?;
//!
//! let (mut client, mut server) = connected(&client, &server, "localhost")?;
//! client.write_all(b"ping").unwrap();
//! let mut got = [0; 4];
//! server.read_exact(&mut got).unwrap();
//! assert_eq!(&got, b"ping");
//! # Ok(())
//! # }
//! ```

mod authority;
mod faulty;
mod wire;

use std::time::Duration;

use rustls_pki_types::UnixTime;

pub use self::authority::{Authority, Leaf};
pub use self::faulty::{Fault, Faulty};
pub use self::wire::{End, connected, wire};
use crate::error::Result;
use crate::rng::{Drbg, Entropy};

/// A generator that gives the same bytes each time for the same seed.
///
/// **What is lost:** everything. Who knows the seed knows every key. It is for
/// tests that compare bytes. After a fork the child draws real random bytes.
///
/// # Errors
///
/// [`Error::OutOfMemory`](crate::Error::OutOfMemory).
///
/// ```
/// use embertls::testing::danger_seeded_rng;
///
/// # fn main() -> embertls::Result<()> {
/// let (mut one, mut other) = ([0; 32], [0; 32]);
/// danger_seeded_rng(7)?.fill(&mut one)?;
/// danger_seeded_rng(7)?.fill(&mut other)?;
/// assert_eq!(one, other);
/// # Ok(())
/// # }
/// ```
pub fn danger_seeded_rng(seed: u64) -> Result<Drbg> {
    Drbg::seed(Entropy::predictable(seed)?, b"predictable")
}

/// The beginning of a day of the Gregorian calendar, from 1970 on.
///
/// # Panics
///
/// Where there is no such day.
///
/// ```
/// use embertls::Verifier;
/// use embertls::testing::{Authority, day};
///
/// let authority = Authority::new();
/// let verifier = Verifier::new(authority.trust_store()).verification_time(day(2031, 12, 24));
/// # drop(verifier);
/// assert_eq!(day(2000, 3, 1).as_secs(), 951_868_800);
/// ```
pub fn day(year: u64, month: u64, day: u64) -> UnixTime {
    assert!(
        (1970..10_000).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day),
        "{year}-{month}-{day} is no day from 1970 on"
    );
    let years: u64 = (1970..year)
        .map(|year| 365 + u64::from(is_leap(year)))
        .sum();
    let months: u64 = (1..month).map(|month| days_in(year, month)).sum();
    UnixTime::since_unix_epoch(Duration::from_secs((years + months + day - 1) * 86_400))
}

fn is_leap(year: u64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
