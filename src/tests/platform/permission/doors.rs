//! Every record, role and door: what a role may is the same wherever it knocks.

use super::*;

type Statuses = &'static [StatusCode];

const OPEN: Statuses = &[StatusCode::OK];
const DONE: Statuses = &[StatusCode::SEE_OTHER];
const DENIED: Statuses = &[StatusCode::FORBIDDEN];
const NOT_THERE: Statuses = &[StatusCode::NOT_FOUND];
/// As far as those come who may: what they ask for cannot be done.
const REFUSED: Statuses = &[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::CONFLICT];
/// What a server function says instead of an answer.
const FAILED: Statuses = &[StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];

fn either(may: bool, yes: Statuses, no: Statuses) -> Statuses {
    if may { yes } else { no }
}

/// What is sent to a door.
enum Knock {
    Get,
    Post(Vec<(&'static str, String)>),
    /// A file of this name with this text, in a form of its own.
    File(&'static str, &'static str),
    /// A question to a server function.
    Call(Json),
}

fn form<const N: usize>(pairs: [(&'static str, &str); N]) -> Knock {
    Knock::Post(pairs.map(|(name, text)| (name, text.to_owned())).into())
}

/// A way in, with what it must answer to somebody.
struct Door {
    what: String,
    path: String,
    knock: Knock,
    answers: Statuses,
    /// Texts that the answer, or the address it leads to, must hold or must not.
    shows: Vec<(String, bool)>,
}

impl Door {
    fn new(what: impl Into<String>, path: impl Into<String>, knock: Knock, answers: Statuses) -> Door {
        Door { what: what.into(), path: path.into(), knock, answers, shows: Vec::new() }
    }

    fn shows(mut self, text: impl Into<String>, yes: bool) -> Door {
        self.shows.push((text.into(), yes));
        self
    }

    async fn try_it(self, browser: &mut Browser, who: &str) {
        let answer = match &self.knock {
            Knock::Get => browser.get(&self.path).await,
            Knock::Post(form) => {
                let pairs: Vec<(&str, &str)> = form.iter().map(|(name, text)| (*name, text.as_str())).collect();
                browser.post(&self.path, &pairs).await
            }
            Knock::File(name, text) => send_file(browser, &self.path, name, text).await,
            Knock::Call(body) => browser.call(&self.path, body.clone()).await,
        };
        let what = format!("{} for {who}", self.what);
        assert!(self.answers.contains(&answer.status), "{what}: {} instead of {:?}", answer.status, self.answers);
        let said = format!("{}\n{}", answer.location.unwrap_or_default(), answer.body);
        for (text, yes) in &self.shows {
            assert_eq!(said.contains(text.as_str()), *yes, "{what} shows {text}");
        }
    }
}

/// Somebody who tries all doors, with what they should find behind them.
struct Visitor {
    name: String,
    browser: Browser,
    rights: Rights,
    customer: Option<Uuid>,
}

impl Visitor {
    async fn new(firm: &Firm, base: &str, customer: Option<Uuid>) -> Visitor {
        let (_, browser) = visitor(firm, base, customer).await;
        let whose = if customer.is_some_and(|id| id != firm.customer) { "another's " } else { "" };
        let rights = Rights::new(base, door::records(), &[]);
        Visitor { name: format!("{whose}{base}"), browser, rights, customer }
    }
}

#[tokio::test]
async fn every_door_says_the_same_to_every_role() {
    let firm = busy_firm().await;
    let visitors = visitors(&firm).await;
    let targets = targets(&firm).await;
    let nobody = Which::These(vec![Uuid::now_v7()]);
    let job = crate::tests::platform::jobs::ask(&firm, &firm.cx, "set", ("phone", "1"), nobody).await;
    for (base, customer) in visitors {
        let mut visitor = Visitor::new(&firm, base, customer).await;
        for door in doors_of_the_house(&visitor.rights, job) {
            door.try_it(&mut visitor.browser, &visitor.name).await;
        }
        for target in &targets {
            let who = format!("{} as {}", target.record.name, visitor.name);
            let doors = doors_of_type(&visitor.rights, target.record);
            for door in doors.into_iter().chain(doors_of_row(&visitor, target)) {
                door.try_it(&mut visitor.browser, &who).await;
            }
        }
    }
}

/// What belongs to no type of record. The job is one that a colleague asked for.
fn doors_of_the_house(rights: &Rights, job: Uuid) -> Vec<Door> {
    let runs = rights.changes_everything();
    let mut home = Door::new("the first page", "/", Knock::Get, OPEN);
    for known in modules::records() {
        home = home.shows(format!("href=\"/{}\"", known.path), rights.sees(known));
    }
    let mut doors = vec![
        Door::new("the list of jobs", "/jobs", Knock::Get, OPEN).shows(format!("/jobs/{job}"), runs),
        Door::new("a colleague's job", format!("/jobs/{job}"), Knock::Get, either(runs, OPEN, NOT_THERE)),
        Door::new(
            "stopping a colleague's job",
            format!("/jobs/{job}"),
            form([("_do", "cancel")]),
            either(runs, DONE, NOT_THERE),
        ),
    ];
    for page in ["/notifications", "/companies", "/companies/new", "/search?q=nothing"] {
        doors.push(Door::new(page, page, Knock::Get, OPEN));
    }
    for module in MODULES {
        for (page, _) in module.pages {
            let opens = (module.opens)(page, rights);
            home = home.shows(format!("href=\"/{page}\""), opens);
            doors.push(Door::new(*page, format!("/{page}"), Knock::Get, either(opens, OPEN, DENIED)));
            let asked = json!({"path": [page], "query": []});
            doors.push(Door::new(format!("{page} as data"), "page", Knock::Call(asked), either(opens, OPEN, FAILED)));
        }
    }
    for format in ["csv", "xlsx", "pdf"] {
        let path = format!("/audit/export?format={format}&record=customer");
        let answers = either(rights.sees_everything(), OPEN, DENIED);
        doors.push(Door::new(format!("the audit log as {format}"), path, Knock::Get, answers));
    }
    doors.push(home);
    doors
}

/// What belongs to a type of record, whatever its rows.
fn doors_of_type(rights: &Rights, record: &'static Record) -> Vec<Door> {
    let (path, name) = (format!("/{}", record.path), record.name);
    let (sees, creates) = (rights.sees(record), rights.creates(record));
    let nowhere = Uuid::now_v7();
    let batch = format!("{path}/import/{nowhere}");
    let offered = json!({"record": format!("@{name}"), "text": ""});
    let fresh = json!({"record": name, "id": null, "fields": {}, "lines": []});
    let mut doors = vec![
        // One that is alone has its form in the place of a list.
        Door::new("the list", &path, Knock::Get, either(sees, OPEN, if record.single { NOT_THERE } else { DENIED })),
        Door::new(
            "the list as data",
            "page",
            Knock::Call(json!({"path": [record.path], "query": []})),
            either(sees, OPEN, FAILED),
        ),
        Door::new(
            "the typeahead",
            "lookup",
            Knock::Call(json!({"record": name, "text": ""})),
            either(sees, OPEN, FAILED),
        ),
        Door::new(
            "colleagues to mention",
            "lookup",
            Knock::Call(offered),
            either(rights.comments(record), OPEN, FAILED),
        ),
        Door::new(
            "keeping a view",
            format!("{path}/views"),
            form([("query", ""), ("name", "Door")]),
            either(sees, DONE, DENIED),
        ),
        Door::new(
            "a file of ticked rows",
            format!("{path}/bulk"),
            form([("_do", "export.csv")]),
            either(sees, OPEN, DENIED),
        ),
        Door::new(
            "setting a field of nothing",
            format!("{path}/set"),
            form([("set", &format!("{nowhere}.note.x"))]),
            NOT_THERE,
        ),
        Door::new("the new form", format!("{path}/new"), Knock::Get, either(creates, OPEN, DENIED)),
        Door::new(
            "saving an empty form",
            format!("{path}/new"),
            form([("_do", "save"), ("_edits", "1")]),
            either(creates, REFUSED, DENIED),
        ),
        Door::new("the preview of a new one", "preview", Knock::Call(fresh), either(creates, OPEN, FAILED)),
        Door::new("the import", format!("{path}/import"), Knock::Get, either(creates, OPEN, DENIED)),
        // An empty file is as far as those come who may.
        Door::new(
            "bringing a file",
            format!("{path}/import"),
            Knock::File("a.csv", ""),
            either(creates, REFUSED, DENIED),
        ),
        Door::new("an import that never was", &batch, Knock::Get, NOT_THERE),
        Door::new("asking it for something", &batch, form([("_do", "import")]), NOT_THERE),
        Door::new("what is wrong with it", format!("{batch}/faults"), Knock::Get, NOT_THERE),
        Door::new("what it left out", format!("{batch}/rest"), Knock::Get, NOT_THERE),
    ];
    for format in ["csv", "xlsx", "pdf"] {
        let path = format!("{path}/export?format={format}");
        doors.push(Door::new(format!("the list as {format}"), path, Knock::Get, either(sees, OPEN, DENIED)));
    }
    // Nothing is ticked: that is how far those come who may.
    let mut verbs = vec![("set", rights.changes(record) && record.manual), ("delete", rights.deletes(record))];
    verbs.extend(record.actions.iter().map(|a| (a.name, !a.internal && rights.acts(record, a.name))));
    for (verb, may) in verbs {
        let answers = either(may && !record.single, REFUSED, DENIED);
        doors.push(Door::new(format!("{verb} for many"), format!("{path}/bulk"), form([("_do", verb)]), answers));
    }
    doors
}

/// What leads to one row.
fn doors_of_row(visitor: &Visitor, target: &Target) -> Vec<Door> {
    let (rights, record, id) = (&visitor.rights, target.record, target.id);
    let there = target.is_there(rights, visitor.customer);
    // Who does not reach a row learns nothing of what else would be in the way.
    let barred = either(there, DENIED, NOT_THERE);
    let (path, address) = (format!("/{}", record.path), record.address(id));
    let page = format!("{path}/{id}");
    let mut doors = vec![
        Door::new("the form", &page, Knock::Get, either(there, OPEN, NOT_THERE))
            .shows("id=\"comments\"", there && rights.sees_comments(record))
            .shows("id=\"files\"", there && rights.sees_files(record)),
        Door::new(
            "the form as data",
            "page",
            Knock::Call(json!({"path": [record.path, id], "query": []})),
            either(there, OPEN, FAILED),
        ),
        Door::new(
            "the row",
            "row",
            Knock::Call(json!({"record": record.name, "id": id, "columns": []})),
            either(rights.sees(record), OPEN, FAILED),
        )
        .shows(id.to_string(), there),
        Door::new(
            "a comment",
            &page,
            form([("_comment", "add"), ("text", "Seen.")]),
            either(there && rights.comments(record), DONE, barred),
        ),
        // A form about files always leads back to its record, with what was done or what stood in the way.
        Door::new("a file", format!("{page}/files"), Knock::File("seen.txt", "Seen."), either(there, DONE, NOT_THERE))
            .shows("done=attached", there && rights.attaches(record)),
    ];
    // Where nothing is there, a preview is that of a new record.
    let changes = if there { rights.changes(record) } else { rights.creates(record) };
    let preview = Knock::Call(json!({"record": record.name, "id": id, "fields": {}, "lines": []}));
    let answers: Statuses = if changes { &[StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY] } else { FAILED };
    doors.push(Door::new("the preview", "preview", preview, answers).shows("error-denied", !changes));
    if record.prints {
        doors.push(Door::new("the print", format!("{page}/print"), Knock::Get, either(there, OPEN, NOT_THERE)));
    }
    if target.words.chars().count() > 4 {
        let path = format!("/search?q={}", encode(&target.words));
        doors.push(Door::new("the search", path, Knock::Get, OPEN).shows(format!("href=\"{address}\""), there));
    }
    // A version that never was: whoever may gets as far as the conflict, or the refusal of the state.
    let saves = rights.changes(record) && record.manual;
    let save = form([("_do", "save"), ("_version", "999"), ("_edits", "1")]);
    doors.push(Door::new("save", &page, save, either(there && saves, REFUSED, barred)));
    let mut verbs = vec![("delete", rights.deletes(record))];
    verbs.extend(record.actions.iter().map(|action| (action.name, rights.acts(record, action.name))));
    for (verb, may) in verbs {
        let asked = form([("_do", verb), ("_version", "999")]);
        doors.push(Door::new(verb, &page, asked, either(there && may, REFUSED, barred)));
    }
    // A text that no field takes, for a field that some may set.
    let owner = Rights::new("owner", door::records(), &[]);
    let settable = bulk::settable_fields(&owner, record);
    let set = format!("{id}.{}.\u{1}", settable.first().map_or("note", String::as_str));
    let may = there && saves && !settable.is_empty();
    let answers = either(may, REFUSED, barred);
    doors.push(Door::new("a field set in the list", format!("{path}/set"), form([("set", &set)]), answers));
    doors
}

#[test]
fn the_bases_give_what_their_names_promise() {
    modules::install();
    let of = |base: &str, name: &str| Grant::of_base(base, record(name));
    for known in modules::records() {
        assert!(Grant::of_base("owner", known).deletes && Grant::of_base("auditor", known).sees);
        assert!(!Grant::of_base("auditor", known).changes && !Grant::of_base("nothing", known).sees);
        let portal = Grant::of_base("portal", known);
        assert_eq!((portal.sees, portal.creates), (known.party.is_some(), false), "{}", known.name);
    }
    assert!(of("accountant", "journal_entry").changes && !of("storekeeper", "journal_entry").sees);
    assert!(of("sales", "sales_order").creates && !of("storekeeper", "sales_order").creates);
    assert!(of("sales", "sales_invoice").sees && !of("sales", "sales_invoice").changes);
    for base in ["accountant", "sales", "buyer", "storekeeper", "production", "portal"] {
        assert!(!of(base, "member").sees && !of(base, "role").sees, "{base} sees who may do what");
    }
}
