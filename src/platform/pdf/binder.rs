//! Documents bound into one, so that only the part that is being added is in memory.
//!
//! krilla and lopdf know a document as a whole, in memory. But lopdf writes objects, and the table of where they stand, for
//! whoever keeps a document's pages together by himself.

use anyhow::Context as _;
use lopdf::xref::{XrefEntry, XrefSection};
use lopdf::{Dictionary, Document, Object, ObjectId, Writer};
use std::fs::File;
use std::io::{BufWriter, Seek as _, Write as _};

/// The object below which the pages of all parts are.
const PAGES: ObjectId = (1, 0);

/// A document that grows part by part. What is said of the whole, such as its title, is said by the first.
pub struct Binder {
    file: BufWriter<File>,
    /// Bytes written so far.
    length: usize,
    /// Where objects stand, by their numbers.
    places: XrefSection,
    /// The pages of each part.
    parts: Vec<Object>,
    pages: i64,
    trailer: Dictionary,
}

impl Binder {
    pub fn new() -> anyhow::Result<Binder> {
        let mut binder = Binder {
            file: BufWriter::new(tempfile::tempfile()?),
            length: 0,
            places: XrefSection { starting_id: 0, entries: vec![XrefEntry::UnusableFree; 2] },
            parts: Vec::new(),
            pages: 0,
            trailer: Dictionary::new(),
        };
        // Programs that carry the file see by the second line that it is not all text.
        binder.put(b"%PDF-1.7\n%\x80\x80\x80\x80\n")?;
        Ok(binder)
    }

    /// Adds the pages of a document after those that are there.
    pub fn add(&mut self, part: &[u8]) -> anyhow::Result<()> {
        let mut part = Document::load_mem(part).context("a part of a document")?;
        part.renumber_objects_with(self.places.entries.len() as u32);
        self.places.entries.resize(part.max_id as usize + 1, XrefEntry::UnusableFree);
        let root = part.trailer.get(b"Root")?.as_reference()?;
        let info = part.trailer.get(b"Info").and_then(Object::as_reference).ok();
        let pages = part.get_dictionary(root)?.get(b"Pages")?.as_reference()?;
        let tree = part.get_dictionary_mut(pages)?;
        tree.set("Parent", PAGES);
        self.pages += tree.get(b"Count")?.as_i64()?;
        let of_whole = |id: ObjectId| id == root || Some(id) == info;
        let first = self.parts.is_empty();
        if first {
            part.get_dictionary_mut(root)?.set("Pages", PAGES);
            self.trailer = part.trailer.clone();
        }
        self.parts.push(pages.into());
        part.objects
            .iter()
            .filter(|(id, _)| first || !of_whole(**id))
            .try_for_each(|(id, object)| self.object(*id, object))
    }

    /// The whole document, to be read from its beginning.
    pub fn finish(mut self) -> anyhow::Result<File> {
        let mut tree = Dictionary::new();
        tree.set("Type", Object::Name(b"Pages".to_vec()));
        tree.set("Count", self.pages);
        tree.set("Kids", std::mem::take(&mut self.parts));
        self.object(PAGES, &tree.into())?;
        self.trailer.set("Size", self.places.entries.len() as i64);
        self.file.write_all(b"xref\n")?;
        self.places.write_xref_section(&mut self.file)?;
        self.file.write_all(b"trailer\n")?;
        Writer::write_object(&mut self.file, &self.trailer.into())?;
        write!(self.file, "\nstartxref\n{}\n%%EOF\n", self.length)?;
        let mut file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }

    fn object(&mut self, id: ObjectId, object: &Object) -> anyhow::Result<()> {
        let offset = u32::try_from(self.length).context("a document that is too long")?;
        self.places.entries[id.0 as usize] = XrefEntry::Normal { offset, generation: id.1 };
        let mut bytes = format!("{} {} obj\n", id.0, id.1).into_bytes();
        Writer::write_object(&mut bytes, object)?;
        bytes.extend_from_slice(b"\nendobj\n");
        self.put(&bytes)
    }

    fn put(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len();
        Ok(())
    }
}
