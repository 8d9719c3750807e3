//! Rounds that take turns, so that what disturbs the machine disturbs all
//! libraries alike.

use std::time::Duration;

use crate::work::{Library, Setup, Terms};

/// Several rates of one library at one task.
pub struct Sample {
    pub library: &'static str,
    pub rates: Vec<f64>,
}

/// Something to measure: how much one call did, and in how much processor
/// time.
pub type Task<'a> = Box<dyn FnMut() -> (f64, Duration) + 'a>;

impl Sample {
    pub fn median(&self) -> f64 {
        let mut sorted = self.rates.clone();
        sorted.sort_by(f64::total_cmp);
        match sorted.len() {
            0 => f64::NAN,
            len => (sorted[(len - 1) / 2] + sorted[len / 2]) / 2.0,
        }
    }

    /// From the slowest round to the fastest, as a share of the median.
    pub fn spread(&self) -> f64 {
        let most = self.rates.iter().copied().fold(f64::MIN, f64::max);
        let least = self.rates.iter().copied().fold(f64::MAX, f64::min);
        (most - least) / self.median()
    }
}

/// Lets each task work for `slice` in turn, `rounds` times: amounts a second
/// of processor time.
pub fn interleaved(
    mut tasks: Vec<(&'static str, Task<'_>)>,
    rounds: usize,
    slice: Duration,
) -> Vec<Sample> {
    let mut samples: Vec<Sample> = tasks
        .iter_mut()
        .map(|(library, task)| {
            task();
            Sample {
                library,
                rates: Vec::with_capacity(rounds),
            }
        })
        .collect();
    for _ in 0..rounds {
        for ((_, task), sample) in tasks.iter_mut().zip(&mut samples) {
            let mut done = 0.0;
            let mut spent = Duration::ZERO;
            while spent < slice {
                let (amount, time) = task();
                done += amount;
                spent += time;
            }
            sample.rates.push(done / spent.as_secs_f64());
        }
    }
    samples
}

/// How long `work` keeps the processor.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = thread_time();
    let result = work();
    (result, thread_time() - start)
}

/// What every library that can do this has set up for it.
pub fn setups(libraries: &[Box<dyn Library>], terms: Terms) -> Vec<(&'static str, Box<dyn Setup>)> {
    let able = libraries.iter();
    able.filter_map(|library| Some((library.name(), library.setup(terms)?)))
        .collect()
}

/// Processor time of this thread: other programs do not count.
fn thread_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: writes to a structure of ours.
    let code = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(code, 0, "the system counts the processor time of threads");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
