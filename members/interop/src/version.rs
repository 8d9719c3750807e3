//! What a program calls itself.

use std::path::PathBuf;
use std::process::Command;

/// The first line that it prints with this argument.
pub fn first_line(program: PathBuf, argument: &str) -> Option<String> {
    of(Command::new(program).arg(argument))
}

/// The first line that a command prints.
pub fn of(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    // nginx tells it on standard error.
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).into_owned();
    // Of which library it says that twice.
    let line = printed.lines().next()?.split(" (Library:").next()?;
    Some(line.trim().to_owned())
}

/// The version of a package that this program is built with.
pub fn of_package(name: &str) -> String {
    let lock = include_str!("../../../Cargo.lock");
    let entry = format!("name = \"{name}\"\nversion = \"");
    let version = lock
        .split(&entry)
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    format!("{name} {}", version.expect("a package of this workspace"))
}
