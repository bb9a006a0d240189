//! How programs ask for what people see on pages: with a token in the place of a session, in JSON in the place of HTML,
//! through the same door and with the same rights.

pub mod caller;
#[cfg(feature = "graphql")]
pub mod graphql;
pub mod limits;
pub mod problem;
pub mod rest;
pub mod webhooks;

use crate::platform::error::Outcome;
use crate::platform::tenancy::{Cx, Db};
use crate::platform::web::House;
use crate::platform::{auth, once, plan, webhooks as hooks};
use axum::{Extension, Router};
use limits::Limits;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How often what is of no use any more is swept away.
const TIDY: Duration = Duration::from_secs(60 * 60);

/// How often it is written down how much programs have asked.
const COUNT: Duration = Duration::from_secs(60);

/// The routes of programs, which keep within these limits.
pub fn routes(limits: Limits) -> Router<House> {
    let routes = rest::routes();
    #[cfg(feature = "graphql")]
    let routes = routes.merge(graphql::routes());
    routes.layer(Extension(limits))
}

/// Sweeps answers that nobody will ask for again and messages that were sent long ago, forgets who has not asked for long, and
/// writes down what each company has, as long as the process lives.
pub fn keep_tidy(db: &Db, limits: &Limits) -> JoinHandle<()> {
    let (db, limits) = (db.clone(), limits.clone());
    tokio::spawn(async move {
        let mut turns = tokio::time::interval(TIDY);
        loop {
            turns.tick().await;
            limits.forget();
            match auth::every_company(&db).await {
                Ok(companies) => {
                    for cx in companies {
                        if let Err(error) = tidy(&db, &cx).await {
                            tracing::warn!(%error, tenant = %cx.tenant, "what is old is not swept");
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "what is old is not swept"),
            }
        }
    })
}

/// Writes down every minute how much the companies' programs have asked, as long as the process lives.
pub fn keep_count(db: &Db, limits: &Limits) -> JoinHandle<()> {
    let (db, limits) = (db.clone(), limits.clone());
    tokio::spawn(async move {
        let mut turns = tokio::time::interval(COUNT);
        loop {
            turns.tick().await;
            if let Err(error) = limits.write_down(&db).await {
                tracing::warn!(%error, "calls are not written down");
            }
        }
    })
}

async fn tidy(db: &Db, cx: &Cx) -> Outcome<()> {
    once::sweep(db, cx).await?;
    hooks::sweep(db, cx).await?;
    plan::measure(db, cx).await?;
    Ok(())
}
