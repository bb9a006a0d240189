//! The archive that a workbook is: its parts, what they refer to, and their XML, all within bounds.

use super::Fault;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use zip::read::{ArchiveOffset, Config, ZipFile};
use zip::result::ZipError;

/// Parts of the archive.
const MOST_PARTS: usize = 10_000;
/// Bytes of the archive's directory, read before its parts can be counted.
const MOST_DIRECTORY: u64 = 4 << 20;
/// Bytes of all parts together when unpacked: a million rows of thirty columns.
const MOST_UNPACKED: u64 = 2 << 30;
/// Bytes of a part that is kept in memory when it has been read: what the workbook consists of, and its styles.
const MOST_KEPT: u64 = 16 << 20;
/// How many times its size a part may take when unpacked, once it is larger than `SMALL`.
const MOST_RATIO: u64 = 200;
const SMALL: u64 = 16 << 20;
/// Bytes of one tag or one stretch of text.
const MOST_EVENT: usize = 1 << 20;
/// Bytes of the text of one cell: four for each of the 32,767 characters that a cell holds.
const MOST_TEXT: usize = 128 << 10;
/// Elements within elements.
const MOST_DEPTH: usize = 64;
/// Relationships, formats, styles: each is far rarer in a real workbook.
const MOST_THINGS: usize = 100_000;

pub(super) type Archive = zip::ZipArchive<BufReader<File>>;

/// A file of which only so much is read, so that a directory of a million parts is refused before it is taken in.
pub(in crate::platform) struct Bounded {
    file: BufReader<File>,
    left: u64,
}

impl Bounded {
    pub(in crate::platform) fn new(file: File, most: u64) -> Bounded {
        Bounded { file: BufReader::new(file), left: most }
    }

    /// The file, of which as much is read as one likes.
    pub(in crate::platform) fn into_file(self) -> BufReader<File> {
        self.file
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

impl Seek for Bounded {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl From<ZipError> for Fault {
    fn from(error: ZipError) -> Fault {
        match error {
            ZipError::Io(error) => error.into(),
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => Fault::Encrypted,
            _ => Fault::Damaged,
        }
    }
}

impl From<quick_xml::Error> for Fault {
    fn from(error: quick_xml::Error) -> Fault {
        match error {
            quick_xml::Error::Io(error) => io::Error::new(error.kind(), error.to_string()).into(),
            _ => Fault::Damaged,
        }
    }
}

/// Opens the archive once it is known to be harmless, with its parts by their names in small letters.
pub(super) fn open(file: File) -> Result<(Archive, HashMap<String, usize>), Fault> {
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let checked = zip::ZipArchive::with_config(config, Bounded::new(file, MOST_DIRECTORY))?;
    let parts = check(&checked)?;
    let archive = Archive::with_config(config, checked.into_inner().into_file())?;
    Ok((archive, parts))
}

/// The parts of an archive by their names in small letters, after what they claim of their sizes has been checked.
/// That they do not unpack to more than they claim is seen to when they are read.
fn check(archive: &zip::ZipArchive<Bounded>) -> Result<HashMap<String, usize>, Fault> {
    if archive.len() > MOST_PARTS {
        return Err(Fault::TooLarge);
    }
    let mut parts = HashMap::new();
    let mut unpacked: u64 = 0;
    for at in 0..archive.len() {
        let part = archive.by_index_data(at)?;
        if part.encrypted() {
            return Err(Fault::Encrypted);
        }
        unpacked = unpacked.saturating_add(part.size());
        let ratio = part.size() / part.compressed_size().max(1);
        if unpacked > MOST_UNPACKED || (part.size() > SMALL && ratio > MOST_RATIO) {
            return Err(Fault::TooLarge);
        }
        parts.insert(part.name()?.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase(), at);
    }
    Ok(parts)
}

pub(super) fn within(count: usize) -> Result<(), Fault> {
    if count > MOST_THINGS { Err(Fault::TooLarge) } else { Ok(()) }
}

/// A part that another refers to.
pub(super) struct Link {
    /// The last word of its type, which is the same in both dialects of the standard.
    pub(super) kind: String,
    pub(super) path: String,
}

/// What a part refers to, by id; the archive itself for an empty path.
pub(super) fn relationships(
    archive: &mut Archive,
    parts: &HashMap<String, usize>,
    path: &str,
) -> Result<BTreeMap<String, Link>, Fault> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let at = resolve(folder, &format!("_rels/{name}.rels"));
    let mut links = BTreeMap::new();
    let Some(part) = parts.get(&at.to_ascii_lowercase()) else { return Ok(links) };
    let mut xml = Xml::open_small(archive, *part)?;
    loop {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "Relationship" => {
                let (id, kind, target) = (attribute(&tag, "Id")?, attribute(&tag, "Type")?, attribute(&tag, "Target")?);
                if let (Some(id), Some(kind), Some(target)) = (id, kind, target) {
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    links.insert(id, Link { kind, path: resolve(folder, &target) });
                    within(links.len())?;
                }
            }
            Event::Eof => return Ok(links),
            _ => {}
        }
    }
}

/// The path of a part that is named from within a folder.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut path: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            ".." => {
                path.pop();
            }
            "." => {}
            step => path.push(step),
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}

/// The value of an attribute, whatever namespace its name has.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, Fault> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| Fault::Damaged)?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Refuses a stretch of XML that would take much memory before it ends.
struct Stretch<R> {
    inner: BufReader<R>,
    read: usize,
}

impl<R: Read> Read for Stretch<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: Read> BufRead for Stretch<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read > MOST_EVENT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.read += count;
        self.inner.consume(count);
    }
}

/// A part in XML.
pub(super) struct Xml<'t> {
    reader: Reader<Stretch<ZipFile<'t, BufReader<File>>>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<'t> Xml<'t> {
    /// A part of which little is kept, however large it is.
    pub(super) fn open(archive: &'t mut Archive, part: usize) -> Result<Xml<'t>, Fault> {
        Ok(Xml::of(archive.by_index(part)?))
    }

    /// A part that is kept.
    pub(super) fn open_small(archive: &'t mut Archive, part: usize) -> Result<Xml<'t>, Fault> {
        let part = archive.by_index(part)?;
        if part.size() > MOST_KEPT { Err(Fault::TooLarge) } else { Ok(Xml::of(part)) }
    }

    fn of(part: ZipFile<'t, BufReader<File>>) -> Xml<'t> {
        let inner = BufReader::with_capacity(32 << 10, part);
        let mut reader = Reader::from_reader(Stretch { inner, read: 0 });
        reader.config_mut().expand_empty_elements = true;
        Xml { reader, buffer: Vec::new(), depth: 0 }
    }

    pub(super) fn next(&mut self) -> Result<Event<'_>, Fault> {
        self.buffer.clear();
        self.reader.get_mut().read = 0;
        let event = self.reader.read_event_into(&mut self.buffer)?;
        match event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => return Err(Fault::Damaged),
            _ => {}
        }
        if self.depth > MOST_DEPTH { Err(Fault::Damaged) } else { Ok(event) }
    }
}

/// Adds the text of an event, if it has any.
pub(super) fn gather(event: &Event<'_>, into: &mut String) -> Result<(), Fault> {
    match event {
        Event::Text(text) => into.push_str(&text.xml10_content()),
        Event::CData(text) => into.push_str(&text.xml10_content()),
        Event::GeneralRef(entity) => into.push(character(entity)?),
        _ => {}
    }
    if into.len() > MOST_TEXT { Err(Fault::TooLarge) } else { Ok(()) }
}

/// The character that an entity stands for. A workbook defines none of its own, so there is nothing to expand.
fn character(entity: &BytesRef<'_>) -> Result<char, Fault> {
    if let Some(c) = entity.resolve_char_ref()? {
        return Ok(c);
    }
    match &**entity {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(Fault::Damaged),
    }
}
