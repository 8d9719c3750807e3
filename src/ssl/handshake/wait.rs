//! Waiting for a private key that signs elsewhere.

#[cfg(feature = "std")]
pub(super) use self::sleeping::{Deadline, Wait};
#[cfg(not(feature = "std"))]
pub(super) use self::spinning::{Deadline, Wait};

/// A thread that waits sleeps.
#[cfg(feature = "std")]
mod sleeping {
    use std::io;
    use std::sync::Arc;
    use std::task::{Wake, Waker};
    use std::thread::{self, Thread};
    use std::time::{Duration, Instant};

    pub(in super::super) type Deadline = Instant;

    pub(in super::super) struct Wait {
        waker: Waker,
    }

    impl Wait {
        pub(in super::super) fn new() -> Self {
            Self {
                waker: Waker::from(Arc::new(Unpark(thread::current()))),
            }
        }

        pub(in super::super) fn waker(&self) -> &Waker {
            &self.waker
        }

        /// Until someone wakes, perhaps for nothing. Fails after the deadline.
        pub(in super::super) fn until(&self, deadline: Option<Deadline>) -> io::Result<()> {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            match left {
                None => thread::park(),
                Some(Duration::ZERO) => return Err(io::ErrorKind::TimedOut.into()),
                Some(left) => thread::park_timeout(left),
            }
            Ok(())
        }
    }

    /// Wakes a thread that sleeps.
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
}

/// Nobody can be put to sleep, and no clock tells when it is late.
#[cfg(not(feature = "std"))]
mod spinning {
    use alloc::sync::Arc;
    use alloc::task::Wake;
    use core::sync::atomic::{AtomicBool, Ordering};
    use core::task::Waker;

    use crate::{io, platform};

    #[derive(Clone, Copy)]
    pub(in super::super) enum Deadline {}

    pub(in super::super) struct Wait {
        flag: Arc<Flag>,
        waker: Waker,
    }

    impl Wait {
        pub(in super::super) fn new() -> Self {
            let flag = Arc::new(Flag(AtomicBool::new(false)));
            let waker = Waker::from(Arc::clone(&flag));
            Self { flag, waker }
        }

        pub(in super::super) fn waker(&self) -> &Waker {
            &self.waker
        }

        /// Until someone wakes.
        pub(in super::super) fn until(&self, _: Option<Deadline>) -> io::Result<()> {
            while !self.flag.0.swap(false, Ordering::Acquire) {
                platform::relax();
            }
            Ok(())
        }
    }

    /// Up once someone has woken.
    struct Flag(AtomicBool);

    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Release);
        }
    }
}
