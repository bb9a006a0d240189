//! Jobs: put into the queue, stopped, gone on with.

use super::failed;
use crate::platform::archive;
use crate::platform::error::{Error, Outcome};
use crate::platform::jobs;
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::platform::web::{self, House, Visit, form_pairs};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use uuid::Uuid;

/// Has an archive of the whole company made.
pub async fn ask_archive(State(house): State<House>, visit: Visit, headers: HeaderMap) -> Response {
    let Ok(cx) = visit.cx() else { return Redirect::to("/sign-in").into_response() };
    match ask_job(&house.db, cx, |tx| archive::job::ask(tx).boxed()).await {
        Ok(job) => to_job(job),
        Err(error) => failed(house, visit, headers, error).await,
    }
}

/// Puts a job into the queue and wakes whoever works on it.
pub async fn ask_job<F>(db: &Db, cx: Cx, ask: F) -> Outcome<Uuid>
where
    F: for<'t> FnOnce(&'t mut TenantTx) -> BoxFuture<'t, Outcome<Uuid>> + Send + 'static,
{
    let db = db.clone();
    let job = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let job = ask(&mut tx).await?;
        tx.commit().await?;
        Ok(job)
    })
    .await?;
    jobs::wake();
    Ok(job)
}

/// Leads to the page of a job.
pub fn to_job(job: Uuid) -> Response {
    Redirect::to(&format!("/jobs/{job}")).into_response()
}

/// Stops a job, or goes on with it.
pub async fn steer_job(
    State(house): State<House>,
    visit: Visit,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Ok(job), Ok(cx)) = (id.parse::<Uuid>(), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let verb = form_pairs(&body).into_iter().find(|(name, _)| name == "_do").map(|(_, verb)| verb);
    let db = house.db.clone();
    let steered = whole(async move {
        let mut tx = db.begin(&cx).await?;
        match verb.as_deref() {
            Some("cancel") => jobs::cancel(&mut tx, job).await?,
            Some("retry") => jobs::retry(&mut tx, job).await?,
            _ => return Err(Error::BadRequest("verb")),
        }
        tx.commit().await?;
        Ok(())
    });
    match steered.await {
        Ok(()) => {
            jobs::wake();
            Redirect::to(&format!("/jobs/{id}")).into_response()
        }
        Err(error) => failed(house, visit, headers, error).await,
    }
}
