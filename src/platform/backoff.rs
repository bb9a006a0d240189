//! How long to wait before something is tried again: about as long as is said, so that those who failed together do not come
//! back together.

/// A pause strays by so much of itself, to either side: a tenth.
const PART: i32 = 10;

/// Seconds by which a pause of so many may stray; one at least, of any pause.
pub fn spread(seconds: i32) -> i32 {
    seconds / PART + i32::from(seconds % PART > 0)
}

/// Seconds to wait: about as many as the schedule has, and never fewer than whoever failed asks for; of those who ask for more, each
/// is come back to a little after that. `chance` is drawn anew for each pause; all its values are as likely.
pub fn pause(seconds: i32, at_least: i32, chance: u32) -> i32 {
    let within = |from: i32, width: i32| i64::from(from) + ((i64::from(chance) * (i64::from(width) + 1)) >> u32::BITS);
    let about = within(seconds - spread(seconds), 2 * spread(seconds));
    let waits = if about < i64::from(at_least) { within(at_least, spread(at_least)) } else { about };
    i32::try_from(waits).unwrap_or(i32::MAX)
}
