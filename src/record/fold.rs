//! Arabic-aware folding for search: what people type without marks finds what was written with them.

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
            '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0640}' => {}
            '\u{200E}' | '\u{200F}' | '\u{2066}'..='\u{2069}' => {}
            control if control.is_control() => out.push(' '),
            other => out.extend(other.to_lowercase()),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}
