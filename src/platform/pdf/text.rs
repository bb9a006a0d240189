//! Text as glyphs in their places: directions resolved, letters joined, long lines broken.

use super::fonts::{self, Face, Weight};
use harfrust::{Direction, GlyphInfo, GlyphPosition, ShapeOptions, UnicodeBuffer};
use krilla::text::{GlyphId, KrillaGlyph};
use std::ops::Range;
use unicode_bidi::{Level, ParagraphBidiInfo};
use unicode_segmentation::UnicodeSegmentation as _;

/// The direction that a text begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// That of its first letter.
    Own,
    Left,
    Right,
}

impl Start {
    fn level(self) -> Option<Level> {
        match self {
            Start::Own => None,
            Start::Left => Some(Level::ltr()),
            Start::Right => Some(Level::rtl()),
        }
    }
}

/// Letters of one face and one direction.
pub struct Run {
    pub face: &'static Face,
    pub text: String,
    pub glyphs: Vec<KrillaGlyph>,
    /// In em, as all widths of text.
    pub width: f32,
    /// There for programs that search and copy only: what is seen of it is in the glyph after it.
    pub unseen: bool,
}

/// Runs from left to right, as they stand on paper.
#[derive(Default)]
pub struct Line {
    pub runs: Vec<Run>,
    pub width: f32,
}

/// How much room a text wants, in em.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Extent {
    /// On lines as long as it likes.
    pub natural: f32,
    /// Its longest word.
    pub least: f32,
}

/// The lines of a text in so much room.
pub fn lines(text: &str, start: Start, weight: Weight, room: f32) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for paragraph in paragraphs(text) {
        let setter = Setter::new(paragraph, start, weight)?;
        let whole = setter.line(0..paragraph.len());
        if whole.width <= room {
            lines.push(whole);
        } else {
            lines.extend(setter.broken(room).into_iter().map(|range| setter.line(range)));
        }
    }
    Ok(lines)
}

/// The room that a text wants.
pub fn extent(text: &str, start: Start, weight: Weight) -> anyhow::Result<Extent> {
    let mut extent = Extent::default();
    for paragraph in paragraphs(text) {
        let setter = Setter::new(paragraph, start, weight)?;
        let mut natural = 0.0;
        for word in setter.words() {
            let letters = setter.trimmed(word.clone());
            let width = setter.width(letters.clone());
            extent.least = extent.least.max(width);
            natural += width + setter.width(letters.end..word.end);
        }
        extent.natural = extent.natural.max(natural);
    }
    Ok(extent)
}

fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(str::trim_end)
}

/// Sets one paragraph.
struct Setter<'t> {
    text: &'t str,
    bidi: ParagraphBidiInfo<'t>,
    faces: &'static [Face],
}

impl<'t> Setter<'t> {
    fn new(text: &'t str, start: Start, weight: Weight) -> anyhow::Result<Setter<'t>> {
        Ok(Setter { text, bidi: ParagraphBidiInfo::new(text, start.level()), faces: fonts::faces(weight)? })
    }

    /// A part of the paragraph on one line.
    fn line(&self, range: Range<usize>) -> Line {
        if range.is_empty() {
            return Line::default();
        }
        let mut line = Line::default();
        let (levels, runs) = self.bidi.visual_runs(range);
        for run in runs {
            let backwards = levels[run.start].is_rtl();
            let mut pieces = self.pieces(run);
            if backwards {
                pieces.reverse();
            }
            for (face, piece) in pieces {
                let text = &self.text[piece];
                let glyphs = shape(face, text, backwards);
                line.width += width(&glyphs);
                match backwards {
                    true => line.runs.extend(apart(face, text, glyphs)),
                    false => line.runs.push(Run::new(face, text, glyphs)),
                }
            }
        }
        line
    }

    /// The width of a part, whatever the order of its runs.
    fn width(&self, range: Range<usize>) -> f32 {
        let (mut width, mut from) = (0.0, range.start);
        while from < range.end {
            let level = self.bidi.levels[from];
            let until = (from..range.end).find(|at| self.bidi.levels[*at] != level).unwrap_or(range.end);
            for (face, piece) in self.pieces(from..until) {
                width += self::width(&shape(face, &self.text[piece], level.is_rtl()));
            }
            from = until;
        }
        width
    }

    /// Parts that one face writes, in the order of reading. What only steers directions is left out.
    fn pieces(&self, range: Range<usize>) -> Vec<(&'static Face, Range<usize>)> {
        let mut pieces: Vec<(&'static Face, Range<usize>)> = Vec::new();
        for (at, letter) in self.text[range.clone()].char_indices() {
            let at = range.start + at;
            let end = at + letter.len_utf8();
            if steers(letter) {
                continue;
            }
            let before = pieces.last_mut().filter(|(_, piece)| piece.end == at);
            let current = before.as_ref().map(|(face, _)| *face);
            let joins = matches!(letter, '\u{200C}' | '\u{200D}');
            let face = match current.filter(|_| joins) {
                Some(face) => face,
                None => self.faces.iter().find(|face| face.has(letter)).or(current).unwrap_or(&self.faces[0]),
            };
            match before.filter(|(of, _)| std::ptr::eq(*of, face)) {
                Some((_, piece)) => piece.end = end,
                None => pieces.push((face, at..end)),
            }
        }
        pieces
    }

    /// The parts between which a line may be broken, each with the spaces after it.
    fn words(&self) -> Vec<Range<usize>> {
        let mut from = 0;
        let ends = unicode_linebreak::linebreaks(self.text).map(|(end, _)| end);
        ends.map(|end| std::mem::replace(&mut from, end)..end).collect()
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        range.start..range.start + self.text[range].trim_end().len()
    }

    /// The paragraph in lines of so much room; a word that is longer than a line is broken anywhere.
    fn broken(&self, room: f32) -> Vec<Range<usize>> {
        let mut lines: Vec<Range<usize>> = Vec::new();
        let mut line = 0..0;
        let mut taken = 0.0;
        for word in self.words() {
            let width = self.width(self.trimmed(word.clone()));
            if taken + width > room && !line.is_empty() {
                lines.push(self.trimmed(line));
                (line, taken) = (word.start..word.start, 0.0);
            }
            if width <= room {
                taken += self.width(word.clone());
                line.end = word.end;
                continue;
            }
            for (at, letter) in self.text[word.clone()].grapheme_indices(true) {
                let letter = word.start + at..word.start + at + letter.len();
                let width = self.width(letter.clone());
                if taken + width > room && !line.is_empty() {
                    lines.push(line);
                    (line, taken) = (letter.start..letter.start, 0.0);
                }
                taken += width;
                line.end = letter.end;
            }
        }
        lines.push(self.trimmed(line));
        lines
    }
}

/// Marks that choose directions and have done so, and controls that mean nothing on paper.
fn steers(letter: char) -> bool {
    matches!(letter, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
        || letter.is_control()
}

impl Run {
    fn new(face: &'static Face, text: &str, glyphs: Vec<KrillaGlyph>) -> Run {
        Run { face, text: text.to_owned(), width: width(&glyphs), glyphs, unseen: false }
    }
}

fn width(glyphs: &[KrillaGlyph]) -> f32 {
    glyphs.iter().map(|glyph| glyph.x_advance).sum()
}

/// Letters of one face and direction as glyphs, from left to right; digits all take the same width.
fn shape(face: &'static Face, text: &str, backwards: bool) -> Vec<KrillaGlyph> {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.set_script(face.script);
    buffer.set_direction(if backwards { Direction::RightToLeft } else { Direction::LeftToRight });
    let plan = if backwards { &face.backwards } else { &face.forwards };
    let mut features = fonts::features(face.script);
    features.extend(lam_alefs(text).map(fonts::ligature));
    let shaped = face.shaper().shape(buffer, ShapeOptions::new().plan(Some(plan)).features(&features));
    let infos = shaped.glyph_infos();
    let mut starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
    starts.sort_unstable();
    starts.dedup();
    let end = |start: usize| starts.get(starts.partition_point(|s| *s <= start)).copied().unwrap_or(text.len());
    let em = |units: i32| units as f32 / face.units_per_em;
    let glyph = |(info, place): (&GlyphInfo, &GlyphPosition)| {
        let start = info.cluster as usize;
        let (x, y) = (em(place.x_offset), em(place.y_offset));
        let id = GlyphId::new(info.glyph_id);
        KrillaGlyph::new(id, em(place.x_advance), x, y, em(place.y_advance), start..end(start), None)
    };
    infos.iter().zip(shaped.glyph_positions()).map(glyph).collect()
}

/// Where an alef follows a lam: the two are always written as one.
fn lam_alefs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let alef = |after: &str| after.chars().next().filter(|c| matches!(c, 'ا' | 'أ' | 'إ' | 'آ'));
    text.match_indices('ل').filter_map(move |(at, lam)| {
        let end = at + lam.len();
        Some(at..end + alef(&text[end..])?.len_utf8())
    })
}

/// Text from right to left with each lam-alef taken for a lam, and an unseen alef before it. Programs that search and copy
/// turn such text around letter by letter, and would turn the two the wrong way.
fn apart(face: &'static Face, text: &str, glyphs: Vec<KrillaGlyph>) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut run = Vec::new();
    for mut glyph in glyphs {
        let cluster = glyph.text_range.clone();
        if lam_alefs(&text[cluster.clone()]).next() == Some(0..cluster.len())
            && let alef = cluster.start + 'ل'.len_utf8()
            && let Some(id) = text[alef..].chars().next().and_then(|alef| face.glyph(alef))
        {
            let unseen = KrillaGlyph::new(GlyphId::new(id), 0.0, 0.0, 0.0, 0.0, alef..cluster.end, None);
            runs.push(Run::new(face, text, std::mem::take(&mut run)));
            runs.push(Run { unseen: true, ..Run::new(face, text, vec![unseen]) });
            glyph.text_range.end = alef;
        }
        run.push(glyph);
    }
    runs.push(Run::new(face, text, run));
    runs.retain(|run| !run.glyphs.is_empty());
    runs
}
