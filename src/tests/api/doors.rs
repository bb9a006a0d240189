//! Every record, role and door of programs: what a role may is the same wherever its program knocks.

use super::Program;
use crate::platform::door;
use crate::platform::permission::Rights;
use crate::tests::platform::permission::{Target, busy_firm, targets, visitor, visitors};
use crate::tests::support::Firm;
use axum::http::Method;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// A version that no row has: how far those come who may change it.
const STALE: i32 = 999;

/// The program of somebody, with what it should find.
struct Guest {
    name: String,
    program: Program,
    rights: Rights,
    customer: Option<Uuid>,
}

impl Guest {
    fn is_there(&self, target: &Target) -> bool {
        target.is_there(&self.rights, self.customer)
    }
}

/// A program for every base of roles, on the portal for both customers, all on one web.
async fn guests(firm: &Firm) -> Vec<Guest> {
    let first = Program::of(firm).await;
    let mut guests = Vec::new();
    for (base, customer) in visitors(firm).await {
        let (member, _) = visitor(firm, base, customer).await;
        let whose = if customer.is_some_and(|id| id != firm.customer) { "another's " } else { "" };
        let rights = Rights::new(base, door::records(), &[]);
        let program = first.beside_of(firm, &member).await;
        guests.push(Guest { name: format!("{whose}{base}"), program, rights, customer });
    }
    guests
}

// ------------------------------------------------------------------ REST

/// What is asked for by REST, and the status that it must be answered with.
struct Door {
    method: Method,
    path: String,
    stale: bool,
    body: Json,
    status: u16,
}

impl Door {
    fn new(method: Method, path: impl Into<String>, status: u16) -> Door {
        Door { method, path: path.into(), stale: false, body: Json::Null, status }
    }

    /// The same as a change of a version that is not there.
    fn stale(self) -> Door {
        Door { stale: true, ..self }
    }

    fn with(self, body: Json) -> Door {
        Door { body, ..self }
    }

    fn if_match(&self) -> Option<String> {
        self.stale.then(|| format!("\"{STALE}\""))
    }

    /// The same as a part of a batch.
    fn part(&self) -> Json {
        json!({
            "method": self.method.as_str(), "path": self.path, "if_match": self.if_match(), "body": self.body,
        })
    }
}

/// Everything that can be asked of a row and of its type.
fn doors(guest: &Guest, target: &Target) -> Vec<Door> {
    let (rights, record) = (&guest.rights, target.record);
    let (sees, there) = (rights.sees(record), guest.is_there(target));
    // Who does not reach a row learns nothing of what else would be in the way.
    let change = |may: bool| match (there, may) {
        (false, _) => 404,
        (true, false) => 403,
        (true, true) => 412,
    };
    let list = format!("/api/v1/{}", record.path);
    let one = format!("{list}/{}", target.id);
    let mut doors = vec![
        Door::new(Method::GET, &list, if sees { 200 } else { 403 }),
        Door::new(Method::GET, &one, if there { 200 } else { 404 }),
        Door::new(Method::POST, &list, if rights.creates(record) { 422 } else { 403 }).with(json!({})),
        Door::new(Method::PATCH, &one, change(record.manual && rights.changes(record))).stale().with(json!({})),
        Door::new(Method::DELETE, &one, change(rights.deletes(record))).stale(),
    ];
    doors.extend(record.actions.iter().map(|action| {
        let status = if action.internal { 404 } else { change(rights.acts(record, action.name)) };
        Door::new(Method::POST, format!("{one}/{}", action.name), status).stale()
    }));
    doors
}

#[tokio::test]
async fn every_door_of_rest_says_the_same_to_every_role() {
    let firm = busy_firm().await;
    let targets = targets(&firm).await;
    for guest in guests(&firm).await {
        for target in &targets {
            let (doors, what) = (doors(&guest, target), format!("{} as {}", target.record.name, guest.name));
            for door in &doors {
                let tag = door.if_match();
                let headers: Vec<(&str, &str)> = tag.as_deref().map(|tag| ("if-match", tag)).into_iter().collect();
                let reply = guest.program.send(door.method.clone(), &door.path, &headers, door.body.clone()).await;
                let asked = format!("{} {}", door.method, door.path);
                assert_eq!(reply.status.as_u16(), door.status, "{what}: {asked}: {}", reply.text);
            }
            let parts: Vec<Json> = doors.iter().map(Door::part).collect();
            let batch = guest.program.post("/api/v1/batch", json!({ "operations": parts })).await.assert_ok(&what);
            for (at, door) in doors.iter().enumerate() {
                let told = &batch.json["results"][at];
                assert_eq!(told["status"], door.status, "{what}, in a batch: {} {}: {told}", door.method, door.path);
            }
            // Where all is done or nothing, the answer is that of what could not be done.
            for door in doors.iter().filter(|door| door.method == Method::DELETE) {
                let alone = json!({"atomic": true, "operations": [door.part()]});
                let batch = guest.program.post("/api/v1/batch", alone).await;
                assert_eq!(batch.status.as_u16(), door.status, "{what}, in a batch of one: {}", batch.text);
            }
        }
    }
    firm.assert_healthy().await;
}

// ------------------------------------------------------------------ GraphQL

#[cfg(feature = "graphql")]
mod graphql {
    use super::*;
    use crate::api::graphql::{MOST, ROOT};
    use crate::record::Record;

    /// What a question of GraphQL comes to.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Told {
        Data,
        /// Whoever asks has no such field.
        Unknown,
        /// The status that REST would answer with.
        Problem(u64),
    }

    impl Told {
        fn of(answer: &Json) -> Told {
            let error = &answer["errors"][0];
            match error["extensions"]["problem"]["status"].as_u64() {
                Some(status) => Told::Problem(status),
                // What goes wrong while it is done says where.
                None if error["path"].is_array() => panic!("{answer}"),
                None if error["message"].is_string() => Told::Unknown,
                None => Told::Data,
            }
        }
    }

    /// What can be asked of a row and of its type, each with what it must come to.
    fn questions(guest: &Guest, target: &Target) -> Vec<(String, Told)> {
        let (rights, record, id) = (&guest.rights, target.record, target.id);
        let name = record.name;
        let there = guest.is_there(target);
        // Of types that somebody does not see there is nothing in their schema, nor anything that they may not do.
        let told = |may: bool, told: Told| if may && rights.sees(record) { told } else { Told::Unknown };
        let change = |may: bool| told(may, Told::Problem(if there { 412 } else { 404 }));
        let row = format!("id: \"{id}\", version: {STALE}");
        let mut questions = vec![
            (format!("{{ {} }}", reading(record, id)), told(true, Told::Data)),
            (
                format!("mutation {{ create_{name}(given: {{}}) {{ id }} }}"),
                told(rights.creates(record), Told::Problem(422)),
            ),
            (
                format!("mutation {{ change_{name}({row}, given: {{}}) {{ id }} }}"),
                change(record.manual && rights.changes(record)),
            ),
            (format!("mutation {{ delete_{name}({row}) }}"), change(rights.deletes(record))),
        ];
        questions.extend(record.actions.iter().map(|action| {
            let may = !action.internal && rights.acts(record, action.name);
            (format!("mutation {{ {}_{name}({row}) {{ created {{ id }} }} }}", action.name), change(may))
        }));
        questions
    }

    /// A row, and the list that it is in unless it is alone.
    fn reading(record: &Record, id: Uuid) -> String {
        let name = record.name;
        match record.single {
            true => format!("{name} {{ id }}"),
            false => format!("{} {{ next }} {name}(id: \"{id}\") {{ id }}", record.path.replace('-', "_")),
        }
    }

    #[tokio::test]
    async fn every_door_of_graphql_says_the_same_to_every_role() {
        let firm = busy_firm().await;
        let targets = targets(&firm).await;
        for guest in guests(&firm).await {
            for target in &targets {
                let questions = questions(&guest, target);
                for asked in questions.chunks(MOST) {
                    let batch: Vec<Json> = asked.iter().map(|(query, _)| json!({ "query": query })).collect();
                    let reply = guest.program.post(ROOT, batch.into()).await.assert_ok(&guest.name);
                    for (at, (query, told)) in asked.iter().enumerate() {
                        let (answer, what) = (&reply.json[at], format!("{query} for {}", guest.name));
                        assert_eq!(Told::of(answer), *told, "{what}: {answer}");
                        if *told == Told::Data {
                            let id = &answer["data"][target.record.name]["id"];
                            let expected = if guest.is_there(target) { json!(target.id) } else { Json::Null };
                            assert_eq!(*id, expected, "{what}: {answer}");
                        } else {
                            assert_eq!(answer["data"], Json::Null, "{what}: {answer}");
                        }
                    }
                }
            }
        }
        firm.assert_healthy().await;
    }
}
