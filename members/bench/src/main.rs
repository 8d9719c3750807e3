//! Measures embertls beside other TLS libraries: the same work, in one run, in
//! rounds that take turns.

mod builds;
mod chart;
mod contestants;
mod heap;
mod identities;
mod instructions;
mod libraries;
mod measure;
mod network;
mod report;
mod tasks;
mod work;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use self::contestants::{Contestant, Local, remote, serve};
use self::libraries::PlainC;
use self::measure::{Effort, Sample};
use self::network::Delayed;
use self::report::Row;
use self::tasks::Task;

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
    /// This program, compiled with `--no-default-features`: it brings the
    /// arithmetic of Mbed TLS.
    #[arg(long)]
    with_c: Option<PathBuf>,
    /// The system delays what goes over the loopback interface, so no proxy has
    /// to.
    #[arg(long)]
    delayed: bool,
    /// Counts instructions with valgrind.
    #[arg(long)]
    instructions: bool,
    /// Builds a small client with each library: how long it takes, and how large
    /// it becomes.
    #[arg(long)]
    builds: bool,
    /// Where the figures go, as JSON.
    #[arg(long, overrides_with = "json")]
    json: Option<PathBuf>,
    /// Where the chart goes, as SVG.
    #[arg(long, overrides_with = "svg")]
    svg: Option<PathBuf>,
    /// Draws the chart from figures that were written as JSON, and measures
    /// nothing.
    #[arg(long, requires = "svg")]
    draw: Option<PathBuf>,
    /// Answers questions of another one of these programs.
    #[arg(long, hide = true)]
    serve: bool,
    /// Does a task so many times for valgrind to count, and nothing else.
    #[arg(long, hide = true)]
    times: Option<usize>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    if let (Some(figures), Some(svg)) = (&options.draw, &options.svg) {
        return chart::draw(&report::read(figures)?, svg);
    }
    let tasks = tasks::all();
    let mut locals = locals(&options);
    if let Some(times) = options.times {
        locals.retain(|local| local.name().contains(&options.library));
        return instructions::repeat(&locals, &tasks, &options.only, times);
    }
    if options.serve {
        return serve(&locals, &tasks);
    }

    println!("Mbed TLS {}", embertls::mbedtls_version());
    let contestants = contestants(&options, locals)?;
    let mut rows = Vec::new();
    for (index, task) in tasks.iter().enumerate() {
        if task.name.contains(&options.only) {
            eprintln!("{}", task.name);
            rows.push(measured(&contestants, index, task, effort(&options)));
        }
    }
    if options.instructions {
        rows.extend(instructions::rows(options.with_c.as_deref())?);
    }
    if options.builds {
        rows.extend(builds::rows()?);
    }

    println!("{}", report::markdown(&rows));
    if let Some(path) = options.json {
        std::fs::write(path, serde_json::to_string_pretty(&report::json(&rows))?)?;
    }
    if let Some(path) = options.svg {
        chart::draw(&report::figures(&rows), &path)?;
    }
    Ok(())
}

fn effort(options: &Options) -> Effort {
    match options.quick {
        true => Effort {
            rounds: 3,
            slice: Duration::from_millis(20),
        },
        false => Effort {
            rounds: 9,
            slice: Duration::from_millis(100),
        },
    }
}

fn locals(options: &Options) -> Vec<Local> {
    let delayed = match options.delayed {
        true => Delayed::BySystem,
        false => Delayed::ByProxy,
    };
    let libraries = libraries::all().into_iter();
    libraries
        .map(|library| Local { library, delayed })
        .collect()
}

fn contestants(
    options: &Options,
    locals: Vec<Local>,
) -> Result<Vec<Box<dyn Contestant>>, Box<dyn Error>> {
    let mut all: Vec<Box<dyn Contestant>> = Vec::new();
    for local in locals {
        // Half of it is not Mbed TLS's: it is there for counting instructions.
        if local.name() != PlainC::OVER_ACCEL {
            all.push(Box::new(local));
        }
    }
    if let Some(path) = &options.with_c {
        let delayed: &[&str] = if options.delayed { &["--delayed"] } else { &[] };
        for contestant in remote(path, delayed)? {
            // What both programs have is measured in this one.
            if !all.iter().any(|one| one.name() == contestant.name()) {
                all.push(contestant);
            }
        }
    }
    all.retain(|contestant| contestant.name().contains(&options.library));
    Ok(all)
}

fn measured(contestants: &[Box<dyn Contestant>], index: usize, task: &Task, effort: Effort) -> Row {
    let able = contestants.iter().filter_map(|contestant| {
        let work = contestant.prepare(index, task)?;
        let sample = Sample {
            library: contestant.name().into(),
            values: Vec::with_capacity(effort.rounds),
        };
        Some((sample, work))
    });
    let mut able: Vec<_> = able.collect();
    for _ in 0..effort.rounds {
        for (sample, work) in &mut able {
            sample.values.push(work(effort.slice));
        }
    }
    Row {
        name: task.name.clone(),
        unit: task.unit,
        best: task.best,
        samples: able.into_iter().map(|(sample, _)| sample).collect(),
    }
}
