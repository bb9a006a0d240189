//! A slow statement is followed by its plan, and by nothing that a company has written.

use crate::platform::slow;
use crate::tests::support::Firm;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;

/// What is written into a log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("log").clone()).expect("text")
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("log").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const PLANNED: &str = "a slow statement and its plan";
const NOT_PLANNED: &str = "a slow statement whose plan Postgres does not tell";

#[tokio::test]
async fn a_slow_statement_is_followed_by_its_plan_and_by_no_value() {
    let firm = Firm::new().await;
    let log = Log::default();
    let writer = log.clone();
    let (ear, heard) = slow::listen();
    let written = tracing_subscriber::fmt::layer().with_writer(move || writer.clone()).with_filter(LevelFilter::WARN);
    let _here = tracing::subscriber::set_default(tracing_subscriber::registry().with(written).with(ear));
    let explaining = heard.explain(&firm.db);

    let mut tx = firm.tx().await;
    let slowly = "select code from customer where name::text <> $1 and pg_sleep(1.1) is not null limit $2";
    for _ in 0..2 {
        sqlx::query(slowly).bind("Basalt & Sons").bind(1_i64).execute(tx.conn()).await.expect("done");
    }
    // What is of no use without its values is not told a second time, and is no fault.
    sqlx::query("select pg_sleep(1.1), $1 is null").bind("Basalt & Sons").execute(tx.conn()).await.expect("done");
    let changed =
        sqlx::query("update customer set code = code where code = $1 or pg_sleep(1.1) is null").bind("Basalt & Sons");
    changed.execute(tx.conn()).await.expect("done");

    let told = async {
        while log.text().matches(PLANNED).count() + log.text().matches(NOT_PLANNED).count() < 3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), told).await.unwrap_or_else(|_| panic!("{}", log.text()));
    explaining.abort();
    let text = log.text();
    assert_eq!((text.matches(PLANNED).count(), text.matches(NOT_PLANNED).count()), (2, 1), "{text}");
    for part in [slowly, "Limit  (cost=", "on customer", "Update on customer"] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    assert!(!text.contains("Basalt"), "{text}");
    assert!(!text.contains(&firm.cx.tenant.to_string()), "{text}");
}
