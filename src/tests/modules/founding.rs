//! What a country brings to a company that is founded in it.

use crate::platform::tenancy::TenantTx;
use crate::tests::support::Firm;
use sqlx::AssertSqlSafe;

/// A country as its law and its calendar have it.
struct Country {
    code: &'static str,
    currency: &'static str,
    time_zone: &'static str,
    weekend: &'static str,
    /// Code, kind and percent of each tax code, in the order of the codes.
    taxes: &'static [(&'static str, &'static str, &'static str)],
}

/// Saudi Arabia and Egypt rest on Friday and Saturday, the Emirates since 2022 on Saturday and Sunday. VAT is 15 % in
/// Saudi Arabia since July 2020, 5 % in the Emirates, 14 % in Egypt. Elsewhere stands an example, to be changed.
const COUNTRIES: [Country; 4] = [
    Country {
        code: "SA",
        currency: "SAR",
        time_zone: "Asia/Riyadh",
        weekend: "fri_sat",
        taxes: &[
            ("EXEMPT", "exempt", "0"),
            ("OUT", "out_of_scope", "0"),
            ("RC15", "reverse_charge", "15"),
            ("VAT15", "standard", "15"),
            ("ZERO", "zero", "0"),
        ],
    },
    Country {
        code: "AE",
        currency: "AED",
        time_zone: "Asia/Dubai",
        weekend: "sat_sun",
        taxes: &[
            ("EXEMPT", "exempt", "0"),
            ("OUT", "out_of_scope", "0"),
            ("RC5", "reverse_charge", "5"),
            ("VAT5", "standard", "5"),
            ("ZERO", "zero", "0"),
        ],
    },
    Country {
        code: "EG",
        currency: "EGP",
        time_zone: "Africa/Cairo",
        weekend: "fri_sat",
        taxes: &[
            ("EXEMPT", "exempt", "0"),
            ("OUT", "out_of_scope", "0"),
            ("RC14", "reverse_charge", "14"),
            ("VAT14", "standard", "14"),
            ("ZERO", "zero", "0"),
        ],
    },
    Country {
        code: "XX",
        currency: "USD",
        time_zone: "Etc/UTC",
        weekend: "sat_sun",
        taxes: &[
            ("EXEMPT", "exempt", "0"),
            ("OUT", "out_of_scope", "0"),
            ("VAT10", "standard", "10"),
            ("ZERO", "zero", "0"),
        ],
    },
];

fn is_arabic(text: &str) -> bool {
    text.chars().any(|c| ('\u{600}'..='\u{6FF}').contains(&c))
}

#[tokio::test]
async fn each_country_brings_its_money_its_week_its_taxes_and_a_chart_in_two_languages() {
    for country in &COUNTRIES {
        let firm = Firm::in_country(country.code).await;
        let mut tx = firm.tx().await;
        assert_settings(&mut tx, country).await;
        assert_taxes(&mut tx, country).await;
        assert_named_in_both_languages(&mut tx, country).await;
        assert_tree(&mut tx, country).await;
    }
}

async fn assert_settings(tx: &mut TenantTx, country: &Country) {
    assert_eq!((tx.company.country.as_str(), tx.company.currency.as_str()), (country.code, country.currency));
    let kept: (String, String, String, String) =
        sqlx::query_as("select time_zone, weekend, fiscal_start, tax_rounding from company where tenant_id = $1")
            .bind(tx.tenant())
            .fetch_one(tx.conn())
            .await
            .expect("the company");
    let expected = [country.time_zone, country.weekend, "01-01", "document"].map(str::to_owned);
    assert_eq!([kept.0, kept.1, kept.2, kept.3], expected, "{}", country.code);
    let there: String = sqlx::query_scalar("select (now() at time zone $1)::date::text")
        .bind(country.time_zone)
        .fetch_one(tx.conn())
        .await
        .expect("the date there");
    assert_eq!(tx.company.today.to_string(), there, "{}", country.code);
    let open: i64 = sqlx::query_scalar("select count(*) from period where tenant_id = $1 and state = 'open'")
        .bind(tx.tenant())
        .fetch_one(tx.conn())
        .await
        .expect("periods");
    assert_eq!(open, 36, "the months of last year, of this one and of the next");
}

async fn assert_taxes(tx: &mut TenantTx, country: &Country) {
    let taxes: Vec<(String, String, String)> = sqlx::query_as(
        "select code, kind, trim_scale(rate)::text from tax_code
          where tenant_id = $1 and active order by code collate \"C\"",
    )
    .bind(tx.tenant())
    .fetch_all(tx.conn())
    .await
    .expect("tax codes");
    let taxes: Vec<(&str, &str, &str)> =
        taxes.iter().map(|(code, kind, rate)| (code.as_str(), kind.as_str(), rate.as_str())).collect();
    assert_eq!(taxes, country.taxes, "{}", country.code);
}

async fn assert_named_in_both_languages(tx: &mut TenantTx, country: &Country) {
    let tables = [
        ("account", 80),
        ("tax_code", 4),
        ("payment_term", 10),
        ("unit", 20),
        ("warehouse", 1),
        ("branch", 1),
        ("role", 5),
    ];
    for (table, least) in tables {
        let sql = format!(
            "select code, coalesce(name ->> 'en', ''), coalesce(name ->> 'ar', '') from {table} where tenant_id = $1"
        );
        let names: Vec<(String, String, String)> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(tx.tenant()).fetch_all(tx.conn()).await.expect("names");
        assert!(names.len() >= least, "{}: {} rows of {table}", country.code, names.len());
        for (code, english, arabic) in &names {
            let both = !english.is_empty() && !is_arabic(english) && is_arabic(arabic);
            assert!(both, "{table} {code} in {}: “{english}”, “{arabic}”", country.code);
        }
    }
}

/// An account stands below a group of its own kind, and a role is that of an account which takes postings.
async fn assert_tree(tx: &mut TenantTx, country: &Country) {
    let stray: Vec<String> = sqlx::query_scalar(
        "select a.code from account a left join account p on p.tenant_id = a.tenant_id and p.id = a.parent
          where a.tenant_id = $1
            and ((a.parent is null and not a.is_group) or (p.id is not null and (p.kind <> a.kind or not p.is_group))
                 or (a.is_group and a.role is not null) or not a.active
                 or (a.is_group and not exists (select from account c where c.tenant_id = $1 and c.parent = a.id)))",
    )
    .bind(tx.tenant())
    .fetch_all(tx.conn())
    .await
    .expect("accounts");
    assert_eq!(stray, Vec::<String>::new(), "{}", country.code);
}
