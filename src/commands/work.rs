//! Does jobs and serves no pages.

use super::asked_to_stop;
use diwan::api::webhooks::Hooks;
use diwan::platform::config::Config;
use diwan::platform::files::Store;
use diwan::platform::jobs::Workers;
use diwan::platform::mail::Mailer;
use diwan::platform::{database, missed, slow, web};

/// Jobs that one process does at once.
pub const WORKERS: usize = 2;

pub async fn run(config: &Config, slow: slow::Heard) -> anyhow::Result<()> {
    web::prepare(config)?;
    let opened = database::open(config).await?;
    let mail = Mailer::of(config)?;
    let workers = Workers::start(&opened.db, &Store::open(config)?, mail.as_ref(), WORKERS);
    let hooks = Hooks::start(&opened.db);
    let beside = [slow.explain(&opened.db), missed::keep_count(&opened.db)];
    asked_to_stop().await;
    beside.iter().for_each(|task| task.abort());
    tokio::join!(workers.stop(), hooks.stop());
    missed::tell(&opened.db).await;
    opened.close().await
}
