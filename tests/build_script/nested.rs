//! Tests that build the crate again, as a user would.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::build_support::fresh_dir;
use crate::{untouched, write};

#[test]
fn a_second_build_does_nothing() {
    let Some(_turn) = turn("a_second_build_does_nothing") else {
        return;
    };
    let build = || succeed(cargo(&["build", "--message-format=json"]));
    build();
    let output = build();
    let messages = String::from_utf8_lossy(&output.stdout);
    let ours = messages
        .lines()
        .filter(|line| line.contains("\"name\":\"embertls\""));
    let stale: Vec<_> = ours
        .filter(|line| line.contains("\"fresh\":false"))
        .collect();
    assert!(stale.is_empty(), "{stale:?}");
    assert!(messages.contains("\"name\":\"embertls\""), "{messages}");
}

#[test]
fn the_snapshot_builds() {
    let Some(_turn) = turn("the_snapshot_builds") else {
        return;
    };
    let mut command = cargo(&["test", "--lib"]);
    command.env("EMBERTLS_BINDINGS", "snapshot");
    succeed(command);
}

#[test]
fn a_given_tree_builds() {
    let Some(_turn) = turn("a_given_tree_builds") else {
        return;
    };
    let tree = untouched(&fresh_dir("given-tree"));
    let mut command = cargo(&["test", "--lib", "version"]);
    command.env("EMBERTLS_MBEDTLS_DIR", tree);
    succeed(command);
}

#[test]
fn a_wrong_setting_stops_the_build_with_a_reason() {
    let Some(_turn) = turn("a_wrong_setting_stops_the_build_with_a_reason") else {
        return;
    };
    let cases = [
        (
            "EMBERTLS_BINDINGS",
            "guess",
            "it may be \"generate\" or \"snapshot\"",
        ),
        (
            "EMBERTLS_SKIP_PATCHES",
            "guess",
            "there is no patch named \"guess\"",
        ),
        (
            "EMBERTLS_MBEDTLS_DIR",
            "/nonexistent",
            "is not an Mbed TLS tree",
        ),
    ];
    for (variable, value, reason) in cases {
        let output = cargo(&["build"])
            .env(variable, value)
            .output()
            .expect("cargo can be run");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{variable}={value} builds");
        assert!(
            said.contains(&format!("error: embertls@{}: ", env!("CARGO_PKG_VERSION"))),
            "{said}"
        );
        assert!(said.contains(reason), "{said}");
    }
}

/// Without the patch, AddressSanitizer stops the sequences of the adversary
/// (`src/robustness/adversary.rs`) on the engine alone. With it they pass.
#[test]
fn the_adversary_finds_a_patch_left_out() {
    let Some(_turn) = turn("the_adversary_finds_a_patch_left_out") else {
        return;
    };
    let host = host();
    let watched = "-fsanitize=address -fno-omit-frame-pointer -g";
    let run = |skipped: &str| {
        // With `accel` it is assembly that writes past the end, which nothing watches.
        let mut command = cargo(&["test", "--no-default-features", "--features", "full,std"]);
        command
            .args(["--lib", "--target", &host])
            .args(["--", "full_records_wait_while_a_renegotiation_is_asked_for"])
            .env("EMBERTLS_SKIP_PATCHES", skipped)
            .env(format!("CC_{}", host.replace('-', "_")), "clang")
            .env(format!("CFLAGS_{}", host.replace('-', "_")), watched);
        let variable = host.to_uppercase().replace('-', "_");
        command
            .env(format!("CARGO_TARGET_{variable}_LINKER"), "clang")
            .env(
                format!("CARGO_TARGET_{variable}_RUSTFLAGS"),
                "-Clink-arg=-fsanitize=address",
            )
            // What the compiler itself leaves behind.
            .env("ASAN_OPTIONS", "detect_leaks=0");
        command.output().expect("cargo can be run")
    };
    let output = run("");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let output = run("alert-behind-pending-record");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "nothing is found");
    assert!(said.contains("heap-buffer-overflow"), "{said}");
}

/// Another Mbed TLS in the same program. Its package needs libclang, cmake and
/// python.
#[test]
fn it_links_beside_another_mbed_tls() {
    let Some(_turn) = turn("it_links_beside_another_mbed_tls") else {
        return;
    };
    let dir = fresh_dir("coexistence");
    let manifest = format!(
        "[package]\nname = \"coexistence\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [workspace]\n\n\
         [dependencies]\nembertls = {{ path = {:?} }}\nmbedtls-sys-auto = \"2.28\"\n",
        env!("CARGO_MANIFEST_DIR")
    );
    write(&dir.join("Cargo.toml"), &manifest);
    write(&dir.join("src/main.rs"), COEXISTENCE);

    let mut command = Command::new(env!("CARGO"));
    command
        .args(["run", "--quiet", "--target-dir"])
        .arg(target_dir())
        .current_dir(&dir);
    let output = succeed(command);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim(), "2.16.0 and 2.28");
}

const COEXISTENCE: &str = r#"
fn main() {
    // SAFETY: the function takes nothing and returns a number.
    let other = unsafe { mbedtls_sys::version_get_number() };
    let (major, minor) = (other >> 24, other >> 16 & 0xff);
    println!("{} and {major}.{minor}", embertls::mbedtls_version());
}
"#;

/// The target of this machine: with `--target`, flags are not for build scripts.
fn host() -> String {
    let output = succeed({
        let mut command = Command::new("rustc");
        command.arg("-vV");
        command
    });
    let said = String::from_utf8_lossy(&output.stdout);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

/// Leave to run a long test, for one at a time: they share a folder. None, and
/// a word on it, where long tests are not asked for.
fn turn(test: &str) -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::new(());
    if env::var_os("EMBERTLS_TEST_FULL").is_none_or(|value| value != "1") {
        println!("skipped: {test} runs with EMBERTLS_TEST_FULL=1");
        return None;
    }
    Some(TURN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Cargo on this crate, building into a folder that the tests share and keep.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(arguments)
        .arg("--target-dir")
        .arg(target_dir())
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn target_dir() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nested-target");
    fs::create_dir_all(&dir).expect("a folder can be made");
    dir
}

fn succeed(mut command: Command) -> Output {
    let output = command.output().expect("cargo can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{said}");
    output
}
