//! Builds a client for its size, and runs it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::clients::Client;

/// Where clients are built, and for what.
pub struct Place {
    dir: PathBuf,
    root: PathBuf,
    target: String,
    runner: Option<String>,
}

/// A client that is built.
pub struct Program {
    path: PathBuf,
    /// Of the stripped file, in bytes.
    pub size: u64,
}

/// What is led to `clients/heap.rs`.
const WRAPPED: [&str; 6] = [
    "malloc",
    "calloc",
    "realloc",
    "aligned_alloc",
    "posix_memalign",
    "free",
];

impl Place {
    pub fn new(
        dir: PathBuf,
        target: Option<String>,
        runner: Option<String>,
    ) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(&dir)?;
        let target = match target {
            Some(target) => target,
            None => host()?,
        };
        Ok(Self {
            dir: dir.canonicalize()?,
            root: Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../..")
                .canonicalize()?,
            target,
            runner,
        })
    }

    /// Linked statically, stripped, and compiled for size.
    pub fn build(&self, client: &Client) -> Result<Program, Box<dyn Error>> {
        let dir = self.dir.join("client");
        self.write(client, &dir)?;
        let mut flags = String::from("-C target-feature=+crt-static");
        for function in WRAPPED {
            flags += &format!(" -C link-arg=-Wl,--wrap={function}");
        }
        let build = self.dir.join("build");
        run(Command::new("cargo")
            .args(["build", "--quiet", "--release", "--target", &self.target])
            .env("CARGO_TARGET_DIR", &build)
            .env("RUSTFLAGS", flags)
            // Of a cargo that runs this one.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .current_dir(&dir))?;
        let path = build.join(&self.target).join("release/client");
        let size = fs::metadata(&path)?.len();
        Ok(Program { path, size })
    }

    fn write(&self, client: &Client, dir: &Path) -> Result<(), Box<dyn Error>> {
        let root = self.root.display().to_string();
        let dependencies = client.dependencies.replace('@', &root);
        fs::create_dir_all(dir.join("src"))?;
        fs::write(
            dir.join("Cargo.toml"),
            format!(
                "[package]\nname = \"client\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                 [dependencies]\n{dependencies}\n\n[workspace]\n\n\
                 [profile.release]\nopt-level = \"z\"\nlto = \"fat\"\ncodegen-units = 1\n\
                 panic = \"abort\"\nstrip = true\n"
            ),
        )?;
        // The same versions as everywhere.
        fs::copy(self.root.join("Cargo.lock"), dir.join("Cargo.lock"))?;
        let source = |name: &str, text: &str| fs::write(dir.join("src").join(name), text);
        source("main.rs", include_str!("../clients/main.rs"))?;
        source("heap.rs", include_str!("../clients/heap.rs"))?;
        source("tls.rs", client.source)?;
        Ok(())
    }

    /// Bytes of the heap before the handshake, and at most.
    pub fn run(
        &self,
        program: &Program,
        arguments: &[String],
    ) -> Result<(u64, u64), Box<dyn Error>> {
        let mut command = match &self.runner {
            Some(runner) => Command::new(runner),
            None => Command::new(&program.path),
        };
        if self.runner.is_some() {
            command.arg(&program.path);
        }
        let said = run(command.args(arguments))?;
        let mut numbers = said.split_whitespace().map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(before), Some(peak)) => Ok((before?, peak?)),
            _ => Err(format!("{}: no figures: {said}", program.path.display()).into()),
        }
    }
}

/// What Rust calls this machine.
fn host() -> Result<String, Box<dyn Error>> {
    let said = run(Command::new("rustc").arg("-vV"))?;
    let mut lines = said.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not say what it is for")?.to_owned())
}

/// What it says.
fn run(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?} cannot be started: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!(
            "{command:?}: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )
        .into()),
    }
}
