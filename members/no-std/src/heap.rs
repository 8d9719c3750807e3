//! The heap, of Rust and of the engine.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr;

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: the C library's own functions, with the alignment that they are asked for.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut block = ptr::null_mut();
        // The function wants room for a pointer at least.
        let align = layout.align().max(size_of::<*mut u8>());
        // SAFETY: a place for the result, and a power of two.
        match unsafe { libc::posix_memalign(&mut block, align, layout.size()) } {
            0 => block.cast(),
            _ => ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller gives back what it was given.
        unsafe { libc::free(block.cast()) }
    }
}
