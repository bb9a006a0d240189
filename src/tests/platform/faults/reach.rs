//! Doors that are tried from the wrong side: places in lists, guessed ids, fields of rules, rights that are gone.

use super::*;

/// A place is sealed with the company, the record and the order that it is a place in.
#[tokio::test]
async fn f28_a_genuine_place_holds_nowhere_else() {
    let (firm, other) = (Firm::new().await, Firm::new().await);
    customers(&firm, 55).await;
    let list = page::list(&mut firm.tx().await, record("customer"), &Query::default()).await.expect("a list");
    let place = list.after.expect("a second page");
    let mut browser = Browser::of(&firm).await;
    for side in ["after", "before"] {
        let answer = browser.get(&format!("/customers?{side}={place}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{side} {place}");
        let elsewhere = Browser::of(&other).await.get(&format!("/customers?{side}={place}")).await;
        assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST, "{side} in another company");
        let long = "A".repeat(60_000);
        for address in [
            format!("/items?{side}={place}"),
            format!("/units?{side}={place}"),
            format!("/customers?sort=-code&{side}={place}"),
            format!("/customers?sort=email&{side}={place}"),
            format!("/customers?{side}=A{place}"),
            format!("/customers?{side}={place}A"),
            format!("/customers?{side}={long}"),
            format!("/customers?{side}={long}.{}", "A".repeat(22)),
        ] {
            let answer = browser.get(&address).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", &address[..address.len().min(200)]);
        }
    }
}

/// The rows of a list as its page is drawn from them.
async fn rows(browser: &mut Browser, page: &str) -> Vec<serde_json::Value> {
    let answer = browser.data(page).await;
    let loaded: serde_json::Value = serde_json::from_str(&answer.body).expect("a page");
    let rows = loaded["page"]["List"][0]["rows"].as_array().cloned();
    rows.unwrap_or_else(|| panic!("no list at {}: {}", &page[..page.len().min(200)], answer.body))
}

/// How many rows a page has is ours to say, and how wide they are is bounded by what there is.
#[tokio::test]
async fn f29_nobody_asks_for_a_larger_page() {
    let firm = Firm::new().await;
    customers(&firm, 60).await;
    let mut browser = Browser::of(&firm).await;
    let usual = rows(&mut browser, "/customers").await;
    assert_eq!(usual.len(), 50);
    for asked in [
        "limit=1000000000",
        "limit=0",
        "limit=-1",
        "offset=1000000",
        "page=7",
        "per_page=500&size=500&count=500&top=500&rows=500",
        "limit=1000000000&offset=30&page=2",
    ] {
        assert_eq!(rows(&mut browser, &format!("/customers?{asked}")).await, usual, "{asked}");
        assert_eq!(browser.get(&format!("/customers?{asked}")).await.status, StatusCode::OK, "{asked}");
    }
    for wide in [format!("columns={}code", "code,name,".repeat(2_000)), "columns=code&".repeat(4_000)] {
        let page = format!("/customers?{wide}");
        let answer = browser.get(&page).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", &page[..60]);
        assert!(rows(&mut browser, &page).await.len() <= 50);
        let file = browser.get(&format!("/customers/export?format=csv&{wide}")).await;
        assert_eq!(file.status, StatusCode::OK, "a file of {}", &page[..60]);
    }
}

/// An id that somebody guessed is refused, and the report does not say whose it was.
#[tokio::test]
async fn f39_a_report_names_nothing_beyond_reach() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    let (member, mut browser) = member_with(&firm, "nothing", vec![everything("customer", "own")]).await;
    let mine = Uuid::now_v7();
    let fields = typed(&[
        ("code", "M1"),
        ("name.en", "Made by them"),
        ("language", "en"),
        ("currency", "SAR"),
        ("active", "true"),
    ]);
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    door::save(&mut tx, record("customer"), mine, 0, &fields).await.expect("their own customer");
    tx.commit().await.expect("commit");
    let job = ask(&firm, &member, "set", ("phone", "1"), Which::These(vec![firm.customer, mine])).await;
    work(&firm).await;
    let report = {
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        jobs::page(&mut tx, job, "").await.expect("their job")
    };
    assert_eq!((report.line.done, report.line.refused), (1, 1));
    let title = |id: Uuid| report.rows.iter().find(|row| row.record_id == id).expect("its row").title.as_str();
    assert_eq!(title(firm.customer), "", "a title beyond reach");
    assert!(title(mine).contains("Made by them"), "{}", title(mine));
    let shown = browser.get(&format!("/jobs/{job}")).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text().contains("Made by them") && !shown.body.contains("Gulf Steel"), "{}", shown.text());
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), None);
}

/// A column of a file is typed text like any other: what rules compute is not theirs to say.
#[tokio::test]
async fn f40_a_file_cannot_set_what_rules_compute() {
    let _turn = alone().await;
    let firm = Firm::new().await;
    firm.item("A", "100", 0, "0").await;
    let untouched = |order: &door::Document| {
        assert_eq!((order.state(), order.number(), order.minor("total")), (Some("draft"), None, 23_000));
        assert_eq!((order.minor("base_total"), order.decimal("rate")), (23_000, dec("1")));
        assert!(!order.get("credit_released").bool() && !order.get("to_invoice").bool());
        let line = &order.lines[0];
        assert_eq!(
            (line.decimal("delivered"), line.decimal("invoiced"), line.minor("net")),
            (dec("0"), dec("0"), 20_000)
        );
    };
    // Straight into the machine.
    let columns = [
        "Ref=reference",
        "Customer=customer",
        "Item=line.item",
        "Qty=line.quantity",
        "No=number",
        "St=state",
        "Sum=total",
        "Base=base_total",
        "Rate=rate",
        "Free=credit_released",
        "Out=line.delivered",
        "Billed=line.invoiced",
        "Net=line.net",
    ];
    let plan = Plan {
        record: record("sales_order"),
        mapping: columns.iter().map(|text| Mapping::parse(text).expect("a mapping")).collect(),
        fixed: vec![("to_invoice".to_owned(), "true".to_owned())],
        changes: false,
    };
    let head = "Ref,Customer,Item,Qty,No,St,Sum,Base,Rate,Free,Out,Billed,Net\n";
    let row = "C1,A,2,SO-2026-99999,closed,1,1,9,true,2,2,1\n";
    let text = format!("{head}R1,{row}");
    let mut tx = firm.tx().await;
    let report = import::run(&mut tx, &plan, support::file(text.as_bytes())).await.expect("a report");
    assert_eq!((report.bad, report.documents.len()), (Vec::new(), 1));
    let order = door::load(&mut tx, record("sales_order"), report.documents[0], Lock::No).await.expect("an order");
    tx.commit().await.expect("commit");
    untouched(&order);
    // As a form asks for it.
    let id = receive(&firm, "sales_order", format!("{head}R2,{row}").as_bytes()).await;
    work(&firm).await;
    let targets: Vec<String> =
        columns.iter().filter_map(|text| text.split_once('=')).map(|(_, target)| target.to_owned()).collect();
    let fixed = Some(vec![("state".to_owned(), "closed".to_owned()), ("total".to_owned(), "1".to_owned())]);
    let asked = Asked { verb: "check".to_owned(), targets: Some(targets), fixed, ..Asked::default() };
    let rehearsed = get_done(&firm, "sales_order", id, &asked).await;
    let went: Vec<&str> = rehearsed.columns.iter().map(|column| column.target.as_str()).collect();
    assert_eq!(went[..4], ["reference", "customer", "line.item", "line.quantity"]);
    let computed = &columns[4..];
    let set = went[4..].iter().find(|target| computed.iter().any(|text| text.ends_with(&format!("={target}"))));
    assert!(set.is_none() && rehearsed.fixed.is_empty(), "{went:?} and {:?}", rehearsed.fixed);
    let done = get_done(&firm, "sales_order", id, &Asked { verb: "import".to_owned(), ..Asked::default() }).await;
    assert_eq!(state(&done), "done");
    let order: Uuid = sqlx::query_scalar("select id from sales_order where tenant_id = $1 and reference = 'R2'")
        .bind(firm.cx.tenant)
        .fetch_one(firm.tx().await.conn())
        .await
        .expect("the order");
    untouched(&firm.document("sales_order", order).await);
}

/// The company is what the browser signed in to. Nothing that a request says beside it counts.
#[tokio::test]
async fn f41_the_session_alone_says_which_company() {
    let (firm, stranger) = (Firm::new().await, Firm::new().await);
    firm.item("OWN", "1", 0, "0").await;
    stranger.item("SECRET", "1", 0, "0").await;
    let mut browser = Browser::of(&firm).await;
    let (theirs, random) = (stranger.cx.tenant.to_string(), Uuid::now_v7().to_string());
    for company in [theirs.as_str(), random.as_str(), "", "'", "\0"] {
        let answer = browser.post("/company", &[("company", company)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NOT_FOUND, ""), "{company:?}");
    }
    for name in ["x-tenant-id", "x-tenant", "tenant", "x-company", "x-forwarded-host"] {
        let request = Request::get(format!("/items?tenant={theirs}&tenant_id={theirs}&company={theirs}"));
        let answer = browser.send(request.header(name, &theirs), Body::empty()).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert!(answer.body.contains("Item OWN") && !answer.body.contains("SECRET"), "{name}");
        let body = format!("_edits=1&code={name}&name.en=Mine&language=en&tenant_id={theirs}&tenant={theirs}");
        let request = Request::post(format!("/customers/new?tenant={theirs}&tenant_id={theirs}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(name, &theirs);
        let saved = browser.send(request, Body::from(body)).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{name}: {}", saved.text());
    }
    assert_eq!((count_customers(&firm).await, count_customers(&stranger).await), (6, 1));
}

/// Rights are asked anew with every request; a browser that is signed in is told at once.
#[tokio::test]
async fn f42_rights_that_are_taken_away_are_gone_with_the_next_request() {
    let firm = Firm::new().await;
    let (member, mut browser) = member_with(&firm, "sales", Vec::new()).await;
    let customer = format!("/customers/{}", firm.customer);
    let new = [("_edits", "1"), ("code", "N1"), ("name.en", "New"), ("language", "en")];
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK);
    assert_eq!(browser.get(&customer).await.status, StatusCode::OK);
    let role = firm.document("member", member.user).await.link("role").expect("a role");
    let edit = async |rights: Vec<BTreeMap<String, String>>| {
        let version = firm.document("role", role).await.version;
        let mut tx = firm.tx().await;
        let matrix = Typed { fields: BTreeMap::new(), lines: Some(rights) };
        door::save(&mut tx, record("role"), role, version, &matrix).await.expect("the matrix");
        tx.commit().await.expect("commit");
    };
    edit(vec![right("customer", None, &[("sees", "true"), ("reach", "all")])]).await;
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK, "they still read");
    assert_eq!(browser.post("/customers/new", &new).await.status, StatusCode::FORBIDDEN);
    edit(vec![right("customer", None, &[("sees", "false")])]).await;
    assert_eq!(browser.get("/customers").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/customers/export?format=csv").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get(&customer).await.status, StatusCode::NOT_FOUND);
    assert!(!browser.call("lookup", json!({"record": "customer", "text": ""})).await.status.is_success());
    assert_eq!(browser.get("/sales-orders").await.status, StatusCode::OK, "the rest of the role is as it was");
    edit(Vec::new()).await;
    assert_eq!(browser.get("/customers").await.status, StatusCode::OK, "given back");
    let version = firm.document("member", member.user).await.version;
    let mut tx = firm.tx().await;
    door::act(&mut tx, record("member"), member.user, version, "block").await.expect("blocked");
    tx.commit().await.expect("commit");
    for path in ["/", "/customers", customer.as_str(), "/sales-orders", "/customers/export?format=csv"] {
        assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(browser.post("/customers/new", &new).await.status, StatusCode::FORBIDDEN);
    assert!(!browser.call("lookup", json!({"record": "customer", "text": ""})).await.status.is_success());
    assert_eq!(count_customers(&firm).await, 1);
}
