//! Mirror of `platform::auth`.

use crate::platform::auth::{HASHES_AT_ONCE, in_turn};
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
