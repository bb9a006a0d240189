//! Loading an archive as a new company. All of it is there in the end, equal by hash, or nothing.
//!
//! Rows keep their ids: all keys begin with the company, which is another. What the database does by itself when rows come
//! (numbers of transactions, entries of the search, seals of the audit log) it does here as ever; it also checks what it
//! always checks, such as that entries balance. What is read back in the end is what stood in the archive.

use super::read::{self, Opened, differs, missing, unknown};
use super::{ITSELF, Manifest, Rows, Sum, Table, TableSum, delete, put_in_place, tables, take_time};
use crate::i18n::I18n;
use crate::platform::door::{self, Error, Outcome, Refusal};
use crate::platform::files::Store;
use crate::platform::files::store::thumbnail_key;
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::platform::{auth, database, files, sql, webhooks};
use crate::record::{Names, fold};
use axum::body::Bytes;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::File;
use tokio::sync::mpsc;
use uuid::Uuid;

/// A company that was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    pub company: Uuid,
    pub name: Names,
    pub rows: u64,
    pub files: usize,
    /// Of its rows and files, and so of the company that the archive was made of.
    pub digest: String,
}

/// Loads an archive as a new company, which whoever has this address enters as an owner.
///
/// Other members enter where an account has their address; the rest are as if invited. Who was no owner of the original
/// becomes one in the end: then, and only then, a later archive of it differs, by that.
pub async fn load(db: &Db, store: &Store, file: File, owner: &str, i18n: I18n) -> Outcome<Loaded> {
    let owner = owner.trim().to_lowercase();
    let user = auth::find_user(db, &owner).await?;
    let user = user.ok_or_else(|| Refusal::new("refuse-archive-owner").with("email", &owner))?;
    let cx = Cx { user, tenant: Uuid::now_v7(), i18n, request: Uuid::now_v7(), address: None, scope: None };
    let opened = read::aside(move || read::open(file, database::schema())).await?;
    let known = tables(&mut db.admit(&cx, Uuid::nil()).await?).await?;
    let plan = plan(&opened.manifest, known)?;
    let opened = read::aside(move || opened.verify()).await?;
    let loaded = match put_files(&cx, store, opened).await {
        Ok(opened) => enter(db, &cx, opened, plan, &owner).await,
        Err(error) => Err(error),
    };
    if loaded.is_err() {
        // Nobody's rows lead to them.
        if let Err(error) = delete::remove_files(store, cx.tenant).await {
            tracing::warn!(%error, company = %cx.tenant, "files of an archive that was not loaded are left");
        }
    }
    loaded
}

/// The tables of an archive in the order in which they are loaded, each with its place in the list.
fn plan(manifest: &Manifest, known: Vec<Table>) -> Outcome<Vec<(usize, Table)>> {
    for listed in &manifest.tables {
        let table = known.iter().find(|table| table.name == listed.name).ok_or_else(|| unknown(&listed.name))?;
        if let Some(column) = listed.columns.iter().find(|column| !table.columns.contains(column)) {
            return Err(unknown(&format!("{}.{column}", table.name)));
        }
    }
    let mut plan = Vec::new();
    for table in known {
        match manifest.tables.iter().position(|listed| listed.name == table.name) {
            Some(at) => plan.push((at, Table { columns: manifest.tables[at].columns.clone(), ..table })),
            // Older archives know nothing of newer tables.
            None if manifest.schema < database::schema() => {}
            None => return Err(missing(&table.name)),
        }
    }
    Ok(plan)
}

/// Puts the files into the store, under the keys of the new company.
async fn put_files(cx: &Cx, store: &Store, opened: Opened) -> Outcome<Opened> {
    let (to, mut from) = mpsc::channel(1);
    let reading = tokio::spawn(read::aside(move || opened.send_files(&to)));
    while let Some((id, bytes)) = from.recv().await {
        let (file, small) = read::file_id(&id).ok_or(Error::NotFound)?;
        let key = files::key(cx.tenant, file);
        let key = if small { thumbnail_key(&key) } else { key };
        store.put(&key, Bytes::from(bytes)).await?;
        if !store.scan(&key).await? {
            return Err(Refusal::new("refuse-file-infected").with("name", id).into());
        }
    }
    reading.await.map_err(anyhow::Error::from)?
}

/// Writes the company in one transaction.
async fn enter(db: &Db, cx: &Cx, opened: Opened, plan: Vec<(usize, Table)>, owner: &str) -> Outcome<Loaded> {
    let manifest = opened.manifest.clone();
    let mut tx = db.admit(cx, Uuid::nil()).await?;
    take_time(&mut tx).await?;
    sqlx::query("select auth.add_tenant($1, $2::jsonb, $3)")
        .bind(cx.tenant)
        .bind(manifest.company.name.to_text())
        .bind(&manifest.company.country)
        .execute(tx.conn())
        .await?;
    fill(&mut tx, opened, &plan).await?;
    // Now, and not when it commits: what does not hold is said of the archive. It seals the audit log, too.
    sqlx::query("set constraints all immediate").execute(tx.conn()).await.map_err(refused("data"))?;
    compare(&mut tx, &manifest, &plan).await?;
    compare_files(&mut tx, &manifest).await?;
    // The name that the company is chosen by follows the one in its books.
    sqlx::query("update company set name = name where tenant_id = $1").bind(cx.tenant).execute(tx.conn()).await?;
    let hooked: bool = sqlx::query_scalar("select exists (select from webhook where tenant_id = $1)")
        .bind(cx.tenant)
        .fetch_one(tx.conn())
        .await?;
    if hooked {
        webhooks::watch(&mut tx).await?;
    }
    let_in(&mut tx, &manifest.entrants).await?;
    make_owner(&mut tx, owner).await?;
    let name: String = sqlx::query_scalar("select name::text from company where tenant_id = $1")
        .bind(cx.tenant)
        .fetch_one(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(Loaded {
        company: cx.tenant,
        name: Names::from_text(&name),
        rows: manifest.tables.iter().map(|table| table.rows).sum(),
        files: manifest.files.len(),
        digest: manifest.digest,
    })
}

/// What the database refuses of an archive is said of the archive.
fn refused(name: &str) -> impl Fn(sqlx::Error) -> Error {
    move |error| match error.as_database_error() {
        Some(reason) => {
            tracing::warn!(%reason, table = name, "the database refuses what is in an archive");
            Refusal::new("refuse-archive-rows").with("name", name).into()
        }
        None => error.into(),
    }
}

/// Fills all tables. The rows of each wait aside and enter in one statement: some lean on others of the same table, which
/// may come later.
async fn fill(tx: &mut TenantTx, opened: Opened, plan: &[(usize, Table)]) -> Outcome<()> {
    sqlx::query("create temporary table archive_line (line json not null) on commit drop")
        .persistent(false)
        .execute(tx.conn())
        .await?;
    let company = tx.tenant().to_string();
    let order: Vec<usize> = plan.iter().map(|(at, _)| *at).collect();
    let (to, mut from) = mpsc::channel::<Vec<String>>(2);
    let reading = tokio::spawn(read::aside(move || opened.send_rows(&order, &to)));
    for (_, table) in plan {
        while let Some(rows) = from.recv().await.filter(|rows| !rows.is_empty()) {
            let rows: Vec<String> = rows.into_iter().map(|row| put_in_place(row, ITSELF, &company)).collect();
            sqlx::query("insert into pg_temp.archive_line select unnest($1::text[])::json")
                .bind(rows)
                .persistent(false)
                .execute(tx.conn())
                .await
                .map_err(refused(&table.name))?;
        }
        sqlx::query(sql::archive_fill(&table.name, &table.columns, &table.made()))
            .persistent(false)
            .execute(tx.conn())
            .await
            .map_err(refused(&table.name))?;
        sqlx::query("truncate pg_temp.archive_line").persistent(false).execute(tx.conn()).await?;
    }
    reading.await.map_err(anyhow::Error::from)??;
    Ok(())
}

/// Reads all rows back: they must be those of the archive.
async fn compare(tx: &mut TenantTx, manifest: &Manifest, plan: &[(usize, Table)]) -> Outcome<()> {
    for (at, table) in plan {
        let listed: &TableSum = &manifest.tables[*at];
        let mut sum = Sum::default();
        let rows = Rows::open(tx, table).await?;
        loop {
            let page = rows.next(tx).await?;
            if page.is_empty() {
                break;
            }
            page.iter().for_each(|row| sum.add_row(row.as_bytes()));
        }
        if sum.of_table(table.name.clone(), table.columns.clone()) != *listed {
            return Err(differs(&listed.path()));
        }
    }
    Ok(())
}

/// Each file that a row tells of came along, and no other.
async fn compare_files(tx: &mut TenantTx, manifest: &Manifest) -> Outcome<()> {
    let tenant = tx.tenant();
    let rows: Vec<(Uuid, i64, String, bool)> =
        sqlx::query_as("select id, size, sha256, thumbnail from attachment where tenant_id = $1 and state = 'whole'")
            .bind(tenant)
            .fetch_all(tx.conn())
            .await?;
    let mut files: BTreeMap<&str, (u64, &str)> =
        manifest.files.iter().map(|file| (file.id.as_str(), (file.bytes, file.sha256.as_str()))).collect();
    for (id, size, sha256, thumbnail) in rows {
        let id = id.to_string();
        if files.remove(id.as_str()) != Some((size as u64, sha256.as_str())) {
            return Err(missing(&format!("files/{id}")));
        }
        let small = thumbnail_key(&id);
        if thumbnail && files.remove(small.as_str()).is_none() {
            return Err(missing(&format!("files/{small}")));
        }
    }
    match files.into_keys().next() {
        Some(id) => Err(unknown(&format!("files/{id}"))),
        None => Ok(()),
    }
}

/// Makes members active who were, as far as an account has their address.
async fn let_in(tx: &mut TenantTx, entrants: &[Uuid]) -> Outcome<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "update member m set user_id = f.id, state = 'active'
           from member n cross join lateral auth.find_user(n.email) f
          where m.tenant_id = $1 and n.tenant_id = $1 and m.id = n.id and n.id = any($2) and n.state = 'invited'",
    )
    .bind(tenant)
    .bind(entrants.to_vec())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Makes whoever loads the company an owner of it.
async fn make_owner(tx: &mut TenantTx, email: &str) -> Outcome<()> {
    let (tenant, user) = (tx.tenant(), tx.cx.user);
    let role: Option<Uuid> = sqlx::query_scalar(
        "select id from role where tenant_id = $1 and base = 'owner' order by code <> 'owner', id limit 1",
    )
    .bind(tenant)
    .fetch_optional(tx.conn())
    .await?;
    let role = role.ok_or_else(|| missing("role"))?;
    let known: Option<(Uuid, Uuid, String)> = sqlx::query_as(
        "update member m set user_id = $3, state = 'active', customer = case when r.base = 'owner' then m.customer end,
                role = case when r.base = 'owner' then m.role else $4 end
           from role r
          where r.tenant_id = m.tenant_id and r.id = m.role and m.tenant_id = $1 and m.email = $2
          returning m.id, r.id, r.base",
    )
    .bind(tenant)
    .bind(email)
    .bind(user)
    .bind(role)
    .fetch_optional(tx.conn())
    .await?;
    if let Some((member, before, base)) = known {
        if base != "owner" {
            door::note(tx, "member", member, "change", json!({ "role": [before, role] })).await?;
        }
        return Ok(());
    }
    let name: String = sqlx::query_scalar("select name from auth.person($1)").bind(user).fetch_one(tx.conn()).await?;
    let member = Uuid::now_v7();
    sqlx::query(
        "insert into member (id, name, email, role, user_id, state, search) values ($1, $2, $3, $4, $5, 'active', $6)",
    )
    .bind(member)
    .bind(&name)
    .bind(email)
    .bind(role)
    .bind(user)
    .bind(fold::fold(&format!("{name} {email}")))
    .execute(tx.conn())
    .await?;
    door::note(tx, "member", member, "create", json!({ "name": [null, name], "email": [null, email] })).await
}
