//! Figures, characters and patterns that nobody meant.

use super::*;

/// A line that takes back what it sells, or gives more than all of it away, is no line of a sale. A price of nothing is
/// a free sample, and is meant. In a price list a quantity of nothing is meant, too: from the first piece on.
#[tokio::test]
async fn f30_lines_that_mean_nothing_are_refused_and_free_samples_are_not() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await.to_string();
    let customer = firm.customer.to_string();
    let mut tx = firm.tx().await;
    let bad = [
        ("price", "-0.01", "fault-negative"),
        ("discount", "-5", "fault-negative"),
        ("discount", "101", "fault-out-of-range"),
        ("quantity", "-1", "fault-negative"),
        ("quantity", "0", "refuse-zero-quantity"),
    ];
    for name in ["quotation", "sales_order", "sales_invoice"] {
        let sale = |field: &str, text: &str| {
            let line = [("item", item.as_str()), ("quantity", "2"), ("price", "100"), (field, text)];
            with_lines(&[("customer", customer.as_str())], &[&line])
        };
        for (field, text, fault) in bad {
            let saved = door::save(&mut tx, record(name), Uuid::now_v7(), 0, &sale(field, text)).await;
            let expected = [(format!("lines[0][{field}]"), fault.to_owned())];
            assert_eq!(faults(saved), expected, "{name} with a {field} of {text}");
        }
        let free = door::save(&mut tx, record(name), Uuid::now_v7(), 0, &sale("price", "0")).await;
        let free = free.expect("a free sample");
        assert_eq!((free.minor("total"), free.lines[0].get("price").decimal()), (0, Some(dec("0"))), "{name}");
    }
    let list = |field: &str, text: &str| {
        let line = [("item", item.as_str()), ("from_quantity", "10"), ("price", "90"), (field, text)];
        with_lines(&[("code", "P1"), ("name", "A list"), ("currency", "SAR")], &[&line])
    };
    for (field, text, fault) in bad.into_iter().take(3).chain([("from_quantity", "-1", "fault-negative")]) {
        let saved = door::save(&mut tx, record("price_list"), Uuid::now_v7(), 0, &list(field, text)).await;
        let expected = [(format!("lines[0][{field}]"), fault.to_owned())];
        assert_eq!(faults(saved), expected, "a price list with a {field} of {text}");
    }
    let free = door::save(&mut tx, record("price_list"), Uuid::now_v7(), 0, &list("price", "0")).await;
    assert_eq!(free.expect("a free sample").lines[0].get("price").decimal(), Some(dec("0")));
}

/// What is kept is summed: an order that fits by itself and not beside another would take the list with it.
#[tokio::test]
async fn f31_amounts_that_could_not_be_summed_are_refused_when_they_are_saved() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await.to_string();
    let customer = firm.customer.to_string();
    let line = |price: &'static str, quantity: &'static str| {
        [("item", item.as_str()), ("price", price), ("quantity", quantity)]
    };
    let (near, far, half) =
        (line("900000000", "80000000"), line("900000000", "999999999999"), line("900000000", "60000000"));
    // 920 billion with their tax: within what people can type, and orders like any other.
    let dear = firm.item("DEAR", "800000000000", 0, "0").await;
    for _ in 0..3 {
        firm.order(&[(dear, 1)]).await;
    }
    let cases: [&[&[(&str, &str)]]; 3] = [&[&near], &[&far], &[&half, &half]];
    for lines in cases {
        for name in ["quotation", "sales_order", "sales_invoice"] {
            let mut tx = firm.tx().await;
            let sale = with_lines(&[("customer", customer.as_str())], lines);
            let saved = door::save(&mut tx, record(name), Uuid::now_v7(), 0, &sale).await;
            let expected = [("lines".to_owned(), "fault-out-of-range".to_owned())];
            assert_eq!(faults(saved), expected, "{name} of {lines:?}");
        }
    }
    let mut browser = Browser::of(&firm).await;
    for path in [
        "/",
        "/sales-orders",
        "/sales-orders?group=customer",
        "/sales-orders?layout=board",
        "/sales-orders/export?format=csv",
        "/quotations",
        "/sales-invoices",
    ] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    }
    let form = [
        ("_edits", "1"),
        ("customer", customer.as_str()),
        ("lines[0][item]", item.as_str()),
        ("lines[0][price]", "900000000"),
        ("lines[0][quantity]", "80000000"),
    ];
    assert_eq!(browser.post("/sales-orders/new", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Without a rate there is no amount in the company's currency, and one of nothing is none.
#[tokio::test]
async fn f33_a_rate_that_is_no_rate_is_refused() {
    let firm = Firm::new().await;
    for (rate, fault) in [
        ("0", "refuse-rate-zero"),
        ("0.000000", "refuse-rate-zero"),
        ("-1", "fault-negative"),
        ("−١", "fault-negative"),
    ] {
        let mut tx = firm.tx().await;
        let fields = typed(&[("currency", "USD"), ("date", "2026-01-01"), ("rate", rate)]);
        let saved = door::save(&mut tx, record("exchange_rate"), Uuid::now_v7(), 0, &fields).await;
        assert_eq!(faults(saved), [("rate".to_owned(), fault.to_owned())], "{rate}");
    }
    let item = firm.item("A", "100", 0, "0").await.to_string();
    let customer = firm.customer.to_string();
    let sale = with_lines(
        &[("customer", customer.as_str())],
        &[&[("item", item.as_str()), ("price", "1"), ("quantity", "1")]],
    );
    let mut tx = firm.tx().await;
    let draft = door::save(&mut tx, record("sales_order"), Uuid::now_v7(), 0, &sale).await.expect("a draft");
    tx.commit().await.expect("commit");
    let changed = firm.change(&draft, &[("currency", "USD")]).await;
    assert_eq!(faults(changed), [("currency".to_owned(), "refuse-no-rate".to_owned())]);
}

/// A code that nobody can see or type again is none; characters that are not seen do not tell two codes apart.
#[test]
fn f34_what_cannot_be_seen_is_no_text() {
    let code = Field::new("code", Kind::Code);
    for unseen in ["\u{200B}", "\u{202E}", " \u{200B}\u{202E} \u{200B}"] {
        assert_eq!(value::read(&code.required(), unseen, "SAR"), Err(Fault::Required), "{unseen:?}");
        assert_eq!(value::read(&code, unseen, "SAR"), Ok(Value::Null), "{unseen:?}");
    }
    assert_eq!(value::read(&code, "A\u{2060}\u{AD}\u{E0041}B", "SAR"), Ok(Value::from("AB")));
}

/// Names travel as JSON, in which a control character looks like ordinary ones.
#[test]
fn f34_names_hold_no_controls_and_no_storms() {
    let name = Field::new("name", Kind::Names).required();
    for control in ['\0', '\u{7}', '\n'] {
        let text = format!("A{control}B");
        for names in [Names::new(text.as_str(), ""), Names::new("", text.as_str()), Names::new("Good", text.as_str())] {
            let read = value::read(&name, &names.to_text(), "SAR");
            assert_eq!(read, Err(Fault::ControlCharacter), "{control:?} in {names:?}");
        }
        assert_eq!(value::read(&name, &text, "SAR"), Err(Fault::ControlCharacter), "{control:?} in plain text");
    }
    let storm = format!("a{}", "\u{301}".repeat(500_000));
    for typed in [storm.clone(), Names::new(storm.as_str(), "").to_text(), Names::new("", storm.as_str()).to_text()] {
        assert_eq!(value::read(&name, &typed, "SAR"), Err(Fault::TooLong));
    }
}

/// Postgres keeps no NUL in any text. Wherever somebody sends one, it is their fault and not ours.
#[tokio::test]
async fn f34_a_nul_in_an_address_is_no_fault_of_ours() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let mut broken = Vec::new();
    for path in [
        "/customers/new?code=a%00b&name=%00&name.en=%00&note=%00&payment_term=%00&language=%00&credit_limit=%00",
        "/sales-orders/new?customer=%00&warehouse=a%00b&reference=%00&note=a%00b&date=%00&currency=%00",
        "/audit?record=%00",
        "/audit?action=a%00b",
        "/audit?from=%00&to=%00&member=%00&id=%00&before=%00",
        "/audit/export?record=a%00b&action=%00&format=%00",
        "/trial-balance?from=%00&to=a%00b",
        "/general-ledger?account=%00&from=%00",
        "/stock-on-hand?q=a%00b",
        "/books-health?q=%00",
        "/search?q=a%00b",
        "/search?q=%00%00%00%00",
        "/jobs/%00",
        "/notifications?before=%00",
        "/customers?q=%00",
        "/customers?q=a%00b&phone=a%00b&name=%00&email=%00",
        "/customers?language=%00&currency=a%00b",
        "/customers?payment_term=%00",
        "/customers?credit_limit=%00..%00",
        "/customers?sort=%00&columns=%00,code&group=%00&view=%00&layout=%00",
        "/customers?after=%00&before=%00",
        "/customers?x_%00=1&x_a=%00&group=x_%00&done=%00",
        "/members?state=%00&email=%00",
        "/members?role=%00",
        "/sales-orders?state=%00&number=%00&reference=a%00b",
        "/sales-orders?date=%00..%00",
        "/customers/export?q=a%00b&phone=%00&language=%00&format=%00",
        "/customers/%00",
        "/customers/%00/print",
        "/customers/import/%00",
        "/%00",
        "/a%00b/c",
    ] {
        let status = browser.get(path).await.status;
        if status.is_server_error() {
            broken.push(format!("{path}: {status}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[tokio::test]
async fn f34_a_nul_in_a_form_is_no_fault_of_ours() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let (id, customer) = (firm.customer.to_string(), format!("/customers/{}", firm.customer));
    let set = format!("{id}.phone.a\0b");
    let forms: [(&str, &[(&str, &str)]); 14] = [
        ("/customers/new", &[("_edits", "1"), ("code", "A\0B"), ("name.en", "A\0B"), ("language", "en\0")]),
        ("/customers/new", &[("_edits", "1"), ("_id", "\0"), ("code", "\0"), ("name", "\0"), ("note", "a\0b")]),
        ("/customers/new", &[("_edits", "1"), ("code", "N1"), ("name.en", "N"), ("payment_term~", "a\0b")]),
        ("/sales-orders/new", &[("_edits", "1"), ("customer~", "a\0b"), ("lines[0][item~]", "\0x")]),
        ("/sales-orders/new", &[("_edits", "1"), ("customer", "\0"), ("lines[0][item]", "a\0b")]),
        (&customer, &[("_do", "a\0b"), ("_version", "1")]),
        (&customer, &[("_comment", "add"), ("text", "a\0b")]),
        ("/customers/bulk", &[("_do", "set.phone"), ("set.phone", "a\0b"), ("id", &id)]),
        ("/customers/bulk", &[("_do", "set.payment_term"), ("set.payment_term~", "a\0b"), ("id", &id)]),
        ("/customers/bulk", &[("_do", "set.phone"), ("set.phone", "1"), ("all", "true"), ("query", "q=a%00b")]),
        ("/customers/bulk", &[("_do", "a\0b"), ("all", "true"), ("query", "phone=%00&language=%00")]),
        ("/customers/bulk", &[("_do", "export.csv"), ("all", "true"), ("query", "q=a%00b&sort=%00")]),
        ("/customers/set", &[("set", &set), ("query", "a\0b")]),
        ("/customers/views", &[("name", "a\0b"), ("query", "q=a%00b")]),
    ];
    let mut broken = Vec::new();
    for (path, form) in forms {
        let status = browser.post(path, form).await.status;
        if status.is_server_error() {
            broken.push(format!("{path} {form:?}: {status}"));
        }
    }
    let mut stranger = Browser::new().await;
    for (path, form) in [
        ("/sign-in", [("email", "a\0b@firm.example"), ("password", support::PASSWORD), ("company", ""), ("name", "")]),
        (
            "/sign-up",
            [("email", "a\0b@firm.example"), ("password", support::PASSWORD), ("company", "C"), ("name", "N")],
        ),
        (
            "/sign-up",
            [("email", "nul@new.example"), ("password", support::PASSWORD), ("company", "A\0B"), ("name", "N")],
        ),
        (
            "/sign-up",
            [("email", "nul@old.example"), ("password", support::PASSWORD), ("company", "C"), ("name", "A\0B")],
        ),
    ] {
        let form: Vec<(&str, &str)> = form.into_iter().chain([("country", "SA")]).collect();
        let status = stranger.post(path, &form).await.status;
        if status.is_server_error() {
            broken.push(format!("{path} {form:?}: {status}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert_eq!(firm.document("customer", firm.customer).await.text("phone"), None);
}

/// What a program sends to a server function is as little ours, down to halves of characters that no text can hold.
#[tokio::test]
async fn f34_server_functions_answer_what_they_cannot_read() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    let nul = "a\0b";
    let mut broken = Vec::new();
    for (function, body) in [
        (
            "preview",
            json!({"record": "sales_order", "id": null, "fields": {"customer~": nul, "note": nul}, "lines": []}),
        ),
        ("preview", json!({"record": "sales_order", "id": null, "fields": {}, "lines": [{"item~": nul, "item": nul}]})),
        ("preview", json!({"record": "customer", "id": null, "fields": {"code": nul, "name.en": nul}, "lines": []})),
        ("preview", json!({"record": nul, "id": null, "fields": {nul: nul}, "lines": []})),
        ("lookup", json!({"record": "customer", "text": nul})),
        ("lookup", json!({"record": "@customer", "text": nul})),
        ("lookup", json!({"record": nul, "text": ""})),
        ("row", json!({"record": "customer", "id": firm.customer, "columns": [nul, "code"]})),
        ("page", json!({"path": ["customers"], "query": [["q", nul], ["phone", nul], ["language", nul]]})),
        ("page", json!({"path": ["audit"], "query": [["record", nul], ["action", nul]]})),
        ("page", json!({"path": ["customers", nul], "query": []})),
    ] {
        let told = body.to_string();
        let status = browser.call(function, body).await.status;
        if status.is_server_error() {
            broken.push(format!("{function} {told}: {status}"));
        }
    }
    for (function, body) in [
        ("lookup", r#"{"record":"customer","text":"\ud800"}"#),
        ("preview", r#"{"record":"customer","id":null,"fields":{"code":"\udc00\ud800"},"lines":[]}"#),
        ("preview", r#"{"record":"customer","id":"\ud800","fields":{},"lines":[]}"#),
        ("lookup", r#"{"record":"customer"}"#),
        ("lookup", "{"),
        ("lookup", ""),
        ("row", "\0"),
    ] {
        let request = Request::post(format!("/api/{function}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin");
        let status = browser.send(request, Body::from(body)).await.status;
        if !status.is_client_error() {
            broken.push(format!("{function} {body:?}: {status}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
}

/// The beginning of a file says what it is, so a NUL there makes it no text. Further on it is a fault of its row like
/// any other, and the rows around it are imported.
#[tokio::test]
async fn f34_a_nul_in_a_file_is_named_by_its_row() {
    let _turn = alone().await;
    let rows: String = (0..100).map(|n| format!("K{n:04},Customer {n} {},en\n", "x".repeat(100))).collect();
    let text = format!("code,name,language\n{rows}K\0X,Nul,en\nK9999,Last,en\n");
    let nul = text.find('\0').expect("a NUL");
    assert!(nul > 8192, "it is within the beginning");
    let wide: Vec<u8> = format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (kind, bytes) in [("UTF-8", text.as_bytes()), ("UTF-16", &wide[..])] {
        let firm = Firm::new().await;
        let id = receive(&firm, "customer", bytes).await;
        work(&firm).await;
        let rehearsed = import_page(&firm, "customer", id).await;
        let bad: Vec<(i64, &str, &str)> =
            rehearsed.bad.iter().map(|bad| (bad.line, bad.column.as_str(), bad.reason.id.as_str())).collect();
        assert_eq!(bad, [(102, "code", "fault-control-character")], "{kind}");
        assert_eq!(state(&rehearsed), "rehearsed", "{kind}");
        let done = get_done(&firm, "customer", id, &Asked { verb: "skip".to_owned(), ..Asked::default() }).await;
        assert_eq!((state(&done), count_customers(&firm).await), ("done", 102), "{kind}");
    }
}

/// What people look for is a text, whatever it would mean to a machine for patterns.
#[tokio::test]
async fn f60_no_pattern_means_anything_or_takes_its_time() {
    let firm = Firm::new().await;
    let mut browser = Browser::of(&firm).await;
    for pattern in [
        "(a+)+$".to_owned(),
        "(?:(?:a*)*)*b".to_owned(),
        "[[[\\".to_owned(),
        "%_".repeat(2_000),
        ".*".repeat(2_000),
        "a".repeat(60_000),
    ] {
        let text = encode(&pattern);
        for door in [
            "/customers?q=",
            "/customers?phone=",
            "/customers?name=",
            "/customers?language=",
            "/sales-orders?reference=",
            "/customers/export?format=csv&q=",
            "/stock-on-hand?q=",
            "/search?q=",
        ] {
            let answer = browser.get(&format!("{door}{text}")).await;
            let called = &pattern[..pattern.len().min(20)];
            assert_eq!(answer.status, StatusCode::OK, "{door}{called}");
            assert!(!answer.body.contains("Gulf Steel"), "{door}{called} finds somebody");
        }
        for record in ["customer", "@customer"] {
            let found = browser.call("lookup", json!({"record": record, "text": pattern})).await;
            assert_eq!((found.status, found.body.as_str()), (StatusCode::OK, "[]"), "{record}");
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false if path.extension().is_some_and(|ending| ending == "rs") => found.push(path),
            false => {}
        }
    }
    found
}

/// Where nothing runs patterns, no pattern of anybody's can be slow.
#[test]
fn f60_nothing_in_the_house_runs_patterns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: Vec<PathBuf> = sources(&root).into_iter().filter(|file| !file.starts_with(root.join("tests"))).collect();
    assert!(files.len() > 100, "only {} files were found", files.len());
    for file in files {
        let text = fs::read_to_string(&file).expect("a text");
        for word in ["Regex", "regex::", "regexp_", " similar to "] {
            assert!(!text.contains(word), "{} says {word}", file.display());
        }
    }
}
