//! What is measured.

use std::thread;
use std::time::{Duration, Instant};

use crate::heap::counted;
use crate::measure::timed;
use crate::network::{self, Delayed, Handshake};
use crate::work::{Auth, Bulk, Group, Library, Setup, Terms};

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Task {
    pub name: String,
    pub unit: &'static str,
    pub best: Best,
    kind: Kind,
}

/// Whether the largest or the smallest value is the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Best {
    Most,
    Least,
}

/// One round of a task: works for about as long as it is told, and gives its
/// value.
pub type Work = Box<dyn FnMut(Duration) -> f64>;

#[derive(Clone, Debug)]
enum Kind {
    Handshakes(Terms),
    OnThreads(Terms, usize),
    Transfer(Bulk, usize, Way),
    HandshakeMemory(Terms),
    IdleMemory(Terms),
    HandshakeAllocations(Terms),
    RecordAllocations(Way),
    Network(Terms, Figure),
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Send,
    Receive,
}

/// What is told of a handshake over the network.
#[derive(Clone, Copy, Debug)]
enum Figure {
    Milliseconds,
    Sends,
    Segments,
}

const USUAL: Terms = Terms::handshake(Auth::EcdsaP256, Group::P256);
/// How many connections are held where their memory is measured.
const MANY: usize = 64;
/// What is sealed or opened at once.
const BATCH: usize = 1 << 17;

/// Everything, in the order of the table.
pub fn all() -> Vec<Task> {
    let mut tasks = Vec::new();
    let mut add = |name: String, unit, best, kind| {
        tasks.push(Task {
            name,
            unit,
            best,
            kind,
        });
    };
    for auth in Auth::ALL {
        for group in [Group::P256, Group::X25519] {
            for mutual in [false, true] {
                let terms = Terms {
                    mutual,
                    ..Terms::handshake(auth, group)
                };
                let kind = if mutual { "mutual" } else { "full" };
                let name = format!("{kind} handshake, {auth}, {group}");
                add(name, "1/s", Best::Most, Kind::Handshakes(terms));
            }
        }
    }
    for auth in Auth::ALL {
        let terms = Terms {
            resumed: true,
            ..Terms::handshake(auth, Group::P256)
        };
        let name = format!("resumed handshake, {auth}");
        add(name, "1/s", Best::Most, Kind::Handshakes(terms));
    }
    for threads in [1, 2] {
        let name = format!("full handshakes by the clock, threads: {threads}");
        add(name, "1/s", Best::Most, Kind::OnThreads(USUAL, threads));
    }
    for bulk in Bulk::ALL {
        for record in [16384, 1024, 64] {
            for way in [Way::Send, Way::Receive] {
                let name = format!("{} {bulk}, {record} bytes", way.verb());
                add(name, "GB/s", Best::Most, Kind::Transfer(bulk, record, way));
            }
        }
    }
    let frugal = Terms {
        frugal: true,
        ..USUAL
    };
    let resumed = Terms {
        resumed: true,
        ..USUAL
    };
    for (name, unit, kind) in [
        (
            "heap of a server in a handshake",
            "bytes",
            Kind::HandshakeMemory(USUAL),
        ),
        (
            "heap of a server's idle connection",
            "bytes",
            Kind::IdleMemory(USUAL),
        ),
        (
            "heap of one that gives buffers back",
            "bytes",
            Kind::IdleMemory(frugal),
        ),
        (
            "allocations, full handshake, both sides",
            "",
            Kind::HandshakeAllocations(USUAL),
        ),
        (
            "allocations, resumed handshake, both sides",
            "",
            Kind::HandshakeAllocations(resumed),
        ),
        (
            "allocations, record sent",
            "",
            Kind::RecordAllocations(Way::Send),
        ),
        (
            "allocations, record received",
            "",
            Kind::RecordAllocations(Way::Receive),
        ),
    ] {
        add(name.into(), unit, Best::Least, kind);
    }
    for (kind, terms) in [("full", USUAL), ("resumed", resumed)] {
        for (what, unit, figure) in [
            ("time", "ms", Figure::Milliseconds),
            ("calls of send, both sides", "", Figure::Sends),
            ("segments with data, both sides", "", Figure::Segments),
        ] {
            let name = format!("{kind} handshake, 5 ms each way: {what}");
            add(name, unit, Best::Least, Kind::Network(terms, figure));
        }
    }
    tasks
}

impl Task {
    /// What a library does in each round; `None` where it cannot do this.
    pub fn prepare(&self, library: &dyn Library, delayed: Delayed) -> Option<Work> {
        let setup = library.setup(self.terms())?;
        let name = library.name();
        if !matches!(self.kind, Kind::Transfer(..) | Kind::RecordAllocations(_)) {
            drop(setup.connect());
            let resumed = setup.connect().is_resumed();
            assert_eq!(resumed, self.terms().resumed, "{name}, {}", self.name);
        }
        Some(match self.kind {
            Kind::Handshakes(_) => Box::new(move |slice| {
                rate(slice, || {
                    let (connection, spent) = timed(|| setup.connect());
                    drop(connection);
                    (1.0, spent)
                })
            }),
            Kind::OnThreads(_, threads) => {
                Box::new(move |slice| on_threads(&*setup, threads, slice))
            }
            Kind::Transfer(_, record, way) => transfer(&*setup, record, way),
            Kind::HandshakeMemory(_) => Box::new(move |_| memory(|| setup.answered())),
            Kind::IdleMemory(_) => Box::new(move |_| {
                memory(|| {
                    let mut connection = setup.connect();
                    let mut wire = Vec::new();
                    connection.seal(&[0; 1024], 1024, &mut wire);
                    // With more room than there is data, the server finds that nothing follows.
                    let opened = connection.open(&mut wire, &mut [0; 2048]);
                    assert_eq!(opened, 1024, "all of the data came");
                    connection.into_server()
                })
            }),
            Kind::HandshakeAllocations(_) => {
                Box::new(move |_| counted(|| drop(setup.connect())).1.allocations as f64)
            }
            Kind::RecordAllocations(way) => record_allocations(&*setup, way),
            Kind::Network(_, figure) => Box::new(move |_| {
                let seen = network::handshake(&*setup, delayed);
                figure.of(&seen.expect("a handshake over the loopback interface"))
            }),
        })
    }

    /// The handshake or record that is counted in instructions.
    pub fn once(&self, library: &dyn Library) -> Option<Box<dyn FnMut()>> {
        let setup = library.setup(self.terms())?;
        match self.kind {
            Kind::Handshakes(_) => Some(Box::new(move || drop(setup.connect()))),
            Kind::Transfer(_, record, way) => {
                let mut connection = setup.connect();
                let data = vec![0x5a; record];
                let mut buffer = vec![0; record];
                let mut wire = Vec::with_capacity(record * 2);
                Some(match way {
                    Way::Send => Box::new(move || {
                        wire.clear();
                        connection.seal(&data, record, &mut wire);
                    }),
                    Way::Receive => {
                        let mut sealed = Vec::new();
                        Box::new(move || {
                            // Sealed ahead, so that only opening comes with every further call.
                            if sealed.is_empty() {
                                for _ in 0..MOST_RECORDS {
                                    let mut one = Vec::with_capacity(record + 64);
                                    connection.seal(&data, record, &mut one);
                                    sealed.push(one);
                                }
                                sealed.reverse();
                            }
                            let mut one = sealed.pop().expect("a record that was sealed");
                            assert_eq!(connection.open(&mut one, &mut buffer), record);
                        })
                    }
                })
            }
            _ => None,
        }
    }

    fn terms(&self) -> Terms {
        match self.kind {
            Kind::Handshakes(terms)
            | Kind::OnThreads(terms, _)
            | Kind::HandshakeMemory(terms)
            | Kind::IdleMemory(terms)
            | Kind::HandshakeAllocations(terms)
            | Kind::Network(terms, _) => terms,
            Kind::Transfer(bulk, ..) => Terms::bulk(bulk),
            Kind::RecordAllocations(_) => Terms::bulk(Bulk::Aes128Gcm),
        }
    }
}

/// How many records [`Task::once`] can open.
pub const MOST_RECORDS: usize = 100;

impl Way {
    fn verb(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
        }
    }
}

impl Figure {
    fn of(self, seen: &Handshake) -> f64 {
        match self {
            Self::Milliseconds => seen.time.as_secs_f64() * 1e3,
            Self::Sends => f64::from(seen.client.sends + seen.server.sends),
            Self::Segments => f64::from(seen.client.segments + seen.server.segments),
        }
    }
}

/// Repeats `once` until it has spent as much as `slice`: amounts a second.
fn rate(slice: Duration, mut once: impl FnMut() -> (f64, Duration)) -> f64 {
    let (mut done, mut spent) = (0.0, Duration::ZERO);
    while spent < slice {
        let (amount, time) = once();
        done += amount;
        spent += time;
    }
    done / spent.as_secs_f64()
}

/// Handshakes of all threads together, by the clock: what they wait for one
/// another counts.
fn on_threads(setup: &dyn Setup, threads: usize, slice: Duration) -> f64 {
    let start = Instant::now();
    let done: u32 = thread::scope(|scope| {
        let workers = (0..threads).map(|_| {
            scope.spawn(|| {
                let mut done = 0;
                while start.elapsed() < slice {
                    drop(setup.connect());
                    done += 1;
                }
                done
            })
        });
        let workers: Vec<_> = workers.collect();
        let done = workers.into_iter().map(|worker| worker.join());
        done.map(|done| done.expect("a thread of handshakes")).sum()
    });
    f64::from(done) / start.elapsed().as_secs_f64()
}

/// Seals or opens a batch of records. The other side runs too, and its time
/// does not count.
fn transfer(setup: &dyn Setup, record: usize, way: Way) -> Work {
    let mut connection = setup.connect();
    let data = vec![0x5a; BATCH];
    let mut wire = Vec::with_capacity(BATCH * 2);
    let mut buffer = vec![0; BATCH];
    Box::new(move |slice| {
        rate(slice, || {
            wire.clear();
            let ((), sealing) = timed(|| connection.seal(&data, record, &mut wire));
            let (opened, opening) = timed(|| connection.open(&mut wire, &mut buffer));
            assert_eq!(opened, BATCH, "all of the data came");
            let spent = match way {
                Way::Send => sealing,
                Way::Receive => opening,
            };
            (BATCH as f64 / 1e9, spent)
        })
    })
}

/// Bytes of heap for one of what `make` makes.
fn memory<T>(mut make: impl FnMut() -> T) -> f64 {
    let mut held = Vec::with_capacity(MANY);
    let ((), count) = counted(|| {
        for _ in 0..MANY {
            held.push(make());
        }
    });
    count.live as f64 / MANY as f64
}

/// Records of 16 KiB on a connection that has already carried some.
fn record_allocations(setup: &dyn Setup, way: Way) -> Work {
    const RECORDS: usize = 16;
    let mut connection = setup.connect();
    let data = vec![0x5a; 16384 * RECORDS];
    let mut buffer = data.clone();
    let mut wire = Vec::with_capacity(data.len() * 2);
    Box::new(move |_| {
        let mut allocations = 0;
        for _ in 0..2 {
            wire.clear();
            let ((), sealing) = counted(|| connection.seal(&data, 16384, &mut wire));
            let (opened, opening) = counted(|| connection.open(&mut wire, &mut buffer));
            assert_eq!(opened, data.len(), "all of the data came");
            allocations = match way {
                Way::Send => sealing.allocations,
                Way::Receive => opening.allocations,
            };
        }
        allocations as f64 / RECORDS as f64
    })
}
