//! Money in minor units, and the one place where amounts are rounded and shared out.

use rust_decimal::{Decimal, RoundingStrategy};

/// An amount in minor units of some currency: halalas, fils, cents.
pub type Minor = i64;

/// A currency of ISO 4217 with the number of its decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    pub code: &'static str,
    /// 0, 2 or 3.
    pub decimals: u32,
}

/// Currencies that documents can be written in. Decimals: ISO 4217 table A.1.
pub const CURRENCIES: &[Currency] = &[
    Currency { code: "SAR", decimals: 2 },
    Currency { code: "AED", decimals: 2 },
    Currency { code: "EGP", decimals: 2 },
    Currency { code: "USD", decimals: 2 },
    Currency { code: "EUR", decimals: 2 },
    Currency { code: "GBP", decimals: 2 },
    Currency { code: "KWD", decimals: 3 },
    Currency { code: "BHD", decimals: 3 },
    Currency { code: "OMR", decimals: 3 },
    Currency { code: "QAR", decimals: 2 },
    Currency { code: "JOD", decimals: 3 },
    Currency { code: "TND", decimals: 3 },
    Currency { code: "IQD", decimals: 3 },
    Currency { code: "LBP", decimals: 2 },
    Currency { code: "MAD", decimals: 2 },
    Currency { code: "DZD", decimals: 2 },
    Currency { code: "LYD", decimals: 3 },
    Currency { code: "SDG", decimals: 2 },
    Currency { code: "SYP", decimals: 2 },
    Currency { code: "YER", decimals: 2 },
    Currency { code: "TRY", decimals: 2 },
    Currency { code: "INR", decimals: 2 },
    Currency { code: "CNY", decimals: 2 },
    Currency { code: "JPY", decimals: 0 },
    Currency { code: "CHF", decimals: 2 },
];

impl Currency {
    /// The currency of this ISO code, if documents can be written in it.
    pub fn of(code: &str) -> Option<Currency> {
        CURRENCIES.iter().copied().find(|c| c.code == code)
    }
}

/// Decimals of a currency; two for a code that is not known, so that showing an amount never fails.
pub fn decimals(code: &str) -> u32 {
    Currency::of(code).map_or(2, |c| c.decimals)
}

/// Rounds half away from zero, the rule of trade, to so many decimals.
pub fn round(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// The amount in minor units, rounded; `None` when it does not fit.
pub fn to_minor(value: Decimal, decimals: u32) -> Option<Minor> {
    let scaled = round(value, decimals).checked_mul(Decimal::from(10_i64.pow(decimals)))?;
    scaled.normalize().try_into().ok()
}

/// The amount in whole units.
pub fn from_minor(minor: Minor, decimals: u32) -> Decimal {
    Decimal::from_i128_with_scale(minor as i128, decimals)
}

/// The amount converted at a rate (target units for one source unit) into minor units of the target.
pub fn convert(minor: Minor, from_decimals: u32, rate: Decimal, to_decimals: u32) -> Option<Minor> {
    to_minor(from_minor(minor, from_decimals).checked_mul(rate)?, to_decimals)
}

/// The part of an amount that `part` is of `of`, rounded half away from zero; nothing of nothing. `part` is within `of`, so
/// that the result fits.
pub fn proportion(whole: Minor, part: Minor, of: Minor) -> Minor {
    if of == 0 {
        return 0;
    }
    let (product, of) = (i128::from(whole) * i128::from(part), i128::from(of));
    let away = if (product < 0) == (of < 0) { 1 } else { -1 };
    let (quotient, rest) = (product / of, product % of);
    let rounded = if 2 * rest.abs() >= of.abs() { quotient + away } else { quotient };
    rounded.clamp(Minor::MIN.into(), Minor::MAX.into()) as Minor
}

/// Shares an amount by weights so that the parts sum to it exactly; remainders go to the largest fractions first.
///
/// Weights must not be negative; when all are zero the first part takes everything.
pub fn allocate(total: Minor, weights: &[Decimal]) -> Vec<Minor> {
    let sum: Decimal = weights.iter().copied().sum();
    let mut parts = vec![0; weights.len()];
    if weights.is_empty() {
        return parts;
    }
    if sum.is_zero() {
        parts[0] = total;
        return parts;
    }
    let mut fractions: Vec<(Decimal, usize)> = Vec::with_capacity(weights.len());
    let mut given: Minor = 0;
    for (i, weight) in weights.iter().enumerate() {
        let exact = Decimal::from(total) * (*weight / sum);
        let whole = exact.trunc();
        parts[i] = whole.try_into().unwrap_or(0);
        given += parts[i];
        fractions.push(((exact - whole).abs(), i));
    }
    fractions.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let step = (total - given).signum();
    for (_, i) in fractions.iter().cycle().take((total - given).unsigned_abs() as usize) {
        parts[*i] += step;
    }
    parts
}
