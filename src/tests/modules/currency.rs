//! From quotation to payment in currencies without decimals and with three of them, to the last minor unit.

use crate::platform::document::{Document, Line};
use crate::tests::support::{Firm, dec};

/// What a sale of three pieces comes to, in minor units.
struct Figures {
    currency: &'static str,
    rate: &'static str,
    price: &'static str,
    net: i64,
    tax: i64,
    /// Net and tax converted one by one, as they stand in the books of a company that counts in riyals.
    owed: i64,
    /// The whole converted at once, as the bank credits it.
    received: i64,
}

/// Figures by hand: each amount rounded half away from zero to the minor unit of its currency.
const CASES: [Figures; 3] = [
    // 3 × 1,234.5 = 3,703.5 → 3,704; 15 % = 555.6 → 556. At 0.025: 92.60 + 13.90 = 106.50.
    Figures {
        currency: "JPY",
        rate: "0.025",
        price: "1234.5",
        net: 3_704,
        tax: 556,
        owed: 9_260 + 1_390,
        received: 10_650,
    },
    // 3 × 10.1255 = 30.3765 → 30.377; 15 % = 4.55655 → 4.557. At 12.2: 370.60 + 55.60 = 426.20; 34.934 makes 426.19.
    Figures {
        currency: "KWD",
        rate: "12.2",
        price: "10.1255",
        net: 30_377,
        tax: 4_557,
        owed: 37_060 + 5_560,
        received: 42_619,
    },
    // 3 × 0.333 = 0.999; 15 % = 0.14985 → 0.150. At 9.95: 9.94 + 1.49 = 11.43, and 1.149 makes 11.43.
    Figures { currency: "BHD", rate: "9.95", price: "0.333", net: 999, tax: 150, owed: 994 + 149, received: 1_143 },
];

fn amounts(document: &Document) -> (Option<&str>, i64, i64, i64) {
    (document.text("currency"), document.minor("net"), document.minor("tax"), document.minor("total"))
}

#[tokio::test]
async fn f33_a_sale_keeps_the_decimals_of_its_currency_from_quotation_to_payment() {
    for case in &CASES {
        let firm = Firm::new().await;
        let item = firm.item("A", case.price, 5, "7").await;
        firm.rate(case.currency, case.rate).await;
        let customer = firm.document("customer", firm.customer).await;
        firm.change(&customer, &[("currency", case.currency)]).await.expect("their currency");
        let total = case.net + case.tax;
        let expected = (Some(case.currency), case.net, case.tax, total);

        let line = Line::new().with("item", item).with("quantity", dec("3"));
        let quotation = firm.draft("quotation", vec![line]).await;
        assert_eq!(amounts(&quotation), expected, "the quotation");
        let (quotation, _) = firm.act(&quotation, "send").await.expect("sent");
        let order = firm.made(&quotation, "order").await;
        assert_eq!(amounts(&order), expected, "the order");
        let (order, _) = firm.act(&order, "confirm").await.expect("confirmed");
        let delivery = firm.made(&order, "deliver").await;
        let delivery = firm.post(&delivery).await;
        assert_eq!(delivery.minor("cost"), 2_100, "goods cost riyals, whatever they are sold for");
        let invoice = firm.made(&order, "invoice").await;
        assert_eq!(amounts(&invoice), expected, "the invoice");
        let invoice = firm.post(&invoice).await;
        assert_eq!((invoice.minor("open"), invoice.minor("base_total")), (total, case.owed), "{}", case.currency);
        assert_eq!(firm.balance("receivable").await, case.owed);
        assert_eq!(firm.load(&order).await.state(), Some("closed"));

        let payment = firm.made(&invoice, "pay").await;
        assert_eq!((payment.text("currency"), payment.minor("amount")), (Some(case.currency), total));
        let payment = firm.post(&payment).await;
        assert_eq!((payment.minor("allocated"), payment.minor("base_amount")), (total, case.received));
        let invoice = firm.load(&invoice).await;
        assert_eq!((invoice.state(), invoice.minor("open")), (Some("paid"), 0));
        assert_eq!((firm.balance("receivable").await, firm.balance("bank").await), (0, case.received));
        assert_eq!(firm.balance("exchange_difference").await, case.owed - case.received, "{}", case.currency);
        firm.assert_healthy().await;
    }
}

#[tokio::test]
async fn f33_paper_and_lists_show_the_decimals_of_the_currency() {
    let firm = Firm::new().await;
    let mut browser = crate::tests::support::Browser::of(&firm).await;
    for case in &CASES[..2] {
        let item = firm.item(case.currency, case.price, 0, "0").await;
        firm.rate(case.currency, case.rate).await;
        let line = Line::new().with("item", item).with("quantity", dec("3"));
        let fill = |invoice: Document| {
            let invoice = invoice.with("currency", case.currency).with("total", 0);
            Document { lines: vec![line], ..invoice }
        };
        let invoice = firm.post(&firm.insert("sales_invoice", fill).await.expect("an invoice")).await;
        let paper = browser.get(&format!("/sales-invoices/{}/print?language=en", invoice.id)).await;
        let shown = if case.currency == "JPY" { "4,260" } else { "34.934" };
        assert!(paper.text().contains(shown), "{}: {}", case.currency, paper.text());
        assert!(!paper.text().contains("4,260.00"), "yen have no decimals");
    }
    let list = browser.get("/sales-invoices").await.text();
    assert!(list.contains("4,260") && list.contains("34.934"), "{list}");
}
