//! Lists as files: what stands in them, and that no text in them is ever run.

use crate::platform::sheet::{Cell, Format, Heading, Writer, guard, unguard};
use crate::platform::table::Table;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::fs::File;
use std::io::{Read as _, Seek as _};

pub fn headings(texts: &[&str]) -> Vec<Heading> {
    texts.iter().map(|text| Heading { text: (*text).to_owned(), width_hint: None }).collect()
}

pub fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

pub fn number(value: &str, decimals: u32) -> Cell {
    Cell::Number { value: value.parse().expect("a number"), decimals }
}

fn date(year: i16, month: i8, day: i8) -> Cell {
    Cell::Date(jiff::civil::date(year, month, day))
}

pub fn write(format: Format, columns: &[&str], rows: &[Vec<Cell>]) -> File {
    let out = tempfile::tempfile().expect("a file");
    let mut writer = Writer::new(out, format, &headings(columns), "قائمة", true).expect("a writer");
    for row in rows {
        writer.row(row).expect("a row");
    }
    writer.finish().expect("a list")
}

fn bytes(mut file: File) -> Vec<u8> {
    assert_eq!(file.stream_position().expect("a place"), 0, "a finished list is read from its beginning");
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).expect("the bytes");
    bytes
}

/// A part of a workbook.
fn part(file: &File, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    let mut text = String::new();
    archive.by_name(name).expect("a part").read_to_string(&mut text).expect("a text");
    text
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn csv_is_written_to_the_letter() {
    let rows = [
        vec![text("شركة الأفق, \"الرياض\""), number("1234.500", 2), date(2026, 11, 18), Cell::Bool(true)],
        vec![text("two\nlines"), number("-0", 3), Cell::Empty, Cell::Bool(false)],
    ];
    let file = bytes(write(Format::Csv, &["الاسم", "amount", "date", "paid"], &rows));
    let expected = "\u{FEFF}الاسم,amount,date,paid\r\n\"شركة الأفق, \"\"الرياض\"\"\",1234.5,2026-11-18,true\r\n\"two\nlines\",0,,false\r\n";
    assert_eq!(String::from_utf8(file).expect("UTF-8"), expected);
}

#[test]
fn f35_text_in_csv_never_begins_a_formula() {
    let formulas = ["=1+1", "+966 50", "-2", "@SUM(A1)", "\tx", "\rx", "＝1", "'=1"];
    let rows: Vec<Vec<Cell>> = formulas.iter().map(|formula| vec![text(formula), number("-2.5", 2)]).collect();
    let file = String::from_utf8(bytes(write(Format::Csv, &["=name", "n"], &rows))).expect("UTF-8");
    assert_eq!(
        file,
        "\u{FEFF}'=name,n\r\n'=1+1,-2.5\r\n'+966 50,-2.5\r\n'-2,-2.5\r\n'@SUM(A1),-2.5\r\n'\tx,-2.5\r\n\"'\rx\",-2.5\r\n'＝1,-2.5\r\n''=1,-2.5\r\n"
    );
}

#[test]
fn f35_text_in_a_workbook_is_a_text() {
    let rows = [vec![text("=cmd|' /C calc'!A0")], vec![text("+1")], vec![text("<b>&amp;")]];
    let file = write(Format::Xlsx, &["=head"], &rows);
    let sheet = part(&file, SHEET);
    assert!(!sheet.contains("<f>"), "{sheet}");
    assert!(sheet.contains(r#"t="inlineStr"><is><t>=cmd|' /C calc'!A0</t></is></c>"#), "{sheet}");
    assert!(sheet.contains("<t>&lt;b&gt;&amp;amp;</t>"), "{sheet}");
    // Whoever edits such a cell does not make a formula of it.
    assert!(part(&file, "xl/styles.xml").contains(r#"quotePrefix="1""#));
}

#[test]
fn workbooks_have_a_frozen_bold_filtered_head() {
    let rows = [vec![number("1", 0), number("1.5", 2), number("2.125", 3), date(2026, 2, 28), Cell::Empty]];
    let file = write(Format::Xlsx, &["أ", "ب", "ج", "د", "هـ"], &rows);
    let sheet = part(&file, SHEET);
    assert!(sheet.contains(r#"rightToLeft="1""#), "{sheet}");
    assert!(sheet.contains(r#"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>"#), "{sheet}");
    assert!(sheet.contains(r#"<autoFilter ref="A1:E2"/>"#), "{sheet}");
    let styles = part(&file, "xl/styles.xml");
    for needed in ["<b/>", r##"formatCode="#,##0.000""##, r#"formatCode="yyyy\-mm\-dd""#] {
        assert!(styles.contains(needed) || styles.contains(&needed.replace('\\', "")), "{needed} in {styles}");
    }
    assert!(part(&file, "xl/workbook.xml").contains(r#"<sheet name="قائمة""#));

    let out = tempfile::tempfile().expect("a file");
    let writer = Writer::new(out, Format::Xlsx, &headings(&["a"]), "List", false).expect("a writer");
    assert!(!part(&writer.finish().expect("a list"), SHEET).contains("rightToLeft"));
}

#[test]
fn rows_that_do_not_fit_go_on_in_the_next_worksheet() {
    let out = tempfile::tempfile().expect("a file");
    let mut writer =
        Writer::new(out, Format::Xlsx, &headings(&["n"]), "Orders", false).expect("a writer").with_rows_per_sheet(4);
    for n in 0..7 {
        writer.row(&[number(&n.to_string(), 0)]).expect("a row");
    }
    let file = writer.finish().expect("a list");
    for (sheet, filter) in [(1, "A1:A4"), (2, "A1:A4"), (3, "A1:A2")] {
        let xml = part(&file, &format!("xl/worksheets/sheet{sheet}.xml"));
        assert!(xml.contains(&format!(r#"<autoFilter ref="{filter}"/>"#)) && xml.contains("frozen"), "{xml}");
    }
    let mut table = Table::open(file).expect("a workbook");
    assert_eq!(table.sheets(), ["Orders", "Orders 2", "Orders 3"]);
    let mut found = Vec::new();
    for sheet in 0..3 {
        let rows = table.rows(sheet).expect("rows");
        assert_eq!(rows.header().cells, ["n"]);
        found.extend(rows.map(|row| row.expect("a row").cells.concat()));
    }
    assert_eq!(found, ["0", "1", "2", "3", "4", "5", "6"]);
}

#[test]
fn numbers_that_a_spreadsheet_would_shorten_stay_whole_as_text() {
    let rows = [vec![number("999999999999.123456", 6)], vec![number("99999999999999.9", 1)]];
    let file = write(Format::Xlsx, &["n"], &rows);
    let sheet = part(&file, SHEET);
    assert!(sheet.contains("<t>999999999999.123456</t>") && sheet.contains("<v>99999999999999.9</v>"), "{sheet}");
}

#[test]
fn dates_before_march_1900_are_text() {
    let file =
        write(Format::Xlsx, &["d"], &[vec![date(1900, 2, 28)], vec![date(1900, 3, 1)], vec![date(9999, 12, 31)]]);
    let sheet = part(&file, SHEET);
    assert!(sheet.contains("<t>1900-02-28</t>") && sheet.contains("<v>61") && sheet.contains("<v>2958465"), "{sheet}");
}

#[test]
fn long_texts_are_cut_where_a_cell_ends() {
    let long = "𝄞".repeat(20_000);
    let mut table = Table::open(write(Format::Xlsx, &["t"], &[vec![text(&long)]])).expect("a workbook");
    let row = table.rows(0).expect("rows").next().expect("a row").expect("a good row");
    assert_eq!(row.cells[0].encode_utf16().count(), 32_767);
    assert!(row.cells[0].ends_with('…'));
}

#[test]
fn every_name_makes_a_worksheet() {
    for name in ["", "'", "History", "a/b\\c[1]:*?", &"ف".repeat(40), "'quoted'", &"𝄞".repeat(20), "\u{1}\u{FFFF}"]
    {
        let out = tempfile::tempfile().expect("a file");
        let writer = Writer::new(out, Format::Xlsx, &headings(&["a"]), name, false).expect("a writer");
        let mut writer = writer.with_rows_per_sheet(2);
        writer.row(&[text("x")]).and_then(|()| writer.row(&[text("y")])).expect("rows");
        assert_eq!(Table::open(writer.finish().expect("a list")).expect("a workbook").sheets().len(), 2, "{name}");
    }
}

#[test]
fn rows_have_a_cell_for_every_heading() {
    for format in [Format::Csv, Format::Xlsx] {
        let out = tempfile::tempfile().expect("a file");
        let mut writer = Writer::new(out, format, &headings(&["a", "b"]), "s", false).expect("a writer");
        assert!(writer.row(&[text("x")]).is_err());
        assert!(Writer::new(tempfile::tempfile().expect("a file"), format, &[], "s", false).is_err());
    }
}

proptest! {
    #[test]
    fn guarded_text_is_harmless_and_comes_back(text in "['=+@x\t\r -]{0,4}\\PC{0,3}") {
        let guarded = guard(&text);
        prop_assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r']));
        prop_assert_eq!(unguard(&guarded), &text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn numbers_are_written_as_they_are(mantissa in any::<i64>(), scale in 0u32..7) {
        let value = Decimal::from_i128_with_scale(mantissa.into(), scale);
        for format in [Format::Csv, Format::Xlsx] {
            let file = write(format, &["n"], &[vec![Cell::Number { value, decimals: scale }]]);
            let mut table = Table::open(file).expect("a file");
            let row = table.rows(0).expect("rows").next().expect("a row").expect("a good row");
            prop_assert_eq!(&row.cells[0], &value.normalize().to_string());
        }
    }
}
