//! The machines that clients are built for, and what that takes.

use std::env;
use std::error::Error;
use std::process::Command;

/// A machine, by what Rust calls it.
pub struct Machine {
    pub triple: String,
    /// The variable by which cargo is told of a linker, and the linker; nothing
    /// where cargo finds it.
    pub linker: Option<(String, &'static str)>,
    /// What runs its programs here, where this machine does not.
    pub runner: Option<String>,
}

/// The triple, Debian's cross compiler, and the emulator of its package qemu-user.
const KNOWN: [(&str, &str, &str); 4] = [
    (
        "aarch64-unknown-linux-gnu",
        "aarch64-linux-gnu-gcc",
        "qemu-aarch64",
    ),
    (
        "armv7-unknown-linux-gnueabihf",
        "arm-linux-gnueabihf-gcc",
        "qemu-arm",
    ),
    ("i686-unknown-linux-gnu", "i686-linux-gnu-gcc", "qemu-i386"),
    (
        "riscv64gc-unknown-linux-gnu",
        "riscv64-linux-gnu-gcc",
        "qemu-riscv64",
    ),
];

impl Machine {
    /// This one.
    pub fn here() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            triple: host()?,
            linker: None,
            runner: None,
        })
    }

    /// With what is known of it, unless the caller says otherwise.
    pub fn named(triple: String, runner: Option<String>) -> Result<Self, Box<dyn Error>> {
        if triple == host()? {
            return Ok(Self {
                runner,
                ..Self::here()?
            });
        }
        let known = KNOWN.iter().find(|(name, _, _)| *name == triple);
        let upper = triple.to_uppercase().replace('-', "_");
        let variable = format!("CARGO_TARGET_{upper}_LINKER");
        let linker = match known {
            Some((_, gcc, _)) if env::var_os(&variable).is_none() => Some((variable, *gcc)),
            _ => None,
        };
        let runner = runner.or_else(|| known.map(|(_, _, emulator)| (*emulator).to_owned()));
        Ok(Self {
            triple,
            linker,
            runner,
        })
    }
}

/// What Rust calls this machine.
fn host() -> Result<String, Box<dyn Error>> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let said = String::from_utf8(output.stdout)?;
    let mut lines = said.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc does not say what it is for")?.to_owned())
}
