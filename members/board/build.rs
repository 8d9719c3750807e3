//! Says how a program for the board is linked.

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=memory.x");
    if env::var("CARGO_CFG_TARGET_OS")? != "none" {
        return Ok(());
    }
    println!("cargo::rustc-link-arg=-Tlink.x");
    println!(
        "cargo::rustc-link-search={}",
        env::var("CARGO_MANIFEST_DIR")?
    );

    // The few functions of C that the engine asks for.
    let asked = Command::new("arm-none-eabi-gcc")
        .args(["-mthumb", "-march=armv7e-m+fp", "-mfloat-abi=hard"])
        .arg("-print-file-name=libc_nano.a")
        .output()
        .map_err(|error| format!("arm-none-eabi-gcc cannot be started: {error}"))?;
    let library = String::from_utf8(asked.stdout)?;
    let dir = Path::new(library.trim()).parent();
    let dir = dir.ok_or("arm-none-eabi-gcc knows no newlib")?;
    println!("cargo::rustc-link-search={}", dir.display());
    println!("cargo::rustc-link-lib=static=c_nano");
    Ok(())
}
