//! Mirror of `platform::auth`.

use crate::platform::auth::{self, HASHES_AT_ONCE, in_turn};
use crate::tests::platform::permission::admin;
use crate::tests::support::{Firm, PASSWORD};
use futures_util::future::join_all;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

#[tokio::test]
async fn a_rush_of_sign_ins_hashes_a_few_at_once() {
    let now = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let rush: Vec<_> = (0..60)
        .map(|n| {
            let (now, most) = (now.clone(), most.clone());
            tokio::spawn(in_turn(move || {
                most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                std::thread::sleep(Duration::from_millis(2));
                now.fetch_sub(1, SeqCst);
                n
            }))
        })
        .collect();
    for (n, one) in rush.into_iter().enumerate() {
        assert_eq!(one.await.expect("not cut").expect("its turn"), n);
    }
    assert!(most.load(SeqCst) <= HASHES_AT_ONCE, "{most:?} at once");
}

/// Ten guesses are ten guesses, whether they come in a row or at once.
#[tokio::test]
async fn f46_guesses_that_come_at_once_are_no_more_than_those_in_a_row() {
    let firm = Firm::new().await;
    let guess = |word: &str| auth::prove(&firm.db, &firm.email, word.to_owned());
    let rush = join_all((0..20).map(|n| guess(if n == 15 { PASSWORD } else { "not this one" }))).await;
    assert!(rush.iter().all(Result::is_err), "whoever knows it came behind ten who did not");
    assert!(guess(PASSWORD).await.is_err(), "locked");
    let failures = "select failures from auth.users where email = $1";
    let failures: i32 =
        sqlx::query_scalar(failures).bind(&firm.email).fetch_one(&mut admin().await).await.expect("a count");
    assert_eq!(failures, 10, "what comes while it is locked does not count");
    // When the lock is over, the count begins anew: one slip does not lock it again.
    let over = "update auth.users set locked_until = now() - interval '1 second' where email = $1";
    sqlx::query(over).bind(&firm.email).execute(&mut admin().await).await.expect("over");
    assert!(guess("not this one").await.is_err());
    assert!(guess(PASSWORD).await.is_ok(), "open again");
}
