//! Tells all that is known of a person, or has them forgotten.

use super::{in_words, with_database};
use crate::PersonVerb;
use anyhow::Context as _;
use diwan::modules;
use diwan::modules::administration::founding;
use diwan::platform::config::Config;
use diwan::platform::files::Store;
use diwan::platform::person;
use diwan::platform::tenancy::Db;

pub async fn run(config: &Config, verb: &PersonVerb) -> anyhow::Result<()> {
    with_database(config, async |opened| tell_or_forget(&opened.db, &Store::open(config)?, verb).await).await
}

async fn tell_or_forget(db: &Db, store: &Store, verb: &PersonVerb) -> anyhow::Result<()> {
    let (PersonVerb::Export { who, .. } | PersonVerb::Erase { who, .. }) = verb;
    let record = modules::record(&who.record).with_context(|| format!("no record type is called {}", who.record))?;
    let cx = founding::context_of(db, &who.user, who.company).await?;
    let done = match verb {
        PersonVerb::Export { to, .. } => match person::archive::write(db, &cx, store, record, who.id).await {
            Ok(mut archive) => {
                let mut file = std::fs::File::create(to).with_context(|| to.display().to_string())?;
                std::io::copy(&mut archive.file, &mut file)?;
                file.sync_all()?;
                Ok(format!("written to {}", to.display()))
            }
            Err(error) => Err(error),
        },
        PersonVerb::Erase { called, .. } => {
            person::erase::run(db, &cx, store, record, who.id, called).await.map(|()| "erased".to_owned())
        }
    };
    println!("{}", in_words(cx.i18n, done)?);
    Ok(())
}
