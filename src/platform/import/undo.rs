//! Taking a whole import back: what it made is deleted, what it changed becomes what it was; all of it, or nothing.

use super::batch::Batch;
use super::job::{long, settle, tell_progress};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Draft, Error, Lock, Outcome};
use crate::platform::jobs::{End, Run};
use crate::platform::sql;
use crate::platform::tenancy::TenantTx;
use crate::record::page::{Arg, Message};
use crate::record::{Field, Record, Value};
use serde_json::{Value as Json, json};
use sqlx::Row as _;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Documents taken back in one step.
const STEP: i64 = 500;

/// Sentences about what stands in the way.
const MOST_PROBLEMS: usize = 20;

/// A document that an import made or changed.
struct Row {
    seq: i64,
    id: Uuid,
    version: i32,
    before: Option<Json>,
}

/// A document as it is written down, to be read again by [`read`].
pub fn written(document: &Document) -> Json {
    let values = |fields: &'static [Field], get: &dyn Fn(&str) -> Option<String>| -> Json {
        fields.iter().filter_map(|f| get(f.name).map(|text| (f.name.to_owned(), json!(text)))).collect()
    };
    let fields = document.record.lines.map_or(&[][..], |lines| lines.fields);
    let lines: Vec<Json> = (document.lines.iter())
        .map(|line| json!({ "id": line.id, "values": values(fields, &|name| line.get(name).to_text()) }))
        .collect();
    json!({ "values": values(document.record.fields, &|name| document.get(name).to_text()), "lines": lines })
}

/// What a document was, in place of what it is.
fn read(now: &Document, before: &Json) -> Document {
    let text = |values: &Json, name: &str| values.get(name).and_then(Json::as_str).map(str::to_owned);
    let mut document = now.clone();
    for field in now.record.fields {
        let text = text(&before["values"], field.name);
        document.set(field.name, Value::from_text(field.kind, text.as_deref()));
    }
    let lines = before["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    document.lines = lines
        .iter()
        .map(|line| {
            let mut was = Line::new();
            was.id = line["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or(was.id);
            for field in now.record.lines.map_or(&[][..], |lines| lines.fields) {
                let text = text(&line["values"], field.name);
                was.set(field.name, Value::from_text(field.kind, text.as_deref()));
            }
            was
        })
        .collect();
    document
}

/// Takes a batch back in one transaction.
pub async fn run(run: &Run, batch: &Batch) -> Outcome<End> {
    let mut tx = long(run).await?;
    let total: i64 = sqlx::query_scalar("select count(*) from import_row where tenant_id = $1 and batch = $2")
        .bind(run.cx.tenant)
        .bind(batch.id)
        .fetch_one(tx.conn())
        .await?;
    let (mut before, mut done, mut problems) = (i64::MAX, 0, Vec::new());
    loop {
        if run.stopping() {
            return Ok(End::Paused);
        }
        // The last first: it may name what was made before it.
        let rows = rows(&mut tx, batch.id, before).await?;
        let Some(last) = rows.last() else { break };
        before = last.seq;
        done += rows.len() as i64;
        problems.extend(take_back(&mut tx, batch.record, &rows).await?);
        if problems.len() >= MOST_PROBLEMS {
            break;
        }
        if !tell_progress(run, done, total).await? {
            return Ok(End::Cancelled);
        }
    }
    if problems.is_empty() {
        run.hold((total / 1000) as i32).await?;
        settle(&mut tx, run, batch, "undone").await?;
        tx.commit().await?;
        return Ok(End::Done);
    }
    drop(tx);
    problems.truncate(MOST_PROBLEMS);
    let mut tx = run.db.begin(&run.cx).await?;
    sqlx::query("update import_batch set problems = $4 where tenant_id = $1 and id = $2 and job = $3")
        .bind(run.cx.tenant)
        .bind(batch.id)
        .bind(run.job)
        .bind(json!(problems))
        .execute(tx.conn())
        .await?;
    settle(&mut tx, run, batch, "done").await?;
    tx.commit().await?;
    Ok(End::Done)
}

async fn rows(tx: &mut TenantTx, batch: Uuid, before: i64) -> Outcome<Vec<Row>> {
    let rows = sqlx::query(
        "select seq, record_id, version, before from import_row
          where tenant_id = $1 and batch = $2 and seq < $3 order by seq desc limit $4",
    )
    .bind(tx.tenant())
    .bind(batch)
    .bind(before)
    .bind(STEP)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Row {
                seq: row.try_get("seq")?,
                id: row.try_get("record_id")?,
                version: row.try_get("version")?,
                before: row.try_get("before")?,
            })
        })
        .collect()
}

/// Takes some documents back. Answers with what stands in the way.
async fn take_back(tx: &mut TenantTx, record: &'static Record, rows: &[Row]) -> Outcome<Vec<Message>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let found = door::load_several(tx, record, &ids, Lock::Update).await?;
    let mut now: HashMap<Uuid, Document> = found.into_iter().map(|document| (document.id, document)).collect();
    let with_files = with_files(tx, record, &ids).await?;
    let (mut problems, mut made, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        // What somebody has deleted is gone already.
        let Some(document) = now.remove(&row.id) else { continue };
        let closed = !record.editable(document.state()) || document.number().is_some();
        if document.version != row.version || closed || !door::within_reach(&tx.standing, &document) {
            problems.push(Message::new("import-undo-changed").with("title", title(&document)));
        } else if let Some(before) = &row.before {
            changed.push((read(&document, before), document));
        } else if with_files.contains(&row.id) {
            problems.push(Message::new("import-undo-files").with("title", title(&document)));
        } else {
            made.push(document);
        }
    }
    if !problems.is_empty() {
        return Ok(problems);
    }
    let mut drafts: Vec<Draft> =
        changed.iter_mut().map(|(document, before)| Draft { before: Some(before), document }).collect();
    if !drafts.is_empty() {
        door::write_imported(tx, record, &mut drafts).await?;
    }
    if !made.is_empty() {
        problems.extend(delete(tx, record, &made).await?);
    }
    Ok(problems)
}

/// Deletes all at once. Where the database refuses, says which of them something names.
async fn delete(tx: &mut TenantTx, record: &'static Record, made: &[Document]) -> Outcome<Vec<Message>> {
    sqlx::query("savepoint step").execute(tx.conn()).await?;
    match door::delete_several(tx, record, made).await {
        Ok(()) => {
            sqlx::query("release savepoint step").execute(tx.conn()).await?;
            return Ok(Vec::new());
        }
        Err(Error::Refused(refusals)) if refusals.iter().all(|r| r.message.id == "refuse-in-use") => {}
        Err(other) => return Err(other),
    }
    sqlx::query("rollback to savepoint step").execute(tx.conn()).await?;
    let titles: HashMap<Uuid, String> = made.iter().map(|document| (document.id, title(document))).collect();
    let problems = referring(tx, record, &titles).await?;
    if !problems.is_empty() {
        return Ok(problems);
    }
    // Something that is no record, such as stock or an open item; each alone, to find out which.
    let mut problems = Vec::new();
    for document in made {
        sqlx::query("savepoint step").execute(tx.conn()).await?;
        if let Err(error) = door::delete_several(tx, record, std::slice::from_ref(document)).await {
            let Error::Refused(_) = error else { return Err(error) };
            sqlx::query("rollback to savepoint step").execute(tx.conn()).await?;
            problems.push(Message::new("import-undo-used").with("title", title(document)));
            if problems.len() >= MOST_PROBLEMS {
                break;
            }
        }
    }
    Ok(problems)
}

/// What names these documents, a sentence for each of them that something names.
async fn referring(
    tx: &mut TenantTx,
    record: &'static Record,
    titles: &HashMap<Uuid, String>,
) -> Outcome<Vec<Message>> {
    let Some(sql) = sql::referring(record) else { return Ok(Vec::new()) };
    let (tenant, rights) = (tx.tenant(), tx.rights());
    let ids: Vec<Uuid> = titles.keys().copied().collect();
    let rows = sqlx::query(sql).bind(tenant).bind(&ids).fetch_all(tx.conn()).await?;
    let (mut problems, mut said) = (Vec::new(), HashSet::new());
    for row in rows {
        let (id, other): (Uuid, String) = (row.try_get("id")?, row.try_get("record")?);
        let title = titles.get(&id).cloned().unwrap_or_default();
        // Documents of the batch that name each other go together.
        if !said.insert(id) {
            continue;
        }
        let seen = door::record(&other).is_some_and(|other| rights.sees(other));
        let name = row.try_get::<Option<String>, _>("title")?.unwrap_or_default();
        problems.push(match seen && !name.is_empty() {
            true => Message::new("import-undo-named")
                .with("title", title)
                .with("record", Arg::Words(vec![other]))
                .with("other", name),
            false => Message::new("import-undo-used").with("title", title),
        });
    }
    Ok(problems)
}

/// Documents on which somebody has hung files.
async fn with_files(tx: &mut TenantTx, record: &'static Record, ids: &[Uuid]) -> Outcome<HashSet<Uuid>> {
    let found: Vec<Uuid> = sqlx::query_scalar(
        "select distinct record_id from attachment
          where tenant_id = $1 and record = $2 and record_id = any($3) and state <> 'gone'",
    )
    .bind(tx.tenant())
    .bind(record.name)
    .bind(ids)
    .fetch_all(tx.conn())
    .await?;
    Ok(found.into_iter().collect())
}

/// What people call a document.
fn title(document: &Document) -> String {
    let names = [Some(document.record.title), Some("reference"), document.record.subtitle];
    names.into_iter().flatten().find_map(|name| document.get(name).to_text()).unwrap_or_else(|| document.id.to_string())
}
