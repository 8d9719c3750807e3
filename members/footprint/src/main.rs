//! Measures how large a TLS client is, and how much memory its handshake takes:
//! small builds of embertls, and other libraries doing the same.

mod build;
mod clients;
mod machine;
mod server;

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;

use self::build::Place;
use self::clients::Client;
use self::machine::Machine;
use self::server::Servers;

/// Builds clients with each library, static and stripped, and lets each say one
/// line to OpenSSL's server.
#[derive(Parser)]
struct Options {
    /// What the clients are built for, by Rust's name; this machine unless said.
    /// May be given several times. Cross compilers and emulators are Debian's
    /// where cargo is not told of others.
    #[arg(long)]
    target: Vec<String>,
    /// What runs them, in the place of an emulator of Debian's qemu-user.
    #[arg(long)]
    runner: Option<String>,
    /// The crate `mbedtls` as well: needs cmake and libclang.
    #[arg(long)]
    with_mbedtls: bool,
    /// Only clients with this in their names.
    #[arg(long, default_value = "")]
    only: String,
    /// Where they are built; kept for the next time.
    #[arg(long, default_value = "target/footprint")]
    dir: PathBuf,
}

/// What one client takes on one machine, in bytes.
struct Measured {
    size: u64,
    heap_before: u64,
    heap_peak: u64,
}

/// A client, with what it takes on each machine; nothing where it could not be
/// measured.
type Row<'a> = (&'a Client, Vec<Option<Measured>>);

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let place = Place::new(options.dir)?;
    let mut machines = Vec::new();
    for triple in options.target {
        machines.push(Machine::named(triple, options.runner.clone())?);
    }
    if machines.is_empty() {
        machines.push(Machine::here()?);
    }
    let servers = Servers::start()?;
    let clients = clients::all(options.with_mbedtls);

    let mut rows: Vec<Row> = Vec::new();
    let mut failed = 0;
    for client in &clients {
        if !client.name.contains(&options.only) {
            continue;
        }
        let mut row = Vec::new();
        for machine in &machines {
            eprint!("{}: {}: ", machine.triple, client.name);
            let result = measure(&place, client, machine, &servers);
            match &result {
                Ok(one) => eprintln!("{} KiB", one.size.div_ceil(1024)),
                Err(error) => {
                    eprintln!("{error}");
                    failed += 1;
                }
            }
            row.push(result.ok());
        }
        rows.push((client, row));
    }

    let size = |one: &Measured| one.size.div_ceil(1024).to_string();
    print_table("size, KiB", &machines, &rows, size);
    println!();
    let heap = |one: &Measured| {
        let (peak, before) = (one.heap_peak, one.heap_before);
        format!("{:.1} / {:.1}", kib(peak), kib(peak - before))
    };
    let title = "peak of the heap, KiB / of that, in the handshake";
    print_table(title, &machines, &rows, heap);
    match failed {
        0 => Ok(()),
        _ => Err(format!("not measured: {failed}").into()),
    }
}

fn measure(
    place: &Place,
    client: &Client,
    machine: &Machine,
    servers: &Servers,
) -> Result<Measured, Box<dyn Error>> {
    let program = place.build(client, machine)?;
    let (heap_before, heap_peak) = program.run(machine, &servers.arguments(client.peer))?;
    Ok(Measured {
        size: program.size,
        heap_before,
        heap_peak,
    })
}

/// A row for each client, a column for each machine.
fn print_table(
    title: &str,
    machines: &[Machine],
    rows: &[Row],
    show: impl Fn(&Measured) -> String,
) {
    let triples: Vec<_> = machines.iter().map(|one| one.triple.as_str()).collect();
    println!("{title}:\n");
    println!("| client | {} |", triples.join(" | "));
    println!("| --- |{}", " --: |".repeat(machines.len()));
    for (client, row) in rows {
        let cells: Vec<_> = row
            .iter()
            .map(|one| one.as_ref().map_or("-".into(), &show))
            .collect();
        println!("| {} | {} |", client.name, cells.join(" | "));
    }
}

fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
