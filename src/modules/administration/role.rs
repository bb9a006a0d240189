//! Roles: what people may do, by type of record and by field. A role starts from a base; what differs from it is kept.

use crate::record::{Field, Kind, Lines, Look, Record, View};

/// Bases that a role can start from; each company begins with one role of each but `nothing`.
pub const BASES: &[&str] =
    &["owner", "accountant", "sales", "buyer", "storekeeper", "production", "auditor", "portal", "nothing"];

static LINES: Lines = Lines::new(
    "role_right",
    &[
        Field::new("record", Kind::Text(60)).required(),
        Field::new("field", Kind::Text(60)),
        Field::new("sees", Kind::Bool),
        Field::new("creates", Kind::Bool),
        Field::new("changes", Kind::Bool),
        Field::new("deletes", Kind::Bool),
        Field::new("acts", Kind::Words),
        Field::new("reach", Kind::Choice(&["all", "branch", "own", "party"])),
    ],
)
.look(Look::Rights);

pub static ROLE: Record = Record {
    icon: "shield-check",
    fields: &[
        Field::new("code", Kind::Code).required(),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("base", Kind::Choice(BASES)).required(),
    ],
    lines: Some(&LINES),
    columns: &["code", "name", "base"],
    views: &[View { name: "customers", filter: &[("base", "portal")] }],
    filters: &["base"],
    seen_by: &["auditor"],
    ..Record::master("role", "roles", "administration")
};

#[cfg(feature = "ssr")]
pub use rules::RoleRules;

#[cfg(feature = "ssr")]
mod rules {
    use crate::platform::document::{Document, Line};
    use crate::platform::door::{self, Error, Outcome, Refusal, Rules};
    use crate::platform::permission::{Acts, Grant, RightLine};
    use crate::platform::tenancy::TenantTx;
    use crate::record::page::HandOn;
    use crate::record::{ALL_ACTIONS, NO_FIELD, Reach, Record};
    use async_trait::async_trait;
    use std::collections::HashMap;

    pub struct RoleRules;

    #[async_trait]
    impl Rules for RoleRules {
        /// Keeps only what differs from the base, so that the base can grow.
        async fn complete(&self, tx: &mut TenantTx, role: &mut Document) -> Outcome<()> {
            let base = role.text("base").unwrap_or("nothing").to_owned();
            let mut refusals = Vec::new();
            let before: Option<String> = sqlx::query_scalar("select base from role where tenant_id = $1 and id = $2")
                .bind(tx.tenant())
                .bind(role.id)
                .fetch_optional(tx.conn())
                .await?;
            if before.is_some_and(|before| before != base) {
                refusals.push(Refusal::new("refuse-role-base").at("base"));
            }
            let mut kept: HashMap<(String, Option<String>), Line> = HashMap::new();
            let mut order = Vec::new();
            for (row, line) in std::mem::take(&mut role.lines).into_iter().enumerate() {
                let right = right_of(&line);
                if right.field.as_deref() == Some(NO_FIELD) {
                    continue;
                }
                let Some(record) = door::record(&right.record) else {
                    refusals.push(Refusal::new("refuse-right-record").at_line(row, "record"));
                    continue;
                };
                match check(tx.described(record), &right) {
                    Err(refusal) => refusals.push(refusal.at_line(row, "reach")),
                    Ok(()) if says_nothing_new(&base, record, &right) => {}
                    Ok(()) => {
                        let key = (right.record.clone(), right.field.clone());
                        let line = write(line, record, &right);
                        if kept.insert(key.clone(), line).is_none() {
                            order.push(key);
                        }
                    }
                }
            }
            if base == "owner" && !order.is_empty() {
                refusals.push(Refusal::new("refuse-owner-rights").at("base"));
            }
            role.lines = order.iter().filter_map(|key| kept.remove(key)).collect();
            if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
        }

        /// Shows every type of record with what the role may do with it, and every field that is kept from it.
        async fn present(&self, _: &mut TenantTx, role: &mut Document) -> Outcome<Option<HandOn>> {
            let base = role.text("base").unwrap_or("nothing").to_owned();
            let kept = std::mem::take(&mut role.lines);
            for record in door::records() {
                let own = kept.iter().find(|l| is(l, record.name, None));
                let line = own.cloned().unwrap_or_else(|| {
                    let line = Line::new().with("record", record.name);
                    write(line, record, &of_base(&base, record))
                });
                role.lines.push(line);
            }
            role.lines.extend(kept.into_iter().filter(|line| !line.get("field").is_null()));
            Ok(None)
        }
    }

    fn is(line: &Line, record: &str, field: Option<&str>) -> bool {
        line.get("record").text() == Some(record) && line.get("field").text() == field
    }

    fn right_of(line: &Line) -> RightLine {
        let text = |name: &str| line.get(name).text().map(str::to_owned);
        RightLine {
            record: text("record").unwrap_or_default(),
            field: text("field"),
            sees: line.get("sees").bool(),
            creates: line.get("creates").bool(),
            changes: line.get("changes").bool(),
            deletes: line.get("deletes").bool(),
            acts: text("acts"),
            reach: text("reach"),
        }
    }

    /// What the base of a role gives, as a line.
    fn of_base(base: &str, record: &Record) -> RightLine {
        let grant = Grant::of_base(base, record);
        RightLine {
            record: record.name.to_owned(),
            field: None,
            sees: grant.sees,
            creates: grant.creates,
            changes: grant.changes,
            deletes: grant.deletes,
            acts: grant.acts.text(),
            reach: Some(grant.reach.name().to_owned()),
        }
    }

    /// Fields that tell what a row is, where it stands and whose it is cannot be kept from those who see the row.
    fn check(record: &Record, right: &RightLine) -> Result<(), Refusal> {
        if let Some(field) = &right.field {
            let known = record.any_field(field).is_some();
            if !known || (record.tells(field) && !right.sees) {
                return Err(Refusal::new("refuse-right-field").with("field", field));
            }
            return Ok(());
        }
        let reach = right.reach.as_deref().and_then(Reach::from_name).unwrap_or_default();
        if record.knows(reach) { Ok(()) } else { Err(Refusal::new("refuse-right-reach")) }
    }

    fn says_nothing_new(base: &str, record: &Record, right: &RightLine) -> bool {
        match &right.field {
            Some(_) => right.sees && right.changes,
            None => {
                let usual = of_base(base, record);
                let acts = |right: &RightLine| all_or_these(record, right.acts.as_deref().unwrap_or_default());
                (right.sees, right.creates, right.changes, right.deletes)
                    == (usual.sees, usual.creates, usual.changes, usual.deletes)
                    && acts(right) == acts(&usual)
                    && right.reach.as_deref().unwrap_or("all") == usual.reach.as_deref().unwrap_or("all")
            }
        }
    }

    /// Actions in the record's order; all of them as one sign, so that a later action is among them.
    fn all_or_these(record: &Record, words: &str) -> String {
        let acts = Acts::of(words);
        let granted: Vec<&str> = record
            .actions
            .iter()
            .map(|a| a.name)
            .filter(|name| matches!(&acts, Acts::These(words) if words.contains(*name)))
            .collect();
        if acts == Acts::All || (!granted.is_empty() && granted.len() == record.actions.len()) {
            return ALL_ACTIONS.to_owned();
        }
        granted.join(",")
    }

    fn write(mut line: Line, record: &Record, right: &RightLine) -> Line {
        let acts = all_or_these(record, right.acts.as_deref().unwrap_or_default());
        for (name, yes) in
            [("sees", right.sees), ("creates", right.creates), ("changes", right.changes), ("deletes", right.deletes)]
        {
            line.set(name, yes);
        }
        line.set("acts", Some(acts).filter(|acts| !acts.is_empty() && right.field.is_none()));
        let reach = right.reach.clone().unwrap_or_else(|| "all".to_owned());
        line.set("reach", Some(reach).filter(|_| right.field.is_none()));
        line
    }
}
