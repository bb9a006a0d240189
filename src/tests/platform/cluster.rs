//! The private Postgres: who starts it, who connects to it, who stops it.

use crate::platform::cluster::{Cluster, Durability};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection as _, PgConnection};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder for a cluster, gone with all that is in it. Nothing is left running, not even by a test that fails.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    async fn start(&self) -> Cluster {
        Cluster::start(self.0.path(), Durability::None).await.expect("a private Postgres")
    }

    /// Where the data really is.
    fn data(&self) -> Option<PathBuf> {
        self.0.path().join("pgdata").canonicalize().ok()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let Some(data) = self.data() else { return };
        let file = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
        if let Some(pid) = file.lines().next().and_then(|pid| Pid::from_raw(pid.trim().parse().ok()?)) {
            let _ = kill_process(pid, Signal::QUIT);
        }
        let _ = fs::remove_dir_all(data);
    }
}

/// Writes a number where the next reader of the same cluster finds it.
async fn write(cluster: &Cluster, number: i32) {
    let mut connection = PgConnection::connect(&cluster.url("postgres")).await.expect("Postgres answers");
    sqlx::query("create table kept (number int)").execute(&mut connection).await.expect("a table");
    sqlx::query("insert into kept values ($1)").bind(number).execute(&mut connection).await.expect("a row");
}

async fn read(cluster: &Cluster) -> Option<i32> {
    let mut connection = PgConnection::connect(&cluster.url("postgres")).await.ok()?;
    sqlx::query_scalar("select number from kept").fetch_one(&mut connection).await.ok()
}

fn runs(pid: i32) -> bool {
    Path::new("/proc").join(pid.to_string()).join("cwd").read_link().is_ok()
}

#[tokio::test]
async fn the_next_start_takes_over_what_a_killed_owner_left_running() {
    let folder = Folder::new();
    let first = folder.start().await;
    let pid = first.pid();
    assert!(first.found_alone());
    write(&first, 7).await;
    // What a kill does, too: locks go, Postgres stays.
    drop(first);
    assert!(runs(pid));
    let second = folder.start().await;
    assert!(second.found_alone());
    assert_eq!((second.pid(), read(&second).await), (pid, Some(7)));
    second.stop().await.expect("it ends");
    assert!(!runs(pid));
    let third = folder.start().await;
    assert_ne!(third.pid(), pid);
    assert_eq!(read(&third).await, Some(7), "what was written is there after a stop");
    third.stop().await.expect("it ends");
}

#[tokio::test]
async fn whoever_comes_beside_the_owner_connects_and_the_last_to_leave_stops_it() {
    let folder = Folder::new();
    let server = folder.start().await;
    let pid = server.pid();
    write(&server, 7).await;
    let import = folder.start().await;
    assert!(!import.found_alone());
    assert_eq!((import.pid(), read(&import).await), (pid, Some(7)));
    import.stop().await.expect("it leaves");
    assert_eq!(read(&server).await, Some(7), "the import stopped what the server uses");
    // The owner may leave first: whoever is still at work keeps it running.
    let work = folder.start().await;
    server.stop().await.expect("it leaves");
    assert!(runs(pid));
    assert_eq!(read(&work).await, Some(7), "the server stopped what the work uses");
    work.stop().await.expect("it ends");
    assert!(!runs(pid));
}

#[tokio::test]
async fn two_that_start_together_use_one() {
    let folder = Folder::new();
    let (one, other) = tokio::join!(folder.start(), folder.start());
    assert_eq!(one.pid(), other.pid());
    assert_ne!(one.found_alone(), other.found_alone());
    one.stop().await.expect("it leaves");
    assert!(runs(other.pid()));
    other.stop().await.expect("it ends");
}

#[tokio::test]
async fn two_folders_stay_apart() {
    let (here, there) = (Folder::new(), Folder::new());
    let (one, other) = tokio::join!(here.start(), there.start());
    assert_ne!(one.pid(), other.pid());
    write(&one, 1).await;
    write(&other, 2).await;
    assert_eq!((read(&one).await, read(&other).await), (Some(1), Some(2)));
    let password = |cluster: &Cluster| cluster.url("x").split('@').next().map(str::to_owned);
    assert_ne!(password(&one), password(&other));
    one.stop().await.expect("it ends");
    assert_eq!(read(&other).await, Some(2), "the end of one ended the other");
    other.stop().await.expect("it ends");
}
