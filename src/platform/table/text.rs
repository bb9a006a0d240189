//! Rows of CSV: commas, semicolons or tabs, in UTF-8 or in UTF-16 with its mark.

use super::{Fault, MOST_COLUMNS, MOST_ROW, Row};
use crate::platform::sheet;
use csv_core::ReadRecordResult;
use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

/// How the characters of a text are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// The encoding that the mark at the beginning names; UTF-8 without one.
    pub(super) fn of(head: &[u8]) -> Encoding {
        match head {
            [0xFF, 0xFE, ..] => Encoding::Utf16Le,
            [0xFE, 0xFF, ..] => Encoding::Utf16Be,
            _ => Encoding::Utf8,
        }
    }
}

/// The bytes of a text in UTF-8, without a mark.
struct Source<'t> {
    file: &'t File,
    /// Of a file in UTF-16.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    /// What of `raw` has not been decoded.
    from: usize,
    decoded: bool,
    /// Whether something in the file is no character.
    malformed: bool,
}

impl<'t> Source<'t> {
    fn new(mut file: &'t File, encoding: Encoding) -> io::Result<Source<'t>> {
        let mut mark = Vec::new();
        file.rewind()?;
        file.take(3).read_to_end(&mut mark)?;
        let (decoder, skip) = match encoding {
            Encoding::Utf16Le => (Some(UTF_16LE.new_decoder_without_bom_handling()), 2),
            Encoding::Utf16Be => (Some(UTF_16BE.new_decoder_without_bom_handling()), 2),
            Encoding::Utf8 => (None, if mark == b"\xEF\xBB\xBF" { 3 } else { 0 }),
        };
        file.seek(SeekFrom::Start(skip))?;
        Ok(Source { file, decoder, raw: Vec::new(), from: 0, decoded: false, malformed: false })
    }

    /// Fills the buffer with what comes next; 0 at the end, or before what is no character.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return read(self.file, buffer) };
        while !self.decoded {
            if self.from == self.raw.len() {
                self.raw.resize(16 << 10, 0);
                let read = read(self.file, &mut self.raw)?;
                self.raw.truncate(read);
                self.from = 0;
            }
            let last = self.raw.is_empty();
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(&self.raw[self.from..], buffer, last);
            self.from += read;
            self.malformed = matches!(result, DecoderResult::Malformed(..));
            self.decoded = self.malformed || (last && result == DecoderResult::InputEmpty);
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

fn read(mut file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Reads rows and knows their lines.
pub(super) struct Lines<'t> {
    source: Source<'t>,
    buffer: Vec<u8>,
    /// What of the buffer has not been read.
    from: usize,
    to: usize,
    core: csv_core::Reader,
    /// The line that the next byte stands in.
    line: u64,
    /// Whether the last byte was a CR, whose LF begins no further line.
    after_cr: bool,
    output: Vec<u8>,
    ends: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(file: &'t File, encoding: Encoding) -> io::Result<Lines<'t>> {
        let mut lines = Lines {
            source: Source::new(file, encoding)?,
            buffer: vec![0; 64 << 10],
            from: 0,
            to: 0,
            core: csv_core::Reader::new(),
            line: 1,
            after_cr: false,
            output: vec![0; 4 << 10],
            ends: vec![0; 64],
        };
        lines.fill()?;
        let delimiter = delimiter(&lines.buffer[..lines.to]);
        lines.core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Ok(lines)
    }

    fn fill(&mut self) -> io::Result<bool> {
        self.from = 0;
        self.to = self.source.read(&mut self.buffer)?;
        Ok(self.to > 0)
    }

    /// Passes over bytes of the buffer and counts the lines that end in them.
    fn pass(&mut self, count: usize) {
        for byte in &self.buffer[self.from..self.from + count] {
            if *byte == b'\r' || (*byte == b'\n' && !self.after_cr) {
                self.line += 1;
            }
            self.after_cr = *byte == b'\r';
        }
        self.from += count;
    }

    pub(super) fn next_row(&mut self) -> Result<Option<Row>, Fault> {
        // The ends of the last row and of blank lines, so that the row is known to begin in this line.
        loop {
            if self.from == self.to && !self.fill()? {
                return if self.source.malformed { Err(Fault::Encoding { line: self.line }) } else { Ok(None) };
            }
            if !matches!(self.buffer[self.from], b'\r' | b'\n') {
                break;
            }
            self.pass(1);
        }
        let line = self.line;
        let (mut text, mut cells) = (0, 0);
        // At its end the file is given one more LF: within quotes that does not end the row.
        let mut closing: Option<&[u8]> = None;
        loop {
            let input = closing.unwrap_or(&self.buffer[self.from..self.to]);
            let (result, read, written, ended) =
                self.core.read_record(input, &mut self.output[text..], &mut self.ends[cells..]);
            match &mut closing {
                Some(rest) => *rest = &rest[read..],
                None => self.pass(read),
            }
            text += written;
            cells += ended;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::InputEmpty if closing.is_some() => return Err(Fault::Cut { line }),
                ReadRecordResult::InputEmpty => {
                    if !self.fill()? {
                        if self.source.malformed {
                            return Err(Fault::Encoding { line: self.line });
                        }
                        closing = Some(b"\n");
                    }
                }
                ReadRecordResult::OutputFull if self.output.len() >= MOST_ROW => return Err(Fault::Cut { line }),
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if cells > MOST_COLUMNS => return Err(Fault::TooManyColumns { line }),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
            }
        }
        if cells > MOST_COLUMNS {
            return Err(Fault::TooManyColumns { line });
        }
        self.row(line, text, cells).map(Some)
    }

    /// The row that has been read, as text.
    fn row(&self, line: u64, text: usize, cells: usize) -> Result<Row, Fault> {
        let bytes = &self.output[..text];
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            Fault::Encoding { line: line + before as u64 }
        })?;
        let mut from = 0;
        let cell = |to: &usize| {
            // Halves of a character on both sides of a delimiter are none.
            let cell = text.get(from..*to).ok_or(Fault::Encoding { line })?;
            from = *to;
            Ok(sheet::unguard(cell).to_owned())
        };
        let cells = self.ends[..cells].iter().map(cell).collect::<Result<_, Fault>>()?;
        Ok(Row { line, cells })
    }
}

/// What stands between the cells of the first row: whichever occurs most often outside quotes; a comma when in doubt.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    let begin = head.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(head.len());
    for byte in &head[begin..] {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            byte if !quoted => counts.iter_mut().filter(|(other, _)| other == byte).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| delimiter)
}
