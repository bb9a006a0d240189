//! Rows of a file, put together to documents on the way.

use crate::platform::import::spool::{Spool, Told};
use crate::platform::import::{MOST_LINES, MOST_ROWS, Mapping, Plan};
use crate::platform::table::Table;
use crate::tests::support::{file, record};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn spool(name: &str, mapping: &[&str], text: &str) -> Spool {
    let mapping = mapping.iter().map(|text| Mapping::parse(text).expect("a mapping")).collect();
    let plan = Plan { mapping, ..Plan::new(record(name)) };
    let mut table = Table::open(file(text.as_bytes())).expect("a table");
    Spool::read(&plan, &mut table).expect("it is read")
}

/// All that a file tells from there on, read so many rows at a time.
fn all(mut spool: Spool, from: u64, rows: usize) -> Vec<Told> {
    spool.skip_to(from);
    let mut all = Vec::new();
    loop {
        let told = spool.next_documents(rows).expect("documents");
        if told.is_empty() {
            return all;
        }
        all.extend(told);
    }
}

const ORDERS: [&str; 2] = ["reference=reference", "quantity=line.quantity"];

fn orders(rows: &[u8]) -> String {
    let rows: String = rows.iter().enumerate().map(|(at, order)| format!("R{order},{at}\n")).collect();
    format!("reference,quantity\n{rows}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However its rows are scattered, a document has all of them, in their order; documents stand as their first rows do.
    /// Whoever goes on behind some documents finds the rest.
    #[test]
    fn rows_of_a_document_find_each_other(rows in prop::collection::vec(0..12_u8, 1..80), step in 1..20_usize) {
        crate::modules::install();
        let mut expected: Vec<(u8, Vec<String>)> = Vec::new();
        for (at, order) in rows.iter().enumerate() {
            match expected.iter_mut().find(|(other, _)| other == order) {
                Some((_, lines)) => lines.push(at.to_string()),
                None => expected.push((*order, vec![at.to_string()])),
            }
        }
        let quantities = |told: &Told| -> Vec<String> {
            told.lines.iter().flatten().map(|line| line["quantity"].clone()).collect()
        };
        let text = orders(&rows);
        let told = all(spool("sales_order", &ORDERS, &text), 0, step);
        let found: Vec<_> = told.iter().map(|told| (told.fields["reference"].clone(), quantities(told))).collect();
        let wanted: Vec<_> = expected.iter().map(|(order, lines)| (format!("R{order}"), lines.clone())).collect();
        prop_assert_eq!(&found, &wanted);
        for told in &told {
            let lines: Vec<u64> = quantities(told).iter().map(|at| at.parse::<u64>().expect("a number") + 2).collect();
            prop_assert_eq!(&told.at, &lines);
        }
        let behind: u64 = told.iter().take(step).map(|told| told.at.len() as u64).sum();
        let rest = all(spool("sales_order", &ORDERS, &text), behind, step);
        prop_assert_eq!(rest.iter().map(quantities).collect::<Vec<_>>(), told.iter().skip(step).map(quantities).collect::<Vec<_>>());
    }
}

#[test]
fn a_document_of_too_many_lines_is_known_and_not_kept() {
    crate::modules::install();
    let rows = vec![7; MOST_LINES + 1];
    let told = all(spool("sales_order", &ORDERS, &orders(&rows)), 0, 100);
    assert_eq!((told.len(), told[0].at.len(), told[0].too_long), (1, MOST_LINES + 1, true));
    assert_eq!(told[0].lines, Some(Vec::new()));
    let told = all(spool("sales_order", &ORDERS, &orders(&rows[1..])), 0, 100);
    assert!(!told[0].too_long && told[0].lines.as_ref().is_some_and(|lines| lines.len() == MOST_LINES));
}

#[test]
fn codes_that_occur_again_are_marked_and_rows_of_another_width_counted() {
    crate::modules::install();
    let text = "code,name\nA,1\nB,2\nA,3\nC\n,4\n,5\nB,6,7\nD,8\n";
    let spool = spool("customer", &["code=code", "name*10=name"], text);
    assert_eq!((spool.rows(), spool.unreadable.clone(), spool.end.is_some()), (6, vec![5, 8], false));
    assert_eq!(spool.faults().map(|bad| bad.line).collect::<Vec<_>>(), [5, 8]);
    let told = all(spool, 0, 2);
    let twice: Vec<(u64, bool)> = told.iter().map(|told| (told.at[0], !told.twice.is_empty())).collect();
    assert_eq!(twice, [(2, false), (3, false), (4, true), (6, false), (7, false), (9, false)]);
    assert_eq!(
        told[5].fields,
        BTreeMap::from([("code", "D"), ("name", "80")].map(|(n, t)| (n.to_owned(), t.to_owned())))
    );
}

/// A file of as many rows as it may have is taken, in either dress; one row more is too many.
#[test]
fn f36_a_file_of_the_most_rows_is_taken() {
    crate::modules::install();
    let rows = |count: usize| -> String { (0..count).map(|n| format!("K{n},Customer {n}\n")).collect() };
    let plan = Plan {
        mapping: ["code=code", "name=name"].map(|text| Mapping::parse(text).expect("a mapping")).to_vec(),
        ..Plan::new(record("customer"))
    };
    let as_it_is: fn(Vec<u8>) -> Vec<u8> = |bytes| bytes;
    for dress in [as_it_is, super::as_workbook] {
        for (more, taken) in [(0, true), (1, false)] {
            let bytes = dress(format!("code,name\n{}", rows(MOST_ROWS + more)).into_bytes());
            let mut table = Table::open(file(&bytes)).expect("a table");
            let spool = Spool::read(&plan, &mut table).expect("it is read");
            assert_eq!((spool.rows(), spool.end.is_none()), (MOST_ROWS as u64, taken), "{more} more");
            let told = all(spool, MOST_ROWS as u64 - 3, 2);
            let lines: Vec<u64> = told.iter().map(|told| told.at[0]).collect();
            assert_eq!(lines, [MOST_ROWS as u64 - 1, MOST_ROWS as u64, MOST_ROWS as u64 + 1]);
            assert_eq!(told[2].fields["code"], format!("K{}", MOST_ROWS - 1));
        }
    }
}

/// Rows that cannot be read count, too: a file of nothing else would otherwise take as much memory as it likes.
#[test]
fn f36_rows_that_cannot_be_read_are_no_more_than_others() {
    crate::modules::install();
    let spool = spool("customer", &["code=code"], &format!("code,name\nA,1\n{}", "B\n".repeat(MOST_ROWS + 5)));
    assert_eq!((spool.rows(), spool.unreadable.len()), (1, MOST_ROWS - 1));
    let last = spool.faults().last().expect("a fault");
    assert_eq!((last.line, last.reason.id.as_str()), (MOST_ROWS as u64 + 2, "import-fault-too-large"));
}
