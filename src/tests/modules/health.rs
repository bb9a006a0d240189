//! Books health finds what it is there for: one defect is planted for each check, behind the back of everything that
//! keeps it out.

use crate::modules::finance::health;
use crate::platform::document::Line;
use crate::platform::door;
use crate::tests::support::{self, Firm, code, record};
use sqlx::{Connection as _, PgConnection};

/// What is done to the rows of a company, what undoes it, and the checks that must go red.
struct Defect {
    plant: &'static str,
    mend: &'static str,
    red: &'static [&'static str],
}

/// Where two checks go red, no defect exists that only one of them sees: debits cannot differ from credits where every
/// entry balances, nor all moves from all levels where they agree place by place.
const DEFECTS: [Defect; 12] = [
    Defect {
        plant: "update journal_entry_line set debit = debit + 1 where tenant_id = $1 and debit = 70001",
        mend: "update journal_entry_line set debit = debit - 1 where tenant_id = $1 and debit = 70002",
        red: &["debits-credits", "entries-balance"],
    },
    // One entry has too much on one side, another on the other.
    Defect {
        plant: "update journal_entry_line
                   set debit = debit + (debit = 70001)::int, credit = credit + (credit = 80001)::int
                 where tenant_id = $1 and (debit = 70001 or credit = 80001)",
        mend: "update journal_entry_line
                  set debit = debit - (debit = 70002)::int, credit = credit - (credit = 80002)::int
                where tenant_id = $1 and (debit = 70002 or credit = 80002)",
        red: &["entries-balance"],
    },
    Defect {
        plant: "update open_item set base_open = base_open + 1 where tenant_id = $1 and open > 0",
        mend: "update open_item set base_open = base_open - 1 where tenant_id = $1 and open > 0",
        red: &["receivable-control"],
    },
    // The store is worth what it was, and the books say less.
    Defect {
        plant: "update journal_entry_line set account = (select id from account where tenant_id = $1 and code = '1110')
                 where tenant_id = $1 and debit = 60000",
        mend: "update journal_entry_line
                  set account = (select id from account where tenant_id = $1 and role = 'inventory')
                where tenant_id = $1 and debit = 60000",
        red: &["stock-account"],
    },
    Defect {
        plant: "update stock_move set value = value + 1 where tenant_id = $1 and value = 60000",
        mend: "update stock_move set value = value - 1 where tenant_id = $1 and value = 60001",
        red: &["stock-moves", "stock-levels"],
    },
    Defect {
        plant: "update stock_level set on_hand = on_hand + 1 where tenant_id = $1 and value = 60000",
        mend: "update stock_level set on_hand = on_hand - 1 where tenant_id = $1 and value = 60000",
        red: &["stock-levels"],
    },
    // The order reserves what has left, by no delivery.
    Defect {
        plant: "update sales_order_line set delivered = 1 where tenant_id = $1",
        mend: "update sales_order_line set delivered = 0 where tenant_id = $1",
        red: &["stock-promised"],
    },
    Defect {
        plant: "update stock_layer set value = value + 1 where tenant_id = $1",
        mend: "update stock_layer set value = value - 1 where tenant_id = $1",
        red: &["stock-layers"],
    },
    Defect {
        plant: "update sales_invoice set open = open - 1 where tenant_id = $1 and open > 0",
        mend: "update sales_invoice set open = open + 1 where tenant_id = $1 and open > 0",
        red: &["invoices-open"],
    },
    Defect {
        plant: "update journal_entry_line set tax_code = null where tenant_id = $1 and credit = 3000",
        mend: "update journal_entry_line
                  set tax_code = (select id from tax_code where tenant_id = $1 and code = 'VAT15')
                where tenant_id = $1 and credit = 3000",
        red: &["vat-account"],
    },
    Defect {
        plant: "insert into advance (tenant_id, id, date, sales_order, invoice, source_record, source, net, tax, base_net, base_tax)
                values ($1, gen_random_uuid(), '2026-01-01', gen_random_uuid(), gen_random_uuid(), 'sales_invoice', gen_random_uuid(), 1, 0, 1, 0)",
        mend: "delete from advance where tenant_id = $1",
        red: &["advances-account"],
    },
    Defect {
        plant: "update series set last = last + 1 where tenant_id = $1 and record = 'sales_invoice'",
        mend: "update series set last = last - 1 where tenant_id = $1 and record = 'sales_invoice'",
        red: &["number-gaps"],
    },
];

/// A superuser who goes behind every trigger.
async fn tamper(firm: &Firm, sql: &'static str) {
    let mut admin = PgConnection::connect(&support::admin_url().await).await.expect("admin");
    let mut tx = admin.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.expect("triggers rest");
    let done = sqlx::query(sql).bind(firm.cx.tenant).execute(&mut *tx).await.expect(sql);
    assert!(done.rows_affected() > 0, "nothing was planted: {sql}");
    tx.commit().await.expect("commit");
}

/// The checks that do not hold, and all there are.
async fn checks(firm: &Firm) -> (Vec<String>, Vec<String>) {
    let mut tx = firm.tx().await;
    let checks = health::check(&mut tx).await.expect("health is read");
    let red = checks.iter().filter(|check| !check.holds).map(|check| check.name.clone()).collect();
    (red, checks.into_iter().map(|check| check.name).collect())
}

/// A posted entry of this much between two accounts of which nothing else depends.
async fn write(firm: &Firm, amount: i64) {
    let mut tx = firm.tx().await;
    let (cash, capital) = (code(&mut tx, "account", "1110").await, code(&mut tx, "account", "3110").await);
    drop(tx);
    let debit = Line::new().with("account", cash).with("debit", amount);
    let credit = Line::new().with("account", capital).with("credit", amount);
    firm.post(&firm.draft("journal_entry", vec![debit, credit]).await).await;
}

/// Two entries by hand, ten pieces worth 600.00 of which three are promised, five worth 250.00 that leave oldest first, an invoice
/// of 200.00 and 30.00 VAT.
async fn firm_of_known_figures() -> Firm {
    let firm = Firm::new().await;
    let item = firm.item("A", "100", 10, "60").await;
    firm.item_by("fifo", "F", "100", 5, "50").await;
    firm.order(&[(item, 3)]).await;
    firm.invoice(&[(item, 2)]).await;
    write(&firm, 70_001).await;
    write(&firm, 80_001).await;
    firm
}

#[tokio::test]
async fn each_defect_turns_its_own_check_red() {
    let firm = firm_of_known_figures().await;
    let (red, all) = checks(&firm).await;
    assert_eq!(red, Vec::<String>::new());
    for check in &all {
        let turned = DEFECTS.iter().any(|defect| defect.red.contains(&check.as_str()));
        assert!(turned, "no defect turns {check} red");
    }
    for defect in &DEFECTS {
        tamper(&firm, defect.plant).await;
        assert_eq!(checks(&firm).await.0, defect.red, "{}", defect.plant);
        tamper(&firm, defect.mend).await;
        assert_eq!(checks(&firm).await.0, Vec::<String>::new(), "{}", defect.mend);
    }
}

#[tokio::test]
async fn the_page_shows_what_is_wrong_and_other_companies_stay_green() {
    let (firm, other) = (firm_of_known_figures().await, firm_of_known_figures().await);
    tamper(&firm, "update open_item set base_open = base_open + 1 where tenant_id = $1 and open > 0").await;
    let page = support::Browser::of(&firm).await.get("/books-health").await;
    let broken = |body: &str| body.split("<li").filter(|item| item.contains("class=\"bad\"")).count();
    assert_eq!(broken(&page.body), 1, "{}", page.text());
    assert!(page.body.contains("id=\"check-receivable-control\""));
    let page = support::Browser::of(&other).await.get("/books-health").await;
    assert_eq!(broken(&page.body), 0, "{}", page.text());
    other.assert_healthy().await;
}

/// A document that nobody has posted is in no book.
#[tokio::test]
async fn drafts_leave_the_books_alone() {
    let firm = firm_of_known_figures().await;
    let before = firm.balance("receivable").await;
    let item = firm.item("B", "100", 0, "0").await;
    let draft = firm.draft("sales_invoice", vec![Line::new().with("item", item)]).await;
    assert_eq!(firm.balance("receivable").await, before);
    let mut tx = firm.tx().await;
    let gone = door::delete(&mut tx, record("sales_invoice"), draft.id, draft.version).await;
    gone.expect("a draft goes");
    tx.commit().await.expect("commit");
    firm.assert_healthy().await;
}
