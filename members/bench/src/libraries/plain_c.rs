//! A C program over the very objects that embertls is made of:
//! `src/c/program.c`.

use std::any::Any;
use std::ffi::{CStr, c_char, c_int, c_long};
use std::os::fd::AsRawFd;
use std::ptr::NonNull;
use std::sync::Arc;

use super::Identities;
use crate::network::{Sent, Wire};
use crate::work::{Connection, Group, Library, Setup, Side, Terms};

pub struct PlainC {
    identities: Arc<Identities>,
}

struct Configs(Arc<Owned>);

/// Lives as long as any of its connections.
struct Owned(NonNull<RawSetup>);

struct Ends {
    pair: NonNull<RawPair>,
    _setup: Arc<Owned>,
}

impl PlainC {
    /// Its name where records are sealed by aws-lc.
    pub const OVER_ACCEL: &str = "C program, arithmetic of aws-lc";

    pub fn new(identities: &Arc<Identities>) -> Self {
        Self {
            identities: Arc::clone(identities),
        }
    }
}

impl Library for PlainC {
    fn name(&self) -> &'static str {
        match cfg!(feature = "accel") {
            true => Self::OVER_ACCEL,
            false => "C program",
        }
    }

    fn setup(&self, terms: Terms) -> Option<Box<dyn Setup>> {
        if terms.frugal {
            return None;
        }
        let identity = self.identities.of(terms.auth);
        let [leaf, middle] = &identity.chain[..] else {
            return None;
        };
        let raw = RawIdentity {
            leaf: leaf.as_ptr(),
            middle: middle.as_ptr(),
            root: identity.root.as_ptr(),
            key: identity.key.as_ptr(),
            leaf_len: leaf.len(),
            middle_len: middle.len(),
            root_len: identity.root.len(),
            key_len: identity.key.len(),
        };
        // SAFETY: the lengths are those of the buffers, which C copies; the name is static.
        let setup = unsafe {
            bench_setup_new(
                &raw,
                SERVER_NAME.as_ptr(),
                terms.suite().into(),
                (terms.group == Group::X25519).into(),
                terms.mutual.into(),
                terms.resumed.into(),
            )
        };
        let setup = NonNull::new(setup).expect("a configuration of the C program");
        Some(Box::new(Configs(Arc::new(Owned(setup)))))
    }
}

// SAFETY: the configurations are only read, and what is not is behind a lock of C's; the first
// connection, which keeps a session, is made before threads begin.
unsafe impl Sync for Owned {}
// SAFETY: C ties nothing to a thread.
unsafe impl Send for Owned {}

impl Configs {
    fn ends(&self, pair: *mut RawPair) -> Ends {
        Ends {
            pair: NonNull::new(pair).expect("a handshake of the C program"),
            _setup: Arc::clone(&self.0),
        }
    }
}

impl Setup for Configs {
    fn connect(&self) -> Box<dyn Connection> {
        // SAFETY: the pair keeps the setup alive.
        Box::new(self.ends(unsafe { bench_connect(self.0.0.as_ptr()) }))
    }

    fn answered(&self) -> Box<dyn Any> {
        // SAFETY: the pair keeps the setup alive.
        Box::new(self.ends(unsafe { bench_answered(self.0.0.as_ptr()) }))
    }

    fn over(&self, wire: Wire, side: Side) -> Sent {
        let mut sent = RawSent { sends: 0 };
        let is_client = (side == Side::Client).into();
        // SAFETY: the socket is open for the length of the call.
        let code = unsafe { bench_over(self.0.0.as_ptr(), wire.as_raw_fd(), is_client, &mut sent) };
        assert_eq!(code, 0, "a handshake of the C program");
        Sent {
            sends: sent.sends,
            ..wire.sent()
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: it is ours, and no pair is left.
        unsafe { bench_setup_free(self.0.as_ptr()) };
    }
}

impl Connection for Ends {
    fn is_resumed(&self) -> bool {
        // SAFETY: the pair is ours.
        unsafe { bench_is_resumed(self.pair.as_ptr()) != 0 }
    }

    fn seal(&mut self, data: &[u8], record: usize, wire: &mut Vec<u8>) {
        // Header, nonce and tag.
        let room = data.len() + data.len().div_ceil(record) * 29;
        wire.reserve(room);
        let free = wire.spare_capacity_mut();
        // SAFETY: the lengths are those of the buffers.
        let sealed = unsafe {
            bench_seal(
                self.pair.as_ptr(),
                data.as_ptr(),
                data.len(),
                record,
                free.as_mut_ptr().cast(),
                free.len(),
            )
        };
        let sealed = usize::try_from(sealed)
            .unwrap_or_else(|_| panic!("sealing in the C program: {sealed}"));
        // SAFETY: so many bytes were written.
        unsafe { wire.set_len(wire.len() + sealed) };
    }

    fn open(&mut self, wire: &mut Vec<u8>, buffer: &mut [u8]) -> usize {
        // SAFETY: the lengths are those of the buffers.
        let opened = unsafe {
            bench_open(
                self.pair.as_ptr(),
                wire.as_ptr(),
                wire.len(),
                buffer.as_mut_ptr(),
                buffer.len(),
            )
        };
        usize::try_from(opened).unwrap_or_else(|_| panic!("opening in the C program: {opened}"))
    }

    fn into_server(self: Box<Self>) -> Box<dyn Any> {
        // SAFETY: the pair is ours.
        unsafe { bench_pair_keep_server(self.pair.as_ptr()) };
        self
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        // SAFETY: it is ours.
        unsafe { bench_pair_free(self.pair.as_ptr()) };
    }
}

const SERVER_NAME: &CStr = c"bench.example";

#[repr(C)]
struct RawSetup {
    _opaque: [u8; 0],
}

#[repr(C)]
struct RawPair {
    _opaque: [u8; 0],
}

#[repr(C)]
struct RawIdentity {
    leaf: *const u8,
    middle: *const u8,
    root: *const u8,
    key: *const u8,
    leaf_len: usize,
    middle_len: usize,
    root_len: usize,
    key_len: usize,
}

#[repr(C)]
struct RawSent {
    sends: u32,
}

unsafe extern "C" {
    fn bench_setup_new(
        identity: *const RawIdentity,
        server_name: *const c_char,
        suite: c_int,
        x25519: c_int,
        mutual: c_int,
        resumed: c_int,
    ) -> *mut RawSetup;
    fn bench_setup_free(setup: *mut RawSetup);
    fn bench_connect(setup: *mut RawSetup) -> *mut RawPair;
    fn bench_answered(setup: *mut RawSetup) -> *mut RawPair;
    fn bench_pair_free(pair: *mut RawPair);
    fn bench_pair_keep_server(pair: *mut RawPair);
    fn bench_is_resumed(pair: *const RawPair) -> c_int;
    fn bench_seal(
        pair: *mut RawPair,
        data: *const u8,
        len: usize,
        record: usize,
        wire: *mut u8,
        wire_len: usize,
    ) -> c_long;
    fn bench_open(
        pair: *mut RawPair,
        wire: *const u8,
        wire_len: usize,
        data: *mut u8,
        len: usize,
    ) -> c_long;
    fn bench_over(setup: *mut RawSetup, fd: c_int, is_client: c_int, sent: *mut RawSent) -> c_int;
}
