//! Who may ask, for what, with which proof.

use super::path_of;
use crate::modules;
use crate::platform::door::{self, Typed};
use crate::platform::seal;
use crate::platform::tenancy::Cx;
use crate::platform::token::{Bearer, PREFIX};
use crate::record::{Field, Record};
use crate::tests::api::{Program, Reply, token};
use crate::tests::platform::permission::{admin, busy_firm, everything, member_with, open_row, right, typed};
use crate::tests::platform::tenancy::{full_firm, picture};
use crate::tests::platform::web::{Ids, ids_of, links, without_ids};
use crate::tests::support::{Browser, Firm, code, record, refusals};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use serde_json::{Map, Value as Json, json};
use sha2::Sha256;
use std::collections::BTreeMap;
use uuid::Uuid;

// ------------------------------------------------------------------ who may

#[tokio::test]
async fn a_secret_is_shown_to_its_maker_until_it_is_used() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let (mut owner, page) = (Browser::of(&firm).await, format!("/api-tokens/{}", program.id));
    let (_, mut auditor) = member_with(&firm, "auditor", Vec::new()).await;
    assert!(owner.get(&page).await.body.contains(&program.shown), "the maker sees the secret");
    let seen = auditor.get(&page).await;
    assert!(seen.status.is_success() && !seen.body.contains(PREFIX), "{}", seen.text());
    let told = program.get(&format!("/api/v1/api-tokens/{}", program.id)).await.assert_ok("the token itself");
    assert!(!told.text.contains(PREFIX), "{}", told.text);
    assert!(!owner.get(&page).await.body.contains(PREFIX), "once it is used, nobody sees it");
    let used = firm.document("api_token", program.id).await;
    assert_eq!(used.get("last_used").date(), Some(firm.today().await));
    assert_eq!(used.version, 1, "being used makes no other version of it");
}

/// What is kept to some types of records makes nothing that is not.
#[tokio::test]
async fn a_token_that_is_kept_to_types_reaches_no_further_by_what_it_makes() {
    let firm = Firm::new().await;
    let kept = Program::of(&firm).await.beside_with(&firm, "write", &["webhook", "api_token", "customer"]).await;
    let webhook = |lines: Json| json!({"name": "W", "url": "https://partner.example/", "lines": lines});
    let token = |lines: Json| json!({"name": "T", "scope": "write", "lines": lines});
    for lines in [json!([]), json!([{"record": "sales_invoice"}]), json!([{"record": "customer"}, {"record": "item"}])]
    {
        for (path, body) in [("webhooks", webhook(lines.clone())), ("api-tokens", token(lines.clone()))] {
            let refused = kept.post(&format!("/api/v1/{path}"), body).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {lines}: {}", refused.text);
            assert!(refused.text.contains("refuse-token-further"), "{path} {lines}: {}", refused.text);
        }
    }
    let lines = json!([{"record": "customer"}]);
    for (path, body) in [("webhooks", webhook(lines.clone())), ("api-tokens", token(lines))] {
        let made = kept.post(&format!("/api/v1/{path}"), body).await.assert_ok(path);
        let one = format!("/api/v1/{path}/{}", made.json["id"].as_str().expect("an id"));
        let widened = kept.patch(&one, &made.etag(), json!({"lines": []})).await;
        assert!(widened.text.contains("refuse-token-further"), "{path}: {}", widened.text);
    }
    // Nor does it widen itself.
    let itself = format!("/api/v1/api-tokens/{}", kept.id);
    let seen = kept.get(&itself).await.assert_ok("itself");
    let widened = kept.patch(&itself, &seen.etag(), json!({"lines": []})).await;
    assert!(widened.text.contains("refuse-token-further"), "{}", widened.text);
}

#[tokio::test]
async fn a_token_ends_when_its_time_is_over_or_somebody_ends_it() {
    let firm = Firm::new().await;
    let mut admin = admin().await;
    let mut tx = firm.tx().await;
    let today = tx.company.today;
    for (days, may) in [(-1, false), (0, true), (365, true), (366, false)] {
        let day = today.checked_add(jiff::Span::new().days(days)).expect("a day").to_string();
        let fields = typed(&[("name", "P"), ("expires", &day)]);
        let saved = door::save(&mut tx, record("api_token"), Uuid::now_v7(), 0, &fields).await;
        assert_eq!(saved.is_ok(), may, "{days} days: {saved:?}");
    }
    drop(tx);
    let usual = firm.document("api_token", token(&firm, firm.cx.user, "read", &[]).await).await;
    let in_ninety = today.checked_add(jiff::Span::new().days(90)).ok();
    assert_eq!(usual.get("expires").date(), in_ninety);
    let knocks = async |program: &Program| program.get("/api/v1/customers").await;
    let program = Program::of(&firm).await;
    knocks(&program).await.assert_ok("a token that holds");
    let nobody = program.showing("").get("/api/v1/customers").await;
    let essence = |reply: &Reply| without_ids(&reply.text);
    let shut = |reply: Reply, what: &str| {
        reply.assert_problem(StatusCode::UNAUTHORIZED, "refuse-api-token", what);
        assert_eq!(essence(&reply), essence(&nobody), "{what} looks like no token at all");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"Diwan\""), "{what}");
    };
    // Run out, behind the back of its rules.
    let aged = "update api_token set expires = current_date - 2 where id = $1";
    sqlx::query(aged).bind(program.id).execute(&mut admin).await.expect("aged");
    shut(knocks(&program).await, "a token that has run out");
    let revoked = Program::of(&firm).await;
    let one = format!("/api/v1/api-tokens/{}", revoked.id);
    let done = revoked.act(&one, "revoke").await.assert_ok("revoked by itself");
    assert_eq!(done.json["record"]["state"], "revoked");
    shut(knocks(&revoked).await, "a token that was revoked");
    let member = firm.colleague("accountant").await;
    let blocked = Program::with(&firm, &member, "write", &[]).await;
    knocks(&blocked).await.assert_ok("a colleague's program");
    let document = firm.document("member", member.user).await;
    firm.act(&document, "block").await.expect("blocked");
    shut(knocks(&blocked).await, "a token of somebody who is blocked");
    // What was never ours, and F41: what names another company.
    let other = Firm::new().await;
    let theirs = Program::of(&other).await;
    for (shown, what) in [
        ("x".to_owned(), "a word"),
        (PREFIX.to_owned(), "a beginning"),
        (format!("{}x", theirs.shown), "a changed seal"),
        (theirs.shown.replacen(PREFIX, "", 1), "no beginning"),
        (Bearer { tenant: firm.cx.tenant, id: theirs.id }.secret(), "another company's token in this one"),
        (Bearer { tenant: Uuid::now_v7(), id: theirs.id }.secret(), "a token of no company"),
        (Bearer { tenant: firm.cx.tenant, id: Uuid::now_v7() }.secret(), "a token that never was"),
        (format!("{PREFIX}{}", seal::seal("said", &format!("{}/{}", other.cx.tenant, theirs.id))), "another seal"),
    ] {
        shut(theirs.showing(shown).get("/api/v1/customers").await, what);
    }
}

#[tokio::test]
async fn f41_the_token_alone_says_which_company() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    let program = Program::of(&firm).await;
    let (tenant, customer) = (other.cx.tenant.to_string(), format!("/api/v1/customers/{}", other.customer));
    for name in ["x-tenant", "x-tenant-id", "tenant", "x-company", "host", "x-forwarded-host", "cookie"] {
        let headers = [(name, tenant.as_str())];
        let theirs = program.send(Method::GET, &customer, &headers, Json::Null).await;
        theirs.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", name);
        let own = program.send(Method::GET, "/api/v1/customers", &headers, Json::Null).await.assert_ok(name);
        assert_eq!(own.json["data"][0]["id"], json!(firm.customer), "{name}");
    }
    // A session opens nothing here, and a token no page.
    let browser = Browser::of(&firm).await.get("/api/v1/customers").await;
    assert_eq!(browser.status, StatusCode::UNAUTHORIZED);
    let page = program.get("/customers").await;
    assert_eq!((page.status, page.header("location").is_some()), (StatusCode::SEE_OTHER, true));
}

#[tokio::test]
async fn f42_rights_that_are_taken_away_are_gone_with_the_next_request() {
    let firm = Firm::new().await;
    let member = firm.colleague("sales").await;
    let program = Program::with(&firm, &member, "write", &[]).await;
    let body = |code: &str| json!({"code": code, "name": {"en": "X"}});
    program.post("/api/v1/customers", body("A")).await.assert_ok("a seller's program");
    let mut tx = firm.tx().await;
    let auditor = code(&mut tx, "role", "auditor").await.to_string();
    tx.commit().await.expect("commit");
    firm.change(&firm.document("member", member.user).await, &[("role", &auditor)]).await.expect("another role");
    let refused = program.post("/api/v1/customers", body("B")).await;
    refused.assert_problem(StatusCode::FORBIDDEN, "error-denied", "an auditor's program");
    program.get("/api/v1/customers").await.assert_ok("which still reads");
    // A token that is narrowed is narrower at once.
    let program = Program::of(&firm).await;
    program.get("/api/v1/items").await.assert_ok("all types");
    let line = BTreeMap::from([("record".to_owned(), "customer".to_owned())]);
    let narrowed = Typed { lines: Some(vec![line]), ..typed(&[("scope", "read")]) };
    firm.save(&firm.document("api_token", program.id).await, &narrowed).await.expect("narrowed");
    assert_eq!(program.get("/api/v1/items").await.status, StatusCode::FORBIDDEN);
    assert_eq!(program.post("/api/v1/customers", body("C")).await.status, StatusCode::FORBIDDEN);
    program.get("/api/v1/customers").await.assert_ok("its own type");
}

#[tokio::test]
async fn nobody_lends_out_the_rights_of_another() {
    let firm = Firm::new().await;
    let (clerk, _) = member_with(&firm, "nothing", vec![everything("api_token", "all")]).await;
    let make = async |cx: &Cx, member: Uuid| {
        let mut tx = firm.db.begin(cx).await.expect("they enter");
        let fields = typed(&[("name", "P"), ("member", &member.to_string()), ("scope", "write")]);
        let saved = door::save(&mut tx, record("api_token"), Uuid::now_v7(), 0, &fields).await;
        saved.map(|document| document.link("member"))
    };
    assert_eq!(make(&firm.cx, clerk.user).await.expect("an owner lends a colleague's"), Some(clerk.user));
    // Who sees no members cannot name one either.
    assert!(make(&clerk, firm.cx.user).await.is_err());
    let seeing = right("member", None, &[("sees", "true"), ("reach", "all")]);
    let (clerk, _) = member_with(&firm, "nothing", vec![everything("api_token", "all"), seeing]).await;
    let refused = refusals(make(&clerk, firm.cx.user).await);
    assert_eq!(refused, ["refuse-token-member"]);
    assert_eq!(make(&clerk, clerk.user).await.expect("their own"), Some(clerk.user));
}

#[tokio::test]
async fn f39_what_is_kept_from_a_member_is_kept_from_their_program() {
    let firm = busy_firm().await;
    let hide = right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]);
    let fix = right("customer", Some("contact"), &[("sees", "true"), ("changes", "false")]);
    let rights = vec![everything("customer", "all"), hide, fix, everything("sales_order", "own")];
    let (member, _) = member_with(&firm, "nothing", rights).await;
    firm.change(&firm.document("customer", firm.customer).await, &[("phone", "SECRET-1")]).await.expect("saved");
    let program = Program::with(&firm, &member, "write", &[]).await;
    let one = format!("/api/v1/customers/{}", firm.customer);
    let read = program.get(&one).await.assert_ok("a customer");
    let list = program.get("/api/v1/customers").await.assert_ok("customers");
    assert!(!read.text.contains("phone") && !list.text.contains("phone"), "{} {}", read.text, list.text);
    for query in ["phone=SECRET", "fields=phone", "sort=phone", "q=SECRET"] {
        let told = program.get(&format!("/api/v1/customers?{query}")).await;
        assert!(!told.text.contains(&firm.customer.to_string()), "{query}: {}", told.text);
    }
    for (field, id) in [("phone", "refuse-api-field"), ("contact", "refuse-api-fixed")] {
        let mut body = json!({});
        body[field] = "X".into();
        let refused = program.patch(&one, "*", body).await;
        refused.assert_problem(StatusCode::UNPROCESSABLE_ENTITY, id, field);
    }
    let description = program.get("/api/v1/openapi.json").await.assert_ok("the description").json;
    let schemas = description["components"]["schemas"].as_object().expect("schemas");
    assert!(schemas.contains_key("Customer") && !schemas.contains_key("Item"), "{:?}", schemas.keys());
    assert!(
        !schemas["Customer"].to_string().contains("phone")
            && !schemas["CustomerChange"].to_string().contains("contact")
    );
    // Rows of others, and types that one does not see.
    let mut admin = admin().await;
    let order = open_row(&mut admin, &firm, record("sales_order")).await;
    for path in [format!("/api/v1/sales-orders/{order}"), format!("/api/v1/sales-orders/{}", Uuid::now_v7())] {
        program.get(&path).await.assert_problem(StatusCode::NOT_FOUND, "refuse-api-not-found", &path);
    }
    assert_eq!(program.get("/api/v1/sales-orders").await.assert_ok("their own").json["data"], json!([]));
    program.get("/api/v1/items").await.assert_problem(StatusCode::FORBIDDEN, "error-denied", "items");
}

// ------------------------------------------------------------------ another company's ids

/// Everything that can be asked of a row by its id, and where its id can be given: method, path and body.
fn asks_of(record: &'static Record, ids: &Ids) -> Vec<(Method, String, Json)> {
    let (list, one) = (path_of(record), format!("{}/{}", path_of(record), ids[record.name]));
    let mut asks = vec![
        (Method::GET, one.clone(), Json::Null),
        (Method::PATCH, one.clone(), json!({})),
        (Method::PATCH, one.clone(), json!({"nonsense": 1})),
        (Method::DELETE, one.clone(), Json::Null),
    ];
    for action in record.actions {
        asks.push((Method::POST, format!("{one}/{}", action.name), Json::Null));
    }
    // What stands beside it.
    let file = format!("{one}/files/{}", ids["attachment"]);
    asks.extend([
        (Method::GET, format!("{one}/comments"), Json::Null),
        (Method::POST, format!("{one}/comments"), json!({"text": "x"})),
        (Method::POST, format!("{one}/comments"), json!({"text": "x", "answers_to": ids["comment"]})),
        (Method::GET, format!("{one}/files"), Json::Null),
        (Method::POST, format!("{one}/files?name=x.txt"), json!({"a": "file"})),
        (Method::GET, file.clone(), Json::Null),
        (Method::DELETE, file, Json::Null),
        (Method::DELETE, format!("{list}/views/{}", ids["saved_view"]), Json::Null),
        (Method::GET, format!("{one}/history"), Json::Null),
        (Method::GET, format!("{one}/secret"), Json::Null),
        (Method::POST, format!("/api/v1/notifications/{}/read", ids["notification"]), Json::Null),
        (Method::GET, format!("{one}/deliveries"), Json::Null),
        (Method::POST, format!("{one}/deliveries/{}/replay", ids["webhook_delivery"]), Json::Null),
        (Method::GET, format!("/api/v1/audit?record={}&id={}", record.name, ids[record.name]), Json::Null),
        (Method::GET, format!("/api/v1/audit?member={}", ids["member"]), Json::Null),
    ]);
    let leads: Vec<(&'static str, String)> = links(record.fields, ids)
        .into_iter()
        .filter(|(name, _)| !record.field(name).is_some_and(|f| f.hidden))
        .collect();
    for (field, id) in &leads {
        asks.push((Method::GET, format!("{list}?{field}={id}"), Json::Null));
    }
    let given = |fields: &'static [Field]| -> Map<String, Json> {
        let computed = |name: &str| fields.iter().any(|field| field.name == name && field.computed);
        let leads = links(fields, ids).into_iter().filter(|(name, _)| !computed(name));
        leads.map(|(name, id)| (name.to_owned(), id.into())).collect()
    };
    let mut fresh = given(record.fields);
    if let Some(lines) = record.lines {
        fresh.insert("lines".to_owned(), json!([given(lines.fields)]));
    }
    asks.push((Method::POST, list, fresh.into()));
    asks
}

#[tokio::test]
async fn f38_another_companys_ids_look_like_random_ones() {
    let (a, b) = (Firm::new().await, full_firm().await);
    let mut admin = admin().await;
    let real = ids_of(&mut admin, b.cx.tenant).await;
    let fake: Ids = real.keys().map(|table| (*table, Uuid::now_v7())).collect();
    let before = picture(&mut admin, b.cx.tenant).await;
    let program = Program::of(&a).await;
    let any = [("if-match", "*")];
    let mut batches = [Vec::new(), Vec::new()];
    for record in modules::records() {
        for (theirs, nobodys) in asks_of(record, &real).into_iter().zip(asks_of(record, &fake)) {
            let what = format!("{} {}", theirs.0, theirs.1);
            for (batch, (method, path, body)) in batches.iter_mut().zip([&theirs, &nobodys]) {
                batch.push(json!({"method": method.as_str(), "path": path, "if_match": "*", "body": body}));
            }
            let found = program.send(theirs.0, &theirs.1, &any, theirs.2).await;
            let random = program.send(nobodys.0, &nobodys.1, &any, nobodys.2).await;
            assert_eq!(found.status, random.status, "{what}: {}", found.text);
            assert_eq!(without_ids(&found.text), without_ids(&random.text), "{what}");
            let is_one = theirs.1.split('/').count() > 4;
            assert_eq!(is_one, found.status == StatusCode::NOT_FOUND, "{what}: {} {}", found.status, found.text);
            assert!(!found.text.contains("SECRET"), "{what}");
        }
        let list = program.get(&path_of(record)).await.assert_ok(record.name);
        let shown = real.values().find(|id| list.text.contains(&id.to_string()));
        assert_eq!(shown, None, "the list of {}", record.name);
    }
    for (theirs, nobodys) in batches[0].chunks(50).zip(batches[1].chunks(50)) {
        let [theirs, nobodys] = [theirs, nobodys].map(|operations| json!({"operations": operations}));
        let found = program.post("/api/v1/batch", theirs).await.assert_ok("a batch");
        let random = program.post("/api/v1/batch", nobodys).await.assert_ok("a batch");
        assert_eq!(without_ids(&found.text), without_ids(&random.text));
    }
    assert_eq!(picture(&mut admin, b.cx.tenant).await, before, "something of the other company has changed");
    b.assert_healthy().await;
}

// ------------------------------------------------------------------ machines

/// A JWT made by hand.
fn jwt(head: Json, claims: Json, key: Option<&[u8]>) -> String {
    let body = format!("{}.{}", URL_SAFE_NO_PAD.encode(head.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let tag = key.map_or_else(String::new, |key| {
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("a key").chain_update(body.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    });
    format!("{body}.{tag}")
}

/// Asks for a JWT with this form.
async fn exchange(program: &Program, form: &[(&str, &str)], basic: Option<&str>) -> Reply {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mut request = Request::post("/api/v1/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(secret) = basic {
        let given = STANDARD.encode(format!("machine:{secret}"));
        request = request.header(header::AUTHORIZATION, format!("Basic {given}"));
    }
    program.ask(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn a_machine_gets_a_jwt_for_its_secret() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let secret = program.shown.clone();
    let grant = ("grant_type", "client_credentials");
    let by_form = exchange(&program, &[grant, ("client_secret", &secret)], None).await.assert_ok("by form");
    let by_head = exchange(&program, &[grant], Some(&secret)).await.assert_ok("by head");
    for reply in [&by_form, &by_head] {
        assert_eq!((&reply.json["token_type"], &reply.json["expires_in"]), (&json!("Bearer"), &json!(900)));
        assert_eq!((&reply.json["scope"], reply.header("cache-control")), (&json!("write"), Some("no-store")));
    }
    let jwt = by_form.json["access_token"].as_str().expect("a JWT").to_owned();
    let machine = program.showing(jwt.clone());
    machine.get("/api/v1/customers").await.assert_ok("a machine reads");
    let body = json!({"code": "M", "name": {"en": "By a machine"}});
    machine.post("/api/v1/customers", body).await.assert_ok("and writes");
    // A JWT begets none, and nobody gets one for nothing.
    for (form, status) in [
        (vec![grant, ("client_secret", jwt.as_str())], StatusCode::UNAUTHORIZED),
        (vec![grant], StatusCode::UNAUTHORIZED),
        (vec![grant, ("client_secret", "dwn_x.y")], StatusCode::UNAUTHORIZED),
        (vec![("grant_type", "password"), ("client_secret", secret.as_str())], StatusCode::BAD_REQUEST),
        (vec![("client_secret", secret.as_str())], StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(exchange(&program, &form, None).await.status, status, "{form:?}");
    }
    let json = program.post("/api/v1/token", json!({"grant_type": "client_credentials"})).await;
    json.assert_problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "refuse-api-form", "JSON");
    // Types of bodies are the same in capitals, and others do not begin like them.
    let form = format!("grant_type=client_credentials&client_secret={secret}");
    for (kind, status) in [
        ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", StatusCode::OK),
        ("application/x-www-form-urlencoded-not", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let told = program.send(Method::POST, "/api/v1/token", &[("content-type", kind)], form.clone().into()).await;
        assert_eq!(told.status, status, "{kind}: {}", told.text);
    }
    let one = format!("/api/v1/api-tokens/{}", program.id);
    program.act(&one, "revoke").await.assert_ok("revoked");
    machine.get("/api/v1/customers").await.assert_problem(StatusCode::UNAUTHORIZED, "refuse-api-token", "revoked");
}

#[tokio::test]
async fn f46_a_jwt_of_another_making_opens_nothing() {
    let firm = Firm::new().await;
    let program = Program::of(&firm).await;
    let key = seal::key("jwt");
    let now = jiff::Timestamp::now().as_second();
    let claims = |exp: i64| {
        let (sub, tenant) = (program.id, program.tenant);
        json!({"iss": "diwan", "aud": "diwan/api", "sub": sub, "tenant": tenant, "iat": now, "exp": exp})
    };
    let good = claims(now + 60);
    let head = |alg: &str| json!({"typ": "JWT", "alg": alg});
    let with = |name: &str, value: Json| {
        let mut head = head("HS256");
        head[name] = value;
        head
    };
    let genuine = jwt(head("HS256"), good.clone(), Some(&key));
    program.showing(genuine.clone()).get("/api/v1/customers").await.assert_ok("made as ours are");
    let mut strange = good.clone();
    strange["aud"] = "somebody/else".into();
    let mut old = good.clone();
    old["exp"] = "9999999999".into();
    let forged = [
        ("no algorithm", jwt(head("none"), good.clone(), None)),
        ("no algorithm, in capitals", jwt(head("NONE"), good.clone(), None)),
        ("no algorithm, with a tag", jwt(head("none"), good.clone(), Some(&key))),
        ("no tag", jwt(head("HS256"), good.clone(), None)),
        ("a longer hash", jwt(head("HS512"), good.clone(), Some(&key))),
        ("a public key as a secret", jwt(head("RS256"), good.clone(), Some(&key))),
        ("an empty key", jwt(head("HS256"), good.clone(), Some(b""))),
        ("another key", jwt(head("HS256"), good.clone(), Some(b"secret"))),
        ("a key in a path", jwt(with("kid", "../../../../dev/null".into()), good.clone(), Some(b""))),
        ("a key in a path, signed", jwt(with("kid", "/proc/self/environ".into()), good.clone(), Some(&key))),
        ("a key elsewhere", jwt(with("jku", "https://evil.example/keys".into()), good.clone(), Some(&key))),
        ("a key of its own", jwt(with("jwk", json!({"kty": "oct", "k": "AAAA"})), good.clone(), Some(&key))),
        ("a certificate elsewhere", jwt(with("x5u", "https://evil.example/x".into()), good.clone(), Some(&key))),
        ("something critical", jwt(with("crit", json!(["exp"])), good.clone(), Some(&key))),
        ("run out", jwt(head("HS256"), claims(now - 1), Some(&key))),
        ("an end that is no number", jwt(head("HS256"), old, Some(&key))),
        ("for somebody else", jwt(head("HS256"), strange, Some(&key))),
        (
            "without an end",
            jwt(head("HS256"), json!({"iss": "diwan", "aud": "diwan/api", "sub": program.id}), Some(&key)),
        ),
        ("cut off", genuine[..genuine.len() - 4].to_owned()),
        ("dots", "...".to_owned()),
    ];
    for (what, shown) in forged {
        let reply = program.showing(shown).get("/api/v1/customers").await;
        reply.assert_problem(StatusCode::UNAUTHORIZED, "refuse-api-token", what);
    }
}
