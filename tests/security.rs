//! What `SECURITY.md` says is so: the patches and tests that it names exist,
//! every patch is on it, and what it calls left out is not compiled.

#![cfg(feature = "full")]

use std::collections::{BTreeMap, BTreeSet};
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

/// The columns of the other releases say what their series say.
#[test]
fn the_table_of_releases_is_what_the_series_say() {
    let page = page();
    let table = page.split("## Other releases of the branch").nth(1);
    let mut rows = BTreeMap::new();
    for line in table.unwrap_or_default().lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        if let ["", patch, "patch", old, new, ""] = cells.as_slice() {
            rows.insert(patch.trim_matches('`').to_owned(), [*old, *new]);
        }
    }
    for (column, release) in ["2.16.9", "2.16.12"].into_iter().enumerate() {
        let dir = root().join("vendor/releases").join(release);
        let series = read(&dir.join("series"));
        let said: BTreeMap<_, _> = rows
            .iter()
            .map(|(patch, words)| (patch.as_str(), words[column]))
            .collect();
        let is: BTreeMap<_, _> = series
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .filter_map(|line| line.split_once(' '))
            .map(|(patch, places)| {
                let own = dir.join(format!("{patch}.patch")).exists();
                let partly = places.split(' ').any(|place| place == "-");
                let word = match (places, own, partly) {
                    ("fixed", false, _) => "fixed",
                    (_, true, true) => "its own",
                    (_, false, true) => "in part",
                    (_, false, false) => "the same",
                    _ => panic!(
                        "{release}: {patch} is fixed, or fits as it is, and has a patch of its own"
                    ),
                };
                (patch, word)
            })
            .collect();
        assert_eq!(said, is, "{release}");
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
    let Some(symbols) = symbols(&archive()) else {
        return;
    };
    for present in ["mbedtls_ssl_handshake_step", "mbedtls_sha256_ret"] {
        assert!(has(&symbols, present), "{present} is missing");
    }
    let legacy = match cfg!(feature = "legacy-suites") {
        true => &[][..],
        false => &LEGACY[..],
    };
    for module in ABSENT.iter().chain(legacy) {
        assert!(!has(&symbols, module), "{module} is compiled");
    }
}

/// With `accel` C has no arithmetic of its own where aws-lc has its place.
#[test]
fn what_aws_lc_does_is_not_done_in_c() {
    let Some(symbols) = symbols(&archive()) else {
        return;
    };
    for name in REPLACED {
        assert_eq!(has(&symbols, name), !cfg!(feature = "accel"), "{name}");
    }
}

/// What C writes and all threads share is known, with the reason why no two write
/// it at once.
#[test]
fn what_c_writes_for_all_threads_is_known() {
    const KNOWN: [&str; 8] = [
        // The lists of what is compiled: made on first use, under a lock of `config/raw.rs`.
        "ecp_supported_grp_id",
        "init_done",
        "supported_ciphersuites",
        "supported_init",
        // The list of ciphers: of a function that nothing calls.
        "cipher_supported",
        // Written once (`logging.rs`).
        "debug_threshold",
        // What the processor can do: atomic (`0030-aesni-detection`).
        "c",
        "done",
    ];
    let Some(listing) = listing(&archive()) else {
        return;
    };
    let written: BTreeSet<_> = listing
        .iter()
        .filter(|(kind, _)| matches!(kind.as_str(), "b" | "B" | "C"))
        .map(|(_, name)| name.split('.').next().unwrap_or_default())
        .collect();
    assert!(written.contains("supported_ciphersuites"), "{written:?}");
    let is_known = |name: &&str| {
        let own = name.split("mbedtls_").last().unwrap_or_default();
        KNOWN.contains(&own)
    };
    let others: Vec<_> = written.into_iter().filter(|name| !is_known(name)).collect();
    assert!(others.is_empty(), "{others:?}");
}

/// What only fuzzing and unit tests call is in the archive, so that there is
/// one for all, and in no program.
#[test]
fn programs_have_no_sessions_without_a_handshake() {
    use embertls::{Handshake, MemoryTransport, Server, SslConfig};

    let of_tests = ["ember_ssl_establish", "ember_ssl_seal_record"];
    let (Some(archive), Some(program)) = (
        symbols(&archive()),
        symbols(&std::env::current_exe().expect("the path of this program")),
    ) else {
        return;
    };
    // Makes this a program that has handshakes.
    let handshake: fn(&SslConfig<Server>, MemoryTransport) -> _ = Handshake::server;
    std::hint::black_box(handshake);
    std::hint::black_box(Handshake::<MemoryTransport>::advance as fn(&mut _) -> _);
    assert!(has(&program, "mbedtls_ssl_handshake_step"));
    for name in of_tests {
        assert!(has(&archive, name), "{name} has another name now");
        assert!(!has(&program, name), "{name} is in a program");
    }
}

/// Every comparison with `memcmp`, which ends at the first byte that differs,
/// is of something that is no secret.
#[test]
fn what_c_compares_byte_by_byte_is_public() {
    let library = Path::new(env!("OUT_DIR")).join("mbedtls/library");
    let names = compiled_files().into_iter();
    let mut files: Vec<_> = names.map(|name| library.join(name + ".c")).collect();
    for folder in ["src/ffi/shim", "src/ffi/alt"] {
        let entries = fs::read_dir(root().join(folder)).expect("our C can be listed");
        files.extend(entries.map(|entry| entry.expect("an entry can be read").path()));
    }
    let mut known = BTreeSet::new();
    for path in files {
        let text = read(&path);
        // The self-tests are the last in a file, and in no build.
        let text = match text.rsplit_once("#if defined(MBEDTLS_SELF_TEST)") {
            Some((before, _)) if path.starts_with(&library) => before,
            _ => &text,
        };
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        for line in text.lines().filter(|line| calls_memcmp(line)) {
            let mut places = PUBLIC.iter();
            let place = places.find(|(name, what)| *name == file && line.contains(what));
            known.insert(place.unwrap_or_else(|| panic!("{file}: {}", line.trim())));
        }
    }
    let gone: Vec<_> = PUBLIC.iter().filter(|it| !known.contains(it)).collect();
    assert!(gone.is_empty(), "not there any more: {gone:#?}");
}

/// Whether this line of C calls it, and not a function whose name ends so.
fn calls_memcmp(line: &str) -> bool {
    line.match_indices("memcmp").any(|(at, name)| {
        let before = line[..at].chars().next_back();
        let is_part = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_part && line[at + name.len()..].trim_start().starts_with('(')
    })
}

/// The files of the engine that are compiled, as the build script has them.
fn compiled_files() -> Vec<String> {
    let source = read(&root().join("build/source.rs"));
    let (_, list) = source.split_once("pub const LIBRARY").expect("the list");
    let (list, _) = list.split_once("];").expect("its end");
    let names = list.split('"').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

/// What is compared so, by file.
const PUBLIC: [(&str, &str); 22] = [
    // Object identifiers, and other parts of certificates.
    ("asn1parse.c", "list->oid.p"),
    ("asn1write.c", "list->oid.p"),
    ("oid.c", "cur->asn1"),
    ("pkparse.c", "MBEDTLS_OID_ANSI_X9_62_PRIME_FIELD"),
    ("x509_crt.c", "a->p, b->p"),
    ("x509_crt.c", "a->oid.p"),
    ("x509_crt.c", "crt->sig_oid.p"),
    ("x509_crt.c", "sig_params1.p"),
    ("x509_crt.c", "cur_oid->p"),
    ("x509_crt.c", "crt->serial.p"),
    ("x509_crt.c", "crt->raw.p"),
    ("ssl_tls.c", "peer_cert->raw.p"),
    // The hash of a signature that is checked.
    ("rsa.c", "hash_start, result"),
    // Names of protocols, and a session id, both sent in plain text.
    ("ssl_cli.c", "buf + 3, *p"),
    ("ssl_cli.c", "session_negotiate->id"),
    ("ssl_srv.c", "theirs, *ours"),
    // Numbers of messages and records, of DTLS and renegotiation, which are not compiled.
    ("ssl_srv.c", "ssl->in_msg + 1"),
    ("ssl_tls.c", "ssl->in_msg + 6"),
    ("ssl_tls.c", "ssl->in_msg + 9"),
    ("ssl_tls.c", "hs_buf->data"),
    ("ssl_tls.c", "mbedtls_ssl_hs_hdr_len( ssl )"),
    ("ssl_tls.c", "_ctr + ep_len"),
];

fn archive() -> PathBuf {
    Path::new(env!("OUT_DIR")).join("libembertls_c.a")
}

/// The names of what is defined there. `None` where `nm` is missing and may be.
fn symbols(file: &Path) -> Option<Vec<String>> {
    let names = |listing: Vec<(String, String)>| listing.into_iter().map(|(_, name)| name);
    listing(file).map(|listing| names(listing).collect())
}

/// What is defined there, each with the letter that `nm` has for its kind.
fn listing(file: &Path) -> Option<Vec<(String, String)>> {
    let output = match Command::new("nm").arg("--defined-only").arg(file).output() {
        Ok(output) => output,
        Err(_) if std::env::var_os("EMBERTLS_SKIP_MISSING_PEERS").is_some_and(|v| v == "1") => {
            println!("skipped: needs nm (Debian: binutils)");
            return None;
        }
        Err(_) => panic!("this test needs nm: install it (Debian: apt install binutils)"),
    };
    let listing = String::from_utf8_lossy(&output.stdout);
    let defined = listing.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    });
    Some(defined.collect())
}

/// Whether a name has this in it; ours have a prefix.
fn has(symbols: &[String], name: &str) -> bool {
    symbols.iter().any(|symbol| symbol.contains(name))
}

/// Of each module that `accel` replaces, what does the work in C.
const REPLACED: [&str; 8] = [
    "mbedtls_aes_setkey_enc",
    "mbedtls_chachapoly_setkey",
    "mbedtls_gcm_crypt_and_tag",
    "mbedtls_gcm_setkey",
    "mbedtls_internal_aes_encrypt",
    "mbedtls_internal_sha256_process",
    "mbedtls_internal_sha512_process",
    "mbedtls_sha256_update_ret",
];

/// What the names of functions of modules left out begin with.
const ABSENT: [&str; 61] = [
    "_self_test",
    "mbedtls_arc4_",
    "mbedtls_aria_",
    "mbedtls_base64_",
    "mbedtls_blowfish_",
    "mbedtls_camellia_",
    "mbedtls_cipher_cmac",
    "mbedtls_ctr_drbg_write_seed_file",
    "mbedtls_des",
    "mbedtls_dhm_",
    "mbedtls_ecdsa_sign_det",
    "mbedtls_ecjpake_",
    "mbedtls_ecp_set_max_ops",
    "mbedtls_entropy_update_seed_file",
    "mbedtls_entropy_write_seed_file",
    "mbedtls_hardclock",
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
    "mbedtls_set_alarm",
    "mbedtls_ssl_cache_",
    "mbedtls_ssl_conf_arc4",
    "mbedtls_ssl_conf_cbc_record",
    "mbedtls_ssl_conf_dh_param",
    "mbedtls_ssl_conf_dtls",
    "mbedtls_ssl_conf_fallback",
    "mbedtls_ssl_conf_handshake_timeout",
    "mbedtls_ssl_conf_truncated",
    "mbedtls_ssl_cookie_",
    "mbedtls_ssl_renegotiate",
    "mbedtls_ssl_resend",
    "mbedtls_ssl_set_client_transport_id",
    "mbedtls_ssl_ticket_",
    "mbedtls_timing_",
    "mbedtls_x509_crl_",
    "mbedtls_x509_crt_parse_file",
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
