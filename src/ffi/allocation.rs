//! The memory of C, as the unit tests see it.
//!
//! The unit tests define the two functions through which C gets and gives back
//! memory, in place of `shim/allocation.c`. Each block has a header with its size.
//! Per thread, so that tests do not disturb each other: blocks are counted, an
//! allocation can be made to fail, and a block that is given back is looked
//! at.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr::{self, NonNull};

/// Which allocations fail, counted from 1 since [`during`] began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortage {
    None,
    /// This one alone.
    At(usize),
    /// This one and all that follow.
    From(usize),
}

/// What [`during`] saw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// How often C asked for memory.
    pub(crate) asked: usize,
    /// Whether it was refused any.
    pub(crate) is_refused: bool,
}

thread_local! {
    static SHORTAGE: Cell<Shortage> = const { Cell::new(Shortage::None) };
    static SEEN: Cell<Seen> = const { Cell::new(Seen { asked: 0, is_refused: false }) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static SIZES: RefCell<Option<Vec<usize>>> = const { RefCell::new(None) };
    /// Not a value with a destructor: memory is given back after those ran.
    static COLLECTED: Cell<Option<NonNull<Vec<Freed>>>> = const { Cell::new(None) };
}

/// Whose memory a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Heap {
    C,
    Rust,
}

/// Runs `body` while C on this thread is short of memory.
pub(crate) fn during<T>(shortage: Shortage, body: impl FnOnce() -> T) -> (T, Seen) {
    /// Ends the shortage when `body` panics as well.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            SHORTAGE.set(Shortage::None);
        }
    }
    SEEN.set(Seen {
        asked: 0,
        is_refused: false,
    });
    SHORTAGE.set(shortage);
    let end = End;
    let result = body();
    drop(end);
    (result, SEEN.get())
}

/// Blocks that this thread took, less those that it gave back.
pub(crate) fn live() -> isize {
    LIVE.get()
}

/// Runs `body`: the sizes for which C asked meanwhile, in turn.
pub(crate) fn recording<T>(body: impl FnOnce() -> T) -> Vec<usize> {
    SIZES.set(Some(Vec::new()));
    body();
    SIZES.take().unwrap_or_default()
}

/// A block as it was when it was given back.
pub(crate) struct Freed {
    pub(crate) heap: Heap,
    pub(crate) bytes: Vec<u8>,
}

/// Runs `body`, and gives a copy of each block that this thread gave back
/// meanwhile, but of those that hold zeros only.
pub(crate) fn collecting<T>(body: impl FnOnce() -> T) -> (T, Vec<Freed>) {
    /// Ends the loan when `body` panics as well.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            COLLECTED.set(None);
        }
    }
    let mut freed = Vec::new();
    COLLECTED.set(Some(NonNull::from(&mut freed)));
    let end = End;
    let result = body();
    drop(end);
    (result, freed)
}

/// Keeps the alignment that C expects of any block.
const HEADER: usize = 16;

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "ember_calloc"))]
extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    if is_refused() {
        return ptr::null_mut();
    }
    let Some(len) = count.checked_mul(size) else {
        return ptr::null_mut();
    };
    // A thread that ends may have dropped the list.
    let _ = SIZES.try_with(|sizes| {
        if let Some(sizes) = sizes.borrow_mut().as_mut() {
            sizes.push(len);
        }
    });
    let Some(whole) = len.checked_add(HEADER) else {
        return ptr::null_mut();
    };
    // SAFETY: asks for zeroed bytes.
    let start = unsafe { libc::calloc(1, whole) };
    if start.is_null() {
        return start;
    }
    LIVE.set(LIVE.get() + 1);
    // SAFETY: the block begins with room for the header, aligned for anything.
    unsafe {
        start.cast::<usize>().write(len);
        start.byte_add(HEADER)
    }
}

#[unsafe(export_name = concat!(env!("EMBERTLS_SYMBOL_PREFIX"), "ember_free"))]
unsafe extern "C" fn free(block: *mut c_void) {
    if block.is_null() {
        return;
    }
    LIVE.set(LIVE.get() - 1);
    // SAFETY: C gives back what `calloc` gave it, header included.
    unsafe {
        let start = block.byte_sub(HEADER);
        let len = start.cast::<usize>().read();
        inspect(Heap::C, std::slice::from_raw_parts(block.cast(), len));
        libc::free(start);
    }
}

fn is_refused() -> bool {
    let mut seen = SEEN.get();
    seen.asked += 1;
    let refused = match SHORTAGE.get() {
        Shortage::None => false,
        Shortage::At(number) => seen.asked == number,
        Shortage::From(number) => seen.asked >= number,
    };
    seen.is_refused |= refused;
    SEEN.set(seen);
    refused
}

/// Copies a block that is given back, if anyone wants it.
pub(super) fn inspect(heap: Heap, block: &[u8]) {
    let Some(mut collected) = COLLECTED.take() else {
        return;
    };
    if block.iter().any(|byte| *byte != 0) {
        let bytes = block.to_vec();
        // SAFETY: `collecting` lends it until its end, and while it is taken nobody else has it.
        unsafe { collected.as_mut() }.push(Freed { heap, bytes });
    }
    COLLECTED.set(Some(collected));
}
