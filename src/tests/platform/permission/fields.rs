//! What is kept from a role shows at no door, and is taken from no body.

use super::*;
use crate::record::fold::fold;
#[cfg(feature = "graphql")]
use crate::tests::api::graphql;
use crate::tests::api::{Program, webhooks};

/// What a field is set to, so that it can be found wherever it leaks: the value for the database, and what pages would show.
fn marker(table: &str, kind: Kind) -> Option<(String, Vec<String>)> {
    let text = format!("MARKER-{table}");
    let same = |value: &str, shown: &[&str]| (value.to_owned(), shown.iter().map(|s| (*s).to_owned()).collect());
    Some(match kind {
        Kind::Text(_) | Kind::Note => (text.clone(), vec![text]),
        Kind::Names => (Names::new(&text, &text).to_text(), vec![text]),
        Kind::Money | Kind::Base | Kind::Price => {
            same("77171797", &["77171797", "771717.97", "771,717.97", "77,171,797"])
        }
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
    let (member, mut browser) = member_with(&firm, "auditor", rights).await;
    let mut owner = Browser::of(&firm).await;
    let theirs = Program::with(&firm, &member, "read", &[]).await;
    let ours = theirs.beside(&firm).await;
    let (mut rows, mut in_rest) = (Vec::new(), 0);
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
        let rest = format!("/api/v1{path}");
        for asked in [rest.clone(), format!("{rest}/{id}")] {
            leaks(&asked, &theirs.get(&asked).await.assert_ok(&asked).text);
            let told = ours.get(&asked).await.assert_ok(&asked).text;
            in_rest += own.iter().filter(|k| k.shown.iter().any(|text| told.contains(text.as_str()))).count();
        }
        for name in own.iter().map(|kept| &kept.name) {
            for asked in [format!("{name}=1"), format!("sort={name}"), format!("fields={name}")] {
                let refused = theirs.get(&format!("{rest}?{asked}")).await;
                assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{rest}?{asked}: {}", refused.text);
            }
        }
        #[cfg(feature = "graphql")]
        {
            let sees = |name: &str| !kept.iter().any(|k| k.record.name == known.name && k.name == name);
            leaks(known.name, &graphql::all_of(&theirs, known, id, sees).await);
        }
        rows.push((known, id));
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
            let found = theirs.get(&format!("{rest}?q=marker")).await.assert_ok(&rest);
            assert!(!found.text.contains(&id.to_string()), "the search of {rest} finds a hidden text");
            // The index of all words holds it, whoever may see it.
            let word = fold(&format!("MARKER-{}", known.name));
            index(&mut admin, &firm, known, id, &word).await;
            let page = format!("/search?q={}", encode(&word));
            let hit = format!("href=\"{}\"", known.address(id));
            assert!(!browser.get(&page).await.body.contains(&hit), "{page} finds a hidden text");
            assert!(owner.get(&page).await.body.contains(&hit), "{page} finds nothing at all");
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
    assert!(in_rest > 40, "only {in_rest} fields are told by REST");
    let told = webhooks::told(&firm, &member, &rows).await;
    assert_eq!(told.len(), rows.len(), "messages");
    told.iter().for_each(|message| leaks("a webhook", &message.to_string()));
    let told = webhooks::told(&firm, &firm.cx, &rows).await.iter().map(Json::to_string).collect::<String>();
    let in_webhooks = kept.iter().filter(|k| k.shown.iter().any(|text| told.contains(text.as_str()))).count();
    assert!(in_webhooks > 40, "only {in_webhooks} fields are told by webhooks");
}

/// Adds a word to those by which a row is found in the search over everything.
async fn index(admin: &mut PgConnection, firm: &Firm, known: &Record, id: Uuid, word: &str) {
    let indexed = sqlx::query(
        "update search.entries set words = words || ' ' || $4 where tenant_id = $1 and record = $2 and id = $3",
    );
    let indexed = indexed.bind(firm.cx.tenant).bind(known.name).bind(id).bind(word).execute(admin).await;
    assert_eq!(indexed.expect("indexed").rows_affected(), 1, "{} is not in the index", known.name);
}

/// A yes or no, a choice, a count or a link cannot be told by its value from any other: a hidden one has no name in what
/// programs get, nor in a file.
#[tokio::test]
async fn a_hidden_field_of_any_kind_is_not_named() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    let sees = |known: &Record, name: &str| known.name == "role" || known.tells(name);
    let mut rights: Vec<_> = modules::records().map(|r| everything(r.name, "all")).collect();
    let hide = [("sees", "false"), ("changes", "false")];
    for known in modules::records() {
        let hidden = known.all_fields().filter(|(_, name)| !sees(known, name));
        rights.extend(hidden.map(|(_, name)| right(known.name, Some(&name), &hide)));
    }
    let (member, mut browser) = member_with(&firm, "auditor", rights).await;
    let program = Program::with(&firm, &member, "read", &[]).await;
    let mut rows = Vec::new();
    for known in modules::records() {
        rows.push((known, row_of(&mut admin, &firm, known).await.expect(known.name)));
    }
    let messages = webhooks::told(&firm, &member, &rows).await;
    for (known, id) in rows {
        let rest = format!("/api/v1/{}", known.path);
        let row = program.get(&format!("{rest}/{id}")).await.assert_ok(&rest).json;
        let first = program.get(&rest).await.assert_ok(&rest).json["data"][0].clone();
        let message = messages.iter().find(|message| message["type"] == format!("{}.change", known.name));
        assert_eq!(message.map(|message| &message["data"]["record"]), Some(&row), "the message of {}", known.name);
        for (field, name) in known.all_fields() {
            let (what, seen) = (format!("{}.{name}", known.name), sees(known, &name));
            if name == field.name {
                assert_eq!(row.get(field.name).is_some(), seen, "{what}");
                assert_eq!(first.get(field.name).is_some(), seen, "{what} in the list");
                continue;
            }
            for line in row["lines"].as_array().into_iter().flatten() {
                assert_eq!(line.get(field.name).is_some(), seen, "{what}");
            }
        }
        #[cfg(feature = "graphql")]
        graphql::all_of(&program, known, id, |name| sees(known, name)).await;
        if known.single {
            continue;
        }
        let columns: Vec<&str> = known.fields.iter().map(|field| field.name).collect();
        let page = format!("/{}/export?format=csv&columns={}", known.path, columns.join(","));
        let answer = browser.get(&page).await;
        assert!(answer.status.is_success(), "{page}: {}", answer.status);
        let (shown, hidden): (Vec<&Field>, Vec<&Field>) =
            known.fields.iter().partition(|field| sees(known, field.name));
        let label = |field: &Field| firm.cx.i18n.field(known, field.name);
        let shown: Vec<String> = shown.into_iter().map(label).collect();
        let named: Vec<String> = hidden.into_iter().map(label).filter(|name| !shown.contains(name)).collect();
        let headings = headings(&answer);
        assert!(!headings.iter().any(|heading| named.contains(heading)), "{page}: {headings:?}");
    }
}

/// What somebody reads in an export; its lines are broken where paper wants it.
fn file_text(format: &str, answer: &Answer) -> String {
    assert!(answer.status.is_success(), "{format}: {}", answer.body);
    match format {
        "pdf" => crate::tests::platform::pdf::pages(&answer.bytes).concat(),
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
            let plan = import::Plan { mapping, ..import::Plan::new(known) };
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
        mapping: vec![crate::platform::import::Mapping::parse("Phone=phone").expect("a mapping")],
        ..crate::platform::import::Plan::new(record("customer"))
    };
    let report = crate::platform::import::run(&mut tx, &plan, support::file(b"Phone\n1\n")).await.expect("a report");
    assert_eq!(report.bad[0].reason.id, "import-fault-kept-from");
}
