//! A C compiler and the settings under which the programs are built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use crate::build_support::vendor_dir;

/// A compiler with its flags.
pub struct Compiler {
    command: String,
    flags: Vec<&'static str>,
    legacy_suites: bool,
}

/// What makes one program.
pub struct Program<'a> {
    pub source: &'a Path,
    pub tree: &'a Path,
    pub objects: &'a [PathBuf],
    pub output: &'a Path,
}

impl Compiler {
    /// The system's compiler (or `CC`), finding faults of memory.
    pub fn with_address_sanitizer() -> Self {
        Self {
            command: std::env::var("CC").unwrap_or_else(|_| "cc".into()),
            flags: vec!["-O1", "-g", "-fsanitize=address", "-fno-omit-frame-pointer"],
            legacy_suites: false,
        }
    }

    /// The system's compiler (or `CC`), finding data races.
    pub fn with_thread_sanitizer() -> Self {
        Self {
            command: std::env::var("CC").unwrap_or_else(|_| "cc".into()),
            flags: vec!["-O1", "-g", "-fsanitize=thread"],
            legacy_suites: false,
        }
    }

    /// With what the feature `legacy-suites` compiles.
    pub fn with_legacy_suites(mut self) -> Self {
        self.legacy_suites = true;
        self
    }

    /// Gcc as it compiles a release.
    pub fn gcc() -> Self {
        Self {
            command: "gcc".into(),
            flags: vec!["-O2"],
            legacy_suites: false,
        }
    }

    /// Clang as it compiles a release.
    pub fn clang() -> Self {
        Self {
            command: "clang".into(),
            flags: vec!["-O2"],
            legacy_suites: false,
        }
    }

    /// A compiler that includes the library's self-tests.
    pub fn with_self_tests(command: &str, level: &'static str) -> Self {
        Self {
            command: command.into(),
            flags: vec![
                level,
                "-DMBEDTLS_SELF_TEST",
                "-DMBEDTLS_ENTROPY_HARDWARE_ALT",
            ],
            legacy_suites: false,
        }
    }

    /// Whether it is there and makes programs with its flags that run.
    pub fn works(&self) -> bool {
        let dir = tempfile::tempdir().expect("a folder can be made");
        let source = dir.path().join("try.c");
        fs::write(&source, "int main(void) { return 0; }\n").expect("a file can be written");
        let program = dir.path().join("try");
        let mut compile = Command::new(&self.command);
        compile
            .args(&self.flags)
            .arg(source)
            .arg("-o")
            .arg(&program);
        let works = |mut command: Command| command.output().is_ok_and(|o| o.status.success());
        works(compile) && works(Command::new(program))
    }

    /// Compiles files of `library/`, named without their ending, into `dir`.
    pub fn compile_library(&self, tree: &Path, names: &[&str], dir: &Path) -> Vec<PathBuf> {
        let queue = Mutex::new(names.iter());
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let next = queue.lock().expect("no thread failed").next();
                        let Some(name) = next else { break };
                        self.compile(tree, name, dir);
                    }
                });
            }
        });
        names
            .iter()
            .map(|name| dir.join(name).with_extension("o"))
            .collect()
    }

    /// Compiles a program and links it with what it needs of the objects.
    ///
    /// They go through an archive: a program that includes a file of the
    /// library, to see inside, has its symbols itself.
    pub fn link(&self, program: &Program<'_>) {
        let archive = program.output.with_extension("a");
        let mut pack = Command::new("ar");
        pack.arg("rcs").arg(&archive).args(program.objects);
        succeed(pack);
        let mut command = self.command(program.tree);
        command
            .args(["-Wall", "-Wextra"])
            .arg(program.source)
            .arg(&archive)
            .arg("-o")
            .arg(program.output)
            .arg("-lpthread");
        succeed(command);
    }

    fn compile(&self, tree: &Path, name: &str, dir: &Path) {
        let mut command = self.command(tree);
        command
            .arg("-w")
            .arg("-c")
            .arg(tree.join("library").join(name).with_extension("c"))
            .arg("-o")
            .arg(dir.join(name).with_extension("o"));
        succeed(command);
    }

    fn command(&self, tree: &Path) -> Command {
        let mut command = Command::new(&self.command);
        command
            .args(&self.flags)
            .arg("-DMBEDTLS_CONFIG_FILE=\"mbedtls_config.h\"")
            .args(self.legacy_suites.then_some("-DEMBERTLS_LEGACY_SUITES"))
            // Programs let allocations fail, and one reads log lines.
            .arg("-DMBEDTLS_PLATFORM_MEMORY")
            .arg("-DEMBERTLS_LOGGING")
            .args(cfg!(unix).then_some("-DEMBERTLS_THREADS"))
            .arg("-I")
            .arg(vendor_dir())
            .arg("-isystem")
            .arg(tree.join("include"));
        command
    }
}

/// Which of the library's files two trees compile differently: those that
/// differ, and those that include a header that does.
pub fn files_that_differ<'a>(a: &Path, b: &Path, names: &[&'a str]) -> Vec<&'a str> {
    let headers: Vec<String> = fs::read_dir(a.join("include/mbedtls"))
        .expect("a tree has headers")
        .map(|entry| entry.expect("an entry can be read").file_name())
        .map(|name| format!("mbedtls/{}", name.to_string_lossy()))
        .filter(|name| read(&a.join("include").join(name)) != read(&b.join("include").join(name)))
        .collect();
    let differs = |name: &&str| {
        let file = Path::new("library").join(name).with_extension("c");
        let text = read(&a.join(&file));
        text != read(&b.join(&file)) || headers.iter().any(|header| text.contains(header))
    };
    names.iter().copied().filter(differs).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Fails with what the compiler said, at the end of it.
fn succeed(mut command: Command) {
    let output = command.output().expect("the compiler can be run");
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("this failed:\n{command:?}\n{said}");
    }
}
