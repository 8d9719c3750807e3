//! Builds a client for its size, and runs it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::clients::Client;
use crate::machine::Machine;

/// Where clients are built.
pub struct Place {
    dir: PathBuf,
    root: PathBuf,
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
    pub fn new(dir: PathBuf) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(&dir)?;
        Ok(Self {
            dir: dir.canonicalize()?,
            root: Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../..")
                .canonicalize()?,
        })
    }

    /// Linked statically, stripped, and compiled for size.
    pub fn build(&self, client: &Client, machine: &Machine) -> Result<Program, Box<dyn Error>> {
        let dir = self.dir.join("client");
        self.write(client, &dir)?;
        let mut flags = String::from("-C target-feature=+crt-static");
        for function in WRAPPED {
            flags += &format!(" -C link-arg=-Wl,--wrap={function}");
        }
        let build = self.dir.join("build");
        let mut cargo = Command::new("cargo");
        cargo
            .args(["build", "--quiet", "--release"])
            .args(["--target", &machine.triple])
            .env("CARGO_TARGET_DIR", &build)
            .env("RUSTFLAGS", flags)
            // Of a cargo that runs this one.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .current_dir(&dir);
        if let Some((variable, linker)) = &machine.linker {
            cargo.env(variable, linker);
        }
        run(&mut cargo)?;
        let path = build.join(&machine.triple).join("release/client");
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
}

impl Program {
    /// Bytes of the heap before the handshake, and at most.
    pub fn run(
        &self,
        machine: &Machine,
        arguments: &[String],
    ) -> Result<(u64, u64), Box<dyn Error>> {
        let mut command = match &machine.runner {
            Some(runner) => Command::new(runner),
            None => Command::new(&self.path),
        };
        if machine.runner.is_some() {
            command.arg(&self.path);
        }
        let said = run(command.args(arguments))?;
        let mut numbers = said.split_whitespace().map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(before), Some(peak)) => Ok((before?, peak?)),
            _ => Err(format!("{}: no figures: {said}", self.path.display()).into()),
        }
    }
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
