//! Journal entries: those that people write, and those that documents leave behind.

use crate::record::{Action, Field, Kind, Lines, Record, Start, State, Tone, View};

static LINES: Lines = Lines::new(
    "journal_entry_line",
    &[
        Field::new("account", Kind::Link("account")).required(),
        Field::new("description", Kind::Text(200)),
        Field::new("debit", Kind::Base),
        Field::new("credit", Kind::Base),
        Field::new("cost_centre", Kind::Link("cost_centre")),
        Field::new("customer", Kind::Link("customer")).computed(),
    ],
)
.required();

pub static JOURNAL_ENTRY: Record = Record {
    icon: "book-open",
    fields: &[
        Field::new("number", Kind::Number).computed(),
        Field::new("date", Kind::Date).required().start(Start::Today),
        Field::new("memo", Kind::Text(200)).searched().wide(),
        Field::new("total", Kind::Base).computed(),
        Field::new("source_record", Kind::Text(40)).hidden(),
        Field::new("source", Kind::Source).hidden(),
        Field::new("reversal_of", Kind::Link("journal_entry")).computed(),
        Field::new("state", Kind::State).computed(),
    ],
    lines: Some(&LINES),
    states: &[
        State::new("draft", Tone::Draft).editable(),
        State::new("posted", Tone::Done),
        State::new("reversed", Tone::Void).aside(),
    ],
    actions: &[
        Action::new("post", "check", &["draft"]).primary(),
        Action::new("reverse", "undo-2", &["posted"]).grave(),
    ],
    columns: &["number", "date", "memo", "total", "state"],
    totals: &["total"],
    views: &[
        View { name: "draft", filter: &[("state", "draft")] },
        View { name: "posted", filter: &[("state", "posted")] },
    ],
    filters: &["date", "state", "total"],
    seen_by: &["accountant"],
    kept_by: &["accountant"],
    ..Record::document("journal_entry", "journal-entries", "finance", "JE")
};

#[cfg(feature = "ssr")]
pub use rules::EntryRules;

#[cfg(feature = "ssr")]
mod rules {
    use super::super::account::CONTROLS;
    use super::super::ledger::{self, Entry, EntryLine, REVERSAL};
    use crate::platform::document::Document;
    use crate::platform::door::{Effects, Error, Outcome, Posting, Refusal, Rules};
    use crate::platform::tenancy::TenantTx;
    use async_trait::async_trait;
    use sqlx::Row as _;
    use uuid::Uuid;

    pub struct EntryRules;

    #[async_trait]
    impl Rules for EntryRules {
        async fn complete(&self, _: &mut TenantTx, entry: &mut Document) -> Outcome<()> {
            let mut debits = 0_i64;
            let mut credits = 0_i64;
            for line in &mut entry.lines {
                for side in ["debit", "credit"] {
                    if line.get(side).is_null() {
                        line.set(side, 0);
                    }
                }
                debits = debits.checked_add(line.minor("debit")).ok_or_else(too_large)?;
                credits = credits.checked_add(line.minor("credit")).ok_or_else(too_large)?;
            }
            entry.set("total", debits);
            let both = entry.lines.iter().position(|l| l.minor("debit") != 0 && l.minor("credit") != 0);
            if let Some(row) = both {
                return Err(Refusal::new("refuse-both-sides").at_line(row, "credit").into());
            }
            Ok(())
        }

        async fn act(&self, tx: &mut TenantTx, action: &'static str, entry: &Document) -> Outcome<Effects> {
            let books = ledger::books(tx, if action == "post" { entry.date() } else { tx.company.today }).await?;
            books.check_open()?;
            match action {
                "post" => {
                    check_sides(entry)?;
                    check_accounts(tx, entry).await?;
                    check_centres(tx, entry).await?;
                    Ok(Effects::to("posted").numbered().post(MarkPosted))
                }
                "reverse" if entry.text("source_record").is_none() => {
                    let reversal = Entry {
                        reversal_of: Some(entry.id),
                        suffix: REVERSAL.into(),
                        ..as_entry(entry, books.date).reversed()
                    };
                    Ok(Effects::to("reversed").book(reversal))
                }
                "reverse" => Err(Refusal::new("refuse-reverse-source").into()),
                _ => Err(Error::NotFound),
            }
        }
    }

    fn too_large() -> Error {
        Refusal::new("fault-out-of-range").at("lines").into()
    }

    /// Debits equal credits, and there is something to post.
    fn check_sides(entry: &Document) -> Outcome<()> {
        let debits: i64 = entry.lines.iter().map(|l| l.minor("debit")).sum();
        let credits: i64 = entry.lines.iter().map(|l| l.minor("credit")).sum();
        if debits == credits && debits != 0 {
            Ok(())
        } else {
            Err(Refusal::new("refuse-unbalanced").at("lines").into())
        }
    }

    /// People post to accounts that are in use, are no groups and have no sub-ledger.
    async fn check_accounts(tx: &mut TenantTx, entry: &Document) -> Outcome<()> {
        let ids: Vec<Uuid> = entry.lines.iter().filter_map(|l| l.link("account")).collect();
        let rows =
            sqlx::query("select id, code, is_group, active, role from account where tenant_id = $1 and id = any($2)")
                .bind(tx.tenant())
                .bind(&ids)
                .fetch_all(tx.conn())
                .await?;
        for row in rows {
            let id: Uuid = row.try_get("id")?;
            let role: Option<String> = row.try_get("role")?;
            let refusal = if row.try_get("is_group")? {
                "refuse-account-group"
            } else if !row.try_get::<bool, _>("active")? {
                "refuse-account-inactive"
            } else if role.is_some_and(|role| CONTROLS.contains(&role.as_str())) {
                "refuse-account-control"
            } else {
                continue;
            };
            let at = entry.lines.iter().position(|l| l.link("account") == Some(id)).unwrap_or_default();
            return Err(Refusal::new(refusal)
                .with("code", row.try_get::<String, _>("code")?)
                .at_line(at, "account")
                .into());
        }
        Ok(())
    }

    /// People post to cost centres that are in use.
    async fn check_centres(tx: &mut TenantTx, entry: &Document) -> Outcome<()> {
        let ids: Vec<Uuid> = entry.lines.iter().filter_map(|l| l.link("cost_centre")).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let inactive: Option<(Uuid, String)> = sqlx::query_as(
            "select id, code from cost_centre where tenant_id = $1 and id = any($2) and not active order by code limit 1",
        )
        .bind(tx.tenant())
        .bind(&ids)
        .fetch_optional(tx.conn())
        .await?;
        let Some((id, code)) = inactive else { return Ok(()) };
        let at = entry.lines.iter().position(|l| l.link("cost_centre") == Some(id)).unwrap_or_default();
        Err(Refusal::new("refuse-centre-inactive").with("code", code).at_line(at, "cost_centre").into())
    }

    fn as_entry(entry: &Document, date: jiff::civil::Date) -> Entry {
        Entry::new(
            date,
            entry.lines.iter().map(|l| EntryLine {
                account: l.link("account").unwrap_or_default(),
                debit: l.minor("debit"),
                credit: l.minor("credit"),
                customer: l.link("customer"),
                cost_centre: l.link("cost_centre"),
                ..EntryLine::default()
            }),
        )
    }

    /// Takes the lines of a written entry into the ledger, in the same transaction that posts it.
    struct MarkPosted;

    #[async_trait]
    impl Posting for MarkPosted {
        async fn apply(&self, tx: &mut TenantTx, entry: &Document) -> Outcome<()> {
            sqlx::query(
                "update journal_entry_line set posted = true, date = $3::date where tenant_id = $1 and parent = $2",
            )
            .bind(tx.tenant())
            .bind(entry.id)
            .bind(entry.date().to_string())
            .execute(tx.conn())
            .await?;
            Ok(())
        }
    }
}
