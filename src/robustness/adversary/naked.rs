//! The engine as the C guide calls it, without our layer.

use std::ffi::{c_int, c_void};
use std::io::{self, ErrorKind, Read, Write};
use std::ptr::NonNull;

use super::records::Suite;
use super::subject::{Side, Subject, cipher_suite};
use super::wire::End;
use crate::ffi;
use crate::ffi::established::ember_ssl_establish;
use crate::fuzzing::established;
use crate::rng::{Rng, rng_callback};

unsafe extern "C" {
    #[link_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_ssl_read")]
    fn mbedtls_ssl_read(ssl: *mut ffi::mbedtls_ssl_context, out: *mut u8, len: usize) -> c_int;
    #[link_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_ssl_write")]
    fn mbedtls_ssl_write(ssl: *mut ffi::mbedtls_ssl_context, data: *const u8, len: usize) -> c_int;
    #[link_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "mbedtls_ssl_close_notify")]
    fn mbedtls_ssl_close_notify(ssl: *mut ffi::mbedtls_ssl_context) -> c_int;
}

pub(super) struct Naked {
    ssl: NonNull<ffi::mbedtls_ssl_context>,
    config: NonNull<ffi::mbedtls_ssl_config>,
    /// What C points to.
    end: NonNull<End>,
    rng: NonNull<Rng>,
}

impl Naked {
    pub(super) fn new(side: Side, suite: Suite, end: End) -> Self {
        let endpoint = match side {
            Side::Client => ffi::MBEDTLS_SSL_IS_CLIENT,
            Side::Server => ffi::MBEDTLS_SSL_IS_SERVER,
        };
        let agreed = established::agreed(cipher_suite(suite));
        // SAFETY: each structure is made before it is used, and freed in `drop`, after the last use.
        unsafe {
            let this = Self {
                ssl: NonNull::new(ffi::ember_ssl_new()).expect("memory"),
                config: NonNull::new(ffi::ember_ssl_config_new()).expect("memory"),
                end: NonNull::from(Box::leak(Box::new(end))),
                rng: NonNull::from(Box::leak(Box::new(Rng::PerThread))),
            };
            let (ssl, config) = (this.ssl.as_ptr(), this.config.as_ptr());
            let code = ffi::mbedtls_ssl_config_defaults(
                config,
                endpoint as c_int,
                ffi::MBEDTLS_SSL_TRANSPORT_STREAM as c_int,
                ffi::MBEDTLS_SSL_PRESET_DEFAULT as c_int,
            );
            assert_eq!(code, 0);
            let rng = this.rng.as_ref().as_ptr();
            ffi::mbedtls_ssl_conf_rng(config, Some(rng_callback), rng);
            assert_eq!(ffi::mbedtls_ssl_setup(ssl, config), 0);
            let end = this.end.as_ptr().cast();
            ffi::mbedtls_ssl_set_bio(ssl, end, Some(send), Some(receive), None);
            let suite = agreed.suite.iana_number().into();
            let (master, randoms) = (agreed.master.as_ptr(), agreed.randoms.as_ptr());
            assert_eq!(ember_ssl_establish(ssl, suite, master, randoms), 0);
            this
        }
    }
}

impl Subject for Naked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // SAFETY: the session is valid, and the buffer has its length.
        let code =
            unsafe { mbedtls_ssl_read(self.ssl.as_ptr(), buffer.as_mut_ptr(), buffer.len()) };
        match code {
            ffi::MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY => Ok(0),
            code => outcome(code),
        }
    }

    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        // SAFETY: the session is valid, and the data has its length.
        outcome(unsafe { mbedtls_ssl_write(self.ssl.as_ptr(), data.as_ptr(), data.len()) })
    }

    fn flush(&mut self) -> io::Result<()> {
        // SAFETY: the session is valid.
        outcome(unsafe { ffi::mbedtls_ssl_flush_output(self.ssl.as_ptr()) }).map(drop)
    }

    fn close(&mut self) -> io::Result<()> {
        // SAFETY: the session is valid.
        outcome(unsafe { mbedtls_ssl_close_notify(self.ssl.as_ptr()) }).map(drop)
    }

    fn pending(&self) -> usize {
        let mut len = 0;
        // SAFETY: the session is valid; only the length is used.
        unsafe { ffi::ember_ssl_pending_output(self.ssl.as_ptr(), &mut len) };
        len
    }

    fn runs_ahead(&self) -> bool {
        true
    }
}

impl Drop for Naked {
    fn drop(&mut self) {
        // SAFETY: all four are owned here; the session goes first, since it refers to the others.
        unsafe {
            ffi::ember_ssl_free(self.ssl.as_ptr());
            ffi::ember_ssl_config_free(self.config.as_ptr());
            drop(Box::from_raw(self.end.as_ptr()));
            drop(Box::from_raw(self.rng.as_ptr()));
        }
    }
}

fn outcome(code: c_int) -> io::Result<usize> {
    match code {
        ffi::MBEDTLS_ERR_SSL_WANT_READ | ffi::MBEDTLS_ERR_SSL_WANT_WRITE => {
            Err(ErrorKind::WouldBlock.into())
        }
        code => usize::try_from(code)
            .map_err(|_| io::Error::new(ErrorKind::InvalidData, format!("-0x{:04x}", -code))),
    }
}

/// A socket's callbacks, as the guide has them.
unsafe extern "C" fn send(end: *mut c_void, data: *const u8, len: usize) -> c_int {
    // SAFETY: C passes what it was given, and `len` bytes of its own.
    let (end, data) = unsafe {
        let data = std::slice::from_raw_parts(data, len);
        (&mut *end.cast::<End>(), data)
    };
    match end.write(data) {
        Ok(len) => len as c_int,
        Err(_) => ffi::MBEDTLS_ERR_SSL_WANT_WRITE,
    }
}

unsafe extern "C" fn receive(end: *mut c_void, out: *mut u8, len: usize) -> c_int {
    // SAFETY: C passes what it was given, and room for `len` bytes in a buffer that it has zeroed once.
    let (end, out) = unsafe {
        let out = std::slice::from_raw_parts_mut(out, len);
        (&mut *end.cast::<End>(), out)
    };
    match end.read(out) {
        Ok(len) => len as c_int,
        Err(_) => ffi::MBEDTLS_ERR_SSL_WANT_READ,
    }
}
