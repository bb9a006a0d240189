//! Rows that wait to be printed. They wait in a file, so that however many they are, they take no memory.

use super::Row;
use super::text::Extent;
use serde::{Deserialize, Serialize};
use serde_json::StreamDeserializer;
use serde_json::de::IoRead;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek as _, Write as _};

/// A row with the room that each of its cells wants on one line, in em.
#[derive(Serialize, Deserialize)]
pub struct Measured {
    pub row: Row,
    pub natural: Vec<f32>,
}

/// Rows in the order in which they came.
pub struct Rows {
    file: BufWriter<File>,
    count: usize,
    /// The room that all of them want, by column.
    pub wanted: Vec<Extent>,
}

/// Rows as they are read again.
pub type Reading = StreamDeserializer<'static, IoRead<BufReader<File>>, Measured>;

impl Rows {
    /// None yet.
    pub fn new() -> anyhow::Result<Rows> {
        Ok(Rows { file: BufWriter::new(tempfile::tempfile()?), count: 0, wanted: Vec::new() })
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn push(&mut self, measured: &Measured) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.file, measured)?;
        self.count += 1;
        Ok(())
    }

    /// All of them from the first on; whoever reads ends before the next does.
    pub fn read(&mut self) -> anyhow::Result<Reading> {
        self.file.flush()?;
        let mut file = self.file.get_ref().try_clone()?;
        file.rewind()?;
        Ok(serde_json::Deserializer::from_reader(BufReader::new(file)).into_iter())
    }
}
