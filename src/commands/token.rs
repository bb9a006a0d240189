//! Makes an access token for a program.

use super::{in_words, with_database};
use diwan::modules::administration::api_token::API_TOKEN;
use diwan::modules::administration::founding;
use diwan::platform::config::Config;
use diwan::platform::tenancy::Db;
use diwan::platform::token::Bearer;
use diwan::platform::{door, web};
use uuid::Uuid;

pub async fn run(config: &Config, user: &str, company: Option<Uuid>, name: &str, scope: &str) -> anyhow::Result<()> {
    web::prepare(config)?;
    with_database(config, async |opened| make(&opened.db, user, company, name, scope).await).await
}

async fn make(db: &Db, user: &str, company: Option<Uuid>, name: &str, scope: &str) -> anyhow::Result<()> {
    let cx = founding::context_of(db, user, company).await?;
    let mut tx = db.begin(&cx).await?;
    let id = Uuid::now_v7();
    let fields = [("name", name), ("scope", scope)].map(|(field, text)| (field.to_owned(), text.to_owned()));
    let typed = door::Typed { fields: fields.into(), lines: None };
    in_words(cx.i18n, door::save(&mut tx, &API_TOKEN, id, 0, &typed).await)?;
    tx.commit().await?;
    println!("{}", Bearer { tenant: cx.tenant, id }.secret());
    Ok(())
}
