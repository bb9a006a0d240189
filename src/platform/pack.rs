//! Zip files, as archives leave in them: written into a temporary file entry by entry, however large each becomes, with the hash
//! of every one.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Seek as _, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The entry that lists all others.
pub const MANIFEST: &str = "manifest.json";

/// A zip file while it grows. What is written belongs to the entry that was begun last.
pub struct Zip {
    writer: ZipWriter<File>,
    sum: Sum,
}

impl Zip {
    pub fn new() -> anyhow::Result<Zip> {
        Ok(Zip { writer: ZipWriter::new(tempfile::tempfile()?), sum: Sum::default() })
    }

    /// Begins an entry.
    pub fn begin(&mut self, path: &str) -> anyhow::Result<()> {
        // How large it becomes, nobody knows yet.
        self.writer.start_file(path, SimpleFileOptions::default().large_file(true))?;
        self.sum = Sum::default();
        Ok(())
    }

    /// Writes a row, and the end of its line.
    pub fn row(&mut self, row: &[u8]) -> anyhow::Result<()> {
        self.writer.write_all(row)?;
        self.writer.write_all(b"\n")?;
        self.sum.add_row(row);
        Ok(())
    }

    /// What was written since the entry began.
    pub fn end(&mut self) -> Sum {
        std::mem::take(&mut self.sum)
    }

    /// Puts the manifest behind everything. The file is read from its beginning.
    pub fn finish(mut self, manifest: &impl Serialize) -> anyhow::Result<File> {
        self.writer.start_file(MANIFEST, SimpleFileOptions::default())?;
        self.writer.write_all(&serde_json::to_vec_pretty(manifest)?)?;
        let mut file = self.writer.finish()?;
        file.flush()?;
        file.rewind()?;
        Ok(file)
    }
}

impl Write for Zip {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes)?;
        self.sum.add(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// What is known of an entry while it passes.
#[derive(Clone, Default)]
pub struct Sum {
    pub rows: u64,
    pub bytes: u64,
    hash: Sha256,
}

impl Sum {
    pub fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hash.update(bytes);
    }

    /// A row, and the end of its line.
    pub fn add_row(&mut self, row: &[u8]) {
        self.rows += 1;
        self.add(row);
        self.add(b"\n");
    }

    /// The SHA-256 of all of it, in hexadecimal digits.
    pub fn sha256(self) -> String {
        hex::encode(self.hash.finalize())
    }
}
