//! Which language a first visit gets.

use super::Locale;

/// The best language of an `Accept-Language` header: highest weight first, English when none is spoken.
pub fn accept_language(header: &str) -> Locale {
    let mut wanted: Vec<(f32, &str)> = header
        .split(',')
        .filter_map(|part| {
            let mut pieces = part.trim().split(';');
            let tag = pieces.next()?.trim();
            let weight = pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            Some((weight, tag))
        })
        .collect();
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted.iter().find_map(|(_, tag)| Locale::from_tag(&tag.to_lowercase())).unwrap_or(Locale::En)
}
