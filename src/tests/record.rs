//! Money, values, queries: laws.

use crate::i18n::{Digits, I18n, Locale};
use crate::record::fold::fold;
use crate::record::query::Query;
use crate::record::value::{self, Fault};
use crate::record::{Field, Kind, Names, Value, money};
use crate::tests::support::{Firm, day, dec, record};
use proptest::prelude::*;
use rust_decimal::Decimal;

proptest! {
    #[test]
    fn allocation_sums_to_the_total(total in -1_000_000_000_i64..1_000_000_000, weights in prop::collection::vec(0_u32..10_000, 1..12)) {
        let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from).collect();
        let parts = money::allocate(total, &weights);
        prop_assert_eq!(parts.iter().sum::<i64>(), total);
        let sum: Decimal = weights.iter().copied().sum();
        if !sum.is_zero() {
            for (part, weight) in parts.iter().zip(&weights) {
                let exact = Decimal::from(total) * weight / sum;
                prop_assert!((Decimal::from(*part) - exact).abs() < Decimal::from(2), "{} against {}", part, exact);
            }
        }
    }

    #[test]
    fn minor_units_come_back(minor in -9_000_000_000_000_i64..9_000_000_000_000, decimals in prop::sample::select(vec![0_u32, 2, 3])) {
        prop_assert_eq!(money::to_minor(money::from_minor(minor, decimals), decimals), Some(minor));
    }

    #[test]
    fn numbers_read_alike_in_every_script(whole in 0_i64..999_999_999, fraction in 0_u32..100) {
        let western = format!("{whole}.{fraction:02}");
        let arabic: String = western.chars().map(|c| match c {
            '0'..='9' => char::from_u32(0x660 + c as u32 - 48).unwrap_or(c),
            '.' => '٫',
            other => other,
        }).collect();
        let field = Field::new("price", Kind::Price);
        prop_assert_eq!(value::read(&field, &western, "SAR"), value::read(&field, &arabic, "SAR"));
    }

    #[test]
    fn any_text_reads_or_is_refused_but_never_panics(text in "\\PC{0,60}") {
        for kind in [Kind::Text(20), Kind::Note, Kind::Names, Kind::Integer, Kind::Quantity, Kind::Percent, Kind::Money, Kind::Date, Kind::Bool, Kind::Link("item"), Kind::Currency] {
            let read = value::read(&Field::new("x", kind), &text, "KWD");
            if let Ok(value) = read {
                // The canonical text reads back to the same value.
                prop_assert_eq!(Value::from_text(kind, value.to_text().as_deref()), value);
            }
        }
    }
}

#[test]
fn halves_round_away_from_zero() {
    for (value, decimals, rounded) in [("2.5", 0, "3"), ("-2.5", 0, "-3"), ("1.005", 2, "1.01"), ("0.0445", 3, "0.045")]
    {
        assert_eq!(money::round(dec(value), decimals), dec(rounded), "{value}");
    }
    assert_eq!(dec("0.1") + dec("0.2"), dec("0.3"));
    assert_eq!(money::allocate(100, &[Decimal::ONE; 3]), [34, 33, 33]);
}

/// There is one rule, and the database has the same: a half goes away from zero, and no figure is a float on its way.
#[tokio::test]
async fn f32_the_database_rounds_as_we_do() {
    let firm = Firm::new().await;
    let mut tx = firm.tx().await;
    for (text, decimals, rounded) in [
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("0.5", 0, "1"),
        ("1.005", 2, "1.01"),
        ("-1.005", 2, "-1.01"),
        ("2.675", 2, "2.68"),
        ("0.0005", 3, "0.001"),
        ("0.00049999", 3, "0"),
        ("99999999999999.995", 2, "100000000000000"),
    ] {
        assert_eq!(money::round(dec(text), decimals).normalize(), dec(rounded), "{text}");
        let theirs: Decimal = sqlx::query_scalar("select round($1, $2)")
            .bind(dec(text))
            .bind(decimals as i32)
            .fetch_one(tx.conn())
            .await
            .expect("a figure");
        assert_eq!(theirs.normalize(), dec(rounded), "{text} in the database");
        let minor = money::to_minor(dec(text), decimals).expect("fits");
        assert_eq!(money::from_minor(minor, decimals).normalize(), dec(rounded), "{text} in minor units");
    }
    let sum: Decimal =
        sqlx::query_scalar("select 0.1::numeric + $1").bind(dec("0.2")).fetch_one(tx.conn()).await.expect("a sum");
    assert_eq!((sum, dec("0.1") + dec("0.2")), (dec("0.3"), dec("0.3")));
}

#[test]
fn f32_a_hundred_in_three_is_a_hundred() {
    for (total, shares, expected) in [
        (100, vec!["1", "1", "1"], vec![34, 33, 33]),
        (-100, vec!["1", "1", "1"], vec![-34, -33, -33]),
        (1, vec!["1", "1", "1"], vec![1, 0, 0]),
        (10_000, vec!["33.3333", "33.3333", "33.3334"], vec![3_333, 3_333, 3_334]),
        (5, vec!["0", "0"], vec![5, 0]),
        (i64::MAX, vec!["1", "1"], vec![i64::MAX / 2 + 1, i64::MAX / 2]),
    ] {
        let weights: Vec<Decimal> = shares.iter().map(|share| dec(share)).collect();
        assert_eq!(money::allocate(total, &weights), expected, "{total} by {shares:?}");
    }
}

#[test]
fn f30_a_comma_sets_thousands_apart_or_is_refused() {
    let field = Field::new("quantity", Kind::Quantity);
    let read = |typed: &str| value::read(&field, typed, "SAR");
    for (typed, number) in [
        ("1,234", "1234"),
        ("12,345,678.9", "12345678.9"),
        ("١٬٢٣٤٫٥", "1234.5"),
        ("1 234", "1234"),
        ("+1,000", "1000"),
    ] {
        assert_eq!(read(typed), Ok(Value::Decimal(dec(number))), "{typed}");
    }
    for typed in ["1,5", "12,50", "1.234,56", "1,23,456", ",5", "1,", "1234,567", "1,2345", "١٬٥", "0.1,234"] {
        assert_eq!(read(typed), Err(Fault::Comma), "{typed}");
    }
    let percent = Field::new("rate", Kind::Percent);
    assert_eq!(value::read(&percent, "15%", "SAR"), Ok(Value::Decimal(dec("15"))));
    assert_eq!(value::read(&percent, "1,5%", "SAR"), Err(Fault::Comma));
}

#[test]
fn f31_amounts_beyond_what_is_kept_are_refused() {
    let field = Field::new("amount", Kind::Money);
    assert_eq!(value::read(&field, "9223372036854775807", "SAR"), Err(Fault::OutOfRange));
    assert_eq!(value::read(&field, "999999999999", "SAR"), Ok(Value::Int(99_999_999_999_900)));
    assert_eq!(money::to_minor(Decimal::MAX, 3), None);
}

#[test]
fn a_yes_or_no_is_read_as_it_is_written_and_nothing_else_is_one() {
    let field = Field::new("active", Kind::Bool);
    let read = |typed: &str| value::read(&field, typed, "SAR");
    for yes in ["true", "TRUE", "t", "Yes", "y", "on", "1", "١", "نعم", " نَعَم "] {
        assert_eq!(read(yes), Ok(Value::Bool(true)), "{yes:?}");
    }
    for no in ["false", "False", "f", "NO", "n", "off", "0", "٠", "لا", "لَا", "", "  "] {
        assert_eq!(read(no), Ok(Value::Bool(false)), "{no:?}");
    }
    for neither in ["maybe", "x", "active", "yes no", "2", "-1", "10", "null", "ربما"] {
        assert_eq!(read(neither), Err(Fault::NotBool), "{neither:?}");
    }
    for i18n in Locale::ALL.map(|locale| I18n::new(locale, Digits::Western)) {
        for yes in [true, false] {
            assert_eq!(read(&i18n.yes_or_no(yes)), Ok(Value::Bool(yes)), "{}", i18n.yes_or_no(yes));
        }
    }
}

#[test]
fn f33_amounts_have_the_decimals_of_their_currency() {
    let field = Field::new("amount", Kind::Money);
    assert_eq!(value::read(&field, "1.234", "KWD"), Ok(Value::Int(1234)));
    assert_eq!(value::read(&field, "1.234", "SAR"), Err(Fault::TooManyDecimals));
    assert_eq!(value::read(&field, "12", "JPY"), Ok(Value::Int(12)));
    assert_eq!(value::read(&field, "12.5", "JPY"), Err(Fault::TooManyDecimals));
}

#[test]
fn f30_negative_numbers_need_a_field_that_allows_them() {
    assert_eq!(value::read(&Field::new("q", Kind::Quantity), "-1", "SAR"), Err(Fault::Negative));
    assert_eq!(value::read(&Field::new("q", Kind::Quantity).signed(), "−١", "SAR"), Ok(Value::Decimal(dec("-1"))));
    assert_eq!(value::read(&Field::new("d", Kind::Percent), "101", "SAR"), Err(Fault::OutOfRange));
}

#[test]
fn f34_text_that_deceives_is_refused_or_cleaned() {
    let field = Field::new("t", Kind::Text(10));
    assert_eq!(value::read(&field, "a\u{202E}b", "SAR"), Ok(Value::from("ab")));
    assert_eq!(value::read(&field, "a\0b", "SAR"), Err(Fault::ControlCharacter));
    assert_eq!(value::read(&field, "12345678901", "SAR"), Err(Fault::TooLong));
}

#[test]
fn dates_are_read_as_people_write_them() {
    let field = Field::new("d", Kind::Date);
    for text in ["2026-11-18", "18/11/2026", "18.11.2026", "١٨/١١/٢٠٢٦", "2026/11/18", "2026-11-18 00:00:00"] {
        assert_eq!(value::read(&field, text, "SAR"), Ok(Value::Date(day("2026-11-18"))), "{text}");
    }
    for text in ["2026-02-30", "yesterday", "0001-01-01", "18/11"] {
        assert_eq!(value::read(&field, text, "SAR"), Err(Fault::NotDate), "{text}");
    }
}

#[test]
fn arabic_letters_that_people_exchange_fold_alike() {
    assert_eq!(fold("مُؤسَّسة الأفـــق"), fold("موسسه الافق"));
    assert_eq!(fold("إلى"), fold("الي"));
    assert_eq!(fold("  Gulf   STEEL ٤٢ "), "gulf steel 42");
}

#[test]
fn names_fall_back_to_the_other_language() {
    assert_eq!(Names::new("Steel", "").in_language(true), "Steel");
    assert_eq!(Names::new("Steel", "حديد").in_language(true), "حديد");
}

#[test]
fn a_query_comes_back_from_its_address() {
    let orders = record("sales_order");
    let query = Query {
        view: Some("open".to_owned()),
        search: Some("خليج & co".to_owned()),
        sort: Some("total".to_owned()),
        descending: true,
        ..Query::default()
    };
    let address = query.address(orders);
    let pairs = form_urlencoded::parse(address.split_once('?').expect("a query").1.as_bytes()).into_owned();
    assert_eq!(Query::read(orders, pairs), query);
    // Two boxes of a range become one filter; names that are no fields are left out.
    let pairs = [("date>", "2026-01-01"), ("date<", "2026-02-01"), ("evil", "x")];
    let read = Query::read(orders, pairs.map(|(n, t)| (n.to_owned(), t.to_owned())));
    assert_eq!(read.filter("date"), Some("2026-01-01..2026-02-01"));
    assert_eq!(read.filters.len(), 1);
}

#[test]
fn arabic_counts_by_the_last_two_digits() {
    use crate::i18n::{Digits, I18n, Locale};
    let arabic = I18n::new(Locale::Ar, Digits::Western);
    let said = |count: i64| crate::t!(arabic, "audit-fields", count = count).replace(['\u{2068}', '\u{2069}'], "");
    let few = ["3 حقول", "103 حقول", "1,110 حقول"];
    assert_eq!([said(3), said(103), said(1110)], few);
    assert_eq!([said(11), said(111), said(191)], ["11 حقلًا", "111 حقلًا", "191 حقلًا"]);
    assert_eq!([said(100), said(102), said(200)], ["100 حقل", "102 حقل", "200 حقل"]);
    assert_eq!([said(1), said(2)], ["حقل واحد", "حقلان"]);
}
