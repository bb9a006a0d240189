//! Faults, bad inputs and attacks, by the numbers of their catalogue: cut connections, races, noisy neighbours, figures
//! and characters that nobody meant, doors that are tried from the wrong side.

mod files;
mod races;
mod reach;
mod typed;

use super::jobs::{alone, ask, customers, work};
use super::permission::{everything, member_with, right, typed};
use crate::platform::bulk::Which;
use crate::platform::config::Rates;
use crate::platform::door::{self, Error, Lock, Outcome, Typed};
use crate::platform::import::MOST_ROWS;
use crate::platform::import::batch::{self, Asked};
use crate::platform::import::{self, Mapping, Plan};
use crate::platform::jobs;
use crate::platform::page;
use crate::platform::table::{self, Table};
use crate::platform::tenancy::{Cx, Db};
use crate::record::import::ImportPage;
use crate::record::jobs::JobPage;
use crate::record::query::{Query, encode};
use crate::record::value::{self, Fault};
use crate::record::{Field, Kind, Names, Value};
use crate::tests::api::{Program, Reply};
use crate::tests::support::{self, Browser, FILES, Firm, dec, record, refusals};
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use std::fs;
use std::future::Future as _;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;
use zip::write::SimpleFileOptions;

async fn admin() -> PgConnection {
    PgConnection::connect(&support::admin_url().await).await.expect("admin")
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// These fields and one line of these, as a form posts them.
fn with_lines(fields: &[(&str, &str)], lines: &[&[(&str, &str)]]) -> Typed {
    Typed { fields: texts(fields), lines: Some(lines.iter().map(|line| texts(line)).collect()) }
}

/// Where something was refused, and by which message.
fn faults<T>(outcome: Outcome<T>) -> Vec<(String, String)> {
    match outcome {
        Err(Error::Refused(refusals)) => {
            refusals.into_iter().map(|r| (r.field.unwrap_or_default(), r.message.id)).collect()
        }
        Err(other) => panic!("not a refusal: {other:?}"),
        Ok(_) => panic!("not refused"),
    }
}

async fn count_customers(firm: &Firm) -> i64 {
    sqlx::query_scalar("select count(*) from customer where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("customers are counted")
}

async fn job_page(firm: &Firm, job: Uuid) -> JobPage {
    jobs::page(&mut firm.tx().await, job, "").await.expect("the job")
}

/// Brings a file, in pieces as it would come.
async fn receive(firm: &Firm, name: &str, bytes: &[u8]) -> Uuid {
    let parts: Vec<Outcome<Bytes>> = bytes.chunks(1000).map(|part| Ok(Bytes::copy_from_slice(part))).collect();
    let parts = stream::iter(parts).boxed();
    batch::receive(&firm.db, &firm.cx, &FILES, record(name), false, "list.csv", parts)
        .await
        .expect("the file is taken in")
}

async fn import_page(firm: &Firm, name: &str, id: Uuid) -> ImportPage {
    batch::page(&mut firm.tx().await, record(name), id).await.expect("its page")
}

/// Asks something of an import, and waits until it is done.
async fn get_done(firm: &Firm, name: &str, id: Uuid, asked: &Asked) -> ImportPage {
    let mut tx = firm.tx().await;
    batch::ask(&mut tx, record(name), id, asked).await.expect("asked");
    tx.commit().await.expect("commit");
    work(firm).await;
    import_page(firm, name, id).await
}

fn state(page: &ImportPage) -> &str {
    page.batch.as_ref().map_or("", |batch| batch.state.as_str())
}
