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
use crate::platform::{auth, once, webhooks as hooks};
use axum::{Extension, Router};
use limits::Limits;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How often what is of no use any more is swept away.
const TIDY: Duration = Duration::from_secs(60 * 60);

/// The routes of programs, which keep within these limits.
pub fn routes(limits: Limits) -> Router<House> {
    let routes = rest::routes();
    #[cfg(feature = "graphql")]
    let routes = routes.merge(graphql::routes());
    routes.layer(Extension(limits))
}

/// Sweeps answers that nobody will ask for again and messages that were sent long ago, and forgets who has not asked for long, as long as the process lives.
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

async fn tidy(db: &Db, cx: &Cx) -> Outcome<()> {
    once::sweep(db, cx).await?;
    hooks::sweep(db, cx).await?;
    Ok(())
}
