//! One search over every record: found as people write it, and only by those who may see it.

use super::permission::{busy_firm, everything, member_with, right, typed};
use crate::modules;
use crate::modules::administration::role::BASES;
use crate::platform::document::Document;
use crate::platform::door;
use crate::platform::permission::Rights;
use crate::platform::search;
use crate::platform::tenancy::Cx;
use crate::record::Names;
use crate::record::query::encode;
use crate::tests::support::{self, Browser, Firm, record};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

async fn customer(firm: &Firm, code: &str, en: &str, ar: &str) -> Uuid {
    let mut tx = firm.tx().await;
    let mut customer = Document::new(record("customer"))
        .with("code", code)
        .with("name", Names::new(en, ar))
        .with("language", "ar")
        .with("phone", format!("0500-{code}"));
    door::insert(&mut tx, &mut customer).await.expect("a customer");
    tx.commit().await.expect("commit");
    customer.id
}

/// What a reader finds, best first.
async fn found(firm: &Firm, cx: &Cx, text: &str) -> Vec<Uuid> {
    let mut tx = firm.db.begin(cx).await.expect("a member");
    search::find(&mut tx, text).await.expect("a search").hits.into_iter().map(|hit| hit.id).collect()
}

#[tokio::test]
async fn arabic_is_found_however_it_is_written() {
    let firm = Firm::new().await;
    let id = customer(&firm, "C-77", "Foundation of Light", "مؤسسة الأنوار المُضيئة").await;
    for text in [
        "الأنوار",
        "الانوار",
        "انوار",
        "المضيئه",
        "المضيئة",
        "مـؤسسـة",
        "موسسه الانوار",
        "FOUNDATION",
        "c-77",
        "ion of li",
    ] {
        assert!(found(&firm, &firm.cx, text).await.contains(&id), "{text}");
    }
    for text in ["الانوال", "foundatoin", "الأنوارر"] {
        assert!(found(&firm, &firm.cx, text).await.contains(&id), "{text}, with a slip");
    }
    assert!(!found(&firm, &firm.cx, "القمر").await.contains(&id));
}

#[tokio::test]
async fn what_begins_a_word_comes_first() {
    let firm = Firm::new().await;
    let within = customer(&firm, "C-1", "Metalworks", "أعمال").await;
    let begins = customer(&firm, "C-2", "Works of steel", "فولاذ").await;
    assert_eq!(found(&firm, &firm.cx, "works").await[..2], [begins, within]);
    // Two letters are looked for at the beginnings of words only.
    assert_eq!(found(&firm, &firm.cx, "wo").await.first(), Some(&begins));
    assert!(found(&firm, &firm.cx, "w").await.is_empty());
}

#[tokio::test]
async fn an_entry_follows_its_row() {
    let firm = Firm::new().await;
    let id = customer(&firm, "C-5", "Palm Trading", "النخلة").await;
    let document = firm.document("customer", id).await;
    firm.change(&document, &[("name.en", "Cedar Trading"), ("name.ar", "الأرز")]).await.expect("renamed");
    assert!(found(&firm, &firm.cx, "cedar").await.contains(&id));
    assert!(!found(&firm, &firm.cx, "palm").await.contains(&id));
    let mut tx = firm.tx().await;
    door::delete(&mut tx, record("customer"), id, document.version + 1).await.expect("deleted");
    tx.commit().await.expect("commit");
    assert!(!found(&firm, &firm.cx, "cedar").await.contains(&id));
}

#[tokio::test]
async fn every_record_is_searched() {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    for record in modules::records() {
        let watched: i64 = sqlx::query_scalar(
            "select count(*) from pg_trigger where tgrelid = $1::regclass and tgname in ('search_follow', 'search_words')",
        )
        .bind(record.name)
        .fetch_one(&mut admin)
        .await
        .expect("triggers");
        assert_eq!(watched, 2, "{}: its migration must call search.watch('{0}')", record.name);
    }
}

#[tokio::test]
async fn another_company_finds_nothing() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let id = customer(&firm, "C-9", "Unmistakable Name", "اسم لا يلتبس").await;
    assert!(found(&firm, &firm.cx, "unmistakable").await.contains(&id));
    for text in ["unmistakable", "unmistakeable", "لا يلتبس", "C-9"] {
        assert!(!found(&other, &other.cx, text).await.contains(&id), "{text}");
    }
}

#[tokio::test]
async fn a_role_finds_what_its_lists_show() {
    let firm = busy_firm().await;
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let rows: Vec<(String, Uuid, String)> = sqlx::query_as(
        "select distinct on (record) record, id, words from search.entries where tenant_id = $1 and length(words) > 4 order by record, id",
    )
    .bind(firm.cx.tenant)
    .fetch_all(&mut admin)
    .await
    .expect("entries");
    assert!(rows.len() > 15, "only {} record types have words", rows.len());
    for base in BASES.iter().filter(|base| !matches!(**base, "nothing" | "portal")) {
        let member = firm.colleague(base).await;
        let rights = Rights::new(base, door::records(), &[]);
        for (name, id, words) in &rows {
            let hit = found(&firm, &member, words).await.contains(id);
            assert_eq!(hit, rights.sees(record(name)), "{base} finds {name} by “{words}”");
        }
    }
}

#[tokio::test]
async fn reach_and_hidden_fields_hold_in_the_search() {
    let firm = Firm::new().await;
    let id = customer(&firm, "C-3", "Hidden Valley", "الوادي").await;
    let own = [everything("customer", "own")].to_vec();
    let (member, _) = member_with(&firm, "nothing", own).await;
    assert!(found(&firm, &member, "hidden valley").await.is_empty());
    let mut tx = firm.db.begin(&member).await.expect("a member");
    let mine = Uuid::now_v7();
    let fields = typed(&[
        ("code", "C-4"),
        ("name.en", "Hidden Hill"),
        ("language", "en"),
        ("currency", "SAR"),
        ("active", "true"),
    ]);
    door::save(&mut tx, record("customer"), mine, 0, &fields).await.expect("their own customer");
    tx.commit().await.expect("commit");
    assert_eq!(found(&firm, &member, "hidden").await, [mine]);

    let without_phone = vec![
        everything("customer", "all"),
        right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]),
    ];
    let (member, mut browser) = member_with(&firm, "nothing", without_phone).await;
    assert!(found(&firm, &firm.cx, "0500-C-3").await.contains(&id));
    for text in ["0500-C-3", "0500-C", "0500"] {
        assert!(!found(&firm, &member, text).await.contains(&id), "{text} is found in a hidden field");
    }
    // What they do see is found as ever: in Arabic however it is written, and word by word.
    for text in ["C-3", "الوادي", "الوادى", "valley hid", "الوادي hidden"] {
        assert!(found(&firm, &member, text).await.contains(&id), "{text} is not found");
    }
    let list = browser.get(&format!("/customers?q={}", encode("الوادى"))).await;
    assert!(list.body.contains(&format!("/customers/{id}")), "{}", list.text());
    assert!(browser.get("/search?q=C-3").await.body.contains(&format!("/customers/{id}")));
}

#[tokio::test]
async fn nothing_typed_breaks_the_search() {
    let firm = Firm::new().await;
    let id = customer(&firm, "C-6", r"100% of\_it", "كل").await;
    assert_eq!(found(&firm, &firm.cx, r"100% of\_").await, [id]);
    let mut browser = Browser::of(&firm).await;
    let long = "a".repeat(5_000);
    for text in ["%25", "%27", "%00%00", "_", "%5C", "%22%3B--", "%F0%9F%98%80%F0%9F%98%80", "", long.as_str()] {
        let answer = browser.get(&format!("/search?q={text}")).await;
        assert!(answer.status.is_success(), "{text}: {}", answer.status);
    }
    assert!(browser.get("/search?q=zzzzqqq").await.body.contains("zzzzqqq"));
}
