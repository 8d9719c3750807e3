//! Counts what is asked of the heap, by Rust and by C alike: the functions of
//! the C library, replaced for the whole program.
//!
//! Only the C library of GNU lets the replaced ones be called.

use std::cell::Cell;
use std::ffi::c_void;

/// What one thread has asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    pub allocations: u64,
    /// Bytes that are not given back, as the allocator rounds them.
    pub live: i64,
}

/// What was asked for while `work` ran.
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, Count) {
    COUNT.set(Some(Count::default()));
    let result = work();
    let count = COUNT.take().unwrap_or_default();
    (result, count)
}

thread_local! {
    /// Nothing where nobody counts. Has neither a first use nor an end that
    /// would need memory.
    static COUNT: Cell<Option<Count>> = const { Cell::new(None) };
}

fn taken(block: *mut c_void) -> *mut c_void {
    if let Some(mut count) = COUNT.get() {
        count.allocations += 1;
        count.live += size(block);
        COUNT.set(Some(count));
    }
    block
}

fn given_back(block: *mut c_void) {
    if let Some(mut count) = COUNT.get() {
        count.live -= size(block);
        COUNT.set(Some(count));
    }
}

fn size(block: *mut c_void) -> i64 {
    // SAFETY: null, or a block of the C library's that is not given back yet.
    unsafe { libc::malloc_usable_size(block) as i64 }
}

unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
    fn __libc_free(block: *mut c_void);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    // SAFETY: as the caller has it.
    taken(unsafe { __libc_malloc(size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    // SAFETY: as the caller has it.
    taken(unsafe { __libc_calloc(count, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    given_back(block);
    // SAFETY: as the caller has it.
    taken(unsafe { __libc_realloc(block, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
    // SAFETY: as the caller has it.
    taken(unsafe { __libc_memalign(alignment, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(
    block: *mut *mut c_void,
    alignment: usize,
    size: usize,
) -> libc::c_int {
    // SAFETY: as the caller has it.
    let new = taken(unsafe { __libc_memalign(alignment, size) });
    if new.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: the caller has room for a pointer.
    unsafe { block.write(new) };
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut c_void) {
    given_back(block);
    // SAFETY: as the caller has it.
    unsafe { __libc_free(block) }
}
