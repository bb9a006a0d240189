//! Arabic-aware folding for search: what people type without marks finds what was written with them.

/// Letters and digits that count as others, with those that they count as: variants of alef, ya and ta marbuta, and the digits
/// of three scripts.
pub const FROM: &str = "أإآٱىةؤئ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹";
pub const TO: &str = "اااايهوي01234567890123456789";

/// Tashkeel, tatweel and marks of direction, which count for nothing.
fn is_nothing(c: char) -> bool {
    matches!(c, '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0640}' | '\u{200E}' | '\u{200F}' | '\u{2066}'..='\u{2069}')
}

/// All of what counts for nothing, for the database.
pub fn nothing() -> String {
    ('\u{0600}'..='\u{2069}').filter(|c| is_nothing(*c)).collect()
}

/// Lower case, Western digits; alef, ya and ta marbuta variants as one letter; tashkeel and tatweel gone.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::value::western_digits(text).chars() {
        match c {
            'أ' | 'إ' | 'آ' | 'ٱ' => out.push('ا'),
            'ى' => out.push('ي'),
            'ة' => out.push('ه'),
            'ؤ' => out.push('و'),
            'ئ' => out.push('ي'),
            nothing if is_nothing(nothing) => {}
            control if control.is_control() => out.push(' '),
            other => push_lower(&mut out, other),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(not(all(feature = "hydrate", not(feature = "ssr"))))]
fn push_lower(out: &mut String, c: char) {
    out.extend(c.to_lowercase());
}

/// The browser knows the cases of every script; so the program does not bring their table, which nothing makes smaller.
#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
fn push_lower(out: &mut String, c: char) {
    // Hebrew, Arabic and their neighbours have no cases.
    if c.is_ascii() || matches!(c, '\u{0590}'..='\u{08FF}') {
        out.push(c.to_ascii_lowercase());
    } else {
        out.push_str(&String::from(js_sys::JsString::from(c).to_lower_case()));
    }
}
