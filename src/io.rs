//! The traits and errors of transports: those of [`std::io`].
//!
//! Without the feature `std` they come from the crate `no_std_io2` and have
//! the same names. A program that takes them from here compiles both ways.
//!
//! ```
//! use embertls::io::{self, Read, Write};
//!
//! /// A cable whose ends are plugged into each other.
//! struct Loopback(Vec<u8>);
//!
//! impl Read for Loopback {
//!     fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
//!         if self.0.is_empty() {
//!             return Err(io::ErrorKind::WouldBlock.into());
//!         }
//!         let len = buffer.len().min(self.0.len());
//!         for (to, from) in buffer.iter_mut().zip(self.0.drain(..len)) {
//!             *to = from;
//!         }
//!         Ok(len)
//!     }
//! }
//!
//! impl Write for Loopback {
//!     fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
//!         self.0.extend_from_slice(bytes);
//!         Ok(bytes.len())
//!     }
//!
//!     fn flush(&mut self) -> io::Result<()> {
//!         Ok(())
//!     }
//! }
//! # let mut cable = Loopback(Vec::new());
//! # cable.write_all(b"hello").unwrap();
//! # let mut back = [0; 5];
//! # cable.read_exact(&mut back).unwrap();
//! # assert_eq!(&back, b"hello");
//! ```

#[cfg(not(feature = "std"))]
#[doc(no_inline)]
pub use no_std_io2::io::{BufRead, Error, ErrorKind, Read, Result, Write};
#[cfg(feature = "std")]
#[doc(no_inline)]
pub use std::io::{BufRead, Error, ErrorKind, Read, Result, Write};
