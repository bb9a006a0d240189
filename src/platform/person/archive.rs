//! All that is known of one person as an archive: JSON Lines and files, and a manifest with the hash of each.

use super::{find, namers};
use crate::platform::document::{Document, Values};
use crate::platform::door::{self, Error, Lock, Outcome};
use crate::platform::export::{Export, Format, blocking, job};
use crate::platform::files::Store;
use crate::platform::jobs::{self, End, Run, Whose, Work};
use crate::platform::pack::Zip;
use crate::platform::sql;
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::record::{Record, value};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write as _};
use uuid::Uuid;

/// What the archive is, in its manifest.
const FORMAT: &str = "diwan-person/1";

/// Seconds that reading and packing all of it may take.
const LONG: i32 = 900;

/// What a job is asked for.
#[derive(Serialize, Deserialize)]
struct Order {
    verb: String,
    record: String,
    id: Uuid,
}

/// Puts the archive of a person into the queue under this id.
pub async fn ask(tx: &mut TenantTx, job: Uuid, record: &'static Record, id: Uuid) -> Outcome<Uuid> {
    find(tx, record, id, Lock::No).await?;
    let order = Order { verb: "person".to_owned(), record: record.name.to_owned(), id };
    let payload = serde_json::to_value(order).map_err(anyhow::Error::from)?;
    match jobs::under_way(tx, "person", &payload, Whose::OnesOwn).await? {
        Some(job) => Ok(job),
        None => jobs::put(tx, job, "person", record.name, payload).await,
    }
}

/// The work behind it. A worker that is stopped leaves no half archive; another begins anew.
pub struct ExportPerson;

#[async_trait]
impl Work for ExportPerson {
    async fn run(&self, run: &Run) -> Outcome<End> {
        let order: Order = serde_json::from_value(run.payload.clone()).map_err(anyhow::Error::from)?;
        let record = door::record(&order.record).ok_or(Error::NotFound)?;
        run.hold(LONG).await?;
        let export = write(&run.db, &run.cx, &run.files, record, order.id).await?;
        let mut tx = run.db.begin(&run.cx).await?;
        if !run.stands(&mut tx, 1, 0, 1).await? {
            return Ok(End::Cancelled);
        }
        tx.commit().await?;
        job::keep_archive(run, export).await
    }
}

/// Writes the archive of the person that a record describes, as everything is at one moment, for a reader from whom nothing is
/// kept.
pub async fn write(db: &Db, cx: &Cx, store: &Store, record: &'static Record, id: Uuid) -> Outcome<Export> {
    let mut tx = db.begin_snapshot(cx).await?;
    let gathered = gather(&mut tx, record, id).await?;
    let name = format!("{} {} {}.zip", cx.i18n.record(record), super::short(id), value::iso(tx.company.today));
    tx.commit().await?;
    // No transaction stays open while files travel.
    let file = pack(store, gathered).await?;
    Ok(Export { file, name, format: Format::Archive })
}

// ------------------------------------------------------------------ what is known

/// Everything that goes into the archive.
struct Gathered {
    manifest: Json,
    sheets: Vec<Sheet>,
    files: Vec<Kept>,
}

/// Rows of one kind, a line of JSON each, in a temporary file.
struct Sheet {
    name: String,
    rows: u64,
    file: BufWriter<File>,
}

/// A file that hangs on the record: what it is called in the archive, and where it is.
struct Kept {
    path: String,
    storage: String,
}

impl Gathered {
    fn add(&mut self, name: &str, row: &Json) -> Outcome<()> {
        let at = match self.sheets.iter().position(|sheet| sheet.name == name) {
            Some(at) => at,
            None => {
                let file = BufWriter::new(tempfile::tempfile().map_err(anyhow::Error::from)?);
                self.sheets.push(Sheet { name: name.to_owned(), rows: 0, file });
                self.sheets.len() - 1
            }
        };
        let sheet = &mut self.sheets[at];
        serde_json::to_writer(&mut sheet.file, row).map_err(anyhow::Error::from)?;
        sheet.file.write_all(b"\n").map_err(anyhow::Error::from)?;
        sheet.rows += 1;
        Ok(())
    }

    /// Adds all rows of a statement that takes `$1` tenant, `$2` record, `$3` id and `$4` the id after which they begin, and
    /// answers with at most 500 ids and rows in order.
    async fn add_all(&mut self, tx: &mut TenantTx, name: &str, sql: &'static str, of: &Document) -> Outcome<()> {
        let (tenant, mut after) = (tx.tenant(), Uuid::nil());
        loop {
            let rows: Vec<(Uuid, Json)> = sqlx::query_as(sql)
                .bind(tenant)
                .bind(of.record.name)
                .bind(of.id)
                .bind(after)
                .fetch_all(tx.conn())
                .await?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            after = *last;
            for (_, row) in &rows {
                self.add(name, row)?;
            }
        }
    }
}

async fn gather(tx: &mut TenantTx, record: &'static Record, id: Uuid) -> Outcome<Gathered> {
    let person = find(tx, record, id, Lock::No).await?;
    let made_at: String =
        sqlx::query_scalar("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
            .fetch_one(tx.conn())
            .await?;
    let manifest = json!({
        "format": FORMAT,
        "made_at": made_at,
        "company": { "id": tx.tenant(), "name": tx.company.name },
        "person": { "record": record.name, "id": id },
    });
    let mut gathered = Gathered { manifest, sheets: Vec::new(), files: Vec::new() };
    gathered.add(record.name, &written(&person))?;
    add_documents(tx, &mut gathered, &person).await?;
    for (name, sql) in [
        (
            "comments",
            "select c.id, to_jsonb(c) - 'tenant_id' - 'key' from comment c
              where c.tenant_id = $1 and c.record = $2 and c.record_id = $3 and c.id > $4 order by c.id limit 500",
        ),
        (
            "audit",
            "select a.id, to_jsonb(a) - 'tenant_id' - 'tx' from audit a
              where a.tenant_id = $1 and a.record = $2 and a.record_id = $3 and a.id > $4 order by a.id limit 500",
        ),
        (
            "files",
            "select f.id, to_jsonb(f) - 'tenant_id' - 'storage' from attachment f
              where f.tenant_id = $1 and f.record = $2 and f.record_id = $3 and f.state = 'whole' and f.id > $4 order by f.id limit 500",
        ),
        (
            "mail",
            "select m.id, to_jsonb(m) - 'tenant_id' from mail m
              where m.tenant_id = $1 and $2::text <> '' and m.party = $3 and m.id > $4 order by m.id limit 500",
        ),
    ] {
        gathered.add_all(tx, name, sql, &person).await?;
    }
    let files: Vec<(Uuid, String, String)> = sqlx::query_as(
        "select id, name, storage from attachment
          where tenant_id = $1 and record = $2 and record_id = $3 and state = 'whole' order by id",
    )
    .bind(tx.tenant())
    .bind(record.name)
    .bind(id)
    .fetch_all(tx.conn())
    .await?;
    let kept = |(id, name, storage): (Uuid, String, String)| Kept { path: format!("files/{id}/{name}"), storage };
    gathered.files = files.into_iter().map(kept).collect();
    if record.account.is_some() {
        add_work(tx, &mut gathered, &person).await?;
    }
    Ok(gathered)
}

/// Adds every record that leads to the person, with its lines.
async fn add_documents(tx: &mut TenantTx, gathered: &mut Gathered, person: &Document) -> Outcome<()> {
    let tenant = tx.tenant();
    let mut seen: HashSet<Uuid> = HashSet::from([person.id]);
    for (other, fields, of_lines) in namers(tx, person.record) {
        let mut after = Uuid::nil();
        loop {
            let ids: Vec<Uuid> = sqlx::query_scalar(sql::naming(other, &fields, &of_lines))
                .bind(tenant)
                .bind(person.id)
                .bind(after)
                .fetch_all(tx.conn())
                .await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            let mut documents = door::load_several(tx, other, &ids, Lock::No).await?;
            documents.sort_by_key(|document| document.id);
            for document in documents.iter().filter(|document| seen.insert(document.id)) {
                gathered.add(other.name, &written(document))?;
            }
        }
    }
    Ok(())
}

/// Adds what only somebody has who works here: account, sessions, what they were told of, what they wrote and did.
async fn add_work(tx: &mut TenantTx, gathered: &mut Gathered, member: &Document) -> Outcome<()> {
    if let Some(user) = member.record.account.and_then(|field| member.link(field)) {
        let account: Option<Json> = sqlx::query_scalar("select to_jsonb(p) from auth.person($1) p")
            .bind(user)
            .fetch_optional(tx.conn())
            .await?;
        if let Some(row) = &account {
            gathered.add("account", row)?;
        }
        let sessions: Vec<Json> = sqlx::query_scalar("select to_jsonb(s) from auth.sessions_here($1) s")
            .bind(user)
            .fetch_all(tx.conn())
            .await?;
        for row in &sessions {
            gathered.add("sessions", row)?;
        }
    }
    for (name, sql) in [
        (
            "comments_written",
            "select c.id, to_jsonb(c) - 'tenant_id' - 'key' from comment c
              where c.tenant_id = $1 and $2::text <> '' and c.member = $3 and c.id > $4 order by c.id limit 500",
        ),
        (
            "notifications",
            "select n.id, to_jsonb(n) - 'tenant_id' from notification n
              where n.tenant_id = $1 and $2::text <> '' and n.member = $3 and n.id > $4 order by n.id limit 500",
        ),
        (
            "audit_done",
            "select a.id, to_jsonb(a) - 'tenant_id' - 'tx' from audit a
              where a.tenant_id = $1 and $2::text <> '' and a.user_id = $3 and a.id > $4 order by a.id limit 500",
        ),
    ] {
        gathered.add_all(tx, name, sql, member).await?;
    }
    Ok(())
}

/// A record with its lines, values as canonical text.
fn written(document: &Document) -> Json {
    let texts = |values: &Values| -> Json {
        values
            .iter()
            .filter_map(|(name, value)| value.to_text().map(|text| ((*name).to_owned(), json!(text))))
            .collect()
    };
    let lines: Vec<Json> =
        document.lines.iter().map(|line| json!({ "id": line.id, "values": texts(&line.values) })).collect();
    json!({ "id": document.id, "version": document.version, "values": texts(&document.values), "lines": lines })
}

// ------------------------------------------------------------------ packing

/// Packs all of it, the manifest last.
async fn pack(store: &Store, gathered: Gathered) -> Outcome<File> {
    let Gathered { mut manifest, sheets, files } = gathered;
    let mut zip = Zip::new()?;
    let mut entries: Vec<Json> = Vec::new();
    for Sheet { name, rows, file } in sheets {
        let path = format!("data/{name}.jsonl");
        let packed = blocking(move || {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            let (bytes, sha256) = add(&mut zip, &path, file)?;
            Ok((zip, json!({ "path": path, "rows": rows, "bytes": bytes, "sha256": sha256 })))
        });
        let (packed, entry) = packed.await?;
        zip = packed;
        entries.push(entry);
    }
    for Kept { path, storage } in files {
        let file = store.to_file(&storage).await?;
        let packed = blocking(move || {
            let (bytes, sha256) = add(&mut zip, &path, file)?;
            Ok((zip, json!({ "path": path, "bytes": bytes, "sha256": sha256 })))
        });
        let (packed, entry) = packed.await?;
        zip = packed;
        entries.push(entry);
    }
    manifest["entries"] = Json::Array(entries);
    blocking(move || zip.finish(&manifest)).await
}

/// Puts a whole file into the archive. Answers with its bytes and their SHA-256.
fn add(zip: &mut Zip, path: &str, mut file: File) -> anyhow::Result<(u64, String)> {
    file.rewind()?;
    zip.begin(path)?;
    io::copy(&mut file, zip)?;
    let sum = zip.end();
    Ok((sum.bytes, sum.sha256()))
}
