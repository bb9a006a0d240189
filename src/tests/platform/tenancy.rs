//! Walls between companies, proved table by table, and the connection that a cancelled request leaves behind.

use super::permission::{admin, busy_firm, member_with, right};
use crate::platform::bulk::Which;
use crate::platform::document::{Document, Line};
use crate::platform::door::Typed;
use crate::platform::files::{self, NewFile};
use crate::platform::import::batch::{self, Asked};
use crate::platform::tenancy::Cx;
use crate::platform::{door, favourites, person, views};
use crate::record::Names;
use crate::record::query::Query;
use crate::tests::support::{self, FILES, Firm, record};
use axum::body::Bytes;
use futures_util::stream::{self, StreamExt as _};
use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use std::collections::BTreeMap;
use std::future::Future as _;
use std::task::Poll;
use std::time::Duration;
use uuid::Uuid;

async fn tenant_tables(admin: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations' order by 1",
    )
    .fetch_all(admin)
    .await
    .expect("tables")
}

/// What the catalogue must not contain. Each finding is a sentence.
async fn findings(admin: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "with t as (select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations')
         select relname || ' has no tenant_id that is never null' from t
          where not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'tenant_id' and a.attnotnull)
         union all select relname || ' does not force row-level security' from t where not (relrowsecurity and relforcerowsecurity)
         union all select relname || ' has no restrictive wall in a sub-select' from t
          where not exists (select from pg_policies p where p.tablename = t.relname and p.permissive = 'RESTRICTIVE'
                             and p.qual like '%( SELECT tid() AS tid)%' and p.with_check like '%( SELECT tid() AS tid)%')
         union all select relname || ': key ' || i.indexrelid::regclass || ' does not begin with tenant_id' from t join pg_index i on i.indrelid = t.oid
          where i.indisunique and (select attname from pg_attribute where attrelid = t.oid and attnum = i.indkey[0]) <> 'tenant_id'
         union all select relname || ': foreign key ' || k.conname || ' does not carry tenant_id' from t join pg_constraint k on k.conrelid = t.oid
          where k.contype = 'f' and ((select attname from pg_attribute where attrelid = k.conrelid and attnum = k.conkey[1]) <> 'tenant_id'
             or (select attname from pg_attribute where attrelid = k.confrelid and attnum = k.confkey[1]) <> 'tenant_id')
         union all select relname || ': foreign key ' || k.conname || ' has no index behind it' from t join pg_constraint k on k.conrelid = t.oid
          where k.contype = 'f' and not exists (select from pg_index i where i.indrelid = k.conrelid
                and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)
         union all select relname || ' lets the application ' || privilege from t, unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
          where has_table_privilege('diwan_app', t.oid, privilege)
         union all select proname || ' runs as its owner without a pinned search path' from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where n.nspname in ('public', 'auth') and p.prosecdef and not coalesce(array_to_string(p.proconfig, ',') like 'search_path=%', false)
         union all select 'the application may read ' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'auth' and c.relkind = 'r' and has_table_privilege('diwan_app', c.oid, 'SELECT')
         union all select 'the application may create objects' where has_schema_privilege('diwan_app', 'public', 'CREATE')
         union all select 'the application role is mighty' from pg_roles where rolname = 'diwan_app' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)",
    )
    .fetch_all(admin)
    .await
    .expect("the catalogue")
}

#[tokio::test]
async fn the_catalogue_has_no_gap_in_the_walls() {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    assert_eq!(findings(&mut admin).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_catalogue_check_finds_planted_defects() {
    let mut admin = support::own_database("planted").await;
    assert_eq!(findings(&mut admin).await, Vec::<String>::new());
    for (defect, sentence) in [
        ("create table stray (id uuid primary key)", "stray has no tenant_id"),
        ("alter table customer no force row level security", "customer does not force"),
        ("drop policy wall on customer", "customer has no restrictive wall"),
        ("create unique index on customer (id)", "does not begin with tenant_id"),
        ("grant truncate on customer to diwan_app", "lets the application TRUNCATE"),
        (
            "create function oops() returns int language sql security definer as 'select 1'",
            "without a pinned search path",
        ),
        ("grant select on auth.users to diwan_app", "may read users"),
        ("drop index customer_tenant_id_payment_term_idx", "has no index behind it"),
    ] {
        let mut tx = admin.begin().await.expect("begin");
        sqlx::query(AssertSqlSafe(defect)).execute(&mut *tx).await.expect(defect);
        let found = findings(&mut tx).await;
        assert!(found.iter().any(|f| f.contains(sentence)), "{defect}: {found:?}");
        tx.rollback().await.expect("taken back");
    }
}

/// A firm with a row in every table, so that nothing is left out where the walls around it are tried.
pub(in crate::tests) async fn full_firm() -> Firm {
    let firm = busy_firm().await;
    // From the order to what has been paid of it.
    let item = firm.item_by("fifo", "SECRET", "100", 10, "60").await;
    let order = firm.order(&[(item, 2)]).await;
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    firm.act(&delivery.expect("a draft"), "post").await.expect("posted");
    let (_, invoice) = firm.act(&order, "invoice").await.expect("an invoice");
    let (invoice, _) = firm.act(&invoice.expect("a draft"), "post").await.expect("posted");
    let (_, payment) = firm.act(&invoice, "pay").await.expect("a payment");
    firm.act(&payment.expect("a draft"), "post").await.expect("paid");
    let later = firm.order(&[(item, 1)]).await;
    let (_, advance) = firm.act(&later, "advance").await.expect("an advance");
    firm.act(&advance.expect("a draft"), "post").await.expect("charged");
    // What people and administrators leave behind.
    let contact = BTreeMap::from([("name".to_owned(), "Secret contact".to_owned())]);
    let customer = firm.document("customer", firm.customer).await;
    let lines = Typed { lines: Some(vec![contact]), ..Typed::default() };
    let mut tx = firm.tx().await;
    door::save(&mut tx, customer.record, customer.id, customer.version, &lines).await.expect("a contact");
    let secret = firm.document("item", item).await;
    let unit = [("unit", "BOX"), ("factor", "12"), ("barcode", "Secret barcode")];
    let unit = unit.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let lines = Typed { lines: Some(vec![BTreeMap::from(unit)]), ..Typed::default() };
    door::save(&mut tx, secret.record, secret.id, secret.version, &lines).await.expect("a unit of an item");
    tx.commit().await.expect("commit");
    super::notifications::tell_somebody(&firm).await;
    let kept = right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]);
    member_with(&firm, "auditor", vec![kept]).await;
    let mut tx = firm.tx().await;
    let mut grade = Document::new(record("custom_field"))
        .with("record", "customer")
        .with("kind", "choice")
        .with("name", Names::new("Grade", "الدرجة"))
        .with("active", true);
    grade.lines.push(Line::new().with("english", "Gold"));
    door::insert(&mut tx, &mut grade).await.expect("a field with choices");
    sqlx::query("insert into api_answer (token, key, request) select id, 'secret', '' from api_token limit 1")
        .execute(tx.conn())
        .await
        .expect("what a program was answered");
    sqlx::query(
        "with d as (insert into webhook_delivery (id, webhook, event, record_id, happened_at, state)
                    select $1, id, 'item.create', id, now(), 'failed' from webhook limit 1 returning id)
         insert into webhook_attempt (delivery, number, milliseconds, outcome) select id, 1, 5, 'no_connection' from d",
    )
    .bind(Uuid::now_v7())
    .execute(tx.conn())
    .await
    .expect("a message that did not arrive");
    sqlx::query(
        "insert into mail (id, kind, record, record_id, party, language, recipient, subject)
         values ($1, 'offer', 'customer', $2, $2, 'en', 'secret@else.example', 'Secret')",
    )
    .bind(Uuid::now_v7())
    .bind(firm.customer)
    .execute(tx.conn())
    .await
    .expect("a letter");
    let mut forgotten =
        Document::new(record("lead")).with("name", "Secret lead").with("date", tx.company.today).with("state", "lost");
    door::insert(&mut tx, &mut forgotten).await.expect("a lead");
    person::erase::erase(&mut tx, record("lead"), forgotten.id, "secret lead")
        .await
        .expect("somebody who is forgotten");
    views::keep(&mut tx, record("customer"), "A secret view", &Query::default(), true).await.expect("a view");
    favourites::turn(&mut tx, "/customers").await.expect("a favourite");
    tx.commit().await.expect("commit");
    let new = NewFile::new(record("customer"), firm.customer, "secret.txt");
    files::attach(&firm.db, &firm.cx, &FILES, &new, bytes("Secret.")).await.expect("a file");
    let mut tx = firm.tx().await;
    files::begin_upload(&mut tx, &FILES, &NewFile { size: Some(10), ..new }).await.expect("an upload that has begun");
    tx.commit().await.expect("commit");
    // What jobs leave behind: one for many rows, and an import with a row that was left out.
    let _turn = super::jobs::alone().await;
    super::jobs::ask(&firm, &firm.cx, "set", ("phone", "1"), Which::These(vec![firm.customer])).await;
    let text = "code,name,credit_limit,language\nS1,Secret,100,en\nS2,Poor,lots,en\n";
    let file = batch::receive(&firm.db, &firm.cx, &FILES, record("customer"), false, "secret.csv", bytes(text)).await;
    let file = file.expect("a file to import");
    let targets = ["code", "name", "credit_limit", "language"].map(str::to_owned).to_vec();
    let chosen = Asked { verb: "check".to_owned(), targets: Some(targets), ..Asked::default() };
    for asked in [chosen, Asked { verb: "skip".to_owned(), ..Asked::default() }] {
        super::jobs::work(&firm).await;
        let mut tx = firm.tx().await;
        batch::ask(&mut tx, record("customer"), file, &asked).await.expect("asked");
        tx.commit().await.expect("commit");
    }
    super::jobs::work(&firm).await;
    firm
}

fn bytes(text: &'static str) -> stream::BoxStream<'static, door::Outcome<Bytes>> {
    stream::iter([Ok(Bytes::from_static(text.as_bytes()))]).boxed()
}

/// What a company holds: for each table how many rows, and what identifies them all.
pub(in crate::tests) async fn picture(admin: &mut PgConnection, tenant: Uuid) -> BTreeMap<String, (i64, String)> {
    let mut picture = BTreeMap::new();
    for table in tenant_tables(admin).await {
        let sql = format!(
            "select count(*), md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {table} t
              where tenant_id = '{tenant}'"
        );
        let held: (i64, String) =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut *admin).await.expect("what it holds");
        picture.insert(table, held);
    }
    picture
}

/// For every table: what one company wrote, another can neither see nor change nor claim, nor can it add to it.
#[tokio::test]
async fn no_table_lets_one_company_reach_another() {
    let (a, b) = (Firm::new().await, full_firm().await);
    let mut admin = admin().await;
    let before = picture(&mut admin, b.cx.tenant).await;
    for (table, (theirs, _)) in &before {
        assert!(*theirs > 0, "there is nothing in {table} that the wall could hide");
        let count = AssertSqlSafe(format!("select count(*) from {table} where tenant_id = '{}'", b.cx.tenant));
        let mut tx = a.tx().await;
        let seen: i64 = sqlx::query_scalar(count).fetch_one(tx.conn()).await.expect("count");
        assert_eq!(seen, 0, "{table}: {theirs} rows of another company, {seen} seen");
        for change in [
            format!("update {table} set tenant_id = tenant_id where tenant_id = '{}'", b.cx.tenant),
            format!("delete from {table} where tenant_id = '{}'", b.cx.tenant),
        ] {
            let mut tx = a.tx().await;
            if let Ok(done) = sqlx::query(AssertSqlSafe(change.clone())).execute(tx.conn()).await {
                assert_eq!(done.rows_affected(), 0, "{change}");
            }
        }
        // Rows cannot be put into, or moved to, another company.
        let mut tx = a.tx().await;
        let moved = sqlx::query(AssertSqlSafe(format!("update {table} set tenant_id = '{}'", b.cx.tenant)))
            .execute(tx.conn())
            .await;
        assert!(moved.map_or(true, |done| done.rows_affected() == 0), "{table}: rows moved to another company");
        assert_eq!(put_into(&mut admin, &a, &b, table).await.as_deref(), Some("42501"), "{table}: a row was put in");
    }
    assert_eq!(picture(&mut admin, b.cx.tenant).await, before);
}

/// Tries to put a row of the other company there once more, as somebody who works in this one. Answers with why not.
async fn put_into(admin: &mut PgConnection, here: &Firm, there: &Firm, table: &str) -> Option<String> {
    let sql = format!("select to_jsonb(t) from {table} t where tenant_id = $1 limit 1");
    let row: Json = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(there.cx.tenant)
        .fetch_one(&mut *admin)
        .await
        .expect("a row of theirs");
    let columns: Vec<String> = sqlx::query_scalar(
        "select column_name::text from information_schema.columns
          where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' order by ordinal_position",
    )
    .bind(table)
    .fetch_all(&mut *admin)
    .await
    .expect("columns");
    let columns = columns.join(", ");
    let sql = format!("insert into {table} ({columns}) select {columns} from jsonb_populate_record(null::{table}, $1)");
    let mut tx = here.tx().await;
    let put = sqlx::query(AssertSqlSafe(sql)).bind(row).execute(tx.conn()).await;
    put.err().and_then(|error| Some(error.as_database_error()?.code()?.into_owned()))
}

#[tokio::test]
async fn f44_work_without_a_company_raises() {
    let firm = Firm::new().await;
    let error = sqlx::query("select count(*) from customer").fetch_one(firm.db.people()).await.expect_err("refused");
    assert_eq!(error.as_database_error().and_then(|e| e.code().map(|c| c.to_string())).as_deref(), Some("42501"));
    let stranger = Cx { tenant: Uuid::now_v7(), ..firm.cx.clone() };
    assert!(firm.db.begin(&stranger).await.is_err());
}

#[tokio::test]
async fn one_moment_is_seen_with_the_rights_of_the_reader_and_stays_as_it_is() {
    let firm = Firm::new().await;
    let sales = firm.colleague("sales").await;
    assert!(firm.db.begin_snapshot(&firm.cx).await.expect("the owner enters").rights().sees_everything());
    let mut tx = firm.db.begin_snapshot(&sales).await.expect("they enter");
    assert!(!tx.rights().sees_everything());
    for code in ["L1", "L2"] {
        let seen: i64 = sqlx::query_scalar("select count(*) from customer where tenant_id = $1")
            .bind(firm.cx.tenant)
            .fetch_one(tx.conn())
            .await
            .expect("customers are counted");
        assert_eq!(seen, 1);
        let fill = |customer: Document| customer.with("code", code).with("name", Names::new("Later", ""));
        firm.insert("customer", fill).await.expect("another customer");
    }
    let change = sqlx::query("update customer set phone = '1' where tenant_id = $1").bind(firm.cx.tenant);
    let error = change.execute(tx.conn()).await.expect_err("refused");
    assert_eq!(error.as_database_error().and_then(|e| e.code()).as_deref(), Some("25006"));
    let stranger = Cx { user: Uuid::now_v7(), ..firm.cx.clone() };
    assert!(matches!(firm.db.begin_snapshot(&stranger).await.err(), Some(door::Error::Denied)));
}

/// sqlx 0.9.0 hands a connection whose BEGIN was cancelled back to the pool (transact-rs/sqlx#4393). Nobody inherits it.
#[tokio::test]
async fn f21_a_cancelled_begin_leaves_a_clean_connection() {
    let firm = Firm::new().await;
    let db = crate::platform::tenancy::Db::connect(&support::app_url().await, 1).await.expect("a pool of one");
    let mut cancelled = 0;
    for round in 0..1000_u64 {
        let mut begin = Box::pin(db.begin(&firm.cx));
        let mut finished = false;
        for step in 0..round % 9 {
            finished = std::future::poll_fn(|cx| Poll::Ready(begin.as_mut().poll(cx).is_ready())).await;
            if finished {
                break;
            }
            match step % 2 {
                0 => tokio::task::yield_now().await,
                _ => tokio::time::sleep(Duration::from_micros(50)).await,
            }
        }
        drop(begin);
        cancelled += u32::from(!finished);
        // Inside one transaction the clock stands still.
        let look = "select coalesce(current_setting('app.tenant_id', true), '') as tenant, now()::text as now";
        let first = sqlx::query(look).fetch_one(db.people()).await.expect("the next borrower works");
        let second = sqlx::query(look).fetch_one(db.people()).await.expect("and the one after");
        assert_eq!(first.get::<String, _>("tenant"), "", "round {round}: the tenant of a cancelled request");
        assert_ne!(
            first.get::<String, _>("now"),
            second.get::<String, _>("now"),
            "round {round}: inside a transaction"
        );
    }
    assert!(cancelled > 50, "only {cancelled} were cancelled");
}
