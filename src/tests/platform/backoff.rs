//! Pauses before another attempt: about what is published, and not the same for all.

use crate::platform::backoff::{pause, spread};
use crate::platform::webhooks::{PATIENCE, SCHEDULE};
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #[test]
    fn f26_a_pause_is_about_as_long_as_it_is_said(seconds in 1_i32..=200_000, chance in any::<u32>()) {
        let waits = pause(seconds, 0, chance);
        prop_assert!((waits - seconds).abs() <= spread(seconds));
        prop_assert!(waits > 0 || seconds == 1);
        prop_assert!(spread(seconds) >= 1 && spread(seconds) <= seconds / 10 + 1);
    }

    #[test]
    fn f26_nobody_is_called_before_the_time_that_they_ask_for(seconds in 1_i32..=86_400, asked in 0..=PATIENCE, chance in any::<u32>()) {
        let waits = pause(seconds, asked, chance);
        prop_assert!(waits >= asked);
        prop_assert!(waits <= (seconds + spread(seconds)).max(asked + spread(asked)));
        // Who asks for less than there would be anyway changes nothing.
        if asked <= seconds - spread(seconds) {
            prop_assert_eq!(waits, pause(seconds, 0, chance));
        }
    }
}

#[test]
fn f26_a_thousand_that_failed_together_come_back_apart() {
    for (seconds, asked) in SCHEDULE.map(|seconds| (seconds, 0)).into_iter().chain([(5, 1_000)]) {
        let mut at: BTreeMap<i32, usize> = BTreeMap::new();
        for n in 0..1_000 {
            *at.entry(pause(seconds, asked, n * (u32::MAX / 999))).or_default() += 1;
        }
        let (first, last) = (*at.keys().next().expect("a first"), *at.keys().next_back().expect("a last"));
        let width = if asked > seconds { spread(asked) } else { 2 * spread(seconds) };
        assert_eq!(last - first, width, "all of the room is used: {seconds} and {asked}");
        let even = 1_000 / (usize::try_from(width).expect("a width") + 1);
        let most = *at.values().max().expect("somebody");
        assert!(most <= even + 2, "{most} at once of {seconds} and {asked}");
    }
}

/// What is published is kept to as a whole, too.
#[test]
fn f26_the_schedule_stays_what_is_published() {
    let all = |chance: u32| -> i32 { SCHEDULE.iter().map(|seconds| pause(*seconds, 0, chance)).sum() };
    let total: i32 = SCHEDULE.iter().sum();
    assert_eq!(all(u32::MAX / 2), total, "in the middle there is no straying");
    assert!(all(0) >= total * 9 / 10 - 9 && all(u32::MAX) <= total * 11 / 10 + 9);
}
