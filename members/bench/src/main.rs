//! Measures embertls beside other TLS libraries: the same work in memory, in
//! one run, in rounds that take turns.

mod identities;
mod libraries;
mod measure;
mod report;
mod work;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use self::measure::{Task, interleaved, setups, timed};
use self::report::Row;
use self::work::{Auth, Bulk, Group, Library, Terms};

/// Measures embertls beside other TLS libraries.
#[derive(Parser)]
struct Options {
    /// Fewer and shorter rounds: under a minute.
    #[arg(long)]
    quick: bool,
    /// Only what has this in its name.
    #[arg(long, default_value = "")]
    only: String,
    /// Only the libraries with this in their names.
    #[arg(long, default_value = "")]
    library: String,
    /// Where the figures go, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// How long and how often.
struct Effort {
    rounds: usize,
    slice: Duration,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let effort = match options.quick {
        true => Effort {
            rounds: 3,
            slice: Duration::from_millis(60),
        },
        false => Effort {
            rounds: 9,
            slice: Duration::from_millis(250),
        },
    };
    println!("Mbed TLS {}", embertls::mbedtls_version());
    let mut libraries = libraries::all()?;
    libraries.retain(|library| library.name().contains(&options.library));
    let is_wanted = |name: &str| name.contains(&options.only);

    let mut rows = Vec::new();
    for auth in Auth::ALL {
        for group in [Group::P256, Group::X25519] {
            for mutual in [false, true] {
                let mut terms = Terms::handshake(auth, group);
                terms.mutual = mutual;
                let kind = if mutual { "mutual" } else { "full" };
                let name = format!("{kind} handshake, {auth}, {group}");
                if is_wanted(&name) {
                    rows.push(handshakes(&libraries, name, terms, &effort));
                }
            }
        }
    }
    for auth in Auth::ALL {
        let mut terms = Terms::handshake(auth, Group::P256);
        terms.resumed = true;
        let name = format!("resumed handshake, {auth}");
        if is_wanted(&name) {
            rows.push(handshakes(&libraries, name, terms, &effort));
        }
    }
    for bulk in Bulk::ALL {
        for record in [16384, 1024, 64] {
            for way in [Way::Send, Way::Receive] {
                let name = format!("{} {bulk}, {record} bytes", way.verb());
                if is_wanted(&name) {
                    rows.push(transfer(&libraries, name, bulk, record, way, &effort));
                }
            }
        }
    }

    let names: Vec<&str> = libraries.iter().map(|library| library.name()).collect();
    println!("{}", report::markdown(&rows, &names));
    if let Some(path) = options.json {
        std::fs::write(path, serde_json::to_string_pretty(&report::json(&rows))?)?;
    }
    Ok(())
}

fn handshakes(libraries: &[Box<dyn Library>], name: String, terms: Terms, effort: &Effort) -> Row {
    let setups = setups(libraries, terms);
    let tasks = setups.iter().map(|(library, setup)| {
        drop(setup.connect());
        assert_eq!(setup.connect().is_resumed(), terms.resumed, "{library}");
        let task: Task<'_> = Box::new(|| {
            let (connection, spent) = timed(|| setup.connect());
            drop(connection);
            (1.0, spent)
        });
        (*library, task)
    });
    Row {
        name,
        unit: "1/s",
        samples: interleaved(tasks.collect(), effort.rounds, effort.slice),
    }
}

#[derive(Clone, Copy)]
enum Way {
    Send,
    Receive,
}

impl Way {
    fn verb(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
        }
    }
}

/// Seals or opens a batch of records. The other side runs too, and its time
/// does not count.
fn transfer(
    libraries: &[Box<dyn Library>],
    name: String,
    bulk: Bulk,
    record: usize,
    way: Way,
    effort: &Effort,
) -> Row {
    const BATCH: usize = 1 << 18;
    let data = vec![0x5a; BATCH];
    let tasks = setups(libraries, Terms::bulk(bulk))
        .into_iter()
        .map(|(library, setup)| {
            let mut connection = setup.connect();
            let mut wire = Vec::with_capacity(BATCH * 2);
            let mut buffer = vec![0; BATCH];
            let data = &data;
            let task: Task<'_> = Box::new(move || {
                wire.clear();
                let ((), sealing) = timed(|| connection.seal(data, record, &mut wire));
                let (opened, opening) = timed(|| connection.open(&mut wire, &mut buffer));
                assert_eq!(opened, BATCH, "all of the data came");
                let spent = match way {
                    Way::Send => sealing,
                    Way::Receive => opening,
                };
                (BATCH as f64 / 1e9, spent)
            });
            (library, task)
        });
    Row {
        name,
        unit: "GB/s",
        samples: interleaved(tasks.collect(), effort.rounds, effort.slice),
    }
}
