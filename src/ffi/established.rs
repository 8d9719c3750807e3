//! `shim/established.c`, which no build but those for fuzzing and unit tests
//! links.

use core::ffi::c_int;

use super::mbedtls_ssl_context;

unsafe extern "C" {
    #[link_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "ember_ssl_establish")]
    pub(crate) fn ember_ssl_establish(
        ssl: *mut mbedtls_ssl_context,
        ciphersuite: c_int,
        master: *const u8,
        randoms: *const u8,
    ) -> c_int;
    #[link_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "ember_ssl_seal_record")]
    pub(crate) fn ember_ssl_seal_record(
        ssl: *mut mbedtls_ssl_context,
        kind: u8,
        content: *const u8,
        len: usize,
    ) -> c_int;
    #[link_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "ember_ssl_number_records")]
    pub(crate) fn ember_ssl_number_records(ssl: *mut mbedtls_ssl_context, sent: u64, received: u64);
}
