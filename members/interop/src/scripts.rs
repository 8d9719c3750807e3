//! Peers that are programs in other languages, in the folder `peers`.

use std::path::{Path, PathBuf};
use std::process::Command;

use embertls::CipherSuite;

use crate::common::programs;
use crate::pki::Case;
use crate::version;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Python,
    Node,
    Java,
}

impl Language {
    fn program(self) -> Option<PathBuf> {
        match self {
            Self::Python => programs::python(),
            Self::Node => programs::needed("node", "nodejs"),
            Self::Java => {
                // The one that runs a source file has a compiler.
                programs::needed("javac", "default-jdk-headless")?;
                programs::needed("java", "default-jdk-headless")
            }
        }
    }

    /// Runs a program of the folder.
    pub fn command(self, file: &str) -> Command {
        let program = self.program().expect("its version is known");
        let mut command = Command::new(program);
        if self == Self::Java {
            // Nothing here runs long enough for the better compiler.
            command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]);
        }
        command.arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("peers")
                .join(file),
        );
        command
    }

    pub fn version(self) -> Option<String> {
        let program = self.program()?;
        Some(match self {
            Self::Python => {
                let says = "import sys, ssl; print('Python %d.%d.%d' % sys.version_info[:3], \
                            ssl.OPENSSL_VERSION.rsplit(' ', 3)[0])";
                version::of(Command::new(program).args(["-c", says]))?
            }
            Self::Node => {
                let says =
                    "console.log(`Node ${process.version}, OpenSSL ${process.versions.openssl}`)";
                version::of(Command::new(program).args(["-e", says]))?
            }
            Self::Java => version::first_line(program, "--version")?,
        })
    }
}

/// Whether the TLS of this language has the suite.
pub fn has(language: Language, case: Case) -> bool {
    match language {
        Language::Python | Language::Node => true,
        Language::Java => !is_ccm(case.suite),
    }
}

pub fn is_ccm(suite: CipherSuite) -> bool {
    suite.name().contains("_CCM")
}
