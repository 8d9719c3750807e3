//! What `SECURITY.md` says is so: the patches and tests that it names exist,
//! every patch is on it, and what it calls left out is not compiled.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn every_patch_is_on_the_page() {
    let files = fs::read_dir(root().join("vendor/patches"))
        .expect("the patches can be listed")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|end| end == "patch"));
    let patches: BTreeSet<_> = files
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    let is_patch = |word: &String| {
        let (number, name) = word.split_once('-').unwrap_or_default();
        number.len() == 4 && number.parse::<u32>().is_ok() && !name.is_empty()
    };
    let named: BTreeSet<_> = code_words(&page()).into_iter().filter(is_patch).collect();
    assert_eq!(named, patches);
}

#[test]
fn every_test_on_the_page_exists() {
    let mut missing = Vec::new();
    for name in code_words(&page()) {
        let of_tests = name.starts_with("tests::") || name.starts_with("src::");
        if of_tests && !exists(&name) {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_header_leaves_out_what_the_page_says() {
    let header = read(&root().join("vendor/mbedtls_config.h"));
    let header = without_legacy(&header);
    let defined: BTreeSet<_> = header
        .lines()
        .filter_map(|line| line.strip_prefix("#define "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let page = page();
    let left_out = page.split("## Not compiled").nth(1).unwrap_or_default();
    let macros: Vec<_> = code_words(left_out)
        .into_iter()
        .filter(|word| word.starts_with("MBEDTLS_"))
        .collect();
    assert!(macros.len() > 50, "{macros:?}");
    for name in macros {
        assert!(!defined.contains(name.as_str()), "{name} is defined");
    }
}

/// Without what only the feature `legacy-suites` defines.
fn without_legacy(header: &str) -> String {
    const BEGIN: &str = "#if defined(EMBERTLS_LEGACY_SUITES)\n";
    let (before, rest) = header.split_once(BEGIN).expect("the part of the feature");
    let (legacy, after) = rest.split_once("#endif\n").expect("its end");
    let wanted = [
        "MBEDTLS_CIPHER_MODE_CBC",
        "MBEDTLS_KEY_EXCHANGE_RSA_ENABLED",
        "MBEDTLS_SSL_ENCRYPT_THEN_MAC",
    ];
    let defines: Vec<_> = wanted
        .iter()
        .map(|name| format!("#define {name}\n"))
        .collect();
    assert_eq!(legacy, defines.concat());
    assert!(!after.contains("EMBERTLS_LEGACY_SUITES"));
    before.to_owned() + after
}

/// Functions of every module that is left out as a whole.
#[test]
fn what_is_left_out_is_absent() {
    let archive = Path::new(env!("OUT_DIR")).join("libembertls_c.a");
    let Ok(output) = Command::new("nm").arg(&archive).output() else {
        if std::env::var_os("EMBERTLS_SKIP_MISSING_PEERS").is_some_and(|value| value == "1") {
            println!("skipped: what_is_left_out_is_absent needs nm (Debian: binutils)");
            return;
        }
        panic!("this test needs nm: install it (Debian: apt install binutils)");
    };
    let listing = String::from_utf8_lossy(&output.stdout);
    for present in ["mbedtls_ssl_handshake_step", "mbedtls_sha256_ret"] {
        assert!(listing.contains(present), "{present} is missing");
    }
    let legacy = match cfg!(feature = "legacy-suites") {
        true => &[][..],
        false => &LEGACY[..],
    };
    for module in ABSENT.iter().chain(legacy) {
        let found = listing.lines().find(|line| line.contains(*module));
        assert_eq!(found, None, "{module} is compiled");
    }
}

/// What the names of functions of modules left out begin with.
const ABSENT: [&str; 47] = [
    "mbedtls_arc4_",
    "mbedtls_aria_",
    "mbedtls_base64_",
    "mbedtls_blowfish_",
    "mbedtls_camellia_",
    "mbedtls_cipher_cmac",
    "mbedtls_des",
    "mbedtls_dhm_",
    "mbedtls_ecdsa_sign_det",
    "mbedtls_ecjpake_",
    "mbedtls_havege_",
    "mbedtls_hkdf",
    "mbedtls_hmac_drbg_",
    "mbedtls_md2_",
    "mbedtls_md4_",
    "mbedtls_md5_",
    "mbedtls_memory_buffer",
    "mbedtls_mpi_gen_prime",
    "mbedtls_mpi_read_file",
    "mbedtls_net_",
    "mbedtls_nist_kw_",
    "mbedtls_padlock_",
    "mbedtls_pem_",
    "mbedtls_pk_parse_keyfile",
    "mbedtls_pk_write_",
    "mbedtls_pkcs11_",
    "mbedtls_pkcs12_",
    "mbedtls_pkcs5_",
    "mbedtls_platform_entropy_poll",
    "mbedtls_ripemd160",
    "mbedtls_rsa_gen_key",
    "mbedtls_ssl_cache_",
    "mbedtls_ssl_conf_dtls",
    "mbedtls_ssl_cookie_",
    "mbedtls_ssl_renegotiate",
    "mbedtls_ssl_resend",
    "mbedtls_ssl_ticket_",
    "mbedtls_timing_",
    "mbedtls_x509_crt_parse_file",
    "mbedtls_x509_crl_",
    "mbedtls_x509_csr_",
    "mbedtls_x509_string_to_names",
    "mbedtls_x509_write_",
    "mbedtls_x509write_",
    "mbedtls_xtea_",
    "inflateInit",
    "deflateInit",
];

/// What the feature `legacy-suites` brings.
const LEGACY: [&str; 3] = [
    "ember_decryption_",
    "mbedtls_aes_crypt_cbc",
    "mbedtls_ssl_conf_encrypt_then_mac",
];

fn exists(test: &str) -> bool {
    let mut parts: Vec<_> = test.split("::").collect();
    let Some(function) = parts.pop() else {
        return false;
    };
    let path: PathBuf = root().join(parts.iter().collect::<PathBuf>());
    let Ok(text) = fs::read_to_string(path.with_extension("rs")) else {
        return false;
    };
    // Tests of patches are made by a macro.
    text.contains(&format!("fn {function}(")) || text.contains(&format!("    {function}("))
}

/// What stands between backticks.
fn code_words(text: &str) -> Vec<String> {
    let words = text.split('`').skip(1).step_by(2);
    words.map(str::to_owned).collect()
}

fn page() -> String {
    read(&root().join("SECURITY.md"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
