//! One decision for every door: what a role may do, see and reach is the same wherever it asks.

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
pub(super) async fn portal_member(firm: &Firm, customer: Uuid) -> (Cx, Browser) {
    member_of(firm, "portal", Vec::new(), &[("customer", &customer.to_string())]).await
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
    vec![quotation, order, counted, entry, prices, lead, opportunity, activity, rate, field, token]
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
pub(super) struct Target {
    pub(super) record: &'static Record,
    pub(super) id: Uuid,
    /// The customer whose it is, where it is one's.
    party: Option<Uuid>,
    /// What a search finds it by; empty for what has no such words.
    words: String,
}

/// The first row of every type.
pub(super) async fn targets(firm: &Firm) -> Vec<Target> {
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

// ------------------------------------------------------------------ record × role × door

type Statuses = &'static [StatusCode];

const OPEN: Statuses = &[StatusCode::OK];
const DONE: Statuses = &[StatusCode::SEE_OTHER];
const DENIED: Statuses = &[StatusCode::FORBIDDEN];
const NOT_THERE: Statuses = &[StatusCode::NOT_FOUND];
/// As far as those come who may: what they ask for cannot be done.
const REFUSED: Statuses = &[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::CONFLICT];
/// What a server function says instead of an answer.
const FAILED: Statuses = &[StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];

fn either(may: bool, yes: Statuses, no: Statuses) -> Statuses {
    if may { yes } else { no }
}

/// What is sent to a door.
enum Knock {
    Get,
    Post(Vec<(&'static str, String)>),
    /// A file of this name with this text, in a form of its own.
    File(&'static str, &'static str),
    /// A question to a server function.
    Call(Json),
}

fn form<const N: usize>(pairs: [(&'static str, &str); N]) -> Knock {
    Knock::Post(pairs.map(|(name, text)| (name, text.to_owned())).into())
}

/// A way in, with what it must answer to somebody.
struct Door {
    what: String,
    path: String,
    knock: Knock,
    answers: Statuses,
    /// Texts that the answer, or the address it leads to, must hold or must not.
    shows: Vec<(String, bool)>,
}

impl Door {
    fn new(what: impl Into<String>, path: impl Into<String>, knock: Knock, answers: Statuses) -> Door {
        Door { what: what.into(), path: path.into(), knock, answers, shows: Vec::new() }
    }

    fn shows(mut self, text: impl Into<String>, yes: bool) -> Door {
        self.shows.push((text.into(), yes));
        self
    }

    async fn try_it(self, browser: &mut Browser, who: &str) {
        let answer = match &self.knock {
            Knock::Get => browser.get(&self.path).await,
            Knock::Post(form) => {
                let pairs: Vec<(&str, &str)> = form.iter().map(|(name, text)| (*name, text.as_str())).collect();
                browser.post(&self.path, &pairs).await
            }
            Knock::File(name, text) => send_file(browser, &self.path, name, text).await,
            Knock::Call(body) => browser.call(&self.path, body.clone()).await,
        };
        let what = format!("{} for {who}", self.what);
        assert!(self.answers.contains(&answer.status), "{what}: {} instead of {:?}", answer.status, self.answers);
        let said = format!("{}\n{}", answer.location.unwrap_or_default(), answer.body);
        for (text, yes) in &self.shows {
            assert_eq!(said.contains(text.as_str()), *yes, "{what} shows {text}");
        }
    }
}

/// Somebody who tries all doors, with what they should find behind them.
struct Visitor {
    name: String,
    browser: Browser,
    rights: Rights,
    customer: Option<Uuid>,
}

impl Visitor {
    async fn new(firm: &Firm, base: &str, customer: Option<Uuid>) -> Visitor {
        let (_, browser) = match customer {
            Some(customer) => portal_member(firm, customer).await,
            None => member_with(firm, base, Vec::new()).await,
        };
        let whose = if customer.is_some_and(|id| id != firm.customer) { "another's " } else { "" };
        let rights = Rights::new(base, door::records(), &[]);
        Visitor { name: format!("{whose}{base}"), browser, rights, customer }
    }

    /// Whether a row is there for them.
    fn reaches(&self, target: &Target) -> bool {
        let within = match self.rights.on(target.record).reach {
            Reach::Party => target.party.is_some() && target.party == self.customer,
            _ => true,
        };
        self.rights.sees(target.record) && within
    }
}

#[tokio::test]
async fn every_door_says_the_same_to_every_role() {
    let firm = busy_firm().await;
    let rival = rival(&firm).await;
    let targets = targets(&firm).await;
    let nobody = Which::These(vec![Uuid::now_v7()]);
    let job = super::jobs::ask(&firm, &firm.cx, "set", ("phone", "1"), nobody).await;
    for base in BASES {
        // A customer meets the rows of another one, too.
        let customers = if *base == "portal" { vec![Some(firm.customer), Some(rival)] } else { vec![None] };
        for customer in customers {
            let mut visitor = Visitor::new(&firm, base, customer).await;
            for door in doors_of_the_house(&visitor.rights, job) {
                door.try_it(&mut visitor.browser, &visitor.name).await;
            }
            for target in &targets {
                let who = format!("{} as {}", target.record.name, visitor.name);
                let doors = doors_of_type(&visitor.rights, target.record);
                for door in doors.into_iter().chain(doors_of_row(&visitor, target)) {
                    door.try_it(&mut visitor.browser, &who).await;
                }
            }
        }
    }
}

/// What belongs to no type of record. The job is one that a colleague asked for.
fn doors_of_the_house(rights: &Rights, job: Uuid) -> Vec<Door> {
    let runs = rights.changes_everything();
    let mut home = Door::new("the first page", "/", Knock::Get, OPEN);
    for known in modules::records() {
        home = home.shows(format!("href=\"/{}\"", known.path), rights.sees(known));
    }
    let mut doors = vec![
        Door::new("the list of jobs", "/jobs", Knock::Get, OPEN).shows(format!("/jobs/{job}"), runs),
        Door::new("a colleague's job", format!("/jobs/{job}"), Knock::Get, either(runs, OPEN, NOT_THERE)),
        Door::new(
            "stopping a colleague's job",
            format!("/jobs/{job}"),
            form([("_do", "cancel")]),
            either(runs, DONE, NOT_THERE),
        ),
    ];
    for page in ["/notifications", "/companies", "/companies/new", "/search?q=nothing"] {
        doors.push(Door::new(page, page, Knock::Get, OPEN));
    }
    for module in MODULES {
        for (page, _) in module.pages {
            let opens = (module.opens)(page, rights);
            home = home.shows(format!("href=\"/{page}\""), opens);
            doors.push(Door::new(*page, format!("/{page}"), Knock::Get, either(opens, OPEN, DENIED)));
            let asked = json!({"path": [page], "query": []});
            doors.push(Door::new(format!("{page} as data"), "page", Knock::Call(asked), either(opens, OPEN, FAILED)));
        }
    }
    for format in ["csv", "xlsx", "pdf"] {
        let path = format!("/audit/export?format={format}&record=customer");
        let answers = either(rights.sees_everything(), OPEN, DENIED);
        doors.push(Door::new(format!("the audit log as {format}"), path, Knock::Get, answers));
    }
    doors.push(home);
    doors
}

/// What belongs to a type of record, whatever its rows.
fn doors_of_type(rights: &Rights, record: &'static Record) -> Vec<Door> {
    let (path, name) = (format!("/{}", record.path), record.name);
    let (sees, creates) = (rights.sees(record), rights.creates(record));
    let nowhere = Uuid::now_v7();
    let batch = format!("{path}/import/{nowhere}");
    let offered = json!({"record": format!("@{name}"), "text": ""});
    let fresh = json!({"record": name, "id": null, "fields": {}, "lines": []});
    let mut doors = vec![
        // One that is alone has its form in the place of a list.
        Door::new("the list", &path, Knock::Get, either(sees, OPEN, if record.single { NOT_THERE } else { DENIED })),
        Door::new(
            "the list as data",
            "page",
            Knock::Call(json!({"path": [record.path], "query": []})),
            either(sees, OPEN, FAILED),
        ),
        Door::new(
            "the typeahead",
            "lookup",
            Knock::Call(json!({"record": name, "text": ""})),
            either(sees, OPEN, FAILED),
        ),
        Door::new(
            "colleagues to mention",
            "lookup",
            Knock::Call(offered),
            either(rights.comments(record), OPEN, FAILED),
        ),
        Door::new(
            "keeping a view",
            format!("{path}/views"),
            form([("query", ""), ("name", "Door")]),
            either(sees, DONE, DENIED),
        ),
        Door::new(
            "a file of ticked rows",
            format!("{path}/bulk"),
            form([("_do", "export.csv")]),
            either(sees, OPEN, DENIED),
        ),
        Door::new(
            "setting a field of nothing",
            format!("{path}/set"),
            form([("set", &format!("{nowhere}.note.x"))]),
            NOT_THERE,
        ),
        Door::new("the new form", format!("{path}/new"), Knock::Get, either(creates, OPEN, DENIED)),
        Door::new(
            "saving an empty form",
            format!("{path}/new"),
            form([("_do", "save"), ("_edits", "1")]),
            either(creates, REFUSED, DENIED),
        ),
        Door::new("the preview of a new one", "preview", Knock::Call(fresh), either(creates, OPEN, FAILED)),
        Door::new("the import", format!("{path}/import"), Knock::Get, either(creates, OPEN, DENIED)),
        // An empty file is as far as those come who may.
        Door::new(
            "bringing a file",
            format!("{path}/import"),
            Knock::File("a.csv", ""),
            either(creates, REFUSED, DENIED),
        ),
        Door::new("an import that never was", &batch, Knock::Get, NOT_THERE),
        Door::new("asking it for something", &batch, form([("_do", "import")]), NOT_THERE),
        Door::new("what it left out", format!("{batch}/rest"), Knock::Get, NOT_THERE),
    ];
    for format in ["csv", "xlsx", "pdf"] {
        let path = format!("{path}/export?format={format}");
        doors.push(Door::new(format!("the list as {format}"), path, Knock::Get, either(sees, OPEN, DENIED)));
    }
    // Nothing is ticked: that is how far those come who may.
    let mut verbs = vec![("set", rights.changes(record) && record.manual), ("delete", rights.deletes(record))];
    verbs.extend(record.actions.iter().map(|a| (a.name, !a.internal && rights.acts(record, a.name))));
    for (verb, may) in verbs {
        let answers = either(may && !record.single, REFUSED, DENIED);
        doors.push(Door::new(format!("{verb} for many"), format!("{path}/bulk"), form([("_do", verb)]), answers));
    }
    doors
}

/// What leads to one row.
fn doors_of_row(visitor: &Visitor, target: &Target) -> Vec<Door> {
    let (rights, record, id) = (&visitor.rights, target.record, target.id);
    let there = visitor.reaches(target);
    // Who does not reach a row learns nothing of what else would be in the way.
    let barred = either(there, DENIED, NOT_THERE);
    let (path, address) = (format!("/{}", record.path), record.address(id));
    let page = format!("{path}/{id}");
    let mut doors = vec![
        Door::new("the form", &page, Knock::Get, either(there, OPEN, NOT_THERE))
            .shows("id=\"comments\"", there && rights.sees_comments(record))
            .shows("id=\"files\"", there && rights.sees_files(record)),
        Door::new(
            "the form as data",
            "page",
            Knock::Call(json!({"path": [record.path, id], "query": []})),
            either(there, OPEN, FAILED),
        ),
        Door::new(
            "the row",
            "row",
            Knock::Call(json!({"record": record.name, "id": id, "columns": []})),
            either(rights.sees(record), OPEN, FAILED),
        )
        .shows(id.to_string(), there),
        Door::new(
            "a comment",
            &page,
            form([("_comment", "add"), ("text", "Seen.")]),
            either(there && rights.comments(record), DONE, barred),
        ),
        // A form about files always leads back to its record, with what was done or what stood in the way.
        Door::new("a file", format!("{page}/files"), Knock::File("seen.txt", "Seen."), either(there, DONE, NOT_THERE))
            .shows("done=attached", there && rights.attaches(record)),
    ];
    // Where nothing is there, a preview is that of a new record.
    let changes = if there { rights.changes(record) } else { rights.creates(record) };
    let preview = Knock::Call(json!({"record": record.name, "id": id, "fields": {}, "lines": []}));
    let answers: Statuses = if changes { &[StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY] } else { FAILED };
    doors.push(Door::new("the preview", "preview", preview, answers).shows("error-denied", !changes));
    if record.prints {
        doors.push(Door::new("the print", format!("{page}/print"), Knock::Get, either(there, OPEN, NOT_THERE)));
    }
    if target.words.chars().count() > 4 {
        let path = format!("/search?q={}", encode(&target.words));
        doors.push(Door::new("the search", path, Knock::Get, OPEN).shows(format!("href=\"{address}\""), there));
    }
    // A version that never was: whoever may gets as far as the conflict, or the refusal of the state.
    let saves = rights.changes(record) && record.manual;
    let save = form([("_do", "save"), ("_version", "999"), ("_edits", "1")]);
    doors.push(Door::new("save", &page, save, either(there && saves, REFUSED, barred)));
    let mut verbs = vec![("delete", rights.deletes(record))];
    verbs.extend(record.actions.iter().map(|action| (action.name, rights.acts(record, action.name))));
    for (verb, may) in verbs {
        let asked = form([("_do", verb), ("_version", "999")]);
        doors.push(Door::new(verb, &page, asked, either(there && may, REFUSED, barred)));
    }
    // A text that no field takes, for a field that some may set.
    let owner = Rights::new("owner", door::records(), &[]);
    let settable = bulk::settable_fields(&owner, record);
    let set = format!("{id}.{}.\u{1}", settable.first().map_or("note", String::as_str));
    let may = there && saves && !settable.is_empty();
    let answers = either(may, REFUSED, barred);
    doors.push(Door::new("a field set in the list", format!("{path}/set"), form([("set", &set)]), answers));
    doors
}

#[test]
fn the_bases_give_what_their_names_promise() {
    modules::install();
    let of = |base: &str, name: &str| Grant::of_base(base, record(name));
    for known in modules::records() {
        assert!(Grant::of_base("owner", known).deletes && Grant::of_base("auditor", known).sees);
        assert!(!Grant::of_base("auditor", known).changes && !Grant::of_base("nothing", known).sees);
        let portal = Grant::of_base("portal", known);
        assert_eq!((portal.sees, portal.creates), (known.party.is_some(), false), "{}", known.name);
    }
    assert!(of("accountant", "journal_entry").changes && !of("storekeeper", "journal_entry").sees);
    assert!(of("sales", "sales_order").creates && !of("storekeeper", "sales_order").creates);
    assert!(of("sales", "sales_invoice").sees && !of("sales", "sales_invoice").changes);
    for base in ["accountant", "sales", "buyer", "storekeeper", "production", "portal"] {
        assert!(!of(base, "member").sees && !of(base, "role").sees, "{base} sees who may do what");
    }
}

// ------------------------------------------------------------------ fields

/// What a field is set to, so that it can be found wherever it leaks: the value for the database, and what pages would show.
fn marker(table: &str, kind: Kind) -> Option<(String, Vec<String>)> {
    let text = format!("MARKER-{table}");
    let same = |value: &str, shown: &[&str]| (value.to_owned(), shown.iter().map(|s| (*s).to_owned()).collect());
    Some(match kind {
        Kind::Text(_) | Kind::Note => (text.clone(), vec![text]),
        Kind::Names => (Names::new(&text, &text).to_text(), vec![text]),
        Kind::Money | Kind::Base | Kind::Price => same("77171797", &["77171797", "771,717.97", "77,171,797"]),
        Kind::Quantity => same("7717.971", &["7717.971", "7,717.971"]),
        Kind::Rate => same("77.17971", &["77.17971"]),
        Kind::Percent => same("17.9713", &["17.9713"]),
        Kind::Date => same("2031-07-17", &["2031-07-17", "Jul 2031"]),
        _ => return None,
    })
}

/// Sets a column behind the back of triggers; `false` where a check forbids the value.
async fn set(admin: &mut PgConnection, firm: &Firm, table: &str, field: &Field, value: &str) -> bool {
    let mut tx = admin.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("triggers rest");
    let sql = format!("update {table} set {} = $1::{} where tenant_id = $2", field.name, field.kind.sql());
    let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(value).bind(firm.cx.tenant).execute(&mut *tx).await;
    if done.is_ok() {
        tx.commit().await.expect("commit");
    }
    done.is_ok()
}

/// A field that was marked and is kept from the reader.
struct Kept {
    record: &'static Record,
    field: &'static Field,
    /// As rights name it: `total`, `lines.price`.
    name: String,
    shown: Vec<String>,
}

/// Marks these fields in every row of the firm, as far as their tables take the mark.
async fn mark(admin: &mut PgConnection, firm: &Firm, which: impl Fn(&Record, &Field, &str) -> bool) -> Vec<Kept> {
    let mut kept = Vec::new();
    for known in modules::records() {
        let header = known.fields.iter().map(|f| (f, f.name.to_owned(), known.name));
        let of_lines =
            known.lines.iter().flat_map(|l| l.fields.iter().map(|f| (f, format!("lines.{}", f.name), l.table)));
        for (field, name, table) in header.chain(of_lines).filter(|(field, name, _)| which(known, field, name)) {
            let Some((value, shown)) = marker(table, field.kind) else { continue };
            if set(admin, firm, table, field, &value).await {
                kept.push(Kept { record: known, field, name, shown });
            }
        }
    }
    kept
}

#[tokio::test]
async fn a_hidden_field_shows_at_no_door() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    // Rights are no field to keep, and what a company adds to a record travels with its description.
    let hideable = |known: &Record, field: &Field, name: &str| {
        !["role", "custom_field"].contains(&known.name) && !known.tells(name) && field.name != "time_zone"
    };
    let kept = mark(&mut admin, &firm, hideable).await;
    assert!(kept.len() > 100, "only {} fields could be marked", kept.len());
    let mut rights: Vec<_> = modules::records().map(|r| everything(r.name, "all")).collect();
    let hide = [("sees", "false"), ("changes", "false")];
    rights.extend(kept.iter().map(|k| right(k.record.name, Some(&k.name), &hide)));
    let (_, mut browser) = member_with(&firm, "auditor", rights).await;
    let mut owner = Browser::of(&firm).await;
    let mut shown = [("csv", 0), ("xlsx", 0), ("pdf", 0)];
    let leaks = |what: &str, body: &str| {
        for kept in &kept {
            // What stands on the company's own paper is for everybody.
            let public = kept.record.name == "company" && what.ends_with("/print");
            let shown = kept.shown.iter().find(|text| body.contains(text.as_str()));
            assert!(public || shown.is_none(), "{what} shows the hidden {}.{}: {shown:?}", kept.record.name, kept.name);
        }
    };
    for page in ["/", "/stock-on-hand"] {
        leaks(page, &browser.get(page).await.body);
    }
    for known in modules::records() {
        let Some(id) = row_of(&mut admin, &firm, known).await else { continue };
        let own: Vec<&Kept> = kept.iter().filter(|k| k.record.name == known.name && !k.name.contains('.')).collect();
        let path = format!("/{}", known.path);
        let columns: Vec<&str> = known.fields.iter().map(|f| f.name).collect();
        let mut pages = vec![format!("{path}?columns={}", columns.join(",")), format!("{path}/{id}")];
        pages.extend(known.prints.then(|| format!("{path}/{id}/print")));
        pages.extend(own.iter().map(|k| format!("{path}?sort=-{0}&columns={0}", k.name)));
        for page in &pages {
            let answer = browser.get(page).await;
            assert!(answer.status.is_success(), "{page}: {}", answer.status);
            leaks(page, &answer.body);
            leaks(page, &browser.data(page).await.body);
        }
        if known.single {
            continue;
        }
        for kept in &own {
            // The same rows with and without the filter: it tells nothing.
            let answer = browser.get(&format!("{path}?{}=1990-01-01", kept.name)).await;
            assert!(answer.body.contains(&id.to_string()), "the hidden {path}.{} filters", kept.name);
        }
        if own.iter().any(|k| k.field.searched) {
            let found = browser.get(&format!("{path}?q=marker")).await;
            assert!(!found.body.contains(&format!("{path}/{id}")), "the search of {path} finds a hidden text");
        }
        let groups = known.fields.iter().filter(|f| groupable(f.kind));
        for page in groups.map(|f| format!("{path}?group={}", f.name)) {
            leaks(&page, &browser.get(&page).await.body);
        }
        for (format, shown) in &mut shown {
            let page = format!("{path}/export?format={format}&columns={}", columns.join(","));
            leaks(&page, &file_text(format, &browser.get(&page).await));
            // The same file shows it to whoever may see it, or the test would prove nothing.
            let whole = file_text(format, &owner.get(&page).await);
            *shown += own.iter().filter(|k| k.shown.iter().any(|text| whole.contains(text.as_str()))).count();
        }
        leaks(&path, &browser.call("lookup", json!({"record": known.name, "text": ""})).await.body);
        let preview = json!({"record": known.name, "id": id, "fields": {}, "lines": []});
        leaks(&path, &browser.call("preview", preview).await.body);
    }
    for (format, shown) in shown {
        assert!(shown > 40, "only {shown} fields are in files of the format {format}");
    }
}

/// What somebody reads in an export; its lines are broken where paper wants it.
fn file_text(format: &str, answer: &Answer) -> String {
    assert!(answer.status.is_success(), "{format}: {}", answer.body);
    match format {
        "pdf" => super::pdf::pages(&answer.bytes).concat(),
        _ => answer.rows().concat().join("\n"),
    }
}

/// The types whose fields can be kept from somebody.
fn with_fields_to_keep() -> impl Iterator<Item = &'static Record> {
    modules::records().filter(|known| known.name != "role")
}

/// Whatever is kept from somebody, or only shown to them: adding it to what they send sets nothing.
#[tokio::test]
async fn what_is_kept_from_somebody_is_taken_from_no_body() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    for sees in ["false", "true"] {
        let kept = |known: &Record, name: &str| sees == "true" || !known.tells(name);
        let mut rights = Vec::new();
        for known in with_fields_to_keep() {
            rights.push(everything(known.name, "all"));
            let fields = known.all_fields().filter(|(field, name)| !field.computed && kept(known, name));
            let line = |name: String| right(known.name, Some(&name), &[("sees", sees), ("changes", "false")]);
            rights.extend(fields.map(|(_, name)| line(name)));
        }
        let (member, mut browser) = member_with(&firm, "nothing", rights).await;
        for known in with_fields_to_keep() {
            let fields: Vec<&Field> =
                known.fields.iter().filter(|field| !field.computed && kept(known, field.name)).collect();
            intrude(&firm, &member, &mut browser, &mut admin, known, &fields).await;
        }
    }
}

/// A row with its lines, as the table has them.
async fn whole(admin: &mut PgConnection, known: &Record, id: Uuid) -> (Json, Vec<Json>) {
    let sql = format!("select to_jsonb(t) from {} t where t.id = $1", known.name);
    let row: Json = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(&mut *admin).await.expect("a row");
    let Some(lines) = known.lines else { return (row, Vec::new()) };
    let sql = format!("select to_jsonb(l) from {} l where l.parent = $1 order by l.position, l.id", lines.table);
    let lines: Vec<Json> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id).fetch_all(&mut *admin).await.expect("lines");
    (row, lines)
}

/// Something else than what stands there. What is read where it must not be either changes the row or cannot be saved.
fn something_else(field: &Field, now: &Json) -> String {
    match field.kind {
        Kind::Bool => (now != &Json::Bool(true)).to_string(),
        Kind::Date => "2033-03-03".to_owned(),
        Kind::Choice(words) => words.last().copied().unwrap_or_default().to_owned(),
        Kind::Currency => "USD".to_owned(),
        Kind::RecordType => "item".to_owned(),
        Kind::Link(_) => Uuid::now_v7().to_string(),
        kind if kind.is_figure() => "53".to_owned(),
        _ => "INTRUDER".to_owned(),
    }
}

/// Sends these fields of a row, and all of its lines, by every form that takes fields.
async fn intrude(
    firm: &Firm,
    member: &Cx,
    browser: &mut Browser,
    admin: &mut PgConnection,
    known: &'static Record,
    fields: &[&Field],
) {
    let id = open_row(admin, firm, known).await;
    let before = whole(admin, known, id).await;
    let of_lines: Vec<&Field> =
        known.lines.map_or(&[][..], |lines| lines.fields).iter().filter(|field| !field.computed).collect();
    let mut body = vec![
        ("_do".to_owned(), "save".to_owned()),
        ("_version".to_owned(), before.0["version"].to_string()),
        ("_edits".to_owned(), "1".to_owned()),
    ];
    body.extend(fields.iter().map(|field| (field.name.to_owned(), something_else(field, &before.0[field.name]))));
    for (row, line) in before.1.iter().enumerate() {
        body.push((input_name(row, "id"), line["id"].as_str().unwrap_or_default().to_owned()));
        let texts = of_lines.iter().map(|f| (input_name(row, f.name), something_else(f, &line[f.name])));
        body.extend(texts);
    }
    let body: Vec<(&str, &str)> = body.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (path, name) = (format!("/{}", known.path), known.name);
    let saved = browser.post(&format!("{path}/{id}"), &body).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{name}, without what is kept: {}", saved.text());
    for field in fields {
        let text = something_else(field, &before.0[field.name]);
        let set = format!("{id}.{}.{text}", field.name);
        let set = browser.post(&format!("{path}/set"), &[("set", &set)]).await;
        assert_eq!(set.status, StatusCode::FORBIDDEN, "{name}.{} is set in its list", field.name);
        let (verb, id) = (format!("set.{}", field.name), id.to_string());
        let asked = [("_do", verb.as_str()), (verb.as_str(), text.as_str()), ("id", id.as_str())];
        let asked = browser.post(&format!("{path}/bulk"), &asked).await;
        let refused = if known.single { StatusCode::FORBIDDEN } else { StatusCode::UNPROCESSABLE_ENTITY };
        assert_eq!(asked.status, refused, "{name}.{} is set for many", field.name);
    }
    if !known.single {
        let of_lines = of_lines.iter().map(|field| format!("line.{}", field.name));
        for target in fields.iter().map(|field| field.name.to_owned()).chain(of_lines) {
            let mapping = vec![Mapping { column: "X".to_owned(), target: target.clone(), factor: None }];
            let plan = import::Plan { record: known, mapping, fixed: Vec::new() };
            let mut tx = firm.db.begin(member).await.expect("they enter");
            let report = import::run(&mut tx, &plan, support::file(b"X\n1\n")).await.expect("a report");
            assert_eq!(report.bad[0].reason.id, "import-fault-kept-from", "{name}.{target} is imported");
        }
    }
    let after = whole(admin, known, id).await;
    for field in fields {
        assert_eq!(after.0[field.name], before.0[field.name], "{name}.{}", field.name);
    }
    assert_eq!(after.1.len(), before.1.len(), "lines of {name}");
    for (after, before) in after.1.iter().zip(&before.1) {
        for field in &of_lines {
            assert_eq!(after[field.name], before[field.name], "{name}.lines.{}", field.name);
        }
    }
}

/// What colleagues keep for themselves reaches no customer, whatever they ask the portal for.
#[tokio::test]
async fn what_is_for_colleagues_shows_customers_at_no_door() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    let prices = open_row(&mut admin, &firm, record("price_list")).await;
    let called = [("name.en", "MARKER-prices"), ("name.ar", "MARKER-prices")];
    firm.change(&firm.document("price_list", prices).await, &called).await.expect("another name");
    // By the door, so that the history holds it, too.
    let prices = prices.to_string();
    let agreed = [("credit_limit", "771717.97"), ("note", "MARKER-customer"), ("price_list", prices.as_str())];
    firm.change(&firm.document("customer", firm.customer).await, &agreed).await.expect("saved");
    let kept = mark(&mut admin, &firm, |_, field, _| field.internal).await;
    assert!(kept.len() >= 4, "only {} fields could be marked", kept.len());
    let mut marks: Vec<&str> = kept.iter().flat_map(|kept| kept.shown.iter().map(String::as_str)).collect();
    marks.push("MARKER-prices");
    let shows = |body: &str| marks.iter().copied().find(|mark| body.contains(mark));
    let (_, mut browser) = portal_member(&firm, firm.customer).await;
    let mut owner = Browser::of(&firm).await;
    assert_eq!(shows(&browser.get("/").await.body), None, "the first page");
    for page in ["/audit", "/audit/export?format=csv"] {
        assert_eq!(browser.get(page).await.status, StatusCode::FORBIDDEN, "{page}");
    }
    let mut seen_by_owner = 0;
    for known in modules::records().filter(|known| known.party.is_some()) {
        let Some(id) = row_of(&mut admin, &firm, known).await else { panic!("there is no {}", known.name) };
        let internal: Vec<&Field> = known.fields.iter().filter(|field| field.internal).collect();
        let columns: Vec<&str> = known.fields.iter().map(|field| field.name).collect();
        let (path, columns) = (format!("/{}", known.path), columns.join(","));
        let mut pages = vec![format!("{path}?columns={columns}"), format!("{path}/{id}"), format!("{path}?q=marker")];
        pages.extend(known.prints.then(|| format!("{path}/{id}/print")));
        pages.extend((!known.states.is_empty()).then(|| format!("{path}?layout=board&columns={columns}")));
        for field in &internal {
            pages.push(format!("{path}?sort=-{0}&columns={0}", field.name));
            pages.push(format!("{path}?group={}", field.name));
            // The same rows with and without the filter: it tells nothing.
            let answer = browser.get(&format!("{path}?{}=1990-01-01", field.name)).await;
            assert!(answer.body.contains(&id.to_string()), "{path}.{} filters", field.name);
        }
        for page in &pages {
            let (drawn, data) = (browser.get(page).await, browser.data(page).await);
            assert!(drawn.status.is_success() && data.status.is_success(), "{page}: {}", drawn.status);
            assert_eq!((shows(&drawn.body), shows(&data.body)), (None, None), "{page}");
            seen_by_owner += usize::from(shows(&owner.data(page).await.body).is_some());
        }
        history_leaves_out(&mut browser, known, id).await;
        for format in ["csv", "xlsx", "pdf"] {
            let page = format!("{path}/export?format={format}&columns={columns}");
            assert_eq!(shows(&file_text(format, &browser.get(&page).await)), None, "{page}");
            seen_by_owner += usize::from(shows(&file_text(format, &owner.get(&page).await)).is_some());
        }
        // Of a box that is ticked or not there is nothing to see but its heading.
        let page = format!("{path}/export?format=csv&columns={columns}");
        let (theirs, ours) = (browser.get(&page).await, owner.get(&page).await);
        for field in &internal {
            let heading = firm.cx.i18n.field(known, field.name);
            assert!(!headings(&theirs).contains(&heading) && headings(&ours).contains(&heading), "{path}: {heading}");
        }
        let (query, row) = (format!("columns={columns}"), id.to_string());
        let ticked = [("_do", "export.csv"), ("query", query.as_str()), ("id", row.as_str())];
        let ticked = browser.post(&format!("{path}/bulk"), &ticked).await;
        assert_eq!((ticked.rows().len(), shows(&ticked.body)), (1, None), "ticked rows of {path}");
        let names: Vec<&str> = internal.iter().map(|field| field.name).collect();
        for (function, body) in [
            ("row", json!({"record": known.name, "id": id, "columns": names})),
            ("lookup", json!({"record": known.name, "text": ""})),
        ] {
            let answer = browser.call(function, body).await;
            assert!(answer.status.is_success(), "{function} of {path}");
            assert_eq!(shows(&answer.body), None, "{function} of {path}");
        }
    }
    let found = browser.get("/search?q=MARKER").await;
    assert!(found.status.is_success() && !found.body.contains("MARKER-"), "{}", found.text());
    assert!(seen_by_owner > 12, "the owner sees it at {seen_by_owner} doors only");
}

/// The history of a row names no field that is for colleagues only.
async fn history_leaves_out(browser: &mut Browser, known: &Record, id: Uuid) {
    let data = browser.data(&format!("/{}/{id}", known.path)).await;
    let page: Json = serde_json::from_str(&data.body).expect("a page");
    let events = page["page"]["Form"]["events"].to_string();
    assert!(events.contains("create"), "{} has no history: {events}", known.name);
    for (field, name) in known.all_fields().filter(|(field, _)| field.internal) {
        // As the audit names it: `cost`, `lines.1.cost`.
        let end = if name == field.name { format!("\"{}\"", field.name) } else { format!(".{}\"", field.name) };
        assert!(!events.contains(&end), "the history of {} tells of {name}: {events}", known.name);
    }
}

/// The headings of a file of CSV.
fn headings(answer: &Answer) -> Vec<String> {
    let line = answer.body.lines().next().unwrap_or_default();
    line.split(',').map(|cell| cell.trim_matches(['"', '\u{feff}']).to_owned()).collect()
}

#[tokio::test]
async fn a_field_to_read_is_shown_and_not_taken() {
    let firm = Firm::new().await;
    let locked = right("customer", Some("phone"), &[("sees", "true"), ("changes", "false")]);
    let (member, mut browser) = member_with(&firm, "auditor", vec![everything("customer", "all"), locked]).await;
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "+966 11 555")]).await.expect("saved");
    let path = format!("/customers/{}", firm.customer);
    let form = browser.get(&path).await;
    assert!(form.text().contains("+966 11 555") && !form.body.contains("name=\"phone\""), "{}", form.body);
    let body = [("_do", "save"), ("_version", "2"), ("_edits", "1"), ("phone", "0"), ("contact", "Hind")];
    assert_eq!(browser.post(&path, &body).await.status, StatusCode::SEE_OTHER);
    let customer = firm.document("customer", firm.customer).await;
    assert_eq!((customer.text("phone"), customer.text("contact")), (Some("+966 11 555"), Some("Hind")));
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    let plan = crate::platform::import::Plan {
        record: record("customer"),
        mapping: vec![crate::platform::import::Mapping::parse("Phone=phone").expect("a mapping")],
        fixed: Vec::new(),
    };
    let report = crate::platform::import::run(&mut tx, &plan, support::file(b"Phone\n1\n")).await.expect("a report");
    assert_eq!(report.bad[0].reason.id, "import-fault-kept-from");
}

// ------------------------------------------------------------------ rows

/// Whether the typeahead and the search offer a row to somebody.
async fn offered(tx: &mut TenantTx, target: &Target) -> [bool; 2] {
    let suggested = page::suggest(tx, target.record, &target.words).await.expect("suggestions");
    let hits = search::find(tx, &target.words).await.expect("a search").hits;
    [suggested.iter().any(|s| s.id == target.id), hits.iter().any(|hit| hit.id == target.id)]
}

/// Another type with a field that leads to this one.
fn linking(to: &Record) -> Option<(&'static Record, &'static str)> {
    modules::records().find_map(|other| {
        let field = other.fields.iter().find(|field| field.kind == Kind::Link(to.name) && !field.computed)?;
        Some((other, field.name))
    })
}

/// Whether somebody finds a row: at every door, or at none. `known` says whether typeahead and search offer it at all.
async fn finds(firm: &Firm, cx: &Cx, target: &Target, known: [bool; 2]) -> bool {
    let (record, id, name) = (target.record, target.id, target.record.name);
    let mut tx = firm.db.begin(cx).await.expect("they enter");
    let got = door::get(&mut tx, record, id).await;
    let found = got.is_ok();
    let rows = page::matching(&mut tx, record, &Query::default(), 100_000).await.expect("ids");
    let list = page::list(&mut tx, record, &Query::default()).await.expect("a list");
    assert_eq!(rows.contains(&id), found, "the list of {name}");
    assert_eq!(list.count, rows.len() as i64, "the count of {name}");
    assert!(list.views.first().is_none_or(|all| *all == list.count), "the tabs of {name} count what the list hides");
    let row = page::row(&mut tx, record, id, Vec::new()).await.expect("a row or none");
    let formed = page::form(&mut tx, record, Some(id), &BTreeMap::new(), None).await;
    assert_eq!((row.is_some(), formed.is_ok()), (found, found), "row and form of {name}");
    if record.prints {
        let sheet = crate::app::print::sheet(&mut tx, record, id).await;
        assert_eq!(sheet.is_ok(), found, "the print of {name}");
    }
    for (here, known) in offered(&mut tx, target).await.into_iter().zip(known) {
        assert!(if known { here == found } else { !here || found }, "typeahead and search of {name}");
    }
    if let Some((other, field)) = linking(record) {
        let mut fresh = door::fresh(&mut tx, other).await.expect("a new one");
        fresh.set(field, Value::Null);
        let given = typed(&[(field, &id.to_string())]);
        let (draft, ..) = door::draft(&mut tx, fresh, &given).await.expect("a draft");
        assert_eq!(draft.link(field) == Some(id), found, "{}.{field} leads to {name}", other.name);
    }
    if !found {
        assert!(matches!(got, Err(Error::NotFound)), "{name}");
        let said = comments::add(&mut tx, record, id, None, Uuid::now_v7(), "Whose?").await;
        let mut tried = vec![
            door::save(&mut tx, record, id, 1, &Typed::default()).await.map(drop),
            door::delete(&mut tx, record, id, 1).await,
            bulk::set_one(&mut tx, record, id, "note", "x", None).await,
            said.map(drop),
        ];
        for action in record.actions {
            tried.push(door::act(&mut tx, record, id, 1, action.name).await.map(drop));
        }
        for outcome in tried {
            assert!(matches!(outcome, Err(Error::NotFound)), "{name}: {outcome:?}");
        }
    }
    drop(tx);
    let plan = export::list::Plan { record, query: Query::default(), ids: Some(vec![id]), format: Format::CSV };
    let file = export::list::write(&firm.db, cx, &plan).await.expect("an export").file;
    let exported = Table::open(file).expect("a table").rows(0).expect("rows").count();
    assert_eq!(exported, usize::from(found), "the export of {name}");
    found
}

/// Walks with somebody to every row whose type can be told apart so far.
async fn walk(firm: &Firm, cx: &Cx, targets: &[(Target, [bool; 2])], reach: Reach, expected: bool) {
    let mut walked = 0;
    for (target, known) in targets.iter().filter(|(target, _)| target.record.knows(reach)) {
        let found = finds(firm, cx, target, *known).await;
        assert_eq!(found, expected, "{} within {}", target.record.name, reach.name());
        walked += 1;
    }
    assert!(walked > 5, "only {walked} types are told apart by {}", reach.name());
}

/// Puts columns of a row, and of what the search keeps of it, behind the back of triggers.
async fn place(admin: &mut PgConnection, firm: &Firm, target: &Target, column: &str, value: Uuid) {
    let mut tx = admin.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("triggers rest");
    for sql in [
        format!("update {} set {column} = $3 where tenant_id = $1 and id = $2", target.record.name),
        format!("update search.entries set {column} = $3 where tenant_id = $1 and id = $2"),
    ] {
        let placed = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(firm.cx.tenant).bind(target.id).bind(value);
        let placed = placed.execute(&mut *tx).await.expect("placed");
        assert_eq!(placed.rows_affected(), 1, "{}.{column}", target.record.name);
    }
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn rows_beyond_reach_are_not_there() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    let rival = rival(&firm).await;
    let (main, north) = branches(&firm).await;
    let mut targets_known = Vec::new();
    let mut owner = firm.tx().await;
    for target in targets(&firm).await {
        if target.record.knows(Reach::Branch) {
            place(&mut admin, &firm, &target, "branch", main).await;
        }
        let known = offered(&mut owner, &target).await;
        targets_known.push((target, known));
    }
    drop(owner);
    let targets = targets_known;
    let rights = |reach: Reach| -> Vec<BTreeMap<String, String>> {
        modules::records().filter(|r| r.knows(reach)).map(|r| everything(r.name, reach.name())).collect()
    };
    let (member, _) = member_with(&firm, "nothing", rights(Reach::All)).await;
    walk(&firm, &member, &targets, Reach::All, true).await;
    for (branch, expected) in [(main, true), (north, false)] {
        let branch = branch.to_string();
        let (member, _) = member_of(&firm, "nothing", rights(Reach::Branch), &[("branch", &branch)]).await;
        walk(&firm, &member, &targets, Reach::Branch, expected).await;
    }
    for (customer, expected) in [(firm.customer, true), (rival, false)] {
        let customer = customer.to_string();
        let (member, _) = member_of(&firm, "portal", rights(Reach::Party), &[("customer", &customer)]).await;
        walk(&firm, &member, &targets, Reach::Party, expected).await;
    }
    let (member, _) = member_with(&firm, "nothing", rights(Reach::Own)).await;
    walk(&firm, &member, &targets, Reach::Own, false).await;
    for (target, _) in &targets {
        place(&mut admin, &firm, target, "created_by", member.user).await;
    }
    walk(&firm, &member, &targets, Reach::Own, true).await;
}

#[tokio::test]
async fn a_row_that_moves_is_found_where_it_is() {
    let firm = Firm::new().await;
    let (main, north) = branches(&firm).await;
    let mut tx = firm.tx().await;
    let mut lead =
        Document::new(record("lead")).with("name", "Unmistakable").with("date", tx.company.today).with("branch", main);
    door::insert(&mut tx, &mut lead).await.expect("a lead");
    tx.commit().await.expect("commit");
    let (rights, branch) = (vec![everything("lead", "branch")], north.to_string());
    let (member, mut browser) = member_of(&firm, "nothing", rights, &[("branch", &branch)]).await;
    let address = format!("/leads/{}", lead.id);
    for (branch, expected) in [(main, false), (north, true), (main, false)] {
        let lead = firm.document("lead", lead.id).await;
        firm.change(&lead, &[("branch", &branch.to_string())]).await.expect("moved");
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        let hits = search::find(&mut tx, "unmistakable").await.expect("a search").hits;
        assert_eq!(hits.iter().any(|hit| hit.id == lead.id), expected, "the search");
        assert_eq!(browser.get(&address).await.status.is_success(), expected, "the form");
        assert_eq!(browser.get("/leads").await.body.contains(&address), expected, "the list");
    }
}

/// What a job reports of rows that somebody does not reach is what it reports of rows that never were.
#[tokio::test]
async fn a_report_names_nothing_beyond_reach() {
    let _turn = super::jobs::alone().await;
    let firm = Firm::new().await;
    let (member, _) = member_with(&firm, "nothing", vec![everything("customer", "own")]).await;
    let rows = Which::These(vec![firm.customer, Uuid::now_v7()]);
    let job = super::jobs::ask(&firm, &member, "set", ("phone", "1"), rows).await;
    super::jobs::work(&firm).await;
    let report = jobs::page(&mut firm.db.begin(&member).await.expect("they enter"), job, "").await.expect("their job");
    assert_eq!((report.line.done, report.line.refused), (0, 2));
    for row in report.rows {
        assert_eq!((row.title.as_str(), row.refused), ("", true));
        assert_eq!(row.message.expect("a reason").id, "error-not-found");
    }
}

/// A filter by a name that looked in all that is searched would tell of what is kept from the reader.
#[tokio::test]
async fn a_filter_by_a_name_looks_in_that_name_alone() {
    let firm = Firm::new().await;
    let told = [("phone", "0500-77"), ("city.en", "Riyadh"), ("city.ar", "الرياض")];
    firm.change(&firm.document("customer", firm.customer).await, &told).await.expect("saved");
    let without_phone = vec![
        everything("customer", "all"),
        right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]),
    ];
    let (blind, _) = member_with(&firm, "nothing", without_phone).await;
    for cx in [&firm.cx, &blind] {
        for (field, text, expected) in [
            ("name", "gulf", 1),
            ("name", "الخليج", 1),
            ("city", "riyadh", 1),
            ("city", "gulf", 0),
            ("name", "0500", 0),
        ] {
            let mut tx = firm.db.begin(cx).await.expect("they enter");
            let filters = vec![Filter { field: field.to_owned(), text: text.to_owned() }];
            let query = Query { filters, ..Query::default() };
            let list = page::list(&mut tx, record("customer"), &query).await.expect("a list");
            assert_eq!(list.count, expected, "{field} by {text}");
        }
    }
}

/// On paper stands what a document is for, and of its customer no more than its reader may see.
#[tokio::test]
async fn paper_tells_no_more_of_a_customer_than_their_form() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let order = firm.order(&[(item, 1)]).await;
    let told = [("phone", "+966 11 555"), ("tax_number", "300000000000003")];
    firm.change(&firm.document("customer", firm.customer).await, &told).await.expect("saved");
    let orders = vec![everything("sales_order", "all")];
    let (_, mut blind) = member_with(&firm, "nothing", orders).await;
    let (_, mut sighted) = member_with(&firm, "sales", Vec::new()).await;
    assert_eq!(blind.get(&format!("/customers/{}", firm.customer)).await.status, StatusCode::NOT_FOUND);
    let path = format!("/sales-orders/{}/print", order.id);
    for (browser, sees) in [(&mut blind, false), (&mut sighted, true)] {
        let paper = browser.get(&path).await.text();
        assert!(paper.contains("Gulf Steel"), "{paper}");
        for (name, text) in told {
            assert_eq!(paper.contains(text), sees, "{name}: {paper}");
        }
    }
}

#[tokio::test]
async fn nobody_gives_a_record_away_beyond_their_reach() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let (main, north) = branches(&firm).await;
    let (main, north) = (main.to_string(), north.to_string());
    let rights = vec![everything("sales_order", "branch")];
    let (member, _) = member_of(&firm, "auditor", rights, &[("branch", &main)]).await;
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    let line = BTreeMap::from([("item".to_owned(), item.to_string()), ("quantity".to_owned(), "1".to_owned())]);
    let (customer, warehouse) = (firm.customer.to_string(), firm.main.to_string());
    let order = |branch: &str| Typed {
        lines: Some(vec![line.clone()]),
        ..typed(&[("customer", &customer), ("warehouse", &warehouse), ("branch", branch)])
    };
    let orders = record("sales_order");
    let away = door::save(&mut tx, orders, Uuid::now_v7(), 0, &order(&north)).await;
    assert_eq!(refusals(away), ["refuse-beyond-reach"]);
    let kept = door::save(&mut tx, orders, Uuid::now_v7(), 0, &order(&main)).await.expect("their own");
    let moved = door::save(&mut tx, orders, kept.id, 1, &typed(&[("branch", &north)])).await;
    assert_eq!(refusals(moved), ["refuse-beyond-reach"]);
}

#[tokio::test]
async fn the_portal_shows_a_customer_their_own_and_nothing_else() {
    let firm = busy_firm().await;
    let rival = rival(&firm).await;
    for (customer, sees) in [(firm.customer, true), (rival, false)] {
        let (member, _) = portal_member(&firm, customer).await;
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        for known in modules::records() {
            let outcome = page::list(&mut tx, known, &Query::default()).await;
            match known.party {
                None => assert!(matches!(outcome, Err(Error::Denied)), "{}", known.name),
                Some("id") => {
                    let rows = outcome.expect("a list").rows;
                    assert!(rows.len() == 1 && rows[0].id == customer);
                }
                Some(_) => assert_eq!(outcome.expect("a list").count > 0, sees, "{}", known.name),
            }
        }
        assert!(crate::modules::home::home(&mut tx, "x").await.expect("home").books.is_none());
    }
}

/// The views that colleagues share are not for customers, nor is what customers keep for colleagues.
#[tokio::test]
async fn customers_and_colleagues_share_no_views() {
    let firm = Firm::new().await;
    let (customers, query) = (record("customer"), Query::default());
    let (visitor, mut portal) = portal_member(&firm, firm.customer).await;
    let mut tx = firm.tx().await;
    views::keep(&mut tx, customers, "Pay late", &query, true).await.expect("kept");
    tx.commit().await.expect("commit");
    let seen = views::list(&mut firm.db.begin(&visitor).await.expect("they enter"), customers).await.expect("views");
    assert!(seen.is_empty(), "{seen:?}");
    portal.post("/customers/views", &[("query", ""), ("name", "Call us"), ("shared", "true")]).await;
    let seen = views::list(&mut firm.tx().await, customers).await.expect("views");
    assert_eq!(seen.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["Pay late"]);
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
