//! What a person may ask for of what is known of them.

use super::jobs::{ask_job, to_job};
use super::{come_to_an_end, failed};
use crate::modules;
use crate::platform::error::Error;
use crate::platform::person::{self, erase};
use crate::platform::tenancy::whole;
use crate::platform::web::{self, House, Visit, form_pairs};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::FutureExt as _;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Asks for all that is known of a person, or has them forgotten.
pub async fn person(
    State(house): State<House>,
    visit: Visit,
    Path((record, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Some(record), Ok(id), Ok(cx)) = (modules::record(&record), id.parse::<Uuid>(), visit.cx()) else {
        return web::render(house, visit, headers).await;
    };
    let fields: BTreeMap<String, String> = form_pairs(&body).into_iter().collect();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    if field("_do") == "export" {
        // The page brings the id that its job gets, so that a button pressed twice is one job.
        let key = field("_key").parse().unwrap_or_else(|_| Uuid::now_v7());
        let asked = ask_job(&house.db, cx, move |tx| person::archive::ask(tx, key, record, id).boxed());
        return match asked.await {
            Ok(job) => to_job(job),
            Err(error) => failed(house, visit, headers, error).await,
        };
    }
    let (task, typed, asked) = (house.clone(), field("typed"), field("_do"));
    let erased = whole(async move {
        match asked.as_str() {
            "erase" => erase::run(&task.db, &cx, &task.files, record, id, &typed).await,
            _ => Err(Error::BadRequest("verb")),
        }
    });
    let done = erased.await.map(|()| format!("{}?done=erased", record.address(id)));
    come_to_an_end(house, visit, headers, fields, done).await
}
