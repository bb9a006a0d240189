//! Lists on paper: a head, ruled rows, totals and numbered pages, as PDF.

mod binder;
pub mod fonts;
mod rows;
pub mod text;

pub use rows::Rows;

use self::binder::Binder;
use self::fonts::Weight;
use self::rows::{Measured, Reading};
use self::text::{Extent, Line, Start};
use crate::record::Tone;
use anyhow::{Context as _, anyhow};
use krilla::color::rgb::Color;
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::metadata::{Metadata, TextDirection};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

/// How the cells of a column look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Words of any language; wrapped where they are long.
    Words,
    /// What stays on one line, such as a date.
    Short,
    /// What reads from left to right wherever it stands.
    Code,
    /// Figures, whose digits end together.
    Figure,
}

/// A column with its heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub heading: String,
    pub look: Look,
    /// Rows that go on with the one above leave it empty, except at the top of a page.
    pub once: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub text: String,
    pub tone: Option<Tone>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub cells: Vec<Cell>,
    /// Whether the row goes on with the one above.
    pub goes_on: bool,
}

/// A list with all that stands around it.
pub struct Paper {
    pub language: &'static str,
    pub right_to_left: bool,
    pub title: String,
    pub company: String,
    /// What the list was narrowed by, one after the other.
    pub conditions: Vec<String>,
    /// Who took it and when.
    pub taken: String,
    pub columns: Vec<Column>,
    pub rows: Rows,
    /// One text for each column, or none at all; the first says what they are.
    pub totals: Vec<String>,
    /// What stands in the place of rows where there are none.
    pub nothing: String,
    /// The words for a page of so many.
    pub numbering: Box<dyn Fn(usize, usize) -> String + Send>,
}

impl Paper {
    /// Adds a row below the others.
    pub fn add(&mut self, row: Row) -> anyhow::Result<()> {
        let mut natural = Vec::with_capacity(row.cells.len());
        self.rows.wanted.resize(self.columns.len(), Extent::default());
        for ((cell, column), wanted) in row.cells.iter().zip(&self.columns).zip(&mut self.rows.wanted) {
            let extent = text::extent(&cell.text, column.look.start(), Weight::Regular)?;
            natural.push(extent.natural);
            widen(wanted, extent, column.look);
        }
        self.rows.push(&Measured { row, natural })
    }
}

/// Pages that are drawn before they leave memory. One takes about ten kilobytes while it waits for the others, and each part brings
/// its own letters along: a hundred kilobytes at most.
const PART: usize = if cfg!(test) { 2 } else { 100 };

/// Prints a list, part by part. However long it is, no more than a part is in memory, and four bytes for each row.
pub struct Press {
    paper: Paper,
    layout: Layout,
    /// Those that are not shared out yet.
    rows: Reading,
    /// Lines of each row.
    heights: Vec<u32>,
    pager: Pager,
    /// What stands on pages that are not drawn yet.
    ahead: VecDeque<Slice>,
    shared: usize,
    drawn: usize,
    pages: usize,
    binder: Binder,
}

impl Press {
    /// Lays out all rows, so that every page can say how many there are.
    pub fn new(mut paper: Paper) -> anyhow::Result<Press> {
        let layout = Layout::of(&paper)?;
        let mut pager = Pager::new(&layout);
        let mut heights = Vec::with_capacity(paper.rows.len());
        for measured in paper.rows.read()? {
            let lines = layout.lines_of(&paper.columns, &measured?)?;
            pager.share(&layout, lines);
            heights.push(lines as u32);
        }
        let pages = pager.end(&layout) + 1;
        Ok(Press {
            rows: paper.rows.read()?,
            pager: Pager::new(&layout),
            binder: Binder::new()?,
            ahead: VecDeque::new(),
            shared: 0,
            drawn: 0,
            paper,
            layout,
            heights,
            pages,
        })
    }

    /// Draws the next pages; `false` where there are none.
    pub fn part(&mut self) -> anyhow::Result<bool> {
        if self.drawn == self.pages {
            return Ok(false);
        }
        let mut document = self.document();
        for at in self.drawn..self.pages.min(self.drawn + PART) {
            let slices = self.slices(at)?;
            let settings = PageSettings::from_wh(self.layout.width, self.layout.height).context("a page")?;
            let mut sheet = document.start_page_with(settings);
            Pen { surface: sheet.surface(), layout: &self.layout, paper: &self.paper }.page(&slices, at, self.pages)?;
            self.drawn += 1;
        }
        let part = document.finish().map_err(|failure| anyhow!("a document: {failure:?}"))?;
        self.binder.add(&part)?;
        Ok(true)
    }

    /// Rows that are printed, or about to be.
    pub fn rows(&self) -> usize {
        self.shared
    }

    /// The document, to be read from its beginning.
    pub fn finish(self) -> anyhow::Result<File> {
        self.binder.finish()
    }

    fn document(&self) -> Document {
        // What XMP says of a document includes how many pages it has, which no part knows.
        let mut document =
            Document::new_with(SerializeSettings { xmp_metadata: false, ..SerializeSettings::default() });
        let backwards = self.paper.right_to_left;
        let direction = if backwards { TextDirection::RightToLeft } else { TextDirection::LeftToRight };
        document.set_metadata(
            Metadata::new()
                .title(self.paper.title.clone())
                .authors(vec![self.paper.company.clone()])
                .creator("Diwan".to_owned())
                .language(self.paper.language.to_owned())
                .text_direction(direction),
        );
        document
    }

    /// What stands on a page, asked for page by page.
    fn slices(&mut self, page: usize) -> anyhow::Result<Vec<Slice>> {
        let mut slices = Vec::new();
        loop {
            while self.ahead.front().is_some_and(|slice| slice.page == page) {
                slices.extend(self.ahead.pop_front());
            }
            if !self.ahead.is_empty() {
                return Ok(slices);
            }
            let Some(measured) = self.rows.next() else { return Ok(slices) };
            let row = Arc::new(measured?.row);
            let shares = self.pager.share(&self.layout, self.heights[self.shared] as usize);
            self.ahead.extend(shares.into_iter().map(|(page, lines)| Slice { row: row.clone(), page, lines }));
            self.shared += 1;
        }
    }
}

// ------------------------------------------------------------------ measures, in points

/// A4.
const PAPER: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 40.0;
/// The lowest line of rows above the edge; below it stand the numbers of the pages.
const FOOT: f32 = 56.0;
/// Between two columns.
const GAP: f32 = 12.0;
/// Above and below the text of a row.
const PAD: f32 = 3.4;
const TITLE: f32 = 17.0;
const NOTE: f32 = 8.0;
/// The smallest letters that a list with many columns is set in, as a part of the usual ones.
const SMALLEST: f32 = 0.72;
/// What a column of words is content with, in em, before the paper is turned on its side.
const CONTENT: f32 = 17.0;

/// How narrow a letter is that is there to be read by programs only.
const UNSEEN: f32 = 0.001;

/// Red, green and blue.
type Ink = (u8, u8, u8);

const INK: Ink = (0x1a, 0x1d, 0x1b);
const SOFT: Ink = (0x54, 0x5b, 0x56);
const HAIR: Ink = (0xd3, 0xcf, 0xc1);
const ACCENT: Ink = (0x0d, 0x66, 0x56);

const fn ink_of(tone: Tone) -> Ink {
    match tone {
        Tone::Draft | Tone::Void => (0x63, 0x6a, 0x64),
        Tone::Active => (0x2a, 0x5a, 0x9e),
        Tone::Partial => (0x8a, 0x56, 0x0a),
        Tone::Done => (0x25, 0x70, 0x3f),
        Tone::Late => (0xad, 0x33, 0x28),
    }
}

impl Look {
    const fn start(self) -> Start {
        match self {
            Look::Words | Look::Short => Start::Own,
            Look::Code | Look::Figure => Start::Left,
        }
    }
}

// ------------------------------------------------------------------ where everything goes

struct Layout {
    width: f32,
    height: f32,
    /// Of the letters of rows.
    size: f32,
    leading: f32,
    right_to_left: bool,
    /// By column.
    widths: Vec<f32>,
    headings: Vec<Vec<Line>>,
    totals: Vec<Vec<Line>>,
    title: Vec<Line>,
    company: Vec<Line>,
    conditions: Vec<Line>,
}

/// The lines of one row that stand on a page.
struct Slice {
    row: Arc<Row>,
    page: usize,
    lines: Range<usize>,
}

impl Layout {
    fn of(paper: &Paper) -> anyhow::Result<Layout> {
        let arabic = paper.right_to_left;
        let (size, leading) = if arabic { (9.2, 1.6) } else { (8.6, 1.45) };
        let mut wanted = Vec::with_capacity(paper.columns.len());
        for column in &paper.columns {
            wanted.push(text::extent(&column.heading, own(arabic), Weight::Strong)?);
        }
        for (wanted, of_rows) in wanted.iter_mut().zip(&paper.rows.wanted) {
            wanted.natural = wanted.natural.max(of_rows.natural);
            wanted.least = wanted.least.max(of_rows.least);
        }
        for ((total, column), wanted) in paper.totals.iter().zip(&paper.columns).zip(&mut wanted).skip(1) {
            widen(wanted, text::extent(total, column.look.start(), Weight::Strong)?, column.look);
        }
        let (turned, scale, widths) = columns(&wanted, &paper.columns, size);
        let (width, height) = if turned { (PAPER.1, PAPER.0) } else { PAPER };
        let size = size * scale;
        let mut layout = Layout {
            width,
            height,
            size,
            leading: size * leading,
            right_to_left: arabic,
            headings: Vec::new(),
            totals: Vec::new(),
            title: Vec::new(),
            company: Vec::new(),
            conditions: Vec::new(),
            widths,
        };
        let start = own(arabic);
        let room = width - 2.0 * MARGIN;
        for (column, width) in paper.columns.iter().zip(&layout.widths) {
            layout.headings.push(text::lines(&column.heading, start, Weight::Strong, width / size)?);
        }
        // What the totals are stands over all columns before the first of them.
        let before = paper.totals.iter().skip(1).take_while(|total| total.is_empty()).count();
        let span: f32 = layout.widths[..=before.min(layout.widths.len() - 1)].iter().sum::<f32>() + before as f32 * GAP;
        for (at, (total, column)) in paper.totals.iter().zip(&paper.columns).enumerate() {
            let (start, width) = if at == 0 { (start, span) } else { (column.look.start(), layout.widths[at]) };
            layout.totals.push(text::lines(total, start, Weight::Strong, width / size)?);
        }
        layout.company = text::lines(&paper.company, start, Weight::Strong, room * 0.4 / size)?;
        layout.title = text::lines(&paper.title, start, Weight::Strong, room * 0.55 / TITLE)?;
        layout.conditions = text::lines(&paper.conditions.join("\n"), start, Weight::Regular, room / size)?;
        if paper.conditions.is_empty() {
            layout.conditions.clear();
        }
        Ok(layout)
    }

    /// Where the headings of the columns begin on a page.
    fn top(&self, page: usize) -> f32 {
        if page > 0 {
            return MARGIN + 22.0;
        }
        let head = (self.title.len() as f32 * TITLE * 1.35).max(self.company.len() as f32 * self.leading);
        let conditions = self.conditions.len() as f32 * self.leading;
        MARGIN + head + conditions + if conditions > 0.0 { 16.0 } else { 10.0 }
    }

    fn heading_height(&self) -> f32 {
        tallest(&self.headings) as f32 * self.leading + 2.0 * PAD
    }

    fn totals_height(&self) -> f32 {
        if self.totals.is_empty() { 0.0 } else { tallest(&self.totals) as f32 * self.leading + 2.0 * PAD + 4.0 }
    }

    /// The lines of a row's tallest cell.
    fn lines_of(&self, columns: &[Column], measured: &Measured) -> anyhow::Result<usize> {
        let mut tallest = 1;
        let cells = measured.row.cells.iter().zip(columns).zip(&self.widths).zip(&measured.natural);
        for (((cell, column), width), natural) in cells {
            let room = width / self.size;
            let count = if *natural <= room {
                1 + cell.text.matches('\n').count()
            } else {
                text::lines(&cell.text, column.look.start(), Weight::Regular, room)?.len()
            };
            tallest = tallest.max(count);
        }
        Ok(tallest)
    }

    /// Where the rows begin on a page.
    fn begin(&self, page: usize) -> f32 {
        self.top(page) + self.heading_height()
    }

    /// Where they end at the latest.
    fn bottom(&self) -> f32 {
        self.height - FOOT
    }

    fn height_of(&self, lines: usize) -> f32 {
        lines as f32 * self.leading + 2.0 * PAD
    }
}

/// Shares rows out among pages, one after the other.
struct Pager {
    page: usize,
    /// Where the next row goes.
    at: f32,
}

impl Pager {
    fn new(layout: &Layout) -> Pager {
        Pager { page: 0, at: layout.begin(0) }
    }

    /// The pages of a row of so many lines, with the lines that stand on each. It stays whole unless it is taller than a page.
    fn share(&mut self, layout: &Layout, lines: usize) -> Vec<(usize, Range<usize>)> {
        let bottom = layout.bottom();
        if self.at + layout.height_of(lines) > bottom && self.at > layout.begin(self.page) {
            self.turn(layout);
        }
        let mut shares = Vec::with_capacity(1);
        let mut from = 0;
        loop {
            let fitting = ((bottom - self.at - 2.0 * PAD) / layout.leading).floor().max(1.0) as usize;
            let until = lines.min(from + fitting);
            shares.push((self.page, from..until));
            self.at += layout.height_of(until - from);
            from = until;
            if from >= lines {
                return shares;
            }
            self.turn(layout);
        }
    }

    /// The last page, which has room for the totals.
    fn end(&mut self, layout: &Layout) -> usize {
        if self.at + layout.totals_height() > layout.bottom() {
            self.turn(layout);
        }
        self.page
    }

    fn turn(&mut self, layout: &Layout) {
        self.page += 1;
        self.at = layout.begin(self.page);
    }
}

fn own(arabic: bool) -> Start {
    if arabic { Start::Right } else { Start::Left }
}

fn tallest(cells: &[Vec<Line>]) -> usize {
    cells.iter().map(Vec::len).max().unwrap_or(1)
}

/// Words can be broken between each other; what stays on one line cannot.
fn widen(wanted: &mut Extent, cell: Extent, look: Look) {
    wanted.natural = wanted.natural.max(cell.natural);
    wanted.least = wanted.least.max(if look == Look::Words { cell.least.min(CONTENT) } else { cell.natural });
}

/// Whether the paper is turned on its side, how much smaller the letters are, and the widths of the columns in points.
fn columns(wanted: &[Extent], columns: &[Column], size: f32) -> (bool, f32, Vec<f32>) {
    let gaps = GAP * (wanted.len().max(1) - 1) as f32;
    let room = |turned: bool| (if turned { PAPER.1 } else { PAPER.0 }) - 2.0 * MARGIN - gaps;
    let content: f32 = wanted.iter().map(|w| w.natural.min(CONTENT).max(w.least)).sum();
    let turned = content * size > room(false);
    let room = room(turned);
    let least: f32 = wanted.iter().map(|w| w.least).sum();
    let scale = (room / (least * size)).clamp(SMALLEST, 1.0);
    let size = size * scale;
    let natural: f32 = wanted.iter().map(|w| w.natural).sum();
    let widths: Vec<f32> = if natural * size <= room {
        // What is left over makes columns of words wider, or all where there are none.
        let grows = |at: usize| columns[at].look == Look::Words;
        let growing: f32 = (0..wanted.len()).filter(|at| grows(*at)).map(|at| wanted[at].natural).sum();
        let left = room - natural * size;
        let share = |at: usize| match growing > 0.0 {
            true if grows(at) => left * wanted[at].natural / growing,
            true => 0.0,
            false => left / wanted.len() as f32,
        };
        wanted.iter().enumerate().map(|(at, w)| w.natural * size + share(at)).collect()
    } else if least * size <= room {
        // The longest columns give way first: all are as wide as they want to be, up to a limit that fits.
        let (mut low, mut high) = (0.0, room / size);
        let width = |w: &Extent, limit: f32| w.natural.min(limit).max(w.least) * size;
        for _ in 0..32 {
            let limit = (low + high) / 2.0;
            let fits = wanted.iter().map(|w| width(w, limit)).sum::<f32>() <= room;
            *(if fits { &mut low } else { &mut high }) = limit;
        }
        wanted.iter().map(|w| width(w, low)).collect()
    } else {
        wanted.iter().map(|w| w.least / least * room).collect()
    };
    // A hair more, so that what was measured fits where it was measured for.
    (turned, scale, widths.into_iter().map(|width| width + 0.01).collect())
}

// ------------------------------------------------------------------ drawing

/// Where a line goes: at the beginning of a box, as the page reads, or at its end.
#[derive(Clone, Copy)]
struct Span {
    /// From the left edge of the paper.
    x: f32,
    width: f32,
    end: bool,
}

struct Pen<'a> {
    surface: Surface<'a>,
    layout: &'a Layout,
    paper: &'a Paper,
}

impl Pen<'_> {
    fn page(&mut self, slices: &[Slice], at: usize, of: usize) -> anyhow::Result<()> {
        if at == 0 {
            self.head();
        } else {
            self.running_head()?;
        }
        let top = self.layout.top(at);
        self.headings(top);
        let mut y = self.layout.begin(at);
        for (place, slice) in slices.iter().enumerate() {
            y = self.row(slice, place == 0, y)?;
        }
        if self.paper.rows.is_empty() {
            let line = text::lines(&self.paper.nothing, own(self.layout.right_to_left), Weight::Regular, f32::MAX)?;
            self.block(&line, self.across(false), y + PAD, SOFT);
            y += self.layout.leading + 2.0 * PAD;
        }
        match at + 1 == of {
            true if self.layout.totals.is_empty() => self.rule(y, 0.75, INK),
            true => self.totals(y),
            false => {}
        }
        self.foot(at, of)
    }

    fn room(&self) -> f32 {
        self.layout.width - 2.0 * MARGIN
    }

    /// The title with the company across from it, and below them what the list was narrowed by.
    fn head(&mut self) {
        let layout = self.layout;
        let baseline = MARGIN + TITLE;
        for (at, line) in layout.title.iter().enumerate() {
            let y = baseline + at as f32 * TITLE * 1.35;
            self.line(line, self.across(false), y, TITLE, INK);
        }
        for (at, line) in layout.company.iter().enumerate() {
            let y = baseline + at as f32 * layout.leading;
            self.line(line, self.across(true), y, layout.size, ACCENT);
        }
        let below =
            MARGIN + (layout.title.len() as f32 * TITLE * 1.35).max(layout.company.len() as f32 * layout.leading);
        self.block(&layout.conditions, self.across(false), below, SOFT);
    }

    /// What tells later pages where they belong.
    fn running_head(&mut self) -> anyhow::Result<()> {
        let start = own(self.layout.right_to_left);
        let half = self.room() * 0.48 / NOTE;
        let title = text::lines(&self.paper.title, start, Weight::Strong, half)?;
        let company = text::lines(&self.paper.company, start, Weight::Regular, half)?;
        if let (Some(title), Some(company)) = (title.first(), company.first()) {
            self.line(title, self.across(false), MARGIN + NOTE, NOTE, SOFT);
            self.line(company, self.across(true), MARGIN + NOTE, NOTE, SOFT);
        }
        Ok(())
    }

    fn headings(&mut self, top: f32) {
        let layout = self.layout;
        self.rule(top, 0.75, INK);
        let tallest = tallest(&layout.headings);
        for (at, lines) in layout.headings.iter().enumerate() {
            // A short heading stands on the line of the last words of the others.
            let y = top + PAD + (tallest - lines.len()) as f32 * layout.leading;
            self.block(lines, self.column(at), y, SOFT);
        }
        self.rule(top + layout.heading_height(), 0.4, INK);
    }

    /// One row, or the part of it that stands on this page. Answers with where the next one begins.
    fn row(&mut self, slice: &Slice, first: bool, y: f32) -> anyhow::Result<f32> {
        let (layout, row) = (self.layout, &slice.row);
        if !first && !row.goes_on {
            self.rule(y, 0.35, HAIR);
        }
        for (at, (cell, column)) in row.cells.iter().zip(&self.paper.columns).enumerate() {
            if row.goes_on && column.once && !first {
                continue;
            }
            let lines = text::lines(&cell.text, column.look.start(), Weight::Regular, layout.widths[at] / layout.size)?;
            let ink = cell.tone.map_or(INK, ink_of);
            let shown = lines.get(slice.lines.start..slice.lines.end.min(lines.len())).unwrap_or_default();
            self.block(shown, self.column(at), y + PAD, ink);
        }
        Ok(y + layout.height_of(slice.lines.len()))
    }

    /// One line above and two below, as books are closed.
    fn totals(&mut self, y: f32) {
        let layout = self.layout;
        self.rule(y, 0.75, INK);
        for (at, lines) in layout.totals.iter().enumerate() {
            self.block(lines, self.column(at), y + PAD, INK);
        }
        let end = y + layout.totals_height() - 4.0;
        self.rule(end, 0.5, INK);
        self.rule(end + 1.8, 0.5, INK);
    }

    fn foot(&mut self, at: usize, of: usize) -> anyhow::Result<()> {
        let y = self.layout.height - MARGIN;
        let start = own(self.layout.right_to_left);
        let number = text::lines(&(self.paper.numbering)(at + 1, of), start, Weight::Regular, f32::MAX)?;
        let taken = text::lines(&self.paper.taken, start, Weight::Regular, self.room() * 0.8 / NOTE)?;
        if let (Some(number), Some(taken)) = (number.first(), taken.first()) {
            self.line(taken, self.across(false), y + NOTE, NOTE, SOFT);
            self.line(number, self.across(true), y + NOTE, NOTE, SOFT);
        }
        Ok(())
    }

    /// All of the page between its margins.
    fn across(&self, end: bool) -> Span {
        Span { x: MARGIN, width: self.room(), end }
    }

    fn column(&self, at: usize) -> Span {
        let (widths, backwards) = (&self.layout.widths, self.layout.right_to_left);
        let before: f32 = widths[..at].iter().map(|width| width + GAP).sum();
        let x = if backwards { self.layout.width - MARGIN - before - widths[at] } else { MARGIN + before };
        // Digits end at the right in both directions: that is where a page from right to left begins.
        let end = self.paper.columns[at].look == Look::Figure && !backwards;
        Span { x, width: widths[at], end }
    }

    /// Lines below each other in the letters of rows; `y` is the top of the first.
    fn block(&mut self, lines: &[Line], span: Span, y: f32, ink: Ink) {
        // The letters sit in the middle of their line.
        let baseline = y + self.layout.leading / 2.0 + self.layout.size * 0.34;
        for (at, line) in lines.iter().enumerate() {
            self.line(line, span, baseline + at as f32 * self.layout.leading, self.layout.size, ink);
        }
    }

    fn line(&mut self, line: &Line, span: Span, baseline: f32, size: f32, ink: Ink) {
        let left = span.end == self.layout.right_to_left;
        let mut x = if left { span.x } else { span.x + span.width - line.width * size };
        self.surface.set_fill(Some(fill(ink)));
        for run in &line.runs {
            let start = Point::from_xy(x, baseline);
            if run.unseen {
                let squeezed = Transform::from_row(UNSEEN, 0.0, 0.0, 1.0, x - UNSEEN * x, 0.0);
                self.surface.push_transform(&squeezed);
            }
            self.surface.draw_glyphs(start, &run.glyphs, run.face.font.clone(), &run.text, size, false);
            if run.unseen {
                self.surface.pop();
            }
            x += run.width * size;
        }
    }

    /// A line across the page.
    fn rule(&mut self, y: f32, thickness: f32, ink: Ink) {
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(MARGIN, y - thickness / 2.0, self.room(), thickness) {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.surface.set_fill(Some(fill(ink)));
            self.surface.draw_path(&path);
        }
    }
}

fn fill((red, green, blue): Ink) -> Fill {
    Fill { paint: Color::new(red, green, blue).into(), ..Fill::default() }
}
