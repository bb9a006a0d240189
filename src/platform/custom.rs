//! The fields that a company has added, as its units of work know them.

use super::error::{Outcome, Refusal};
use super::tenancy::TenantTx;
use super::{door, sql};
use crate::record::custom::{CustomField, extend};
use crate::record::{Kind, Names, Record};
use sqlx::Row as _;
use std::collections::HashMap;
use uuid::Uuid;

/// What a company has added to its records.
#[derive(Clone, Debug, Default)]
pub struct CustomFields {
    fields: Vec<CustomField>,
    described: HashMap<&'static str, &'static Record>,
}

impl CustomFields {
    pub fn new(fields: Vec<CustomField>) -> CustomFields {
        let extended = door::records().iter().filter(|record| fields.iter().any(|field| field.record == record.name));
        let described = extended.map(|record| (record.name, extend(record, &fields))).collect();
        CustomFields { fields, described }
    }

    /// The description of a record with what the company has added.
    pub fn describe(&self, record: &'static Record) -> &'static Record {
        self.described.get(record.name).copied().unwrap_or(record)
    }

    /// What was added to a record.
    pub fn of(&self, record: &Record) -> Vec<CustomField> {
        self.fields.iter().filter(|field| field.record == record.name).cloned().collect()
    }

    /// Everything that was added.
    pub fn all(&self) -> Vec<CustomField> {
        self.fields.clone()
    }
}

/// Reads what a company has added, in the order that people see.
pub async fn load(tx: &mut TenantTx) -> Outcome<CustomFields> {
    let tenant = tx.tenant();
    let rows = sqlx::query(
        "select f.id, f.record, f.code, f.name::text as name, f.kind, f.target, f.required, f.start, f.listed,
                coalesce((select jsonb_agg(jsonb_build_array(c.word, jsonb_build_object('en', c.english, 'ar', coalesce(c.arabic, '')))
                                             order by c.position, c.id)
                            from custom_choice c where c.tenant_id = f.tenant_id and c.parent = f.id), '[]') as choices
           from custom_field f where f.tenant_id = $1 and f.active order by f.record, f.position, f.code",
    )
    .bind(tenant)
    .fetch_all(tx.conn())
    .await?;
    let fields = rows.iter().map(|row| {
        let choices: Vec<(String, Names)> =
            serde_json::from_value(row.try_get("choices")?).map_err(anyhow::Error::from)?;
        Ok(CustomField {
            record: row.try_get("record")?,
            key: key(row.try_get("id")?),
            code: row.try_get("code")?,
            label: Names::from_text(row.try_get("name")?),
            kind: row.try_get("kind")?,
            target: row.try_get("target")?,
            choices,
            required: row.try_get("required")?,
            start: row.try_get("start")?,
            listed: row.try_get("listed")?,
        })
    });
    Ok(CustomFields::new(fields.collect::<Outcome<_>>()?))
}

/// Where the values of a definition are kept: by its id, so that a later field of the same name never meets them.
fn key(definition: Uuid) -> String {
    definition.simple().to_string()
}

/// What a company's own fields lead to is not deleted, as little as what Diwan's own lead to.
pub(super) async fn refuse_if_linked(tx: &mut TenantTx, record: &Record, ids: &[Uuid]) -> Outcome<()> {
    let (tenant, custom) = (tx.tenant(), tx.custom.clone());
    for described in custom.described.values() {
        for field in described.fields.iter().filter(|f| f.custom.is_some() && f.kind == Kind::Link(record.name)) {
            let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
            let found = sqlx::query_scalar(sql::links_to(described, field)).bind(tenant).bind(ids);
            if found.fetch_one(tx.conn()).await? {
                return Err(Refusal::new("refuse-in-use").into());
            }
        }
    }
    Ok(())
}
