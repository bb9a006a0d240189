//! Pictures: how large they are, and small copies of them.

use super::content::ContentType;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage, metadata::Orientation};
use std::io::Cursor;
use tokio::sync::Semaphore;

/// Pixels that a picture may have.
pub const PIXELS: u64 = 40_000_000;

/// Pixels of a thumbnail along its longer edge.
pub const EDGE: u32 = 256;

/// Memory that decoding one picture may take: four bytes for each pixel of the largest, and a little for the decoder. What
/// needs more, such as a large one with 16 bits for each colour, gets no thumbnail.
const MEMORY: u64 = 5 * PIXELS;

/// One picture is decoded at a time, so that many that arrive together do not take the memory of the whole house.
static DECODING: Semaphore = Semaphore::const_new(1);

const fn format(content: ContentType) -> Option<ImageFormat> {
    match content {
        ContentType::Png => Some(ImageFormat::Png),
        ContentType::Jpeg => Some(ImageFormat::Jpeg),
        ContentType::WebP => Some(ImageFormat::WebP),
        ContentType::Gif => Some(ImageFormat::Gif),
        _ => None,
    }
}

/// Width and height, as the header says; nothing is decoded.
pub fn dimensions(content: ContentType, bytes: &[u8]) -> Option<(u32, u32)> {
    ImageReader::with_format(Cursor::new(bytes), format(content)?).into_dimensions().ok()
}

/// A small copy as JPEG, upright and on white, without anything that the picture says about its maker. None of a picture
/// that cannot be decoded: it is kept all the same.
pub async fn thumbnail(content: ContentType, bytes: Vec<u8>) -> Option<Vec<u8>> {
    let _turn = DECODING.acquire().await.ok()?;
    tokio::task::spawn_blocking(move || small_copy(content, &bytes)).await.ok()?
}

/// The same, on the thread at hand.
pub fn small_copy(content: ContentType, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format(content)?);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let whole = DynamicImage::from_decoder(decoder).ok()?;
    let mut small = if width.max(height) > EDGE { whole.thumbnail(EDGE, EDGE) } else { whole };
    small.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 80).encode_image(&on_white(&small)).ok()?;
    Some(jpeg)
}

fn on_white(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(u16::from);
        let mix = |colour: u16| ((colour * alpha + 255 * (255 - alpha)) / 255) as u8;
        image::Rgb([mix(red), mix(green), mix(blue)])
    })
}
