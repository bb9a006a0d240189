//! One decision for every door: what a role may do, see and reach is the same wherever it asks.

mod doors;
mod fields;
mod rows;

use crate::modules::administration::role::BASES;
use crate::modules::{self, MODULES};
use crate::platform::bulk::{self, Which};
use crate::platform::document::{Document, Line};
use crate::platform::door::{self, Error, Typed};
use crate::platform::export::{self, Format};
use crate::platform::import::{self, Mapping};
use crate::platform::permission::{Grant, Rights};
use crate::platform::table::Table;
use crate::platform::tenancy::{Cx, TenantTx};
use crate::platform::{comments, jobs, page, search, views};
use crate::record::line::input_name;
use crate::record::query::{Filter, Query, encode, groupable};
use crate::record::{Field, Kind, Names, Reach, Record, Value};
use crate::tests::support::{self, Answer, Browser, Firm, code, dec, record, refusals};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value as Json, json};
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(in crate::tests) fn typed(fields: &[(&str, &str)]) -> Typed {
    Typed { fields: fields.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(), lines: None }
}

/// A right as the matrix posts it.
pub(in crate::tests) fn right(record: &str, field: Option<&str>, words: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut line: BTreeMap<String, String> = words.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    line.insert("record".to_owned(), record.to_owned());
    if let Some(field) = field {
        line.insert("field".to_owned(), field.to_owned());
    }
    line
}

/// Everything on one type of record, so far as `reach` goes.
pub(in crate::tests) fn everything(record: &str, reach: &str) -> BTreeMap<String, String> {
    right(
        record,
        None,
        &[
            ("sees", "true"),
            ("creates", "true"),
            ("changes", "true"),
            ("deletes", "true"),
            ("acts", "*"),
            ("reach", reach),
        ],
    )
}

/// A member with a role of these rights, and a browser in which they have signed in.
pub(in crate::tests) async fn member_with(
    firm: &Firm,
    base: &str,
    rights: Vec<BTreeMap<String, String>>,
) -> (Cx, Browser) {
    member_of(firm, base, rights, &[]).await
}

/// The same with something more about the member, such as their branch.
async fn member_of(
    firm: &Firm,
    base: &str,
    rights: Vec<BTreeMap<String, String>>,
    more: &[(&str, &str)],
) -> (Cx, Browser) {
    let member = firm.colleague("auditor").await;
    let mut tx = firm.tx().await;
    let role = Uuid::now_v7();
    let fields = typed(&[("code", &role.to_string()[24..]), ("name", "A role of its own"), ("base", base)]);
    door::save(&mut tx, record("role"), role, 0, &Typed { lines: Some(rights), ..fields }).await.expect("a role");
    let mut fields = typed(more);
    fields.fields.insert("role".to_owned(), role.to_string());
    door::save(&mut tx, record("member"), member.user, 1, &fields).await.expect("their role");
    tx.commit().await.expect("commit");
    let email = format!("{}@firm.example", member.user);
    (member, Browser::signed_in(&email).await)
}

/// A visitor of the portal who works for this customer.
pub(in crate::tests) async fn portal_member(firm: &Firm, customer: Uuid) -> (Cx, Browser) {
    member_of(firm, "portal", Vec::new(), &[("customer", &customer.to_string())]).await
}

/// Every base of roles. The portal comes twice: with the firm's own customer, and with another one, who meets the rows of the
/// first.
pub(in crate::tests) async fn visitors(firm: &Firm) -> Vec<(&'static str, Option<Uuid>)> {
    let rival = rival(firm).await;
    let mut visitors = Vec::new();
    for base in BASES.iter().copied() {
        match base {
            "portal" => visitors.extend([firm.customer, rival].map(|customer| (base, Some(customer)))),
            _ => visitors.push((base, None)),
        }
    }
    visitors
}

/// A member with a role of this base; on the portal, one who works for this customer.
pub(in crate::tests) async fn visitor(firm: &Firm, base: &str, customer: Option<Uuid>) -> (Cx, Browser) {
    match customer {
        Some(customer) => portal_member(firm, customer).await,
        None => member_with(firm, base, Vec::new()).await,
    }
}

/// Another customer than the firm's first.
async fn rival(firm: &Firm) -> Uuid {
    let mut tx = firm.tx().await;
    let mut rival = Document::new(record("customer"))
        .with("code", "C2")
        .with("name", Names::new("Rival", "المنافس"))
        .with("language", "en");
    door::insert(&mut tx, &mut rival).await.expect("another customer");
    tx.commit().await.expect("commit");
    rival.id
}

/// The firm's first branch and a second one.
async fn branches(firm: &Firm) -> (Uuid, Uuid) {
    let mut tx = firm.tx().await;
    let main = code(&mut tx, "branch", "MAIN").await;
    let mut north = Document::new(record("branch"))
        .with("code", "N")
        .with("name", Names::new("North", "الشمال"))
        .with("active", true);
    door::insert(&mut tx, &mut north).await.expect("a branch");
    tx.commit().await.expect("commit");
    (main, north.id)
}

/// A file in a form of its own, as a browser sends it.
pub(super) async fn send_file(browser: &mut Browser, path: &str, name: &str, text: &str) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header("sec-fetch-site", "same-origin");
    let head =
        format!("content-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/plain");
    browser.send(request, Body::from(format!("--edge\r\n{head}\r\n\r\n{text}\r\n--edge--\r\n"))).await
}

/// A firm with at least one row of every type; of documents, one that is under way and a draft.
pub(in crate::tests) async fn busy_firm() -> Firm {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 50, "60").await;
    let order = firm.order(&[(item, 5)]).await;
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    firm.act(&delivery.expect("a draft"), "post").await.expect("posted");
    let (_, invoice) = firm.act(&order, "invoice").await.expect("an invoice");
    let (invoice, _) = firm.act(&invoice.expect("a draft"), "post").await.expect("posted");
    firm.act(&invoice, "pay").await.expect("a payment in draft");
    firm.act(&invoice, "credit").await.expect("a credit note in draft");
    // Once more, as far as a delivery in draft, and as far as an invoice in draft.
    let order = firm.order(&[(item, 3)]).await;
    firm.act(&order, "deliver").await.expect("a delivery in draft");
    let order = firm.order(&[(item, 2)]).await;
    let (_, delivery) = firm.act(&order, "deliver").await.expect("a delivery");
    firm.act(&delivery.expect("a draft"), "post").await.expect("posted");
    firm.act(&order, "invoice").await.expect("an invoice in draft");
    let mut tx = firm.tx().await;
    for mut document in beside_sales(&mut tx, &firm, item).await {
        door::insert(&mut tx, &mut document).await.expect(document.record.name);
    }
    tx.commit().await.expect("commit");
    firm
}

/// What no order brings along, and drafts of what one posts.
async fn beside_sales(tx: &mut TenantTx, firm: &Firm, item: Uuid) -> Vec<Document> {
    let (today, tenant) = (tx.company.today, tx.tenant());
    let branch = code(tx, "branch", "MAIN").await;
    let accounts: Vec<Uuid> =
        sqlx::query_scalar("select id from account where tenant_id = $1 and not is_group order by code limit 2")
            .bind(tenant)
            .fetch_all(tx.conn())
            .await
            .expect("accounts");
    let pieces = |count: &str| Line::new().with("item", item).with("quantity", dec(count));
    let sold = |name: &str| Document::new(record(name)).with("customer", firm.customer).with("date", today);
    let mut quotation = sold("quotation");
    quotation.lines.push(pieces("2"));
    let mut order = sold("sales_order").with("branch", branch).with("warehouse", firm.main);
    order.lines.push(pieces("1"));
    let mut counted = Document::new(record("stock_adjustment")).with("date", today).with("reason", "count");
    counted.lines.push(pieces("1").with("warehouse", firm.main));
    let mut entry = Document::new(record("journal_entry")).with("date", today).with("memo", "Rent");
    entry.lines.push(Line::new().with("account", accounts[0]).with("debit", 100_i64));
    entry.lines.push(Line::new().with("account", accounts[1]).with("credit", 100_i64));
    let mut prices = Document::new(record("price_list"))
        .with("code", "RETAIL")
        .with("name", Names::new("Retail", "التجزئة"))
        .with("currency", "SAR")
        .with("active", true);
    prices.lines.push(Line::new().with("item", item).with("price", dec("95")));
    let category = Document::new(record("item_category"))
        .with("code", "STEEL")
        .with("name", Names::new("Steel", "حديد"))
        .with("active", true);
    let centre = Document::new(record("cost_centre"))
        .with("code", "SITE")
        .with("name", Names::new("Bridge site", "موقع الجسر"))
        .with("active", true);
    let lead = Document::new(record("lead"))
        .with("name", "Sami Haddad")
        .with("company", "Desert Roads")
        .with("date", today)
        .with("salesperson", firm.cx.user)
        .with("branch", branch);
    let opportunity = sold("opportunity").with("title", "A bridge").with("branch", branch);
    let activity = Document::new(record("activity"))
        .with("subject", "Call about the bridge")
        .with("kind", "call")
        .with("date", today)
        .with("branch", branch);
    let rate =
        Document::new(record("exchange_rate")).with("currency", "USD").with("date", today).with("rate", dec("3.75"));
    let field = Document::new(record("custom_field"))
        .with("record", "unit")
        .with("kind", "text")
        .with("name", Names::new("Origin", "المنشأ"))
        .with("active", true);
    let mut token = Document::new(record("api_token"))
        .with("name", "Web shop")
        .with("member", tx.standing.member)
        .with("scope", "read");
    token.lines.push(Line::new().with("record", "item"));
    let mut webhook = Document::new(record("webhook"))
        .with("name", "Web shop")
        .with("url", "https://shop.example/hook")
        .with("member", tx.standing.member);
    webhook.lines.push(Line::new().with("record", "item"));
    vec![
        quotation,
        order,
        counted,
        entry,
        prices,
        category,
        centre,
        lead,
        opportunity,
        activity,
        rate,
        field,
        token,
        webhook,
    ]
}

pub(in crate::tests) async fn admin() -> PgConnection {
    PgConnection::connect(&support::admin_url().await).await.expect("admin")
}

/// The first row of a type.
async fn row_of(admin: &mut PgConnection, firm: &Firm, record: &Record) -> Option<Uuid> {
    let sql = format!("select id from {} where tenant_id = $1 order by created_at, id limit 1", record.name);
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(firm.cx.tenant)
        .fetch_optional(admin)
        .await
        .expect("a row is read")
}

/// The first row of a type whose state lets it be changed.
pub(in crate::tests) async fn open_row(admin: &mut PgConnection, firm: &Firm, record: &Record) -> Uuid {
    let open: Vec<&str> = record.states.iter().filter(|state| state.editable).map(|state| state.name).collect();
    let condition = if record.states.is_empty() { "$2::text[] = '{}'" } else { "state = any($2)" };
    let sql =
        format!("select id from {} where tenant_id = $1 and {condition} order by created_at, id limit 1", record.name);
    let row: Option<Uuid> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(firm.cx.tenant)
        .bind(open)
        .fetch_optional(admin)
        .await
        .expect("a row is read");
    row.unwrap_or_else(|| panic!("no {} can be changed", record.name))
}

/// A row that doors lead to.
pub(in crate::tests) struct Target {
    pub(in crate::tests) record: &'static Record,
    pub(in crate::tests) id: Uuid,
    /// The customer whose it is, where it is one's.
    party: Option<Uuid>,
    /// What a search finds it by; empty for what has no such words.
    words: String,
}

impl Target {
    /// Whether the row is there for somebody with these rights, who works for this customer or for none.
    pub(in crate::tests) fn is_there(&self, rights: &Rights, customer: Option<Uuid>) -> bool {
        let within = match rights.on(self.record).reach {
            Reach::Party => self.party.is_some() && self.party == customer,
            _ => true,
        };
        rights.sees(self.record) && within
    }
}

/// The first row of every type.
pub(in crate::tests) async fn targets(firm: &Firm) -> Vec<Target> {
    let mut admin = admin().await;
    let mut targets = Vec::new();
    for record in modules::records() {
        let row = row_of(&mut admin, firm, record).await;
        let id = row.unwrap_or_else(|| panic!("there is no {}", record.name));
        let party: Option<Uuid> = match record.party {
            None => None,
            Some(field) => {
                let sql = format!("select {field} from {} where tenant_id = $1 and id = $2", record.name);
                sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                    .bind(firm.cx.tenant)
                    .bind(id)
                    .fetch_one(&mut admin)
                    .await
                    .expect("whose it is")
            }
        };
        let words: Option<String> =
            sqlx::query_scalar("select words from search.entries where tenant_id = $1 and record = $2 and id = $3")
                .bind(firm.cx.tenant)
                .bind(record.name)
                .bind(id)
                .fetch_optional(&mut admin)
                .await
                .expect("its words");
        targets.push(Target { record, id, party, words: words.unwrap_or_default().trim().to_owned() });
    }
    targets
}

// ------------------------------------------------------------------ roles and members

#[tokio::test]
async fn a_role_keeps_only_what_differs_from_its_base() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let sales = code(&mut tx, "role", "sales").await;
    let role = door::load(&mut tx, record("role"), sales, door::Lock::No).await.expect("a role");
    let page = page::form(&mut tx, role.record, Some(role.id), &BTreeMap::new(), None).await.expect("the matrix");
    assert_eq!(page.lines.len(), modules::records().count(), "one right for each type of record");
    // Saved as it is shown, it keeps nothing of its own.
    let names: Vec<&str> = role.record.lines.expect("lines").fields.iter().map(|f| f.name).collect();
    let mut rights: Vec<BTreeMap<String, String>> = Vec::new();
    for line in &page.lines {
        let texts = names.iter().zip(&line.cells).filter_map(|(n, c)| Some(((*n).to_owned(), c.text.clone()?)));
        rights.push(texts.collect());
    }
    let save = |rights: Vec<BTreeMap<String, String>>| Typed { lines: Some(rights), ..Typed::default() };
    let saved = door::save(&mut tx, role.record, role.id, 1, &save(rights.clone())).await.expect("saved");
    assert!(saved.lines.is_empty(), "{:?}", saved.lines);
    rights.push(right("sales_order", Some("total"), &[("sees", "false"), ("changes", "false")]));
    let saved = door::save(&mut tx, role.record, role.id, 2, &save(rights.clone())).await.expect("saved");
    assert_eq!(saved.lines.len(), 1);
    rights.push(right("sales_order", Some("customer"), &[("sees", "false"), ("changes", "false")]));
    assert_eq!(refusals(door::save(&mut tx, role.record, role.id, 3, &save(rights)).await), ["refuse-right-field"]);
    let owner = code(&mut tx, "role", "owner").await;
    let less = save(vec![right("item", None, &[("sees", "false")])]);
    assert_eq!(refusals(door::save(&mut tx, role.record, owner, 1, &less).await), ["refuse-owner-rights"]);
    assert_eq!(Reach::ALL.map(Reach::name).map(Reach::from_name), Reach::ALL.map(Some));
}

#[tokio::test]
async fn the_matrix_is_edited_with_plain_boxes() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let sales = code(&mut tx, "role", "sales").await;
    drop(tx);
    let mut browser = Browser::of(&firm).await;
    let path = format!("/roles/{sales}");
    let page = browser.get(&path).await;
    let at = page.body.find("value=\"stock_adjustment\"").expect("the row of stock adjustments");
    let row = page.body[..at].rsplit("lines[").next().and_then(|rest| rest.split(']').next()).expect("its place");
    let sees = format!("lines[{row}][sees]");
    let name = format!("lines[{row}][record]");
    let body =
        [("_do", "save"), ("_version", "1"), ("_edits", "1"), (name.as_str(), "stock_adjustment"), (&sees, "false")];
    assert_eq!(browser.post(&path, &body).await.status, StatusCode::SEE_OTHER);
    let member = firm.colleague("sales").await;
    let mut sales = Browser::signed_in(&format!("{}@firm.example", member.user)).await;
    assert_eq!(sales.get("/stock-adjustments").await.status, StatusCode::FORBIDDEN);
    assert_eq!(sales.get("/sales-orders").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_changes_of_a_role_counts_at_the_next_request() {
    let firm = Firm::new().await;
    let (member, mut browser) = member_with(&firm, "sales", Vec::new()).await;
    let role = firm.document("member", member.user).await.link("role").expect("a role");
    let blind = right("customer", None, &[("sees", "false")]);
    for (rights, status) in [(vec![blind], StatusCode::FORBIDDEN), (Vec::new(), StatusCode::OK)] {
        assert_ne!(browser.get("/customers").await.status, status);
        let role = firm.document("role", role).await;
        let mut tx = firm.tx().await;
        let changed = Typed { lines: Some(rights), ..Typed::default() };
        door::save(&mut tx, role.record, role.id, role.version, &changed).await.expect("other rights");
        tx.commit().await.expect("commit");
        assert_eq!(browser.get("/customers").await.status, status);
        let menu = browser.get("/").await;
        assert_eq!(menu.body.contains("href=\"/customers\""), status.is_success(), "the menu");
    }
    // Nor does a session outlive the membership.
    firm.act(&firm.document("member", member.user).await, "block").await.expect("blocked");
    assert_eq!(browser.get("/customers").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post("/customers/new", &[("_edits", "1")]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_invitation_opens_the_company_once() {
    let firm = Firm::new().await;
    let mut owner = Browser::of(&firm).await;
    let mut tx = firm.tx().await;
    let role = code(&mut tx, "role", "storekeeper").await.to_string();
    drop(tx);
    let body = [
        ("_do", "save"),
        ("_edits", "1"),
        ("name", "Tariq"),
        ("email", "Tariq@Store.Example"),
        ("role", role.as_str()),
    ];
    let saved = owner.post("/members/new", &body).await;
    let page = owner.get(saved.location.as_deref().expect("saved")).await;
    let link = page.body.split("/join?token=").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let path = format!("/join?token={link}");
    let mut guest = Browser::new().await;
    let invitation = guest.get(&path).await;
    assert!(
        invitation.status.is_success() && invitation.text().contains("tariq@store.example"),
        "{}",
        invitation.text()
    );
    let forged = guest.get(&path.replace("/join?token=", "/join?token=A")).await;
    assert_eq!(forged.status, StatusCode::NOT_FOUND);
    let short = guest.post("/join", &[("token", link), ("name", "Tariq"), ("password", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let joined = guest.post("/join", &[("token", link), ("name", "Tariq"), ("password", support::PASSWORD)]).await;
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text());
    assert_eq!(guest.get("/deliveries").await.status, StatusCode::OK);
    assert_eq!(guest.get("/members").await.status, StatusCode::FORBIDDEN);
    let again =
        Browser::new().await.post("/join", &[("token", link), ("name", "X"), ("password", support::PASSWORD)]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    // Somebody with an account joins a second company with the password they have.
    let second = Firm::new().await;
    let mut tx = second.tx().await;
    let role = code(&mut tx, "role", "auditor").await.to_string();
    let member = Uuid::now_v7();
    let fields = typed(&[("name", "Tariq"), ("email", "tariq@store.example"), ("role", &role)]);
    door::save(&mut tx, record("member"), member, 0, &fields).await.expect("invited");
    let page = page::form(&mut tx, record("member"), Some(member), &BTreeMap::new(), None).await.expect("the form");
    tx.commit().await.expect("commit");
    let path = page.hand_on.expect("a link").path;
    let token = path.strip_prefix("/join?token=").expect("a token");
    let wrong = guest.post("/join", &[("token", token), ("name", "T"), ("password", "another password")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = guest.post("/join", &[("token", token), ("name", "T"), ("password", support::PASSWORD)]).await;
    assert_eq!(right.status, StatusCode::SEE_OTHER, "{}", right.text());
    assert_eq!(guest.get("/journal-entries").await.status, StatusCode::OK, "the auditor of the second company");
}

#[tokio::test]
async fn a_company_is_never_left_without_an_owner() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let members = record("member");
    assert_eq!(refusals(door::act(&mut tx, members, firm.cx.user, 1, "block").await), ["refuse-last-owner"]);
    let sales = code(&mut tx, "role", "sales").await.to_string();
    let demoted = door::save(&mut tx, members, firm.cx.user, 1, &typed(&[("role", &sales)])).await;
    assert_eq!(refusals(demoted), ["refuse-last-owner"]);
    assert!(matches!(door::act(&mut tx, members, firm.cx.user, 1, "join").await, Err(Error::Refused(_))));
}
