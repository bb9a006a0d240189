//! Notifications: each person once, by what they want, as far as they may still see.

use super::comments::{browser, colleague, say};
use super::jobs;
use super::permission::typed;
use crate::platform::bulk::Which;
use crate::platform::comments;
use crate::platform::door::{self, Error};
use crate::platform::jobs as queue;
use crate::platform::notifications;
use crate::platform::tenancy::Cx;
use crate::record::comments::{About, NotificationPage, Part, Told};
use crate::tests::support::{Answer, Browser, Firm, code, record};
use axum::http::StatusCode;
use uuid::Uuid;

async fn page(firm: &Firm, cx: &Cx) -> NotificationPage {
    notifications::page(&mut firm.db.begin(cx).await.expect("they enter"), None).await.expect("notifications")
}

/// What somebody was told, latest first.
async fn told(firm: &Firm, cx: &Cx) -> Vec<Told> {
    page(firm, cx).await.lines.into_iter().map(|line| line.told).collect()
}

async fn prefer(firm: &Firm, cx: &Cx, wanted: &[Told]) {
    let mut tx = firm.db.begin(cx).await.expect("they enter");
    notifications::prefer(&mut tx, wanted).await.expect("kept");
    tx.commit().await.expect("commit");
}

/// The count on the bell.
fn bell(answer: &Answer) -> Option<String> {
    let bell = answer.body.split("id=\"bell\"").nth(1)?.split("</a>").next()?;
    Some(bell.split("class=\"n\"").nth(1)?.split('>').nth(1)?.split('<').next()?.to_owned())
}

/// Leaves a comment, a notification and a preference behind, for tests that look at all tables.
pub(super) async fn tell_somebody(firm: &Firm) {
    let member = colleague(firm, "sales", "Salma").await;
    say(firm, &firm.cx, None, "@Salma look").await.expect("said");
    prefer(firm, &member, &[Told::Mention]).await;
    assert_eq!(told(firm, &member).await, [Told::Mention]);
}

#[tokio::test]
async fn one_cause_tells_one_person_once() {
    let firm = Firm::new().await;
    let (a, b, c) = (
        colleague(&firm, "sales", "Amal").await,
        colleague(&firm, "accountant", "Badr").await,
        colleague(&firm, "sales", "Ceyda").await,
    );
    // Amal is mentioned twice; the owner made the record; nobody is told of their own words.
    let first = say(&firm, &b, None, "@Amal and @amal, and @Badr").await.expect("said");
    assert_eq!((told(&firm, &a).await, told(&firm, &firm.cx).await), (vec![Told::Mention], vec![Told::Own]));
    assert_eq!((told(&firm, &b).await, told(&firm, &c).await), (vec![], vec![]));
    // An answer is for all who wrote in the thread; a mention weighs more, the record less.
    let second = say(&firm, &firm.cx, Some(first), "@Badr why?").await.expect("said");
    assert_eq!(told(&firm, &b).await, [Told::Mention]);
    say(&firm, &c, Some(second), "Because.").await.expect("said");
    assert_eq!(
        (told(&firm, &b).await, told(&firm, &firm.cx).await),
        (vec![Told::Answer, Told::Mention], vec![Told::Answer, Told::Own])
    );
    assert_eq!(told(&firm, &a).await, [Told::Mention], "mentioned is not part of it");
    // Changing a comment tells those who are new in it, and only them.
    let mut tx = firm.db.begin(&b).await.expect("they enter");
    comments::edit(&mut tx, record("customer"), firm.customer, first, "@Amal, @Ceyda and @Badr")
        .await
        .expect("changed");
    tx.commit().await.expect("commit");
    assert_eq!((told(&firm, &a).await, told(&firm, &c).await), (vec![Told::Mention], vec![Told::Mention]));
    // What is taken back tells nobody any more.
    let mut tx = firm.db.begin(&b).await.expect("they enter");
    comments::remove(&mut tx, record("customer"), firm.customer, first).await.expect("removed");
    tx.commit().await.expect("commit");
    assert_eq!((told(&firm, &a).await, told(&firm, &c).await), (vec![], vec![]));
    assert_eq!(told(&firm, &firm.cx).await, [Told::Answer]);
}

#[tokio::test]
async fn what_is_not_done_tells_nobody() {
    let firm = Firm::new().await;
    let member = colleague(&firm, "sales", "Amal").await;
    let mut tx = firm.tx().await;
    comments::add(&mut tx, record("customer"), firm.customer, None, Uuid::now_v7(), "@Amal").await.expect("said");
    drop(tx);
    assert_eq!(told(&firm, &member).await, []);
}

#[tokio::test]
async fn everybody_is_told_what_they_want() {
    let firm = Firm::new().await;
    let member = colleague(&firm, "sales", "Amal").await;
    prefer(&firm, &firm.cx, &[Told::Own]).await;
    // Mentioned and the one who made it: what they want of the two.
    let first = say(&firm, &member, None, "@Owner look").await.expect("said");
    assert_eq!(told(&firm, &firm.cx).await, [Told::Own]);
    prefer(&firm, &firm.cx, &[]).await;
    say(&firm, &member, Some(first), "@Owner look again").await.expect("said");
    assert_eq!(told(&firm, &firm.cx).await, [Told::Own]);
    let mut owner = Browser::of(&firm).await;
    let page = owner.get("/notifications").await;
    assert!(!page.body.contains("value=\"true\" checked"), "{}", page.body);
    let kept = owner.post("/notifications", &[("_do", "prefer"), ("mention", "true"), ("job", "true")]).await;
    assert_eq!(kept.location.as_deref(), Some("/notifications"));
    assert_eq!(self::page(&firm, &firm.cx).await.wanted, [Told::Mention, Told::Job]);
    assert_eq!(self::page(&firm, &member).await.wanted, Told::ALL);
}

#[tokio::test]
async fn the_bell_counts_what_is_new() {
    let firm = Firm::new().await;
    let member = colleague(&firm, "sales", "Amal").await;
    let mut amal = browser(&member).await;
    assert_eq!(bell(&amal.get("/").await), None);
    let comment = say(&firm, &firm.cx, None, "@Amal first").await.expect("said");
    say(&firm, &firm.cx, None, "@Amal second").await.expect("said");
    assert_eq!(bell(&amal.get("/items").await).as_deref(), Some("2"));
    let loaded = amal.call("page", serde_json::json!({"path": ["items"], "query": []})).await;
    assert!(loaded.body.contains("\"unread\":2"), "{}", loaded.body);
    let loaded = amal.call("page", serde_json::json!({"path": ["companies"], "query": []})).await;
    assert!(loaded.body.contains("\"unread\":2"), "{}", loaded.body);
    let listed = amal.get("/notifications").await;
    assert!(
        listed.text().contains("Owner mentioned you") && listed.text().contains("Customer Gulf Steel"),
        "{}",
        listed.text()
    );
    // One is opened: it leads to its comment.
    let lines = page(&firm, &member).await.lines;
    let opened = amal.post(&format!("/notifications/{}", lines[1].id), &[("_do", "open")]).await;
    assert_eq!(opened.location, Some(format!("/customers/{}#comment-{comment}", firm.customer)));
    assert_eq!(bell(&amal.get("/").await).as_deref(), Some("1"));
    // The other is marked on the page, where the reader stays.
    let place = lines[0].id.to_string();
    let marked = amal.post(&format!("/notifications/{place}"), &[("_do", "read"), ("before", &place)]).await;
    assert_eq!(marked.location, Some(format!("/notifications?before={place}")));
    assert_eq!(bell(&amal.get("/").await), None);
    say(&firm, &firm.cx, None, "@Amal third").await.expect("said");
    assert_eq!(amal.post("/notifications", &[("_do", "read")]).await.status, StatusCode::SEE_OTHER);
    let page = page(&firm, &member).await;
    assert!(page.unread == 0 && page.lines.len() == 3 && page.lines.iter().all(|line| line.read));
    assert_eq!(amal.post("/notifications", &[("_do", "nonsense")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(amal.get("/notifications?before=nonsense").await.status, StatusCode::BAD_REQUEST);
    let mut nobody = Browser::new().await;
    assert!(
        nobody.post("/notifications", &[("_do", "read")]).await.location.is_some_and(|l| l.starts_with("/sign-in"))
    );
}

#[tokio::test]
async fn notifications_are_nobody_elses() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let member = colleague(&firm, "sales", "Amal").await;
    say(&firm, &firm.cx, None, "@Amal look").await.expect("said");
    let id = page(&firm, &member).await.lines[0].id;
    for cx in [&firm.cx, &other.cx] {
        let mut tx = firm.db.begin(cx).await.expect("they enter");
        for id in [id, Uuid::now_v7()] {
            assert!(matches!(notifications::open(&mut tx, id).await, Err(Error::NotFound)));
        }
        notifications::read_all(&mut tx).await.expect("their own");
        tx.commit().await.expect("commit");
    }
    let mut owner = Browser::of(&firm).await;
    for id in [id.to_string(), Uuid::now_v7().to_string(), "nonsense".to_owned()] {
        let answer = owner.post(&format!("/notifications/{id}"), &[("_do", "open")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(page(&firm, &member).await.unread, 1);
}

#[tokio::test]
async fn whoever_lost_the_right_no_longer_sees_the_text() {
    let firm = Firm::new().await;
    let member = colleague(&firm, "sales", "Amal").await;
    say(&firm, &firm.cx, None, "@Amal SECRET").await.expect("said");
    let line = page(&firm, &member).await.lines.remove(0);
    let expected = vec![Part::Mention("Amal".to_owned()), Part::Text(" SECRET".to_owned())];
    assert!(matches!(line.about, About::Comment(record, _, parts) if record == "customer" && parts == expected));
    let mut tx = firm.tx().await;
    let role = Uuid::now_v7();
    let blind = super::permission::right("customer", None, &[("sees", "false")]);
    let fields = typed(&[("code", "BLIND"), ("name", "Blind"), ("base", "sales")]);
    let fields = door::Typed { lines: Some(vec![blind]), ..fields };
    door::save(&mut tx, record("role"), role, 0, &fields).await.expect("a role");
    door::save(&mut tx, record("member"), member.user, 2, &typed(&[("role", &role.to_string())]))
        .await
        .expect("their role");
    tx.commit().await.expect("commit");
    assert_eq!(page(&firm, &member).await.lines[0].about, About::Nothing);
    let mut amal = browser(&member).await;
    let listed = amal.get("/notifications").await;
    assert!(!listed.body.contains("SECRET") && !listed.body.contains("Gulf Steel"), "{}", listed.body);
    assert!(listed.text().contains("You may no longer see what this is about."));
    // Nor are they told of anything more there.
    let mut tx = firm.tx().await;
    let sales = code(&mut tx, "role", "sales").await.to_string();
    drop(tx);
    let before = told(&firm, &member).await.len();
    let first = {
        let mut tx = firm.tx().await;
        comments::list(&mut tx, record("customer"), firm.customer, None)
            .await
            .expect("comments")
            .expect("a talk")
            .comments[0]
            .id
    };
    say(&firm, &firm.cx, Some(first), "an answer").await.expect("said");
    assert_eq!((told(&firm, &member).await.len(), sales.is_empty()), (before, false));
}

#[tokio::test]
async fn notifications_come_in_pages() {
    let firm = Firm::new().await;
    let member = colleague(&firm, "sales", "Amal").await;
    for n in 1..=51 {
        say(&firm, &firm.cx, None, &format!("@Amal number {n};")).await.expect("said");
    }
    let mut amal = browser(&member).await;
    let first = amal.get("/notifications").await;
    assert!(
        first.text().contains("number 51;")
            && first.text().contains("number 2;")
            && !first.text().contains("number 1;")
    );
    let place = first.body.split("?before=").nth(1).and_then(|rest| rest.split('"').next()).expect("a next page");
    let second = amal.get(&format!("/notifications?before={place}")).await;
    assert!(second.text().contains("number 1;") && !second.text().contains("number 2;"));
    assert_eq!(bell(&first).as_deref(), Some("51"));
}

#[tokio::test]
async fn a_job_that_ends_is_told_to_whoever_asked() {
    let _turn = jobs::alone().await;
    let firm = Firm::new().await;
    let seller = colleague(&firm, "sales", "Amal").await;
    let ids = jobs::customers(&firm, 2).await;
    let job = jobs::ask(&firm, &seller, "set", ("phone", "1"), Which::These(ids.clone())).await;
    assert_eq!(told(&firm, &seller).await, []);
    jobs::work(&firm).await;
    let line = page(&firm, &seller).await.lines.remove(0);
    assert!(matches!(&line.about, About::Job(ended) if ended.id == job && ended.state == "done"));
    assert_eq!((line.told, told(&firm, &firm.cx).await), (Told::Job, vec![]));
    let mut amal = browser(&seller).await;
    let listed = amal.get("/notifications").await.text();
    assert!(listed.contains("A job of yours has ended") && listed.contains("Customers — Change a field"), "{listed}");
    let opened = amal.post(&format!("/notifications/{}", line.id), &[("_do", "open")]).await;
    assert_eq!(opened.location, Some(format!("/jobs/{job}")));
    // One that fails is told of, one that is stopped is not.
    let failing = jobs::ask(&firm, &seller, "set", ("phone", "2"), Which::These(ids.clone())).await;
    let stopped = jobs::ask(&firm, &seller, "set", ("phone", "3"), Which::These(ids)).await;
    let mut tx = firm.tx().await;
    sqlx::query(
        "update job set payload = jsonb_set(payload, '{record}', '\"nothing\"') where tenant_id = $1 and id = $2",
    )
    .bind(firm.cx.tenant)
    .bind(failing)
    .execute(tx.conn())
    .await
    .expect("a job that cannot be done");
    queue::cancel(&mut tx, stopped).await.expect("stopped");
    tx.commit().await.expect("commit");
    jobs::work(&firm).await;
    let lines = page(&firm, &seller).await.lines;
    assert!(matches!(&lines[0].about, About::Job(ended) if ended.id == failing && ended.state == "failed"));
    assert_eq!((lines.len(), lines[0].read), (2, false));
    // When it ends again after somebody went on with it, that is news.
    let mut tx = firm.tx().await;
    notifications::tell_of_job(&mut tx, job).await.expect("told");
    tx.commit().await.expect("commit");
    let page = page(&firm, &seller).await;
    assert_eq!((page.lines.len(), page.unread), (2, 2));
    assert!(matches!(&page.lines[0].about, About::Job(ended) if ended.id == job));
}
