//! Speed, measured against the bare minimum: the same SQL through the same connection, and a hand-written page of it.
//!
//! `cargo bench --features graphql` (DIWAN_BENCH_ORDERS sets the number of orders, DIWAN_BENCH_ROWS that of the rows of the
//! large import; one million unless told). Prints a table.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::Request;
use axum::response::Html;
use axum::routing::get;
use diwan::api::{self, limits::Limits};
use diwan::app::{forms, shell};
use diwan::i18n::{Digits, I18n, Locale};
use diwan::modules::{self, administration::founding};
use diwan::platform::cluster::{Cluster, Durability};
use diwan::platform::config::Rates;
use diwan::platform::document::{Document, Line};
use diwan::platform::files::Store;
use diwan::platform::import::batch::{self, Asked};
use diwan::platform::import::spool::Spool;
use diwan::platform::proxies::Proxies;
use diwan::platform::sheet::{self, Cell, Heading};
use diwan::platform::table::Table;
use diwan::platform::tenancy::{Cx, Db};
use diwan::platform::token::Bearer;
use diwan::platform::web::{self, House};
use diwan::platform::{auth, database, door, export, import, jobs, page, search};
use diwan::record::Names;
use diwan::record::import::ImportPage;
use diwan::record::query::{Filter, Query};
use futures_util::stream::{self, StreamExt as _};
use rust_decimal::Decimal;
use sqlx::{Connection as _, PgConnection, Row as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tower::ServiceExt as _;
use uuid::Uuid;

const COMPANIES: usize = 50;
const PASSWORD: &str = "a password for measuring";

fn main() -> anyhow::Result<()> {
    modules::install();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure())
}

/// Median and 95th percentile of these times.
fn spread(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort();
    (times[times.len() / 2], times[times.len() * 95 / 100])
}

fn row(what: &str, figure: String) {
    println!("| {what} | {figure} |");
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// How many there should be of something: what the environment says, else a million.
fn size(variable: &str) -> i64 {
    std::env::var(variable).ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000)
}

async fn measure() -> anyhow::Result<()> {
    let orders = size("DIWAN_BENCH_ORDERS");
    let folder = PathBuf::from(std::env::var("HOME").unwrap_or_default()).join(".cache/diwan/bench-data");
    let cluster = Cluster::start(&folder, Durability::Full).await?;
    let name = format!("bench_{orders}_{}", env!("CARGO_PKG_VERSION").replace('.', "_"));
    database::drop_databases(&cluster.url("postgres"), "bench_").await?;
    database::create_database(&cluster.url("postgres"), &name).await?;
    let app = database::prepare(&cluster.url(&name)).await?;
    let db = Db::connect(&app, 8).await?;
    let firms = found_companies(&db).await?;
    let begun = Instant::now();
    load_orders(&cluster.url(&name), &firms, orders).await?;
    println!("\n{orders} orders in {COMPANIES} companies, loaded in {:.0} s\n", begun.elapsed().as_secs_f64());
    println!("| what | figure |\n|---|---|");
    lists(&db, &firms[0]).await?;
    pages(&db, &firms[0]).await?;
    programs(&db, &firms[0]).await?;
    posting(&db, &firms[1]).await?;
    exporting(&db, &firms[0]).await?;
    importing(&db, &firms[2]).await?;
    searching(&db, &firms[0], &cluster.url(&name)).await?;
    importing_many(&db, &firms[3], size("DIWAN_BENCH_ROWS")).await?;
    db.close().await;
    cluster.stop().await
}

struct Firm {
    cx: Cx,
    email: String,
    customer: Uuid,
    item: Uuid,
}

async fn found_companies(db: &Db) -> anyhow::Result<Vec<Firm>> {
    let hash = auth::hash_password(PASSWORD.to_owned()).await?;
    let mut firms = Vec::new();
    for n in 0..COMPANIES {
        let i18n = I18n::new(Locale::En, Digits::Western);
        let cx = Cx {
            user: Uuid::now_v7(),
            tenant: Uuid::now_v7(),
            i18n,
            request: Uuid::now_v7(),
            address: None,
            scope: None,
        };
        let email = format!("owner{n}@bench.example");
        let plan = founding::Founding {
            company: Names::new(format!("Company {n}"), format!("شركة {n}")),
            country: "SA".to_owned(),
            currency: None,
            person: "Owner".to_owned(),
            email: email.clone(),
            password_hash: Some(hash.clone()),
        };
        founding::found(db, cx.clone(), plan).await?;
        let mut tx = db.begin(&cx).await?;
        let mut customer = Document::new(modules::record("customer").expect("customers"))
            .with("code", "C1")
            .with("name", Names::new("Gulf Steel", "الخليج للحديد"))
            .with("language", "ar");
        door::insert(&mut tx, &mut customer).await?;
        let unit = door::codes(&mut tx, modules::record("unit").expect("units")).await?[0].0;
        let mut item = Document::new(modules::record("item").expect("items"))
            .with("code", "A")
            .with("name", Names::new("Beam", "كمرة"))
            .with("kind", "stock")
            .with("unit", unit)
            .with("price", Decimal::ONE_HUNDRED);
        door::insert(&mut tx, &mut item).await?;
        tx.commit().await?;
        firms.push(Firm { cx, email, customer: customer.id, item: item.id });
    }
    Ok(firms)
}

/// Half of all orders, and a little more, belong to the first company, so that its list has a ten-thousandth page.
async fn load_orders(admin: &str, firms: &[Firm], orders: i64) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(admin).await?;
    let first = orders * 51 / 100;
    let rest = (orders - first) / (firms.len() as i64 - 1);
    for (n, firm) in firms.iter().enumerate() {
        sqlx::query(
            "insert into sales_order (tenant_id, id, number, customer, date, delivery_date, warehouse, currency, rate, net, tax, total, base_total, delivered, state, search, created_by)
             select $1, gen_random_uuid(), 'SO-2026-' || lpad(g::text, 6, '0'), $2, date '2023-01-01' + (g % 1400)::int, date '2023-01-08' + (g % 1400)::int,
                    (select id from warehouse where tenant_id = $1 limit 1), 'SAR', 1, g * 100, g * 15, g * 115, g * 115, g % 101,
                    (array['confirmed', 'partly_delivered', 'delivered', 'closed', 'cancelled'])[1 + g % 5], 'so-2026-' || g, $3
               from generate_series(1, $4) g",
        )
        .bind(firm.cx.tenant)
        .bind(firm.customer)
        .bind(firm.cx.user)
        .bind(if n == 0 { first } else { rest })
        .execute(&mut connection)
        .await?;
    }
    sqlx::query("vacuum analyze").execute(&mut connection).await?;
    Ok(())
}

/// The filtered list: its first page, its ten-thousandth page, and the bare SQL of one page.
async fn lists(db: &Db, firm: &Firm) -> anyhow::Result<()> {
    let record = modules::record("sales_order").expect("orders");
    let filter = Filter { field: "date".to_owned(), text: "2023-01-01..2026-12-31".to_owned() };
    let start = Query { filters: vec![filter], descending: true, ..Query::default() };
    let read = async |query: &Query| -> anyhow::Result<(Duration, Option<String>)> {
        let begun = Instant::now();
        let mut tx = db.begin(&firm.cx).await?;
        let page = page::list(&mut tx, record, query).await?;
        tx.commit().await?;
        Ok((begun.elapsed(), page.after))
    };
    let mut first = Vec::new();
    for _ in 0..200 {
        first.push(read(&start).await?.0);
    }
    let mut query = start.clone();
    let mut pages = 1;
    while pages < 10_000 {
        let Some(after) = read(&query).await?.1 else { break };
        query.after = Some(after);
        pages += 1;
    }
    let mut deep = Vec::new();
    for _ in 0..200 {
        deep.push(read(&query).await?.0);
    }
    let mut bare = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        let mut tx = db.begin(&firm.cx).await?;
        bare_rows(&mut tx).await?;
        tx.commit().await?;
        bare.push(begun.elapsed());
    }
    let (first, deep, bare) = (spread(first), spread(deep), spread(bare));
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    row("list, first page, median (p95)", format!("{} ({})", milliseconds(first.0), milliseconds(first.1)));
    row(&format!("list, page {pages}, median (p95)"), format!("{} ({})", milliseconds(deep.0), milliseconds(deep.1)));
    row("page 10,000 against first page (wanted: 1.5 or less)", format!("{:.2}", ratio(deep.0, first.0)));
    row("bare SQL of a page through the same connection", milliseconds(bare.0));
    row("list page against bare SQL (wanted: 3 or less)", format!("{:.2}", ratio(first.0, bare.0)));
    Ok(())
}

/// The rows of a page with their customers, and the count under them.
async fn bare_rows(tx: &mut diwan::platform::tenancy::TenantTx) -> anyhow::Result<Vec<sqlx::postgres::PgRow>> {
    let tenant = tx.tenant();
    let rows = sqlx::query(
        "select t.id, t.number, c.name::text as customer, t.date::text as date, t.delivery_date::text as delivery_date, t.delivered::text as delivered, t.state, t.total
           from (select * from sales_order where tenant_id = $1 and date between '2023-01-01' and '2026-12-31' order by date desc, id desc limit 51) t
           left join customer c on c.tenant_id = $1 and c.id = t.customer order by t.date desc, t.id desc",
    )
    .bind(tenant)
    .fetch_all(tx.conn())
    .await?;
    sqlx::query("select count(*) from (select 1 from sales_order where tenant_id = $1 and date between '2023-01-01' and '2026-12-31' limit 10001) x")
        .bind(tenant)
        .fetch_one(tx.conn())
        .await?;
    Ok(rows)
}

/// The rendered page against a hand-written one with the same SQL, one request after the other.
async fn pages(db: &Db, firm: &Firm) -> anyhow::Result<()> {
    let options = leptos::config::LeptosOptions::builder().output_name("diwan").build();
    let files =
        diwan::platform::files::Store::in_folder(&std::env::temp_dir().join("diwan-bench-files")).expect("a folder");
    let (options, proxies) = (Arc::new(options), Proxies::default());
    let house = House { db: db.clone(), files, mail: None, options, secure: false, proxies, app: shell::document };
    let diwan = web::router(house, forms::routes(), Router::new());
    let cookie = sign_in(&diwan, &firm.email).await?;
    let (twin_db, cx) = (db.clone(), firm.cx.clone());
    let twin: Router = Router::new().route("/sales-orders", get(move || hand_written(twin_db.clone(), cx.clone())));
    let ask = |n: usize| -> anyhow::Result<Request<Body>> {
        let path = format!("/sales-orders?date={}..2026-12-31", another_day(n));
        Ok(Request::get(path).header("host", "bench").header("cookie", &cookie).body(Body::empty())?)
    };
    let (kept, kept_cpu) = per_second(&diwan, async |_| ask(0)).await?;
    let (ours, ours_cpu) = per_second(&diwan, async |n| ask(n + 1)).await?;
    let (theirs, theirs_cpu) = per_second(&twin, async |n| ask(n + 1)).await?;
    row(
        "orders list rendered per second, from memory, one after the other (CPU each)",
        format!("{kept:.0} ({kept_cpu:.1} ms)"),
    );
    row("the same, not in memory", format!("{ours:.0} ({ours_cpu:.1} ms)"));
    row("hand-written axum page with the same SQL (CPU each)", format!("{theirs:.0} ({theirs_cpu:.1} ms)"));
    row("share of the hand-written page (wanted: 0.25 or more)", format!("{:.2}", ours / theirs));
    Ok(())
}

/// A day before the first order. From each of them on the same orders are found, and none of the answers was given before.
fn another_day(n: usize) -> String {
    format!("2022-{:02}-{:02}", n / 28 % 12 + 1, n % 28 + 1)
}

async fn sign_in(router: &Router, email: &str) -> anyhow::Result<String> {
    let body = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
    let request = Request::post("/sign-in")
        .header("host", "bench")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))?;
    let response = router.clone().oneshot(request).await?;
    let cookie = response.headers().get("set-cookie").and_then(|c| c.to_str().ok()).unwrap_or_default();
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

/// Sends a request and reads the whole answer, which must be a good one.
async fn answer(router: &Router, request: Request<Body>) -> anyhow::Result<Vec<u8>> {
    let what = format!("{} {}", request.method(), request.uri());
    let response = router.clone().oneshot(request).await?;
    let status = response.status();
    let body: Vec<u8> = to_bytes(response.into_body(), usize::MAX).await?.into();
    anyhow::ensure!(status.is_success(), "{what}: {status} {}", String::from_utf8_lossy(&body));
    Ok(body)
}

/// Milliseconds of the processors that this process has used.
fn cpu() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let fields = text.rsplit_once(')').map(|(_, rest)| rest.split_whitespace()).into_iter().flatten();
    // The 14th and 15th of them all, in hundredths of a second.
    let ticks: Vec<f64> = fields.skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    anyhow::ensure!(ticks.len() == 2, "/proc tells no time");
    Ok(ticks.iter().sum::<f64>() * 10.0)
}

/// How many of these requests are answered in a second, one after the other, and the milliseconds of our processor that each takes.
async fn per_second(
    router: &Router,
    request: impl AsyncFn(usize) -> anyhow::Result<Request<Body>>,
) -> anyhow::Result<(f64, f64)> {
    let mut requests = Vec::new();
    for n in 0..320 {
        requests.push(request(n).await?);
    }
    let measured = requests.split_off(20);
    for request in requests {
        answer(router, request).await?;
    }
    let (begun, used) = (Instant::now(), cpu()?);
    for request in measured {
        answer(router, request).await?;
    }
    Ok((300.0 / begun.elapsed().as_secs_f64(), (cpu()? - used) / 300.0))
}

/// What programs ask for: each alone, then a mix of it that comes whether or not the one before was answered.
async fn programs(db: &Db, firm: &Firm) -> anyhow::Result<()> {
    let token = make_token(db, firm).await?;
    let options = leptos::config::LeptosOptions::builder().output_name("diwan").build();
    let files =
        diwan::platform::files::Store::in_folder(&std::env::temp_dir().join("diwan-bench-files")).expect("a folder");
    let (options, proxies) = (Arc::new(options), Proxies::default());
    let house = House { db: db.clone(), files, mail: None, options, secure: false, proxies, app: shell::document };
    let limits = Limits::new(Rates { token: 100_000_000, company: 100_000_000 });
    let router = web::router(house, Router::new(), api::routes(limits));
    let ask = |method: &str, path: &str, body: Option<String>| -> anyhow::Result<Request<Body>> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("if-match", "*");
        Ok(request.body(body.map_or_else(Body::empty, Body::from))?)
    };
    let list_from = |day: &str| {
        let fields = "number,customer,date,delivery_date,delivered,state,total";
        format!("/api/v1/sales-orders?date={day}..2026-12-31&fields={fields}")
    };
    let list = list_from("2023-01-01");
    let graphql = "{ sales_orders(filter: { date: { from: \"2023-01-01\", to: \"2026-12-31\" } }) { rows { number date delivery_date delivered state total customer { code name { en ar } } } next } }";
    let graphql = serde_json::json!({ "query": graphql }).to_string();
    let fresh = |n: usize| {
        let line = serde_json::json!({ "item": firm.item, "quantity": (n % 9 + 1).to_string() });
        serde_json::json!({ "customer": firm.customer, "date": "2026-06-15", "lines": [line] }).to_string()
    };
    let make = async || -> anyhow::Result<String> {
        let made = answer(&router, ask("POST", "/api/v1/sales-orders", Some(fresh(0)))?).await?;
        let made: serde_json::Value = serde_json::from_slice(&made)?;
        Ok(made["id"].as_str().unwrap_or_default().to_owned())
    };
    let one = format!("/api/v1/sales-orders/{}", make().await?);
    let mut drafts = Vec::new();
    for _ in 0..520 {
        drafts.push(make().await?);
    }
    let (to_confirm, in_the_mix) = drafts.split_at(320);
    let confirm = |id: &String| ask("POST", &format!("/api/v1/sales-orders/{id}/confirm"), None);
    row_of("list of 50 orders over REST, from memory", per_second(&router, async |_| ask("GET", &list, None)).await?);
    row_of("the same, not in memory", {
        per_second(&router, async |n| ask("GET", &list_from(&another_day(n)), None)).await?
    });
    row_of("the same over GraphQL, with the customers, which is kept in no memory", {
        per_second(&router, async |_| ask("POST", "/api/graphql", Some(graphql.clone()))).await?
    });
    row_of("reading an order, from memory", per_second(&router, async |_| ask("GET", &one, None)).await?);
    // Each is read for the first time.
    let order = |id: &String| ask("GET", &format!("/api/v1/sales-orders/{id}"), None);
    row_of("the same, not in memory", per_second(&router, async |n| order(&to_confirm[n])).await?);
    row_of(
        "making an order",
        per_second(&router, async |n| ask("POST", "/api/v1/sales-orders", Some(fresh(n)))).await?,
    );
    row_of("confirming an order", per_second(&router, async |n| confirm(&to_confirm[n])).await?);
    // Of a hundred requests forty are lists, thirty read, twenty make and ten act.
    let (mut asked, mut acts) = (Vec::new(), in_the_mix.iter());
    for n in 0..2_000 {
        asked.push(match n * 37 % 100 {
            0..40 => ask("GET", &list, None)?,
            40..70 => ask("GET", &one, None)?,
            70..90 => ask("POST", "/api/v1/sales-orders", Some(fresh(n)))?,
            _ => confirm(acts.next().expect("an order to confirm"))?,
        });
    }
    let mut clients = Vec::new();
    let mut due = tokio::time::interval(Duration::from_millis(10));
    for request in asked {
        due.tick().await;
        let (router, begun) = (router.clone(), Instant::now());
        clients.push(tokio::spawn(async move { answer(&router, request).await.map(|_| begun.elapsed()) }));
    }
    let mut times = Vec::new();
    for client in clients {
        times.push(client.await??);
    }
    let (median, p95) = spread(times);
    row(
        "a mix of these at 100 requests a second, median (p95, wanted: under 50 ms)",
        format!("{} ({})", milliseconds(median), milliseconds(p95)),
    );
    Ok(())
}

fn row_of(what: &str, (rate, cpu): (f64, f64)) {
    row(&format!("{what}: a second, one after the other (CPU each)"), format!("{rate:.0} ({cpu:.1} ms)"));
}

/// A token with all the rights of the owner.
async fn make_token(db: &Db, firm: &Firm) -> anyhow::Result<String> {
    let mut tx = db.begin(&firm.cx).await?;
    let id = Uuid::now_v7();
    let fields = [("name", "Bench"), ("scope", "write")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    let typed = door::Typed { fields: fields.into(), lines: None };
    door::save(&mut tx, modules::record("api_token").expect("tokens"), id, 0, &typed).await?;
    tx.commit().await?;
    Ok(Bearer { tenant: firm.cx.tenant, id }.secret())
}

async fn hand_written(db: Db, cx: Cx) -> Html<String> {
    use std::fmt::Write as _;
    let mut tx = db.begin(&cx).await.expect("a transaction");
    let rows = bare_rows(&mut tx).await.expect("rows");
    tx.commit().await.expect("commit");
    let mut html =
        String::from("<!DOCTYPE html><html><head><title>Orders</title></head><body><h1>Orders</h1><table><tbody>");
    for row in rows {
        let text = |name: &str| {
            row.get::<Option<String>, _>(name).unwrap_or_default().replace('&', "&amp;").replace('<', "&lt;")
        };
        let id: Uuid = row.get("id");
        let _ = write!(
            html,
            "<tr><td><a href=\"/sales-orders/{id}\">{}</a></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            text("number"),
            text("customer"),
            text("date"),
            text("delivery_date"),
            text("delivered"),
            text("state"),
            row.get::<i64, _>("total")
        );
    }
    html.push_str("</tbody></table></body></html>");
    Html(html)
}

/// Posts invoices of ten lines, one client first, then four at once in one company.
async fn posting(db: &Db, firm: &Firm) -> anyhow::Result<()> {
    let record = modules::record("sales_invoice").expect("invoices");
    let draft = async |count: usize| -> anyhow::Result<Vec<Uuid>> {
        let mut ids = Vec::new();
        let mut tx = db.begin(&firm.cx).await?;
        for _ in 0..count {
            let mut invoice = Document::new(record).with("customer", firm.customer).with("date", tx.company.today);
            invoice.lines =
                (1..=10).map(|n| Line::new().with("item", firm.item).with("quantity", Decimal::from(n))).collect();
            door::insert(&mut tx, &mut invoice).await?;
            ids.push(invoice.id);
        }
        tx.commit().await?;
        Ok(ids)
    };
    let mut statements = 0;
    let mut times = Vec::new();
    for id in draft(100).await? {
        let begun = Instant::now();
        let mut tx = db.begin(&firm.cx).await?;
        door::act(&mut tx, record, id, 1, "post").await?;
        statements = tx.commit().await?;
        times.push(begun.elapsed());
    }
    let (median, p95) = spread(times);
    let ids = draft(800).await?;
    let begun = Instant::now();
    let mut clients = Vec::new();
    for chunk in ids.chunks(200) {
        let (db, cx, chunk) = (db.clone(), firm.cx.clone(), chunk.to_vec());
        clients.push(tokio::spawn(async move {
            let mut refused = 0;
            for id in chunk {
                let Ok(mut tx) = db.begin(&cx).await else { continue };
                match door::act(&mut tx, record, id, 1, "post").await {
                    Ok(_) => drop(tx.commit().await),
                    Err(_) => refused += 1,
                }
            }
            refused
        }));
    }
    let mut refused = 0;
    for client in clients {
        refused += client.await?;
    }
    let rate = 800.0 / begun.elapsed().as_secs_f64();
    row("posting an invoice of ten lines: SQL statements (wanted: 15 or fewer)", statements.to_string());
    row("posting, one client, median (p95)", format!("{} ({})", milliseconds(median), milliseconds(p95)));
    row(
        "postings a second, four clients in one company (wanted: 100 or more)",
        format!("{rate:.0}, {refused} refused"),
    );
    Ok(())
}

/// The most memory this process held since the last look, and what it holds now, in kB.
fn memory() -> anyhow::Result<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let of = |name: &str| -> Option<u64> {
        status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
    };
    let figures = of("VmHWM:").zip(of("VmRSS:")).ok_or_else(|| anyhow::anyhow!("/proc tells no memory"))?;
    std::fs::write("/proc/self/clear_refs", "5")?;
    Ok(figures)
}

/// What some work takes: its time, and the memory it adds at its peak, in MB.
async fn taken<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<(T, Duration, f64)> {
    memory()?;
    let before = memory()?.1;
    let begun = Instant::now();
    let done = work.await?;
    let time = begun.elapsed();
    Ok((done, time, (memory()?.0.saturating_sub(before)) as f64 / 1024.0))
}

/// A hundred thousand rows of twelve columns as a spreadsheet.
async fn exporting(db: &Db, firm: &Firm) -> anyhow::Result<()> {
    let record = modules::record("sales_order").expect("orders");
    let columns = "number,customer,date,delivery_date,warehouse,currency,rate,net,tax,total,delivered,state";
    let pairs = [("date", "2023-01-01..2023-10-02"), ("columns", columns)];
    let query = Query::read(record, pairs.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let mut tx = db.begin(&firm.cx).await?;
    let rows = page::counts(&mut tx, &[(record, query.clone())], 10_000_000).await?[0];
    drop(tx);
    for name in ["xlsx", "csv"] {
        let plan =
            export::list::Plan { record, query: query.clone(), ids: None, format: export::Format::from_name(name) };
        let (_, time, added) = taken(async { Ok(export::list::write(db, &firm.cx, &plan).await?) }).await?;
        let wanted = if name == "xlsx" { ", wanted: 6 s or less for 100,000" } else { "" };
        let what = format!("export of {rows} rows × 12 columns to {name} (memory added{wanted})");
        row(&what, format!("{:.1} s ({added:.0} MB)", time.as_secs_f64()));
    }
    Ok(())
}

/// A hundred thousand order lines from a file, all or nothing.
async fn importing(db: &Db, firm: &Firm) -> anyhow::Result<()> {
    use std::io::Write as _;
    const LINES: usize = 100_000;
    let mut file = tempfile::tempfile()?;
    {
        let mut csv = std::io::BufWriter::new(&file);
        writeln!(csv, "reference,customer,date,line.item,line.quantity,line.price")?;
        for n in 0..LINES {
            writeln!(csv, "R-{},C1,2026-01-{:02},A,{},{}.50", n / 4, n / 4 % 28 + 1, n % 9 + 1, n % 700 + 1)?;
        }
        csv.flush()?;
    }
    std::io::Seek::rewind(&mut file)?;
    let mapping = ["reference", "customer", "date", "line.item", "line.quantity", "line.price"];
    let mapping = mapping.map(|name| import::Mapping::parse(&format!("{name}={name}")));
    let plan = import::Plan {
        mapping: mapping.into_iter().collect::<anyhow::Result<_>>()?,
        ..import::Plan::new(modules::record("sales_order").expect("orders"))
    };
    let work = async {
        let mut tx = db.begin(&firm.cx).await?;
        let report = import::run(&mut tx, &plan, file).await?;
        anyhow::ensure!(report.faults == 0, "{:?}", report.bad);
        tx.commit().await?;
        Ok(report)
    };
    let (report, time, added) = taken(work).await?;
    let what = format!(
        "import of {} order lines into {} orders (memory added; wanted: 30 s and 64 MB or less)",
        report.rows,
        report.documents.len()
    );
    row(&what, format!("{:.1} s ({added:.0} MB)", time.as_secs_f64()));
    Ok(())
}

/// A million customers from one file, as people bring it: taken in, checked, and imported all or nothing, by jobs. And as much
/// of a workbook, read only: what comes after that is the same.
async fn importing_many(db: &Db, firm: &Firm, rows: i64) -> anyhow::Result<()> {
    let record = modules::record("customer").expect("customers");
    let folder = tempfile::tempdir()?;
    let store = Store::in_folder(folder.path())?;
    let said = |what: &str, (time, added): (Duration, f64)| {
        row(&format!("{what} (memory added)"), format!("{:.1} s ({added:.0} MB)", time.as_secs_f64()));
    };
    let head = Ok(Bytes::from_static(b"code,name,phone,language\n"));
    let part = |from: i64| -> String {
        (from..rows.min(from + 1000)).map(|n| format!("M{n},Customer {n},+966 {n},en\n")).collect()
    };
    let lines = (0..rows).step_by(1000).map(|from| Ok::<_, door::Error>(Bytes::from(part(from))));
    let bytes = stream::iter(std::iter::once(head).chain(lines)).boxed();
    let work = async { Ok(batch::receive(db, &firm.cx, &store, record, false, "customers.csv", bytes).await?) };
    let (id, time, added) = taken(work).await?;
    said(&format!("taking in a file of {rows} customers"), (time, added));
    let ((), time, added) = taken(work_off(db, &store)).await?;
    said("checking it", (time, added));
    let page = stands(db, firm, id).await?;
    anyhow::ensure!(page.verbs.iter().any(|verb| verb == "import"), "{:?} {:?}", page.notices, page.bad);
    let mut tx = db.begin(&firm.cx).await?;
    batch::ask(&mut tx, record, id, &Asked { verb: "import".to_owned(), ..Asked::default() }).await?;
    tx.commit().await?;
    let ((), time, added) = taken(work_off(db, &store)).await?;
    said(&format!("import of {rows} customers, all or nothing"), (time, added));
    let page = stands(db, firm, id).await?;
    anyhow::ensure!(page.batch.is_some_and(|batch| batch.state == "done"), "{:?}", page.notices);

    let names = ["code", "name", "phone", "language"];
    let headings = names.map(|name| Heading { text: name.to_owned(), width_hint: None });
    let mut writer = sheet::Writer::new(tempfile::tempfile()?, sheet::Format::Xlsx, &headings, "Customers", false)?;
    for n in 0..rows {
        let texts = [format!("M{n}"), format!("Customer {n}"), format!("+966 {n}"), "en".to_owned()];
        writer.row(&texts.map(Cell::Text))?;
    }
    let file = writer.finish()?;
    let mapping = names.map(|name| import::Mapping::parse(&format!("{name}={name}")));
    let mapping = mapping.into_iter().collect::<anyhow::Result<_>>()?;
    let plan = import::Plan { mapping, ..import::Plan::new(record) };
    let work = async {
        let spool = Spool::read(&plan, &mut Table::open(file)?)?;
        anyhow::ensure!(spool.end.is_none() && spool.rows() == rows as u64, "{:?}", spool.end);
        Ok(())
    };
    let ((), time, added) = taken(work).await?;
    said(&format!("reading a workbook of {rows} rows"), (time, added));
    Ok(())
}

/// Runs the jobs that are due, to the end.
async fn work_off(db: &Db, store: &Store) -> anyhow::Result<()> {
    let (_stop, stopping) = watch::channel(false);
    while jobs::run_next(db, store, None, &stopping).await? {}
    Ok(())
}

/// Where an import of customers stands.
async fn stands(db: &Db, firm: &Firm, id: Uuid) -> anyhow::Result<ImportPage> {
    let mut tx = db.begin(&firm.cx).await?;
    Ok(batch::page(&mut tx, modules::record("customer").expect("customers"), id).await?)
}

/// One search over a company of a million records.
async fn searching(db: &Db, firm: &Firm, admin: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(admin).await?;
    let orders: i64 = sqlx::query_scalar("select count(*) from search.entries where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(&mut connection)
        .await?;
    sqlx::query(
        "insert into customer (tenant_id, id, code, name, language, currency, search, created_by)
         select $1, gen_random_uuid(), 'K' || g, jsonb_build_object('en', en, 'ar', ar), 'ar', 'SAR', 'k' || g || ' · ' || lower(en) || ' · ' || ar, $2
           from (select g, (array['Gulf', 'Palm', 'Desert', 'Falcon', 'Red Sea', 'Najd', 'Light', 'Blue', 'Golden', 'North'])[1 + g % 10] || ' ' ||
                           (array['Trading', 'Steel', 'Contracting', 'Metals', 'Foods', 'Engineering', 'Logistics'])[1 + g / 10 % 7] || ' ' || g as en,
                           (array['الخليج', 'النخله', 'الصحراء', 'الصقر', 'البحر الاحمر', 'نجد', 'النور', 'الازرق', 'الذهبي', 'الشمال'])[1 + g % 10] || ' ' ||
                           (array['للتجاره', 'للحديد', 'للمقاولات', 'للمعادن'])[1 + g / 10 % 4] || ' ' || g as ar
                   from generate_series(1, greatest(1000000 - $3, 1)) g) n",
    )
    .bind(firm.cx.tenant)
    .bind(firm.cx.user)
    .bind(orders)
    .execute(&mut connection)
    .await?;
    sqlx::query("vacuum analyze").execute(&mut connection).await?;
    let texts = [
        "so-2026-1234",
        "2026",
        "so",
        "الخليج",
        "falcon steel",
        "steel palm 77",
        "k1234",
        "falcn",
        "الصحرا للمقاولت",
        "nothing like it",
    ];
    let (mut all, mut slowest) = (Vec::new(), (Duration::ZERO, ""));
    for text in texts {
        let mut times = Vec::new();
        for _ in 0..20 {
            let begun = Instant::now();
            let mut tx = db.begin(&firm.cx).await?;
            search::find(&mut tx, text).await?;
            tx.commit().await?;
            times.push(begun.elapsed());
        }
        let median = spread(times.clone()).0;
        if median > slowest.0 {
            slowest = (median, text);
        }
        all.extend(times);
    }
    let (median, p95) = spread(all);
    row(
        "search over a million records of a company, median (p95)",
        format!("{} ({})", milliseconds(median), milliseconds(p95)),
    );
    row(&format!("slowest of ten searches, “{}”, median (wanted: 100 ms or less)", slowest.1), milliseconds(slowest.0));
    Ok(())
}
