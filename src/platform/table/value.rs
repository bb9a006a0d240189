//! What the values of a workbook's cells mean, as canonical text.

/// The last day that spreadsheets know, 9999-12-31.
const LAST_DAY: i64 = 2_958_465;

/// What the format of a cell makes of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    /// A date, a time, or both.
    Moment,
    /// Hours, minutes or seconds beyond a day.
    Elapsed,
}

impl Style {
    /// Formats that are known by their number (ECMA-376 part 1, 18.8.30).
    pub(super) fn of_number(number: u32) -> Style {
        match number {
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Style::Moment,
            46 => Style::Elapsed,
            _ => Style::Plain,
        }
    }

    /// A format such as `[$-401]dd/mm/yyyy;@`, of which the first section counts.
    pub(super) fn of_code(code: &str) -> Style {
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' | '_' | '*' => {
                    chars.next();
                }
                '"' => {
                    chars.by_ref().find(|c| *c == '"');
                }
                '[' => {
                    let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    let unit = |unit: char| inside.chars().all(|c| c.eq_ignore_ascii_case(&unit));
                    if !inside.is_empty() && (unit('h') || unit('m') || unit('s')) {
                        return Style::Elapsed;
                    }
                }
                ';' => break,
                'y' | 'm' | 'd' | 'h' | 's' | 'Y' | 'M' | 'D' | 'H' | 'S' => return Style::Moment,
                _ => {}
            }
        }
        Style::Plain
    }
}

/// A count of days as an ISO date, with the time unless it is midnight; less than a day is a time.
pub(super) fn moment(value: &str, since_1904: bool) -> Option<String> {
    let (days, seconds) = seconds(value)?;
    let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if days == 0 {
        return Some(time);
    }
    let (epoch, days) = match days {
        _ if since_1904 => (jiff::civil::date(1904, 1, 1), days),
        // Spreadsheets know a 29 February 1900; there was none.
        60 => return None,
        1..60 => (jiff::civil::date(1899, 12, 31), days),
        _ => (jiff::civil::date(1899, 12, 30), days),
    };
    let date = epoch.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Some(if seconds == 0 { date.to_string() } else { format!("{date}T{time}") })
}

/// A count of days as hours, minutes and seconds.
pub(super) fn elapsed(value: &str) -> Option<String> {
    let (days, seconds) = seconds(value)?;
    Some(format!("{}:{:02}:{:02}", days * 24 + seconds / 3600, seconds / 60 % 60, seconds % 60))
}

/// Whole days and seconds; `None` for what no date can be.
fn seconds(value: &str) -> Option<(i64, i64)> {
    let days: f64 = value.parse().ok().filter(|days| (0.0..=LAST_DAY as f64 + 1.0).contains(days))?;
    let seconds = (days * 86_400.0).round() as i64;
    Some((seconds / 86_400, seconds % 86_400))
}

/// The number without exponent, needless zeros and the noise of floats: spreadsheets keep fifteen digits, and what
/// comes after them in the file is none of the user's. Text that is no number stays.
pub(super) fn number(value: &str) -> String {
    if let Some(exact) = short(value) {
        return exact;
    }
    let Some(float) = value.parse::<f64>().ok().filter(|float| float.is_finite()) else { return value.to_owned() };
    let scientific = format!("{float:.14e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return value.to_owned() };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    let point = exponent.parse::<i64>().unwrap_or(0) + 1;
    let plain = match usize::try_from(point) {
        Ok(point) if point >= digits.len() => format!("{digits}{}", "0".repeat(point - digits.len())),
        Ok(point) => format!("{}.{}", &digits[..point], &digits[point..]),
        Err(_) => format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize)),
    };
    tidy(sign, &plain)
}

/// A number that needs no rounding: a whole one, or one of at most fifteen digits.
fn short(value: &str) -> Option<String> {
    let (sign, plain) = value.strip_prefix('-').map_or(("", value), |rest| ("-", rest));
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || plain.len() > 40 {
        return None;
    }
    let tidy = tidy(sign, plain);
    let significant = tidy.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    (significant <= 15 || !tidy.contains('.')).then_some(tidy)
}

/// Without zeros that say nothing.
fn tidy(sign: &str, plain: &str) -> String {
    let plain = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.') } else { plain };
    let plain = plain.trim_start_matches('0');
    match plain {
        "" => "0".to_owned(),
        _ if plain.starts_with('.') => format!("{sign}0{plain}"),
        _ => format!("{sign}{plain}"),
    }
}

/// The text with characters such as `_x000D_` in their own form.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest.get(2..6).filter(|_| rest[6..].starts_with('_'));
        let code = code.filter(|code| code.bytes().all(|c| c.is_ascii_hexdigit()));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                plain.push(c);
                rest = &rest[7..];
            }
            None => {
                plain.push_str("_x");
                rest = &rest[2..];
            }
        }
    }
    plain.push_str(rest);
    plain
}
