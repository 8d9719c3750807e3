use std::collections::HashSet;
use std::ffi::c_int;
use std::sync::Arc;
use std::thread;

use super::*;
use crate::ffi::trace;

fn drbg() -> Drbg {
    Drbg::seed(Entropy::new().unwrap(), b"test").unwrap()
}

fn draw(drbg: &Drbg) -> [u8; 32] {
    let mut out = [0; 32];
    drbg.fill(&mut out).unwrap();
    out
}

#[test]
fn draws_differ() {
    let (one, two) = (drbg(), drbg());
    let drawn = HashSet::from([draw(&one), draw(&one), draw(&two), draw(&two)]);
    assert_eq!(drawn.len(), 4);
}

#[test]
fn large_requests_are_filled_to_the_last_byte() {
    for len in [0, 1, MAX_REQUEST - 1, MAX_REQUEST, MAX_REQUEST + 1, 70_001] {
        let drbg = drbg();
        let mut all = vec![0_u8; len];
        // A byte that is zero each time was never written.
        for _ in 0..6 {
            let mut out = vec![0; len];
            drbg.fill(&mut out).unwrap();
            for (seen, byte) in all.iter_mut().zip(out) {
                *seen |= byte;
            }
        }
        assert!(all.iter().all(|byte| *byte != 0), "{len}");
    }
}

#[test]
fn seeding_without_entropy_fails() {
    let entropy = Entropy::new().unwrap();
    let error = failing::during(|| Drbg::seed(entropy, b"")).unwrap_err();
    let Error::Random { code, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(
        code.unwrap().name(),
        "MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED"
    );
}

#[test]
fn drawing_without_entropy_fails_and_writes_nothing() {
    let drbg = drbg();
    drbg.set_prediction_resistance(true);
    let mut out = [0xA5; 100];
    failing::during(|| drbg.fill(&mut out)).unwrap_err();
    assert_eq!(out, [0xA5; 100]);
    drbg.fill(&mut out).unwrap();
    assert_ne!(out, [0xA5; 100]);
}

#[test]
fn the_reseed_that_is_due_is_not_skipped() {
    let drbg = drbg();
    let mut failed = false;
    failing::during(|| {
        for _ in 0..2 * ffi::MBEDTLS_CTR_DRBG_RESEED_INTERVAL {
            failed |= drbg.fill(&mut [0; 1]).is_err();
        }
        assert!(failed);
        drbg.reseed().unwrap_err();
        drbg.fill(&mut [0; 1]).unwrap_err();
    });
    drbg.fill(&mut [0; 1]).unwrap();
}

#[test]
fn a_long_personalization_is_refused_before_anything_is_seeded() {
    for (len, fits) in [(0, true), (336, true), (337, false), (100_000, false)] {
        let seeded = Drbg::seed(Entropy::new().unwrap(), &vec![7; len]);
        assert_eq!(seeded.is_ok(), fits, "{len}");
        assert!(matches!(seeded, Ok(_) | Err(Error::Config { .. })));
    }
}

#[test]
fn moving_a_generator_leaves_its_contexts_where_they_are() {
    let first = drbg();
    let before = first.raw();
    let mut boxes = Vec::new();
    boxes.push(Box::new(first));
    boxes.extend((0..8).map(|_| Box::new(drbg())));
    assert_eq!(boxes[0].raw(), before);
    let moved = thread::spawn(move || {
        let drbg = boxes.swap_remove(0);
        draw(&drbg);
        (draw(&drbg), drbg.raw() as usize)
    });
    assert_eq!(moved.join().unwrap().1, before as usize);
}

#[test]
fn threads_share_one_generator() {
    let drbg = Arc::new(drbg());
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let drbg = Arc::clone(&drbg);
            thread::spawn(move || (0..200).map(|_| draw(&drbg)).collect::<Vec<_>>())
        })
        .collect();
    let drawn: HashSet<_> = threads
        .into_iter()
        .flat_map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(drawn.len(), 8 * 200);
}

#[test]
fn the_generator_is_freed_before_its_entropy() {
    let drbg = drbg();
    trace::take();
    drop(drbg);
    assert_eq!(
        trace::take(),
        ["mbedtls_ctr_drbg_free", "mbedtls_entropy_free"]
    );
}

#[test]
fn what_fails_to_seed_is_freed() {
    let entropy = Entropy::new().unwrap();
    trace::take();
    let _ = failing::during(|| Drbg::seed(entropy, b""));
    assert_eq!(
        trace::take(),
        ["mbedtls_ctr_drbg_free", "mbedtls_entropy_free"]
    );
}

#[test]
fn a_wiped_generator_has_no_counter_left() {
    let generation = Generation::seed(Entropy::new().unwrap(), b"", ptr::null_mut()).unwrap();
    // SAFETY: the context begins with its counter of 16 bytes.
    let counter = || unsafe { generation.raw().cast::<[u8; 16]>().read() };
    assert_ne!(counter(), [0; 16]);
    // SAFETY: nobody draws from it.
    unsafe { generation.wipe() };
    assert_eq!(counter(), [0; 16]);
}

#[test]
fn debug_output_shows_no_state() {
    let shown = format!("{:?} {:?}", drbg(), Entropy::new().unwrap());
    assert_eq!(
        shown,
        "Drbg { prediction_resistance: false, .. } Entropy { .. }"
    );
}

#[test]
fn generators_travel_between_threads() {
    fn assert_send<T: Send>() {}
    fn assert_sync<T: Sync>() {}
    assert_send::<Entropy>();
    assert_send::<Drbg>();
    assert_sync::<Drbg>();
    assert_send::<Rng>();
    assert_sync::<Rng>();
}

mod callback {
    use super::*;

    fn call(rng: &Rng, out: &mut [u8]) -> c_int {
        // SAFETY: the generator lives, and `out` has its length.
        unsafe { rng_callback(rng.as_ptr(), out.as_mut_ptr(), out.len()) }
    }

    #[test]
    fn c_draws_from_the_thread_or_from_a_shared_generator() {
        for rng in [Rng::PerThread, Rng::Shared(Arc::new(drbg()))] {
            let (mut one, mut two) = ([0; 5000], [0; 5000]);
            assert_eq!(call(&rng, &mut one), 0);
            assert_eq!(call(&rng, &mut two), 0);
            assert_ne!(one, two);
        }
    }

    #[test]
    fn nothing_asked_is_nothing_touched() {
        let rng = Rng::PerThread;
        // SAFETY: a length of 0 needs no buffer.
        let code = unsafe { rng_callback(rng.as_ptr(), ptr::null_mut(), 0) };
        assert_eq!(code, 0);
    }

    #[test]
    fn c_is_told_of_a_failure() {
        let drbg = drbg();
        drbg.set_prediction_resistance(true);
        let rng = Rng::Shared(Arc::new(drbg));
        let code = failing::during(|| call(&rng, &mut [0; 8]));
        assert_eq!(code, ffi::MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED);
    }

    #[test]
    fn a_thread_without_entropy_gets_none_and_recovers() {
        let code = thread::spawn(|| {
            let failed = failing::during(|| call(&Rng::PerThread, &mut [0; 8]));
            (failed, call(&Rng::PerThread, &mut [0; 8]))
        });
        let (failed, recovered) = code.join().unwrap();
        assert_ne!(failed, 0);
        assert_eq!(recovered, 0);
    }

    #[test]
    fn a_thread_that_ends_can_still_draw() {
        struct AtExit(std::sync::mpsc::Sender<c_int>);
        impl Drop for AtExit {
            fn drop(&mut self) {
                let _ = self.0.send(call(&Rng::PerThread, &mut [0; 8]));
            }
        }
        thread_local! {
            static AT_EXIT: std::cell::OnceCell<AtExit> = const { std::cell::OnceCell::new() };
        }
        let (sender, receiver) = std::sync::mpsc::channel();
        thread::spawn(move || {
            // First, so that it is dropped after the thread's generator.
            AT_EXIT.with(|cell| cell.get_or_init(|| AtExit(sender)).0.clone());
            assert_eq!(call(&Rng::PerThread, &mut [0; 8]), 0);
        })
        .join()
        .unwrap();
        assert_eq!(receiver.recv().unwrap(), 0);
    }
}
