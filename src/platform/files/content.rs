//! What may be attached: names that are safe to show, and types that the first bytes prove.

/// Characters of a name at most, its ending included.
pub const NAME_CHARS: usize = 150;

/// Bytes of a name at most: what the file systems of readers can keep.
const NAME_BYTES: usize = 240;

/// First bytes of a file that decide about its type.
pub const HEAD: usize = 64 * 1024;

/// A type of file that may be attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentType {
    Pdf,
    Png,
    Jpeg,
    WebP,
    Gif,
    Svg,
    Text,
    Csv,
    Docx,
    Xlsx,
    Pptx,
    Odt,
    Ods,
    Odp,
    Dxf,
    Dwg,
}

use ContentType::{Csv, Docx, Dwg, Dxf, Gif, Jpeg, Odp, Ods, Odt, Pdf, Png, Pptx, Svg, Text, WebP, Xlsx};

impl ContentType {
    pub const ALL: [ContentType; 16] =
        [Pdf, Png, Jpeg, WebP, Gif, Svg, Text, Csv, Docx, Xlsx, Pptx, Odt, Ods, Odp, Dxf, Dwg];

    pub const fn mime(self) -> &'static str {
        match self {
            Pdf => "application/pdf",
            Png => "image/png",
            Jpeg => "image/jpeg",
            WebP => "image/webp",
            Gif => "image/gif",
            Svg => "image/svg+xml",
            Text => "text/plain",
            Csv => "text/csv",
            Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Odt => "application/vnd.oasis.opendocument.text",
            Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Odp => "application/vnd.oasis.opendocument.presentation",
            Dxf => "image/vnd.dxf",
            Dwg => "image/vnd.dwg",
        }
    }

    /// What names of such files end in; the first is the usual one.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Pdf => &["pdf"],
            Png => &["png"],
            Jpeg => &["jpg", "jpeg", "jfif"],
            WebP => &["webp"],
            Gif => &["gif"],
            Svg => &["svg"],
            Text => &["txt"],
            Csv => &["csv"],
            Docx => &["docx"],
            Xlsx => &["xlsx"],
            Pptx => &["pptx"],
            Odt => &["odt"],
            Ods => &["ods"],
            Odp => &["odp"],
            Dxf => &["dxf"],
            Dwg => &["dwg"],
        }
    }

    /// A picture that is measured and gets a thumbnail.
    pub const fn is_picture(self) -> bool {
        matches!(self, Png | Jpeg | WebP | Gif)
    }

    /// Whether browsers may show it. All else, above all what could hold a script, they save.
    pub const fn is_shown(self) -> bool {
        self.is_picture() || matches!(self, Pdf)
    }

    pub fn from_mime(mime: &str) -> Option<ContentType> {
        let essence = mime.split(';').next().unwrap_or_default().trim();
        ContentType::ALL.into_iter().find(|kind| kind.mime().eq_ignore_ascii_case(essence))
    }

    pub fn from_ending(ending: &str) -> Option<ContentType> {
        ContentType::ALL.into_iter().find(|kind| kind.endings().iter().any(|e| e.eq_ignore_ascii_case(ending)))
    }

    /// Whether what the sender called it does not contradict it. Systems without a name for a type say all sorts of
    /// things; only the name of another type that we know is a contradiction.
    pub fn agrees_with(self, declared: &str) -> bool {
        match ContentType::from_mime(declared) {
            Some(other) => other == self || (other == Text && matches!(self, Csv | Svg | Dxf)),
            None => !declared.contains("html") && !declared.contains("script"),
        }
    }
}

/// What follows the last dot of a name.
pub fn ending(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit_once('.')?;
    let usual = (1..=10).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    (usual && !stem.is_empty()).then_some(ending)
}

/// Characters that turn, hide or split what stands around them.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A name that can be shown and saved anywhere: without folders, without characters that deceive, of bounded length with
/// its ending kept, never empty.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut text = String::with_capacity(last.len().min(4 * NAME_CHARS));
    for c in last.chars().filter(|c| c.is_whitespace() || !is_deceptive(*c)) {
        match c {
            c if c.is_whitespace() && text.ends_with(' ') => {}
            c if c.is_whitespace() => text.push(' '),
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => text.push('_'),
            c => text.push(c),
        }
    }
    let text = text.trim_matches([' ', '.']);
    // A name that was nothing but its ending lost its dot above.
    let only_ending = last.trim().strip_prefix('.') == Some(text) && ContentType::from_ending(text).is_some();
    let (stem, ending) = match ending(text) {
        _ if only_ending => ("", text),
        Some(ending) => (&text[..text.len() - ending.len() - 1], ending),
        None => (text, ""),
    };
    let tail = if ending.is_empty() { String::new() } else { format!(".{ending}") };
    let mut stem =
        shortened(stem, NAME_CHARS - tail.len(), NAME_BYTES - tail.len()).trim_end_matches([' ', '.']).to_owned();
    if stem.is_empty() {
        stem.push_str("file");
    }
    if is_device(&stem) {
        stem.insert(0, '_');
    }
    stem + &tail
}

fn shortened(text: &str, chars: usize, bytes: usize) -> &str {
    // One less leaves room for what a device's name gets in front.
    let end =
        text.char_indices().take(chars - 1).map(|(at, c)| at + c.len_utf8()).take_while(|end| *end < bytes).last();
    &text[..end.unwrap_or(0)]
}

/// Names that Windows takes for devices.
fn is_device(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    match first.strip_prefix("com").or(first.strip_prefix("lpt")) {
        Some(n) => n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()),
        None => matches!(first.as_str(), "con" | "prn" | "aux" | "nul"),
    }
}

/// The type of a file, when its first bytes are what its name says and the type may be attached.
///
/// Only the type that the name says is tried, and only from the first byte on: what begins as something else is not that
/// type, whatever else it is as well.
pub fn sniff(head: &[u8], name: &str) -> Option<ContentType> {
    let said = ContentType::from_ending(ending(name)?)?;
    let proved = match said {
        Pdf => head.starts_with(b"%PDF-"),
        Png => head.starts_with(b"\x89PNG\r\n\x1a\n"),
        Jpeg => head.starts_with(b"\xff\xd8\xff"),
        Gif => head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a"),
        WebP => head.starts_with(b"RIFF") && head.get(8..12) == Some(&b"WEBP"[..]),
        Dwg => head.starts_with(b"AC10") && head.get(4..6).is_some_and(|v| v.iter().all(u8::is_ascii_digit)),
        Dxf => head.starts_with(b"AutoCAD Binary DXF\r\n\x1a\0") || text_of(head).is_some_and(|text| is_dxf(&text)),
        Svg => text_of(head).is_some_and(|text| is_svg(&text)),
        Text | Csv => text_of(head).is_some_and(|text| !is_program(&text)),
        Docx => is_office(head, "word/"),
        Xlsx => is_office(head, "xl/"),
        Pptx => is_office(head, "ppt/"),
        Odt | Ods | Odp => is_open_document(head, said.mime()),
    };
    proved.then_some(said)
}

/// The text of what holds nothing but text, in UTF-16 with its mark or in anything that keeps ASCII where it is.
fn text_of(head: &[u8]) -> Option<String> {
    let wide: Option<fn([u8; 2]) -> u16> = match head {
        [0xFF, 0xFE, ..] => Some(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => Some(u16::from_be_bytes),
        _ => None,
    };
    let text: String = match wide {
        Some(read) => {
            let units = head[2..].chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        None => head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).iter().map(|byte| char::from(*byte)).collect(),
    };
    // Bytes from 0x80 on are letters of one encoding or another.
    let binary = |c: char| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0C');
    (!text.contains(binary)).then_some(text)
}

/// Whether text is something that browsers or shells would run.
fn is_program(text: &str) -> bool {
    const INSIDE: [&str; 6] = ["<script", "<html", "<iframe", "<!doctype html", "<svg", "<?php"];
    const FIRST: [&str; 14] = [
        "#!", "<?xml", "<!--", "<head", "<body", "<h1", "<div", "<font", "<table", "<style", "<title", "<a ", "<p>",
        "<meta",
    ];
    let lower = text.to_ascii_lowercase();
    let start = lower.trim_start();
    FIRST.iter().any(|mark| start.starts_with(mark)) || INSIDE.iter().any(|mark| lower.contains(mark))
}

/// Whether the root of an XML text is `svg`. A document type with definitions of its own is refused: nothing good comes of
/// entities.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let end = if rest.starts_with("<?xml") {
            rest.find("?>").map(|at| at + 2)
        } else if rest.starts_with("<!--") {
            rest.find("-->").map(|at| at + 3)
        } else if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype")) {
            rest.find(['>', '[']).filter(|at| rest[*at..].starts_with('>')).map(|at| at + 1)
        } else {
            let after = rest.strip_prefix("<svg").and_then(|rest| rest.chars().next());
            return after.is_some_and(|c| c.is_ascii_whitespace() || c == '>' || c == '/');
        };
        match end {
            Some(end) => rest = rest[end..].trim_start(),
            None => return false,
        }
    }
}

/// A drawing begins with a section, behind comments at most: pairs of a code and a value, each on a line of its own.
fn is_dxf(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    loop {
        match (lines.next(), lines.next()) {
            (Some("999"), Some(_)) => {}
            (Some("0"), Some(value)) => return value == "SECTION",
            _ => return false,
        }
    }
}

const ENTRY: &[u8] = b"PK\x03\x04";

/// Names of the entries of a ZIP that begin in these bytes, as their own headers tell.
fn entries(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = head.windows(ENTRY.len()).enumerate().filter(|(_, bytes)| *bytes == ENTRY).map(|(at, _)| at);
    starts.filter_map(|at| {
        let length = head.get(at + 26..at + 28)?;
        head.get(at + 30..at + 30 + usize::from(u16::from_le_bytes([length[0], length[1]])))
    })
}

/// Whether a ZIP is a document of Office with its parts in this folder and without macros. Some programs write the list of
/// contents first, some last, so any entry of a document may be the first one.
fn is_office(head: &[u8], folder: &str) -> bool {
    const FIRST: [&str; 7] = ["[Content_Types].xml", "_rels/", "docProps/", "customXml/", "word/", "xl/", "ppt/"];
    let begins = head.starts_with(ENTRY)
        && entries(head).next().is_some_and(|name| FIRST.iter().any(|first| name.starts_with(first.as_bytes())));
    begins
        && entries(head).any(|name| name.starts_with(folder.as_bytes()))
        && !entries(head).any(|name| name.windows(10).any(|part| part.eq_ignore_ascii_case(b"vbaProject")))
}

/// An OpenDocument begins with an entry `mimetype`, neither packed nor with anything else in its header.
fn is_open_document(head: &[u8], mime: &str) -> bool {
    let behind = |part: &[u8]| head.get(38..).is_some_and(|rest| rest.starts_with(part));
    head.starts_with(ENTRY)
        && head.get(26..38) == Some(&b"\x08\0\0\0mimetype"[..])
        && behind(&[mime.as_bytes(), b"PK"].concat())
}

/// The `Content-Disposition` of a file (RFC 6266): its name twice, for all programs and for those that know letters.
pub fn disposition(name: &str, shown: bool) -> String {
    let how = if shown { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' })
        .collect();
    let mut full = String::with_capacity(3 * name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            full.push(char::from(byte));
        } else {
            full.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{full}")
}
