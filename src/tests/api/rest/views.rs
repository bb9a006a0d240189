//! Views of lists that members keep, as their programs keep them.

use super::{Client, assert_as_said, assert_described};
use crate::modules;
use crate::tests::api::{Program, Reply};
use crate::tests::platform::permission::{everything, member_with, portal_member, right};
use crate::tests::support::{Browser, Firm};
use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};
use uuid::Uuid;

const LIST: &str = "/api/v1/sales-orders/views";
const ONE: &str = "/api/v1/sales-orders/views/{view}";

fn one(view: &Json) -> String {
    format!("{LIST}/{}", view["id"].as_str().expect("an id"))
}

fn named(name: &str, shared: bool) -> Json {
    json!({"name": name, "query": "state=draft", "shared": shared})
}

/// The names of the views that a program can open.
async fn names(program: &Program) -> Vec<String> {
    let list = program.get(LIST).await.assert_ok("views").json;
    let views = list["data"].as_array().unwrap_or_else(|| panic!("no views: {list}"));
    views.iter().map(|view| view["name"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn what_a_program_keeps_a_page_opens_and_the_other_way_round() {
    let firm = Firm::new().await;
    let client = Client::new(Program::of(&firm).await).await;
    let program = &client.program;
    let mut browser = Browser::of(&firm).await;
    let query = "state=draft,confirmed&sort=-total&columns=number,total&group=customer";
    let body = json!({"name": " Big ones ", "query": query, "shared": true});
    let kept = client.ask("keep_view_sales_order", "", &[], None, body).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.text);
    let href = "/api/v1/sales-orders?state=draft,confirmed&sort=-total&fields=number,total";
    let told = json!({
        "id": kept.json["id"], "name": "Big ones", "query": query, "shared": true, "removable": true, "href": href,
    });
    assert_eq!(kept.json, told);
    program.get(href).await.assert_ok("what was kept");
    assert!(browser.get("/sales-orders").await.text().contains("Big ones"));
    let form = [("query", "view=to_deliver&after=x&q=steel+%26+more"), ("name", "Of a page")];
    assert_eq!(browser.post("/sales-orders/views", &form).await.status, StatusCode::SEE_OTHER);
    let list = client.ask("views_sales_order", "", &[], None, Json::Null).await.json;
    let [first, second] = list["data"].as_array().map(Vec::as_slice).expect("views") else { panic!("{list}") };
    assert_eq!((first, &second["name"], &second["shared"]), (&told, &json!("Of a page"), &json!(false)));
    assert_eq!(second["query"], "view=to_deliver&q=steel%20%26%20more");
    let href = "/api/v1/sales-orders?view=to_deliver&q=steel%20%26%20more";
    assert_eq!(second["href"], href);
    program.get(href).await.assert_ok("what a page kept");
    assert_eq!(program.get("/api/v1/customers/views").await.assert_ok("of another list").json, json!({"data": []}));
    // One's own view of that name gives way.
    let again = client.ask("keep_view_sales_order", "", &[], None, json!({"name": "Big ones", "query": ""})).await;
    assert_eq!((again.status, &again.json["id"]), (StatusCode::OK, &told["id"]), "{}", again.text);
    let changed = ["query", "shared", "href"].map(|name| again.json[name].clone());
    assert_eq!(changed, [json!(""), json!(false), json!("/api/v1/sales-orders")]);
    assert_eq!(names(program).await, ["Big ones", "Of a page"]);
    // A view is at the address of its own list only.
    let id = told["id"].as_str().expect("an id");
    let elsewhere = program.delete(&format!("/api/v1/customers/views/{id}")).await;
    elsewhere.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "a view of another list");
    let gone = program.delete(&one(&told)).await;
    assert_eq!((gone.status, gone.text.as_str()), (StatusCode::NO_CONTENT, ""));
    let gone = program.delete(&one(&told)).await;
    gone.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "a view that is gone");
    assert!(!browser.get("/sales-orders").await.text().contains("Big ones"));
    let acts: Vec<String> =
        sqlx::query_scalar("select action from audit where tenant_id = $1 and record_id = $2 order by id")
            .bind(firm.cx.tenant)
            .bind(id.parse::<Uuid>().expect("an id"))
            .fetch_all(firm.tx().await.conn())
            .await
            .expect("the audit");
    assert_eq!(acts, ["create", "change", "delete"]);
}

#[tokio::test]
async fn programs_share_and_forget_views_as_their_members_do() {
    let firm = Firm::new().await;
    let (maker, colleague) = (firm.colleague("sales").await, firm.colleague("sales").await);
    let owner = Program::of(&firm).await;
    let maker = owner.beside_of(&firm, &maker).await;
    let colleague = owner.beside_of(&firm, &colleague).await;
    let shared = maker.post(LIST, named("Of us all", true)).await.assert_ok("shared").json;
    let own = maker.post(LIST, named("For me", false)).await.assert_ok("kept").json;
    assert_eq!(names(&maker).await, ["For me", "Of us all"]);
    for (program, removable, status) in
        [(&colleague, false, StatusCode::NOT_FOUND), (&owner, true, StatusCode::NO_CONTENT)]
    {
        let list = program.get(LIST).await.assert_ok("views").json;
        let expected = json!({
            "id": shared["id"], "name": "Of us all", "query": "state=draft", "shared": true, "removable": removable,
            "href": "/api/v1/sales-orders?state=draft",
        });
        assert_eq!(list, json!({"data": [expected]}));
        assert_eq!(program.delete(&one(&own)).await.status, StatusCode::NOT_FOUND, "what nobody shares");
        assert_eq!(program.delete(&one(&shared)).await.status, status);
    }
    assert_eq!(names(&maker).await, ["For me"]);
    // Customers keep theirs to themselves, and see nobody's.
    maker.post(LIST, named("Of us all", true)).await.assert_ok("shared once more");
    let (visitor, _) = portal_member(&firm, firm.customer).await;
    let visitor = owner.beside_of(&firm, &visitor).await;
    let kept = visitor.post(LIST, named("Ours", true)).await.assert_ok("kept").json;
    assert_eq!(kept["shared"], false);
    assert_eq!(names(&visitor).await, ["Ours"]);
    assert_eq!(names(&colleague).await, ["Of us all"]);
    visitor.get("/api/v1/items/views").await.assert_problem(StatusCode::FORBIDDEN, "error-denied", "items");
}

#[tokio::test]
async fn a_view_tells_nothing_of_fields_that_are_kept_from_the_program() {
    let firm = Firm::new().await;
    let owner = Program::of(&firm).await;
    let query = "state=draft&total=100..&sort=total&columns=number,total";
    owner.post(LIST, json!({"name": "Large", "query": query, "shared": true})).await.assert_ok("shared");
    let hide = right("sales_order", Some("total"), &[("sees", "false"), ("changes", "false")]);
    let (member, _) = member_with(&firm, "nothing", vec![everything("sales_order", "all"), hide]).await;
    let program = owner.beside_of(&firm, &member).await;
    let list = program.get(LIST).await.assert_ok("views").json;
    let href = "/api/v1/sales-orders?state=draft&fields=number";
    assert_eq!(list["data"][0]["href"], href, "{list}");
    program.get(href).await.assert_ok("as much of it as is theirs");
    for (query, id) in [
        ("total=1", "refuse-api-parameter"),
        ("columns=number,total", "refuse-api-parameter"),
        ("sort=-total", "refuse-api-sort"),
    ] {
        let refused = program.post(LIST, json!({"name": "Mine", "query": query})).await;
        refused.assert_problem(StatusCode::BAD_REQUEST, id, query);
    }
    assert_eq!(names(&program).await, ["Large"]);
}

#[tokio::test]
async fn a_view_is_kept_once_under_a_key() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let kept = program.post_once(LIST, "once", named("Drafts", false)).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.text);
    let again = program.post_once(LIST, "once", named("Drafts", false)).await;
    assert_eq!((again.status, &again.json), (StatusCode::CREATED, &kept.json));
    let other = program.post_once(LIST, "once", named("Others", false)).await;
    other.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, "refuse-api-key-reused", "another view");
    let key = program.post_once(LIST, &"x".repeat(256), named("Others", false)).await;
    key.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-key", "a long key");
    program.delete(&one(&kept.json)).await.assert_ok("forgotten");
    let gone = program.post_once(LIST, "once", named("Drafts", false)).await;
    gone.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", "a view that is gone since");
    assert!(names(&program).await.is_empty());
}

#[tokio::test]
async fn views_are_for_those_who_see_the_list() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let owner = Program::of(&firm).await;
    let described = owner.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let secret = owner.post(LIST, named("SECRET", true)).await.assert_ok("shared").json;
    assert_as_said(&described, "SavedView", &secret);
    let at = [("get", LIST), ("post", LIST), ("delete", ONE)];
    let ask = async |program: &Program, statuses: [u16; 3], who: &str| -> Reply {
        let replies = [
            program.get(LIST).await,
            program.post(LIST, named("Mine", false)).await,
            program.delete(&one(&secret)).await,
        ];
        for ((method, path), (reply, status)) in at.iter().zip(replies.iter().zip(statuses)) {
            assert_eq!(reply.status.as_u16(), status, "{who}, {method} {path}: {}", reply.text);
            assert_described(&described, method, path, reply);
        }
        let [list, ..] = replies;
        list
    };
    let reader = owner.beside_with(&firm, "read", &[]).await;
    let kept = owner.beside_with(&firm, "write", &["customer"]).await;
    let seen = ask(&reader, [200, 403, 403], "a token that reads").await;
    assert_eq!((&seen.json["data"][0]["name"], &seen.json["data"][0]["removable"]), (&json!("SECRET"), &json!(false)));
    ask(&kept, [403; 3], "a token kept to customers").await;
    assert_eq!(kept.get("/api/v1/customers/views").await.assert_ok("of customers").json, json!({"data": []}));
    ask(&owner.showing(""), [401; 3], "nobody").await;
    let seen = ask(&Program::of(&other).await, [200, 201, 404], "another company").await;
    assert_eq!(seen.json, json!({"data": []}));
    assert_eq!(names(&owner).await, ["SECRET"], "nothing has come of it");
    // The description promises each of them what it may.
    let promised = async |program: &Program| {
        let paths = program.get("/api/v1/openapi.json").await.assert_ok("the description").json["paths"].clone();
        at.map(|(method, path)| paths[path][method].is_object())
    };
    assert_eq!(promised(&owner).await, [true; 3]);
    assert_eq!(promised(&reader).await, [true, false, false]);
    assert_eq!(promised(&kept).await, [false; 3]);
    // Who may touch such records keeps and forgets their views.
    let own = owner.beside_with(&firm, "write", &["sales_order"]).await;
    ask(&own, [200, 201, 204], "a token kept to orders").await;
}

#[tokio::test]
async fn a_view_that_means_nothing_is_refused_and_not_kept() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let described = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let refused = |reply: &Reply, status: StatusCode, field: &str, id: &str, what: &str| {
        reply.assert_problem(status, id, what);
        assert_eq!(reply.errors(), [(field.to_owned(), id.to_owned())], "{what}");
        assert_described(&described, "post", LIST, reply);
    };
    let long = "x".repeat(61);
    for (body, field, id) in [
        (json!({"query": ""}), "name", "fault-required"),
        (json!({"name": "A"}), "query", "fault-required"),
        (json!({"name": "", "query": ""}), "name", "refuse-view-name"),
        (json!({"name": " \t ", "query": ""}), "name", "refuse-view-name"),
        (json!({"name": long, "query": ""}), "name", "refuse-view-name"),
        (json!({"name": "a\u{0}b", "query": ""}), "name", "refuse-view-name"),
        (json!({"name": 7, "query": ""}), "name", "refuse-api-kind"),
        (json!({"name": "A", "query": {}}), "query", "refuse-api-kind"),
        (json!({"name": "A", "query": null}), "query", "refuse-api-kind"),
        (json!({"name": "A", "query": "", "shared": "true"}), "shared", "refuse-api-yes-or-no"),
        (json!({"name": "A", "query": "", "member": "x"}), "member", "refuse-api-field"),
        (json!({"name": "A", "query": format!("q={}", "x".repeat(2000))}), "query", "refuse-view-long"),
    ] {
        let reply = program.post(LIST, body.clone()).await;
        refused(&reply, StatusCode::UNPROCESSABLE_ENTITY, field, id, &body.to_string());
    }
    for (query, field, id) in [
        ("nothing=1", "nothing", "refuse-api-parameter"),
        ("\u{0}=1", "\u{0}", "refuse-api-parameter"),
        ("?state=draft", "?state", "refuse-api-parameter"),
        ("view=nothing", "view", "refuse-api-parameter"),
        ("after=x", "after", "refuse-api-parameter"),
        ("limit=1", "limit", "refuse-api-parameter"),
        ("fields=number", "fields", "refuse-api-parameter"),
        ("columns=number,nothing", "columns", "refuse-api-parameter"),
        ("group=total", "group", "refuse-api-parameter"),
        ("layout=tree", "layout", "refuse-api-parameter"),
        ("sort=customer", "sort", "refuse-api-sort"),
    ] {
        let reply = program.post(LIST, json!({"name": "A", "query": query})).await;
        refused(&reply, StatusCode::BAD_REQUEST, field, id, query);
    }
    for body in [json!([]), json!("x"), json!(7)] {
        let reply = program.post(LIST, body.clone()).await;
        refused(&reply, StatusCode::BAD_REQUEST, "", "refuse-api-json", &body.to_string());
    }
    let text = program.send(Method::POST, LIST, &[("content-type", "text/plain")], "name=A".into()).await;
    refused(&text, StatusCode::UNSUPPORTED_MEDIA_TYPE, "", "refuse-api-media-type", "a text");
    let strange = program.post(&format!("{LIST}?x=1"), named("A", false)).await;
    refused(&strange, StatusCode::BAD_REQUEST, "x", "refuse-api-parameter", "a parameter");
    assert!(names(&program).await.is_empty());
    for (method, path, at) in [
        (Method::GET, format!("{LIST}?x=1"), ("get", LIST)),
        (Method::DELETE, format!("{LIST}/{}?x=1", Uuid::now_v7()), ("delete", ONE)),
    ] {
        let reply = program.send(method, &path, &[], Json::Null).await;
        reply.assert_problem(StatusCode::BAD_REQUEST, "refuse-api-parameter", &path);
        assert_described(&described, at.0, at.1, &reply);
    }
    let single = modules::records().find(|record| record.single).expect("something that a company has once");
    for path in ["/api/v1/nothing/views".to_owned(), format!("/api/v1/{}/views", single.path)] {
        program.get(&path).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &path);
    }
    for id in ["x", "%00"] {
        let reply = program.delete(&format!("{LIST}/{id}")).await;
        reply.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", id);
    }
    // What a page would keep is kept, however odd.
    let odd = json!({"name": "Odd", "query": "q=%00%FF&state="});
    program.post(LIST, odd).await.assert_ok("an odd query");
    assert_eq!(names(&program).await, ["Odd"]);
}
