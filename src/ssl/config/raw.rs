//! The C side of a configuration.

use alloc::boxed::Box;
use alloc::ffi::CString;
use core::ffi::{c_char, c_int};
use core::ptr::NonNull;

use super::{Common, Identity};
use crate::error::{Error, Result, check};
use crate::ffi;
use crate::ssl::psk::ClientPsk;
use crate::ssl::terms::ProtocolVersion;
use crate::sync::Mutex;
use crate::x509::AuthorityNames;

/// `mbedtls_ssl_config`, filled and never changed again, and the lists that it
/// points to.
pub(crate) struct RawConfig {
    config: NonNull<ffi::mbedtls_ssl_config>,
    /// The engine keeps pointers to these.
    _lists: Lists,
}

/// Lists in the engine's own form: each ends with 0 or null.
struct Lists {
    cipher_suites: Box<[c_int]>,
    groups: Box<[ffi::mbedtls_ecp_group_id]>,
    hashes: Box<[c_int]>,
    alpn: Box<[*const c_char]>,
    /// What `alpn` points to.
    _alpn_names: Box<[CString]>,
}

// SAFETY: after `new` nothing writes to the struct or the lists.
unsafe impl Send for RawConfig {}
// SAFETY: as above; sessions copy the struct and only read the lists.
unsafe impl Sync for RawConfig {}

impl RawConfig {
    /// Fills a configuration for `endpoint` (`MBEDTLS_SSL_IS_*`).
    ///
    /// Verification by the engine is off for good: [`Verifier`] judges every
    /// chain before the engine sees it.
    ///
    /// [`Verifier`]: crate::x509::Verifier
    pub(super) fn new(
        endpoint: u32,
        common: &Common,
        identities: &[Identity],
        authorities: Option<&AuthorityNames>,
        max_fragment_code: u8,
    ) -> Result<Self> {
        let lists = Lists::new(common);
        // SAFETY: null or a fresh struct.
        let config = NonNull::new(unsafe { ffi::ember_ssl_config_new() }).ok_or(OUT_OF_MEMORY)?;
        let mut this = Self {
            config,
            _lists: lists,
        };
        let raw = this.config.as_ptr();
        let lists = &mut this._lists;
        // SAFETY: the struct is valid; the lists live in boxes that move with it but whose contents stay, and the
        // identities and authorities are kept beside it by the caller for as long.
        unsafe {
            let filled = {
                let _lock = DEFAULTS.lock();
                ffi::mbedtls_ssl_config_defaults(
                    raw,
                    endpoint as c_int,
                    ffi::MBEDTLS_SSL_TRANSPORT_STREAM as c_int,
                    ffi::MBEDTLS_SSL_PRESET_DEFAULT as c_int,
                )
            };
            check(filled).map_err(|_| OUT_OF_MEMORY)?;
            let (major, minor) = common.min_version.numbers();
            ffi::mbedtls_ssl_conf_min_version(raw, major, minor);
            let (major, minor) = ProtocolVersion::Tls12.numbers();
            ffi::mbedtls_ssl_conf_max_version(raw, major, minor);
            ffi::mbedtls_ssl_conf_authmode(raw, ffi::MBEDTLS_SSL_VERIFY_NONE as c_int);
            ffi::mbedtls_ssl_conf_ciphersuites(raw, lists.cipher_suites.as_ptr());
            let pads = common
                .cipher_suites
                .iter()
                .any(|suite| suite.pads_records());
            ffi::ember_ssl_conf_encrypt_then_mac(raw, c_int::from(pads));
            ffi::mbedtls_ssl_conf_curves(raw, lists.groups.as_ptr());
            ffi::mbedtls_ssl_conf_sig_hashes(raw, lists.hashes.as_ptr());
            if lists.alpn.len() > 1 {
                check(ffi::mbedtls_ssl_conf_alpn_protocols(
                    raw,
                    lists.alpn.as_mut_ptr(),
                ))
                .map_err(|code| super::refused(format!("the ALPN list: {code}")))?;
            }
            if max_fragment_code != 0 {
                check(ffi::mbedtls_ssl_conf_max_frag_len(raw, max_fragment_code))
                    .map_err(|code| super::refused(format!("the fragment length: {code}")))?;
            }
            if let Some(names) = authorities {
                ffi::mbedtls_ssl_conf_ca_chain(raw, names.as_ptr(), core::ptr::null_mut());
            }
            for identity in identities {
                // Without its key: signatures are made in Rust.
                check(ffi::mbedtls_ssl_conf_own_cert(
                    raw,
                    identity.chain.as_ptr(),
                    core::ptr::null_mut(),
                ))
                .map_err(|_| OUT_OF_MEMORY)?;
            }
        }
        Ok(this)
    }

    /// A client has a pre-shared key.
    pub(super) fn set_pre_shared_key(&mut self, psk: &ClientPsk) -> Result<()> {
        let (key, identity) = (psk.key.as_bytes(), psk.identity.as_slice());
        // SAFETY: the struct is valid, and no session has it yet; both are copied, and the key is wiped when it is
        // freed.
        check(unsafe {
            ffi::mbedtls_ssl_conf_psk(
                self.config.as_ptr(),
                key.as_ptr(),
                key.len(),
                identity.as_ptr(),
                identity.len(),
            )
        })
        .map_err(|_| OUT_OF_MEMORY)
    }

    /// A server knows pre-shared keys.
    pub(super) fn expect_pre_shared_keys(&mut self) {
        // SAFETY: the struct is valid, and no session has it yet.
        unsafe { ffi::ember_ssl_config_expect_psk(self.config.as_ptr()) }
    }

    /// A client asks for no session tickets.
    pub(super) fn disable_tickets(&mut self) {
        let disabled = ffi::MBEDTLS_SSL_SESSION_TICKETS_DISABLED as c_int;
        // SAFETY: the struct is valid, and no session has it yet.
        unsafe { ffi::mbedtls_ssl_conf_session_tickets(self.config.as_ptr(), disabled) }
    }

    pub(crate) fn as_ptr(&self) -> NonNull<ffi::mbedtls_ssl_config> {
        self.config
    }
}

impl Drop for RawConfig {
    fn drop(&mut self) {
        #[cfg(test)]
        ffi::trace::record("mbedtls_ssl_config_free");
        // SAFETY: owned here, freed once; sessions that copied it hold the configuration alive.
        unsafe { ffi::ember_ssl_config_free(self.config.as_ptr()) }
    }
}

impl Lists {
    fn new(common: &Common) -> Self {
        let suites = common.cipher_suites.iter();
        let groups = common.groups.iter();
        let alpn_names: Box<[CString]> = common.alpn.clone().into();
        Self {
            cipher_suites: suites
                .map(|suite| c_int::from(suite.iana_number()))
                .chain([0])
                .collect(),
            groups: groups
                .map(|group| group.id())
                .chain([ffi::MBEDTLS_ECP_DP_NONE])
                .collect(),
            // SHA-1 and SHA-224, which the engine's own preset allows, stay out.
            hashes: match cfg!(feature = "sha384") {
                true => &[
                    ffi::MBEDTLS_MD_SHA256,
                    ffi::MBEDTLS_MD_SHA384,
                    ffi::MBEDTLS_MD_SHA512,
                ][..],
                false => &[ffi::MBEDTLS_MD_SHA256],
            }
            .iter()
            .chain([&ffi::MBEDTLS_MD_NONE])
            .map(|hash| *hash as c_int)
            .collect(),
            alpn: alpn_names
                .iter()
                .map(|name| name.as_ptr())
                .chain([core::ptr::null()])
                .collect(),
            _alpn_names: alpn_names,
        }
    }
}

const OUT_OF_MEMORY: Error = Error::OutOfMemory {
    action: "making a configuration",
};

/// Held while the engine sets the defaults: the first time it fills its lists of
/// suites and groups, which are one for all threads.
static DEFAULTS: Mutex<()> = Mutex::new(());
