//! Writes what fuzzing begins with: `corpus/TARGET/seed-N` and
//! `dictionaries/TARGET.dict`, in the folder that is given.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use embertls::fuzzing::TARGETS;
// What the instrumented code calls.
use libfuzzer_sys as _;

fn main() -> io::Result<()> {
    let dir = std::env::args_os().nth(1);
    let dir = dir.ok_or_else(|| io::Error::other("usage: seeds FOLDER"))?;
    let dir = Path::new(&dir);
    fs::create_dir_all(dir.join("dictionaries"))?;
    for target in TARGETS {
        let corpus = dir.join("corpus").join(target.name);
        fs::create_dir_all(&corpus)?;
        let seeds = (target.seeds)();
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(corpus.join(format!("seed-{number:02}")), seed)?;
        }
        let dictionary = dir.join("dictionaries").join(format!("{}.dict", target.name));
        fs::write(dictionary, words(target.words))?;
        println!("{}: {} seeds, {} words", target.name, seeds.len(), target.words.len());
    }
    Ok(())
}

/// In the format of libFuzzer.
fn words(words: &[&[u8]]) -> String {
    let mut text = String::new();
    for word in words {
        text.push('"');
        for byte in *word {
            let _ = write!(text, "\\x{byte:02x}");
        }
        text.push_str("\"\n");
    }
    text
}
