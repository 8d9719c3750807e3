//! What a client has asked of the heap, in Rust and in C alike: the linker
//! (`--wrap`) leads all calls of the C library's functions here.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// From here on the highest counts.
pub fn mark() -> usize {
    let live = LIVE.load(Relaxed);
    PEAK.store(live, Relaxed);
    live
}

/// The most bytes that were in use at a time since [`mark`].
pub fn peak() -> usize {
    PEAK.load(Relaxed)
}

fn taken(block: *mut c_void) -> *mut c_void {
    let live = LIVE.fetch_add(size(block), Relaxed) + size(block);
    PEAK.fetch_max(live, Relaxed);
    block
}

fn given_back(block: *mut c_void) {
    LIVE.fetch_sub(size(block), Relaxed);
}

fn size(block: *mut c_void) -> usize {
    // SAFETY: null, or a block of the C library's that is not given back yet.
    unsafe { malloc_usable_size(block) }
}

unsafe extern "C" {
    fn malloc_usable_size(block: *mut c_void) -> usize;
    fn __real_malloc(size: usize) -> *mut c_void;
    fn __real_calloc(count: usize, size: usize) -> *mut c_void;
    fn __real_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn __real_aligned_alloc(alignment: usize, size: usize) -> *mut c_void;
    fn __real_posix_memalign(block: *mut *mut c_void, alignment: usize, size: usize) -> c_int;
    fn __real_free(block: *mut c_void);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_malloc(size: usize) -> *mut c_void {
    // SAFETY: as the caller has it.
    taken(unsafe { __real_malloc(size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_calloc(count: usize, size: usize) -> *mut c_void {
    // SAFETY: as the caller has it.
    taken(unsafe { __real_calloc(count, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_realloc(block: *mut c_void, size: usize) -> *mut c_void {
    given_back(block);
    // SAFETY: as the caller has it.
    taken(unsafe { __real_realloc(block, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
    // SAFETY: as the caller has it.
    taken(unsafe { __real_aligned_alloc(alignment, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_posix_memalign(
    block: *mut *mut c_void,
    alignment: usize,
    size: usize,
) -> c_int {
    // SAFETY: as the caller has it, who has room for a pointer.
    unsafe {
        let code = __real_posix_memalign(block, alignment, size);
        if code == 0 {
            taken(*block);
        }
        code
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_free(block: *mut c_void) {
    given_back(block);
    // SAFETY: as the caller has it.
    unsafe { __real_free(block) }
}
