//! The functions under test, twice: ours as C links them, and those of Mbed
//! TLS, from a library that is compiled without the feature and loaded here.

use std::ffi::{CString, c_char, c_int, c_uint, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

pub(super) type Rng = unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> c_int;

macro_rules! functions {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?;)*) => {
        /// One copy of every function, by its name without `mbedtls_`.
        pub(super) struct Functions {
            $(pub(super) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
        }

        mod linked {
            use super::*;

            unsafe extern "C" {
                $(
                    #[link_name = concat!(
                        env!("EMBERTLS_SYMBOL_PREFIX"),
                        "mbedtls_",
                        stringify!($name)
                    )]
                    pub(super) fn $name($(_: $argument),*) $(-> $result)?;
                )*
            }
        }

        impl Functions {
            pub(super) fn ours() -> Self {
                Self { $($name: linked::$name,)* }
            }

            pub(super) fn theirs() -> Self {
                // SAFETY: each function has the type that its header gives it.
                unsafe { Self { $($name: std::mem::transmute::<
                    *mut c_void,
                    unsafe extern "C" fn($($argument),*) $(-> $result)?
                >(symbol(concat!("mbedtls_", stringify!($name)))),)* } }
            }
        }
    };
}

functions! {
    sha256_init: fn(*mut c_void);
    sha256_free: fn(*mut c_void);
    sha256_clone: fn(*mut c_void, *const c_void);
    sha256_starts_ret: fn(*mut c_void, c_int) -> c_int;
    sha256_update_ret: fn(*mut c_void, *const u8, usize) -> c_int;
    sha256_finish_ret: fn(*mut c_void, *mut u8) -> c_int;
    sha512_init: fn(*mut c_void);
    sha512_free: fn(*mut c_void);
    sha512_clone: fn(*mut c_void, *const c_void);
    sha512_starts_ret: fn(*mut c_void, c_int) -> c_int;
    sha512_update_ret: fn(*mut c_void, *const u8, usize) -> c_int;
    sha512_finish_ret: fn(*mut c_void, *mut u8) -> c_int;
    aes_init: fn(*mut c_void);
    aes_free: fn(*mut c_void);
    aes_setkey_enc: fn(*mut c_void, *const u8, c_uint) -> c_int;
    aes_setkey_dec: fn(*mut c_void, *const u8, c_uint) -> c_int;
    aes_crypt_ecb: fn(*mut c_void, c_int, *const u8, *mut u8) -> c_int;
    aes_crypt_cbc: fn(*mut c_void, c_int, usize, *mut u8, *const u8, *mut u8) -> c_int;
    gcm_init: fn(*mut c_void);
    gcm_free: fn(*mut c_void);
    gcm_setkey: fn(*mut c_void, c_uint, *const u8, c_uint) -> c_int;
    gcm_crypt_and_tag: fn(*mut c_void, c_int, usize, *const u8, usize, *const u8, usize, *const u8, *mut u8, usize, *mut u8) -> c_int;
    gcm_auth_decrypt: fn(*mut c_void, usize, *const u8, usize, *const u8, usize, *const u8, usize, *const u8, *mut u8) -> c_int;
    chachapoly_init: fn(*mut c_void);
    chachapoly_free: fn(*mut c_void);
    chachapoly_setkey: fn(*mut c_void, *const u8) -> c_int;
    chachapoly_encrypt_and_tag: fn(*mut c_void, usize, *const u8, *const u8, usize, *const u8, *mut u8, *mut u8) -> c_int;
    chachapoly_auth_decrypt: fn(*mut c_void, usize, *const u8, *const u8, usize, *const u8, *const u8, *mut u8) -> c_int;
    ecdh_init: fn(*mut c_void);
    ecdh_free: fn(*mut c_void);
    ecdh_setup: fn(*mut c_void, c_uint) -> c_int;
    ecdh_make_params: fn(*mut c_void, *mut usize, *mut u8, usize, Rng, *mut c_void) -> c_int;
    ecdh_read_params: fn(*mut c_void, *mut *const u8, *const u8) -> c_int;
    ecdh_make_public: fn(*mut c_void, *mut usize, *mut u8, usize, Rng, *mut c_void) -> c_int;
    ecdh_read_public: fn(*mut c_void, *const u8, usize) -> c_int;
    ecdh_calc_secret: fn(*mut c_void, *mut usize, *mut u8, usize, Rng, *mut c_void) -> c_int;
}

/// The files that these functions are in, and those that they need.
const FILES: [&str; 17] = [
    "aes",
    "aesni",
    "bignum",
    "chacha20",
    "chachapoly",
    "cipher",
    "cipher_wrap",
    "ctr_drbg",
    "ecdh",
    "ecp",
    "ecp_curves",
    "gcm",
    "platform_util",
    "poly1305",
    "sha256",
    "sha512",
    "threading",
];

fn symbol(name: &str) -> *mut c_void {
    struct Library(*mut c_void);
    // SAFETY: a handle of the loader's, which any thread may use.
    unsafe impl Send for Library {}
    // SAFETY: as above.
    unsafe impl Sync for Library {}

    static LIBRARY: OnceLock<Library> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| Library(load()));
    let c_name = CString::new(name).unwrap();
    // SAFETY: the library stays loaded.
    let found = unsafe { libc::dlsym(library.0, c_name.as_ptr()) };
    assert!(!found.is_null(), "the C has no {name}");
    found
}

fn load() -> *mut c_void {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reference.so");
    compile(&path);
    let path = CString::new(path.as_os_str().as_bytes()).unwrap();
    // What the files need of others, and no test calls, stays unresolved.
    // SAFETY: a library without constructors.
    let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_LAZY | libc::RTLD_LOCAL) };
    assert!(!library.is_null(), "{}", loader_says());
    library
}

fn compile(to: &Path) {
    let tree = Path::new(env!("OUT_DIR")).join("mbedtls");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let output = Command::new(compiler)
        .args(["-shared", "-fPIC", "-O1", "-w"])
        .arg("-DMBEDTLS_CONFIG_FILE=\"mbedtls_config.h\"")
        .arg("-DMBEDTLS_CIPHER_MODE_CBC")
        .arg("-I")
        .arg(root.join("vendor"))
        .arg("-I")
        .arg(tree.join("include"))
        .args(FILES.map(|file| tree.join("library").join(file).with_extension("c")))
        .arg("-o")
        .arg(to)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

fn loader_says() -> String {
    // SAFETY: null or a text of the loader's.
    unsafe {
        let text: *const c_char = libc::dlerror();
        match text.is_null() {
            true => String::new(),
            false => std::ffi::CStr::from_ptr(text)
                .to_string_lossy()
                .into_owned(),
        }
    }
}
