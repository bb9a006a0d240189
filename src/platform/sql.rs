//! SQL made from descriptions. Identifiers come from descriptions only, values are always bound.
//!
//! The one file that may call a string safe SQL: whatever it formats is a name from a description or a typed id.

use super::permission::Rights;
use super::tenancy::{Cx, Standing};
use crate::record::fold;
use crate::record::query::sortable;
use crate::record::{Field, Kind, Reach, Record};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};
use std::fmt::Write as _;
use uuid::Uuid;

fn safe(sql: String) -> SqlStr {
    AssertSqlSafe(sql).into_sql_str()
}

/// Opens a transaction and sets its context in one round trip. Everything formatted here is a typed id or address.
pub fn begin(cx: &Cx) -> SqlStr {
    opening("begin", cx)
}

/// The same for a transaction that sees one moment from first to last, and changes nothing.
pub fn snapshot(cx: &Cx) -> SqlStr {
    opening("begin isolation level repeatable read read only", cx)
}

fn opening(begin: &str, cx: &Cx) -> SqlStr {
    let address = cx.address.map(|a| a.to_string()).unwrap_or_default();
    safe(format!(
        "{begin}; select set_config('app.tenant_id', '{}', true), set_config('app.user_id', '{}', true), \
         set_config('app.request_id', '{}', true), set_config('app.address', '{address}', true)",
        cx.tenant, cx.user, cx.request
    ))
}

/// Prepares a statement of this program as `slow`, whatever its values will be.
pub fn prepare_slow(statement: &str) -> SqlStr {
    safe(format!("prepare slow as {statement}"))
}

/// Asks for the plan of `slow`, which takes so many values.
pub fn explain_slow(values: usize) -> SqlStr {
    let values = vec!["null"; values].join(", ");
    safe(format!("explain execute slow{}", if values.is_empty() { values } else { format!("({values})") }))
}

/// A name of the catalogue.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Opens the cursor `archive` on the company's rows of a table that meet a condition, each as one JSON object with these keys
/// in this order. A column may have something else in its place.
pub fn archive_cursor(
    table: &str,
    columns: &[(&str, Option<&'static str>)],
    only: Option<&'static str>,
    order: &[String],
) -> SqlStr {
    let pick = |(name, instead): &(&str, Option<&'static str>)| match instead {
        Some(instead) => format!("{instead} as {}", quoted(name)),
        None => format!("t.{}", quoted(name)),
    };
    let picks: Vec<String> = columns.iter().map(pick).collect();
    let only = only.map_or(String::new(), |only| format!(" and {only}"));
    let order = if order.is_empty() { String::new() } else { format!(" order by {}", order.join(", ")) };
    safe(format!(
        "declare archive no scroll cursor for select row_to_json(r)::text from {} t cross join lateral (select {}) r
          where t.tenant_id = (select tid()){only}{order}",
        quoted(table),
        picks.join(", ")
    ))
}

/// Counts the company's rows of a table that meet a condition.
pub fn archive_count(table: &str, only: Option<&'static str>) -> SqlStr {
    let only = only.map_or(String::new(), |only| format!(" and {only}"));
    safe(format!("select count(*) from {} t where t.tenant_id = (select tid()){only}", quoted(table)))
}

/// Fills these columns of a table from the lines that wait in `archive_line`, and others with what is `made` for them, of
/// the row `r`.
pub fn archive_fill(table: &str, columns: &[String], made: &[(&str, &'static str)]) -> SqlStr {
    let names = columns.iter().map(String::as_str).chain(made.iter().map(|(name, _)| *name));
    let names: Vec<String> = names.map(quoted).collect();
    let picks = columns.iter().map(|name| format!("r.{}", quoted(name)));
    let picks: Vec<String> = picks.chain(made.iter().map(|(_, sql)| (*sql).to_owned())).collect();
    safe(format!(
        "insert into {0} ({1}) select {2} from pg_temp.archive_line l cross join lateral json_populate_record(null::{0}, l.line) r",
        quoted(table),
        names.join(", "),
        picks.join(", ")
    ))
}

/// Where a field's values stand, in their type. A box that was not there yet when a row was written is not ticked.
fn column(alias: &str, field: &Field) -> String {
    match (field.custom, field.kind.sql()) {
        (None, _) => format!("{alias}.{}", field.name),
        (Some(custom), "text") => format!("({alias}.extra ->> '{}')", custom.key),
        (Some(custom), "boolean") => format!("coalesce(({alias}.extra ->> '{}')::boolean, false)", custom.key),
        (Some(custom), kind) => format!("({alias}.extra ->> '{}')::{kind}", custom.key),
    }
}

/// The values of those fields that a company has added, as one object; they stand as `f0`, `f1` … in `u`.
fn extra(fields: &[Field]) -> Option<String> {
    let custom = fields.iter().enumerate().filter_map(|(i, field)| Some((i, field.custom?)));
    let pairs: Vec<String> = custom.map(|(i, custom)| format!("'{}', u.f{i}", custom.key)).collect();
    (!pairs.is_empty()).then(|| format!("jsonb_build_object({})", pairs.join(", ")))
}

/// A field's column as canonical text. Decimals lose the zeros that only their storage adds.
fn as_text(alias: &str, field: &Field) -> String {
    if let Some(custom) = field.custom {
        return format!("({alias}.extra ->> '{}')", custom.key);
    }
    match field.kind.sql() {
        "text" => format!("{alias}.{}", field.name),
        "numeric" => format!("trim_scale({alias}.{})::text", field.name),
        _ => format!("{alias}.{}::text", field.name),
    }
}

fn columns_as_text(alias: &str, fields: &[Field]) -> String {
    fields.iter().map(|f| format!(", {} as {}", as_text(alias, f), f.name)).collect()
}

/// `$1` tenant, `$2` ids. Columns: id, version, who made it, then the fields in order.
pub fn select(record: &Record, lock: bool) -> SqlStr {
    let columns = columns_as_text("t", record.fields);
    // Locked in one order, so that two that lock several do not wait for each other.
    let lock = if lock { " order by t.id for update" } else { "" };
    safe(format!(
        "select t.id, t.version, t.created_by{columns} from {} t where t.tenant_id = $1 and t.id = any($2){lock}",
        record.name
    ))
}

/// `$1` tenant, `$2` parent ids. Columns: parent, id, then the fields in order.
pub fn select_lines(table: &str, fields: &[Field]) -> SqlStr {
    let columns = columns_as_text("t", fields);
    safe(format!(
        "select t.parent, t.id{columns} from {table} t where t.tenant_id = $1 and t.parent = any($2) order by t.parent, t.position, t.id"
    ))
}

/// `$1` tenant, `$2` parent ids.
pub fn count_lines(table: &str) -> SqlStr {
    safe(format!("select count(*) from {table} t where t.tenant_id = $1 and t.parent = any($2)"))
}

/// Arrays of texts, bound from `$first` on, as columns `f0`, `f1` … of `u`: their places, and their names.
fn text_arrays(fields: &[Field], first: usize) -> (String, String) {
    let arrays = (0..fields.len()).map(|i| format!(", ${}::text[]", i + first)).collect();
    let aliases = (0..fields.len()).map(|i| format!(", f{i}")).collect();
    (arrays, aliases)
}

/// Inserts several. `$1` ids, `$2` search texts, then one text array per field.
pub fn insert(record: &Record) -> SqlStr {
    let (arrays, aliases) = text_arrays(record.fields, 3);
    let own = || record.fields.iter().enumerate().filter(|(_, f)| f.custom.is_none());
    let mut names: String = own().map(|(_, f)| format!(", {}", f.name)).collect();
    let mut picks: String = own().map(|(i, f)| format!(", u.f{i}::{}", f.kind.sql())).collect();
    if let Some(extra) = extra(record.fields) {
        names.push_str(", extra");
        let _ = write!(picks, ", jsonb_strip_nulls({extra})");
    }
    safe(format!(
        "insert into {} (id, search{names}) select u.id, u.search{picks}
           from unnest($1::uuid[], $2::text[]{arrays}) as u (id, search{aliases})",
        record.name
    ))
}

/// Updates all fields of several. `$1` tenant, `$2` ids, `$3` expected versions, `$4` search texts, then one text array per
/// field.
pub fn update_all(record: &Record) -> SqlStr {
    let (arrays, aliases) = text_arrays(record.fields, 5);
    let own = record.fields.iter().enumerate().filter(|(_, f)| f.custom.is_none());
    let mut sets: String = own.map(|(i, f)| format!(", {} = u.f{i}::{}", f.name, f.kind.sql())).collect();
    if let Some(extra) = extra(record.fields) {
        let _ = write!(sets, ", extra = jsonb_strip_nulls(t.extra || {extra})");
    }
    safe(format!(
        "update {} t set version = t.version + 1, changed_at = now(), changed_by = uid(), search = u.search{sets}
           from unnest($2::uuid[], $3::int[], $4::text[]{arrays}) as u (id, version, search{aliases})
          where t.tenant_id = $1 and t.id = u.id and t.version = u.version",
        record.name
    ))
}

/// `$1` tenant, `$2` id, `$3` expected version, then the named fields; `search` when asked, as the last value.
pub fn update(record: &Record, fields: &[&'static str], search: bool) -> SqlStr {
    let mut sets = String::from("version = version + 1, changed_at = now(), changed_by = uid()");
    let mut extra = String::new();
    for (i, name) in fields.iter().enumerate() {
        match record.field(name) {
            Some(Field { custom: Some(custom), .. }) => {
                let _ = write!(extra, " || jsonb_build_object('{}', ${}::text)", custom.key, i + 4);
            }
            field => {
                let kind = field.map_or("text", |f| f.kind.sql());
                let _ = write!(sets, ", {name} = ${}::{kind}", i + 4);
            }
        }
    }
    if !extra.is_empty() {
        let _ = write!(sets, ", extra = jsonb_strip_nulls(extra{extra})");
    }
    if search {
        let _ = write!(sets, ", search = ${}", fields.len() + 4);
    }
    safe(format!("update {} set {sets} where tenant_id = $1 and id = $2 and version = $3", record.name))
}

/// Writes lines of several documents at once. `$1` parents, `$2` ids, `$3` positions, then one text array per field.
pub fn upsert_lines(table: &str, fields: &[Field]) -> SqlStr {
    let mut names = String::new();
    let mut picks = String::new();
    let mut sets = String::from("position = excluded.position");
    for (i, field) in fields.iter().enumerate() {
        let _ = write!(names, ", {}", field.name);
        let _ = write!(picks, ", u.f{i}::{}", field.kind.sql());
        let _ = write!(sets, ", {0} = excluded.{0}", field.name);
    }
    let (arrays, aliases) = text_arrays(fields, 4);
    safe(format!(
        "insert into {table} as l (parent, id, position{names})
         select u.parent, u.id, u.position{picks}
           from unnest($1::uuid[], $2::uuid[], $3::int[]{arrays}) as u (parent, id, position{aliases})
         on conflict (tenant_id, id) do update set {sets} where l.parent = excluded.parent"
    ))
}

/// `$1` tenant, `$2` parents, `$3` ids that stay.
pub fn delete_other_lines(table: &str) -> SqlStr {
    safe(format!("delete from {table} where tenant_id = $1 and parent = any($2) and not (id = any($3))"))
}

/// Sets one field of several lines. `$1` tenant, `$2` parent, `$3` ids, `$4` values as text.
pub fn update_lines(table: &str, field: &Field) -> SqlStr {
    let (name, kind) = (field.name, field.kind.sql());
    safe(format!(
        "update {table} l set {name} = u.v::{kind} from unnest($3::uuid[], $4::text[]) as u (id, v)
         where l.tenant_id = $1 and l.parent = $2 and l.id = u.id"
    ))
}

/// `$1` tenant, `$2` ids, `$3` versions.
pub fn delete(record: &Record) -> SqlStr {
    safe(format!(
        "delete from {} t using unnest($2::uuid[], $3::int[]) as u (id, version)
          where t.tenant_id = $1 and t.id = u.id and t.version = u.version",
        record.name
    ))
}

/// What people may type to name a record: its title and subtitle, names in both languages, and what a scanner reads as far as
/// the reader sees it.
fn keys(record: &Record, rights: &Rights) -> Vec<String> {
    let mut keys = Vec::new();
    for name in [Some(record.title), record.subtitle].into_iter().flatten() {
        match record.field(name).map(|f| f.kind) {
            Some(Kind::Names) => keys.extend([format!("t.{name} ->> 'en'"), format!("t.{name} ->> 'ar'")]),
            Some(_) => keys.push(format!("t.{name}")),
            None => {}
        }
    }
    let scanned = record.fields.iter().filter(|f| f.scanned && rights.on(record).sees_field(f.name));
    keys.extend(scanned.map(|f| format!("t.{}", f.name)));
    keys
}

/// Finds records by id or by what people call them. `$1` tenant, `$2` ids, `$3` texts; with a `reach`, `$4` is whose rows.
/// Columns: id, title, then an array of the texts that name it.
pub fn resolve(record: &Record, reach: Reach, rights: &Rights) -> SqlStr {
    let keys = keys(record, rights);
    let mut matches: String = keys.iter().map(|k| format!(" or {k} = any($3)")).collect();
    let mut names = format!("array[{}]", keys.join(", "));
    if let Some(lines) = record.lines {
        let sees = |field: &Field| rights.on(record).sees_field(&format!("lines.{}", field.name));
        for field in lines.fields.iter().filter(|f| f.scanned && sees(f)) {
            let (table, name) = (lines.table, field.name);
            let _ = write!(
                matches,
                " or t.id in (select l.parent from {table} l where l.tenant_id = $1 and l.{name} = any($3))"
            );
            let _ = write!(
                names,
                " || array(select l.{name} from {table} l where l.tenant_id = $1 and l.parent = t.id and l.{name} is not null)"
            );
        }
    }
    safe(format!(
        "select t.id, t.{}::text as title, {names} as keys from {} t where t.tenant_id = $1 and (t.id = any($2){matches}){}",
        record.title,
        record.name,
        within(record, reach, 4)
    ))
}

/// Suggestions of a typeahead, best first. `$1` tenant, `$2` folded text, `$3` the ids to choose from or null for all; with a
/// `reach`, `$4` is whose rows.
pub fn suggest(record: &Record, rights: &Rights) -> SqlStr {
    let sees = |name: &str| rights.on(record).sees_field(name);
    let hint = record.subtitle.filter(|name| sees(name)).map_or("null".to_owned(), |name| format!("t.{name}::text"));
    let active = record.field("active").map_or("", |_| " and t.active");
    // A document without a number is a draft; nothing links to one.
    let numbered = record.series.map_or("", |_| " and t.number is not null");
    // Typed in full, a code or what a scanner reads comes before what merely holds it.
    let words = if searches_whole(record, rights) { "t.search".to_owned() } else { seen_text(record, rights) };
    safe(format!(
        "select t.id, t.{title}::text as title, {hint} as hint from {name} t
          where t.tenant_id = $1 and ($2 = '' or {found}) and ($3::uuid[] is null or t.id = any($3)){active}{numbered}{within}
          order by ($2 <> '' and strpos(' · ' || {words} || ' · ', ' · ' || $2 || ' · ') = 0),
                   ($2 <> '' and not starts_with(t.search, $2)), t.{sort} {direction}, t.id limit 12",
        title = record.title,
        name = record.name,
        found = search(record, rights, 2),
        within = within(record, rights.on(record).reach, 4),
        sort = record.sort,
        direction = if record.descending { "desc" } else { "" },
    ))
}

/// Whether a row holds the folded text that is bound as `$n`, in what the reader sees of it.
pub fn search(record: &Record, rights: &Rights, n: usize) -> String {
    if searches_whole(record, rights) {
        return format!("strpos(t.search, ${n}) > 0");
    }
    format!("strpos({}, ${n}) > 0", seen_text(record, rights))
}

/// What a search looks in, of the fields that the reader sees: folded, as the whole of it is kept in `search`.
fn seen_text(record: &Record, rights: &Rights) -> String {
    let seen = record.fields.iter().filter(|f| f.searched && rights.on(record).sees_field(f.name));
    let text = |field: &Field| match (field.kind, column("t", field)) {
        (Kind::Names, column) => format!("{column} ->> 'en', {column} ->> 'ar'"),
        (_, column) => format!("{column}::text"),
    };
    let parts: Vec<String> = seen.map(text).collect();
    if parts.is_empty() { "''".to_owned() } else { folded(&format!("concat_ws(' · ', {})", parts.join(", "))) }
}

/// Whether the reader sees every field that a search of these records looks in.
pub fn searches_whole(record: &Record, rights: &Rights) -> bool {
    let grant = rights.on(record);
    let of_lines = record.lines.map_or(&[][..], |lines| lines.fields);
    record.fields.iter().all(|f| !f.searched || grant.sees_field(f.name))
        && of_lines.iter().all(|f| !f.searched || grant.sees_field(&format!("lines.{}", f.name)))
}

/// The rows behind what a search found, as the reader may see them. `$1` tenant, `$2` folded text, `$3` member, `$4` branch,
/// `$5` customer, from `$6` on the ids of each record type. Columns: record, id, title, hint, state.
pub fn hits(records: &[&'static Record], rights: &Rights) -> SqlStr {
    let parts: Vec<String> = records
        .iter()
        .enumerate()
        .map(|(i, record)| {
            let sees = |name: &&str| rights.on(record).sees_field(name);
            let (mut join, mut hint) = (String::new(), "null".to_owned());
            if let Some(name) = record.subtitle.filter(sees) {
                hint = format!("t.{name}::text");
            } else if let Some(Kind::Link(target)) =
                record.party.filter(sees).and_then(|f| record.field(f)).map(|f| f.kind)
                && let Some(target) = super::door::record(target)
            {
                join = format!(
                    " left join {} p on p.tenant_id = $1 and p.id = t.{}",
                    target.name,
                    record.party.unwrap_or_default()
                );
                hint = format!("p.{}::text", target.title);
            }
            let state = if record.states.is_empty() { "null" } else { "t.state" };
            // Where the reader sees all that is searched, the search has found it already: every word somewhere.
            let found = if searches_whole(record, rights) {
                String::new()
            } else {
                format!(
                    " and (select bool_and(strpos({}, w) > 0) from string_to_table($2, ' ') w)",
                    seen_text(record, rights)
                )
            };
            format!(
                "select '{0}' as record, t.id, t.{1}::text as title, {hint} as hint, {state} as state from {0} t{join}
                  where t.tenant_id = $1 and t.id = any(${2}){found}{3}",
                record.name,
                record.title,
                i + 6,
                within(record, rights.on(record).reach, reach_place(rights.on(record).reach, 3))
            )
        })
        .collect();
    safe(format!(
        "with who as (select $2::text, $3::uuid, $4::uuid, $5::uuid) select record, id, title, hint, state from ({}) u, who",
        parts.join(" union all ")
    ))
}

/// The condition that a row is within somebody's reach, whose id is bound as `$n`; empty when every row is.
fn within(record: &Record, reach: Reach, n: usize) -> String {
    reach_column(record, reach).map_or(String::new(), |column| format!(" and {column} = ${n}::uuid"))
}

/// The column that tells whose a row is.
fn reach_column(record: &Record, reach: Reach) -> Option<String> {
    match reach {
        Reach::All => None,
        Reach::Own => Some("t.created_by".to_owned()),
        Reach::Branch if record.knows(reach) => Some("t.branch".to_owned()),
        // Rows that cannot be told apart are nobody's.
        Reach::Party => Some(record.party.map_or("null::uuid".to_owned(), |field| format!("t.{field}"))),
        Reach::Branch => Some("null::uuid".to_owned()),
    }
}

/// Where whose rows are meant is bound, when member, branch and customer are bound from `$first` on.
fn reach_place(reach: Reach, first: usize) -> usize {
    match reach {
        Reach::All | Reach::Own => first,
        Reach::Branch => first + 1,
        Reach::Party => first + 2,
    }
}

/// What a row's column must hold to be within somebody's reach; nothing does for a member without branch or customer.
pub fn reach_value(standing: &Standing, reach: Reach) -> Uuid {
    match reach {
        Reach::All => Uuid::nil(),
        Reach::Own => standing.member,
        Reach::Branch => standing.branch.unwrap_or_default(),
        Reach::Party => standing.customer.unwrap_or_default(),
    }
}

/// The condition of a list that its rows are within the reader's reach.
pub fn reach_condition(record: &Record, standing: &Standing, n: usize) -> Option<Condition> {
    let reach = standing.rights.on(record).reach;
    let column = reach_column(record, reach)?;
    Some(Condition {
        sql: format!("{column} = ${n}::uuid"),
        bind: Bind::Text(reach_value(standing, reach).to_string()),
    })
}

/// The record that a company made first, of those that are in use and within no other. `$1` tenant; with a `reach`, `$2` is
/// whose rows.
pub fn first(record: &Record, reach: Reach) -> SqlStr {
    let within = within(record, reach, 2);
    let active = record.field("active").map_or("", |_| " and t.active");
    let own = record.fields.iter().filter(|field| field.kind == Kind::Link(record.name) && field.custom.is_none());
    let top: String = own.map(|field| format!(" and t.{} is null", field.name)).collect();
    safe(format!(
        "select t.id from {} t where t.tenant_id = $1{active}{top}{within} order by t.id limit 1",
        record.name
    ))
}

/// A condition with its bound value.
#[derive(Clone)]
pub struct Condition {
    pub sql: String,
    pub bind: Bind,
}

/// A bound value of a condition.
#[derive(Clone)]
pub enum Bind {
    Text(String),
    Texts(Vec<String>),
}

/// The condition for one filter text of the address, `None` when the text means nothing for the field.
pub fn conditions(field: &Field, text: &str, first: usize) -> Vec<Condition> {
    let column = column("t", field);
    let kind = field.kind.sql();
    let one = |sql: String, value: &str| Condition { sql, bind: Bind::Text(value.to_owned()) };
    match field.kind {
        Kind::Choice(_) | Kind::RecordType | Kind::State | Kind::Currency => {
            let texts = text.split(',').map(str::to_owned).collect();
            vec![Condition { sql: format!("{column} = any(${first})"), bind: Bind::Texts(texts) }]
        }
        Kind::Link(_) | Kind::Source | Kind::Bool => vec![one(format!("{column} = ${first}::{kind}"), text)],
        Kind::Date
        | Kind::Money
        | Kind::Base
        | Kind::Integer
        | Kind::Quantity
        | Kind::Price
        | Kind::Rate
        | Kind::Percent => {
            let (start, end) = text.split_once("..").unwrap_or((text, text));
            let mut found = Vec::new();
            if !start.is_empty() {
                found.push(one(format!("{column} >= ${first}::{kind}"), start));
            }
            if !end.is_empty() {
                found.push(one(format!("{column} <= ${}::{kind}", first + found.len()), end));
            }
            found
        }
        Kind::Names => {
            let both = format!("coalesce({column} ->> 'en', '') || ' ' || coalesce({column} ->> 'ar', '')");
            vec![one(format!("strpos({}, ${first}) > 0", folded(&both)), &fold::fold(text))]
        }
        _ => vec![one(format!("starts_with({column}, ${first})"), text)],
    }
}

/// A text folded as [`fold::fold`] folds what is looked for.
fn folded(text: &str) -> String {
    let gone: String = fold::nothing().chars().map(|c| format!("\\{:04X}", c as u32)).collect();
    format!("translate(lower({text}), '{}' || U&'{gone}', '{}')", fold::FROM, fold::TO)
}

/// The condition that a row is one of these.
pub fn among(ids: &[Uuid], n: usize) -> Condition {
    let bind = Bind::Texts(ids.iter().map(Uuid::to_string).collect());
    Condition { sql: format!("t.id = any(${n}::uuid[])"), bind }
}

/// The order of a list: a column that is never null, and the id.
pub fn order_column(field: &Field) -> String {
    debug_assert!(sortable(field));
    if field.required {
        return format!("t.{}", field.name);
    }
    let least = match field.kind.sql() {
        "numeric" => "'-Infinity'::numeric",
        "bigint" => "-9223372036854775808",
        "int" => "-2147483648",
        "date" => "'-infinity'::date",
        "boolean" => "false",
        _ => "''",
    };
    format!("coalesce(t.{}, {least})", field.name)
}

/// The place of a page in the order of its list.
pub struct Keyset<'a> {
    pub sort: &'a Field,
    pub descending: bool,
    /// Going back: the rows before the place, nearest first.
    pub backwards: bool,
    /// Whether a place is bound: the order's value and the id, after the conditions.
    pub from_place: bool,
}

/// One page of a list. `$1` tenant, then the conditions' values, then the place. Rows are limited before links are joined.
/// Columns: id, version, place, currency and state when the record has them, the fields, and `{field}_label` for links.
pub fn list(record: &Record, columns: &[&'static Field], wheres: &[Condition], keyset: &Keyset, limit: u32) -> SqlStr {
    let order = order_column(keyset.sort);
    let backwards = keyset.descending != keyset.backwards;
    let (direction, compare) = if backwards { ("desc", "<") } else { ("asc", ">") };
    let mut inner = String::from("t.id, t.version");
    let mut outer = String::from("t.id, t.version, t.place::text as place");
    let _ = write!(inner, ", {order} as place");
    let mut joins = String::new();
    if let Some(currency) = record.currency_field() {
        let _ = write!(inner, ", t.{} as row_currency", currency.name);
        outer.push_str(", t.row_currency");
    }
    if !record.states.is_empty() {
        inner.push_str(", t.state as row_state");
        outer.push_str(", t.row_state");
    }
    for (i, field) in columns.iter().enumerate() {
        let _ = write!(inner, ", {} as c{i}", column("t", field));
        let shown = Field { name: "", custom: None, ..**field };
        let text = as_text("t", &shown).replacen("t.", &format!("t.c{i}"), 1);
        let _ = write!(outer, ", {text} as c{i}");
    }
    for (i, field) in columns.iter().enumerate() {
        if let Kind::Link(target) = field.kind {
            let title = super::door::record(target).map_or("id", |r| r.title);
            let _ = write!(joins, " left join {target} l{i} on l{i}.tenant_id = $1 and l{i}.id = t.c{i}");
            let _ = write!(outer, ", l{i}.{title}::text as l{i}");
        }
    }
    let mut conditions: String = wheres.iter().map(|c| format!(" and {}", c.sql)).collect();
    if keyset.from_place {
        let n = bound(wheres) + 2;
        let _ =
            write!(conditions, " and ({order}, t.id) {compare} (${n}::{}, ${}::uuid)", keyset.sort.kind.sql(), n + 1);
    }
    safe(format!(
        "select {outer} from (select {inner} from {name} t where t.tenant_id = $1{conditions}
           order by {order} {direction}, t.id {direction} limit {limit}) t{joins} order by t.place {direction}, t.id {direction}",
        name = record.name
    ))
}

/// Values bound by conditions.
pub fn bound(wheres: &[Condition]) -> usize {
    wheres.len()
}

/// Writes rows that match down as those of a job, in the order of the list. `$1` tenant, then the conditions' values and the job.
pub fn choose(record: &Record, wheres: &[Condition], most: i64) -> SqlStr {
    let conditions: String = wheres.iter().map(|c| format!(" and {}", c.sql)).collect();
    let direction = if record.descending { "desc" } else { "asc" };
    safe(format!(
        "insert into job_row (job, seq, record_id)
         select ${job}::uuid, row_number() over (order by t.{sort} {direction}, t.id {direction}) as place, t.id
           from {name} t where t.tenant_id = $1{conditions} order by place limit {most}",
        job = bound(wheres) + 2,
        sort = record.sort,
        name = record.name
    ))
}

/// Counts rows that match, no further than one beyond the limit. `$1` tenant, then the conditions' values.
pub fn count(record: &Record, wheres: &[Condition], limit: i64) -> String {
    let conditions: String = wheres.iter().map(|c| format!(" and {}", c.sql)).collect();
    format!(
        "(select count(*) from (select 1 from {} t where t.tenant_id = $1{conditions} limit {}) x)",
        record.name,
        limit + 1
    )
}

/// Several counts in one statement.
pub fn counts(parts: &[String]) -> SqlStr {
    safe(format!("select array[{}]::bigint[]", parts.join(", ")))
}

/// The currency of a row's money; empty where it has none of its own.
fn row_currency(record: &Record) -> String {
    record.currency_field().map_or("''".to_owned(), |f| format!("coalesce(t.{}, '')", f.name))
}

/// Sums of amounts. One that no amount could hold is shown as the largest there is, rather than taking the list away.
fn sums(fields: &[&str]) -> String {
    let most = i64::MAX;
    fields
        .iter()
        .map(|f| format!(", coalesce(least(greatest(sum(t.{f}), -{most}), {most}), 0)::bigint as {f}"))
        .collect()
}

/// Sums of these fields over all rows that match, by currency. `$1` tenant, then the conditions' values.
pub fn totals(record: &Record, fields: &[&str], wheres: &[Condition]) -> SqlStr {
    let conditions: String = wheres.iter().map(|c| format!(" and {}", c.sql)).collect();
    let sums = sums(fields);
    let currency = row_currency(record);
    safe(format!(
        "select {currency} as currency{sums} from {} t where t.tenant_id = $1{conditions} group by 1 order by 1",
        record.name
    ))
}

/// Rows by the values of a field, those with most rows first. The limit is one of values: each comes with all its currencies.
/// `$1` tenant, then the conditions' values. Columns: value, label, currency, count, sums.
pub fn groups(record: &Record, by: &Field, fields: &[&str], wheres: &[Condition], limit: u32) -> SqlStr {
    let conditions: String = wheres.iter().map(|c| format!(" and {}", c.sql)).collect();
    let sums = sums(fields);
    let outer: String = fields.iter().map(|f| format!(", g.{f}")).collect();
    let currency = row_currency(record);
    let (join, label) = match by.kind {
        Kind::Link(target) => {
            let title = super::door::record(target).map_or("id", |r| r.title);
            (format!(" left join {target} l on l.tenant_id = $1 and l.id = g.value"), format!("l.{title}::text"))
        }
        _ => (String::new(), "null::text".to_owned()),
    };
    safe(format!(
        "select g.value::text as value, {label} as label, g.currency, g.n{outer}
           from (select s.*, dense_rank() over (order by s.whole desc, s.value) as place
                   from (select {0} as value, {currency} as currency, count(*) as n,
                                sum(count(*)) over (partition by {0}) as whole{sums} from {1} t
                          where t.tenant_id = $1{conditions} group by 1, 2) s) g{join}
          where g.place <= {limit} order by g.place, g.currency",
        column("t", by),
        record.name
    ))
}

/// Documents that name this one in their header. `$1` tenant, `$2` id, `$3` member, `$4` branch, `$5` customer.
/// Columns: record, id, title, state.
pub fn linked(parts: &[(&'static Record, &'static str)], rights: &Rights) -> SqlStr {
    let union: Vec<String> = parts
        .iter()
        .map(|(record, field)| {
            let reach = rights.on(record).reach;
            let n = reach_place(reach, 3);
            format!(
                "(select '{0}' as record, t.id, t.{1}::text as title, t.state, t.created_at from {0} t where t.tenant_id = $1 and t.{field} = $2{2} limit 50)",
                record.name, record.title, within(record, reach, n)
            )
        })
        .collect();
    safe(format!(
        "with who as (select $3::uuid, $4::uuid, $5::uuid) select record, id, title, state from ({}) u, who order by created_at limit 50",
        union.join(" union all ")
    ))
}

/// Titles of records. `$1` tenant, `$2` ids; with a `reach`, `$3` is whose rows. Columns: id, title, and the currency of the
/// record's money, empty where it has none of its own.
pub fn titles(record: &Record, reach: Reach) -> SqlStr {
    safe(format!(
        "select t.id, t.{}::text as title, {} as currency from {} t where t.tenant_id = $1 and t.id = any($2){}",
        record.title,
        row_currency(record),
        record.name,
        within(record, reach, 3)
    ))
}

/// Title and state of one document. `$1` tenant, `$2` id; with a `reach`, `$3` is whose rows.
pub fn title(record: &Record, reach: Reach) -> SqlStr {
    let state = if record.states.is_empty() { "null::text" } else { "t.state" };
    safe(format!(
        "select t.{}::text as title, {state} as state from {} t where t.tenant_id = $1 and t.id = $2{}",
        record.title,
        record.name,
        within(record, reach, 3)
    ))
}

/// Creates a database. The name comes from the program, never from a person.
pub fn create_database(name: &str) -> SqlStr {
    safe(format!("create database \"{}\"", name.replace('"', "")))
}

/// Creates or updates the roles and gives the owner the schema. The password is quoted as a literal.
pub fn roles(app_password: &str) -> Vec<SqlStr> {
    let password = app_password.replace('\'', "''");
    vec![
        safe(
            "do $$ begin
               if not exists (select from pg_roles where rolname = 'diwan_owner') then create role diwan_owner nologin; end if;
               if not exists (select from pg_roles where rolname = 'diwan_app') then create role diwan_app login; end if;
             end $$"
                .to_owned(),
        ),
        safe(format!(
            "alter role diwan_app login nosuperuser nobypassrls nocreatedb nocreaterole password '{password}';
             grant diwan_owner to current_user"
        )),
        safe(
            "do $$ begin
               execute format('grant create, connect on database %I to diwan_owner', current_database());
               execute format('revoke all on database %I from public', current_database());
               execute format('grant connect, temporary on database %I to diwan_app', current_database());
             end $$;
             alter schema public owner to diwan_owner"
                .to_owned(),
        ),
    ]
}

/// What can still be edited, by the names that imported lines call it: number or code, reference, id. `$1` tenant, `$2`
/// texts. Columns: id, name.
pub fn editable_by_name(record: &Record) -> SqlStr {
    let states: Vec<String> = record.states.iter().filter(|s| s.editable).map(|s| format!("'{}'", s.name)).collect();
    let state = match states.is_empty() {
        true => String::new(),
        false => format!(" and t.state in ({})", states.join(", ")),
    };
    let fields = ["number", "code", "reference"].into_iter().filter(|name| record.field(name).is_some());
    let names = fields.map(|name| format!("t.{name}")).chain(["t.id::text".to_owned()]);
    let parts: Vec<String> = names
        .map(|name| {
            format!(
                "select t.id, {name} as name from {} t where t.tenant_id = $1 and {name} = any($2){state}",
                record.name
            )
        })
        .collect();
    safe(parts.join(" union "))
}

/// Something that names one of these records, in its header or in a line. `$1` tenant, `$2` ids. Columns: id, record, title.
pub fn referring(record: &Record) -> Option<SqlStr> {
    let to = |field: &&Field| field.kind == Kind::Link(record.name);
    let mut parts = Vec::new();
    for other in super::door::records() {
        let title = format!("t.{}::text", other.title);
        for field in other.fields.iter().filter(to) {
            parts.push(format!(
                "(select t.{1} as id, '{0}' as record, {title} as title from {0} t
                   where t.tenant_id = $1 and t.{1} = any($2) limit 50)",
                other.name, field.name
            ));
        }
        let Some(lines) = other.lines else { continue };
        for field in lines.fields.iter().filter(to) {
            parts.push(format!(
                "(select l.{1} as id, '{0}' as record, {title} as title from {2} l
                    join {0} t on t.tenant_id = l.tenant_id and t.id = l.parent
                   where l.tenant_id = $1 and l.{1} = any($2) limit 50)",
                other.name, field.name, lines.table
            ));
        }
    }
    if parts.is_empty() { None } else { Some(safe(parts.join(" union all "))) }
}

/// Ids of records that name another one in these fields of the header or of lines, as `named`. `$1` tenant, `$2` the other.
fn named(record: &Record, fields: &[&Field], of_lines: &[&Field]) -> String {
    let own = fields.iter().map(|field| {
        format!("select t.id from {} t where t.tenant_id = $1 and {} = $2", record.name, column("t", field))
    });
    let table = record.lines.map_or("", |lines| lines.table);
    let lines = of_lines
        .iter()
        .map(|field| format!("select l.parent from {table} l where l.tenant_id = $1 and {} = $2", column("l", field)));
    format!("({}) n (id)", own.chain(lines).collect::<Vec<_>>().join(" union "))
}

/// Ids of records that name another one in these fields, 500 at a time. `$1` tenant, `$2` the other, `$3` the id after which they
/// begin.
pub fn naming(record: &Record, fields: &[&Field], of_lines: &[&Field]) -> SqlStr {
    safe(format!("select n.id from {} where n.id > $3 order by n.id limit 500", named(record, fields, of_lines)))
}

/// How many records name another one in these fields, by state. `$1` tenant, `$2` the other. Columns: state, count.
pub fn count_naming(record: &Record, fields: &[&Field], of_lines: &[&Field]) -> SqlStr {
    let state = if record.states.is_empty() { "null::text" } else { "t.state" };
    safe(format!(
        "select {state} as state, count(*) as count from {} t join {} on n.id = t.id where t.tenant_id = $1 group by 1",
        record.name,
        named(record, fields, of_lines)
    ))
}

/// Empties all that companies have added to one record. `$1` tenant, `$2` id.
pub fn empty_extra(record: &Record) -> SqlStr {
    safe(format!("update {} set extra = '{{}}' where tenant_id = $1 and id = $2", record.name))
}

/// Whether a company's own field leads to one of these. `$1` tenant, `$2` ids as text.
pub fn links_to(record: &Record, field: &Field) -> SqlStr {
    safe(format!(
        "select exists (select from {} t where t.tenant_id = $1 and {} = any($2))",
        record.name,
        as_text("t", field)
    ))
}

/// Values of a unique field that exist among these, with whose they are. `$1` tenant, `$2` texts.
pub fn existing(record: &Record, field: &Field) -> SqlStr {
    safe(format!("select t.{0}, t.id from {1} t where t.tenant_id = $1 and t.{0} = any($2)", field.name, record.name))
}

/// `$1` tenant. Columns: id, code.
pub fn codes(record: &Record) -> SqlStr {
    safe(format!("select t.id, t.code from {} t where t.tenant_id = $1", record.name))
}

/// Whether a record is another one, or stands above it in the tree of its type. `$1` tenant, `$2` the id of the other one, `$3` its
/// own.
pub fn is_above(record: &Record) -> SqlStr {
    safe(format!(
        "with recursive above as (
           select id, parent from {0} where tenant_id = $1 and id = $2
           union select c.id, c.parent from above a join {0} c on c.tenant_id = $1 and c.id = a.parent)
         select exists (select from above where id = $3)",
        record.name
    ))
}

/// Drops a database that nobody uses.
pub fn drop_database(name: &str) -> SqlStr {
    safe(format!("drop database if exists \"{}\"", name.replace('"', "")))
}
