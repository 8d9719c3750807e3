//! What a forked child gets from a generator that it inherited.

#![cfg(feature = "full")]
#![cfg(unix)]

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::FromRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use embertls::{Drbg, Entropy};

const DRAWN: usize = 32;

fn drbg() -> Drbg {
    Drbg::seed(Entropy::new().unwrap(), b"fork test").unwrap()
}

fn draw(drbg: &Drbg) -> [u8; DRAWN] {
    let mut out = [0; DRAWN];
    drbg.fill(&mut out).unwrap();
    out
}

/// Forks, runs `body` in the child and returns what it returned there.
/// A child that hangs is killed by its own alarm.
fn in_child<const N: usize>(body: impl FnOnce() -> [u8; N]) -> [u8; N] {
    let mut ends = [0; 2];
    // SAFETY: room for the two descriptors.
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    // SAFETY: both are open and ours.
    let (mut reader, mut writer) =
        unsafe { (File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])) };

    // SAFETY: the child allocates, which its C library allows, and runs
    // nothing of the test harness.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork failed");
    if child == 0 {
        // SAFETY: no preconditions.
        unsafe { libc::alarm(60) };
        if let Ok(bytes) = catch_unwind(AssertUnwindSafe(body)) {
            let _ = writer.write_all(&bytes);
        }
        // Killed, because at a regular end valgrind would call lost what the
        // threads own that did not come along.
        // SAFETY: no preconditions; does not return.
        unsafe {
            libc::kill(libc::getpid(), libc::SIGKILL);
            libc::_exit(1)
        }
    }

    drop(writer);
    let mut received = Vec::new();
    reader.read_to_end(&mut received).unwrap();
    let mut status = 0;
    // SAFETY: the child is ours and not yet waited for.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert_eq!(
        (libc::WIFSIGNALED(status), libc::WTERMSIG(status)),
        (true, libc::SIGKILL),
        "the child failed, or hung until its alarm"
    );
    received.try_into().expect("the child panicked")
}

#[test]
fn parent_and_children_draw_different_bytes() {
    let drbg = drbg();
    draw(&drbg);
    let mut drawn = HashSet::new();
    for _ in 0..5 {
        drawn.insert(in_child(|| draw(&drbg)));
        drawn.insert(draw(&drbg));
    }
    assert_eq!(drawn.len(), 10);
}

#[test]
fn grandchildren_differ_as_well() {
    let drbg = drbg();
    let both = in_child(|| {
        let mut both = [0; 2 * DRAWN];
        let grandchild = in_child(|| draw(&drbg));
        both[..DRAWN].copy_from_slice(&grandchild);
        both[DRAWN..].copy_from_slice(&draw(&drbg));
        both
    });
    let drawn = HashSet::from([
        both[..DRAWN].to_vec(),
        both[DRAWN..].to_vec(),
        draw(&drbg).to_vec(),
    ]);
    assert_eq!(drawn.len(), 3);
}

#[test]
fn a_child_goes_on_with_its_own_generator() {
    let drbg = drbg();
    drbg.set_prediction_resistance(true);
    let both = in_child(|| {
        let mut both = [0; 2 * DRAWN];
        both[..DRAWN].copy_from_slice(&draw(&drbg));
        drbg.reseed().unwrap();
        drbg.set_prediction_resistance(false);
        both[DRAWN..].copy_from_slice(&draw(&drbg));
        both
    });
    assert_ne!(both[..DRAWN], both[DRAWN..]);
}

#[test]
fn a_lock_held_at_the_fork_does_not_stop_the_child() {
    let drbg = Arc::new(drbg());
    let stop = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let (drbg, stop) = (Arc::clone(&drbg), Arc::clone(&stop));
            thread::spawn(move || {
                let mut out = vec![0; 64 * 1024];
                while !stop.load(Ordering::Relaxed) {
                    drbg.fill(&mut out).unwrap();
                }
            })
        })
        .collect();

    let drawn: HashSet<_> = (0..40).map(|_| in_child(|| draw(&drbg))).collect();
    stop.store(true, Ordering::Relaxed);
    for thread in busy {
        thread.join().unwrap();
    }
    assert_eq!(drawn.len(), 40);
}

#[test]
fn a_child_may_drop_what_it_inherited() {
    for used in [false, true] {
        let inherited = drbg();
        in_child(|| {
            if used {
                draw(&inherited);
            }
            // SAFETY: a copy, as the child's memory is; the parent drops its
            // own, and the child never returns to drop this one again.
            drop(unsafe { std::ptr::read(&inherited) });
            [0; 1]
        });
        draw(&inherited);
    }
}
