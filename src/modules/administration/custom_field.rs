//! Fields that the company adds to its records.

use crate::record::custom::KINDS;
use crate::record::{Field, Kind, Lines, Record, Start, View};

static LINES: Lines = Lines::new(
    "custom_choice",
    &[
        Field::new("english", Kind::Text(100)).required(),
        Field::new("arabic", Kind::Text(100)),
        Field::new("word", Kind::Text(40)),
    ],
);

pub static CUSTOM_FIELD: Record = Record {
    icon: "columns-3",
    fields: &[
        Field::new("record", Kind::RecordType).required(),
        Field::new("kind", Kind::Choice(KINDS)).required().start(Start::Text("text")),
        Field::new("name", Kind::Names).searched().required().wide(),
        Field::new("code", Kind::Text(30)).searched().required(),
        Field::new("target", Kind::RecordType),
        Field::new("start", Kind::Text(500)),
        Field::new("position", Kind::Integer).start(Start::Text("0")),
        Field::new("required", Kind::Bool),
        Field::new("listed", Kind::Bool),
        Field::new("active", Kind::Bool).start(Start::Text("true")),
    ],
    lines: Some(&LINES),
    columns: &["record", "name", "kind", "required", "listed", "active"],
    views: &[
        View { name: "active", filter: &[("active", "true")] },
        View { name: "inactive", filter: &[("active", "false")] },
    ],
    filters: &["record", "kind"],
    seen_by: &["auditor"],
    flag: Some("custom_fields"),
    ..Record::master("custom_field", "custom-fields", "administration")
};

#[cfg(feature = "ssr")]
pub use rules::CustomFieldRules;

#[cfg(feature = "ssr")]
mod rules {
    use super::CUSTOM_FIELD;
    use crate::platform::document::Document;
    use crate::platform::door::{self, Error, Lock, Outcome, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use crate::record::custom::MOST;
    use crate::record::{Field, Kind, Record, Value, value};
    use async_trait::async_trait;
    use rust_decimal::Decimal;

    pub struct CustomFieldRules;

    #[async_trait]
    impl Rules for CustomFieldRules {
        async fn complete(&self, tx: &mut TenantTx, field: &mut Document) -> Outcome<()> {
            let mut refusals = Vec::new();
            let english = field.names("name").en;
            let code = field.text("code").map(str::to_lowercase).unwrap_or_else(|| code_of(&english));
            if code.is_empty() {
                field.set("code", Value::Null);
            } else if is_code(&code) {
                field.set("code", code);
            } else {
                refusals.push(Refusal::new("refuse-custom-code").at("code"));
            }
            for name in ["record", "target"] {
                let known = field.text(name).is_none_or(|record| door::record(record).is_some_and(takes_fields));
                if !known {
                    refusals.push(Refusal::new("refuse-custom-record").at(name));
                }
            }
            let kind = field.text("kind").unwrap_or_default().to_owned();
            match (kind.as_str(), field.text("target").is_some()) {
                ("link", false) => refusals.push(Refusal::new("refuse-custom-target").at("target")),
                ("link", true) | (_, false) => {}
                (_, true) => field.set("target", Value::Null),
            }
            match kind.as_str() {
                "choice" => refusals.extend(name_choices(field)),
                _ => field.lines.clear(),
            }
            refusals.extend(read_start(field, &kind));
            field.fill("position", 0i64);
            refusals.extend(against_saved(tx, field).await?);
            if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
        }
    }

    /// Whether companies may add fields to a record, and lead to it from one.
    fn takes_fields(record: &Record) -> bool {
        record.manual && record.name != CUSTOM_FIELD.name
    }

    /// `Site contact` is `site_contact`.
    fn code_of(text: &str) -> String {
        let plain: String =
            text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let code = plain.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
        let code = code.trim_start_matches(|c: char| !c.is_ascii_lowercase());
        code.chars().take(30).collect::<String>().trim_end_matches('_').to_owned()
    }

    fn is_code(text: &str) -> bool {
        text.len() <= 30
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    }

    /// Gives each choice the word that rows keep.
    fn name_choices(field: &mut Document) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let mut taken: Vec<String> = Vec::new();
        for (row, line) in field.lines.iter_mut().enumerate() {
            let english = line.get("english").text().unwrap_or_default().to_owned();
            let word = line.get("word").text().map(str::to_owned).unwrap_or_else(|| match code_of(&english) {
                code if code.is_empty() => format!("choice_{}", row + 1),
                code => code,
            });
            if taken.contains(&word) {
                refusals.push(Refusal::new("refuse-custom-choice-twice").at_line(row, "word"));
            }
            line.set("word", word.clone());
            taken.push(word);
        }
        if field.lines.is_empty() {
            refusals.push(Refusal::new("refuse-custom-no-choices").at("lines"));
        }
        refusals
    }

    /// What new records start with, read as the field will read it.
    fn read_start(field: &mut Document, kind: &str) -> Option<Refusal> {
        let typed = field.text("start")?.to_owned();
        let kind = match kind {
            "number" => Kind::Quantity,
            "date" => Kind::Date,
            "yes_no" => Kind::Bool,
            "link" => return Some(Refusal::new("refuse-custom-start-link").at("start")),
            "choice" => {
                let called = |line: &&crate::platform::document::Line| {
                    ["word", "english", "arabic"].iter().any(|name| line.get(name).text() == Some(typed.as_str()))
                };
                let word = field.lines.iter().find(called).and_then(|line| line.get("word").text()).map(str::to_owned);
                let Some(word) = word else { return Some(Refusal::new("fault-not-choice").at("start")) };
                field.set("start", word);
                return None;
            }
            _ => Kind::Text(500),
        };
        match value::read(&Field { signed: true, ..Field::new("start", kind) }, &typed, "") {
            Ok(value) => field.set("start", value.to_text()),
            Err(fault) => return Some(Refusal::new(fault.message()).at("start")),
        }
        None
    }

    /// What rows are kept by stays as it is; and there is room for so many.
    async fn against_saved(tx: &mut TenantTx, field: &Document) -> Outcome<Vec<Refusal>> {
        let mut refusals = Vec::new();
        match door::load(tx, &CUSTOM_FIELD, field.id, Lock::No).await {
            Ok(saved) => {
                let changed =
                    ["record", "code", "kind", "target"].into_iter().filter(|name| saved.get(name) != field.get(name));
                refusals.extend(changed.map(|name| Refusal::new("refuse-custom-fixed").at(name)));
                for (row, line) in field.lines.iter().enumerate() {
                    let before = saved.lines.iter().find(|known| known.id == line.id);
                    if before.is_some_and(|before| before.get("word") != line.get("word")) {
                        refusals.push(Refusal::new("refuse-custom-fixed").at_line(row, "word"));
                    }
                }
            }
            Err(Error::NotFound) => {
                let taken: i64 =
                    sqlx::query_scalar("select count(*) from custom_field where tenant_id = $1 and record = $2")
                        .bind(tx.tenant())
                        .bind(field.text("record"))
                        .fetch_one(tx.conn())
                        .await?;
                if taken >= MOST as i64 {
                    refusals.push(Refusal::new("refuse-custom-many").with("most", Decimal::from(MOST)).at("record"));
                }
            }
            Err(other) => return Err(other),
        }
        Ok(refusals)
    }
}
