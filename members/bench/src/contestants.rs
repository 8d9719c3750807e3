//! Who takes part: libraries of this program, and those of another one.
//!
//! embertls without its feature `accel` cannot be in one program with the
//! default one. It is in a second program, made of the same source, which does
//! a round of its work whenever it is told.

use std::cell::RefCell;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use crate::network::Delayed;
use crate::tasks::{Task, Work};
use crate::work::Library;

/// One column of the table.
pub trait Contestant {
    fn name(&self) -> &str;

    /// What it does in each round; `None` where it cannot do this.
    fn prepare(&self, index: usize, task: &Task) -> Option<Work>;
}

/// A library of this program.
pub struct Local {
    pub library: Box<dyn Library>,
    pub delayed: Delayed,
}

/// A library of another program.
struct Remote {
    name: String,
    index: usize,
    program: Rc<RefCell<Program>>,
}

/// A program that answers each line with a line.
struct Program {
    child: Child,
    /// Closed to end it.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Contestant for Local {
    fn name(&self) -> &str {
        self.library.name()
    }

    fn prepare(&self, _index: usize, task: &Task) -> Option<Work> {
        task.prepare(&*self.library, self.delayed)
    }
}

/// The libraries of the program at `path`.
pub fn remote(path: &Path, arguments: &[&str]) -> Result<Vec<Box<dyn Contestant>>, Box<dyn Error>> {
    let mut child = Command::new(path)
        .arg("--serve")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} cannot be started: {error}", path.display()))?;
    let input = child.stdin.take();
    let output = child.stdout.take().ok_or("the program has no output")?;
    let program = Rc::new(RefCell::new(Program {
        child,
        input,
        output: BufReader::new(output),
    }));
    let names = program.borrow_mut().ask("names")?;
    let names = names.split('\t').enumerate();
    Ok(names
        .map(|(index, name)| -> Box<dyn Contestant> {
            Box::new(Remote {
                name: name.into(),
                index,
                program: Rc::clone(&program),
            })
        })
        .collect())
}

impl Contestant for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    fn prepare(&self, index: usize, _task: &Task) -> Option<Work> {
        let library = self.index;
        let answer = self
            .program
            .borrow_mut()
            .ask(&format!("prepare {library} {index}"));
        if answer.expect("the other program answers") != "yes" {
            return None;
        }
        let program = Rc::clone(&self.program);
        Some(Box::new(move |slice: Duration| {
            let question = format!("round {library} {}", slice.as_micros());
            let answer = program.borrow_mut().ask(&question);
            let answer = answer.expect("the other program answers");
            answer
                .parse()
                .expect("the other program answers with a number")
        }))
    }
}

impl Program {
    fn ask(&mut self, question: &str) -> io::Result<String> {
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(input, "{question}")?;
        input.flush()?;
        let mut answer = String::new();
        match self.output.read_line(&mut answer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(answer.trim_end().into()),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// The other program: answers until there are no more questions.
pub fn serve(locals: &[Local], tasks: &[Task]) -> Result<(), Box<dyn Error>> {
    let mut prepared: Vec<Option<Work>> = locals.iter().map(|_| None).collect();
    for line in io::stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let answer = match words[..] {
            ["names"] => {
                let names: Vec<&str> = locals.iter().map(Contestant::name).collect();
                names.join("\t")
            }
            ["prepare", library, task] => {
                let (library, task): (usize, usize) = (library.parse()?, task.parse()?);
                // What was prepared before must not be in its way.
                prepared[library] = None;
                prepared[library] = locals[library].prepare(task, &tasks[task]);
                let can = prepared[library].is_some();
                if can { "yes" } else { "no" }.into()
            }
            ["round", library, micros] => {
                let library: usize = library.parse()?;
                let work = prepared[library].as_mut().ok_or("nothing was prepared")?;
                work(Duration::from_micros(micros.parse()?)).to_string()
            }
            _ => return Err(format!("no such question: {line}").into()),
        };
        println!("{answer}");
        io::stdout().flush()?;
    }
    Ok(())
}
