//! A company leaves as an archive, comes back as another one, and is deleted: all of it, and nothing of anybody else's.

use super::jobs::{alone, work};
use super::permission::admin;
use super::tenancy::{full_firm, picture};
use crate::modules::administration::founding::{self, Founding};
use crate::modules::finance::report;
use crate::platform::archive::write::{self, Archive};
use crate::platform::archive::{
    FORMAT, ITSELF, LEFT, MANIFEST, Manifest, OWN, Table, TableSum, delete, digest, job, load, tables,
};
use crate::platform::door::{Error, Outcome};
use crate::platform::files::Store;
use crate::platform::tenancy::Cx;
use crate::platform::{audit, auth, jobs};
use crate::record::Names;
use crate::tests::support::{Browser, FILES, Firm, refusals};
use axum::http::{StatusCode, header};
use jiff::ToSpan as _;
use sha2::{Digest as _, Sha256};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use uuid::Uuid;
use zip::write::SimpleFileOptions;

/// Entries of an archive by their paths.
type Entries = BTreeMap<String, Vec<u8>>;

async fn archived(firm: &Firm, store: &Store) -> Archive {
    let archive = write::write(&firm.db, &firm.cx, store, None).await.expect("an archive");
    archive.expect("it is written to its end")
}

fn entries(file: &File) -> Entries {
    let mut zip = zip::ZipArchive::new(file.try_clone().expect("the file")).expect("a zip file");
    let mut entries = Entries::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).expect("an entry");
        let name = entry.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("bytes");
        entries.insert(name, bytes);
    }
    entries
}

fn packed(entries: &Entries) -> File {
    let mut zip = zip::ZipWriter::new(tempfile::tempfile().expect("a file"));
    for (path, bytes) in entries {
        zip.start_file(path.as_str(), SimpleFileOptions::default()).expect("an entry");
        zip.write_all(bytes).expect("bytes");
    }
    let mut file = zip.finish().expect("a zip file");
    file.rewind().expect("its beginning");
    file
}

fn manifest(entries: &Entries) -> Manifest {
    serde_json::from_slice(&entries[MANIFEST]).expect("a manifest")
}

fn put_manifest(entries: &mut Entries, manifest: &Manifest) {
    entries.insert(MANIFEST.to_owned(), serde_json::to_vec(manifest).expect("a manifest"));
}

/// Changes the rows of a table, and then the list, so that all hashes are right.
fn forge(entries: &mut Entries, table: &str, change: impl FnOnce(&str) -> String) {
    let mut manifest = manifest(entries);
    let listed = manifest.tables.iter_mut().find(|listed| listed.name == table).expect("the table");
    let bytes = entries.get_mut(&listed.path()).expect("its rows");
    let before = String::from_utf8(bytes.clone()).expect("text");
    let after = change(&before);
    assert_ne!(before, after, "{table} is as it was");
    *bytes = after.into_bytes();
    listed.bytes = bytes.len() as u64;
    listed.sha256 = hex::encode(Sha256::digest(bytes.as_slice()));
    manifest.digest = digest(&manifest.tables, &manifest.files);
    put_manifest(entries, &manifest);
}

async fn loaded(firm: &Firm, store: &Store, file: File, owner: &str) -> Outcome<load::Loaded> {
    load::load(&firm.db, store, file, owner, firm.cx.i18n).await
}

/// The clone of a company, for its owner.
fn clone_of(firm: &Firm, company: Uuid) -> Firm {
    let cx = Cx { tenant: company, ..firm.cx.clone() };
    Firm { db: firm.db.clone(), cx, email: firm.email.clone(), customer: firm.customer, main: firm.main }
}

// ------------------------------------------------------------------ what is in an archive

#[tokio::test]
async fn every_table_and_column_is_in_an_archive_or_named_with_a_reason() {
    let firm = Firm::new().await;
    let exported = tables(&mut firm.tx().await).await.expect("tables");
    let all: BTreeMap<String, Vec<String>> = sqlx::query_as::<_, (String, Vec<String>)>(
        "select c.relname::text, array_agg(a.attname::text) from pg_class c
           join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations'
            and a.attgenerated = '' and a.atttypid <> 'xid8'::regtype group by 1",
    )
    .fetch_all(&mut admin().await)
    .await
    .expect("the catalogue")
    .into_iter()
    .collect();
    let left: BTreeSet<&str> = LEFT.iter().map(|(table, _)| *table).collect();
    let taken: BTreeSet<&str> = exported.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(left.intersection(&taken).count(), 0);
    assert_eq!(left.union(&taken).copied().collect::<Vec<_>>(), all.keys().map(String::as_str).collect::<Vec<_>>());
    for Table { name, columns, leans, .. } in &exported {
        let missing: Vec<&String> = all[name].iter().filter(|column| !columns.contains(column)).collect();
        let named = |column: &str| OWN.iter().any(|own| own.column == format!("{name}.{column}"));
        assert!(missing.iter().all(|column| *column == "tenant_id" || named(column)), "{name}: {missing:?}");
        assert!(
            leans.iter().all(|on| !left.contains(on.as_str())),
            "{name} leans on {leans:?}, of which some stay behind"
        );
    }
    for own in OWN {
        let (table, column) = own.column.split_once('.').expect("a table and a column");
        assert!(all[table].iter().any(|known| known == column), "{} is nowhere", own.column);
    }
    let reasons = LEFT.iter().map(|(_, reason)| *reason).chain(OWN.iter().map(|own| own.reason));
    reasons.for_each(|reason| assert!(reason.len() > 20, "{reason}"));
}

#[tokio::test]
async fn a_clone_is_equal_by_hash_and_whole() {
    let firm = full_firm().await;
    // One who has an account no longer where the archive is loaded.
    let gone = firm.colleague("sales").await;
    let original = archived(&firm, &FILES).await;
    let mut admin = admin().await;
    sqlx::query("update auth.users set email = 'no-longer-' || email where id = $1")
        .bind(gone.user)
        .execute(&mut admin)
        .await
        .expect("another address");
    let store = Store::in_memory();
    let file = original.file.try_clone().expect("the file");
    let new = loaded(&firm, &store, file, &firm.email).await.expect("loaded");
    let copy = clone_of(&firm, new.company);
    let again = archived(&copy, &store).await;
    assert_eq!(again.manifest.tables, original.manifest.tables);
    assert_eq!(again.manifest.files, original.manifest.files);
    assert_eq!((&again.manifest.digest, &new.digest), (&original.manifest.digest, &original.manifest.digest));
    assert!(!original.manifest.files.is_empty() && original.manifest.tables.iter().all(|table| table.rows > 0));
    // The books, the log, the files.
    firm.assert_healthy().await;
    copy.assert_healthy().await;
    let to = firm.today().await;
    let from = to.checked_sub(1.year()).expect("a day");
    let balance = report::trial_balance(&mut firm.tx().await, from, to, "").await.expect("a balance");
    assert!(balance.debit > 0);
    assert_eq!(report::trial_balance(&mut copy.tx().await, from, to, "").await.expect("a balance"), balance);
    assert_eq!(audit::verify(&copy.db, &copy.cx).await.expect("the chain"), []);
    let file = &original.manifest.files[0].id;
    let bytes = store.get(&format!("files/{}/{file}", new.company)).await.expect("the file");
    assert_eq!(&bytes[..], b"Secret.");
    // Nothing acts for the original, and nobody enters who cannot be told to be who they were.
    for (table, state) in [("webhook", "paused"), ("api_token", "revoked")] {
        let sql = format!("select array_agg(distinct state) from {table} where tenant_id = $1");
        let states: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(sql)).bind(new.company).fetch_one(&mut admin).await.expect("states");
        assert_eq!(states, [state], "{table}");
    }
    let stranger = Cx { tenant: new.company, ..gone.clone() };
    assert!(matches!(firm.db.begin(&stranger).await, Err(Error::Denied)));
    assert!(firm.db.begin(&gone).await.is_ok(), "they still enter the original");
    // It goes on like any other company: numbers, search, custom fields.
    let item = copy.item("AFTERWARDS", "10", 5, "4").await;
    copy.invoice(&[(item, 1)]).await;
    copy.assert_healthy().await;
    assert_eq!(audit::verify(&copy.db, &copy.cx).await.expect("the chain"), []);
    let mut browser = Browser::of(&copy).await;
    browser.post("/company", &[("company", &new.company.to_string())]).await;
    let found = browser.get("/search?q=SECRET").await;
    assert!(found.text().contains("Item SECRET"), "{}", found.text());
}

#[tokio::test]
async fn an_archive_holds_nothing_of_another_company_and_no_secrets() {
    let (a, b) = (full_firm().await, full_firm().await);
    let texts = |archive: &Archive| -> Vec<String> {
        let entries = entries(&archive.file);
        entries.into_values().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
    };
    let ids = |texts: &[String]| -> BTreeSet<Uuid> {
        texts.iter().flat_map(|text| text.split('"')).filter_map(|part| part.parse().ok()).collect()
    };
    let (ours, theirs) = (texts(&archived(&a, &FILES).await), texts(&archived(&b, &FILES).await));
    let both: Vec<Uuid> = ids(&ours).intersection(&ids(&theirs)).copied().collect();
    let itself: Uuid = ITSELF.parse().expect("an id");
    let shared: Vec<Uuid> = both.into_iter().filter(|id| *id != itself && !id.is_nil()).collect();
    assert!(shared.is_empty(), "ids in both: {shared:?}");
    let name = b.tx().await.company.name.en.clone();
    let foreign = [b.cx.tenant.to_string(), b.email.clone(), format!("\"{name}\"")];
    let hash: String = sqlx::query_scalar("select password_hash from auth.users where id = $1")
        .bind(a.cx.user)
        .fetch_one(&mut admin().await)
        .await
        .expect("a hash");
    for text in foreign.iter().chain([&hash]) {
        assert!(ours.iter().all(|entry| !entry.contains(text)), "{text}");
    }
    // Its own id stands in the manifest alone.
    let own = ours.iter().filter(|entry| entry.contains(&a.cx.tenant.to_string())).count();
    assert_eq!(own, 1);
}

#[tokio::test]
async fn an_archive_of_an_older_schema_loads() {
    let firm = full_firm().await;
    let mut entries = entries(&archived(&firm, &FILES).await.file);
    // As it was made when the schema had no webhooks, which came with its 20th change.
    let newer = ["webhook", "webhook_event"];
    let mut manifest = manifest(&entries);
    for table in newer {
        entries.remove(&format!("data/{table}.jsonl")).expect(table);
    }
    manifest.tables.retain(|table| !newer.contains(&table.name.as_str()));
    manifest.digest = digest(&manifest.tables, &manifest.files);
    manifest.schema = 19;
    put_manifest(&mut entries, &manifest);
    let store = Store::in_memory();
    let new = loaded(&firm, &store, packed(&entries), &firm.email).await.expect("loaded");
    assert_eq!(new.digest, manifest.digest);
    let copy = clone_of(&firm, new.company);
    copy.assert_healthy().await;
    assert_eq!(audit::verify(&copy.db, &copy.cx).await.expect("the chain"), []);
    // What it had is as it was; what it had not is there, and empty.
    let (known, added): (Vec<TableSum>, Vec<TableSum>) = (archived(&copy, &store).await.manifest.tables)
        .into_iter()
        .partition(|table| !newer.contains(&table.name.as_str()));
    assert_eq!(known, manifest.tables);
    assert_eq!(added.iter().map(|table| table.rows).collect::<Vec<_>>(), [0, 0]);
    let mut browser = Browser::of(&copy).await;
    browser.post("/company", &[("company", &new.company.to_string())]).await;
    for path in ["/", "/customers", "/webhooks", "/trial-balance"] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert!(browser.get("/customers").await.text().contains("Gulf Steel"));
}

// ------------------------------------------------------------------ what is refused

/// What is done to an archive, why it is refused, and how it is done.
type Attack<'a> = (&'a str, &'a str, Box<dyn Fn(&mut Entries) + 'a>);

fn attack<'a>(what: &'a str, refusal: &'a str, change: impl Fn(&mut Entries) + 'a) -> Attack<'a> {
    (what, refusal, Box::new(change))
}

#[tokio::test]
async fn f55_what_is_not_as_it_was_made_is_refused_and_leaves_nothing() {
    let firm = full_firm().await;
    let whole = entries(&archived(&firm, &FILES).await.file);
    let file = manifest(&whole).files[0].path();
    let store = Store::in_memory();
    let attacks = [
        attack("a byte of a row", "refuse-archive-differs", |entries| {
            let rows = entries.get_mut("data/customer.jsonl").expect("customers");
            let at = rows.windows(4).position(|part| part == b"Gulf").expect("a name");
            rows[at] = b'H';
        }),
        attack("a byte of a file", "refuse-archive-differs", |entries| {
            entries.get_mut(&file).expect("the file")[0] ^= 1;
        }),
        attack("a table is missing", "refuse-archive-missing", |entries| {
            entries.remove("data/customer.jsonl");
        }),
        attack("a file is missing", "refuse-archive-missing", |entries| {
            entries.remove(&file);
        }),
        attack("a path out of it", "refuse-archive-unknown", |entries| {
            entries.insert("../../evil".to_owned(), b"evil".to_vec());
        }),
        attack("a wrong hash in the list", "refuse-archive-differs", |entries| {
            let mut manifest = manifest(entries);
            manifest.tables[0].sha256 = "0".repeat(64);
            put_manifest(entries, &manifest);
        }),
        attack("a file larger than the list says", "refuse-archive-differs", |entries| {
            entries.get_mut(&file).expect("the file").extend([0_u8; 4096]);
        }),
        attack("another format", "refuse-archive-version", |entries| {
            let manifest = Manifest { format: FORMAT + 1, ..manifest(entries) };
            put_manifest(entries, &manifest);
        }),
        attack("a newer schema", "refuse-archive-version", |entries| {
            let manifest = manifest(entries);
            put_manifest(entries, &Manifest { schema: manifest.schema + 1, ..manifest });
        }),
        attack("no list", "refuse-archive-damaged", |entries| {
            entries.remove(MANIFEST);
        }),
        attack("a table that the list keeps quiet about", "refuse-archive-missing", |entries| {
            let mut manifest = manifest(entries);
            manifest.tables.retain(|table| table.name != "comment");
            manifest.digest = digest(&manifest.tables, &manifest.files);
            entries.remove("data/comment.jsonl");
            put_manifest(entries, &manifest);
        }),
        attack("a column that does not exist", "refuse-archive-unknown", |entries| {
            forge(entries, "customer", |rows| rows.replace("\"credit_limit\":", "\"evil\":"));
        }),
        attack("a webhook that would send", "refuse-archive-differs", |entries| {
            forge(entries, "webhook", |rows| rows.replace("\"paused\"", "\"active\""));
        }),
        attack("an entry that does not balance", "refuse-archive-rows", |entries| {
            forge(entries, "journal_entry_line", |rows| {
                let key = "\"debit\":";
                let mut places = rows.match_indices(key).map(|(at, _)| at + key.len());
                let at = places.find(|at| !rows[*at..].starts_with('0')).expect("a debit");
                format!("{}1{}", &rows[..at], &rows[at..])
            });
        }),
        attack("a line of nobody's", "refuse-archive-rows", |entries| {
            forge(entries, "customer_contact", |rows| {
                rows.replace(&firm.customer.to_string(), &Uuid::now_v7().to_string())
            });
        }),
    ];
    for (what, refusal, attack) in attacks {
        let mut entries = whole.clone();
        attack(&mut entries);
        let outcome = loaded(&firm, &store, packed(&entries), &firm.email).await;
        assert_eq!(refusals(outcome), [refusal], "{what}");
        assert_eq!(store.clear("files").await.expect("cleared"), 0, "{what}: files are left");
        let companies = auth::companies(&firm.db, firm.cx.user).await.expect("companies");
        assert_eq!(companies.len(), 1, "{what}: a company is left");
    }
    let mut text = tempfile::tempfile().expect("a file");
    text.write_all(b"This is no archive.").expect("written");
    text.rewind().expect("its beginning");
    assert_eq!(refusals(loaded(&firm, &store, text, &firm.email).await), ["refuse-archive-damaged"]);
    let nobody = loaded(&firm, &store, packed(&whole), "nobody@firm.example").await;
    assert_eq!(refusals(nobody), ["refuse-archive-owner"]);
    // And yet it loads as it is.
    loaded(&firm, &store, packed(&whole), &firm.email).await.expect("loaded");
}

#[tokio::test]
async fn whoever_loads_a_company_becomes_an_owner_of_it() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let archive = archived(&firm, &FILES).await;
    let new = loaded(&other, &FILES, archive.file, &other.email).await.expect("loaded");
    for cx in [&other.cx, &firm.cx] {
        let tx = firm.db.begin(&Cx { tenant: new.company, ..cx.clone() }).await.expect("they enter");
        assert!(tx.standing.rights.takes_everything());
    }
    let copy = clone_of(&other, new.company);
    assert_eq!(audit::verify(&copy.db, &copy.cx).await.expect("the chain"), []);
    let again = archived(&copy, &FILES).await.manifest;
    let changed: Vec<&str> = (again.tables.iter().zip(&archive.manifest.tables))
        .filter(|(now, before)| now != before)
        .map(|(now, _)| now.name.as_str())
        .collect();
    // In no order of importance: the new member, and who made them one.
    assert_eq!(changed.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(["audit", "member"]));
}

// ------------------------------------------------------------------ deleting

#[tokio::test]
async fn f45_a_deleted_company_leaves_a_proof_and_nothing_else() {
    let (a, b) = (full_firm().await, full_firm().await);
    let mut admin = admin().await;
    let others = picture(&mut admin, b.cx.tenant).await;
    let object = archived(&a, &FILES).await.manifest.files[0].path().replacen("files/", "", 1);
    let object = format!("files/{}/{object}", a.cx.tenant);
    FILES.get(&object).await.expect("the file is there");
    // The owner has another company as well.
    let second = Cx { tenant: Uuid::now_v7(), ..a.cx.clone() };
    let plan = Founding {
        company: Names::new("A second one", "شركة ثانية"),
        country: "SA".to_owned(),
        currency: None,
        person: "Owner".to_owned(),
        email: a.email.clone(),
        password_hash: None,
    };
    founding::found(&a.db, second.clone(), plan).await.expect("founded");
    // What operators keep of it.
    for sql in [
        "insert into ops.subscription (tenant_id, plan) values ($1, 'standard')",
        "insert into ops.usage (tenant_id, day, calls) values ($1, current_date, 7)",
        "insert into ops.missed (tenant_id, hour, member, asked) values ($1, now(), $1, 7)",
        "insert into ops.log (operator, tenant_id, action, details) values ($1, $1, 'plan', '{}')",
    ] {
        sqlx::query(sql).bind(a.cx.tenant).execute(&mut admin).await.expect(sql);
    }
    let mut browser = Browser::of(&a).await;
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK);
    let name = a.tx().await.company.name.en.clone();
    // Only by its exact name.
    for wrong in ["", "Firm", name.to_lowercase().as_str()] {
        let refused = delete::delete(&a.db, &FILES, a.cx.tenant, wrong).await;
        assert_eq!(refusals(refused), ["refuse-company-deleted"], "{wrong}");
    }
    assert!(picture(&mut admin, a.cx.tenant).await.values().all(|(rows, _)| *rows > 0), "nothing was deleted");
    let proof = delete::delete(&a.db, &FILES, a.cx.tenant, &name).await.expect("deleted");
    assert!(proof.holds() && proof.files >= 1, "{proof:?}");
    let left: Vec<String> =
        picture(&mut admin, a.cx.tenant).await.into_iter().filter(|(_, (n, _))| *n > 0).map(|(t, _)| t).collect();
    assert_eq!(left, Vec::<String>::new());
    // Nor is anything of it outside of the walls, but the log of operators.
    let outside: Vec<String> = sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'
          where c.relkind in ('r', 'p') and c.relnamespace <> 'public'::regnamespace",
    )
    .fetch_all(&mut admin)
    .await
    .expect("tables");
    assert!(outside.contains(&"ops.usage".to_owned()), "{outside:?}");
    for table in outside.iter().filter(|table| *table != "ops.log") {
        let count = format!("select count(*) from {table} where tenant_id = '{}'", a.cx.tenant);
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(&mut admin).await.expect("counted");
        assert_eq!(rows, 0, "{table}");
    }
    let removed = |table: &str| proof.tables.iter().find(|(name, ..)| name == table).map_or(0, |(_, rows, _)| *rows);
    for table in ["audit", "journal_entry", "stock_move", "allocation", "search.entries", "auth.memberships"] {
        assert!(removed(table) > 0, "{table}");
    }
    assert!(matches!(FILES.get(&object).await, Err(Error::NotFound)));
    let outside: i64 = sqlx::query_scalar(
        "select (select count(*) from auth.tenants where id = $1) + (select count(*) from auth.deletions)
              + (select count(*) from auth.sessions where data ->> 'tenant' = $1::text)",
    )
    .bind(a.cx.tenant)
    .fetch_one(&mut admin)
    .await
    .expect("what stands outside");
    assert_eq!(outside, 0);
    let (rows, digest): (serde_json::Value, String) =
        sqlx::query_as("select rows, digest from auth.deleted_tenants where id = $1")
            .bind(a.cx.tenant)
            .fetch_one(&mut admin)
            .await
            .expect("the proof");
    assert!(rows["audit"].as_i64() == Some(removed("audit")) && digest.len() == 64, "{rows}");
    // Nobody enters it; its owner signs in to the other one.
    assert!(matches!(a.db.begin(&a.cx).await, Err(Error::Denied)));
    assert_eq!(browser.get("/customers").await.status, StatusCode::SEE_OTHER, "signed out");
    let home = Browser::of(&a).await.get("/").await;
    assert!(home.text().contains("A second one"), "{}", home.text());
    // Once more, there is nothing to do.
    let again = delete::delete(&a.db, &FILES, a.cx.tenant, &name).await.expect("again");
    assert!(again.holds() && again.files == 0 && again.tables.iter().all(|(_, rows, _)| *rows == 0), "{again:?}");
    let found = auth::find_companies(&a.db, &name).await.expect("found");
    assert!(found.iter().any(|company| company.id == a.cx.tenant && company.deleted));
    // The other company is as it was, and its past is as closed as ever.
    assert_eq!(picture(&mut admin, b.cx.tenant).await, others);
    for table in ["audit", "stock_move", "allocation", "audit_seal"] {
        let sql = format!("delete from {table} where tenant_id = $1");
        let refused = sqlx::query(AssertSqlSafe(sql)).bind(b.cx.tenant).execute(&mut admin).await;
        let code = refused.err().and_then(|error| Some(error.as_database_error()?.code()?.into_owned()));
        assert_eq!(code.as_deref(), Some("DW001"), "{table}");
    }
}

#[tokio::test]
async fn work_under_way_does_not_outlive_its_company() {
    let firm = Firm::new().await;
    let name = firm.tx().await.company.name.en.clone();
    let mut late = firm.tx().await;
    let unit = crate::tests::support::record("unit");
    let mut document = crate::platform::document::Document::new(unit)
        .with("code", "LATE")
        .with("decimals", 0)
        .with("name", Names::new("Late", "متأخر"));
    let deleted = delete::delete(&firm.db, &FILES, firm.cx.tenant, &name).await.expect("deleted");
    assert!(deleted.holds());
    // Nothing leads to the company any more, or the head of its chain says that it is gone.
    let written = crate::platform::door::bring(&mut late, &mut document).await;
    let outcome = match written {
        Ok(()) => late.commit().await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(outcome.is_err(), "it was written");
    let left = picture(&mut admin().await, firm.cx.tenant).await;
    assert!(left.values().all(|(rows, _)| *rows == 0), "{left:?}");
}

// ------------------------------------------------------------------ for people

#[tokio::test]
async fn the_owner_takes_the_data_and_nobody_else_does() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let page = browser.get("/company-data").await;
    assert!(page.status.is_success() && page.body.contains("action=\"/company-data\""), "{}", page.text());
    let address = browser.post("/company-data", &[]).await.location.expect("the page of a job");
    // Asked for once more before it is done, it is the same.
    assert_eq!(browser.post("/company-data", &[]).await.location.as_deref(), Some(address.as_str()));
    work(&firm).await;
    let file = format!("{address}/file");
    let page = browser.get("/company-data").await;
    assert!(page.body.contains(&file) && page.text().contains(".zip"), "{}", page.text());
    let answer = browser.get(&file).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/zip");
    let mut taken = tempfile::tempfile().expect("a file");
    taken.write_all(&answer.bytes).expect("written");
    taken.rewind().expect("its beginning");
    assert_eq!(manifest(&entries(&taken)).digest, archived(&firm, &FILES).await.manifest.digest);
    loaded(&firm, &FILES, taken, &firm.email).await.expect("loaded");
    let log = browser.get("/audit?record=company&action=archive").await;
    assert!(log.text().contains(&firm.cx.i18n.format("event-archive", None)), "{}", log.text());
    for role in ["auditor", "accountant", "sales"] {
        let colleague = firm.colleague(role).await;
        let mut theirs = Browser::signed_in(&format!("{}@firm.example", colleague.user)).await;
        assert_eq!(theirs.get("/company-data").await.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(theirs.post("/company-data", &[]).await.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(theirs.get(&file).await.status, StatusCode::NOT_FOUND, "{role}");
        assert!(!theirs.get("/").await.body.contains("/company-data"), "{role}");
    }
    let other = Firm::new().await;
    assert_eq!(Browser::of(&other).await.get(&file).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_archive_stops_when_asked_and_when_its_owner_is_one_no_longer() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let asked = job::ask(&mut tx).await.expect("asked");
    jobs::cancel(&mut tx, asked).await.expect("cancelled");
    tx.commit().await.expect("commit");
    work(&firm).await;
    let line = jobs::page(&mut firm.tx().await, asked, "").await.expect("the job").line;
    assert_eq!((line.state.as_str(), line.file), ("cancelled", None));
    let colleague = firm.colleague("owner").await;
    let mut tx = firm.db.begin(&colleague).await.expect("they enter");
    let asked = job::ask(&mut tx).await.expect("asked");
    tx.commit().await.expect("commit");
    let less = "update member set role = (select id from role where tenant_id = $1 and code = 'sales') where tenant_id = $1 and user_id = $2";
    let done = sqlx::query(less).bind(firm.cx.tenant).bind(colleague.user).execute(&mut admin().await).await;
    assert_eq!(done.expect("another role").rows_affected(), 1);
    work(&firm).await;
    let line = jobs::page(&mut firm.tx().await, asked, "").await.expect("the job").line;
    assert_eq!((line.state.as_str(), line.file), ("failed", None));
}
