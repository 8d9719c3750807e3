//! The engine's own self-tests, all that we compile, with gcc and with clang:
//! the patched C computes what the standards say, whatever compiles it.

#![cfg(feature = "full")]

#[path = "../build/error.rs"]
#[allow(dead_code)]
mod error;
#[path = "../build/patches.rs"]
#[allow(dead_code)]
mod patches;
#[path = "../build/series.rs"]
#[allow(dead_code)]
mod series;
#[path = "../build/source.rs"]
#[allow(dead_code)]
mod source;

mod build_support;
#[path = "patches/compiler.rs"]
#[allow(dead_code)]
mod compiler;

use std::fs;
use std::path::Path;
use std::process::Command;

use build_support::{fresh_dir, missing, prepare};
use compiler::{Compiler, Program};

/// Where a compiler that goes wrong shows it; more of them in the full tier.
const LEVELS: [&str; 4] = ["-O2", "-O0", "-O3", "-Os"];

#[test]
fn built_with_gcc() {
    run_with("gcc", "gcc");
}

#[test]
fn built_with_clang() {
    run_with("clang", "clang");
}

/// Threads with the same keys and the same random generator, under
/// ThreadSanitizer; in the full tier.
#[test]
fn threads_share_keys() {
    if !full_tier() {
        return;
    }
    let compiler = Compiler::with_thread_sanitizer();
    if !compiler.works() {
        return missing(
            "threads_share_keys",
            "a C compiler with ThreadSanitizer",
            "gcc",
        );
    }
    let dir = fresh_dir("threads-share-keys");
    let tree = prepare(&dir, &[]).dir;
    let objects = compiler.compile_library(&tree, &arithmetic(), &dir);
    let output = dir.join("threads");
    compiler.link(&Program {
        source: &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/self_tests/threads.c"),
        tree: &tree,
        objects: &objects,
        output: &output,
    });
    let ran = Command::new(&output)
        .output()
        .expect("the program can be run");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
}

fn full_tier() -> bool {
    std::env::var_os("EMBERTLS_TEST_FULL").is_some_and(|value| value == "1")
}

fn run_with(command: &str, debian_package: &str) {
    let dir = fresh_dir(&format!("self-tests-{command}"));
    let tree = prepare(&dir, &[]).dir;
    let tests = self_tests(&tree);
    assert!(tests.len() >= 16, "{tests:?}");
    let source = dir.join("main.c");
    fs::write(&source, program(&tests)).expect("a file can be written");
    for level in LEVELS.iter().take(if full_tier() { 4 } else { 1 }) {
        let compiler = Compiler::with_self_tests(command, level);
        if !compiler.works() {
            return missing(&format!("built_with_{command}"), command, debian_package);
        }
        let objects = compiler.compile_library(&tree, &arithmetic(), &dir);
        let output = dir.join("self-tests");
        compiler.link(&Program {
            source: &source,
            tree: &tree,
            objects: &objects,
            output: &output,
        });
        let ran = Command::new(&output)
            .output()
            .expect("the program can be run");
        let said = String::from_utf8_lossy(&ran.stdout);
        for test in &tests {
            assert!(
                said.contains(&format!("{test} 0\n")),
                "{command} {level}: {test}:\n{said}"
            );
        }
    }
}

/// All but the protocol, which has no self-test.
fn arithmetic() -> Vec<&'static str> {
    let all = source::LIBRARY.iter().copied();
    all.filter(|name| !name.starts_with("ssl_") && *name != "debug")
        .collect()
}

/// The names of the self-tests in what we compile.
fn self_tests(tree: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for file in arithmetic() {
        let path = tree.join("library").join(file).with_extension("c");
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let found = text.lines().filter_map(|line| {
            line.strip_prefix("int ")?
                .split_once("_self_test(")
                .map(|x| x.0)
        });
        names.extend(found.map(|name| format!("{name}_self_test")));
    }
    names
}

/// Calls each, and gives the entropy module something to gather.
fn program(tests: &[String]) -> String {
    let calls: String = tests
        .iter()
        .map(|name| format!("    {{ int {name}(int); printf(\"{name} %d\\n\", {name}(0)); }}\n"))
        .collect();
    format!(
        "#include <stdio.h>\n\
         int mbedtls_hardware_poll(void *data, unsigned char *out, size_t len, size_t *olen)\n\
         {{\n    static unsigned char next;\n    size_t i;\n    (void) data;\n    \
         for (i = 0; i < len; i++)\n        out[i] = next++;\n    *olen = len;\n    return 0;\n}}\n\
         int main(void)\n{{\n{calls}    return 0;\n}}\n"
    )
}
