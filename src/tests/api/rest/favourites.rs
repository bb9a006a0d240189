//! What members keep at hand, as their programs keep it.

use super::{Client, assert_as_said, assert_described};
use crate::record::query::encode;
use crate::tests::api::{Program, Reply};
use crate::tests::platform::web::without_ids;
use crate::tests::support::{Browser, Firm, record};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value as Json, json};
use uuid::Uuid;

const LIST: &str = "/api/v1/favourites";

fn at(address: &str) -> String {
    format!("{LIST}?address={}", encode(address))
}

async fn put(program: &Program, address: &str) -> Reply {
    program.send(Method::PUT, &at(address), &[], Json::Null).await
}

fn assert_done(reply: &Reply, what: &str) {
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::NO_CONTENT, ""), "{what}");
}

/// The addresses of what is at hand.
async fn at_hand(program: &Program) -> Vec<String> {
    let list = program.get(LIST).await.assert_ok("favourites").json;
    let rows = list["data"].as_array().unwrap_or_else(|| panic!("no favourites: {list}"));
    rows.iter().map(|row| row["address"].as_str().expect("an address").to_owned()).collect()
}

#[tokio::test]
async fn what_a_program_keeps_at_hand_a_page_shows_and_the_other_way_round() {
    let firm = Firm::new().await;
    let client = Client::new(Program::of(&firm).await).await;
    let program = &client.program;
    let mut browser = Browser::of(&firm).await;
    let customer = format!("/customers/{}", firm.customer);
    client.ask("keep_favourite", "", &[("address", &customer)], None, Json::Null).await;
    let orders = "/sales-orders?view=to_deliver&sort=-date";
    for _ in 0..2 {
        assert_done(&put(program, orders).await, orders);
        // Once more, and by the address that answers tell: it stays where it is.
        assert_done(&put(program, &format!("/api/v1{customer}")).await, &customer);
    }
    let list = client.ask("favourites", "", &[], None, Json::Null).await.json;
    let [first, second] = list["data"].as_array().map(Vec::as_slice).expect("favourites") else { panic!("{list}") };
    let href = "/api/v1/sales-orders?view=to_deliver&sort=-date";
    assert_eq!((&first["record"], &first["id"]), (&json!("sales_order"), &Json::Null));
    assert_eq!((&first["address"], &first["href"]), (&json!(orders), &json!(href)));
    let called = firm.cx.i18n.records(record("sales_order"));
    assert!(first["title"].as_str().is_some_and(|title| title.starts_with(&called)), "{first}");
    let told = json!({
        "record": "customer", "id": firm.customer, "title": {"en": "Gulf Steel", "ar": "الخليج للحديد"},
        "address": customer, "href": format!("/api/v1{customer}"),
    });
    assert_eq!(*second, told);
    assert_as_said(&client.description, "Favourite", second);
    for row in [first, second] {
        program.get(row["href"].as_str().expect("an address")).await.assert_ok("what is at hand");
    }
    assert!(browser.get("/search").await.body.contains(&format!("href=\"{customer}\"")));
    // The star of a page turns the same.
    let star = Request::post("/favourites")
        .header("sec-fetch-site", "same-origin")
        .header(header::REFERER, format!("http://diwan.example{customer}"));
    assert_eq!(browser.send(star, Body::empty()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(at_hand(program).await, [orders]);
    for _ in 0..2 {
        assert_done(&program.delete(&at(orders)).await, orders);
    }
    assert!(at_hand(program).await.is_empty());
}

#[tokio::test]
async fn what_is_gone_is_not_shown_and_can_be_forgotten() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let body = json!({"code": "GONE", "name": {"en": "Gone"}, "language": "en"});
    let made = program.post("/api/v1/customers", body).await.assert_ok("a customer");
    let href = made.header("location").expect("a location").to_owned();
    assert_done(&put(&program, &href).await, &href);
    program.delete(&href).await.assert_ok("deleted");
    assert!(at_hand(&program).await.is_empty());
    put(&program, &href).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "what is gone");
    assert_done(&program.delete(&at(&href)).await, &href);
    let left: i64 = sqlx::query_scalar("select count(*) from favourite where tenant_id = $1")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("favourites are counted");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn an_address_that_leads_nowhere_or_holds_what_somebody_wrote_is_refused() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let one = format!("/customers/{}", firm.customer);
    let long = format!("/sales-orders?state={}", ["draft"; 100].join(","));
    let beside = format!("{one}?x=1");
    for address in [
        "",
        "/",
        "?",
        "\u{0}",
        "/customers\u{0}",
        "/nothing",
        "/trial-balance",
        "/customers/new",
        "/customers/x",
        "/customers?q=steel",
        "/customers?phone=555",
        "/customers?nothing=1",
        "/sales-orders?view=nothing",
        "/sales-orders?limit=5",
        "/sales-orders?after=x",
        "/api/v1",
        "/api/v1/api/v1/customers",
        "https://diwan.example/customers",
        long.as_str(),
        beside.as_str(),
    ] {
        for (name, method) in [("put", Method::PUT), ("delete", Method::DELETE)] {
            let refused = program.send(method, &at(address), &[], Json::Null).await;
            refused.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-favourite", address);
            assert_eq!(refused.errors()[0].0, "address");
            assert_described(&described, name, LIST, &refused);
        }
    }
    let none: &[(&str, &str)] = &[];
    let text: &[(&str, &str)] = &[("content-type", "text/plain")];
    for (name, method) in [("put", Method::PUT), ("delete", Method::DELETE)] {
        for (path, headers, body, status, id) in [
            (LIST.to_owned(), none, Json::Null, StatusCode::BAD_REQUEST, "refuse-api-favourite"),
            (format!("{}&x=1", at(&one)), none, Json::Null, StatusCode::BAD_REQUEST, "refuse-api-parameter"),
            (at(&one), none, json!([]), StatusCode::BAD_REQUEST, "refuse-api-json"),
            (at(&one), none, json!({"x": 1}), StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-field"),
            (at(&one), text, json!("x"), StatusCode::UNSUPPORTED_MEDIA_TYPE, "refuse-api-media-type"),
        ] {
            let refused = program.send(method.clone(), &path, headers, body).await;
            refused.assert_problem(status, id, &path);
            assert_described(&described, name, LIST, &refused);
        }
    }
    let strange = program.get(&format!("{LIST}?x=1")).await;
    strange.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-parameter", "a parameter");
    assert_described(&described, "get", LIST, &strange);
    assert!(at_hand(&program).await.is_empty());
    // What a page would keep is kept, however odd.
    let odd = "/sales-orders?state=%00";
    assert_done(&put(&program, odd).await, odd);
    assert_eq!(at_hand(&program).await, [odd]);
}

#[tokio::test]
async fn favourites_are_their_members_and_within_the_scope_of_the_token() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let owner = Program::of(&firm).await;
    let described = owner.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let item = firm.item("SLATE", "10", 0, "0").await;
    let (customer, item) = (format!("/customers/{}", firm.customer), format!("/items/{item}"));
    for address in ["/customers", &customer, &item] {
        assert_done(&put(&owner, address).await, address);
    }
    let ask = async |program: &Program, address: &str, statuses: [u16; 3], who: &str| {
        let replies = [program.get(LIST).await, put(program, address).await, program.delete(&at(address)).await];
        for (method, (reply, status)) in ["get", "put", "delete"].iter().zip(replies.iter().zip(statuses)) {
            assert_eq!(reply.status.as_u16(), status, "{who}, {method} {address}: {}", reply.text);
            assert_described(&described, method, LIST, reply);
        }
    };
    let reader = owner.beside_with(&firm, "read", &[]).await;
    ask(&reader, &customer, [200, 403, 403], "a token that reads").await;
    assert_eq!(at_hand(&reader).await, [item.as_str(), &customer, "/customers"]);
    let kept = owner.beside_with(&firm, "write", &["item"]).await;
    ask(&kept, &customer, [200, 404, 404], "a token kept to items").await;
    ask(&kept, "/customers", [200, 403, 403], "a token kept to items").await;
    assert_eq!(at_hand(&kept).await, [item.as_str()]);
    ask(&owner.showing(""), &customer, [401; 3], "nobody").await;
    // Another company's ids look like random ones.
    let theirs = Program::of(&other).await;
    let nobodys = format!("/customers/{}", Uuid::now_v7());
    let (found, random) = (put(&theirs, &customer).await, put(&theirs, &nobodys).await);
    found.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "another company's");
    assert_described(&described, "put", LIST, &found);
    assert_eq!(without_ids(&found.text), without_ids(&random.text));
    let colleague = owner.beside_of(&firm, &firm.colleague("sales").await).await;
    for (program, who) in [(&theirs, "another company"), (&colleague, "another member")] {
        assert_done(&program.delete(&at(&customer)).await, who);
        assert!(at_hand(program).await.is_empty(), "{who}");
    }
    assert_eq!(at_hand(&owner).await, [item.as_str(), &customer, "/customers"], "nothing has come of it");
    // The description promises each of them what it may.
    let promised = async |program: &Program| {
        let paths = program.get("/api/v1/openapi.json").await.assert_ok("the description").json["paths"].clone();
        ["get", "put", "delete"].map(|method| paths[LIST][method].is_object())
    };
    assert_eq!(promised(&owner).await, [true; 3]);
    assert_eq!(promised(&kept).await, [true; 3]);
    assert_eq!(promised(&reader).await, [true, false, false]);
    ask(&kept, &item, [200, 204, 204], "a token kept to items").await;
    assert_eq!(at_hand(&owner).await, [customer.as_str(), "/customers"]);
}
