//! The operators' console: figures of every company and rows of none, for operators alone.

use super::permission::{admin, busy_firm};
use crate::i18n::Locale;
use crate::platform::door::{self, Error};
use crate::platform::missed;
use crate::platform::operator::plans::{self, Offer};
use crate::platform::operator::{self, Asked, Health, Line};
use crate::platform::tenancy::Db;
use crate::platform::{auth, plan};
use crate::record::Names;
use crate::record::page::{GIGABYTE, Message};
use crate::tests::api::Program;
use crate::tests::support::{self, Answer, Browser, Firm, PASSWORD, record, refusals};
use axum::http::StatusCode;
use uuid::Uuid;

/// An operator who belongs to no company, and a browser in which they have signed in.
async fn operator() -> (Uuid, Browser) {
    let email = format!("{}@operator.example", Uuid::now_v7());
    let made = operator::add(&mut admin().await, &email, "Olivia", Locale::En).await.expect("an operator");
    let password = made.expect("a new account");
    let mut browser = Browser::new().await;
    let answer = browser.post("/sign-in", &[("email", &email), ("password", &password)]).await;
    assert_eq!(answer.location.as_deref(), Some("/operator"), "{}", answer.text());
    let user = auth::find_user(&support::db().await, &email).await.expect("asked").expect("their account");
    (user, browser)
}

async fn line(db: &Db, who: Uuid, company: Uuid) -> Line {
    operator::company(db, who, company).await.expect("the company").line
}

fn page_of(firm: &Firm) -> String {
    format!("/operator/{}", firm.cx.tenant)
}

/// The name of a firm, of which no other firm's is a part.
async fn name(firm: &Firm) -> String {
    let unique = format!("Company {}", firm.cx.tenant);
    let mut tx = firm.tx().await;
    sqlx::query("update company set name = jsonb_build_object('en', $2::text, 'ar', $2::text) where tenant_id = $1")
        .bind(firm.cx.tenant)
        .bind(&unique)
        .execute(tx.conn())
        .await
        .expect("renamed");
    tx.commit().await.expect("commit");
    unique
}

#[tokio::test]
async fn for_everybody_else_there_is_nothing() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    for role in ["owner", "accountant", "auditor"] {
        let email = match role {
            "owner" => firm.email.clone(),
            role => format!("{}@firm.example", firm.colleague(role).await.user),
        };
        let mut browser = Browser::signed_in(&email).await;
        let nowhere = browser.data("/nothing-here").await;
        let pages =
            ["/operator", "/operator/nothing", "/operator/plans", "/operator/plans/new", "/operator/plans/small"];
        for path in pages.map(str::to_owned).into_iter().chain([page_of(&firm), page_of(&other)]) {
            let page = browser.data(&path).await;
            assert_eq!((page.status, &page.body), (StatusCode::NOT_FOUND, &nowhere.body), "{path} for {role}");
            assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path} for {role}");
        }
        for form in [vec![("_do", "suspend"), ("reason", "x")], vec![("_do", "give"), ("plan", "small")], vec![]] {
            assert_eq!(
                browser.post(&page_of(&other), &form).await.status,
                StatusCode::NOT_FOUND,
                "{form:?} for {role}"
            );
        }
        for (code, form) in
            [("small", vec![("_do", "remove")]), ("new", vec![("_do", "save")]), ("small", vec![("_do", "save")])]
        {
            let answer = browser.post(&format!("/operator/plans/{code}"), &form).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{code} {form:?} for {role}");
        }
        assert!(!browser.get("/companies").await.body.contains("href=\"/operator\""), "{role}");
    }
    // Nor behind the pages.
    let (db, owner, company) = (&firm.db, firm.cx.user, other.cx.tenant);
    let nothing = |outcome: Result<(), Error>| assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
    nothing(operator::list(db, owner, Asked::default()).await.map(drop));
    nothing(operator::company(db, owner, company).await.map(drop));
    nothing(operator::give(db, owner, company, "small", &[], &[]).await);
    nothing(operator::suspend(db, owner, company, "x").await);
    nothing(operator::resume(db, owner, company).await);
    nothing(plans::all(db, owner).await.map(drop));
    nothing(plans::save(db, owner, &Offer { code: "mine".to_owned(), ..Offer::default() }, true).await);
    nothing(plans::remove(db, owner, "small").await);
    let refused = sqlx::query("insert into auth.operators values ($1)").bind(owner).execute(db.people()).await;
    assert!(refused.is_err(), "nobody makes themselves an operator");
    for table in ["plan", "subscription", "usage", "log"] {
        let read = sqlx::query(sqlx::AssertSqlSafe(format!("select from ops.{table}"))).execute(db.people()).await;
        assert!(read.is_err(), "the application reads ops.{table} itself");
    }
    // Whoever is not signed in is sent to the door, as everywhere.
    assert_eq!(Browser::new().await.get("/operator").await.status, StatusCode::SEE_OTHER);
    let program = Program::of(&firm).await;
    assert_eq!(program.get("/api/v1/operator").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_operator_sees_figures_of_companies_and_no_name_of_any_record() {
    let (a, b) = (busy_firm().await, Firm::new().await);
    for firm in [&a, &b] {
        plan::measure(&firm.db, &firm.cx).await.expect("measured");
    }
    let names = [name(&a).await, name(&b).await];
    let (who, mut browser) = operator().await;
    for (firm, name) in [&a, &b].into_iter().zip(&names) {
        let used: i64 = {
            let mut tx = firm.tx().await;
            sqlx::query_scalar("select used_records from ops.used()").fetch_one(tx.conn()).await.expect("a count")
        };
        let seen = line(&firm.db, who, firm.cx.tenant).await;
        assert_eq!((seen.levels[2].used, seen.levels[0].used, seen.measured), (used, 1, true));
        assert_eq!((seen.grown, seen.plan.as_str(), seen.country.as_str()), (Some(0), "unlimited", "SA"));
        assert!(seen.seen.is_some() && seen.suspended.is_none() && seen.reached().next().is_none());
        let sought = crate::record::query::encode(name);
        for page in [browser.get(&format!("/operator?q={sought}")).await, browser.get(&page_of(firm)).await] {
            assert_eq!(page.status, StatusCode::OK);
            for text in [name.as_str(), &firm.cx.i18n.integer(used)] {
                assert!(page.text().contains(text), "{text}: {}", page.text());
            }
            assert_no_rows(&page);
        }
    }
    let found = browser.get(&format!("/operator?q={}&sort=records", crate::record::query::encode(&names[0]))).await;
    assert!(found.text().contains(&names[0]) && !found.text().contains(&names[1]), "{}", found.text());
    for sort in operator::SORTS {
        let asked = Asked { sought: "company".to_owned(), sort: sort.to_owned(), from: 0 };
        let list = operator::list(&a.db, who, asked).await.expect("a list");
        assert!(list.totals.companies >= 2 && list.totals.records > 0 && !list.lines.is_empty(), "{sort}");
    }
    let arabic = browser.post("/preferences", &[("language", "ar")]).await;
    assert_eq!(arabic.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/operator").await.text().contains("لوحة المشغّل"));
    // The console leads into no company.
    assert_eq!(browser.get("/customers").await.status, StatusCode::FORBIDDEN);
}

/// Has jobs, webhooks and events of a firm go wrong, each once of late and once long ago or not at all.
async fn go_wrong(firm: &Firm) {
    let mut tx = firm.tx().await;
    for (kind, state, finished) in [
        ("bulk", "failed", "now() - interval '1 hour'"),
        ("bulk", "failed", "now() - interval '2 days'"),
        ("bulk", "done", "now()"),
        ("archive", "done", "timestamptz '2024-01-02 03:04:05Z'"),
        ("archive", "failed", "timestamptz '2024-02-03 03:04:05Z'"),
    ] {
        let sql = format!(
            "insert into job (id, asked, kind, payload, state, finished_at) values ($1, '{{}}', '{kind}', '{{}}', '{state}', {finished})"
        );
        let put = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(Uuid::now_v7()).execute(tx.conn()).await;
        put.expect("a job");
    }
    for (state, well) in [("active", false), ("active", true), ("paused", false)] {
        let id = Uuid::now_v7();
        sqlx::query("insert into webhook (id, name, url, member, state) values ($1, 'Web shop', 'https://a.example', uid(), $2)")
            .bind(id)
            .bind(state)
            .execute(tx.conn())
            .await
            .expect("a webhook");
        sqlx::query("select hooks.answered($1, $2)").bind(id).bind(well).execute(tx.conn()).await.expect("an answer");
    }
    sqlx::query(
        "insert into outbox (id, at, topic, payload) values ($1, '2024-01-03 04:05:06Z', 'customer.create', '{}')",
    )
    .bind(Uuid::nil())
    .execute(tx.conn())
    .await
    .expect("an event");
    assert!(door::get(&mut tx, record("customer"), Uuid::now_v7()).await.is_err());
    tx.commit().await.expect("commit");
    missed::write_down(&firm.db).await.expect("written down");
    let tickets = "insert into queue.tickets (id, tenant_id, run_at, lease_until) values
         (gen_random_uuid(), $1, now() - interval '2 hours', null),
         (gen_random_uuid(), $1, now() - interval '2 hours', now() + interval '1 hour'),
         (gen_random_uuid(), $1, now() + interval '1 hour', null)";
    sqlx::query(tickets).bind(firm.cx.tenant).execute(&mut admin().await).await.expect("tickets");
}

#[tokio::test]
async fn an_operator_sees_what_does_not_get_done() {
    let _turn = super::jobs::alone().await;
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let (who, mut console) = operator().await;
    go_wrong(&firm).await;
    let expected = Health {
        failed: 1,
        stuck: 1,
        failing: 1,
        paused: 1,
        waiting: None,
        late: false,
        archived: Some("2024-01-02".to_owned()),
        missed: 1,
    };
    assert_eq!(line(&firm.db, who, firm.cx.tenant).await.health, expected, "nobody waits for events yet");
    let mut tx = firm.tx().await;
    sqlx::query("select hooks.watch()").execute(tx.conn()).await.expect("somebody waits");
    tx.commit().await.expect("commit");
    let expected = Health { waiting: Some("2024-01-03 04:05".to_owned()), late: true, ..expected };
    assert_eq!(line(&firm.db, who, firm.cx.tenant).await.health, expected);
    assert_eq!(line(&firm.db, who, other.cx.tenant).await.health, Health::default(), "another company is well");

    let unique = crate::record::query::encode(&name(&firm).await);
    for (language, words) in [
        ("en", ["Failed jobs", "Stuck jobs", "Failing webhooks", "Late events"]),
        ("ar", ["مهام فشلت", "مهام عالقة", "إشعارات ويب لا تصل", "أحداث متأخرة"]),
    ] {
        let chosen = console.post("/preferences", &[("language", language)]).await;
        assert_eq!(chosen.status, StatusCode::SEE_OTHER);
        for page in [console.get(&format!("/operator?q={unique}")).await, console.get(&page_of(&firm)).await] {
            for word in words {
                assert!(page.text().contains(word), "{word}: {}", page.text());
            }
            assert_no_rows(&page);
        }
        let well = console.get(&page_of(&other)).await;
        assert!(well.body.contains("id=\"operator-work\"") && !well.body.contains("p-late"), "{}", well.text());
    }
    // It is for operators, and leaves whoever asks outside of the companies.
    let asked = "select count(*) from ops.health($1, $2)";
    let refused = sqlx::query(asked).bind(firm.cx.user).bind(vec![firm.cx.tenant]).execute(firm.db.people()).await;
    assert!(matches!(refused.map_err(Error::from), Err(Error::NotFound)));
    sqlx::query("delete from queue.tickets where tenant_id = $1")
        .bind(firm.cx.tenant)
        .execute(&mut admin().await)
        .await
        .expect("the queue is left as it was");
}

fn assert_no_rows(page: &Answer) {
    for text in ["Gulf Steel", "Web shop", "Sami Haddad", "A bridge", "Colleague"] {
        assert!(!page.body.contains(text), "{text}");
    }
}

#[tokio::test]
async fn a_plan_that_an_operator_gives_counts_with_the_next_request() {
    let firm = Firm::new().await;
    let (who, mut console) = operator().await;
    let mut owner = Browser::of(&firm).await;
    assert_eq!(owner.get("/webhooks").await.status, StatusCode::OK);
    let give =
        [("_do", "give"), ("plan", "small"), ("flag.api", "on"), ("flag.import", "off"), ("flag.portal", "plan")];
    let given = console.post(&page_of(&firm), &give).await;
    assert_eq!(given.location, Some(format!("{}?done=saved", page_of(&firm))), "{}", given.text());
    assert_eq!(owner.get("/webhooks").await.status, StatusCode::NOT_FOUND, "not in the plan");
    assert_eq!(owner.get("/api-tokens").await.status, StatusCode::OK, "turned on beside it");
    assert_eq!(owner.get("/customers/import").await.status, StatusCode::NOT_FOUND, "turned off");
    let plan = firm.tx().await.plan.clone();
    assert_eq!((plan.code.as_str(), plan.users), ("small", Some(5)));
    // The same again is nothing new; what does not exist is not given.
    console.post(&page_of(&firm), &give).await;
    let unknown = console.post(&page_of(&firm), &[("_do", "give"), ("plan", "nothing")]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let page = operator::company(&firm.db, who, firm.cx.tenant).await.expect("the company");
    assert_eq!(page.entries.len(), 1, "{:?}", page.entries);
    assert_eq!((page.entries[0].operator.as_str(), page.entries[0].action.as_str()), ("Olivia", "plan"));
    assert_eq!(page.entries[0].details["plan"], serde_json::json!(["unlimited", "small"]));
    assert!(console.get(&page_of(&firm)).await.body.contains("id=\"operator-log\""));
    for statement in ["update ops.log set action = 'resume'", "delete from ops.log", "truncate ops.log"] {
        let changed = sqlx::query(statement).execute(&mut admin().await).await;
        assert!(changed.is_err(), "{statement}");
    }
    console.post(&page_of(&firm), &[("_do", "give"), ("plan", "unlimited")]).await;
    assert_eq!(owner.get("/webhooks").await.status, StatusCode::OK);
}

/// What the form of a plan sends.
const MODEST: [(&str, &str); 10] = [
    ("_do", "save"),
    ("code", ""),
    ("name_en", "Modest"),
    ("name_ar", "متواضعة"),
    ("users", "٣"),
    ("storage", "0.5"),
    ("records", "1,000"),
    ("calls", ""),
    ("rate", "٦٠"),
    ("flag.import", "true"),
];

fn modest(code: &str, more: &[(&'static str, &'static str)]) -> Vec<(&'static str, String)> {
    let mut form: Vec<(&str, String)> = MODEST.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    form[1].1 = code.to_owned();
    form.extend(more.iter().map(|(name, text)| (*name, (*text).to_owned())));
    form
}

async fn send(browser: &mut Browser, code: &str, form: &[(&'static str, String)]) -> Answer {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, text)| (*name, text.as_str())).collect();
    browser.post(&format!("/operator/plans/{code}"), &form).await
}

#[tokio::test]
async fn operators_make_plans_and_change_them_for_all_who_have_them() {
    let firm = Firm::new().await;
    let (who, mut console) = operator().await;
    let code = format!("p{}", &Uuid::now_v7().simple().to_string()[8..]);
    let page = format!("/operator/plans/{code}");
    let made = send(&mut console, "new", &modest(&code, &[])).await;
    assert_eq!(made.location.as_deref(), Some("/operator/plans?done=saved"), "{}", made.text());
    let offer = plans::one(&firm.db, who, &code).await.expect("the plan");
    let name = Names::new("Modest", "متواضعة");
    let (users, storage, records) = (Some(3), Some(GIGABYTE / 2), Some(1_000));
    let expected = Offer {
        code: code.clone(),
        name,
        users,
        storage,
        records,
        calls: None,
        rate: Some(60),
        flags: Some(vec!["import".to_owned()]),
        companies: 0,
    };
    assert_eq!(offer, expected);
    let shown = console.get(&page).await;
    for part in ["value=\"0.5\"", "value=\"1000\"", "value=\"60\"", "متواضعة", "value=\"remove\""] {
        assert!(shown.body.contains(part), "{part}: {}", shown.body);
    }
    // Once more under the same code there is no other plan.
    let again = send(&mut console, "new", &modest(&code, &[])).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains(&firm.cx.i18n.message(&Message::new("refuse-code-taken"))), "{}", again.text());

    // It counts for whoever has it, and goes on counting as it is changed.
    let mut owner = Browser::of(&firm).await;
    operator::give(&firm.db, who, firm.cx.tenant, &code, &[], &[]).await.expect("given");
    assert_eq!(firm.tx().await.plan.users, Some(3));
    assert_eq!(owner.get("/webhooks").await.status, StatusCode::NOT_FOUND);
    send(&mut console, &code, &modest("another", &[("parts", "true")])).await;
    assert_eq!(plans::one(&firm.db, who, &code).await.expect("the plan").flags, None, "all parts, under its old code");
    assert_eq!(owner.get("/webhooks").await.status, StatusCode::OK);
    assert!(console.get(&page).await.text().contains("1 company has this plan"));
    // The same again is nothing new.
    send(&mut console, &code, &modest(&code, &[("parts", "true")])).await;

    let used = console.post(&page, &[("_do", "remove")]).await;
    assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(used.text().contains(&firm.cx.i18n.message(&Message::new("refuse-in-use"))), "{}", used.text());
    let first = console.post("/operator/plans/unlimited", &[("_do", "remove")]).await;
    assert_eq!(first.status, StatusCode::UNPROCESSABLE_ENTITY, "companies are founded with it");
    operator::give(&firm.db, who, firm.cx.tenant, "unlimited", &[], &[]).await.expect("given");
    let removed = console.post(&page, &[("_do", "remove")]).await;
    assert_eq!(removed.location.as_deref(), Some("/operator/plans?done=deleted"), "{}", removed.text());
    assert_eq!(console.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(send(&mut console, &code, &modest(&code, &[])).await.status, StatusCode::NOT_FOUND);
    let log = plans::entries(&firm.db, who).await.expect("the log");
    let about = |entry: &&operator::Entry| {
        [&entry.details["old"], &entry.details["new"]].iter().any(|plan| plan["code"] == code.as_str())
    };
    let actions: Vec<&str> = log.iter().filter(about).map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["remove_plan", "change_plan", "add_plan"]);
    assert!(console.get("/operator/plans").await.text().contains(&code), "the log of plans");
    assert!(!console.get(&page_of(&firm)).await.text().contains("Added a plan"), "a company's log is its own");
}

#[tokio::test]
async fn operators_say_in_both_languages_how_often_programs_may_ask() {
    let firm = Firm::new().await;
    let (who, mut console) = operator().await;
    let code = format!("p{}", &Uuid::now_v7().simple().to_string()[8..]);
    let page = format!("/operator/plans/{code}");
    let program = Program::of(&firm).await;
    send(&mut console, "new", &modest(&code, &[])).await;
    operator::give(&firm.db, who, firm.cx.tenant, &code, &["api".to_owned()], &[]).await.expect("given");
    let told = async || {
        let reply = program.get("/api/v1/customers").await.assert_ok("a request");
        let policy = reply.header("ratelimit-policy").unwrap_or_default();
        policy.split_once(", ").map(|(_, company)| company.to_owned()).unwrap_or_default()
    };
    assert_eq!(told().await, "\"company\";q=60;w=60");
    let mut form = modest(&code, &[]);
    form.iter_mut().filter(|(name, _)| *name == "rate").for_each(|(_, typed)| *typed = "7,654".to_owned());
    let changed = send(&mut console, &code, &form).await;
    assert_eq!(changed.location.as_deref(), Some("/operator/plans?done=saved"), "{}", changed.text());
    assert_eq!(told().await, "\"company\";q=7654;w=60");
    for (language, label) in [("en", "Calls of programs a minute"), ("ar", "طلبات البرامج في الدقيقة")]
    {
        console.post("/preferences", &[("language", language)]).await;
        let shown = console.get(&page).await;
        assert!(shown.text().contains(label) && shown.body.contains("value=\"7654\""), "{}", shown.body);
        let company = console.get(&page_of(&firm)).await;
        assert!(company.text().contains(label) && company.text().contains("7,654"), "{}", company.text());
        // What was done is in the log of plans.
        let list = console.get("/operator/plans").await;
        for text in [label, &format!("{label}: 60"), &format!("{label}: 60 → 7,654")] {
            assert!(list.text().contains(text), "{text}: {}", list.text());
        }
    }
    // Left empty it is as the installation has it.
    form.iter_mut().filter(|(name, _)| *name == "rate").for_each(|(_, typed)| typed.clear());
    send(&mut console, &code, &form).await;
    assert_eq!(plans::one(&firm.db, who, &code).await.expect("the plan").rate, None);
    assert_eq!(told().await, "\"company\";q=1000000;w=60");
}

#[tokio::test]
async fn what_no_plan_can_be_comes_back_with_what_was_typed() {
    let (_, mut console) = operator().await;
    let faults = [
        ("code", "Two words", "code-fault"),
        ("code", "", "code-fault"),
        ("code", "new", "code-fault"),
        ("name_ar", "", "name_ar-fault"),
        ("users", "0", "users-fault"),
        ("users", "99999999999", "users-fault"),
        ("users", "many", "users-fault"),
        ("records", "-1", "records-fault"),
        ("records", "1.5", "records-fault"),
        ("storage", "9999999999999999999", "storage-fault"),
        ("calls", "\u{7}", "calls-fault"),
        ("rate", "0", "rate-fault"),
        ("rate", "-5", "rate-fault"),
        ("rate", "1.5", "rate-fault"),
        ("rate", "often", "rate-fault"),
        ("rate", "99999999999", "rate-fault"),
    ];
    for (field, text, fault) in faults {
        let mut form = modest("nothing_of_it", &[]);
        form.iter_mut().filter(|(name, _)| *name == field).for_each(|(_, typed)| *typed = text.to_owned());
        let answer = send(&mut console, "new", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {text}");
        assert!(
            answer.body.contains(fault) && answer.body.contains("value=\"Modest\""),
            "{field} {text}: {}",
            answer.body
        );
        assert_eq!(answer.body.matches("class=\"err\"").count(), 1, "{field} {text}: {}", answer.body);
    }
    assert_eq!(console.get("/operator/plans/nothing_of_it").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_suspended_company_is_closed_to_everybody_and_opens_again() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let (who, mut console) = operator().await;
    let (mut owner, program) = (Browser::of(&firm).await, Program::of(&firm).await);
    assert_eq!(
        refusals(operator::suspend(&firm.db, who, firm.cx.tenant, " ").await),
        ["refuse-operator-reason"],
        "not without a reason"
    );
    let long = "x".repeat(501);
    let refused = console.post(&page_of(&firm), &[("_do", "suspend"), ("reason", &long)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("reason-fault") && refused.body.contains(&long), "what was typed comes back");
    console.post(&page_of(&firm), &[("_do", "suspend"), ("reason", "Bills are open")]).await;
    let said = firm.cx.i18n.message(&Message::new("error-suspended"));
    for path in ["/", "/customers", "/customers/new", "/usage", "/nothing-here"] {
        let page = owner.get(path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        assert!(page.text().contains(&said) && !page.text().contains("Bills are open"), "{path}: {}", page.text());
    }
    let posted = owner.post("/customers/new", &[("_edits", "1"), ("code", "X"), ("name", "X")]).await;
    assert_eq!(posted.status, StatusCode::FORBIDDEN);
    assert!(matches!(firm.db.begin(&firm.cx).await.map(drop), Err(Error::Shut(_))));
    let refused = program.get("/api/v1/customers").await;
    refused.assert_problem(StatusCode::FORBIDDEN, "error-suspended", "a program");
    // Whoever signs in is told, too.
    let mut again = Browser::new().await;
    let answer = again.post("/sign-in", &[("email", &firm.email), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(again.get("/").await.text().contains(&said));
    assert_eq!(again.get("/companies").await.status, StatusCode::OK, "the way to another company is open");
    assert_eq!(other.tx().await.tenant(), other.cx.tenant, "nobody else is concerned");
    // The operator sees it, and why.
    let page = console.get(&page_of(&firm)).await;
    assert!(page.status == StatusCode::OK && page.text().contains("Bills are open"), "{}", page.text());
    console.post(&page_of(&firm), &[("_do", "resume")]).await;
    assert_eq!(owner.get("/customers").await.status, StatusCode::OK);
    program.get("/api/v1/customers").await.assert_ok("open again");
    let page = operator::company(&firm.db, who, firm.cx.tenant).await.expect("the company");
    let actions: Vec<&str> = page.entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["resume", "suspend"]);
}

#[tokio::test]
async fn operators_are_made_listed_and_removed_by_the_owner_of_the_database() {
    let firm = Firm::new().await;
    let mut owner = admin().await;
    let known = operator::add(&mut owner, &firm.email.to_uppercase(), "", Locale::Ar).await.expect("an operator");
    assert_eq!(known, None, "who has an account keeps their password");
    let mut browser = Browser::of(&firm).await;
    assert_eq!(browser.get("/operator").await.status, StatusCode::OK);
    assert!(browser.get("/companies").await.body.contains("href=\"/operator\""));
    let all = operator::all(&mut owner).await.expect("a list");
    assert!(all.iter().any(|(email, _)| *email == firm.email), "{all:?}");
    assert!(operator::remove(&mut owner, &firm.email).await.expect("removed"));
    assert!(!operator::remove(&mut owner, &firm.email).await.expect("nobody"));
    assert_eq!(browser.get("/operator").await.status, StatusCode::NOT_FOUND);
    assert!(operator::add(&mut owner, "nonsense", "", Locale::En).await.is_err());
}
