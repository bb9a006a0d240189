//! Rows beyond reach are not there, whoever asks and however.

use super::*;

/// Whether the typeahead and the search offer a row to somebody.
async fn offered(tx: &mut TenantTx, target: &Target) -> [bool; 2] {
    let suggested = page::suggest(tx, target.record, &target.words, None).await.expect("suggestions");
    let hits = search::find(tx, &target.words).await.expect("a search").hits;
    [suggested.iter().any(|s| s.id == target.id), hits.iter().any(|hit| hit.id == target.id)]
}

/// Another type with a field that leads to this one.
fn linking(to: &Record) -> Option<(&'static Record, &'static str)> {
    modules::records().find_map(|other| {
        let field = other.fields.iter().find(|field| field.kind == Kind::Link(to.name) && !field.computed)?;
        Some((other, field.name))
    })
}

/// Whether somebody finds a row: at every door, or at none. `known` says whether typeahead and search offer it at all.
async fn finds(firm: &Firm, cx: &Cx, target: &Target, known: [bool; 2]) -> bool {
    let (record, id, name) = (target.record, target.id, target.record.name);
    let mut tx = firm.db.begin(cx).await.expect("they enter");
    let got = door::get(&mut tx, record, id).await;
    let found = got.is_ok();
    let mut reader = page::Reader::new(&tx, record, &Query::default(), None).expect("a list");
    let rows = reader.next(&mut tx, 100_000).await.expect("rows");
    let list = page::list(&mut tx, record, &Query::default()).await.expect("a list");
    assert_eq!(rows.iter().any(|row| row.id == id), found, "the list of {name}");
    assert_eq!(list.count, rows.len() as i64, "the count of {name}");
    assert!(list.views.first().is_none_or(|all| *all == list.count), "the tabs of {name} count what the list hides");
    let row = page::row(&mut tx, record, id, Vec::new()).await.expect("a row or none");
    let formed = page::form(&mut tx, record, Some(id), &BTreeMap::new(), None).await;
    assert_eq!((row.is_some(), formed.is_ok()), (found, found), "row and form of {name}");
    if record.prints {
        let sheet = crate::app::print::sheet(&mut tx, record, id).await;
        assert_eq!(sheet.is_ok(), found, "the print of {name}");
    }
    for (here, known) in offered(&mut tx, target).await.into_iter().zip(known) {
        assert!(if known { here == found } else { !here || found }, "typeahead and search of {name}");
    }
    if let Some((other, field)) = linking(record) {
        let mut fresh = door::fresh(&mut tx, other).await.expect("a new one");
        fresh.set(field, Value::Null);
        let given = typed(&[(field, &id.to_string())]);
        let (draft, ..) = door::draft(&mut tx, fresh, &given).await.expect("a draft");
        assert_eq!(draft.link(field) == Some(id), found, "{}.{field} leads to {name}", other.name);
    }
    if !found {
        assert!(matches!(got, Err(Error::NotFound)), "{name}");
        let said = comments::add(&mut tx, record, id, None, Uuid::now_v7(), "Whose?").await;
        let mut tried = vec![
            door::save(&mut tx, record, id, 1, &Typed::default()).await.map(drop),
            door::delete(&mut tx, record, id, 1).await,
            bulk::set_one(&mut tx, record, id, "note", "x", None).await,
            said.map(drop),
        ];
        for action in record.actions {
            tried.push(door::act(&mut tx, record, id, 1, action.name).await.map(drop));
        }
        for outcome in tried {
            assert!(matches!(outcome, Err(Error::NotFound)), "{name}: {outcome:?}");
        }
    }
    drop(tx);
    let plan = export::list::Plan { record, query: Query::default(), ids: Some(vec![id]), format: Format::CSV };
    let file = export::list::write(&firm.db, cx, &plan).await.expect("an export").file;
    let exported = Table::open(file).expect("a table").rows(0).expect("rows").count();
    assert_eq!(exported, usize::from(found), "the export of {name}");
    found
}

/// Walks with somebody to every row whose type can be told apart so far.
async fn walk(firm: &Firm, cx: &Cx, targets: &[(Target, [bool; 2])], reach: Reach, expected: bool) {
    let mut walked = 0;
    for (target, known) in targets.iter().filter(|(target, _)| target.record.knows(reach)) {
        let found = finds(firm, cx, target, *known).await;
        assert_eq!(found, expected, "{} within {}", target.record.name, reach.name());
        walked += 1;
    }
    assert!(walked > 5, "only {walked} types are told apart by {}", reach.name());
}

/// Puts columns of a row, and of what the search keeps of it, behind the back of triggers.
async fn place(admin: &mut PgConnection, firm: &Firm, target: &Target, column: &str, value: Uuid) {
    let mut tx = admin.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("triggers rest");
    for sql in [
        format!("update {} set {column} = $3 where tenant_id = $1 and id = $2", target.record.name),
        format!("update search.entries set {column} = $3 where tenant_id = $1 and id = $2"),
    ] {
        let placed = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(firm.cx.tenant).bind(target.id).bind(value);
        let placed = placed.execute(&mut *tx).await.expect("placed");
        assert_eq!(placed.rows_affected(), 1, "{}.{column}", target.record.name);
    }
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn rows_beyond_reach_are_not_there() {
    let firm = busy_firm().await;
    let mut admin = admin().await;
    let rival = rival(&firm).await;
    let (main, north) = branches(&firm).await;
    let mut targets_known = Vec::new();
    let mut owner = firm.tx().await;
    for target in targets(&firm).await {
        if target.record.knows(Reach::Branch) {
            place(&mut admin, &firm, &target, "branch", main).await;
        }
        let known = offered(&mut owner, &target).await;
        targets_known.push((target, known));
    }
    drop(owner);
    let targets = targets_known;
    let rights = |reach: Reach| -> Vec<BTreeMap<String, String>> {
        modules::records().filter(|r| r.knows(reach)).map(|r| everything(r.name, reach.name())).collect()
    };
    let (member, _) = member_with(&firm, "nothing", rights(Reach::All)).await;
    walk(&firm, &member, &targets, Reach::All, true).await;
    for (branch, expected) in [(main, true), (north, false)] {
        let branch = branch.to_string();
        let (member, _) = member_of(&firm, "nothing", rights(Reach::Branch), &[("branch", &branch)]).await;
        walk(&firm, &member, &targets, Reach::Branch, expected).await;
    }
    for (customer, expected) in [(firm.customer, true), (rival, false)] {
        let customer = customer.to_string();
        let (member, _) = member_of(&firm, "portal", rights(Reach::Party), &[("customer", &customer)]).await;
        walk(&firm, &member, &targets, Reach::Party, expected).await;
    }
    let (member, _) = member_with(&firm, "nothing", rights(Reach::Own)).await;
    walk(&firm, &member, &targets, Reach::Own, false).await;
    for (target, _) in &targets {
        place(&mut admin, &firm, target, "created_by", member.user).await;
    }
    walk(&firm, &member, &targets, Reach::Own, true).await;
}

#[tokio::test]
async fn a_row_that_moves_is_found_where_it_is() {
    let firm = Firm::new().await;
    let (main, north) = branches(&firm).await;
    let mut tx = firm.tx().await;
    let mut lead =
        Document::new(record("lead")).with("name", "Unmistakable").with("date", tx.company.today).with("branch", main);
    door::insert(&mut tx, &mut lead).await.expect("a lead");
    tx.commit().await.expect("commit");
    let (rights, branch) = (vec![everything("lead", "branch")], north.to_string());
    let (member, mut browser) = member_of(&firm, "nothing", rights, &[("branch", &branch)]).await;
    let address = format!("/leads/{}", lead.id);
    for (branch, expected) in [(main, false), (north, true), (main, false)] {
        let lead = firm.document("lead", lead.id).await;
        firm.change(&lead, &[("branch", &branch.to_string())]).await.expect("moved");
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        let hits = search::find(&mut tx, "unmistakable").await.expect("a search").hits;
        assert_eq!(hits.iter().any(|hit| hit.id == lead.id), expected, "the search");
        assert_eq!(browser.get(&address).await.status.is_success(), expected, "the form");
        assert_eq!(browser.get("/leads").await.body.contains(&address), expected, "the list");
    }
}

/// What a job reports of rows that somebody does not reach is what it reports of rows that never were.
#[tokio::test]
async fn a_report_names_nothing_beyond_reach() {
    let _turn = crate::tests::platform::jobs::alone().await;
    let firm = Firm::new().await;
    let (member, _) = member_with(&firm, "nothing", vec![everything("customer", "own")]).await;
    let rows = Which::These(vec![firm.customer, Uuid::now_v7()]);
    let job = crate::tests::platform::jobs::ask(&firm, &member, "set", ("phone", "1"), rows).await;
    crate::tests::platform::jobs::work(&firm).await;
    let report = jobs::page(&mut firm.db.begin(&member).await.expect("they enter"), job, "").await.expect("their job");
    assert_eq!((report.line.done, report.line.refused), (0, 2));
    for row in report.rows {
        assert_eq!((row.title.as_str(), row.refused), ("", true));
        assert_eq!(row.message.expect("a reason").id, "error-not-found");
    }
}

/// A filter by a name that looked in all that is searched would tell of what is kept from the reader.
#[tokio::test]
async fn a_filter_by_a_name_looks_in_that_name_alone() {
    let firm = Firm::new().await;
    let told = [("phone", "0500-77"), ("city.en", "Riyadh"), ("city.ar", "الرياض")];
    firm.change(&firm.document("customer", firm.customer).await, &told).await.expect("saved");
    let without_phone = vec![
        everything("customer", "all"),
        right("customer", Some("phone"), &[("sees", "false"), ("changes", "false")]),
    ];
    let (blind, _) = member_with(&firm, "nothing", without_phone).await;
    for cx in [&firm.cx, &blind] {
        for (field, text, expected) in [
            ("name", "gulf", 1),
            ("name", "الخليج", 1),
            ("city", "riyadh", 1),
            ("city", "gulf", 0),
            ("name", "0500", 0),
        ] {
            let mut tx = firm.db.begin(cx).await.expect("they enter");
            let filters = vec![Filter { field: field.to_owned(), text: text.to_owned() }];
            let query = Query { filters, ..Query::default() };
            let list = page::list(&mut tx, record("customer"), &query).await.expect("a list");
            assert_eq!(list.count, expected, "{field} by {text}");
        }
    }
}

/// On paper stands what a document is for, and of its customer no more than its reader may see.
#[tokio::test]
async fn paper_tells_no_more_of_a_customer_than_their_form() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let order = firm.order(&[(item, 1)]).await;
    let told = [("phone", "+966 11 555"), ("tax_number", "300000000000003")];
    firm.change(&firm.document("customer", firm.customer).await, &told).await.expect("saved");
    let orders = vec![everything("sales_order", "all")];
    let (_, mut blind) = member_with(&firm, "nothing", orders).await;
    let (_, mut sighted) = member_with(&firm, "sales", Vec::new()).await;
    assert_eq!(blind.get(&format!("/customers/{}", firm.customer)).await.status, StatusCode::NOT_FOUND);
    let path = format!("/sales-orders/{}/print?language=en", order.id);
    for (browser, sees) in [(&mut blind, false), (&mut sighted, true)] {
        let paper = browser.get(&path).await.text();
        assert!(paper.contains("Gulf Steel"), "{paper}");
        for (name, text) in told {
            assert_eq!(paper.contains(text), sees, "{name}: {paper}");
        }
    }
}

#[tokio::test]
async fn nobody_gives_a_record_away_beyond_their_reach() {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 0, "0").await;
    let (main, north) = branches(&firm).await;
    let (main, north) = (main.to_string(), north.to_string());
    let rights = vec![everything("sales_order", "branch")];
    let (member, _) = member_of(&firm, "auditor", rights, &[("branch", &main)]).await;
    let mut tx = firm.db.begin(&member).await.expect("they enter");
    let line = BTreeMap::from([("item".to_owned(), item.to_string()), ("quantity".to_owned(), "1".to_owned())]);
    let (customer, warehouse) = (firm.customer.to_string(), firm.main.to_string());
    let order = |branch: &str| Typed {
        lines: Some(vec![line.clone()]),
        ..typed(&[("customer", &customer), ("warehouse", &warehouse), ("branch", branch)])
    };
    let orders = record("sales_order");
    let away = door::save(&mut tx, orders, Uuid::now_v7(), 0, &order(&north)).await;
    assert_eq!(refusals(away), ["refuse-beyond-reach"]);
    let kept = door::save(&mut tx, orders, Uuid::now_v7(), 0, &order(&main)).await.expect("their own");
    let moved = door::save(&mut tx, orders, kept.id, 1, &typed(&[("branch", &north)])).await;
    assert_eq!(refusals(moved), ["refuse-beyond-reach"]);
}

#[tokio::test]
async fn the_portal_shows_a_customer_their_own_and_nothing_else() {
    let firm = busy_firm().await;
    let rival = rival(&firm).await;
    for (customer, sees) in [(firm.customer, true), (rival, false)] {
        let (member, _) = portal_member(&firm, customer).await;
        let mut tx = firm.db.begin(&member).await.expect("they enter");
        for known in modules::records() {
            let outcome = page::list(&mut tx, known, &Query::default()).await;
            match known.party {
                None => assert!(matches!(outcome, Err(Error::Denied)), "{}", known.name),
                Some("id") => {
                    let rows = outcome.expect("a list").rows;
                    assert!(rows.len() == 1 && rows[0].id == customer);
                }
                Some(_) => assert_eq!(outcome.expect("a list").count > 0, sees, "{}", known.name),
            }
        }
        assert!(crate::modules::home::home(&mut tx, "x").await.expect("home").books.is_none());
    }
}

/// The views that colleagues share are not for customers, nor is what customers keep for colleagues.
#[tokio::test]
async fn customers_and_colleagues_share_no_views() {
    let firm = Firm::new().await;
    let (customers, query) = (record("customer"), Query::default());
    let (visitor, mut portal) = portal_member(&firm, firm.customer).await;
    let mut tx = firm.tx().await;
    views::keep(&mut tx, customers, "Pay late", &query, true).await.expect("kept");
    tx.commit().await.expect("commit");
    let seen = views::list(&mut firm.db.begin(&visitor).await.expect("they enter"), customers).await.expect("views");
    assert!(seen.is_empty(), "{seen:?}");
    portal.post("/customers/views", &[("query", ""), ("name", "Call us"), ("shared", "true")]).await;
    let seen = views::list(&mut firm.tx().await, customers).await.expect("views");
    assert_eq!(seen.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["Pay late"]);
}
