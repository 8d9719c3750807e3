//! Instructions, counted by valgrind: what the wrapper costs over a C program.

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::Command;

use crate::contestants::Local;
use crate::measure::Sample;
use crate::report::Row;
use crate::tasks::{Best, Task};

/// A task that is counted, and how often it is done.
const COUNTED: [(&str, usize); 4] = [
    ("full handshake, ECDSA P-256, P-256", 16),
    ("resumed handshake, ECDSA P-256", 64),
    ("send AES-128-GCM, 16384 bytes", 64),
    ("receive AES-128-GCM, 16384 bytes", 64),
];

/// How often a task is done before it counts: the first time is not like the others.
const BEFORE: usize = 4;

/// The function in which valgrind counts. Handshakes before records, which are never
/// the same twice, stay outside of it.
const COUNTED_FUNCTION: &str = "embertls_bench_counted";

#[inline(never)]
#[unsafe(export_name = "embertls_bench_counted")]
fn counted(once: &mut dyn FnMut()) {
    once();
}

/// Does a task so many times where it counts.
pub fn repeat(
    locals: &[Local],
    tasks: &[Task],
    name: &str,
    times: usize,
) -> Result<(), Box<dyn Error>> {
    let [local] = locals else {
        return Err("not one library has this in its name".into());
    };
    let task = tasks.iter().find(|task| task.name == name);
    let task = task.ok_or_else(|| format!("there is no task {name}"))?;
    let once = task.once(&*local.library);
    let mut once = once.ok_or("the library cannot do this")?;
    for _ in 0..BEFORE {
        once();
    }
    for _ in 0..times {
        counted(&mut *once);
    }
    Ok(())
}

/// The counts of embertls and of the C program, over the objects of this
/// program and over those of the other one.
pub fn rows(with_c: Option<&Path>) -> Result<Vec<Row>, Box<dyn Error>> {
    let this = env::current_exe()?;
    let mut programs = vec![(&*this, "arithmetic of aws-lc")];
    programs.extend(with_c.map(|path| (path, "arithmetic in C")));
    let mut rows = Vec::new();
    for (program, arithmetic) in programs {
        for (task, times) in COUNTED {
            // The C program signs and verifies with the C in any case: nothing to compare.
            if task.contains("full") && program == this {
                continue;
            }
            eprintln!("instructions: {task}, {arithmetic}");
            let mut samples = Vec::new();
            for library in ["embertls", "C program"] {
                let all = instructions(program, task, library, times)?;
                samples.push(Sample {
                    library: library.into(),
                    values: vec![all as f64 / times as f64],
                });
            }
            rows.push(Row {
                name: format!("instructions: {task}, {arithmetic}"),
                unit: "",
                best: Best::Least,
                samples,
            });
        }
    }
    Ok(rows)
}

/// `rep movsb` and its like count as an instruction for each byte in valgrind, and as one in
/// a processor. So the C library is told to copy in loops.
const COPY_IN_LOOPS: &str = "glibc.cpu.x86_rep_movsb_threshold=1000000000:\
                             glibc.cpu.x86_rep_stosb_threshold=1000000000";

fn instructions(
    program: &Path,
    task: &str,
    library: &str,
    times: usize,
) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect={COUNTED_FUNCTION}"))
        .env("GLIBC_TUNABLES", COPY_IN_LOOPS)
        .arg(program)
        .args(["--only", task, "--library", library])
        .args(["--times", &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind cannot be started: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1));
    match (output.status.success(), collected) {
        (true, Some(count)) => Ok(count.trim().parse()?),
        _ => Err(format!("valgrind failed: {text}").into()),
    }
}
