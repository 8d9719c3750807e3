//! What happens where a peer's program is missing.

use std::process::{Command, Output};

/// A test that needs a program which is found through `PATH`.
const NEEDY: &str = "client_gnutls::every_suite_and_group";

#[test]
fn the_test_fails_and_names_the_package() {
    let output = run_without_programs(&[]);
    let said = everything(&output);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("apt install gnutls-bin"), "{said}");
    assert!(said.contains(NEEDY), "{said}");
}

#[test]
fn or_is_skipped_where_the_user_wants_that() {
    let output = run_without_programs(&[("EMBERTLS_SKIP_MISSING_PEERS", "1")]);
    let said = everything(&output);
    assert!(output.status.success(), "{said}");
    let line = format!("skipped: {NEEDY} needs gnutls-serv (Debian: gnutls-bin)");
    assert!(said.contains(&line), "{said}");
}

/// Runs [`NEEDY`] alone in a process that finds no program.
fn run_without_programs(variables: &[(&str, &str)]) -> Output {
    let tests = std::env::current_exe().expect("this program has a path");
    Command::new(tests)
        .args(["--exact", NEEDY])
        .env("PATH", "")
        .env_remove("EMBERTLS_SKIP_MISSING_PEERS")
        .envs(variables.iter().copied())
        .output()
        .expect("this program can be run")
}

fn everything(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}
