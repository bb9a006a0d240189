//! What each verb of the binary does.

pub mod archive;
pub mod audit;
pub mod company;
pub mod doctor;
pub mod import;
pub mod operator;
pub mod person;
pub mod serve;
pub mod token;
pub mod work;

use diwan::i18n::I18n;
use diwan::platform::config::Config;
use diwan::platform::database::{self, Opened};
use diwan::platform::door;

/// Does something with the database, and closes it whatever came of it.
async fn with_database(config: &Config, work: impl AsyncFnOnce(&Opened) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let opened = database::open(config).await?;
    let outcome = work(&opened).await;
    opened.close().await?;
    outcome
}

/// What stands in the way, as people read it.
fn in_words<T>(i18n: I18n, outcome: door::Outcome<T>) -> anyhow::Result<T> {
    match outcome {
        Err(door::Error::Refused(refusals)) => {
            let said: Vec<String> = refusals.iter().map(|refusal| i18n.message(&refusal.message)).collect();
            anyhow::bail!(said.join(" "))
        }
        other => Ok(other?),
    }
}

/// Ctrl-C or a polite kill.
async fn asked_to_stop() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(_) => return std::future::pending().await,
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
