//! Runs an example and keeps what it said.

use std::path::PathBuf;
use std::process::Command;

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    pub status: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Run {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("the output is UTF-8")
    }

    /// The lines of standard output that begin with `prefix`, without it.
    pub fn lines<'a>(&'a self, prefix: &'a str) -> Vec<&'a str> {
        let lines = self.text().lines();
        lines.filter_map(|line| line.strip_prefix(prefix)).collect()
    }

    /// Asserts the exit status, showing everything where it is another.
    #[track_caller]
    pub fn ended(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}", self.shown());
        self
    }

    /// Asserts that standard error says all of this.
    #[track_caller]
    pub fn complained(self, about: &[&str]) -> Self {
        for what in about {
            assert!(
                self.stderr.contains(what),
                "no {what:?} in:\n{}",
                self.shown()
            );
        }
        self
    }

    /// The same for people.
    pub fn shown(&self) -> String {
        format!(
            "status {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.status,
            String::from_utf8_lossy(&self.stdout),
            self.stderr
        )
    }
}

/// Runs an example to its end.
pub fn run(example: &str, args: &[&str]) -> Run {
    let output = Command::new(path_of(example))
        .args(args)
        .output()
        .expect("the example can be started");
    Run {
        status: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Cargo builds the examples for a test run and puts them beside the tests.
pub fn path_of(example: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("a test knows where it is");
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is missing: build it with `cargo build --examples`, or run the tests with a plain `cargo test`",
        path.display()
    );
    path
}
