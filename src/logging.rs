//! Log lines through the `log` crate, with the feature of that name.
//!
//! Our own lines say what was negotiated or why it was not. The engine's lines
//! come at trace level; those above its level 2 hold keys and plaintext and
//! are never let through.

/// `log::debug!`, or nothing without the feature.
macro_rules! debug {
    ($($argument:tt)+) => {{
        #[cfg(feature = "log")]
        ::log::debug!(target: "embertls", $($argument)+);
    }};
}

pub(crate) use debug;

#[cfg(feature = "log")]
pub(crate) mod engine {
    //! Lines that the engine writes.

    use std::any::Any;
    use std::ffi::{CStr, c_char, c_int, c_void};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Once;

    use crate::ffi;

    /// A panic of the application's logger, on its way past C.
    pub(crate) type Parked = Option<Box<dyn Any + Send>>;

    /// The most that the engine may print: levels above show secrets.
    const MAX_LEVEL: c_int = 2;

    /// Has the engine write lines, if anyone reads them when the first session
    /// is made. The threshold is one global that C reads without a lock, so it
    /// is set once, before the first read.
    pub(crate) fn start() {
        static START: Once = Once::new();
        START.call_once(|| {
            if log::max_level() >= log::LevelFilter::Trace {
                // SAFETY: writes an integer that no session reads yet.
                unsafe { ffi::mbedtls_debug_set_threshold(MAX_LEVEL) }
            }
        });
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
        if level > MAX_LEVEL {
            return;
        }
        let logged = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: the engine passes C strings that live through the call.
            let (file, message) = unsafe { (CStr::from_ptr(file), CStr::from_ptr(message)) };
            let file = file.to_string_lossy();
            let file = file.rsplit('/').next().unwrap_or_default();
            let message = message.to_string_lossy();
            log::trace!(target: "embertls::engine", "{file}:{line}: {}", message.trim_end().escape_debug());
        }));
        if let Err(panic) = logged {
            // SAFETY: the session's own slot, which Rust does not touch while C runs.
            unsafe { *parked.cast::<Parked>() = Some(panic) };
        }
    }
}
