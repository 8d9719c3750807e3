//! Rounds that take turns, so that what disturbs the machine disturbs all
//! libraries alike.

use std::time::Duration;

use crate::tasks::Best;

/// Several values of one library at one task.
pub struct Sample {
    pub library: String,
    pub values: Vec<f64>,
}

/// How long and how often.
#[derive(Clone, Copy)]
pub struct Effort {
    pub rounds: usize,
    pub slice: Duration,
}

impl Sample {
    pub fn median(&self) -> f64 {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        match sorted.len() {
            0 => f64::NAN,
            len => (sorted[(len - 1) / 2] + sorted[len / 2]) / 2.0,
        }
    }

    /// From the least to the most, as a share of the median.
    pub fn spread(&self) -> f64 {
        let most = self.values.iter().copied().fold(f64::MIN, f64::max);
        let least = self.values.iter().copied().fold(f64::MAX, f64::min);
        match self.median() == 0.0 {
            true => 0.0,
            false => (most - least) / self.median(),
        }
    }
}

/// How near a value is to the best one: 1 for that one itself.
pub fn ratio(value: f64, values: impl Iterator<Item = f64>, best: Best) -> f64 {
    let (from, to) = match best {
        Best::Most => (value, values.fold(f64::MIN, f64::max)),
        Best::Least => (values.fold(f64::MAX, f64::min), value),
    };
    match from == to {
        true => 1.0,
        false => from / to,
    }
}

/// How long `work` keeps the processor.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = thread_time();
    let result = work();
    (result, thread_time() - start)
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
