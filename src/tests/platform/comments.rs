//! Comments: who says what to whom, what stays of it, what is kept out.

use super::permission::{everything, member_with, right, typed};
use crate::platform::comments::{self, LONGEST, mention};
use crate::platform::document::Document;
use crate::platform::door::{self, Error, Outcome};
use crate::platform::permission::Rights;
use crate::platform::tenancy::Cx;
use crate::record::Names;
use crate::record::comments::{Comment, Part, Talk};
use crate::tests::support::{Browser, Firm, code, record, refusals};
use axum::http::StatusCode;
use mention::Person;
use proptest::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

// ------------------------------------------------------------------ names

fn person(name: &str, email: &str, reads: bool) -> Person {
    Person { id: Uuid::now_v7(), name: name.to_owned(), email: email.to_owned(), reads }
}

/// What a typed text shows, mentions in brackets.
fn shown(typed: &str, people: &[Person]) -> Result<String, Vec<String>> {
    let names: HashMap<Uuid, String> = people.iter().map(|p| (p.id, p.email.clone())).collect();
    match mention::read(typed, people, &[]) {
        Ok(kept) => Ok(mention::parts(&kept, &names)
            .into_iter()
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Mention(email) => format!("[{email}]"),
            })
            .collect()),
        Err(refusals) => Err(refusals.into_iter().map(|r| r.message.id).collect()),
    }
}

#[test]
fn names_behind_an_at_are_found() {
    let people = [
        person("Ali", "ali@x.example", true),
        person("Ali Hassan", "hassan@x.example", true),
        person("إسراء أحمد", "israa@x.example", true),
        person("Abd al-Rahman O'Neil", "abd@x.example", true),
        person("Sam", "sam1@x.example", true),
        person("Sam", "sam2@x.example", true),
        person("Sam", "sam3@x.example", false),
        person("Zaid", "zaid@x.example", false),
    ];
    for (typed, expected) in [
        ("@Ali, look", "[ali@x.example], look"),
        ("@ali hassan", "[hassan@x.example]"),
        ("@Ali Hassani", "[ali@x.example] Hassani"),
        ("@Alibaba", "@Alibaba"),
        ("(@ALI)(@ali)", "([ali@x.example])([ali@x.example])"),
        ("يا @اسراء احمد، انظري", "يا [israa@x.example]، انظري"),
        ("@Abd al-Rahman O'Neil's", "[abd@x.example]'s"),
        ("mail ali@x.example or @ali@x.example.", "mail ali@x.example or [ali@x.example]."),
        ("@Ali\nHassan", "[ali@x.example]\nHassan"),
        ("5 kg @ 3.20, @nobody, @@Ali, @", "5 kg @ 3.20, @nobody, @@Ali, @"),
        ("@sam2@x.example", "[sam2@x.example]"),
    ] {
        assert_eq!(shown(typed, &people).as_deref(), Ok(expected), "{typed}");
    }
    assert_eq!(
        shown("@Zaid and @Sam and @zaid", &people),
        Err(vec!["refuse-mention-unseen".into(), "refuse-mention-twice".into()])
    );
    assert_eq!(shown(&"@Ali ".repeat(51), &people), Err(vec!["refuse-mention-many".into()]));
    // An id that somebody types is a mention like any other, and asked like one.
    assert_eq!(shown(&format!("@[{}]", people[0].id), &people).as_deref(), Ok("[ali@x.example]"));
    assert_eq!(shown(&format!("@[{}]", people[7].id), &people), Err(vec!["refuse-mention-unseen".into()]));
    assert_eq!(
        shown(&format!("x@[{}]", people[7].id), &people),
        Err(vec!["refuse-mention-unseen".into()]),
        "also inside a word"
    );
    assert_eq!(shown("@Ali  @Ali@Ali", &people).as_deref(), Ok("[ali@x.example]  [ali@x.example]@Ali"));
    let stranger = format!("@[{}]", Uuid::now_v7());
    assert_eq!(shown(&stranger, &people), Ok(stranger));
    // Who is mentioned already may stay so.
    assert!(mention::read("@Zaid", &people, &[people[7].id]).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// What is given back for changing says the same again.
    #[test]
    fn a_comment_given_back_is_the_same_comment(typed in "(@Ali|@Ali Hassan|@\\[|\\]|@sam|[ @.\\na-cاأ\u{301}-]){0,12}") {
        let people = [person("Ali", "a@x.example", true), person("Ali Hassan", "b@x.example", true), person("أ", "c@x.example", true)];
        let names: HashMap<Uuid, String> = people.iter().map(|p| (p.id, p.name.clone())).collect();
        let kept = mention::read(&typed, &people, &[]).expect("all may read");
        let again = mention::read(&mention::source(&kept, &names, &people), &people, &[]).expect("all may read");
        prop_assert_eq!(again, kept);
    }
}

#[test]
fn comments_are_for_those_who_see_the_record_and_work() {
    crate::modules::install();
    for (base, name, sees, comments) in [
        ("owner", "customer", true, true),
        ("sales", "sales_invoice", true, true),
        ("storekeeper", "item", true, true),
        ("storekeeper", "journal_entry", false, false),
        ("auditor", "customer", true, false),
        ("portal", "customer", false, false),
        ("nothing", "customer", false, false),
    ] {
        let rights = Rights::new(base, door::records(), &[]);
        let may = (rights.sees_comments(record(name)), rights.comments(record(name)));
        assert_eq!(may, (sees, comments), "{name} as {base}");
    }
    // Nor does the history tell customers of what colleagues attach and say.
    let told = |base, event| {
        !comments::left_out(&Rights::new(base, door::records(), &[]), record("customer")).contains(&event)
    };
    assert_eq!((told("owner", "attach"), told("portal", "attach"), told("portal", "change")), (true, false, true));
    assert_eq!((told("owner", "comment"), told("portal", "comment")), (false, false));
}

// ------------------------------------------------------------------ builders

/// A colleague of this name.
pub(super) async fn colleague(firm: &Firm, role: &str, name: &str) -> Cx {
    let cx = firm.colleague(role).await;
    call(firm, &cx, name).await;
    cx
}

async fn call(firm: &Firm, cx: &Cx, name: &str) {
    let mut tx = firm.tx().await;
    let member = door::load(&mut tx, record("member"), cx.user, door::Lock::No).await.expect("a member");
    door::save(&mut tx, member.record, member.id, member.version, &typed(&[("name", name)])).await.expect("a name");
    tx.commit().await.expect("commit");
}

pub(super) async fn browser(cx: &Cx) -> Browser {
    Browser::signed_in(&format!("{}@firm.example", cx.user)).await
}

/// Says something about the firm's customer.
pub(super) async fn say(firm: &Firm, cx: &Cx, answers: Option<Uuid>, text: &str) -> Outcome<Uuid> {
    let mut tx = firm.db.begin(cx).await?;
    let id = comments::add(&mut tx, record("customer"), firm.customer, answers, Uuid::now_v7(), text).await?;
    tx.commit().await?;
    Ok(id.expect("a new comment"))
}

async fn talk(firm: &Firm, cx: &Cx) -> Option<Talk> {
    let mut tx = firm.db.begin(cx).await.expect("they enter");
    comments::list(&mut tx, record("customer"), firm.customer, None).await.expect("comments")
}

fn words(comment: &Comment) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Mention(name) => format!("@{name}"),
    };
    comment.parts.iter().map(part).collect()
}

async fn audited(firm: &Firm) -> Vec<(String, serde_json::Value)> {
    sqlx::query_as("select action, changes -> 'comment' from audit where tenant_id = $1 and record_id = $2 and action like '%comment' order by id")
        .bind(firm.cx.tenant)
        .bind(firm.customer)
        .fetch_all(firm.tx().await.conn())
        .await
        .expect("the audit")
}

// ------------------------------------------------------------------ as a browser does

#[tokio::test]
async fn a_thread_is_written_with_plain_forms() {
    let firm = Firm::new().await;
    let path = format!("/customers/{}", firm.customer);
    let seller = colleague(&firm, "sales", "Salma").await;
    let (mut owner, mut salma) = (Browser::of(&firm).await, browser(&seller).await);
    let said = owner
        .post(&path, &[("_comment", "add"), ("_on", ""), ("text", "  Is the <b>limit</b>\r\nright, @salma?  ")])
        .await;
    assert_eq!(said.location, Some(format!("{path}?done=commented#comments")), "{}", said.text());
    let page = salma.get(&path).await;
    assert!(page.body.contains("Is the &lt;b&gt;limit&lt;/b&gt;\nright, "), "{}", page.body);
    assert!(page.body.contains("<bdi class=\"mention\">@") && page.text().contains("@Salma"), "{}", page.body);
    assert!(!page.body.contains("value=\"edit\""), "nobody edits what others said");
    let first = talk(&firm, &seller).await.expect("a talk").comments[0].id.to_string();
    let answer = [("_comment", "add"), ("_on", first.as_str()), ("text", "نعم")];
    assert_eq!(salma.post(&path, &answer).await.status, StatusCode::SEE_OTHER);
    let answered = talk(&firm, &seller).await.expect("a talk").comments;
    assert_eq!((answered.len(), answered[1].answers), (2, Some(answered[0].id)));
    // An answer to an answer stands in the same thread.
    let second = answered[1].id.to_string();
    owner.post(&path, &[("_comment", "add"), ("_on", &second), ("text", "Thank you.")]).await;
    let edit = [("_comment", "edit"), ("_on", second.as_str()), ("text", "نعم، كله")];
    assert_eq!(owner.post(&path, &edit).await.status, StatusCode::FORBIDDEN);
    assert_eq!(salma.post(&path, &edit).await.status, StatusCode::SEE_OTHER);
    let changed = talk(&firm, &seller).await.expect("a talk").comments;
    assert_eq!(changed.iter().map(words).collect::<Vec<_>>()[1..], ["نعم، كله", "Thank you."]);
    assert!(changed[1].edited && changed.iter().all(|c| c.answers.is_none() || c.answers == Some(changed[0].id)));
    assert_eq!(changed[1].source.as_deref(), Some("نعم، كله"));
    assert!(salma.get(&path).await.body.contains("value=\"edit\""));
    // What has answers leaves its place; what has none leaves nothing.
    for (browser, id) in [(&mut owner, &first), (&mut salma, &second)] {
        let remove = [("_comment", "remove"), ("_on", id.as_str())];
        assert_eq!(browser.post(&path, &remove).await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.post(&path, &remove).await.status, StatusCode::NOT_FOUND, "twice");
    }
    let left = talk(&firm, &seller).await.expect("a talk").comments;
    assert_eq!(
        left.iter().map(|c| (c.removed, words(c))).collect::<Vec<_>>(),
        [(true, String::new()), (false, "Thank you.".to_owned())]
    );
    let page = salma.get(&path).await;
    assert!(!page.body.contains("right, ") && page.text().contains("This comment was removed."), "{}", page.text());
    // The audit has every word; the history leaves what is said to the talk.
    let changes = audited(&firm).await;
    let actions: Vec<&str> = changes.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["comment", "comment", "comment", "edit_comment", "remove_comment", "remove_comment"]);
    assert_eq!(changes[0].1, serde_json::json!([null, "Is the <b>limit</b>\nright, @Salma?"]));
    assert_eq!(changes[3].1, serde_json::json!(["نعم", "نعم، كله"]));
    assert_eq!(changes[5].1, serde_json::json!(["نعم، كله", null]));
    let audit = owner.get("/audit").await.text();
    assert!(audit.contains("Removed a comment") && audit.contains("نعم، كله"), "{audit}");
    assert_eq!(crate::platform::audit::verify(&firm.db, &firm.cx).await.expect("verified"), []);
}

#[tokio::test]
async fn f34_what_is_typed_badly_comes_back() {
    let firm = Firm::new().await;
    let path = format!("/customers/{}", firm.customer);
    let mut browser = Browser::of(&firm).await;
    let long = "ك".repeat(100_000);
    for (text, sentence) in [
        ("", "refuse-comment-empty"),
        (" \n\t ", "refuse-comment-empty"),
        ("\u{202e}\u{200b}", "refuse-comment-empty"),
        ("a\0b", "fault-control-character"),
        ("\u{7}bell", "fault-control-character"),
        (&long, "refuse-comment-long"),
    ] {
        let answer = browser.post(&path, &[("_comment", "add"), ("text", text)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
        let field = answer
            .body
            .split("<div class=\"field error\">")
            .nth(1)
            .unwrap_or_else(|| panic!("{sentence} is not beside the field"));
        let i18n = firm.cx.i18n;
        let begin =
            i18n.format(sentence, None).split('{').next().unwrap_or_default().chars().take(20).collect::<String>();
        assert!(field.contains(&begin), "{begin}");
        if text.len() > 1000 {
            assert!(field.contains(&long), "what was typed is lost");
        }
    }
    assert!(audited(&firm).await.is_empty());
    let longest = "x".repeat(LONGEST);
    assert_eq!(browser.post(&path, &[("_comment", "add"), ("text", &longest)]).await.status, StatusCode::SEE_OTHER);
    // Nothing turns the text around.
    browser.post(&path, &[("_comment", "add"), ("text", "pay \u{202e}evil\u{2067} now")]).await;
    assert_eq!(words(&talk(&firm, &firm.cx).await.expect("a talk").comments[0]), "pay evil now");
    let forged = [("_comment", "add"), ("_on", "nonsense"), ("text", "kept")];
    let answer = browser.post(&path, &forged).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains(">kept</textarea>"), "{}", answer.body);
    assert_eq!(browser.get(&format!("{path}?older=nonsense")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        browser.post("/customers/new", &[("_comment", "add"), ("text", "x")]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_answer_that_comes_back_stands_in_its_own_box() {
    let firm = Firm::new().await;
    let path = format!("/customers/{}", firm.customer);
    let first = say(&firm, &firm.cx, None, "First.").await.expect("said").to_string();
    let mut browser = Browser::of(&firm).await;
    for (verb, place) in [("add", format!("answer-{first}")), ("edit", format!("edit-{first}"))] {
        let answer =
            browser.post(&path, &[("_comment", verb), ("_on", &first), ("text", &"w".repeat(LONGEST + 1))]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let open = answer.body.split("<details open").nth(1).expect("an open form");
        let area = open.split("<textarea").nth(1).expect("a box");
        assert!(area.contains(&format!("id=\"{place}\"")) && area.contains("www"), "{verb}");
    }
}

#[tokio::test]
async fn a_comment_that_is_sent_twice_is_one() {
    let firm = Firm::new().await;
    let key = Uuid::now_v7();
    for expected in [true, false] {
        let mut tx = firm.tx().await;
        let said = comments::add(&mut tx, record("customer"), firm.customer, None, key, "Once.").await.expect("said");
        assert_eq!(said.is_some(), expected);
        tx.commit().await.expect("commit");
    }
    assert_eq!(talk(&firm, &firm.cx).await.expect("a talk").comments.len(), 1);
    assert_eq!(audited(&firm).await.len(), 1);
}

#[tokio::test]
async fn the_company_is_spoken_about_like_any_record() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let said = browser
        .post(&format!("/company-details/{}", firm.cx.tenant), &[("_comment", "add"), ("text", "New address soon.")])
        .await;
    let page = browser.get(said.location.as_deref().expect("said")).await;
    assert!(page.text().contains("New address soon."), "{}", page.text());
}

#[tokio::test]
async fn long_talks_come_in_pages() {
    let firm = Firm::new().await;
    let path = format!("/customers/{}", firm.customer);
    for n in 1..=52 {
        say(&firm, &firm.cx, None, &format!("number {n};")).await.expect("said");
    }
    let mut browser = Browser::of(&firm).await;
    let first = browser.get(&path).await;
    assert!(
        first.text().contains("number 52;")
            && first.text().contains("number 3;")
            && !first.text().contains("number 2;")
    );
    let older =
        first.body.split("?older=").nth(1).and_then(|rest| rest.split('#').next()).expect("a way to the others");
    let second = browser.get(&format!("{path}?older={older}")).await;
    assert!(
        second.text().contains("number 2;")
            && second.text().contains("number 1;")
            && !second.text().contains("number 3;")
    );
    assert!(!second.body.contains("?older="));
}

// ------------------------------------------------------------------ who may

#[tokio::test]
async fn an_auditor_reads_and_a_customer_does_not() {
    let firm = Firm::new().await;
    let id = say(&firm, &firm.cx, None, "SECRET between colleagues").await.expect("said");
    let path = format!("/customers/{}", firm.customer);
    let auditor = firm.colleague("auditor").await;
    let shown = talk(&firm, &auditor).await.expect("a talk");
    assert!(!shown.can_comment && shown.comments.len() == 1);
    assert!(matches!(say(&firm, &auditor, None, "x").await, Err(Error::Denied)));
    let mut reader = browser(&auditor).await;
    let page = reader.get(&path).await;
    assert!(page.text().contains("SECRET") && !page.body.contains("name=\"_comment\""));
    let refused = reader.post(&path, &[("_comment", "add"), ("text", "x")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let member = firm.colleague("auditor").await;
    let mut tx = firm.tx().await;
    let role = code(&mut tx, "role", "portal").await.to_string();
    let fields = typed(&[("role", &role), ("customer", &firm.customer.to_string())]);
    door::save(&mut tx, record("member"), member.user, 1, &fields).await.expect("a portal member");
    tx.commit().await.expect("commit");
    assert_eq!(talk(&firm, &member).await, None);
    let mut customer = browser(&member).await;
    let page = customer.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("SECRET") && !page.body.contains("id=\"comments\""), "{}", page.body);
    for (verb, on) in [("add", ""), ("add", &*id.to_string()), ("edit", &id.to_string()), ("remove", &id.to_string())] {
        let answer = customer.post(&path, &[("_comment", verb), ("_on", on), ("text", "x")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{verb}");
        assert!(!answer.body.contains("SECRET"));
    }
}

#[tokio::test]
async fn f38_comments_out_of_reach_look_like_none() {
    let (a, b) = (Firm::new().await, Firm::new().await);
    let theirs = say(&b, &b.cx, None, "SECRET").await.expect("said");
    let mut tx = a.tx().await;
    let mut other = Document::new(record("customer"))
        .with("code", "C2")
        .with("name", Names::new("Other", ""))
        .with("language", "en");
    door::insert(&mut tx, &mut other).await.expect("a customer");
    let elsewhere = comments::add(&mut tx, other.record, other.id, None, Uuid::now_v7(), "SECRET")
        .await
        .expect("said")
        .expect("new");
    tx.commit().await.expect("commit");
    // Of another company, of another record, of nobody: all the same.
    for id in [theirs, elsewhere, Uuid::now_v7()] {
        assert!(matches!(say(&a, &a.cx, Some(id), "x").await, Err(Error::NotFound)));
        let mut tx = a.tx().await;
        assert!(matches!(comments::edit(&mut tx, record("customer"), a.customer, id, "x").await, Err(Error::NotFound)));
        assert!(matches!(comments::remove(&mut tx, record("customer"), a.customer, id).await, Err(Error::NotFound)));
    }
    // A record beyond reach has no comments either.
    let (outsider, mut browser) = member_with(&a, "auditor", vec![everything("customer", "own")]).await;
    assert!(matches!(say(&a, &outsider, None, "x").await, Err(Error::NotFound)));
    let real = browser.post(&format!("/customers/{}", a.customer), &[("_comment", "add"), ("text", "x")]).await;
    let fake = browser.post(&format!("/customers/{}", Uuid::now_v7()), &[("_comment", "add"), ("text", "x")]).await;
    assert_eq!((real.status, fake.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
}

// ------------------------------------------------------------------ mentions

#[tokio::test]
async fn only_those_who_see_the_record_are_mentioned() {
    let firm = Firm::new().await;
    let (blind, _) = member_with(&firm, "sales", vec![right("customer", None, &[("sees", "false")])]).await;
    call(&firm, &blind, "Basim").await;
    let (far, _) = member_with(&firm, "sales", vec![everything("customer", "own")]).await;
    call(&firm, &far, "Farah").await;
    for name in ["Basim", "Farah"] {
        assert_eq!(refusals(say(&firm, &firm.cx, None, &format!("@{name} look")).await), ["refuse-mention-unseen"]);
    }
    let mut owner = Browser::of(&firm).await;
    let answer =
        owner.post(&format!("/customers/{}", firm.customer), &[("_comment", "add"), ("text", "@Basim look")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text().contains("To mention Basim you must") && answer.body.contains("@Basim look"),
        "{}",
        answer.text()
    );
    // Whoever is blocked is nobody any more.
    let gone = colleague(&firm, "sales", "Ghada").await;
    let kept = say(&firm, &firm.cx, None, "@Ghada look").await.expect("said");
    let mut tx = firm.tx().await;
    door::act(&mut tx, record("member"), gone.user, 2, "block").await.expect("blocked");
    tx.commit().await.expect("commit");
    let comment = talk(&firm, &firm.cx).await.expect("a talk").comments.remove(0);
    assert_eq!((comment.id, words(&comment)), (kept, "@Ghada look".to_owned()));
    // Changing something else keeps the mention.
    let mut tx = firm.tx().await;
    let source = comment.source.expect("one's own").replace("look", "see");
    comments::edit(&mut tx, record("customer"), firm.customer, kept, &source).await.expect("changed");
    tx.commit().await.expect("commit");
    let comment = talk(&firm, &firm.cx).await.expect("a talk").comments.remove(0);
    assert_eq!(comment.parts, [Part::Mention("Ghada".to_owned()), Part::Text(" see".to_owned())]);
    let plain = say(&firm, &firm.cx, None, "@Ghada is gone").await.expect("a name like any word");
    let mut tx = firm.tx().await;
    let strange = format!("@[{}] @[{}]", Uuid::now_v7(), gone.user);
    comments::edit(&mut tx, record("customer"), firm.customer, plain, &strange).await.expect("ids like any word");
}

#[tokio::test]
async fn a_mention_follows_the_name() {
    let firm = Firm::new().await;
    let member = colleague(&firm, "sales", "Salma Haddad").await;
    say(&firm, &firm.cx, None, "ask @salma haddad").await.expect("said");
    call(&firm, &member, "سلمى").await;
    let comment = talk(&firm, &firm.cx).await.expect("a talk").comments.remove(0);
    assert_eq!((words(&comment).as_str(), comment.source.as_deref()), ("ask @سلمى", Some("ask @سلمى")));
}

#[tokio::test]
async fn the_typeahead_offers_who_may_see_such_records() {
    let firm = Firm::new().await;
    colleague(&firm, "sales", "أحمد علي").await;
    colleague(&firm, "storekeeper", "Ahmad Store").await;
    let twin = colleague(&firm, "sales", "Twin").await;
    colleague(&firm, "sales", "twin").await;
    let (blind, _) = member_with(&firm, "sales", vec![right("customer", None, &[("sees", "false")])]).await;
    call(&firm, &blind, "Ahmad Blind").await;
    let titles = async |text: &str| -> Vec<String> {
        let found = comments::suggest(&mut firm.tx().await, record("customer"), text).await.expect("offers");
        found.into_iter().map(|one| one.title).collect()
    };
    assert_eq!(titles("احمد").await, ["أحمد علي"]);
    assert_eq!(titles("علي").await, ["أحمد علي"]);
    assert_eq!(titles("ahm").await, ["Ahmad Store"]);
    assert_eq!(titles("owner").await, Vec::<String>::new(), "nobody calls themselves");
    assert_eq!(titles("hmad").await, Vec::<String>::new(), "from the beginning of a word");
    let twins = titles("twin").await;
    assert!(twins.len() == 2 && twins.contains(&format!("{}@firm.example", twin.user)), "{twins:?}");
    say(&firm, &firm.cx, None, &format!("@{}", twins[0])).await.expect("what is offered is found");
    assert_eq!(refusals(say(&firm, &firm.cx, None, "@Twin").await), ["refuse-mention-twice"]);
    let mut browser = Browser::of(&firm).await;
    let answer = browser.call("lookup", serde_json::json!({"record": "@customer", "text": "ahm"})).await;
    assert!(answer.body.contains("Ahmad Store") && !answer.body.contains("Blind"), "{}", answer.body);
}

#[tokio::test]
async fn comments_go_with_their_record() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    let mut spare = Document::new(record("customer"))
        .with("code", "C2")
        .with("name", Names::new("Spare", ""))
        .with("language", "en");
    door::insert(&mut tx, &mut spare).await.expect("a customer");
    comments::add(&mut tx, spare.record, spare.id, None, Uuid::now_v7(), "To be deleted").await.expect("said");
    door::delete(&mut tx, spare.record, spare.id, 1).await.expect("deleted");
    let left: i64 = sqlx::query_scalar("select count(*) from comment where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(tx.conn())
        .await
        .expect("a count");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_page_of_comments_takes_few_statements() {
    let firm = Firm::new().await;
    let member = colleague(&firm, "sales", "Salma").await;
    let mut counts = Vec::new();
    for _ in 0..2 {
        for _ in 0..5 {
            say(&firm, &firm.cx, None, "@Salma look").await.expect("said");
        }
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        let before = tx.statements();
        comments::list(&mut tx, record("customer"), firm.customer, None).await.expect("comments");
        counts.push(tx.statements() - before);
    }
    assert_eq!(counts, [2, 2]);
}
