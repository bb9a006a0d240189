//! Lists and records that the member of a program keeps at hand, by the addresses of their pages.

use super::ROOT;
use super::extra::{called, no_parameters, read_fields, unknown};
use super::jobs::record_at;
use super::operation::{Answer, address, nothing_else};
use super::views::{admit, href};
use crate::api::caller::Caller;
use crate::api::problem::Trouble;
use crate::platform::door::{self, Lock, Refusal};
use crate::platform::favourites;
use crate::platform::tenancy::{TenantTx, whole};
use crate::platform::web::{House, query_pairs};
use crate::record::search::Hit;
use axum::body::Body;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value as Json, json};

/// What the member keeps at hand, the latest first, as far as the program may see it.
pub(super) async fn list(house: &House, caller: &Caller, parts: &Parts) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let kept = favourites::at_hand(&mut tx, "").await?;
        Ok(kept.hits.iter().filter_map(|hit| of_hit(&tx, hit)).collect::<Vec<Json>>())
    });
    Ok(Answer::of(200, json!({ "data": read.await? })).into_response())
}

fn of_hit(tx: &TenantTx, hit: &Hit) -> Option<Json> {
    let (record, id, page, here) = match door::record(&hit.record) {
        Some(record) => (record, Some(hit.id), format!("/{}/{}", record.path, hit.id), address(record, hit.id)),
        // A list stands there by its address.
        None => {
            let page = hit.hint.as_deref()?;
            let (path, query) = page.split_once('?').unwrap_or((page, ""));
            let record = tx.described(record_at(path.trim_matches('/')).ok()?);
            (record, None, page.to_owned(), href(record, &tx.rights(), query))
        }
    };
    let title = Some(hit.title.as_str()).filter(|title| !title.is_empty()).map(called);
    Some(json!({ "record": record.name, "id": id, "title": title, "address": page, "href": here }))
}

/// Keeps a list or a record at hand. Once more changes nothing.
pub(super) async fn keep(house: &House, caller: &Caller, parts: &Parts, body: Body) -> Result<Response, Trouble> {
    let page = asked(parts, body).await?;
    admit(&caller.cx)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let kept = whole(async move {
        let mut tx = db.begin(&cx).await?;
        if let (record, Some(id)) = favourites::leads_to(&tx, &page)? {
            door::reachable(&mut tx, record, id, Lock::No).await?;
        }
        favourites::keep(&mut tx, &page).await?;
        tx.commit().await
    });
    kept.await?;
    Ok(Answer::empty(204).into_response())
}

/// Keeps it no longer, also where the record is gone since. Once more changes nothing.
pub(super) async fn forget(house: &House, caller: &Caller, parts: &Parts, body: Body) -> Result<Response, Trouble> {
    let page = asked(parts, body).await?;
    admit(&caller.cx)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let forgotten = whole(async move {
        let mut tx = db.begin(&cx).await?;
        favourites::leads_to(&tx, &page)?;
        favourites::forget(&mut tx, &page).await?;
        tx.commit().await
    });
    forgotten.await?;
    Ok(Answer::empty(204).into_response())
}

/// The address that a request gives, as it is kept. What would be left out of it is refused: whoever believes to have kept a
/// search has not.
async fn asked(parts: &Parts, body: Body) -> Result<String, Trouble> {
    nothing_else(&read_fields(parts, body).await?)?;
    let mut given = None;
    for (name, text) in query_pairs(&parts.uri) {
        match name.as_str() {
            "address" => given = Some(text),
            _ => return Err(unknown(&name)),
        }
    }
    let refused = || Trouble::at("address", Refusal::new("refuse-api-favourite"));
    let given = given.ok_or_else(refused)?;
    // Answers tell addresses of their own.
    let page = given.strip_prefix(ROOT).filter(|rest| rest.starts_with('/')).unwrap_or(&given);
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let address = favourites::address(path, pairs.clone()).ok_or_else(refused)?;
    let kept = address.split_once('?').map_or("", |(_, query)| query);
    let kept: Vec<(String, String)> = form_urlencoded::parse(kept.as_bytes()).into_owned().collect();
    let views = record_at(path.trim_matches('/')).map_or(&[][..], |record| record.views);
    let is_kept = |(name, text): &(String, String)| match name.as_str() {
        "view" => views.iter().any(|view| view.name == text),
        name => kept.iter().any(|(known, _)| known == name.trim_end_matches(['<', '>'])),
    };
    if pairs.iter().all(is_kept) { Ok(address) } else { Err(refused()) }
}
