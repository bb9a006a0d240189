//! Says what answers.

use anyhow::Context as _;
use diwan::platform::config::{Config, Database};
use diwan::platform::database;
use diwan::platform::files::Store;
use diwan::platform::mail::Mailer;

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let opened = database::open(config).await?;
    let which = match config.database {
        Database::Private => "the private Postgres",
        Database::Given(_) => "DATABASE_URL",
    };
    println!("database: {which} answers");
    opened.close().await?;
    Store::open(config)?.answers().await?;
    println!("files: {:?} answers", config.objects);
    match (Mailer::of(config)?, &config.smtp) {
        (Some(mail), Some(smtp)) => {
            mail.answers().await.with_context(|| format!("mail: {smtp:?}"))?;
            println!("mail: {smtp:?} answers");
        }
        _ => println!("mail: none is sent, as SMTP_URL names no server"),
    }
    Ok(())
}
