//! The page about it all, for people who write programs: drawn on the server, with nothing from elsewhere, in both languages.

use super::operation::MOST_ROWS;
use super::{ROOT, batch};
use crate::api::caller::Asked;
use crate::api::problem::{DOCS, KINDS};
use crate::i18n::{Digits, I18n, Locale, plain};
use crate::platform::files::store::FILE;
use crate::platform::import::batch::MOST_BYTES;
use crate::platform::report::{Ask, Holds, Part, Takes};
use crate::platform::search::{LONGEST, MOST};
use crate::platform::token::HOLDS;
use crate::platform::webhooks::{self, KEPT, PATIENCE, SCHEDULE};
use crate::platform::{door, egress, favourites, views};
use crate::record::query::PAGE;
use crate::record::search::SHORTEST;
use crate::record::{Field, Kind, Record};
use crate::t;
use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value as Json, json};
use std::sync::LazyLock;

/// The page itself.
pub async fn page(request: Request) -> Response {
    static PAGES: LazyLock<[String; 2]> =
        LazyLock::new(|| Locale::ALL.map(|locale| write(I18n::new(locale, Digits::Western))));
    let (parts, _) = request.into_parts();
    let locale = Asked::of(&parts).i18n().locale;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, locale.tag()),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::VARY, "Accept-Language"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ];
    (headers, PAGES[locale as usize].as_str()).into_response()
}

/// How it looks.
pub async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, include_str!("docs.css")).into_response()
}

// ------------------------------------------------------------------ HTML

/// A text in which nothing is HTML.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// An element around HTML.
fn around(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>\n")
}

/// A heading that can be linked to.
fn heading(level: u8, id: &str, title: &str) -> String {
    format!("<h{level} id=\"{}\">{}</h{level}>\n", text(id), text(title))
}

fn code(inner: &str) -> String {
    format!("<code>{}</code>", text(inner))
}

fn example(lines: &str) -> String {
    around("pre", &text(lines))
}

fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let cells = |name: &str, cells: &[String]| -> String {
        around("tr", &cells.iter().map(|cell| around(name, cell)).collect::<String>())
    };
    let rows: String = rows.iter().map(|row| cells("td", row)).collect();
    let inner = around("thead", &cells("th", head)) + &around("tbody", &rows);
    format!("<div class=\"scroll\">{}</div>\n", around("table", &inner))
}

// ------------------------------------------------------------------ the page

/// Writes the page in a language.
fn write(i18n: I18n) -> String {
    let say = |id: &str| text(&plain(&i18n.format(id, None)));
    let records = door::records();
    let contents: String = records
        .iter()
        .map(|record| around("li", &format!("<a href=\"#{}\">{}</a>", record.path, text(&i18n.records(record)))))
        .collect();
    let mut main = around("h1", &say("api-title"));
    main.push_str(&around("p", &say("api-lead")));
    main.push_str(&around("p", &format!("<a href=\"{ROOT}/openapi.json\">OpenAPI 3.1</a>")));
    main.push_str(&around("nav", &around("ul", &contents)));
    main.push_str(&chapters(i18n));
    main.push_str(&reports(i18n));
    main.push_str(&problems(i18n));
    main.push_str(&heading(2, "records", &plain(&i18n.format("api-docs-records", None))));
    records.iter().copied().for_each(|record| main.push_str(&chapter_of(i18n, record)));
    let (tag, direction) = (i18n.locale.tag(), i18n.locale.direction());
    format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\" dir=\"{direction}\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{}</title>\
         <link rel=\"stylesheet\" href=\"{DOCS}.css\"></head>\n<body><main>\n{main}</main></body>\n</html>\n",
        say("api-title")
    )
}

/// Seconds as a clock counts them: `2:05:00`.
fn clock(seconds: i32) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// What holds for all records.
fn chapters(i18n: I18n) -> String {
    let minutes = HOLDS / 60;
    let paragraph = |said: String| around("p", &text(&plain(&said)));
    let mut out = String::new();
    let mut chapter = |id: &str, title: String, said: Vec<String>, lines: String| {
        out.push_str(&heading(2, id, &plain(&title)));
        said.into_iter().for_each(|said| out.push_str(&paragraph(said)));
        out.push_str(&example(&lines));
    };
    chapter(
        "tokens",
        t!(i18n, "api-docs-tokens"),
        vec![t!(i18n, "api-token-hint"), t!(i18n, "api-docs-jwt", minutes = minutes)],
        format!(
            "curl {ROOT}/customers -H 'Authorization: Bearer dwn_…'\n\n\
             curl {ROOT}/token -d grant_type=client_credentials -d client_secret=dwn_…"
        ),
    );
    chapter(
        "lists",
        t!(i18n, "api-docs-lists"),
        vec![
            t!(i18n, "api-docs-filters"),
            t!(i18n, "api-docs-pages", usual = i64::from(PAGE), most = i64::from(MOST_ROWS)),
        ],
        format!(
            "GET {ROOT}/sales-orders?state=confirmed,partly_delivered&date=2026-01-01..2026-06-30&sort=-date&limit=100\n\
             GET {ROOT}/customers?q=steel&fields=code,name,phone"
        ),
    );
    chapter(
        "changes",
        t!(i18n, "api-docs-changes"),
        vec![t!(i18n, "api-docs-versions"), t!(i18n, "api-docs-lines")],
        format!(
            "PATCH {ROOT}/customers/018f3a00-0000-7000-8000-000000000001\nIf-Match: \"3\"\n\n\
             {{ \"phone\": \"+966 11 555 0100\" }}\n\n\
             POST {ROOT}/sales-orders/018f3a00-0000-7000-8000-000000000002/confirm\nIf-Match: \"1\""
        ),
    );
    chapter(
        "values",
        t!(i18n, "api-docs-values"),
        vec![t!(i18n, "api-docs-values-hint")],
        "{ \"name\": { \"en\": \"…\", \"ar\": \"…\" }, \"price\": \"1250.5\", \"date\": \"2026-11-18\", \"active\": true }"
            .to_owned(),
    );
    chapter(
        "once",
        t!(i18n, "api-docs-once"),
        vec![t!(i18n, "api-docs-once-hint")],
        format!("POST {ROOT}/customers\nIdempotency-Key: 2b1f7c0e-5a52-4d7e-9a3c-0d4b8f1c6e11"),
    );
    #[cfg(feature = "graphql")]
    chapter(
        "graphql",
        t!(i18n, "api-docs-graphql"),
        vec![t!(i18n, "api-docs-graphql-hint", most = crate::api::graphql::MOST as i64)],
        format!(
            "POST {}\n\n{{ \"query\": \"{{ sales_orders(filter: {{ state: [confirmed] }}, limit: 20) {{ \
             rows {{ number customer {{ name {{ ar en }} }} lines {{ item {{ code }} quantity }} }} next }} }}\" }}",
            crate::api::graphql::ROOT
        ),
    );
    chapter(
        "batches",
        t!(i18n, "api-batch"),
        vec![t!(i18n, "api-batch-hint"), t!(i18n, "api-docs-batch-most", most = batch::MOST as i64)],
        format!(
            "POST {ROOT}/batch\n\n{{ \"atomic\": true, \"operations\": [\n  \
             {{ \"method\": \"PATCH\", \"path\": \"{ROOT}/customers/018f3a00-0000-7000-8000-000000000001\", \
             \"if_match\": \"3\", \"body\": {{ \"note\": \"…\" }} }}\n] }}"
        ),
    );
    chapter(
        "beside",
        t!(i18n, "api-docs-beside"),
        vec![t!(i18n, "api-docs-comments"), t!(i18n, "api-docs-files", most = (FILE / (1024 * 1024)) as i64)],
        format!(
            "GET {ROOT}/customers/018f3a00-0000-7000-8000-000000000001/comments\n\n\
             POST {ROOT}/customers/018f3a00-0000-7000-8000-000000000001/comments\n\n\
             {{ \"text\": \"…\", \"answers_to\": \"018f3a00-0000-7000-8000-000000000003\" }}\n\n\
             curl '{ROOT}/customers/018f3a00-0000-7000-8000-000000000001/files?name=plan.pdf' \
             -H 'Authorization: Bearer dwn_…' -H 'Content-Type: application/pdf' --data-binary @plan.pdf"
        ),
    );
    chapter(
        "jobs",
        t!(i18n, "api-docs-jobs"),
        vec![
            t!(i18n, "api-docs-jobs-hint"),
            t!(i18n, "api-docs-jobs-import", most = (MOST_BYTES / (1024 * 1024)) as i64),
            t!(i18n, "api-docs-jobs-lists"),
        ],
        format!(
            "curl '{ROOT}/customers/import?name=customers.csv' -H 'Authorization: Bearer dwn_…' --data-binary @customers.csv\n\n\
             GET {ROOT}/imports/018f3a00-0000-7000-8000-000000000004\n\n\
             POST {ROOT}/imports/018f3a00-0000-7000-8000-000000000004/run\n\n{{ \"mode\": \"skip_bad\" }}\n\n\
             POST {ROOT}/customers/export\n\n\
             {{ \"filter\": {{ \"q\": \"steel\" }}, \"sort\": \"code\", \"columns\": [\"code\", \"name\"], \"format\": \"xlsx\" }}\n\n\
             POST {ROOT}/customers/bulk\n\n\
             {{ \"action\": \"set\", \"field\": \"phone\", \"value\": \"+966 11 555 0100\", \"filter\": {{ \"q\": \"steel\" }} }}\n\n\
             GET {ROOT}/jobs/018f3a00-0000-7000-8000-000000000005"
        ),
    );
    chapter(
        "archives",
        t!(i18n, "api-docs-archives"),
        vec![t!(i18n, "api-archive-hint"), t!(i18n, "api-person-archive-hint"), t!(i18n, "api-person-erase-hint")],
        format!(
            "POST {ROOT}/archives\n\nGET {ROOT}/archives\n\n\
             GET {ROOT}/jobs/018f3a00-0000-7000-8000-000000000005/file\n\n\
             POST {ROOT}/customers/018f3a00-0000-7000-8000-000000000001/person/archive\n\n\
             POST {ROOT}/customers/018f3a00-0000-7000-8000-000000000001/person/erase\n\n{{ \"typed\": \"C-100\" }}"
        ),
    );
    chapter(
        "secrets",
        t!(i18n, "api-docs-secrets"),
        vec![t!(i18n, "api-secret-hint")],
        format!("GET {ROOT}/webhooks/018f3a00-0000-7000-8000-000000000004/secret"),
    );
    chapter(
        "past",
        t!(i18n, "api-docs-past"),
        vec![t!(i18n, "api-history-hint"), t!(i18n, "api-audit-hint"), t!(i18n, "api-docs-past-hint")],
        format!(
            "GET {ROOT}/customers/018f3a00-0000-7000-8000-000000000001/history\n\n\
             GET {ROOT}/audit?record=customer&action=change&from=2026-01-01&to=2026-06-30"
        ),
    );
    chapter(
        "notifications",
        t!(i18n, "notifications"),
        vec![t!(i18n, "api-notifications-hint")],
        format!(
            "GET {ROOT}/notifications\n\nPOST {ROOT}/notifications/018f3a00-0000-7000-8000-000000000005/read\n\n\
             PATCH {ROOT}/notifications/preferences\n\n{{ \"own\": false }}"
        ),
    );
    chapter(
        "kept",
        t!(i18n, "api-docs-kept"),
        vec![
            t!(i18n, "api-views-hint", most = views::MOST),
            t!(i18n, "api-view-keep-hint"),
            t!(i18n, "api-view-forget-hint"),
            t!(i18n, "api-favourites-hint", most = favourites::MOST),
        ],
        format!(
            "GET {ROOT}/sales-orders/views\n\nPOST {ROOT}/sales-orders/views\n\n\
             {{ \"name\": \"…\", \"query\": \"view=to_deliver&sort=-date\", \"shared\": true }}\n\n\
             PUT {ROOT}/favourites?address=/customers/018f3a00-0000-7000-8000-000000000001\n\n\
             DELETE {ROOT}/favourites?address=/sales-orders?view=to_deliver"
        ),
    );
    chapter(
        "search",
        t!(i18n, "api-search"),
        vec![t!(i18n, "api-search-hint", hits = i64::from(MOST), least = SHORTEST as i64, most = LONGEST as i64)],
        format!("GET {ROOT}/search?q=steel"),
    );
    let pauses = SCHEDULE.map(clock).join(" · ");
    chapter(
        "events",
        t!(i18n, "webhook-many"),
        vec![
            t!(i18n, "api-docs-events-sent"),
            t!(i18n, "api-event-hint"),
            t!(i18n, "api-docs-events-signed"),
            t!(i18n, "api-docs-events-answer", seconds = egress::WHOLE.as_secs() as i64, patience = clock(PATIENCE)),
            t!(
                i18n,
                "api-docs-events-again",
                attempts = SCHEDULE.len() as i64 + 1,
                pauses = pauses,
                total = clock(SCHEDULE.iter().sum())
            ),
            t!(i18n, "api-docs-events-replay"),
            t!(i18n, "api-deliveries-hint", days = i64::from(KEPT)),
        ],
        "POST /hook\nwebhook-id: msg_018f3a0000007000800000000000000a\nwebhook-timestamp: 1794994200\n\
         webhook-signature: v1,…\n\n\
         { \"type\": \"customer.create\", \"timestamp\": \"2026-11-18T09:30:00.000Z\",\n  \
         \"data\": { \"id\": \"018f3a00-0000-7000-8000-000000000001\", \"record\": { \"code\": \"…\" } } }\n\n\
         signature = base64(hmac_sha256(base64_decode(secret without whsec_), id + \".\" + timestamp + \".\" + body))\n\n\
         GET /api/v1/webhooks/018f3a00-0000-7000-8000-000000000004/deliveries?state=failed\n\n\
         POST /api/v1/webhooks/018f3a00-0000-7000-8000-000000000004/deliveries/018f3a00-0000-7000-8000-00000000000a/replay"
            .to_owned(),
    );
    chapter(
        "limits",
        t!(i18n, "api-docs-limits"),
        vec![t!(i18n, "api-docs-limits-hint")],
        "RateLimit-Policy: \"token\";q=1200;w=60, \"company\";q=6000;w=60\n\
         RateLimit: \"token\";r=1199;t=1, \"company\";r=5990;t=1"
            .to_owned(),
    );
    out
}

/// What is read of the company beside its records.
fn reports(i18n: I18n) -> String {
    let say = |id: &str| text(&plain(&i18n.format(id, None)));
    let mut out = heading(2, "reports", &plain(&i18n.format("api-docs-reports", None)));
    for id in ["api-docs-reports-hint", "api-docs-reports-rights"] {
        out.push_str(&around("p", &say(id)));
    }
    for report in door::reports() {
        out.push_str(&heading(3, report.name, &plain(&i18n.format(report.title, None))));
        out.push_str(&around("p", &code(&format!("GET {ROOT}/reports/{}", report.name))));
        if !report.asks.is_empty() {
            let head = ["api-docs-parameter", "api-docs-kind", "api-docs-meaning", "api-docs-rule"].map(say);
            let rows: Vec<Vec<String>> = report.asks.iter().map(|ask| parameter(i18n, ask)).collect();
            out.push_str(&table(&head, &rows));
        }
        let mut rows = Vec::new();
        parts_of(i18n, "", report.holds, &mut rows);
        out.push_str(&table(&["api-docs-field", "api-docs-kind"].map(say), &rows));
    }
    out
}

/// A parameter of a report as the table tells it.
fn parameter(i18n: I18n, ask: &Ask) -> Vec<String> {
    let say = |id: &str| text(&plain(&i18n.format(id, None)));
    let kind = match ask.takes {
        Takes::Day => say("api-kind-date"),
        Takes::Id | Takes::Place => say("api-kind-id"),
        Takes::Text | Takes::Named(_) => say("api-kind-text"),
        Takes::Word(words) => codes(words),
    };
    vec![code(ask.name), kind, say(ask.hint), if ask.needed { say("required") } else { String::new() }]
}

/// What a report holds, row by row as the table tells it: `rows[].debit`.
fn parts_of(i18n: I18n, prefix: &str, parts: &[Part], rows: &mut Vec<Vec<String>>) {
    let say = |id: &str| text(&plain(&i18n.format(id, None)));
    for (name, holds) in parts {
        let name = format!("{prefix}{name}");
        let kind = match holds {
            Holds::Maybe(inner) => *inner,
            holds => holds,
        };
        let told = match kind {
            Holds::Text => say("api-kind-text"),
            Holds::Names => say("api-kind-names"),
            Holds::Id => say("api-kind-id"),
            Holds::Day => say("api-kind-date"),
            Holds::Figure => say("api-kind-decimal"),
            Holds::Count => say("api-kind-integer"),
            Holds::Yes => say("api-kind-bool"),
            Holds::Word(words) => codes(words),
            Holds::One(parts) | Holds::Many(parts) => {
                let mark = if matches!(kind, Holds::Many(_)) { "[]." } else { "." };
                parts_of(i18n, &format!("{name}{mark}"), parts, rows);
                continue;
            }
            Holds::Maybe(_) => continue,
        };
        rows.push(vec![code(&name), told]);
    }
}

/// Words that are chosen from.
fn codes(words: &[&str]) -> String {
    words.iter().map(|word| code(word)).collect::<Vec<_>>().join(" ")
}

/// What programs are told when they do not get what they asked for.
fn problems(i18n: I18n) -> String {
    let say = |id: &str| text(&plain(&i18n.format(id, None)));
    let head = ["api-docs-status", "api-docs-type", "api-docs-meaning"].map(say);
    let rows: Vec<Vec<String>> = KINDS
        .iter()
        .map(|kind| {
            let anchor = format!("<code id=\"{0}\">{DOCS}#{0}</code>", kind.code);
            vec![kind.status.to_string(), anchor, say(kind.title)]
        })
        .collect();
    heading(2, "problems", &plain(&i18n.format("api-docs-problems", None)))
        + &around("p", &say("api-docs-problems-hint"))
        + &table(&head, &rows)
}

/// What holds for one type of record.
fn chapter_of(i18n: I18n, record: &'static Record) -> String {
    let say = |id: &str| text(&plain(&i18n.format(id, None)));
    let mut out = heading(3, record.path, &i18n.records(record));
    out.push_str(&around("p", &code(&format!("{ROOT}/{}", record.path))));
    let actions: Vec<String> = record
        .actions
        .iter()
        .filter(|action| !action.internal)
        .map(|action| format!("{} ({})", code(action.name), text(&i18n.action(record, action.name))))
        .collect();
    if !actions.is_empty() {
        out.push_str(&around("p", &format!("{}: {}", say("api-docs-actions"), actions.join(" · "))));
    }
    let events: Vec<String> =
        webhooks::events(record).into_iter().map(|event| code(&format!("{}.{event}", record.name))).collect();
    out.push_str(&around("p", &format!("{}: {}", say("api-docs-events"), events.join(" · "))));
    let head = ["api-docs-field", "api-docs-label", "api-docs-kind", "api-docs-rule"].map(say);
    let own = |field: &Field| i18n.field(record, field.name);
    let mut rows: Vec<Vec<String>> = record.fields.iter().map(|field| row(i18n, "", field, own(field))).collect();
    for field in record.lines.map_or(&[][..], |lines| lines.fields) {
        rows.push(row(i18n, "lines[].", field, i18n.line_field(record, field.name)));
    }
    out.push_str(&table(&head, &rows));
    out.push_str(&example(&requests(record)));
    out
}

/// A field as the table tells it.
fn row(i18n: I18n, prefix: &str, field: &Field, label: String) -> Vec<String> {
    let say = |id: &str| text(&plain(&i18n.format(id, None)));
    let rule = match field {
        field if field.computed || field.kind == Kind::State => say("api-docs-computed"),
        field if field.required => say("required"),
        _ => String::new(),
    };
    vec![code(&format!("{prefix}{}", field.name)), text(&label), kind_of(i18n, field.kind), rule]
}

/// What a field holds.
fn kind_of(i18n: I18n, kind: Kind) -> String {
    let say = |id: &str| text(&plain(&i18n.format(id, None)));
    match kind {
        Kind::Text(_) | Kind::Note | Kind::Code | Kind::Number | Kind::RecordType => say("api-kind-text"),
        Kind::Names => say("api-kind-names"),
        Kind::Integer => say("api-kind-integer"),
        Kind::Quantity | Kind::Price | Kind::Rate | Kind::Percent | Kind::Money | Kind::Base => say("api-kind-decimal"),
        Kind::Date => say("api-kind-date"),
        Kind::Bool => say("api-kind-bool"),
        Kind::Words => say("api-kind-words"),
        Kind::Choice(choices) => codes(choices),
        Kind::Currency => say("api-kind-currency"),
        Kind::State => say("api-kind-state"),
        Kind::Source => say("api-kind-id"),
        Kind::Link(target) => {
            let record = door::record(target).map_or(target.to_owned(), |target| i18n.record(target));
            text(&plain(&t!(i18n, "api-kind-link", record = record)))
        }
    }
}

/// Requests that show how a type of record is used.
fn requests(record: &'static Record) -> String {
    let list = format!("GET {ROOT}/{}?sort={}{}", record.path, if record.descending { "-" } else { "" }, record.sort);
    if !record.manual || record.single {
        return list;
    }
    let mut body = sample(record.fields);
    if let Some(lines) = record.lines {
        body.insert("lines".to_owned(), json!([sample(lines.fields)]));
    }
    let body = serde_json::to_string_pretty(&Json::Object(body)).unwrap_or_default();
    format!("{list}\n\nPOST {ROOT}/{}\n\n{body}", record.path)
}

/// Fields with something in them: those that must be filled.
fn sample(fields: &'static [Field]) -> Map<String, Json> {
    let asked = fields.iter().filter(|field| field.required && !field.computed && field.kind != Kind::State);
    let value = |kind: Kind| match kind {
        Kind::Names => json!({ "en": "…", "ar": "…" }),
        Kind::Integer => json!(1),
        Kind::Quantity | Kind::Price | Kind::Rate | Kind::Percent | Kind::Money | Kind::Base => json!("12.5"),
        Kind::Date => json!("2026-11-18"),
        Kind::Bool => json!(true),
        Kind::Words => json!([]),
        Kind::Choice(words) => json!(words.first()),
        Kind::Currency => json!("SAR"),
        Kind::Code | Kind::Link(_) => json!("A-1"),
        _ => json!("…"),
    };
    asked.map(|field| (field.name.to_owned(), value(field.kind))).collect()
}
