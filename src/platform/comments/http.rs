//! Comments on the web: forms on the page of a record, sent to its own address, so that one that comes back is shown there.

use crate::platform::door::{Error, Outcome};
use crate::platform::tenancy::{TenantTx, whole};
use crate::platform::web::{self, House, Visit};
use crate::record::Record;
use crate::record::comments::{Draft, Verb};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use uuid::Uuid;

/// A posted form about comments.
#[derive(Clone, Debug)]
pub struct Asked {
    verb: Verb,
    /// The comment that is answered, changed or taken back.
    on: Option<Uuid>,
    key: Uuid,
    text: String,
}

impl Asked {
    /// Reads a form; `None` when it is about something else than comments.
    pub fn read(pairs: &[(String, String)]) -> Option<Asked> {
        let control = |name: &str| pairs.iter().rev().find(|(n, _)| n == name).map(|(_, text)| text.as_str());
        let verb = Verb::from_name(control("_comment")?)?;
        // What is no id is nobody's.
        let on = control("_on").filter(|id| !id.is_empty()).map(|id| id.parse().unwrap_or_default());
        let key = control("_key").and_then(|key| key.parse().ok()).unwrap_or_else(Uuid::now_v7);
        Some(Asked { verb, on, key, text: control("text").unwrap_or_default().to_owned() })
    }

    async fn carry_out(self, tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<()> {
        let on = self.on.ok_or(Error::NotFound);
        match self.verb {
            Verb::Add => super::add(tx, record, id, self.on, self.key, &self.text).await.map(drop),
            Verb::Edit => super::edit(tx, record, id, on?, &self.text).await,
            Verb::Remove => super::remove(tx, record, id, on?).await,
        }
    }

    /// What the page says when it is done.
    fn done(&self) -> &'static str {
        match self.verb {
            Verb::Add => "commented",
            Verb::Edit => "comment-edited",
            Verb::Remove => "comment-removed",
        }
    }
}

/// Does what a form asks, then shows the record; or shows it with what was typed and what stands in the way.
pub async fn post(
    house: House,
    visit: Visit,
    headers: HeaderMap,
    record: &'static Record,
    id: &str,
    asked: Asked,
) -> Response {
    let Ok(cx) = visit.cx() else { return Redirect::to("/sign-in").into_response() };
    let (db, task, id) = (house.db.clone(), asked.clone(), id.parse::<Uuid>());
    let outcome = whole(async move {
        let id = id.map_err(|_| Error::NotFound)?;
        let mut tx = db.begin(&cx).await?;
        task.carry_out(&mut tx, record, id).await?;
        tx.commit().await?;
        Ok(id)
    });
    match outcome.await {
        Ok(id) => Redirect::to(&format!("{}?done={}#comments", record.address(id), asked.done())).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let faults = error.refusals(visit.request).into_iter().map(|refusal| refusal.message).collect();
            let draft = Draft { verb: asked.verb, on: asked.on, text: asked.text, faults };
            let mut response = web::render_with(house, visit, headers, draft).await;
            if response.status().is_success() {
                *response.status_mut() = status;
            }
            response
        }
    }
}
