//! The memory of C where there is no standard library: Rust's.
//!
//! In the place of `shim/allocation.c`, so that a machine needs one heap and no
//! C library with another.

use alloc::alloc::{alloc_zeroed, dealloc};
use core::alloc::Layout;
use core::ffi::c_void;
use core::ptr;

/// Before each block lies its size, which C does not give back with it.
const HEADER: usize = ALIGN;

/// What C expects of any block.
const ALIGN: usize = 16;

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "ember_calloc"))]
extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    let Some(layout) = count.checked_mul(size).and_then(layout_of) else {
        return ptr::null_mut();
    };
    // SAFETY: the layout has at least the size of the header.
    let start = unsafe { alloc_zeroed(layout) };
    if start.is_null() {
        return start.cast();
    }
    // SAFETY: the block begins with room for its size, aligned for anything.
    unsafe {
        start.cast::<usize>().write(count * size);
        start.add(HEADER).cast()
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "ember_free"))]
unsafe extern "C" fn free(block: *mut c_void) {
    if block.is_null() {
        return;
    }
    // SAFETY: C gives back what `calloc` gave it, once; the size of it lies before it.
    unsafe {
        let start = block.cast::<u8>().sub(HEADER);
        let len = start.cast::<usize>().read();
        if let Some(layout) = layout_of(len) {
            dealloc(start, layout);
        }
    }
}

/// That of a block for `len` bytes and its header.
fn layout_of(len: usize) -> Option<Layout> {
    Layout::from_size_align(len.checked_add(HEADER)?, ALIGN).ok()
}
