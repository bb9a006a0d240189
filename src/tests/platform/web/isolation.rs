//! Whatever is asked with the ids of another company is answered as it is with ids of nothing at all.

use super::*;

/// The routes, and behind them the pages, at which the test below asks for what belongs to another company.
pub const WALKED: &[&str] = &[
    "/api/{*function}",
    "/audit/export",
    "/companies/new",
    "/company",
    "/company-data",
    "/files/uploads",
    "/files/uploads/{id}",
    "/files/{id}",
    "/files/{id}/remove",
    "/jobs/{id}",
    "/jobs/{id}/file",
    "/notifications",
    "/notifications/{id}",
    "/persons/{record}/{id}",
    "/statement/print",
    "/webhook-log",
    "/{path}/bulk",
    "/{path}/export",
    "/{path}/import",
    "/{path}/import/{id}",
    "/{path}/import/{id}/faults",
    "/{path}/import/{id}/rest",
    "/{path}/set",
    "/{path}/views",
    "/{path}/{id}",
    "/{path}/{id}/files",
    "/{path}/{id}/mail",
    "/{path}/{id}/print",
    "[]",
    "[\"audit\"]",
    "[\"books-health\"]",
    "[\"companies\", \"new\"]",
    "[\"company-data\"]",
    "[\"developers\"]",
    "[\"general-ledger\"]",
    "[\"jobs\"]",
    "[\"jobs\", id]",
    "[\"notifications\"]",
    "[\"persons\", record, id]",
    "[\"receivables\"]",
    "[\"search\"]",
    "[\"statement\"]",
    "[\"statement\", \"print\"]",
    "[\"stock-on-hand\"]",
    "[\"trial-balance\"]",
    "[\"usage\"]",
    "[\"webhook-log\"]",
    "[path]",
    "[path, \"import\"]",
    "[path, \"import\", id]",
    "[path, id, \"mail\"]",
    "[path, id, \"print\"]",
    "[path, id]",
];

/// The routes that belong to no company, with the reason.
pub const SPARED: &[(&str, &str)] = &[
    ("/f/{sealed}/{name}", "opened by its seal, whoever holds it: see the tests of files"),
    ("/favourites", "keeps an address of records, which shows only what is there: see the tests of favourites"),
    ("/favicon.svg", "the same for everybody"),
    ("/fonts/{*file}", "the same for everybody"),
    ("/health", "says whether the database answers"),
    ("/icon-192.png", "the same for everybody"),
    ("/icon-512.png", "the same for everybody"),
    ("/icons.svg", "the same for everybody"),
    ("/join", "opened by a sealed invitation: see the tests of permission"),
    ("/manifest.webmanifest", "the same for everybody"),
    ("/my-account", "a person's own, whatever the company: see the tests of sessions"),
    ("/messages/{file}", "the same for everybody"),
    ("/offer/{token}", "opened by its token, whoever holds it: see the tests of offers"),
    ("/operator/plans/{code}", "nothing for whoever is no operator: see the tests of operators"),
    (
        "/operator/{company}",
        "nothing for whoever is no operator, and no rows for those who are: see the tests of operators",
    ),
    ("/pattern.svg", "the same for everybody"),
    ("/pkg/{*file}", "the same for everybody"),
    ("/preferences", "a person's own, whatever the company"),
    ("/sign-in", "leads to the person's own companies"),
    ("/sign-out", "ends the person's own session"),
    ("/sign-up", "founds a company of its own"),
];

/// Ids of what belongs to a company, by table.
pub type Ids = BTreeMap<&'static str, Uuid>;

/// What a company has beside its records, and is asked for by its id.
const BESIDE: [&str; 8] =
    ["attachment", "comment", "import_batch", "job", "notification", "saved_view", "upload", "webhook_delivery"];

/// One of everything that a company has.
pub async fn ids_of(admin: &mut PgConnection, tenant: Uuid) -> Ids {
    let mut ids = Ids::new();
    for table in modules::records().map(|record| record.name).chain(BESIDE) {
        let sql = format!("select id from {table} where tenant_id = $1 order by id limit 1");
        let id: Option<Uuid> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(tenant).fetch_optional(&mut *admin).await.expect("an id");
        ids.insert(table, id.unwrap_or_else(|| panic!("there is no {table}")));
    }
    ids
}

/// What is sent to an address.
enum Sent {
    Get,
    Post(Vec<(String, String)>),
    /// A file in a form of its own.
    File,
    /// A question to a server function.
    Call(Json),
    /// Something about an upload, with these headers.
    Upload(Method, Vec<(&'static str, String)>),
}

fn post<const N: usize>(pairs: [(&str, &str); N]) -> Sent {
    Sent::Post(pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).into())
}

/// Something that is asked for by an id, with what it is answered where there is nothing.
struct Ask {
    /// Which of [`WALKED`] it comes by.
    by: &'static [&'static str],
    path: String,
    sent: Sent,
    status: StatusCode,
}

impl Ask {
    fn new(by: &'static [&'static str], path: impl Into<String>, sent: Sent, status: StatusCode) -> Ask {
        Ask { by, path: path.into(), sent, status }
    }

    async fn put(&self, browser: &mut Browser) -> Answer {
        match &self.sent {
            Sent::Get => browser.get(&self.path).await,
            Sent::Post(form) => {
                let pairs: Vec<(&str, &str)> = form.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
                browser.post(&self.path, &pairs).await
            }
            Sent::File => send_file(browser, &self.path, "whose.txt", "Whose?").await,
            Sent::Call(body) => browser.call(&self.path, body.clone()).await,
            Sent::Upload(method, headers) => {
                let request = Request::builder().method(method.clone()).uri(self.path.as_str());
                let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
                browser.send(request.header("sec-fetch-site", "same-origin"), Body::from("0123456789")).await
            }
        }
    }
}

pub(super) const GONE: StatusCode = StatusCode::NOT_FOUND;

/// Fields that lead to something, with the id of what they could lead to.
pub fn links(fields: &'static [Field], ids: &Ids) -> Vec<(&'static str, String)> {
    let link = |field: &'static Field| match field.kind {
        Kind::Link(target) => Some((field.name, ids[target].to_string())),
        _ => None,
    };
    fields.iter().filter_map(link).collect()
}

/// Everything that can be asked of a row by its id, and where its id, and those of what it may link to, can be given.
fn asks_of(record: &'static Record, ids: &Ids) -> Vec<Ask> {
    const FORM: &[&str] = &["/{path}/{id}", "[path, id]"];
    const MAIL: &[&str] = &["/{path}/{id}/mail", "[path, id, \"mail\"]"];
    let (id, path) = (ids[record.name], format!("/{}", record.path));
    let form = format!("{path}/{id}");
    let mut asks = vec![
        Ask::new(FORM, &form, Sent::Get, GONE),
        Ask::new(&["/{path}/{id}/print", "[path, id, \"print\"]"], format!("{form}/print"), Sent::Get, GONE),
        Ask::new(MAIL, format!("{form}/mail"), Sent::Get, GONE),
        Ask::new(MAIL, format!("{form}/mail"), post([("to", "somebody@else.example")]), GONE),
        Ask::new(&["/{path}/{id}/files"], format!("{form}/files"), Sent::File, GONE),
        Ask::new(&["/{path}/set"], format!("{path}/set"), post([("set", &format!("{id}.note.x"))]), GONE),
    ];
    const PERSON: &[&str] = &["/persons/{record}/{id}", "[\"persons\", record, id]"];
    let person = format!("/persons/{}/{id}", record.name);
    asks.push(Ask::new(PERSON, &person, Sent::Get, GONE));
    for verb in ["export", "erase"] {
        asks.push(Ask::new(PERSON, &person, post([("_do", verb), ("typed", "C1")]), GONE));
    }
    for version in ["0", "1"] {
        let save = post([("_do", "save"), ("_version", version), ("_edits", "1"), ("code", "X")]);
        asks.push(Ask::new(FORM, &form, save, GONE));
    }
    for verb in record.actions.iter().map(|action| action.name).chain(["delete"]) {
        asks.push(Ask::new(FORM, &form, post([("_do", verb), ("_version", "1")]), GONE));
    }
    for verb in ["add", "edit", "remove"] {
        let said = post([("_comment", verb), ("_on", &ids["comment"].to_string()), ("text", "X")]);
        asks.push(Ask::new(FORM, &form, said, GONE));
    }
    // Links to what the other company has, in a new record and in filters.
    let header = links(record.fields, ids);
    let filters: Vec<String> = header.iter().map(|(field, id)| format!("{field}={id}")).collect();
    let filters = filters.join("&");
    if record.single {
        // Where there is but one none are ticked. The others are tried where their jobs are run.
        let ticked = post([("_do", "delete"), ("id", &id.to_string())]);
        asks.push(Ask::new(&["/{path}/bulk"], format!("{path}/bulk"), ticked, StatusCode::FORBIDDEN));
    } else {
        asks.push(Ask::new(&["[path]"], format!("{path}?{filters}"), Sent::Get, StatusCode::OK));
        let export = format!("{path}/export?format=csv&{filters}");
        asks.push(Ask::new(&["/{path}/export"], export, Sent::Get, StatusCode::OK));
        let mut fresh = vec![("_edits".to_owned(), "1".to_owned())];
        fresh.extend(header.iter().map(|(field, id)| ((*field).to_owned(), id.clone())));
        let of_lines = links(record.lines.map_or(&[][..], |lines| lines.fields), ids);
        fresh.extend(of_lines.into_iter().map(|(field, id)| (input_name(0, field), id)));
        asks.push(Ask::new(FORM, format!("{path}/new"), Sent::Post(fresh), StatusCode::UNPROCESSABLE_ENTITY));
    }
    let linked: BTreeMap<&str, String> = header.into_iter().collect();
    // What is not there is previewed as what is not there yet.
    let previewed = if record.single { StatusCode::FORBIDDEN } else { StatusCode::OK };
    for (function, body, status) in [
        ("page", json!({"path": [record.path, id], "query": []}), GONE),
        ("page", json!({"path": [record.path, id, "print"], "query": []}), GONE),
        ("preview", json!({"record": record.name, "id": id, "fields": linked, "lines": []}), previewed),
        ("row", json!({"record": record.name, "id": id, "columns": []}), StatusCode::OK),
        ("lookup", json!({"record": record.name, "text": id}), StatusCode::OK),
    ] {
        asks.push(Ask::new(&["/api/{*function}"], function, Sent::Call(body), status));
    }
    asks
}

/// Everything that can be asked for by the id of something else than a row.
fn asks_beside(ids: &Ids) -> Vec<Ask> {
    let id = |table: &str| ids[table].to_string();
    let (job, notification, file) = (id("job"), id("notification"), id("attachment"));
    let batch = format!("/customers/import/{}", id("import_batch"));
    let upload = format!("/files/uploads/{}", id("upload"));
    let member = format!("/audit?member={}", id("member"));
    let mut asks = vec![
        Ask::new(&["/jobs/{id}", "[\"jobs\", id]"], format!("/jobs/{job}"), Sent::Get, GONE),
        Ask::new(&["/jobs/{id}/file"], format!("/jobs/{job}/file"), Sent::Get, GONE),
        Ask::new(&["/notifications/{id}"], format!("/notifications/{notification}"), Sent::Get, GONE),
        Ask::new(&["/{path}/views"], "/customers/views", post([("forget", &id("saved_view"))]), GONE),
        Ask::new(&["/company"], "/company", post([("company", &id("company"))]), GONE),
        Ask::new(&["/{path}/import/{id}", "[path, \"import\", id]"], &batch, Sent::Get, GONE),
        Ask::new(&["/{path}/import/{id}/faults"], format!("{batch}/faults"), Sent::Get, GONE),
        Ask::new(&["/{path}/import/{id}/rest"], format!("{batch}/rest"), Sent::Get, GONE),
        Ask::new(&["/files/{id}"], format!("/files/{file}"), Sent::Get, GONE),
        Ask::new(&["/files/{id}/remove"], format!("/files/{file}/remove"), post([]), GONE),
        Ask::new(&["/files/uploads/{id}"], &upload, Sent::Get, GONE),
        Ask::new(&["[\"audit\"]"], member, Sent::Get, StatusCode::OK),
        Ask::new(&["[\"receivables\"]"], format!("/receivables?customer={}", id("customer")), Sent::Get, GONE),
        Ask::new(&["[\"statement\"]"], format!("/statement?customer={}", id("customer")), Sent::Get, GONE),
        Ask::new(
            &["/statement/print", "[\"statement\", \"print\"]"],
            format!("/statement/print?customer={}", id("customer")),
            Sent::Get,
            GONE,
        ),
        Ask::new(&["[\"general-ledger\"]"], format!("/general-ledger?account={}", id("account")), Sent::Get, GONE),
        Ask::new(&["[\"general-ledger\"]"], format!("/general-ledger?centre={}", id("cost_centre")), Sent::Get, GONE),
        Ask::new(&["[\"trial-balance\"]"], format!("/trial-balance?centre={}", id("cost_centre")), Sent::Get, GONE),
        Ask::new(&["/webhook-log"], "/webhook-log", post([("message", &id("webhook_delivery"))]), GONE),
        Ask::new(&["[\"webhook-log\"]"], format!("/webhook-log?webhook={}", id("webhook")), Sent::Get, StatusCode::OK),
    ];
    for (verb, path) in [("cancel", "jobs"), ("retry", "jobs"), ("open", "notifications"), ("read", "notifications")] {
        let (by, id): (&'static [&'static str], &str) =
            if path == "jobs" { (&["/jobs/{id}"], &job) } else { (&["/notifications/{id}"], &notification) };
        asks.push(Ask::new(by, format!("/{path}/{id}"), post([("_do", verb)]), GONE));
    }
    for verb in ["check", "import", "skip", "cancel", "continue", "undo"] {
        asks.push(Ask::new(&["/{path}/import/{id}"], &batch, post([("_do", verb)]), GONE));
    }
    for record in modules::records() {
        let query = format!("record={}&id={}", record.name, ids[record.name]);
        asks.push(Ask::new(&["[\"audit\"]"], format!("/audit?{query}"), Sent::Get, StatusCode::OK));
        let file = format!("/audit/export?format=csv&{query}");
        asks.push(Ask::new(&["/audit/export"], file, Sent::Get, StatusCode::OK));
    }
    let part = vec![("content-type", "application/offset+octet-stream".to_owned()), ("upload-offset", "0".to_owned())];
    asks.push(Ask::new(&["/files/uploads/{id}"], &upload, Sent::Upload(Method::PATCH, part), GONE));
    asks.push(Ask::new(&["/files/uploads/{id}"], &upload, Sent::Upload(Method::DELETE, Vec::new()), GONE));
    let about = [("record", "customer".to_owned()), ("id", id("customer")), ("filename", "a.txt".to_owned())];
    let about: Vec<String> = about.iter().map(|(name, text)| format!("{name} {}", STANDARD.encode(text))).collect();
    let begin = vec![("upload-length", "10".to_owned()), ("upload-metadata", about.join(","))];
    asks.push(Ask::new(&["/files/uploads"], "/files/uploads", Sent::Upload(Method::POST, begin), GONE));
    asks.push(Ask::new(&["/api/{*function}"], "uploaded", Sent::Call(json!({"id": id("upload")})), GONE));
    let import = id("import_batch");
    for path in [vec!["jobs", job.as_str()], vec!["customers", "import", import.as_str()]] {
        let body = json!({"path": path, "query": []});
        asks.push(Ask::new(&["/api/{*function}"], "page", Sent::Call(body), GONE));
    }
    asks
}

/// A page, and which of [`WALKED`] it comes by.
type Way = (&'static [&'static str], String);

/// Pages that ask for nothing by an id: nothing of another company stands on them.
fn pages_of_all() -> Vec<Way> {
    let fixed: &[(&'static [&'static str], &str)] = &[
        (&["[]"], "/"),
        (&["[\"trial-balance\"]"], "/trial-balance"),
        (&["[\"general-ledger\"]"], "/general-ledger"),
        (&["[\"books-health\"]"], "/books-health"),
        (&["[\"stock-on-hand\"]"], "/stock-on-hand"),
        (&["[\"jobs\"]"], "/jobs"),
        (&["[\"audit\"]"], "/audit"),
        (&["/notifications", "[\"notifications\"]"], "/notifications"),
        (&["[\"webhook-log\"]"], "/webhook-log"),
        (&["/company-data", "[\"company-data\"]"], "/company-data"),
        (&["[\"usage\"]"], "/usage"),
        (&["[\"developers\"]"], "/developers"),
        (&["[\"search\"]"], "/search?q=SECRET"),
        (&["/companies/new", "[\"companies\", \"new\"]"], "/companies/new"),
        (&[], "/companies"),
    ];
    let mut pages: Vec<Way> = fixed.iter().map(|(by, path)| (*by, (*path).to_owned())).collect();
    for record in modules::records() {
        let path = format!("/{}", record.path);
        pages.push((&["[path]"], path.clone()));
        pages.push((&["[path]"], format!("{path}?q=SECRET")));
        if !record.single {
            pages.push((&["/{path}/import", "[path, \"import\"]"], format!("{path}/import")));
        }
    }
    pages
}

/// A text with all ids alike.
pub fn without_ids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let id = text.get(at..at + 36).filter(|part| part.as_bytes()[8] == b'-' && part.parse::<Uuid>().is_ok());
        match id {
            Some(_) => {
                out.push_str("ID");
                at += 36;
            }
            None => {
                out.push(next);
                at += next.len_utf8();
            }
        }
    }
    out
}

/// What distinguishes two answers, apart from ids and from what is new in each: nonces, references, pages as data.
fn essence(answer: &Answer) -> (StatusCode, Option<String>, String) {
    let text = without_ids(&answer.text());
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.len() < 30).collect();
    (answer.status, answer.location.as_deref().map(without_ids), words.join(" "))
}

/// Whatever is asked for by an id: that of something of another company is answered like one that never was.
#[tokio::test]
async fn f38_another_companys_ids_look_like_random_ones() {
    let (a, b) = (Firm::new().await, full_firm().await);
    let mut admin = admin().await;
    let real = ids_of(&mut admin, b.cx.tenant).await;
    let fake: Ids = real.keys().map(|table| (*table, Uuid::now_v7())).collect();
    let before = picture(&mut admin, b.cx.tenant).await;
    let mut browser = Browser::of(&a).await;
    let mut walked: BTreeSet<&str> = BTreeSet::new();
    let asks = |ids: &Ids| -> Vec<Ask> {
        modules::records().flat_map(|record| asks_of(record, ids)).chain(asks_beside(ids)).collect()
    };
    for (ask, random) in asks(&real).into_iter().zip(asks(&fake)) {
        walked.extend(ask.by);
        let (theirs, nobodys) = (ask.put(&mut browser).await, random.put(&mut browser).await);
        let what = format!("{:?} at {}", ask.by, ask.path);
        assert_eq!(theirs.status, ask.status, "{what}: {}", theirs.text());
        match ask.sent {
            // What functions answer is told as JSON, so that all of it can be compared.
            Sent::Call(_) => assert_eq!(without_ids(&theirs.body), without_ids(&nobodys.body), "{what}"),
            _ => assert_eq!(essence(&theirs), essence(&nobodys), "{what}"),
        }
        assert!(!theirs.body.contains("Item SECRET"), "{what}");
    }
    for (by, path) in pages_of_all() {
        walked.extend(by);
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let shown = real.iter().find(|(_, id)| page.body.contains(&id.to_string()));
        assert_eq!(shown, None, "{path}");
        assert!(!page.body.contains("Item SECRET") && !page.body.contains("A secret view"), "{path}");
    }
    walked.extend(tick(&a, &mut browser, &real, &fake).await);
    let said: BTreeSet<&str> = WALKED.iter().copied().collect();
    assert_eq!(walked, said, "what is walked is not what is said to be");
    assert_eq!(picture(&mut admin, b.cx.tenant).await, before, "something of the other company has changed");
    b.assert_healthy().await;
}

/// Ticks a row of the other company and one that never was, has jobs do what can be done to many, compares the reports.
async fn tick(firm: &Firm, browser: &mut Browser, real: &Ids, fake: &Ids) -> &'static [&'static str] {
    let _turn = crate::tests::platform::jobs::alone().await;
    let owner = Rights::new("owner", door::records(), &[]);
    let mut orders: Vec<(String, Vec<Uuid>)> = Vec::new();
    for record in modules::records().filter(|record| !record.single) {
        // What may be empty, as nothing is typed.
        let empties = |name: &String| record.field(name).is_some_and(|field| !field.required);
        let set = bulk::settable_fields(&owner, record).into_iter().find(empties).map(|field| format!("set.{field}"));
        let action = record.actions.iter().find(|action| !action.internal).map(|action| action.name.to_owned());
        for verb in set.into_iter().chain(action).chain(["delete".to_owned()]) {
            let mut asked = Vec::new();
            for ids in [real, fake] {
                let id = ids[record.name].to_string();
                let form = [("_do", verb.as_str()), ("id", id.as_str())];
                let answer = browser.post(&format!("/{}/bulk", record.path), &form).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{verb} of {}", record.name);
                let path = answer.location.expect("the page of a job");
                asked.push(path.trim_start_matches("/jobs/").parse().expect("the id of a job"));
            }
            orders.push((format!("{verb} of {}", record.name), asked));
        }
    }
    crate::tests::platform::jobs::work(firm).await;
    for (what, asked) in orders {
        let mut told = Vec::new();
        for job in asked {
            let page = jobs::page(&mut firm.tx().await, job, "").await.expect("a job of their own");
            assert_eq!((page.line.done, page.line.refused), (0, 1), "{what}");
            let reason = page.rows[0].message.as_ref().map(|message| message.id.as_str());
            assert_eq!((reason, page.rows[0].title.as_str()), (Some("error-not-found"), ""), "{what}");
            told.push(essence(&browser.get(&format!("/jobs/{job}")).await));
        }
        assert_eq!(told[0], told[1], "the report on {what}");
    }
    &["/{path}/bulk", "/jobs/{id}"]
}
