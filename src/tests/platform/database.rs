//! Which database is used: the one that the environment names, and none of our own beside it. And how the schema of one that
//! holds something is brought up to date.

use crate::platform::config::{Config, Database};
use crate::platform::database;
use crate::tests::support;
use sqlx::Connection as _;
use sqlx::migrate::Migrator;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tells this test that it is in the process whose environment names a database, and where the data folder of that is.
const INSIDE: &str = "DIWAN_TEST_OF_GIVEN_DATABASE";

/// The name of the test.
const TEST: &str = "a_database_that_is_given_is_used_and_none_of_our_own_is_started";

/// Opens the database as every verb of the program does, in the environment that this process was started with.
async fn open(data: &Path) {
    let config = Config::new(data.to_owned()).expect("the settings");
    let Database::Given(url) = &config.database else { panic!("DATABASE_URL is not used") };
    let opened = database::open(&config).await.expect("the database opens");
    let (name, role): (String, String) = sqlx::query_as("select current_database()::text, current_user::text")
        .fetch_one(opened.db.people())
        .await
        .expect("it answers");
    assert!(url.contains(&format!("/{name}?")), "{name} is another database");
    assert_eq!(role, "diwan_app", "whatever role is given, pages work as one that owns nothing");
    opened.owner().await.expect("the owner of its tables");
    opened.close().await.expect("it is left");
}

#[tokio::test]
async fn a_database_that_is_given_is_used_and_none_of_our_own_is_started() {
    if let Some(data) = std::env::var_os(INSIDE) {
        return open(Path::new(&data)).await;
    }
    let url = support::admin_url().await;
    let (_, module) = module_path!().split_once("::").expect("this module");
    let secrets = tempfile::tempdir().expect("a folder");
    let file = secrets.path().join("url");
    std::fs::write(&file, format!("{url}\n")).expect("written");
    let _turn = support::PREPARING.lock().await;
    // An environment belongs to a process: each way to name a database is tried in one of its own.
    for (name, value) in [("DATABASE_URL", OsStr::new(&url)), ("DATABASE_URL_FILE", file.as_os_str())] {
        let data = tempfile::tempdir().expect("a folder");
        let ended = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", &format!("{module}::{TEST}")])
            .env_remove("DATABASE_URL")
            .env_remove("DATABASE_URL_FILE")
            .env(name, value)
            .env(INSIDE, data.path())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&ended.stdout);
        assert!(ended.status.success() && said.contains("1 passed"), "{name}: {said}");
        let left: Vec<PathBuf> = std::fs::read_dir(&data).expect("a folder").flatten().map(|it| it.path()).collect();
        assert!(left.is_empty(), "{name}: a Postgres of our own would be in {left:?}");
    }
}

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// As if nothing had ever been there.
const EMPTY: &str = "do $$
declare s text;
begin
  for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', s);
  end loop;
  create schema public;
  alter schema public owner to diwan_owner;
end $$";

/// What a company held before categories were records and stock had layers. Nothing that rows lean on is asked for.
const HELD: &str = r#"
set session_replication_role = replica;
insert into auth.tenants (id, name, country) values ('00000000-0000-0000-0000-00000000000a', '{"en": "A", "ar": "A"}', 'SA');
set app.tenant_id = '00000000-0000-0000-0000-00000000000a';
insert into item (id, code, name, kind, unit, category)
  select gen_random_uuid(), 'I' || n, '{"en": "x", "ar": "y"}', 'stock', gen_random_uuid(), case when n > 5 then 'K' || n % 3 end
    from generate_series(1, 50) n;
insert into stock_move (id, date, item, warehouse, quantity, value, source_record, source)
  select gen_random_uuid(), now(), id, gen_random_uuid(), 1, 1, 'stock_adjustment', gen_random_uuid() from item;
insert into stock_adjustment_line (id, parent, position, item, warehouse, quantity, value)
  select gen_random_uuid(), gen_random_uuid(), 1, id, gen_random_uuid(), 1, 1 from item;
insert into sales_invoice (id, customer, date, currency, rate, net, tax, total, open, base_total, state)
  select gen_random_uuid(), gen_random_uuid(), now(), 'SAR', 1, 1, 1, 2, 2, 2, 'draft' from item;
set app.tenant_id = '';
set session_replication_role = origin"#;

/// Keys that are added over rows look through the walls of both tables, which stand in no company.
#[tokio::test]
async fn a_database_that_holds_something_is_brought_up_to_date() {
    let mut admin = support::own_database("upgrade").await;
    sqlx::raw_sql(EMPTY).execute(&mut admin).await.expect("an empty database");
    for migration in MIGRATIONS.iter() {
        if migration.version == 28 {
            sqlx::raw_sql(HELD).execute(&mut admin).await.expect("what a company held");
        }
        let mut tx = admin.begin().await.expect("a transaction");
        sqlx::raw_sql("set local role diwan_owner").execute(&mut *tx).await.expect("the owner of the tables");
        let done = sqlx::raw_sql(migration.sql.clone()).execute(&mut *tx).await;
        done.unwrap_or_else(|error| panic!("{} {}: {error}", migration.version, migration.description));
        tx.commit().await.expect("commit");
    }
    let (sorted, categories): (i64, i64) = sqlx::query_as(
        "select (select count(*) from item i join item_category c on c.tenant_id = i.tenant_id and c.id = i.item_category
                  where c.name ->> 'en' = i.category and c.name ->> 'ar' = i.category),
                (select count(*) from item_category)",
    )
    .fetch_one(&mut admin)
    .await
    .expect("what has become of it");
    assert_eq!((sorted, categories), (45, 3));
}
