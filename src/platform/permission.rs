//! Who may do what: decided here and nowhere else.
//!
//! A role starts from a base whose rights follow from the record descriptions, so that a new record type has sensible
//! rights at once. What an administrator changes is kept beside it, one right for each record type or field.

use super::error::Error;
use super::plan::Flags;
use super::tenancy::TenantTx;
use crate::record::custom::PREFIX;
use crate::record::{ALL_ACTIONS, Reach, Record};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What a role may do with one type of record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Grant {
    pub sees: bool,
    pub creates: bool,
    pub changes: bool,
    pub deletes: bool,
    pub acts: Acts,
    pub reach: Reach,
    /// A customer's eyes: what a company adds to its records is not for them.
    outside: bool,
    /// Fields that the role never sees; those of lines as `lines.price`.
    hidden: BTreeSet<String>,
    /// Fields that the role sees and cannot change.
    fixed: BTreeSet<String>,
}

/// Which actions a role may take.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Acts {
    All,
    These(BTreeSet<String>),
}

impl Default for Acts {
    fn default() -> Acts {
        Acts::These(BTreeSet::new())
    }
}

impl Acts {
    /// `*` or words separated by commas; `None` when there are none.
    pub fn text(&self) -> Option<String> {
        match self {
            Acts::All => Some(ALL_ACTIONS.to_owned()),
            Acts::These(words) => {
                Some(words.iter().map(String::as_str).collect::<Vec<_>>().join(",")).filter(|text| !text.is_empty())
            }
        }
    }

    /// Reads `*` or words separated by commas.
    pub fn of(text: &str) -> Acts {
        match text.trim() {
            ALL_ACTIONS => Acts::All,
            words => {
                Acts::These(words.split(',').map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect())
            }
        }
    }
}

impl Grant {
    /// What the base of a role gives, by the record's description.
    pub fn of_base(base: &str, record: &Record) -> Grant {
        let keeps = base == "owner" || record.kept_by.contains(&base);
        let named = keeps || record.seen_by.contains(&base);
        let sees = match base {
            "nothing" => false,
            "auditor" => true,
            // A customer's eyes: what belongs to customers, and of that only their own.
            "portal" => record.party.is_some(),
            _ => named || record.seen_by.is_empty(),
        };
        // Nor what is between colleagues on it.
        let kept = record.all_fields().filter(|(field, _)| base == "portal" && field.internal);
        let taken = record.actions.iter().filter(|action| action.is_for(base, keeps));
        let taken: BTreeSet<String> = taken.map(|action| action.name.to_owned()).collect();
        Grant {
            sees,
            creates: keeps,
            changes: keeps,
            deletes: keeps,
            acts: if keeps && taken.len() == record.actions.len() { Acts::All } else { Acts::These(taken) },
            reach: if base == "portal" { Reach::Party } else { Reach::All },
            outside: base == "portal",
            hidden: kept.map(|(_, name)| name).collect(),
            ..Grant::default()
        }
    }

    pub fn sees_field(&self, field: &str) -> bool {
        let for_colleagues = self.outside && field.starts_with(PREFIX);
        !for_colleagues && !self.hidden.contains(field)
    }

    pub fn changes_field(&self, field: &str) -> bool {
        self.sees_field(field) && !self.fixed.contains(field)
    }
}

/// A right as it is kept: of a type of record, or of one of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RightLine {
    pub record: String,
    pub field: Option<String>,
    pub sees: bool,
    pub creates: bool,
    pub changes: bool,
    pub deletes: bool,
    pub acts: Option<String>,
    pub reach: Option<String>,
}

/// Everything a role may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    grants: HashMap<&'static str, Grant>,
}

/// How much of a member's rights a program is lent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Whether it may change anything.
    pub writes: bool,
    /// The types of records that it may touch; all of them when absent.
    pub records: Option<BTreeSet<String>>,
}

impl Scope {
    /// What is within both.
    pub fn and(&self, other: &Scope) -> Scope {
        let records = match (&self.records, &other.records) {
            (Some(own), Some(others)) => Some(own & others),
            (own, others) => own.clone().or_else(|| others.clone()),
        };
        Scope { writes: self.writes && other.writes, records }
    }
}

static NOTHING: std::sync::LazyLock<Grant> = std::sync::LazyLock::new(Grant::default);

impl Rights {
    /// The rights of a base with what was changed of them. Nothing takes rights from the owner, so that nobody is locked out.
    pub fn new(base: &str, records: &[&'static Record], lines: &[RightLine]) -> Rights {
        let mut grants: HashMap<&'static str, Grant> =
            records.iter().map(|record| (record.name, Grant::of_base(base, record))).collect();
        if base != "owner" {
            for line in lines {
                if let Some(grant) = grants.get_mut(line.record.as_str()) {
                    line.apply(grant);
                }
            }
        }
        Rights { grants }
    }

    /// What is left of these rights within a scope. Nothing is ever added.
    pub fn within(&self, scope: &Scope) -> Rights {
        let touches = |name: &str| scope.records.as_ref().is_none_or(|names| names.contains(name));
        let mut grants = self.grants.clone();
        for (name, grant) in &mut grants {
            if !touches(name) {
                *grant = Grant::default();
            } else if !scope.writes {
                (grant.creates, grant.changes, grant.deletes, grant.acts) = (false, false, false, Acts::default());
            }
        }
        Rights { grants }
    }

    /// What is left of these rights in a company that has these parts of Diwan: of the others it has no records at all.
    pub fn among(&self, records: &[&'static Record], flags: &Flags) -> Rights {
        let mut grants = self.grants.clone();
        for record in records.iter().filter(|record| record.flag.is_some_and(|flag| !flags.has(flag))) {
            grants.remove(record.name);
        }
        Rights { grants }
    }

    /// Whether the company has such records, whoever sees them.
    pub fn knows(&self, record: &Record) -> bool {
        self.grants.contains_key(record.name)
    }

    /// Why somebody does not get at records that are not for them: where the company has none, they look like any that never
    /// were.
    pub fn denial(&self, record: &Record) -> Error {
        if self.knows(record) { Error::Denied } else { Error::NotFound }
    }

    pub fn on(&self, record: &Record) -> &Grant {
        self.grants.get(record.name).unwrap_or(&NOTHING)
    }

    pub fn sees(&self, record: &Record) -> bool {
        self.on(record).sees
    }

    pub fn creates(&self, record: &Record) -> bool {
        record.manual && !record.single && self.on(record).creates
    }

    pub fn changes(&self, record: &Record) -> bool {
        self.on(record).changes
    }

    pub fn deletes(&self, record: &Record) -> bool {
        !record.single && self.on(record).deletes
    }

    pub fn acts(&self, record: &Record, action: &str) -> bool {
        match &self.on(record).acts {
            Acts::All => true,
            Acts::These(words) => words.contains(action),
        }
    }

    /// Whether somebody sees such records as a colleague does. What colleagues keep for each other beside a record is not
    /// for the eyes of customers.
    fn sees_as_colleague(&self, record: &Record) -> bool {
        self.sees(record) && self.on(record).reach != Reach::Party
    }

    /// Whether files on such records are open to somebody.
    pub fn sees_files(&self, record: &Record) -> bool {
        self.sees_as_colleague(record)
    }

    /// Whoever changes or acts on such records attaches files to them, also where the record itself is closed: the signed
    /// copy comes after the posting.
    pub fn attaches(&self, record: &Record) -> bool {
        self.sees_files(record) && (self.changes(record) || self.on(record).acts != Acts::default())
    }

    /// Whoever changes such records removes files from them; their own, whoever attaches.
    pub fn detaches(&self, record: &Record, own: bool) -> bool {
        self.sees_files(record) && (self.changes(record) || (own && self.attaches(record)))
    }

    /// Whether comments on such records are open to somebody.
    pub fn sees_comments(&self, record: &Record) -> bool {
        self.sees_as_colleague(record)
    }

    /// Whoever sees comments writes some. An auditor, who writes nothing at all, only reads them.
    pub fn comments(&self, record: &Record) -> bool {
        let works = |grant: &Grant| grant.creates || grant.changes || grant.deletes || grant.acts != Acts::default();
        self.sees_comments(record) && self.grants.values().any(works)
    }

    /// Whether somebody runs the company: what others asked for is theirs to look after.
    pub fn changes_everything(&self) -> bool {
        self.grants.values().all(|g| g.changes && g.reach == Reach::All)
    }

    /// Whether nothing at all is kept from the reader.
    pub fn sees_everything(&self) -> bool {
        self.grants.values().all(|g| g.sees && g.reach == Reach::All && g.hidden.is_empty())
    }

    /// Whether the company's data is theirs to take away as a whole.
    pub fn takes_everything(&self) -> bool {
        self.sees_everything() && self.changes_everything()
    }

    /// Whether nothing of this type is kept from the reader: what reports and sums are made from.
    pub fn sees_whole(&self, record: &Record) -> bool {
        let grant = self.on(record);
        grant.sees && grant.reach == Reach::All && grant.hidden.is_empty()
    }
}

impl RightLine {
    fn apply(&self, grant: &mut Grant) {
        match &self.field {
            None => {
                grant.sees = self.sees;
                grant.creates = self.sees && self.creates;
                grant.changes = self.sees && self.changes;
                grant.deletes = self.sees && self.deletes;
                grant.acts = Acts::of(self.acts.as_deref().filter(|_| self.sees).unwrap_or_default());
                grant.reach = self.reach.as_deref().and_then(Reach::from_name).unwrap_or_default();
            }
            Some(field) if !self.sees => {
                grant.hidden.insert(field.clone());
            }
            Some(field) if !self.changes => {
                grant.fixed.insert(field.clone());
            }
            Some(_) => {}
        }
    }
}

/// What was changed of a role's rights.
pub async fn lines_of(tx: &mut TenantTx, role: Uuid) -> Result<Vec<RightLine>, sqlx::Error> {
    Ok(lines_of_all(tx, &[role]).await?.remove(&role).unwrap_or_default())
}

/// The same of several roles.
pub async fn lines_of_all(tx: &mut TenantTx, roles: &[Uuid]) -> Result<HashMap<Uuid, Vec<RightLine>>, sqlx::Error> {
    let rows = sqlx::query(
        "select parent, record, field, sees, creates, changes, deletes, acts, reach from role_right
          where tenant_id = $1 and parent = any($2) order by parent, position",
    )
    .bind(tx.tenant())
    .bind(roles)
    .fetch_all(tx.conn())
    .await?;
    let mut lines: HashMap<Uuid, Vec<RightLine>> = HashMap::new();
    for row in rows {
        lines.entry(row.try_get("parent")?).or_default().push(RightLine {
            record: row.try_get("record")?,
            field: row.try_get("field")?,
            sees: row.try_get("sees")?,
            creates: row.try_get("creates")?,
            changes: row.try_get("changes")?,
            deletes: row.try_get("deletes")?,
            acts: row.try_get("acts")?,
            reach: row.try_get("reach")?,
        });
    }
    Ok(lines)
}
