//! An executor of one thread that polls only what was woken.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

#[derive(Default)]
pub struct Tasks<'a> {
    tasks: Vec<Task<'a>>,
}

struct Task<'a> {
    future: Option<Pin<Box<dyn Future<Output = ()> + 'a>>>,
    woken: Arc<Woken>,
    polls: usize,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A task's number and where its result will be.
pub struct Spawned<R> {
    pub task: usize,
    result: Rc<RefCell<Option<R>>>,
}

impl<R> Spawned<R> {
    /// What the task gave, if it is at its end.
    pub fn take(&self) -> Option<R> {
        self.result.borrow_mut().take()
    }
}

impl<'a> Tasks<'a> {
    pub fn spawn<R: 'a>(&mut self, future: impl Future<Output = R> + 'a) -> Spawned<R> {
        let result = Rc::new(RefCell::new(None));
        let place = Rc::clone(&result);
        self.tasks.push(Task {
            future: Some(Box::pin(async move {
                let value = future.await;
                *place.borrow_mut() = Some(value);
            })),
            woken: Arc::new(Woken(AtomicBool::new(true))),
            polls: 0,
        });
        Spawned {
            task: self.tasks.len() - 1,
            result,
        }
    }

    /// How often the task was polled.
    pub fn polls(&self, task: usize) -> usize {
        self.tasks[task].polls
    }

    /// Drops the task's future where it is.
    pub fn drop_task(&mut self, task: usize) {
        self.tasks[task].future = None;
    }

    /// Polls what is woken until nothing is.
    pub fn run(&mut self) {
        while self.run_until(|_| false) {}
    }

    /// Polls each woken task once, in turn, unless `enough`; `false` where
    /// there was nothing to do.
    pub fn run_until(&mut self, enough: impl Fn(&Self) -> bool) -> bool {
        let mut polled = false;
        for index in 0..self.tasks.len() {
            if enough(self) {
                return false;
            }
            let task = &mut self.tasks[index];
            let Some(future) = &mut task.future else {
                continue;
            };
            if !task.woken.0.swap(false, Ordering::SeqCst) {
                continue;
            }
            polled = true;
            task.polls += 1;
            let waker = Waker::from(Arc::clone(&task.woken));
            if let Poll::Ready(()) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                task.future = None;
            }
        }
        polled
    }

    /// Runs all tasks to their ends.
    pub fn finish(&mut self) {
        self.run();
        let waiting: Vec<usize> = (0..self.tasks.len())
            .filter(|&index| self.tasks[index].future.is_some())
            .collect();
        assert!(waiting.is_empty(), "nobody will wake the tasks {waiting:?}");
    }
}

/// Runs two futures to their ends.
pub fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let mut tasks = Tasks::default();
    let one = tasks.spawn(one);
    let other = tasks.spawn(other);
    tasks.finish();
    (
        one.take().expect("a result"),
        other.take().expect("a result"),
    )
}

/// Runs a future to its end.
pub fn alone<R>(future: impl Future<Output = R>) -> R {
    both(future, async {}).0
}
