//! Files that people bring: good ones in every dress, and hostile ones.

use super::sheet::{number, text, write};
use crate::platform::sheet::{Cell, Format};
use crate::platform::table::{Fault, Row, Rows, Table};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::fs::File;
use std::io::{Cursor, Read as _, Write as _};
use zip::write::SimpleFileOptions;

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("the bytes");
    file
}

/// All rows with the header first, or the first fault.
fn read(bytes: &[u8]) -> Result<Vec<Row>, Fault> {
    let mut table = Table::open(file(bytes))?;
    let rows = table.rows(0)?;
    let header = rows.header().clone();
    std::iter::once(Ok(header)).chain(rows).collect()
}

fn good(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
    read(bytes).expect("a good file").into_iter().map(|row| (row.line, row.cells)).collect()
}

fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
    (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
}

/// The name and the line of what is wrong.
fn fault(bytes: &[u8]) -> String {
    let fault = read(bytes).expect_err("a bad file");
    let text = format!("{fault:?}");
    assert!(fault.message().is_some(), "{text}");
    assert_eq!(fault.line().is_some(), text.contains("line"));
    text
}

#[test]
fn lines_are_those_of_an_editor() {
    let rows = [row(1, &["a", "b"]), row(2, &["1", "two\r\nlines"]), row(4, &["2", "x"]), row(7, &["3", "y"])];
    let unix = "a,b\n1,\"two\r\nlines\"\n2,x\n\n,\n3,y";
    assert_eq!(good(unix.as_bytes()), rows);
    let windows = "a,b\r\n1,\"two\r\nlines\"\r\n2,x\r\n\r\n,\r\n3,y\r\n";
    assert_eq!(good(windows.as_bytes()), rows);
    assert_eq!(good(b"\r\n\na,b\r\n1,2\r\n"), [row(3, &["a", "b"]), row(4, &["1", "2"])]);
    assert_eq!(good(b"a,b\r1,2\r\r3,4"), [row(1, &["a", "b"]), row(2, &["1", "2"]), row(4, &["3", "4"])]);
}

#[test]
fn lines_are_right_across_the_bounds_of_buffers() {
    let mut text = "n,t\r\n".to_owned();
    for n in 0..40_000 {
        text += &format!("{n},\"a\r\nb\"\r\n");
    }
    let rows = good(text.as_bytes());
    assert_eq!(rows.len(), 40_001);
    for (n, (line, cells)) in (0..).zip(&rows[1..]) {
        assert_eq!((*line, &cells[0]), (2 + 2 * n, &n.to_string()));
    }
}

#[test]
fn commas_semicolons_and_tabs_are_told_apart() {
    for delimiter in [",", ";", "\t"] {
        let text = format!("\"a,;\t\"{delimiter}b\nc,;{delimiter}d\n").replace("c,;", "\"c,;\"");
        assert_eq!(good(text.as_bytes()), [row(1, &["a,;\t", "b"]), row(2, &["c,;", "d"])]);
    }
    assert_eq!(good(b"one\n1;2\n"), [row(1, &["one"]), row(2, &["1;2"])]);
    assert_eq!(good(b"\tb\n1\t2"), [row(1, &["", "b"]), row(2, &["1", "2"])]);
}

#[test]
fn marks_and_both_orders_of_utf_16_are_understood() {
    let text = "الاسم,العدد\r\nشركة 𝄞,1\r\n";
    let rows = [row(1, &["الاسم", "العدد"]), row(2, &["شركة 𝄞", "1"])];
    assert_eq!(good(text.as_bytes()), rows);
    let marked = format!("\u{FEFF}{text}");
    assert_eq!(good(marked.as_bytes()), rows);
    let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(good(&little), rows);
    let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(good(&big), rows);
    // A file in UTF-16 that ends within a character, and one with half a pair.
    assert_eq!(fault(&little[..little.len() - 1]), "Encoding { line: 3 }");
    let half: Vec<u8> = [0xFEFF, 0x61, 0xA, 0x62, 0xD834, 0xA].into_iter().flat_map(u16::to_le_bytes).collect();
    assert_eq!(fault(&half), "Encoding { line: 2 }");
}

#[test]
fn other_encodings_are_refused_by_line() {
    // Windows-1256, and halves of a character on both sides of a comma.
    assert_eq!(fault(b"a,b\r\nx,y\r\n\xD4\xD1\xDF\xC9,1\r\n"), "Encoding { line: 3 }");
    assert_eq!(fault(b"a,b\n\"1\n\xC3\",2\n"), "Encoding { line: 3 }");
    assert_eq!(fault(b"a,b\n\xC3,\xA9\n"), "Encoding { line: 2 }");
}

#[test]
fn f36_a_row_of_another_width_is_named_and_the_next_are_read() {
    let mut table = Table::open(file(b"a,b\n1,2\n3\n4,5,6\n7,8\n9")).expect("a text");
    let rows: Vec<String> = table
        .rows(0)
        .expect("rows")
        .map(|row| row.map_or_else(|fault| format!("{fault:?}"), |row| row.cells.join(" ")))
        .collect();
    assert_eq!(rows, ["1 2", "Cut { line: 3 }", "Cut { line: 4 }", "7 8", "Cut { line: 6 }"]);
}

#[test]
fn a_quote_that_is_never_closed_is_a_cut() {
    assert_eq!(fault(b"a,b\n1,2\n3,\"four\n5,6\n"), "Cut { line: 3 }");
    assert_eq!(fault(b"a,b\n1,\"2\"\""), "Cut { line: 2 }");
    assert_eq!(good(b"a,b\n1,\"2\""), [row(1, &["a", "b"]), row(2, &["1", "2"])]);
    // It does not take the rest of a large file into memory.
    let mut long = b"a,b\n1,\"".to_vec();
    long.resize(5 << 20, b'x');
    long.extend(b"\"\n3,4\n");
    assert_eq!(fault(&long), "Cut { line: 2 }");
}

#[test]
fn files_without_rows_are_empty() {
    for bytes in ["", "\u{FEFF}", "\r\n\n", ",,\n ,\n"] {
        assert_eq!(fault(bytes.as_bytes()), "Empty", "{bytes:?}");
    }
    assert_eq!(good(b"a,b\n"), [row(1, &["a", "b"])], "a head without rows is for the caller to judge");
    assert_eq!(fault(&workbook("")), "Empty");
}

#[test]
fn what_is_no_spreadsheet_says_so() {
    let office = package(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", &relationships(&[("officeDocument", "word/document.xml")])),
        ("word/document.xml", "<document/>"),
    ]);
    let archive = package(&[("a.txt", "hello")]);
    let others: [&[u8]; 8] = [
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n\0\0\0",
        b"  <!DOCTYPE html><table>",
        b"<?xml version=\"1.0\"?><Workbook/>",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 an older workbook",
        b"a,b\0,c\n",
        &office,
        &archive,
    ];
    for bytes in others {
        assert_eq!(fault(bytes), "NotASpreadsheet", "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn locked_workbooks_say_so() {
    let mut compound = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    // Across the bounds of what is looked at in one go.
    compound.resize((64 << 10) - 7, 0);
    compound.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(fault(&compound), "Encrypted");

    let mut archive = workbook("<row><c><v>1</v></c></row>");
    for magic in [b"PK\x01\x02", b"PK\x03\x04"] {
        let at = archive.windows(4).position(|bytes| bytes == magic).expect("a header");
        archive[at + if magic == b"PK\x01\x02" { 8 } else { 6 }] |= 1;
    }
    assert_eq!(fault(&archive), "Encrypted");
}

#[test]
fn f36_too_many_columns_are_refused() {
    let wide = format!("{}\n", vec!["x"; 501].join(","));
    assert_eq!(fault(wide.as_bytes()), "TooManyColumns { line: 1 }");
    assert_eq!(fault(format!("a\n{}", ",".repeat(100_000)).as_bytes()), "TooManyColumns { line: 2 }");
    assert_eq!(good(format!("{}\n", vec!["x"; 500].join(",")).as_bytes())[0].1.len(), 500);
    // Far to the right an empty cell does no harm.
    assert_eq!(good(&workbook(r#"<row><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row>"#)), [row(1, &["1"])]);
    assert_eq!(fault(&workbook(r#"<row r="7"><c r="SG7"><v>1</v></c></row>"#)), "TooManyColumns { line: 7 }");
}

/// An archive of these parts.
fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        // As they are, so that a change to the bytes is one to the text; only what tests packing is packed.
        let packed = text.len() > 20 << 20;
        let method = if packed { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
        archive.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("a part");
        archive.write_all(text.as_bytes()).expect("its text");
    }
    archive.finish().expect("an archive").into_inner()
}

fn relationships(links: &[(&str, &str)]) -> String {
    let link = |(n, (kind, target)): (usize, &(&str, &str))| {
        format!(r#"<Relationship Id="rId{n}" Type="http://x/relationships/{kind}" Target="{target}"/>"#)
    };
    format!("<Relationships>{}</Relationships>", (1..).zip(links).map(link).collect::<String>())
}

const STYLES: &str = r##"<styleSheet><numFmts count="3">
    <numFmt numFmtId="164" formatCode="[$-2060401]B2dd/mm/yyyy;@"/><numFmt numFmtId="165" formatCode="[h]:mm:ss"/>
    <numFmt numFmtId="166" formatCode="#,##0.00\ &quot;days&quot;_m;[Red]\-#,##0.00"/></numFmts>
    <cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>
    <cellXfs count="7"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="20"/>
    <xf numFmtId="165"/><xf numFmtId="166"/></cellXfs><dxfs><dxf><numFmt numFmtId="166" formatCode="yyyy"/></dxf></dxfs></styleSheet>"##;
const SHARED: &str = r#"<sst count="9" uniqueCount="99999999999999"><si><t>first</t></si><si/><si><t xml:space="preserve"> شركة </t></si>
    <si><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r></si><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>
    <si><t>a_x000D_
b &amp; &#x643; _x0041 _xD800_ _x005F_x0041_</t></si></sst>"#;

/// A workbook whose only worksheet holds these rows.
fn workbook(rows: &str) -> Vec<u8> {
    workbook_of(
        &format!("<worksheet><dimension ref=\"B2:A1\"/><sheetData>{rows}</sheetData><x/></worksheet>"),
        SHARED,
        "",
    )
}

fn workbook_of(sheet: &str, shared: &str, properties: &str) -> Vec<u8> {
    let book = format!(
        r#"<x:workbook xmlns:x="m" xmlns:r="r">{properties}<x:sheets><x:sheet name="Hidden" state="hidden" sheetId="1" r:id="rId1"/>
        <x:sheet name="أوامر &amp; Orders" sheetId="2" r:id="rId2"/></x:sheets></x:workbook>"#
    );
    let links = relationships(&[
        ("worksheet", "worksheets/sheet9.xml"),
        ("worksheet", "/xl/worksheets/Sheet1.xml"),
        ("styles", "../xl/styles.xml"),
        ("sharedStrings", "sharedStrings.xml"),
    ]);
    package(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", &relationships(&[("officeDocument", "xl/workbook.xml")])),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &links),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", shared),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

/// The text of one cell.
fn cell(xml: &str) -> String {
    let rows =
        good(&workbook(&format!("<row><c t=\"str\"><v>head</v></c></row><row>{xml}<c t=\"b\"><v>1</v></c></row>")));
    rows[1].1[0].clone()
}

#[test]
fn numbers_are_without_exponent_and_noise() {
    let numbers = [
        ("1.1000000000000001", "1.1"),
        ("0.30000000000000004", "0.3"),
        ("1.1", "1.1"),
        ("100", "100"),
        ("1E+20", "100000000000000000000"),
        ("1.5E-7", "0.00000015"),
        ("-2.50", "-2.5"),
        ("-0", "0"),
        ("007", "7"),
        ("12345678901234567890", "12345678901234567890"),
        ("999999999999.12", "999999999999.12"),
        ("4.9406564584124654E-324", "0."),
        ("lots", "lots"),
        ("NaN", "NaN"),
        ("1e999", "1e999"),
    ];
    for (stored, expected) in numbers {
        let found = cell(&format!("<c><v>{stored}</v></c>"));
        assert!(found == expected || (expected == "0." && found.starts_with("0.000")), "{stored} became {found}");
        assert!(found == stored || found.parse::<Decimal>().is_ok() || found.starts_with("0.000"), "{found}");
    }
}

#[test]
fn dates_and_times_are_told_by_their_format() {
    let moments = [
        (1, "46344", "2026-11-18"),
        (2, "46344", "2026-11-18"),
        (3, "46344.354166666664", "2026-11-18T08:30:00"),
        (3, "46344.99999999", "2026-11-19"),
        (4, "0.75", "18:00:00"),
        (5, "1.5", "36:00:00"),
        (6, "46344.5", "46344.5"),
        (1, "1", "1900-01-01"),
        (1, "60", "60"),
        (1, "61", "1900-03-01"),
        (1, "-1", "-1"),
        (1, "1E+300", &format!("1{}", "0".repeat(300))),
        (99, "46344", "46344"),
    ];
    for (style, stored, expected) in moments {
        assert_eq!(cell(&format!(r#"<c s="{style}"><v>{stored}</v></c>"#)), expected);
    }
    assert_eq!(cell(r#"<c t="d"><v>2026-11-18T00:00:00.000Z</v></c>"#), "2026-11-18");
    assert_eq!(cell(r#"<c t="d"><v>2026-11-18T08:30:00</v></c>"#), "2026-11-18T08:30:00");
    let sheet = r#"<worksheet><sheetData><row><c s="1"><v>44882</v></c></row></sheetData></worksheet>"#;
    assert_eq!(good(&workbook_of(sheet, SHARED, r#"<workbookPr date1904="1"/>"#)), [row(1, &["2026-11-18"])]);
}

#[test]
fn texts_are_found_wherever_they_are_kept() {
    let texts = [
        (r#"<c t="s"><v>0</v></c>"#, "first"),
        (r#"<c t="s"><v>1</v></c>"#, ""),
        (r#"<c t="s"><v>2</v></c>"#, " شركة "),
        (r#"<c t="s"><v>3</v></c>"#, "rich text"),
        (r#"<c t="s"><v>4</v></c>"#, "東京"),
        (r#"<c t="s"><v>5</v></c>"#, "a\r\nb & ك _x0041 _xD800_ _x0041_"),
        (r#"<c t="inlineStr"><is><t>in</t></is><v>7</v></c>"#, "in"),
        (r#"<c t="str"><f>"a"&amp;"b"</f><v>ab</v></c>"#, "ab"),
        (r#"<c><f>1+1</f><v>2</v></c>"#, "2"),
        (r#"<c t="str"><f>IF(A1,"x","")</f><v></v></c>"#, ""),
        // A program that wrote the formula but never worked it out: better seen than lost.
        (r#"<c><f>1&lt;2</f><v/></c>"#, "=1<2"),
        (r#"<c t="e"><v>#N/A</v></c>"#, "#N/A"),
        (r#"<c t="b"><v>0</v></c>"#, "false"),
        (r#"<c t="str"><v><![CDATA[<x>]]></v></c>"#, "<x>"),
        (r#"<c t="str"><v>a<!-- b -->c</v></c>"#, "ac"),
    ];
    for (stored, expected) in texts {
        assert_eq!(cell(stored), expected, "{stored}");
    }
}

#[test]
fn cells_stand_where_they_say() {
    let rows = r#"<row r="3"><c r="B3" t="str"><v>b</v></c><c t="str"><v>c</v></c></row><row r="4"/><row r="9"><c r="A9"><v>1</v></c></row>
        <row><c/><c><v>2</v></c></row><row r="2"><c r="D2"><v>4</v></c></row>"#;
    assert_eq!(
        good(&workbook(rows)),
        [row(3, &["", "b", "c"]), row(9, &["1", "", ""]), row(10, &["", "2", ""]), row(11, &["", "", "", "4"])]
    );
    let mut table = Table::open(file(&workbook(rows))).expect("a workbook");
    assert_eq!(table.sheets(), ["أوامر & Orders"], "hidden ones are not offered");
    for _ in 0..2 {
        assert_eq!(table.rows(0).expect("rows").count(), 3, "rows are read as often as need be");
    }
    assert!(matches!(table.rows(1), Err(Fault::Empty)));
}

#[test]
fn many_shared_texts_are_found_again() {
    let texts = 10_000;
    let shared: String = (0..texts).map(|n| format!("<si><t>{}{n}</t></si>", "نص".repeat(250))).collect();
    let rows: String = (0..texts).map(|n| format!("<row><c t=\"s\"><v>{}</v></c></row>", n * 7919 % texts)).collect();
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let bytes = workbook_of(&sheet, &format!("<sst>{shared}</sst>"), "");
    for (n, (_, cells)) in good(&bytes).iter().enumerate() {
        assert!(cells[0].ends_with(&format!("ص{}", n * 7919 % texts)), "{n}: {}", &cells[0]);
    }
}

#[test]
fn damaged_workbooks_say_so() {
    let whole = workbook("<row><c><v>1</v></c></row>");
    assert_eq!(fault(&whole[..whole.len() - 30]), "Damaged");
    assert_eq!(fault(&whole[..whole.len() / 2]), "Damaged");
    assert_eq!(fault(b"PK\x03\x04"), "Damaged");
    let bad = [
        r#"<row><c t="s"><v>99</v></c></row>"#,
        r#"<row><c t="s"><v>x</v></c></row>"#,
        r#"<row><c r="ZZZZZZZZZZZ1"><v>1</v></c></row>"#,
        r#"<row r="1048577"><c><v>1</v></c></row>"#,
        r#"<row><c t="str"><v>&lol;</v></c></row>"#,
        "<row><c></row>",
        "<row><c><v>1",
    ];
    for rows in bad {
        assert_eq!(fault(&workbook(rows)), "Damaged", "{rows}");
    }
    // One wrong bit in a number shows only in the checksum at the end.
    let mut bytes = whole;
    assert_eq!(good(&bytes), [row(1, &["1"])]);
    let at = bytes.windows(5).position(|bytes| bytes == b"<v>1<").expect("the number");
    bytes[at + 3] = b'9';
    assert_eq!(fault(&bytes), "Damaged");
}

#[test]
fn f55_archives_that_unpack_to_too_much_are_refused() {
    // By its ratio: much of nothing.
    let nothing = "<x/>".repeat(6 << 20);
    let sheet = format!("<worksheet>{nothing}<sheetData/></worksheet>");
    let bomb = workbook_of(&sheet, SHARED, "");
    assert!(bomb.len() < 200_000);
    assert_eq!(fault(&bomb), "TooLarge");
    // One that claims to be small is not unpacked beyond its claim.
    let mut liar = bomb;
    let size = u32::try_from(sheet.len()).expect("a size").to_le_bytes();
    let places: Vec<usize> = (0..liar.len() - 4).filter(|at| liar[*at..*at + 4] == size).collect();
    assert_eq!(places.len(), 2);
    for at in places {
        liar[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
    }
    assert_eq!(fault(&liar), "Damaged");
}

#[test]
fn f55_archives_of_too_many_parts_are_refused() {
    for count in [10_001, 100_000] {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for n in 0..count {
            archive.start_file(format!("xl/media/image{n}.png"), stored).expect("a part");
        }
        assert_eq!(fault(&archive.finish().expect("an archive").into_inner()), "TooLarge", "{count}");
    }
    // Few parts with names as long as books.
    let name = "x".repeat(60_000);
    let names: Vec<String> = (0..100).map(|n| format!("{name}{n}")).collect();
    assert_eq!(fault(&package(&names.iter().map(|name| (&name[..], "")).collect::<Vec<_>>())), "TooLarge");
}

#[test]
fn f55_no_text_of_a_workbook_fills_the_memory() {
    // A text without end, a tag without end, a cell of many pieces, a tower of elements.
    let long = "x".repeat(2 << 20);
    assert_eq!(fault(&workbook(&format!(r#"<row><c t="str"><v>{long}</v></c></row>"#))), "TooLarge");
    assert_eq!(fault(&workbook(&format!(r#"<row><c a="{long}"/></row>"#))), "TooLarge");
    assert_eq!(
        fault(&workbook(&format!(r#"<row><c t="str"><v>{}</v></c></row>"#, "&amp;".repeat(200_000)))),
        "TooLarge"
    );
    let tower = format!("<row>{}{}<c><v>1</v></c></row>", "<a>".repeat(1000), "</a>".repeat(1000));
    assert_eq!(fault(&workbook(&tower)), "Damaged");
    let text = "x".repeat(100_000);
    let cells: String = (0..100).map(|_| format!(r#"<c t="str"><v>{text}</v></c>"#)).collect();
    assert_eq!(fault(&workbook(&format!("<row>{cells}</row>"))), "TooLarge");
    // What is kept of a workbook is small.
    let padding = format!("<x a=\"{}\"/>", "x".repeat(1 << 19)).repeat(33);
    assert_eq!(fault(&workbook_of("<worksheet><sheetData/></worksheet>", SHARED, &padding)), "TooLarge");
    // Entities of its own are never expanded.
    let sheet = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>"#;
    assert_eq!(fault(&workbook_of(sheet, SHARED, "")), "Damaged");
}

#[test]
fn rows_can_be_read_in_another_thread() {
    fn sent<T: Send>() {}
    sent::<Table>();
    sent::<Rows<'_>>();
    sent::<Fault>();
}

/// What was written comes back, in both formats.
#[test]
fn lists_come_back_as_they_were_written() {
    let rows = [
        vec![text("شركة الأفق"), number("1234", 0), number("0.05", 2), number("-1.125", 3), Cell::Bool(true)],
        vec![text("=1+1"), number("-7", 0), number("1000000.50", 2), number("0", 3), Cell::Bool(false)],
        vec![Cell::Date(jiff::civil::date(2026, 11, 18)), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty],
    ];
    let expected = [
        row(1, &["الاسم", "عدد", "مبلغ", "كمية", "نعم"]),
        row(2, &["شركة الأفق", "1234", "0.05", "-1.125", "true"]),
        row(3, &["=1+1", "-7", "1000000.5", "0", "false"]),
        row(4, &["2026-11-18", "", "", "", ""]),
    ];
    for format in [Format::Csv, Format::Xlsx] {
        let mut bytes = Vec::new();
        write(format, &["الاسم", "عدد", "مبلغ", "كمية", "نعم"], &rows).read_to_end(&mut bytes).expect("the bytes");
        assert_eq!(good(&bytes), expected, "{format:?}");
    }
}

fn any_cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Empty),
        any::<String>().prop_map(Cell::Text),
        "[=+@'\"_x0041;, \t\r\n-]{0,9}".prop_map(Cell::Text),
        any::<bool>().prop_map(Cell::Bool),
        (any::<i64>(), 0u32..7).prop_map(|(mantissa, scale)| Cell::Number {
            value: Decimal::from_i128_with_scale(mantissa.into(), scale),
            decimals: scale,
        }),
        (0i32..3_600_000)
            .prop_map(|days| { Cell::Date(jiff::civil::date(1, 1, 1).saturating_add(jiff::Span::new().days(days))) }),
    ]
}

fn canonical(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number { value, .. } => value.normalize().to_string(),
        Cell::Date(date) => date.to_string(),
        Cell::Bool(yes) => yes.to_string(),
    }
}

/// Reads everything that can be read.
fn exhaust(bytes: &[u8]) {
    let Ok(mut table) = Table::open(file(bytes)) else { return };
    for sheet in 0..table.sheets().len().min(3) {
        if let Ok(rows) = table.rows(sheet) {
            rows.take(1000).for_each(drop);
        }
    }
}

/// Pieces of worksheets and of what may stand in them.
fn any_xml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<row r=\"1\">".to_owned()),
        Just("<row>".to_owned()),
        Just("</row>".to_owned()),
        Just("<c>".to_owned()),
        Just("</c>".to_owned()),
        Just("</v>".to_owned()),
        Just("<v>".to_owned()),
        Just("<is><t>".to_owned()),
        Just("</t></is>".to_owned()),
        Just("</sheetData>".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("]]>".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("&#x0;&#xD800;&amp;&".to_owned()),
        "_x[0-9A-F]{3,4}_?",
        "-?[0-9]{0,20}\\.?[0-9]{0,20}(E[+-]?[0-9]{0,4})?",
        "\\PC{0,5}",
        ("[A-Za-z]{0,5}[0-9]{0,12}", 0u64..9, "[sbdn]|str|inlineStr|e|x", "\\PC{0,4}|-?[0-9.]{1,9}(E[+-]?[0-9]{1,3})?")
            .prop_map(|(place, style, kind, value)| {
                format!(r#"<c r="{place}" s="{style}" t="{kind}"><v>{value}</v><is><t>{value}</t></is></c>"#)
            }),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_list_comes_back(rows in prop::collection::vec(prop::collection::vec(any_cell(), 3), 0..5)) {
        let rows: Vec<Vec<Cell>> = rows.into_iter().map(|row| [vec![text("x")], row].concat()).collect();
        let expected: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(canonical).collect()).collect();
        for format in [Format::Csv, Format::Xlsx] {
            let mut bytes = Vec::new();
            write(format, &["a", "b", "c", "d"], &rows).read_to_end(&mut bytes).expect("the bytes");
            let found: Vec<Vec<String>> = good(&bytes).into_iter().skip(1).map(|(_, cells)| cells).collect();
            prop_assert_eq!(&found, &expected, "{:?}", format);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000), start in 0usize..6) {
        let compound = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
        let starts: [&[u8]; 6] = [b"", b"PK\x03\x04", b"\xFF\xFE", b"\xFE\xFF", compound, b"a,b\n"];
        exhaust(&[starts[start], &bytes].concat());
    }

    #[test]
    fn no_text_makes_it_panic(text in "[ab\",;\t\r\n\u{FEFF}ش]{0,80}") {
        exhaust(text.as_bytes());
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        exhaust(&[b"\xFF\xFE", &wide[..]].concat());
    }

    #[test]
    fn no_change_to_a_workbook_makes_it_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = workbook(r#"<row r="1"><c r="A1" t="s"><v>3</v></c><c r="B1" s="1"><v>46344.5</v></c></row>"#);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        exhaust(&bytes);
        exhaust(&bytes[..end.index(bytes.len())]);
    }

    #[test]
    fn no_xml_makes_it_panic(rows in any_xml(), shared in any_xml(), properties in any_xml()) {
        exhaust(&workbook(&rows));
        exhaust(&workbook_of(&rows, &shared, ""));
        exhaust(&workbook_of(&rows, &format!("<sst><si>{shared}"), &properties));
    }
}
