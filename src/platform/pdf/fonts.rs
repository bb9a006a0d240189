//! The fonts of the pages as paper needs them: to shape text with, and to embed.

use anyhow::{Context as _, anyhow};
use harfrust::{Direction, Feature, FontRef, Script, ShapePlan, Shaper, ShaperData, ShaperInstance, Tag, script};
use krilla::text::Font;
use skrifa::MetadataProvider as _;
use std::ops::Range;
use std::sync::OnceLock;

/// How heavy letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Strong,
}

/// How the letters of a script are set. Digits all take the same width, so that they stand below each other. Arabic letters
/// are not drawn as one but where `ligature` asks for it, nor moved over each other: programs that search and copy would
/// read the first in the wrong order, and the second as two words.
pub fn features(script: Script) -> Vec<Feature> {
    let feature = |tag, value| Feature { tag: Tag::new(tag), value, start: 0, end: u32::MAX };
    match script {
        script::ARABIC => vec![feature(b"tnum", 1), feature(b"rlig", 0), feature(b"kern", 0)],
        _ => vec![feature(b"tnum", 1)],
    }
}

/// These letters, bytes of a text, are drawn as one.
pub fn ligature(letters: Range<usize>) -> Feature {
    Feature { tag: Tag::new(b"rlig"), value: 1, start: letters.start as u32, end: letters.end as u32 }
}

/// Letters of one script in one weight.
pub struct Face {
    pub font: Font,
    pub script: Script,
    pub units_per_em: f32,
    /// How text from left to right is shaped, and text from right to left.
    pub forwards: ShapePlan,
    pub backwards: ShapePlan,
    letters: FontRef<'static>,
    data: ShaperData,
    instance: ShaperInstance,
}

impl Face {
    pub fn has(&self, letter: char) -> bool {
        self.glyph(letter).is_some()
    }

    /// The glyph of a letter that stands alone.
    pub fn glyph(&self, letter: char) -> Option<u32> {
        self.letters.charmap().map(letter).map(|glyph| glyph.to_u32()).filter(|glyph| *glyph != 0)
    }

    pub fn shaper(&self) -> Shaper<'_> {
        self.data.shaper(&self.letters).instance(Some(&self.instance)).build()
    }
}

/// All faces of each weight; the first that has a letter writes it.
struct Faces {
    regular: Vec<Face>,
    strong: Vec<Face>,
}

static FACES: OnceLock<Faces> = OnceLock::new();

/// The faces of a weight. They are unpacked once, when the first document asks for them.
pub fn faces(weight: Weight) -> anyhow::Result<&'static [Face]> {
    let faces = match FACES.get() {
        Some(faces) => faces,
        None => {
            let unpacked = Faces::unpack()?;
            FACES.get_or_init(|| unpacked)
        }
    };
    Ok(match weight {
        Weight::Regular => &faces.regular,
        Weight::Strong => &faces.strong,
    })
}

macro_rules! font {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/public/fonts/", $name, ".woff2"))
    };
}

impl Faces {
    /// Latin has one variable font for all weights, Arabic a font for each.
    fn unpack() -> anyhow::Result<Faces> {
        let latin = unpack(font!("plex-latin"))?;
        let accents = unpack(font!("plex-latin-1"))?;
        let faces = |weight: f32, arabic: &'static [u8]| -> anyhow::Result<Vec<Face>> {
            Ok(vec![
                face(latin, script::LATIN, Some(weight))?,
                face(accents, script::LATIN, Some(weight))?,
                face(arabic, script::ARABIC, None)?,
            ])
        };
        Ok(Faces {
            regular: faces(400.0, unpack(font!("plex-arabic-400"))?)?,
            strong: faces(600.0, unpack(font!("plex-arabic-600"))?)?,
        })
    }
}

/// A font of the browser's kind as one of the printer's kind. It is kept as long as the program runs.
fn unpack(packed: &[u8]) -> anyhow::Result<&'static [u8]> {
    let mut brotli = |mut packed: &[u8], size: usize| {
        let mut bytes = Vec::with_capacity(size);
        brotli_decompressor::BrotliDecompress(&mut packed, &mut bytes)?;
        Ok(bytes)
    };
    let font = wuff::decompress_woff2_with_custom_brotli(packed, &mut brotli).map_err(|e| anyhow!("a font: {e:?}"))?;
    Ok(Box::leak(font.into_boxed_slice()))
}

fn face(bytes: &'static [u8], script: Script, weight: Option<f32>) -> anyhow::Result<Face> {
    let letters = FontRef::new(bytes).context("a font")?;
    let axes: Vec<(Tag, f32)> = weight.iter().map(|weight| (Tag::new(b"wght"), *weight)).collect();
    let embedded: Vec<_> = weight.iter().map(|weight| (krilla::text::Tag::new(b"wght"), *weight)).collect();
    let font = Font::new_variable(bytes.into(), 0, &embedded).context("a font")?;
    let data = ShaperData::new(&letters);
    let instance = ShaperInstance::from_variations(&letters, axes);
    let plan = |direction| {
        let shaper = data.shaper(&letters).instance(Some(&instance)).build();
        // One ligature somewhere, so that the plan foresees them by place.
        let features: Vec<_> = features(script).into_iter().chain([ligature(0..1)]).collect();
        ShapePlan::new(&shaper, direction, Some(script), None, &features)
    };
    let (forwards, backwards) = (plan(Direction::LeftToRight), plan(Direction::RightToLeft));
    Ok(Face { units_per_em: font.units_per_em(), font, script, forwards, backwards, letters, data, instance })
}
