//! What a small client costs before it runs: the time to build it, and its
//! size.

use std::error::Error;
use std::fs;
use std::mem::MaybeUninit;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::measure::Sample;
use crate::report::Row;
use crate::tasks::Best;

/// A client: the column of the table, its source in `clients/`, and what it
/// depends upon.
struct Client {
    library: &'static str,
    source: &'static str,
    dependencies: &'static str,
}

const CLIENTS: [Client; 5] = [
    Client {
        library: "embertls",
        source: include_str!("../clients/embertls.rs"),
        dependencies: "embertls = { path = \"@\" }",
    },
    Client {
        library: "embertls, C arithmetic",
        source: include_str!("../clients/embertls.rs"),
        dependencies: "embertls = { path = \"@\", default-features = false, features = [\"full\", \"std\"] }",
    },
    Client {
        library: "rustls, aws-lc-rs",
        source: include_str!("../clients/rustls.rs"),
        dependencies: "rustls = { version = \"0.23\", default-features = false, features = [\"aws_lc_rs\", \"std\", \"tls12\"] }\nrustls-native-certs = \"0.8\"",
    },
    Client {
        library: "rustls, ring",
        source: include_str!("../clients/rustls.rs"),
        dependencies: "rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }\nrustls-native-certs = \"0.8\"",
    },
    Client {
        library: "openssl",
        source: include_str!("../clients/openssl.rs"),
        dependencies: "openssl = \"0.10\"",
    },
];

/// Builds every client from nothing, one after the other.
pub fn rows() -> Result<Vec<Row>, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut times, mut sizes) = (Vec::new(), Vec::new());
    for client in CLIENTS {
        eprintln!("build of a client: {}", client.library);
        let dir = TempDir::new()?;
        write(&client, &root.canonicalize()?, dir.path())?;
        let before = children_time();
        run(Command::new("cargo")
            .args(["build", "--release"])
            .env("CARGO_TARGET_DIR", dir.path().join("target"))
            .current_dir(dir.path()))?;
        let spent = children_time() - before;
        let program = dir.path().join("target/release/client");
        run(Command::new("strip").arg(&program))?;
        times.push(sample(&client, spent));
        sizes.push(sample(&client, fs::metadata(program)?.len() as f64));
    }
    let row = |name: &str, unit, samples| Row {
        name: name.into(),
        unit,
        best: Best::Least,
        samples,
    };
    Ok(vec![
        row(
            "clean release build of a client, processor time",
            "s",
            times,
        ),
        row("size of a stripped client", "bytes", sizes),
    ])
}

fn write(client: &Client, root: &Path, dir: &Path) -> Result<(), Box<dyn Error>> {
    let dependencies = client
        .dependencies
        .replace('@', &root.display().to_string());
    let manifest = format!(
        "[package]\nname = \"client\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\n[workspace]\n"
    );
    fs::write(dir.join("Cargo.toml"), manifest)?;
    // The same versions as everywhere.
    fs::copy(root.join("Cargo.lock"), dir.join("Cargo.lock"))?;
    fs::create_dir(dir.join("src"))?;
    fs::write(dir.join("src/main.rs"), client.source)?;
    Ok(())
}

fn sample(client: &Client, value: f64) -> Sample {
    Sample {
        library: client.library.into(),
        values: vec![value],
    }
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?} cannot be started: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

/// Processor seconds of all processes that were started from here and have
/// ended.
fn children_time() -> f64 {
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: the system writes the whole structure.
    let usage = unsafe {
        assert_eq!(
            libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr()),
            0
        );
        usage.assume_init()
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
