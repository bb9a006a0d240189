//! A private Postgres for the whole run, a company of its own for every test, and builders in the words of the business.
//!
//! All tests share one database and run at once, each as another company: what leaks between companies breaks them.

use crate::api;
use crate::api::limits::Limits;
use crate::app::{calls, forms, shell};
use crate::i18n::{Digits, I18n, Locale};
use crate::modules::{self, administration::founding};
use crate::platform::cluster::{Cluster, Durability};
use crate::platform::config::Rates;
use crate::platform::database;
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Outcome};
use crate::platform::files::Store;
use crate::platform::mail::Mailer;
use crate::platform::proxies::Proxies;
use crate::platform::table::Table;
use crate::platform::tenancy::{Cx, Db, TenantTx};
use crate::platform::web::{self, House};
use crate::record::page::{FileItem, FormPage, Row, Suggestion};
use crate::record::{Names, Record, Value};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, StatusCode, header};
use codee::binary::PostcardCodec;
use codee::{Decoder as _, Encoder as _};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};
use tower::ServiceExt as _;
use uuid::Uuid;

struct Ground {
    server: String,
    admin: String,
    app: String,
    _cluster: Cluster,
}

static GROUND: OnceCell<Ground> = OnceCell::const_new();
/// Where all tests keep files.
pub static FILES: LazyLock<Store> = LazyLock::new(Store::in_memory);
/// More than any test asks for.
static LIMITS: LazyLock<Limits> = LazyLock::new(|| Limits::new(Rates { token: 1_000_000, company: 1_000_000 }));
static COUNTER: AtomicU32 = AtomicU32::new(1);
/// Databases are prepared one after the other: roles belong to all of them, and two that alter one at once disturb each other.
pub static PREPARING: Mutex<()> = Mutex::const_new(());

async fn ground() -> &'static Ground {
    GROUND
        .get_or_init(|| async {
            modules::install();
            crate::platform::seal::set_secret(b"a key for tests only".to_vec());
            let folder = std::env::var("DIWAN_TEST_DATA").map_or_else(
                |_| PathBuf::from(std::env::var("HOME").unwrap_or_default()).join(".cache/diwan/test-data"),
                PathBuf::from,
            );
            let cluster = Cluster::start(&folder, Durability::None).await.expect("a private Postgres for tests");
            let name = format!("test_{}", std::process::id());
            // Tests that run beside these use theirs.
            if cluster.found_alone() {
                database::drop_databases(&cluster.url("postgres"), "test_").await.expect("old test databases go");
            }
            database::create_database(&cluster.url("postgres"), &name).await.expect("a fresh database");
            let admin = cluster.url(&name);
            let app = database::prepare(&admin).await.expect("roles and migrations");
            Ground { server: cluster.url("postgres"), admin, app, _cluster: cluster }
        })
        .await
}

/// The URL of the superuser, for tests that look behind the walls.
pub async fn admin_url() -> String {
    ground().await.admin.clone()
}

/// A database of this test's own, for what would disturb the others.
pub async fn own_database(name: &str) -> PgConnection {
    let ground = ground().await;
    let _turn = PREPARING.lock().await;
    let name = format!("test_{}_{name}", std::process::id());
    database::create_database(&ground.server, &name).await.expect("a database");
    let admin = ground.server.replace("/postgres?", &format!("/{name}?"));
    database::prepare(&admin).await.expect("migrations");
    PgConnection::connect(&admin).await.expect("admin")
}

pub async fn app_url() -> String {
    ground().await.app.clone()
}

/// A pool of this test's own: each test has its own runtime.
pub async fn db() -> Db {
    Db::connect(&ground().await.app, 4).await.expect("the application role connects")
}

/// A company with master data, and who works in it.
pub struct Firm {
    pub db: Db,
    pub cx: Cx,
    pub email: String,
    pub customer: Uuid,
    pub main: Uuid,
}

pub const PASSWORD: &str = "correct horse battery";

impl Firm {
    /// A company in Saudi Arabia with one customer.
    pub async fn new() -> Firm {
        Firm::in_country("SA").await
    }

    pub async fn in_country(country: &str) -> Firm {
        let db = db().await;
        let n = COUNTER.fetch_add(1, Ordering::Relaxed);
        let cx = Cx {
            user: Uuid::now_v7(),
            tenant: Uuid::now_v7(),
            i18n: I18n::new(Locale::En, Digits::Western),
            request: Uuid::now_v7(),
            address: None,
            scope: None,
        };
        let email = format!("owner{n}@firm.example");
        let plan = founding::Founding {
            company: Names::new(format!("Firm {n}"), format!("شركة {n}")),
            country: country.to_owned(),
            currency: None,
            person: "Owner".to_owned(),
            email: email.clone(),
            password_hash: Some(crate::platform::auth::hash_password(PASSWORD.to_owned()).await.expect("a hash")),
        };
        founding::found(&db, cx.clone(), plan).await.expect("a company is founded");
        let mut firm = Firm { db, cx, email, customer: Uuid::nil(), main: Uuid::nil() };
        let mut tx = firm.tx().await;
        firm.main = code(&mut tx, "warehouse", "MAIN").await;
        let mut customer = Document::new(record("customer"))
            .with("code", "C1")
            .with("name", Names::new("Gulf Steel", "الخليج للحديد"))
            .with("language", "ar")
            .with("active", true);
        door::insert(&mut tx, &mut customer).await.expect("a customer");
        firm.customer = customer.id;
        tx.commit().await.expect("commit");
        firm
    }

    pub async fn tx(&self) -> TenantTx {
        self.db.begin(&self.cx).await.expect("the owner enters the company")
    }

    /// A colleague with a role, as the context of their work.
    pub async fn colleague(&self, role: &str) -> Cx {
        let mut tx = self.tx().await;
        let mut member = Document::new(record("member"))
            .with("name", "Colleague")
            .with("role", code(&mut tx, "role", role).await)
            .with("state", "active");
        let email = format!("{}@firm.example", member.id);
        member.set("user_id", member.id);
        member.set("email", email.clone());
        let hash = crate::platform::auth::hash_password(PASSWORD.to_owned()).await.expect("a hash");
        crate::platform::auth::add_user(&mut tx, member.id, &email, &hash, "Colleague", "en").await.expect("a user");
        door::bring(&mut tx, &mut member).await.expect("a member");
        tx.commit().await.expect("commit");
        Cx { user: member.id, ..self.cx.clone() }
    }

    /// A stocked item at this price with VAT, and so many pieces of it at this cost in the main store.
    pub async fn item(&self, code: &str, price: &str, quantity: i64, cost: &str) -> Uuid {
        self.item_by("average", code, price, quantity, cost).await
    }

    /// The same, valued by this method.
    pub async fn item_by(&self, method: &str, code: &str, price: &str, quantity: i64, cost: &str) -> Uuid {
        let mut tx = self.tx().await;
        let mut item = Document::new(record("item"))
            .with("code", code)
            .with("name", Names::new(format!("Item {code}"), format!("صنف {code}")))
            .with("kind", "stock")
            .with("method", method)
            .with("unit", self::code(&mut tx, "unit", "PCS").await)
            .with("price", dec(price))
            .with("tax_code", self::vat(&mut tx).await)
            .with("active", true);
        door::insert(&mut tx, &mut item).await.expect("an item");
        if quantity > 0 {
            let mut opening =
                Document::new(record("stock_adjustment")).with("date", tx.company.today).with("reason", "opening");
            let line = Line::new().with("item", item.id).with("warehouse", self.main);
            opening.lines.push(line.with("quantity", Decimal::from(quantity)).with("cost", dec(cost)));
            door::insert(&mut tx, &mut opening).await.expect("opening stock");
            door::act(&mut tx, opening.record, opening.id, 1, "post").await.expect("opening stock is posted");
        }
        tx.commit().await.expect("commit");
        item.id
    }

    /// Has pieces counted as finely as quantities are kept.
    pub async fn count_parts_of_pieces(&self) {
        let mut tx = self.tx().await;
        sqlx::query("update unit set decimals = 6 where tenant_id = $1 and code = 'PCS'")
            .bind(self.cx.tenant)
            .execute(tx.conn())
            .await
            .expect("counted");
        tx.commit().await.expect("commit");
    }

    /// A confirmed order of these (item, quantity) lines.
    pub async fn order(&self, lines: &[(Uuid, i64)]) -> Document {
        let mut tx = self.tx().await;
        let mut order = Document::new(record("sales_order"))
            .with("customer", self.customer)
            .with("date", tx.company.today)
            .with("branch", code(&mut tx, "branch", "MAIN").await)
            .with("warehouse", self.main);
        order.lines =
            lines.iter().map(|(item, n)| Line::new().with("item", *item).with("quantity", Decimal::from(*n))).collect();
        door::insert(&mut tx, &mut order).await.expect("an order");
        let (order, _) = door::act(&mut tx, order.record, order.id, order.version, "confirm").await.expect("confirmed");
        tx.commit().await.expect("commit");
        order
    }

    /// Takes an action and answers with the document as it is then, and with the first one it made.
    pub async fn act(&self, document: &Document, action: &str) -> Outcome<(Document, Option<Document>)> {
        let mut tx = self.tx().await;
        let current = door::load(&mut tx, document.record, document.id, door::Lock::No).await?;
        let (document, mut made) = door::act(&mut tx, current.record, current.id, current.version, action).await?;
        tx.commit().await?;
        Ok((document, if made.is_empty() { None } else { Some(made.remove(0)) }))
    }

    pub async fn load(&self, document: &Document) -> Document {
        self.document(document.record.name, document.id).await
    }

    /// A record as it is now.
    pub async fn document(&self, record: &str, id: Uuid) -> Document {
        let mut tx = self.tx().await;
        door::load(&mut tx, self::record(record), id, door::Lock::No).await.expect("it exists")
    }

    /// Changes fields of a draft as a form does.
    pub async fn change(&self, document: &Document, fields: &[(&str, &str)]) -> Outcome<Document> {
        self.save(document, &door::Typed { lines: None, ..form(fields, &[]) }).await
    }

    /// Saves what a form sends of a draft, a new one included.
    pub async fn save(&self, document: &Document, typed: &door::Typed) -> Outcome<Document> {
        let mut tx = self.tx().await;
        let saved = door::save(&mut tx, document.record, document.id, document.version, typed).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Writes a new document as rules would: what its fields start with, the firm's customer, and what `fill` sets.
    pub async fn insert(&self, name: &str, fill: impl FnOnce(Document) -> Document) -> Outcome<Document> {
        let mut tx = self.tx().await;
        let mut document = door::fresh(&mut tx, record(name)).await?;
        if document.record.field("customer").is_some() {
            document.set("customer", self.customer);
        }
        document = fill(document);
        door::insert(&mut tx, &mut document).await?;
        tx.commit().await?;
        Ok(document)
    }

    /// A draft of today with these lines.
    pub async fn draft(&self, name: &str, lines: Vec<Line>) -> Document {
        self.insert(name, |document| Document { lines, ..document }).await.expect("a draft")
    }

    /// The draft that an action makes.
    pub async fn made(&self, document: &Document, action: &str) -> Document {
        let (_, made) = self.act(document, action).await.expect(action);
        made.expect("an action that makes a draft")
    }

    /// Posts a draft, and answers with it as it is then.
    pub async fn post(&self, draft: &Document) -> Document {
        self.act(draft, "post").await.expect("posted").0
    }

    /// A posted invoice of these (item, quantity) lines.
    pub async fn invoice(&self, lines: &[(Uuid, i64)]) -> Document {
        let lines = lines.iter().map(|(item, n)| Line::new().with("item", *item).with("quantity", Decimal::from(*n)));
        let draft = self.draft("sales_invoice", lines.collect()).await;
        self.post(&draft).await
    }

    /// From today on, one unit of this currency is worth so much.
    pub async fn rate(&self, currency: &str, rate: &str) {
        let fill = |document: Document| document.with("currency", currency).with("rate", dec(rate));
        self.insert("exchange_rate", fill).await.expect("a rate");
    }

    /// What accounts with this role hold, in minor units: debit positive.
    pub async fn balance(&self, role: &str) -> i64 {
        let mut tx = self.tx().await;
        sqlx::query_scalar(
            "select coalesce(sum(l.debit - l.credit), 0)::bigint from journal_entry_line l
               join account a on a.tenant_id = l.tenant_id and a.id = l.account
              where l.tenant_id = $1 and l.posted and a.role = $2",
        )
        .bind(self.cx.tenant)
        .bind(role)
        .fetch_one(tx.conn())
        .await
        .expect("a balance")
    }

    /// The date it is in the company.
    pub async fn today(&self) -> Date {
        self.tx().await.company.today
    }

    /// Every invariant of the books holds.
    pub async fn assert_healthy(&self) {
        let mut tx = self.tx().await;
        let checks = modules::finance::health::check(&mut tx).await.expect("health is read");
        let broken: Vec<_> = checks.iter().filter(|c| !c.holds).collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }
}

pub fn record(name: &str) -> &'static Record {
    modules::record(name).unwrap_or_else(|| panic!("no record {name}"))
}

pub fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub async fn code(tx: &mut TenantTx, record: &str, code: &str) -> Uuid {
    let codes = door::codes(tx, self::record(record)).await.expect("codes are read");
    codes.into_iter().find(|(_, c)| c == code).unwrap_or_else(|| panic!("no {record} {code}")).0
}

/// A file with these bytes.
pub fn file(bytes: &[u8]) -> std::fs::File {
    use std::io::Write as _;
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("it is written");
    file
}

/// The standard tax code of the company's country.
async fn vat(tx: &mut TenantTx) -> Value {
    let id: Option<Uuid> = sqlx::query_scalar(
        "select id from tax_code where tenant_id = $1 and kind = 'standard' order by rate desc limit 1",
    )
    .bind(tx.tenant())
    .fetch_optional(tx.conn())
    .await
    .expect("tax codes are read");
    id.into()
}

/// The ids of the messages of a refusal.
pub fn refusals<T>(outcome: Outcome<T>) -> Vec<String> {
    match outcome {
        Err(Error::Refused(refusals)) => refusals.into_iter().map(|r| r.message.id).collect(),
        Err(other) => panic!("not a refusal: {other:?}"),
        Ok(_) => panic!("not refused"),
    }
}

/// What a form sends: fields, and rows of lines.
pub fn form(fields: &[(&str, &str)], rows: &[&[(&str, &str)]]) -> door::Typed {
    door::Typed { fields: texts(fields), lines: Some(rows.iter().map(|row| texts(row)).collect()) }
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

pub fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

// ------------------------------------------------------------------ HTTP

/// The whole web, as a browser would meet it.
pub async fn web() -> Router {
    web_with(FILES.clone()).await
}

/// The whole web over this store of files.
pub async fn web_with(files: Store) -> Router {
    web_of(files, forms::routes()).await
}

/// The web over this store of files, with these routes in place of the pages that take forms of their own.
pub async fn web_of(files: Store, forms: Router<House>) -> Router {
    web::router(house(db().await, files), forms, api::routes(LIMITS.clone()))
}

/// The whole web, from which this server takes mail.
pub async fn web_mailing(mailer: Mailer) -> Router {
    let house = House { mail: Some(mailer), ..house(db().await, FILES.clone()) };
    web::router(house, forms::routes(), api::routes(LIMITS.clone()))
}

/// The whole web, reached through these proxies.
pub async fn web_behind(proxies: &str) -> Router {
    let proxies = Proxies::read(proxies).expect("addresses and networks");
    let house = House { proxies, ..house(db().await, FILES.clone()) };
    web::router(house, forms::routes(), api::routes(LIMITS.clone()))
}

/// The whole web, in which programs may ask so often.
pub async fn web_at(rates: Rates) -> Router {
    web_over(db().await, rates)
}

/// The whole web of a node with connections of its own.
pub fn web_over(db: Db, rates: Rates) -> Router {
    web::router(house(db, FILES.clone()), forms::routes(), api::routes(Limits::new(rates)))
}

fn house(db: Db, files: Store) -> House {
    let options = leptos::config::LeptosOptions::builder().output_name("diwan").build();
    let (options, proxies) = (Arc::new(options), Proxies::default());
    House { db, files, mail: None, options, secure: false, proxies, app: shell::document }
}

/// A browser with a cookie jar.
pub struct Browser {
    web: Router,
    cookies: Vec<(String, String)>,
    pub language: &'static str,
}

pub struct Answer {
    pub status: StatusCode,
    pub bytes: Bytes,
    pub body: String,
    pub raw: Vec<u8>,
    pub location: Option<String>,
    pub headers: axum::http::HeaderMap,
}

impl Answer {
    /// The rows of a CSV or XLSX file without their headings.
    pub fn rows(&self) -> Vec<Vec<String>> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&self.bytes).expect("written");
        let mut table = Table::open(file).expect("a table");
        table.rows(0).expect("rows").map(|row| row.expect("a row").cells).collect()
    }

    /// The text of the page without tags and isolation marks.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut inside = false;
        // A comment that holds a tag of its own.
        for c in self.body.replace("<!--<() />-->", "").chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                '\u{2066}'..='\u{2069}' => {}
                c if !inside => out.push(c),
                _ => {}
            }
        }
        out
    }
}

/// A question as the browser asks it.
fn as_postcard<T: DeserializeOwned + Serialize>(body: &serde_json::Value) -> Option<Vec<u8>> {
    let asked: T = serde_json::from_value(body.clone()).ok()?;
    PostcardCodec::encode(&asked).ok()
}

/// What the browser reads in an answer.
fn as_json<T: DeserializeOwned + Serialize>(raw: &[u8]) -> Option<String> {
    let read: T = PostcardCodec::decode(raw).ok()?;
    serde_json::to_string(&read).ok()
}

impl Browser {
    pub async fn new() -> Browser {
        Browser { web: web().await, cookies: Vec::new(), language: "en" }
    }

    /// A browser in which the owner of a firm has signed in.
    pub async fn of(firm: &Firm) -> Browser {
        Browser::signed_in(&firm.email).await
    }

    /// A browser in which whoever has this address has signed in.
    pub async fn signed_in(email: &str) -> Browser {
        Browser::over(web().await, email).await
    }

    /// The same on this web.
    pub async fn over(web: Router, email: &str) -> Browser {
        let mut browser = Browser { web, cookies: Vec::new(), language: "en" };
        let answer = browser.post("/sign-in", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        browser
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    pub async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, Body::from(body)).await
    }

    /// Asks a server function. Its answer is told as JSON, so that what is in it can be read.
    pub async fn call(&mut self, function: &str, body: serde_json::Value) -> Answer {
        let request = Request::post(format!("/api/{function}"))
            .header(header::CONTENT_TYPE, "application/postcard")
            .header(header::ACCEPT, "application/postcard")
            .header("sec-fetch-site", "same-origin");
        let asked = match function {
            "page" => as_postcard::<calls::Load>(&body),
            "preview" => as_postcard::<calls::Preview>(&body),
            "lookup" => as_postcard::<calls::Lookup>(&body),
            "row" => as_postcard::<calls::ListRow>(&body),
            "uploaded" => as_postcard::<calls::Uploaded>(&body),
            other => panic!("what does {other} take?"),
        };
        // What is no question of this function goes as it is.
        let answer = self.send(request, Body::from(asked.unwrap_or_else(|| body.to_string().into_bytes()))).await;
        let body = match function {
            _ if !answer.status.is_success() => as_json::<calls::Failure>(&answer.raw),
            "page" => as_json::<calls::Loaded>(&answer.raw),
            "preview" => as_json::<FormPage>(&answer.raw),
            "lookup" => as_json::<Vec<Suggestion>>(&answer.raw),
            "row" => as_json::<Option<Row>>(&answer.raw),
            "uploaded" => as_json::<Option<FileItem>>(&answer.raw),
            other => panic!("what does {other} answer?"),
        };
        Answer { body: body.unwrap_or(answer.body), ..answer }
    }

    /// What a page is drawn from, as the browser asks for it: texts in it can be read.
    pub async fn data(&mut self, page: &str) -> Answer {
        let (path, query) = page.split_once('?').unwrap_or((page, ""));
        let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let query: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        self.call("page", serde_json::json!({"path": path, "query": query})).await
    }

    pub async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let request = request
            .header(header::HOST, "diwan.example")
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::COOKIE, cookies.join("; "))
            .body(body)
            .expect("a request");
        let response = self.web.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.retain(|(n, _)| n != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        Answer {
            status: parts.status,
            location: parts.headers.get(header::LOCATION).and_then(|l| l.to_str().ok()).map(str::to_owned),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
            raw: body.to_vec(),
            bytes: body,
        }
    }
}

/// Waits until somebody waits for what this process of the database holds.
pub async fn until_waited_for(tx: &mut TenantTx, holder: i32) {
    for _ in 0..1_000 {
        let waits: bool = sqlx::query_scalar(
            "select exists (select from pg_locks where not granted and $1 = any(pg_blocking_pids(pid)))",
        )
        .bind(holder)
        .fetch_one(tx.conn())
        .await
        .expect("locks are read");
        if waits {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}

/// The folder of real data and expected figures. Tests that need it say loudly when it is absent.
pub fn shared(path: &str) -> PathBuf {
    let base = std::env::var("DIWAN_SHARED")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let file = base.join(path);
    assert!(file.exists(), "{} is absent: set DIWAN_SHARED to the folder with data/ and golden/", file.display());
    file
}
