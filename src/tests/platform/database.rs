//! Which database is used: the one that the environment names, and none of our own beside it.

use crate::platform::config::{Config, Database};
use crate::platform::database;
use crate::tests::support;
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
