//! Says what answers.

use diwan::platform::config::{Config, Database};
use diwan::platform::database;
use diwan::platform::files::Store;

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
    Ok(())
}
