//! Lists on paper: pages that programs can read, in both directions.

use crate::platform::pdf::fonts::Weight;
use crate::platform::pdf::text::{self, Start};
use crate::platform::pdf::{Cell, Column, Look, Paper, Press, Row, Rows};
use proptest::prelude::*;
use std::io::Read as _;

/// The text of each page without spaces, which tell where runs end and not where words do. Text from right to left comes
/// as it stands: from left to right.
pub fn pages(document: &[u8]) -> Vec<String> {
    let document = lopdf::Document::load_mem(document).expect("a PDF");
    let numbers = document.get_pages().into_keys();
    let text = |number| document.extract_text(&[number]).expect("text").replace(char::is_whitespace, "");
    numbers.map(text).collect()
}

/// Text as it stands on paper, from left to right.
pub fn backwards(text: &str) -> String {
    text.chars().rev().filter(|c| !c.is_whitespace()).collect()
}

fn paper(arabic: bool, rows: Vec<[&str; 3]>) -> Paper {
    let column = |heading: &str, look| Column { heading: heading.to_owned(), look, once: false };
    let cell = |text: &str| Cell { text: text.to_owned(), tone: None };
    let mut paper = Paper {
        language: if arabic { "ar" } else { "en" },
        right_to_left: arabic,
        title: "A ledger".to_owned(),
        company: "A company".to_owned(),
        conditions: vec!["State: Draft".to_owned()],
        taken: "Taken by somebody".to_owned(),
        columns: vec![column("Number", Look::Code), column("Name", Look::Words), column("Total", Look::Figure)],
        rows: Rows::new().expect("a place for rows"),
        totals: vec!["The total".to_owned(), String::new(), "99.00".to_owned()],
        nothing: "Nothing found".to_owned(),
        numbering: Box::new(|page, pages| format!("Page {page} of {pages};")),
    };
    for texts in rows {
        paper.add(Row { cells: texts.map(cell).into(), goes_on: false }).expect("a row");
    }
    paper
}

fn print(paper: Paper) -> Vec<u8> {
    let mut press = Press::new(paper).expect("a layout");
    while press.part().expect("a part") {}
    let mut bytes = Vec::new();
    press.finish().expect("a document").read_to_end(&mut bytes).expect("its bytes");
    bytes
}

fn printed(paper: Paper) -> Vec<String> {
    pages(&print(paper))
}

#[test]
fn every_page_says_what_it_is_and_every_row_comes_once() {
    let codes: Vec<String> = (0..90).map(|n| format!("<{n}>")).collect();
    let paper = paper(false, codes.iter().map(|code| [code.as_str(), "Gulf Steel", "1,250.00"]).collect());
    let pages = printed(paper);
    assert!(pages.len() > 1, "90 rows on one page");
    for (at, page) in pages.iter().enumerate() {
        for text in ["Aledger", "Acompany", "Number", "Total", "Takenbysomebody"] {
            assert!(page.contains(text), "page {at} without {text}: {page}");
        }
        assert!(page.contains(&format!("Page{}of{};", at + 1, pages.len())), "{page}");
        assert_eq!(page.contains("State:Draft"), at == 0);
        assert_eq!(page.contains("Thetotal"), at + 1 == pages.len());
    }
    let all = pages.concat();
    for code in &codes {
        assert_eq!(all.matches(code.as_str()).count(), 1, "{code}");
    }
    assert!(printed(self::paper(false, Vec::new()))[0].contains("Nothingfound"));
}

/// Two pages are a part here, so that what is bound together are many.
#[test]
fn a_list_of_many_parts_is_one_document() {
    let codes: Vec<String> = (0..900).map(|n| format!("<{n}>")).collect();
    let tall = "steel and steel ".repeat(150);
    let name = |n: usize| if n % 100 == 99 { tall.as_str() } else { "الخليج للحديد" };
    let rows = codes.iter().enumerate().map(|(n, code)| [code.as_str(), name(n), "1,250.00"]);
    let bytes = print(paper(false, rows.collect()));
    let document = lopdf::Document::load_mem(&bytes).expect("a PDF");
    assert!(document.xref_recovery.is_none(), "objects are not where the document says: {:?}", document.xref_recovery);
    let info = document.trailer.get(b"Info").and_then(|info| info.as_reference()).expect("what it is about");
    let title = document.get_dictionary(info).and_then(|info| info.get(b"Title")).expect("a title");
    assert_eq!(lopdf::decode_text_string(title).expect("text"), "A ledger");
    let of_type =
        |name: &[u8]| document.objects.values().filter_map(|o| o.as_dict().ok()).filter(|d| d.has_type(name)).count();
    assert_eq!(of_type(b"Catalog"), 1);
    assert_eq!(of_type(b"Page"), document.get_pages().len());
    let count = document.catalog().and_then(|catalog| catalog.get(b"Pages")).and_then(|tree| tree.as_reference());
    let count = count.and_then(|tree| document.get_dictionary(tree)).and_then(|tree| tree.get(b"Count"));
    let pages = pages(&bytes);
    assert_eq!(count.and_then(|count| count.as_i64()).expect("a count"), pages.len() as i64);
    assert!(pages.len() > 10, "{} pages", pages.len());
    for (at, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page{}of{};", at + 1, pages.len())), "{page}");
        assert_eq!(page.contains("Thetotal"), at + 1 == pages.len());
    }
    let all = pages.concat();
    let found: Vec<&str> = all.match_indices('<').filter_map(|(at, _)| all[at..].split_inclusive('>').next()).collect();
    assert_eq!(found, codes, "each row once, in their order");
    assert_eq!(all.matches("steel").count(), 9 * 300);
}

#[test]
fn fonts_are_embedded_as_far_as_they_are_used() {
    let bytes = print(paper(true, vec![["A-1", "الخليج للحديد", "١٬٢٥٠٫٠٠"]]));
    let document = lopdf::Document::load_mem(&bytes).expect("a PDF");
    let fonts = document.objects.values().filter_map(|object| object.as_dict().ok());
    let fonts: Vec<_> = fonts.filter(|dict| dict.has_type(b"FontDescriptor")).collect();
    assert!(fonts.len() >= 3, "Latin in two weights, and Arabic");
    for font in fonts {
        let name = font.get(b"FontName").and_then(|name| name.as_name()).expect("a name");
        assert!(name.contains(&b'+') && font.has(b"FontFile2"), "{}", String::from_utf8_lossy(name));
    }
    assert!(bytes.len() < 60_000, "{} bytes for one row", bytes.len());
}

#[test]
fn arabic_is_joined_and_read_letter_by_letter() {
    let words = ["شركة الأفق للتجارة", "نوفمبر", "مرتجعات المبيعات", "الإجمالي", "تاريخ الفاتورة"];
    for word in words {
        let page = printed(paper(true, vec![["A-1", word, "1"]])).concat();
        assert!(page.contains(&backwards(word)), "{word} as {}: {page}", backwards(word));
        let lines = text::lines(word, Start::Own, Weight::Regular, f32::MAX).expect("a line");
        let alone: f32 = word.chars().map(|c| width(&c.to_string())).sum();
        assert!(lines[0].width < alone, "letters of {word} do not join");
    }
}

#[test]
fn directions_mix_within_a_line() {
    let order = |text: &str, start| -> String {
        let lines = text::lines(text, start, Weight::Regular, f32::MAX).expect("a line");
        let seen = lines[0].runs.iter().flat_map(|run| run.glyphs.iter().map(move |glyph| (run, glyph)));
        seen.map(|(run, glyph)| &run.text[glyph.text_range.clone()]).collect()
    };
    // The brackets belong to the Arabic around them: each is drawn as the other.
    assert_eq!(order("فرع 12 (C1)", Start::Own), ")C1( 12 عرف");
    assert_eq!(order("فرع 12", Start::Left), "12 عرف");
    assert_eq!(order("SO-1 فرع", Start::Own), "SO-1 عرف");
    assert_eq!(order("SO-1 فرع", Start::Right), "عرف SO-1");
    assert_eq!(order("-١٢٣٫٥٠", Start::Left), "-١٢٣٫٥٠");
    assert_eq!(order("+966 11 555", Start::Own), "+966 11 555");
    assert_eq!(order("\u{2068}الخليج\u{2069}: 5", Start::Left), "جيلخلا: 5");
}

fn width(text: &str) -> f32 {
    text::lines(text, Start::Own, Weight::Regular, f32::MAX).expect("a line")[0].width
}

#[test]
fn what_is_taller_than_a_page_goes_on_with_the_next() {
    let long = "A long story about steel. ".repeat(2000);
    let page = printed(paper(false, vec![["A-1", &long, "1"], ["A-2", "short", "2"]]));
    assert!(page.len() > 5, "{} pages", page.len());
    assert_eq!(page.concat().matches("steel").count(), 2000);
    assert!(page.last().expect("a page").contains("A-2"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_is_lost_where_lines_are_broken(text in "([ابتثجحلاأإآلـئي ]|[a-z0-9 -]|\\n){0,80}", room in 1.0f32..12.0) {
        for start in [Start::Own, Start::Left, Start::Right] {
            let lines = text::lines(&text, start, Weight::Strong, room).expect("lines");
            let mut letters: Vec<char> = Vec::new();
            for run in lines.iter().flat_map(|line| &line.runs) {
                let mut ranges: Vec<_> = run.glyphs.iter().map(|glyph| glyph.text_range.clone()).collect();
                ranges.dedup();
                letters.extend(ranges.into_iter().flat_map(|range| run.text[range].chars()));
            }
            let sorted = |letters: Vec<char>| {
                let mut letters: Vec<char> = letters.into_iter().filter(|c| !c.is_whitespace()).collect();
                letters.sort_unstable();
                letters
            };
            prop_assert_eq!(sorted(letters), sorted(text.chars().collect()));
        }
    }

    #[test]
    fn any_text_makes_a_document(code in "\\PC{0,30}", name in any::<String>(), total in "\\PC{0,12}", arabic: bool) {
        prop_assert!(!print(paper(arabic, vec![[&code, &name, &total]])).is_empty());
    }
}
