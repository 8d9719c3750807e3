//! Peer processes: started, waited for by what they do, ended by their id.

use std::io::{self, BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::PATIENCE;

/// A running program. Dropping it ends it, also while a test panics.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Process {
    /// Starts a program whose output is read line by line.
    pub fn start(command: &mut Command) -> Self {
        let (mut process, sender) = Self::spawn(command);
        let stdout = process.child.stdout.take().expect("stdout is piped");
        read_lines(stdout, sender);
        process
    }

    /// Starts a program whose standard output is data, for the caller to read.
    /// Only its standard error is read line by line.
    pub fn start_with_data(command: &mut Command) -> (Self, ChildStdin, ChildStdout) {
        let (mut process, _) = Self::spawn(command);
        let stdin = process.child.stdin.take().expect("stdin is piped");
        let stdout = process.child.stdout.take().expect("stdout is piped");
        (process, stdin, stdout)
    }

    /// Starts a program that prints what it gets and sends what it reads, and
    /// ties the two together: it sends back what it gets.
    pub fn start_echo(command: &mut Command) -> Self {
        let (process, mut stdin, mut stdout) = Self::start_with_data(command);
        // The pipes break when the program ends; nothing is missed then.
        thread::spawn(move || io::copy(&mut stdout, &mut stdin));
        process
    }

    /// Ends what the program reads.
    pub fn end_input(&mut self) {
        drop(self.child.stdin.take());
    }

    fn spawn(command: &mut Command) -> (Self, Sender<String>) {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (sender, lines) = channel();
        let stderr = child.stderr.take().expect("stderr is piped");
        read_lines(stderr, sender.clone());
        let process = Self {
            child,
            lines,
            seen: Vec::new(),
        };
        (process, sender)
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line that holds `text`; gives the first such line, also
    /// where it came before.
    pub fn line_with(&mut self, text: &str) -> String {
        if let Some(line) = self.seen.iter().find(|line| line.contains(text)) {
            return line.clone();
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.fail(&format!("said no {text:?} in time")),
                Err(RecvTimeoutError::Disconnected) => {
                    self.fail(&format!("ended without saying {text:?}"))
                }
            }
        }
    }

    /// Waits for another line that holds `text`, one that has not come yet.
    pub fn next_line_with(&mut self, text: &str) -> String {
        let seen = std::mem::take(&mut self.seen);
        let line = self.line_with(text);
        self.seen.splice(0..0, seen);
        line
    }

    /// Waits for another line that holds `text`; gives the lines that came
    /// since such a wait ended, that one last.
    pub fn lines_until(&mut self, text: &str) -> Vec<String> {
        let seen = std::mem::take(&mut self.seen);
        self.line_with(text);
        let lines = self.seen.clone();
        self.seen.splice(0..0, seen);
        lines
    }

    /// What stands behind `prefix` in a line that came before.
    pub fn seen(&self, prefix: &str) -> Option<String> {
        let mut lines = self.seen.iter();
        lines.find_map(|line| Some(line.strip_prefix(prefix)?.to_owned()))
    }

    /// Sends it what Ctrl-C sends.
    #[cfg(unix)]
    pub fn interrupt(&self) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-INT", &id]).status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "kill -INT {id}"
        );
    }

    /// Waits until the program has ended by itself.
    pub fn wait(&mut self) -> ExitStatus {
        self.all_lines();
        self.child.wait().expect("it can be waited for")
    }

    /// Waits until the program has ended by itself, and gives all its lines.
    pub fn all_lines(&mut self) -> &[String] {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Disconnected) => return &self.seen,
                Err(RecvTimeoutError::Timeout) => self.fail("did not end in time"),
            }
        }
    }

    /// Connects to a program that is about to listen on `port`.
    pub fn connect(&mut self, port: u16) -> TcpStream {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let deadline = Instant::now() + PATIENCE;
        loop {
            match TcpStream::connect(address) {
                Ok(stream) => return patient(stream),
                Err(error) if Instant::now() > deadline => {
                    self.fail(&format!("does not listen on {address}: {error}"))
                }
                Err(_) => {}
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                self.fail(&format!("ended before it listened: {status}"));
            }
            // Nothing tells when a port is open: ask again, and leave the processor to it meanwhile.
            thread::park_timeout(Duration::from_millis(1));
        }
    }

    fn fail(&mut self, what: &str) -> ! {
        self.seen.extend(self.lines.try_iter());
        panic!(
            "the peer (process {}) {what}; its output:\n{}",
            self.child.id(),
            self.seen.join("\n")
        );
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            self.seen.extend(self.lines.iter());
            eprintln!("output of the peer:\n{}", self.seen.join("\n"));
        }
    }
}

/// Limits how long a connection can hold up a test that went wrong.
pub fn patient(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
    stream.set_nodelay(true).expect("no delay");
    stream
}

/// A free port that nobody else is given as long as this lives, and on which
/// one program can listen.
///
/// The socket is bound but does not listen, and allows that its address is
/// used again: so the system takes the port for used, and the program can bind
/// it all the same.
pub struct ReservedPort {
    _socket: Socket,
    pub port: u16,
}

impl ReservedPort {
    pub fn new() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_reuse_address(true).expect("reuse of addresses");
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        socket.bind(&any_port.into()).expect("a free port");
        let address = socket.local_addr().expect("a bound socket");
        let port = address.as_socket().expect("an IP address").port();
        Self {
            _socket: socket,
            port,
        }
    }
}

/// Hands the lines of `output` to `lines` until its end.
fn read_lines(output: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line).is_ok_and(|len| len > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            // Nobody may be left to listen; the program must not block for that.
            let _ = lines.send(text);
        }
    });
}
