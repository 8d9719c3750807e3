//! The memory of Rust, as the unit tests see it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::slice;

use super::allocation::{Heap, inspect};

/// The system's allocator, which shows each block before it is given back.
struct Inspected;

#[global_allocator]
static HEAP: Inspected = Inspected;

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Inspected {
    /// Zeroed, so that a block never shows what another has left there.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's layout is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's layout is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is as long as its layout says, and was zeroed. The padding of what was moved there may
        // be undefined; the bytes are compared and nothing else.
        unsafe {
            inspect(Heap::Rust, slice::from_raw_parts(block, layout.size()));
            System.dealloc(block, layout);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Always moves, as a block may: what stays behind is inspected then.
        // SAFETY: the caller gives a block of `layout` and a size that makes a layout with its alignment.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
