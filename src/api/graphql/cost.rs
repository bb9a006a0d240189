//! What a document of GraphQL would cost, weighed before anything is done: a short text can ask for very much.

use crate::api::rest::operation::MOST_ROWS;
use crate::platform::door::Refusal;
use crate::record::query::PAGE;
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Request, Value, Variables};

/// Bytes of a document.
const LENGTH: usize = 32 * 1024;
/// Opening brackets of a document, of all kinds: who reads it follows them on the stack before anybody can count how deep they lie.
const BRACKETS: usize = 250;
/// How deep fields lie within fields. Descriptions of types lie deeper than records: `ofType` stands for each list and each "not null".
const DEPTH: usize = 20;
/// Fields and fragments, each as often as it is asked for.
const FIELDS: usize = 2_000;
/// Fields under another name.
const ALIASES: usize = 50;
/// Lists, records and changes at the root.
const PARTS: u32 = 20;
/// `@include`, `@skip` and the like.
const DIRECTIVES: usize = 50;
/// Records that are read at most, lines and what is linked included; of a whole batch, too. They are weighed before, and counted
/// while they are read: some documents have more lines than most.
pub const RECORDS: u64 = 10_000;
/// Bytes of values in an answer.
pub const BYTES: u64 = 16 * 1024 * 1024;
/// Lines that a document is taken to have.
const LINES: u64 = 10;
/// What a description of one type counts as, and one of all of them.
const ONE_TYPE: u64 = 500;
const ALL_TYPES: u64 = 2_500;
/// Lists within lists of a description of types, which otherwise go round in circles: of types their fields, of these the arguments.
const CIRCLES: usize = 3;
/// What lists others in a description of types.
const LISTS: [&str; 8] =
    ["types", "fields", "args", "inputFields", "enumValues", "interfaces", "possibleTypes", "directives"];

/// What a document comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Fields at the root.
    pub parts: u32,
    pub records: u64,
}

impl Cost {
    /// Both together.
    pub fn and(self, other: Cost) -> Result<Cost, Refusal> {
        let both = Cost { parts: self.parts + other.parts, records: self.records.saturating_add(other.records) };
        if both.parts > PARTS {
            return Err(too_large());
        }
        if both.records > RECORDS { Err(too_costly()) } else { Ok(both) }
    }
}

/// What is said to whoever asks for too many records.
pub fn too_costly() -> Refusal {
    Refusal::new("refuse-graphql-cost").with("most", RECORDS as usize)
}

fn too_large() -> Refusal {
    Refusal::new("refuse-graphql-size")
        .with("fields", FIELDS)
        .with("aliases", ALIASES)
        .with("brackets", BRACKETS)
        .with("parts", PARTS as usize)
}

/// Weighs what a request asks for. One that cannot be read costs nothing: nothing is done of it.
pub fn weigh(request: &mut Request) -> Result<Cost, Refusal> {
    let brackets = request.query.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b'(')).count();
    if request.query.len() > LENGTH || brackets > BRACKETS {
        return Err(too_large());
    }
    let variables = request.variables.clone();
    let Ok(document) = request.parsed_query() else { return Ok(Cost::default()) };
    let mut scale = Scale { document, variables: &variables, fields: 0, aliases: 0, directives: 0 };
    let mut whole = Cost::default();
    for (_, operation) in document.operations.iter() {
        scale.directives(operation.node.directives.len())?;
        let mut parts = 0;
        let records = scale.records(&operation.node.selection_set.node, 0, None, &mut parts)?;
        whole = whole.and(Cost { parts, records })?;
    }
    Ok(whole)
}

struct Scale<'d> {
    document: &'d ExecutableDocument,
    variables: &'d Variables,
    fields: usize,
    aliases: usize,
    directives: usize,
}

impl<'d> Scale<'d> {
    /// Records behind a selection whose fields lie so deep. `limit` is that of the page whose rows it may name.
    fn records(
        &mut self,
        set: &'d SelectionSet,
        depth: usize,
        limit: Option<u64>,
        parts: &mut u32,
    ) -> Result<u64, Refusal> {
        let mut records: u64 = 0;
        for selection in &set.items {
            self.step(depth)?;
            let more = match &selection.node {
                Selection::Field(field) => {
                    *parts += 1;
                    self.field(&field.node, depth, limit)?
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(fragment.node.directives.len())?;
                    self.records(&fragment.node.selection_set.node, depth + 1, limit, parts)?
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(spread.node.directives.len())?;
                    match self.document.fragments.get(&spread.node.fragment_name.node) {
                        Some(fragment) => self.records(&fragment.node.selection_set.node, depth + 1, limit, parts)?,
                        None => 0,
                    }
                }
            };
            records = records.saturating_add(more);
        }
        Ok(records)
    }

    fn field(&mut self, field: &'d Field, depth: usize, limit: Option<u64>) -> Result<u64, Refusal> {
        self.aside(field)?;
        let set = &field.selection_set.node;
        if set.items.is_empty() {
            return Ok(0);
        }
        let name = field.name.node.as_str();
        if name.starts_with("__") {
            return Ok(ONE_TYPE.saturating_add(self.circles(set, depth + 1, 0)?));
        }
        let times = match name {
            "rows" => limit.unwrap_or(PAGE.into()),
            "lines" => LINES,
            _ => 1,
        };
        let within = self.records(set, depth + 1, self.limit_of(field), &mut 0)?;
        Ok(times.saturating_mul(within.saturating_add(1)))
    }

    /// Rows of a page, where its field says so; the most there may be where that is not known yet.
    fn limit_of(&self, field: &Field) -> Option<u64> {
        let given = field.get_argument("limit")?.node.clone();
        match given.into_const_with(|name| self.variables.get(&name).cloned().ok_or(())) {
            Ok(Value::Number(number)) => number.as_u64(),
            _ => Some(MOST_ROWS.into()),
        }
    }

    /// Descriptions of types name types, whose fields name types: no deeper than a description needs. Answers with what they count
    /// as.
    fn circles(&mut self, set: &'d SelectionSet, depth: usize, lists: usize) -> Result<u64, Refusal> {
        let mut records: u64 = 0;
        for selection in &set.items {
            self.step(depth)?;
            let more = match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    self.aside(field)?;
                    let name = field.name.node.as_str();
                    let lists = lists + usize::from(LISTS.contains(&name));
                    if lists > CIRCLES {
                        return Err(Refusal::new("refuse-graphql-introspection"));
                    }
                    let own = match name {
                        "types" => ALL_TYPES,
                        "queryType" | "mutationType" | "subscriptionType" => ONE_TYPE,
                        _ => 0,
                    };
                    own.saturating_add(self.circles(&field.selection_set.node, depth + 1, lists)?)
                }
                Selection::InlineFragment(fragment) => {
                    self.circles(&fragment.node.selection_set.node, depth + 1, lists)?
                }
                Selection::FragmentSpread(spread) => {
                    match self.document.fragments.get(&spread.node.fragment_name.node) {
                        Some(fragment) => self.circles(&fragment.node.selection_set.node, depth + 1, lists)?,
                        None => 0,
                    }
                }
            };
            records = records.saturating_add(more);
        }
        Ok(records)
    }

    /// Counts what a field is called by and goes with.
    fn aside(&mut self, field: &Field) -> Result<(), Refusal> {
        self.aliases += usize::from(field.alias.is_some());
        if self.aliases > ALIASES {
            return Err(too_large());
        }
        self.directives(field.directives.len())
    }

    /// One field or fragment more, so deep. Fragments that name each other end here.
    fn step(&mut self, depth: usize) -> Result<(), Refusal> {
        self.fields += 1;
        if self.fields > FIELDS {
            return Err(too_large());
        }
        if depth > DEPTH {
            return Err(Refusal::new("refuse-graphql-depth").with("most", DEPTH));
        }
        Ok(())
    }

    fn directives(&mut self, more: usize) -> Result<(), Refusal> {
        self.directives += more;
        if self.directives > DIRECTIVES { Err(too_large()) } else { Ok(()) }
    }
}
