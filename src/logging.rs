//! Lines through the crates `log` and `tracing`, with the features of these
//! names.
//!
//! Our own lines say what was negotiated or why it was not. Of the engine's,
//! errors (its level 1) come at debug level, changes of state (2) at trace
//! level; those above hold keys and plaintext and are never let through.

/// `debug!` of `log` and of `tracing`, or nothing without the features.
macro_rules! debug {
    ($($argument:tt)+) => {{
        #[cfg(feature = "log")]
        ::log::debug!(target: "embertls", $($argument)+);
        #[cfg(feature = "tracing")]
        ::tracing::debug!(target: "embertls", $($argument)+);
    }};
}

pub(crate) use debug;

#[cfg(any(feature = "log", feature = "tracing"))]
pub(crate) mod engine {
    //! Lines that the engine writes.

    use alloc::boxed::Box;
    use core::any::Any;
    use core::ffi::{CStr, c_char, c_int, c_void};

    use crate::ffi;
    use crate::sync::OnceLock;

    /// A panic of the application's logger, on its way past C.
    pub(crate) type Parked = Option<Box<dyn Any + Send>>;

    /// The engine's level of errors, and of changes of state. Levels above show
    /// secrets.
    const ERRORS: c_int = 1;
    const CHANGES: c_int = 2;

    /// Has the engine write lines, if anyone reads them when the first session
    /// is made. The threshold is one global that C reads without a lock, so it
    /// is set once, before the first read.
    pub(crate) fn start() {
        static START: OnceLock<()> = OnceLock::new();
        START.get_or_init(|| {
            let level = wanted();
            if level > 0 {
                // SAFETY: writes an integer that no session reads yet.
                unsafe { ffi::mbedtls_debug_set_threshold(level) }
            }
        });
    }

    fn wanted() -> c_int {
        let mut level = 0;
        #[cfg(feature = "log")]
        match log::max_level() {
            log::LevelFilter::Trace => level = CHANGES,
            log::LevelFilter::Debug => level = ERRORS,
            _ => {}
        }
        #[cfg(feature = "tracing")]
        {
            use tracing::level_filters::LevelFilter;
            let filter = LevelFilter::current();
            if filter >= LevelFilter::TRACE {
                level = CHANGES;
            } else if filter >= LevelFilter::DEBUG {
                level = level.max(ERRORS);
            }
        }
        level
    }

    fn print(level: c_int, place: &str, line: c_int, message: &str) {
        let message = message.trim_end().escape_debug();
        let is_error = level <= ERRORS;
        #[cfg(feature = "log")]
        {
            let level = if is_error {
                log::Level::Debug
            } else {
                log::Level::Trace
            };
            log::log!(target: "embertls::engine", level, "{place}:{line}: {message}");
        }
        #[cfg(feature = "tracing")]
        match is_error {
            true => tracing::debug!(target: "embertls::engine", "{place}:{line}: {message}"),
            false => tracing::trace!(target: "embertls::engine", "{place}:{line}: {message}"),
        }
    }

    #[cfg(feature = "std")]
    fn catch(print: impl FnOnce()) -> Result<(), Box<dyn Any + Send>> {
        use std::panic::{AssertUnwindSafe, catch_unwind};

        catch_unwind(AssertUnwindSafe(print))
    }

    /// Nothing catches a panic here. It ends the program where it would go on
    /// into C: that is the rule for functions that C calls.
    #[cfg(not(feature = "std"))]
    fn catch(print: impl FnOnce()) -> Result<(), Box<dyn Any + Send>> {
        print();
        Ok(())
    }

    /// `f_dbg` of the engine.
    ///
    /// # Safety
    ///
    /// `parked` is a `*mut Parked` that nothing else refers to during the
    /// call; `file` and `message` are C strings.
    pub(crate) unsafe extern "C" fn line(
        parked: *mut c_void,
        level: c_int,
        file: *const c_char,
        line: c_int,
        message: *const c_char,
    ) {
        if level > CHANGES {
            return;
        }
        let logged = catch(|| {
            // SAFETY: the engine passes C strings that live through the call.
            let (file, message) = unsafe { (CStr::from_ptr(file), CStr::from_ptr(message)) };
            let file = file.to_string_lossy();
            let file = file.rsplit('/').next().unwrap_or_default();
            let message = message.to_string_lossy();
            print(level, file, line, &message);
        });
        if let Err(panic) = logged {
            // SAFETY: the session's own slot, which Rust does not touch while C runs.
            unsafe { *parked.cast::<Parked>() = Some(panic) };
        }
    }
}
