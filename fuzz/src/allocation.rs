//! Counts the octets that a piece of work allocates: unlike time, the same on every machine and in every run.

use std::alloc::GlobalAlloc;
use std::alloc::Layout;
use std::alloc::System;
use std::cell::Cell;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

#[expect(
    unsafe_code,
    reason = "the trait is unsafe; every call is handed to the system's allocator as it came"
)]
// SAFETY: layout and pointer contracts are those of `System`, to which each call is passed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(new_size);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

fn count(size: usize) {
    ALLOCATED.with(|allocated| allocated.set(allocated.get().wrapping_add(size)));
}

/// What `work` returns, and how many octets it asked for on this thread in all: a growing buffer counts each time.
pub fn allocated_by<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATED.with(Cell::get);
    let result = work();
    (result, ALLOCATED.with(Cell::get).wrapping_sub(before))
}

/// Runs `work`, which may allocate `factor` octets for each of `input_len` and 64 KiB besides.
pub fn within<T>(factor: usize, input_len: usize, work: impl FnOnce() -> T) -> T {
    let (result, allocated) = allocated_by(work);
    let allowed = input_len.saturating_mul(factor).saturating_add(64 * 1024);
    assert!(allocated <= allowed, "allocated {allocated} octets for an input of {input_len}");
    result
}
