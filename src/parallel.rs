//! Doing the same with many things side by side, on the cores of this machine.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Threads at most: each holds something of its own, and a scan shares its machine with others.
const MOST: usize = 4;

/// Does something with each, several at a time, and answers in their order. Each thread takes the next when it is
/// through with one, and has what `begin` makes for itself alone.
pub fn map_with<T: Sync, S, R: Send>(
    items: &[T],
    begin: impl Fn() -> S + Sync,
    act: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut own = begin();
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { break done };
            done.push((place, act(&mut own, item)));
        }
    };
    let mut done = thread::scope(|scope| {
        // Where the system refuses a thread, the others do its share.
        let helpers: Vec<_> = (1..threads(items.len()))
            .map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        let mut done = work();
        for helper in helpers {
            done.extend(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, answer)| answer).collect()
}

fn threads(items: usize) -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MOST).min(items)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn answers_come_in_order_and_each_thread_begins_once() {
        let begun = AtomicUsize::new(0);
        let items: Vec<usize> = (0..1000).collect();
        let answers = map_with(
            &items,
            || begun.fetch_add(1, Ordering::Relaxed),
            |own, item| {
                *own += 1;
                item * 2
            },
        );
        assert_eq!(answers, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(begun.into_inner(), threads(items.len()));
    }

    #[test]
    fn they_are_done_side_by_side() {
        let items: Vec<usize> = (0..threads(MOST)).collect();
        // One alone would wait for ever.
        let all_there = Barrier::new(items.len());
        map_with(&items, || (), |(), _| all_there.wait());
    }

    #[test]
    fn of_nothing_comes_nothing() {
        assert!(map_with(&[] as &[u8], || (), |(), item| *item).is_empty());
    }

    #[test]
    #[should_panic(expected = "three")]
    fn a_panic_is_heard() {
        map_with(&[1, 2, 3], || (), |(), item| assert_ne!(*item, 3, "three"));
    }
}
