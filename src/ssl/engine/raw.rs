//! The engine's session behind safe methods: every `unsafe` of the data path.
//!
//! [`RawSession`] owns one `mbedtls_ssl_context`, its own shallow copy of the
//! configuration, and what its callbacks refer to. The C structs are allocated
//! by C and never move.

#[cfg(any(test, fuzzing))]
mod established;
mod input;
#[cfg(feature = "accel")]
mod peer_key;
mod psk;
mod records;
mod resumption;
mod secrets;
mod signing;
mod transcript;

pub(crate) use self::secrets::MasterSecret;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int, c_uchar, c_void};
use core::ops::Range;
use core::ptr::{NonNull, addr_of_mut};

use super::bio::{self, Bio, OwnAlert};
use crate::error::{Error, ErrorCode, Result, check};
use crate::ffi;
#[cfg(any(feature = "log", feature = "tracing"))]
use crate::logging::engine as logging;
use crate::rng::{Rng, rng_callback};
use crate::x509::CertificateChain;

/// Where the callbacks of one session find their state.
struct Callbacks {
    bio: Bio,
    rng: Rng,
    #[cfg(any(feature = "log", feature = "tracing"))]
    panic: logging::Parked,
}

/// One session of the engine.
pub(crate) struct RawSession {
    ssl: NonNull<ffi::mbedtls_ssl_context>,
    config: NonNull<ffi::mbedtls_ssl_config>,
    callbacks: NonNull<Callbacks>,
    /// A handshake record that the engine is reading.
    feed: Vec<u8>,
    fed: usize,
    /// Which part of the engine's inbound buffer holds bytes that are not read.
    unread: Range<usize>,
    /// The state of the handshake when a step failed; the engine forgets it.
    failed_at: Option<u32>,
    /// A panic has unwound from here, and with it what the engine said.
    panicked: bool,
}

// SAFETY: the C structs are owned by this value alone, and Mbed TLS ties nothing to a thread.
unsafe impl Send for RawSession {}
// SAFETY: every method that takes `&self` only reads.
unsafe impl Sync for RawSession {}

impl RawSession {
    /// `mbedtls_ssl_setup` on a copy of `config`.
    ///
    /// # Safety
    ///
    /// `config` is a finished configuration, and it and all that it refers to
    /// outlive the session.
    pub(crate) unsafe fn new(config: NonNull<ffi::mbedtls_ssl_config>, rng: Rng) -> Result<Self> {
        let out_of_memory = || Error::OutOfMemory {
            action: "making a session",
        };
        let callbacks = Callbacks {
            bio: Bio::new(),
            rng,
            #[cfg(any(feature = "log", feature = "tracing"))]
            panic: None,
        };
        // SAFETY: the new copy and context are null or valid; each is owned by `session` from here on.
        unsafe {
            let copy = NonNull::new(ffi::ember_ssl_config_copy(config.as_ptr()))
                .ok_or_else(out_of_memory)?;
            let Some(ssl) = NonNull::new(ffi::ember_ssl_new()) else {
                ffi::ember_ssl_config_copy_free(copy.as_ptr());
                return Err(out_of_memory());
            };
            let session = Self {
                ssl,
                config: copy,
                callbacks: NonNull::from(Box::leak(Box::new(callbacks))),
                feed: Vec::new(),
                fed: 0,
                unread: 0..0,
                failed_at: None,
                panicked: false,
            };
            let callbacks = session.callbacks.as_ptr();
            ffi::mbedtls_ssl_conf_rng(
                copy.as_ptr(),
                Some(rng_callback),
                addr_of_mut!((*callbacks).rng).cast(),
            );
            #[cfg(any(feature = "log", feature = "tracing"))]
            {
                logging::start();
                let panic = addr_of_mut!((*callbacks).panic).cast();
                ffi::mbedtls_ssl_conf_dbg(copy.as_ptr(), Some(logging::line), panic);
            }
            check(ffi::mbedtls_ssl_setup(ssl.as_ptr(), copy.as_ptr()))
                .map_err(|_| out_of_memory())?;
            ffi::mbedtls_ssl_set_bio(
                ssl.as_ptr(),
                addr_of_mut!((*callbacks).bio).cast(),
                Some(bio::send),
                Some(bio::receive),
                None,
            );
            Ok(session)
        }
    }

    /// `mbedtls_ssl_set_hostname`: the name goes into server_name.
    pub(crate) fn set_hostname(&mut self, name: &CStr) -> Result<()> {
        // SAFETY: the context is set up; the name is copied.
        check(unsafe { ffi::mbedtls_ssl_set_hostname(self.ssl.as_ptr(), name.as_ptr()) }).map_err(
            |code| Error::Config {
                reason: format!("the server name cannot be sent: {code}"),
            },
        )
    }

    /// The state of the handshake, one of `MBEDTLS_SSL_*`.
    pub(crate) fn state(&self) -> u32 {
        self.failed_at.unwrap_or_else(|| {
            // SAFETY: reads a field of a context that is set up.
            unsafe { ffi::ember_ssl_state(self.ssl.as_ptr()) as u32 }
        })
    }

    /// Hands a record to the next [`Self::step`].
    pub(crate) fn feed(&mut self, kind: u8, content: &[u8]) {
        // What fits the engine's buffer fits two bytes of length.
        let len = content.len() as u16;
        self.feed.clear();
        self.feed.extend_from_slice(&[kind, 3, 3]);
        self.feed.extend_from_slice(&len.to_be_bytes());
        self.feed.extend_from_slice(content);
        self.fed = 0;
    }

    /// `mbedtls_ssl_handshake_step`.
    pub(crate) fn step(&mut self) -> Result<(), ErrorCode> {
        let ssl = self.ssl.as_ptr();
        let state = self.state();
        let rest = self.feed.get(self.fed..).unwrap_or_default();
        // SAFETY: `bio` is touched by Rust only between calls of C; `rest` lives until the loan ends.
        unsafe {
            let bio = addr_of_mut!((*self.callbacks.as_ptr()).bio);
            (*bio).lend(rest);
            let code = ffi::mbedtls_ssl_handshake_step(ssl);
            let unused = (*bio).take_back();
            self.fed = self.feed.len() - unused;
            if !matches!(
                code,
                0 | ffi::MBEDTLS_ERR_SSL_WANT_READ | ffi::MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS
            ) {
                self.failed_at = Some(state);
            }
            self.resume_panic();
            check(code)
        }
    }

    /// On a server that has chosen its suite: whether it shows this chain.
    pub(crate) fn shows(&self, chain: &CertificateChain) -> bool {
        // SAFETY: reads fields; the result is only compared.
        let shown = unsafe { ffi::ember_ssl_own_certificate(self.ssl.as_ptr()) };
        core::ptr::eq(shown, chain.as_ptr())
    }

    /// Whether the key in the peer's certificate is on a curve that our
    /// configuration allows; true where it is on none.
    pub(crate) fn peer_curve_is_allowed(&self) -> bool {
        // SAFETY: reads fields of a context that is set up; the callee checks that there is a certificate.
        unsafe { ffi::ember_ssl_peer_curve_is_allowed(self.ssl.as_ptr()) != 0 }
    }

    /// Appends bytes of our own to a flight.
    pub(crate) fn collect(&mut self, bytes: &[u8]) {
        self.bio_mut().collected.extend_from_slice(bytes);
    }

    /// Moves what the engine holds sealed into the flight.
    pub(crate) fn collect_output(&mut self) {
        // SAFETY: while collecting, our `send` copies the pending bytes.
        unsafe { ffi::mbedtls_ssl_flush_output(self.ssl.as_ptr()) };
    }

    /// From now on output stays in the engine's buffer: no copy per record.
    pub(crate) fn stop_collecting(&mut self) {
        let bio = self.bio_mut();
        bio.collecting = false;
        bio.collected = Vec::new();
        self.feed = Vec::new();
        self.fed = 0;
    }

    /// Forgets, then tells, which alert the engine has written by itself.
    pub(crate) fn take_own_alert(&mut self) -> Option<OwnAlert> {
        self.bio_mut().own_alert.take()
    }

    /// The IANA number of the suite; 0 before the handshake is complete.
    pub(crate) fn cipher_suite(&self) -> u16 {
        // SAFETY: reads a field; suite numbers have 16 bits.
        unsafe { ffi::ember_ssl_ciphersuite(self.ssl.as_ptr()) as u16 }
    }

    /// On a server: the client is asked for a certificate.
    pub(crate) fn request_certificate(&mut self) {
        // SAFETY: sets a field of the handshake, which a context that was just set up has.
        unsafe { ffi::ember_ssl_request_certificate(self.ssl.as_ptr()) }
    }

    /// On a server, right after the ClientHello: a client may sign over the
    /// transcript with either hash.
    pub(crate) fn keep_both_transcripts(&mut self) {
        // SAFETY: sets a field of the handshake, if there is one.
        unsafe { ffi::ember_ssl_keep_both_transcripts(self.ssl.as_ptr()) }
    }

    /// The engine has named the authorities and must not verify with them.
    pub(crate) fn forget_authorities(&mut self) {
        // SAFETY: the copy is this session's alone, and what the pointer leads to belongs to the original.
        unsafe { ffi::ember_ssl_config_copy_forget_authorities(self.config.as_ptr()) }
    }

    /// From now on the session has no certificate of its own.
    pub(crate) fn withdraw_certificate(&mut self) {
        // SAFETY: the copy is this session's alone, and what the pointer leads to belongs to the original.
        unsafe { ffi::ember_ssl_config_copy_withdraw_certificate(self.config.as_ptr()) }
    }

    /// The code of the fragment length that a client asked a server for.
    pub(crate) fn max_fragment_code(&self) -> u8 {
        // SAFETY: reads a field of 8 bits.
        unsafe { ffi::ember_ssl_max_fragment_code(self.ssl.as_ptr()) as u8 }
    }

    /// The protocol chosen by ALPN.
    pub(crate) fn alpn(&self) -> Option<&[u8]> {
        // SAFETY: null or a C string of the configuration, which outlives the session.
        unsafe {
            let chosen = ffi::mbedtls_ssl_get_alpn_protocol(self.ssl.as_ptr());
            (!chosen.is_null()).then(|| CStr::from_ptr(chosen).to_bytes())
        }
    }

    /// A logger that panicked below C goes on unwinding here.
    fn resume_panic(&mut self) {
        #[cfg(all(feature = "std", any(feature = "log", feature = "tracing")))]
        // SAFETY: C touches the slot only during calls that hold `&mut self`, and none is under way.
        if let Some(panic) = unsafe { (*self.callbacks.as_ptr()).panic.take() } {
            self.panicked = true;
            std::panic::resume_unwind(panic);
        }
    }

    /// Whether the session must end because a panic has passed through it.
    pub(crate) fn has_panicked(&self) -> bool {
        self.panicked
    }

    fn bio(&self) -> &Bio {
        // SAFETY: C touches `bio` only during calls that hold `&mut self`.
        unsafe { &self.callbacks.as_ref().bio }
    }

    fn bio_mut(&mut self) -> &mut Bio {
        // SAFETY: C touches `bio` only during calls that hold `&mut self`, and none is under way.
        unsafe { &mut (*self.callbacks.as_ptr()).bio }
    }
}

impl Drop for RawSession {
    fn drop(&mut self) {
        #[cfg(test)]
        ffi::trace::record("mbedtls_ssl_free");
        // SAFETY: all three are owned here and freed once; the context goes first, since it refers to the others.
        unsafe {
            ffi::ember_ssl_free(self.ssl.as_ptr());
            ffi::ember_ssl_config_copy_free(self.config.as_ptr());
            drop(Box::from_raw(self.callbacks.as_ptr()));
        }
    }
}

/// `len` bytes of the engine's; without its buffers it has none, and no
/// pointer either.
///
/// # Safety
///
/// `bytes` points to `len` bytes that stay as they are, or `len` is 0.
unsafe fn slice<'a>(bytes: *const u8, len: usize) -> &'a [u8] {
    match len {
        0 => &[],
        // SAFETY: the caller's promise.
        _ => unsafe { core::slice::from_raw_parts(bytes, len) },
    }
}

const _: () = {
    // The callbacks have the types that the engine declares.
    let _: unsafe extern "C" fn(*mut c_void, *const c_uchar, usize) -> c_int = bio::send;
    let _: unsafe extern "C" fn(*mut c_void, *mut c_uchar, usize) -> c_int = bio::receive;
};
