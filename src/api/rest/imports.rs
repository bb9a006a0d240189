//! Files that programs bring to be imported, in the steps that the page has: a file is taken in and rehearsed; what is wrong with it
//! is read; then it is imported, whole or without its bad rows, and can be taken back.

use super::extra::{no_parameters, read_id, unknown};
use super::jobs::{
    Begin, begin, begun, download, nothing_else, of_message, receipt, record_at, under_way, unless_known,
};
use super::operation::Answer;
use super::{ROOT, once};
use crate::api::caller::{Caller, text};
use crate::api::problem::Trouble;
use crate::platform::door::{Error, Outcome, Refusal};
use crate::platform::files::Store;
use crate::platform::import::batch::{self, Asked};
use crate::platform::import::report::{self, About};
use crate::platform::jobs;
use crate::platform::tenancy::{Cx, Db, TenantTx, whole};
use crate::platform::web::{House, query_pairs};
use crate::record::Record;
use crate::record::import::ImportPage;
use async_trait::async_trait;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Does one thing with imports, by the method and the names in its address.
pub async fn carry_out(
    house: &House,
    caller: &Caller,
    parts: &Parts,
    body: Body,
    asked: (&str, &[&str]),
) -> Result<Response, Trouble> {
    match asked {
        ("POST", [path, "import"]) => receive(house, caller, parts, body, record_at(path)?).await,
        ("GET", ["imports", id]) => look(house, caller, parts, read_id(id)?).await,
        ("GET", ["imports", id, "faults"]) => fetch(house, caller, parts, read_id(id)?, About::Faults).await,
        ("GET", ["imports", id, "rest"]) => fetch(house, caller, parts, read_id(id)?, About::Rest).await,
        ("POST", ["imports", id, verb]) => {
            let (id, verb) = (read_id(id)?, Verb::read(verb)?);
            begin(house, caller, parts, body, |body| Step { id, verb, body }).await
        }
        _ => Err(Error::NotFound.into()),
    }
}

// ------------------------------------------------------------------ a new file

/// A file on its way in.
struct New {
    record: &'static Record,
    name: String,
    /// Whether its rows may change records that exist.
    changes: bool,
    key: Option<String>,
    /// What tells the request from any other. The bytes are not known before they are kept; their number is.
    print: String,
}

/// Takes in a file whose bytes are the body, however many there are, and has it rehearsed.
async fn receive(
    house: &House,
    caller: &Caller,
    parts: &Parts,
    body: Body,
    record: &'static Record,
) -> Result<Response, Trouble> {
    let pairs = query_pairs(&parts.uri);
    let length = text(&parts.headers, header::CONTENT_LENGTH.as_str());
    let print = hex::encode(Sha256::digest(json!(["POST", parts.uri.path(), pairs, length]).to_string()));
    let key = once::read_key(once::given(&parts.headers))?;
    let mut new = New { record, name: record.path.to_owned(), changes: false, key, print };
    for (name, text) in pairs {
        match name.as_str() {
            "name" if !text.trim().is_empty() => new.name = text,
            "name" => {}
            "changes" if matches!(text.as_str(), "true" | "false") => new.changes = text == "true",
            "changes" => return Err(Trouble::at("changes", Refusal::new("fault-not-choice"))),
            _ => return Err(unknown(&name)),
        }
    }
    let declared = text(&parts.headers, header::CONTENT_TYPE.as_str()).map(str::to_ascii_lowercase);
    // Whoever sends a form would find its edges among the rows.
    if declared.as_deref().is_some_and(|kind| kind.starts_with("multipart/")) {
        return Err(Trouble::at("Content-Type", Refusal::new("refuse-api-file-form")));
    }
    let bytes = body.into_data_stream().map_err(|_| Error::BadRequest("body")).boxed();
    let (db, cx, store, token) = (house.db.clone(), caller.cx.clone(), house.files.clone(), caller.bearer.id);
    let done = whole(async move { Ok(receive_once(&db, &cx, &store, token, &new, bytes).await) });
    let answer: Result<Answer, Trouble> = done.await?;
    let response = answer?.into_response();
    jobs::wake();
    Ok(response)
}

/// Takes the file in, unless one was taken in under its key before.
async fn receive_once(
    db: &Db,
    cx: &Cx,
    store: &Store,
    token: Uuid,
    new: &New,
    bytes: BoxStream<'static, Outcome<Bytes>>,
) -> Result<Answer, Trouble> {
    if let Some(key) = &new.key {
        let mut tx = db.begin(cx).await?;
        if let Some(before) = once::take(&mut tx, token, key, &new.print).await? {
            return again(&mut tx, before).await;
        }
        // The key is given back: nobody holds a transaction open for as long as a file comes in.
    }
    let id = batch::receive(db, cx, store, new.record, new.changes, &new.name, bytes).await?;
    let mut tx = db.begin(cx).await?;
    if let Some(key) = &new.key {
        if let Some(before) = once::take(&mut tx, token, key, &new.print).await? {
            // Of two that came at once, both were rehearsed, which writes nothing; one is told of.
            return again(&mut tx, before).await;
        }
        once::keep(&mut tx, token, key, &receipt(id)).await?;
    }
    let answer = tell(&mut tx, id).await?;
    tx.commit().await?;
    Ok(answer)
}

async fn again(tx: &mut TenantTx, before: Answer) -> Result<Answer, Trouble> {
    match begun(&before) {
        Some(id) => tell(tx, id).await,
        None => Ok(before),
    }
}

// ------------------------------------------------------------------ where it stands

/// Where an import stands, as it is answered to whoever asked for something.
async fn tell(tx: &mut TenantTx, id: Uuid) -> Result<Answer, Trouble> {
    Ok(under_way(of_import(tx, id).await?, format!("{ROOT}/imports/{id}")))
}

async fn look(house: &House, caller: &Caller, parts: &Parts, id: Uuid) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let (db, cx) = (house.db.clone(), caller.cx.clone());
    let read = whole(async move {
        let mut tx = db.begin(&cx).await?;
        of_import(&mut tx, id).await
    });
    Ok(unless_known(Answer::of(200, read.await?), parts))
}

async fn of_import(tx: &mut TenantTx, id: Uuid) -> Outcome<Json> {
    let (_, page, counts) = batch::look(tx, id).await?;
    let i18n = tx.cx.i18n;
    let can = if writes(tx) { verbs(&page) } else { Vec::new() };
    let past = page.batch.ok_or(Error::NotFound)?;
    let bad = page.bad.iter().map(|row| {
        json!({
            "line": row.line, "column": row.column, "text": row.text, "reason": of_message(i18n, &row.reason),
        })
    });
    let columns = page.columns.iter().map(|column| {
        let factor = Some(&column.factor).filter(|factor| !factor.is_empty());
        json!({ "name": column.name, "target": column.target, "factor": factor })
    });
    let fixed: Map<String, Json> =
        page.fixed.iter().map(|(target, text)| (target.clone(), text.as_str().into())).collect();
    let targets: Vec<&str> = page.choices.iter().map(|(target, _)| target.as_str()).collect();
    let notices: Vec<Json> = page.notices.iter().map(|(_, message)| of_message(i18n, message)).collect();
    Ok(json!({
        "id": id, "record": page.record, "name": past.name, "at": past.at, "by": past.member, "state": past.state,
        "progress": page.running.map(|(done, total)| json!({ "done": done, "total": total })),
        "counts": {
            "rows": counts.rows, "created": counts.created, "changed": counts.changed, "faults": counts.faults,
            "skipped": counts.skipped,
        },
        "faults": bad.collect::<Vec<Json>>(), "notices": notices, "can": can,
        "columns": columns.collect::<Vec<Json>>(), "fixed": fixed, "changes": page.changes, "targets": targets,
        "all_faults": page.has_faults.then(|| format!("{ROOT}/imports/{id}/faults")),
        "rest": page.has_rest.then(|| format!("{ROOT}/imports/{id}/rest")),
    }))
}

/// Whether the program may change anything.
fn writes(tx: &TenantTx) -> bool {
    tx.cx.scope.as_ref().is_none_or(|scope| scope.writes)
}

/// What can be done with it, in the words of addresses.
fn verbs(page: &ImportPage) -> Vec<&'static str> {
    let said = page.verbs.iter().map(|verb| match verb.as_str() {
        "check" => "check",
        "cancel" => "cancel",
        "undo" => "undo",
        _ => "run",
    });
    said.collect()
}

/// All that is wrong with a file, or the rows that were left out, as a file.
async fn fetch(house: &House, caller: &Caller, parts: &Parts, id: Uuid, about: About) -> Result<Response, Trouble> {
    no_parameters(parts)?;
    let (db, cx, store) = (house.db.clone(), caller.cx.clone(), house.files.clone());
    let written = whole(async move {
        let mut tx = db.begin(&cx).await?;
        let (record, page, _) = batch::look(&mut tx, id).await?;
        drop(tx);
        let is_there = match about {
            About::Faults => page.has_faults,
            About::Rest => page.has_rest,
        };
        if !is_there {
            return Err(Error::NotFound);
        }
        report::write(&db, &cx, &store, record, id, about).await
    });
    Ok(download(written.await?))
}

// ------------------------------------------------------------------ the next step

/// What can be asked of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Check,
    Run,
    Undo,
    Cancel,
}

impl Verb {
    fn read(name: &str) -> Outcome<Verb> {
        match name {
            "check" => Ok(Verb::Check),
            "run" => Ok(Verb::Run),
            "undo" => Ok(Verb::Undo),
            "cancel" => Ok(Verb::Cancel),
            _ => Err(Error::NotFound),
        }
    }
}

/// The next step of an import.
struct Step {
    id: Uuid,
    verb: Verb,
    body: Map<String, Json>,
}

#[async_trait]
impl Begin for Step {
    async fn begin(&self, tx: &mut TenantTx) -> Result<Uuid, Trouble> {
        let (record, page, _) = batch::look(tx, self.id).await?;
        let rights = tx.rights();
        let makes = matches!(self.verb, Verb::Check | Verb::Run);
        if !writes(tx) || (makes && !rights.creates(record)) {
            return Err(rights.denial(record).into());
        }
        let asked = match self.verb {
            Verb::Check => self.check(&page)?,
            Verb::Run => self.run(&page)?,
            Verb::Undo | Verb::Cancel => {
                nothing_else(&self.body)?;
                let verb = if self.verb == Verb::Undo { "undo" } else { "cancel" };
                Asked { verb: verb.to_owned(), ..Asked::default() }
            }
        };
        if !page.verbs.contains(&asked.verb) {
            return Err(Refusal::new("refuse-api-import-moved").into());
        }
        // Beside their boxes on the page, factors stand in one list here.
        let in_one_list = |refusal: Refusal| match &refusal.field {
            Some(field) if field.starts_with("by.") => refusal.at("factors"),
            _ => refusal,
        };
        batch::ask(tx, record, self.id, &asked).await.map_err(|error| match error {
            Error::Refused(refusals) => Error::Refused(refusals.into_iter().map(in_one_list).collect()),
            error => error,
        })?;
        Ok(self.id)
    }

    async fn tell(&self, tx: &mut TenantTx, id: Uuid) -> Result<Answer, Trouble> {
        tell(tx, id).await
    }
}

impl Step {
    /// To import all of it or nothing, or what is good of it; or to go on where it was stopped.
    fn run(&self, page: &ImportPage) -> Result<Asked, Trouble> {
        let (mut skips, mut refusals) = (false, Vec::new());
        for (name, given) in &self.body {
            let fault = match (name.as_str(), given.as_str()) {
                ("mode", Some("all")) => None,
                ("mode", Some("skip_bad")) => {
                    skips = true;
                    None
                }
                ("mode", _) => Some("fault-not-choice"),
                _ => Some("refuse-api-field"),
            };
            refusals.extend(fault.map(|fault| Refusal::new(fault).at(name.as_str())));
        }
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals).into());
        }
        let can = |verb: &str| page.verbs.iter().any(|known| known == verb);
        let verb = match (can("continue"), can("skip")) {
            (true, _) => "continue",
            (false, true) if skips => "skip",
            (false, true) => return Err(Refusal::new("refuse-api-import-bad").at("mode").into()),
            (false, false) => "import",
        };
        Ok(Asked { verb: verb.to_owned(), ..Asked::default() })
    }

    /// To go through the file again, its columns sent elsewhere.
    fn check(&self, page: &ImportPage) -> Result<Asked, Trouble> {
        let mut asked = Asked { verb: "check".to_owned(), ..Asked::default() };
        let known = |target: &str| page.choices.iter().any(|(name, _)| name == target);
        let mut refusals = Vec::new();
        for (name, given) in &self.body {
            let fault = match (name.as_str(), given) {
                ("targets", Json::Array(given)) => {
                    let named = given.iter().map(|target| match target {
                        Json::Null => Some(String::new()),
                        Json::String(target) => {
                            Some(target.clone()).filter(|target| target.is_empty() || known(target))
                        }
                        _ => None,
                    });
                    let named = named.collect::<Option<Vec<String>>>();
                    asked.targets = named.filter(|targets| targets.len() == page.columns.len());
                    asked.targets.is_none().then_some("refuse-api-targets")
                }
                ("factors", Json::Array(given)) if given.len() == page.columns.len() => {
                    let written = |(at, factor): (usize, &Json)| match factor {
                        Json::Null => Some((at, String::new())),
                        Json::String(text) => Some((at, text.clone())),
                        Json::Number(number) => Some((at, number.to_string())),
                        _ => None,
                    };
                    let factors: Option<BTreeMap<usize, String>> = given.iter().enumerate().map(written).collect();
                    let is_said = factors.is_some();
                    asked.factors = factors.unwrap_or_default();
                    (!is_said).then_some("refuse-api-factors")
                }
                ("factors", Json::Array(_)) => Some("refuse-api-factors"),
                ("fixed", Json::Object(given)) => {
                    let pairs = given.iter().map(|(target, text)| {
                        let text = text.as_str().filter(|text| !text.trim().is_empty());
                        let is_known = known(target) && target != "parent";
                        text.filter(|_| is_known).map(|text| (target.clone(), text.to_owned()))
                    });
                    asked.fixed = pairs.collect();
                    asked.fixed.is_none().then_some("refuse-api-targets")
                }
                ("changes", Json::Bool(true)) if page.changes.is_none() => return Err(Error::Denied.into()),
                ("changes", Json::Bool(yes)) => {
                    asked.changes = Some(*yes);
                    None
                }
                ("targets" | "factors" | "fixed" | "changes", _) => Some("refuse-api-kind"),
                _ => Some("refuse-api-field"),
            };
            refusals.extend(fault.map(|fault| Refusal::new(fault).at(name.as_str())));
        }
        if refusals.is_empty() { Ok(asked) } else { Err(Error::Refused(refusals).into()) }
    }
}
