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

/// Currencies that documents can be written in, those of the region and of its trade first. Decimals: ISO 4217 table A.1.
pub const CURRENCIES: &[Currency] = &[
    Currency { code: "SAR", decimals: 2 },
    Currency { code: "AED", decimals: 2 },
    Currency { code: "EGP", decimals: 2 },
    Currency { code: "KWD", decimals: 3 },
    Currency { code: "BHD", decimals: 3 },
    Currency { code: "OMR", decimals: 3 },
    Currency { code: "QAR", decimals: 2 },
    Currency { code: "JOD", decimals: 3 },
    Currency { code: "IQD", decimals: 3 },
    Currency { code: "LBP", decimals: 2 },
    Currency { code: "SYP", decimals: 2 },
    Currency { code: "YER", decimals: 2 },
    Currency { code: "MAD", decimals: 2 },
    Currency { code: "DZD", decimals: 2 },
    Currency { code: "TND", decimals: 3 },
    Currency { code: "LYD", decimals: 3 },
    Currency { code: "SDG", decimals: 2 },
    Currency { code: "MRU", decimals: 2 },
    Currency { code: "SOS", decimals: 2 },
    Currency { code: "DJF", decimals: 0 },
    Currency { code: "KMF", decimals: 0 },
    Currency { code: "USD", decimals: 2 },
    Currency { code: "EUR", decimals: 2 },
    Currency { code: "GBP", decimals: 2 },
    Currency { code: "AFN", decimals: 2 },
    Currency { code: "ALL", decimals: 2 },
    Currency { code: "AMD", decimals: 2 },
    Currency { code: "AOA", decimals: 2 },
    Currency { code: "ARS", decimals: 2 },
    Currency { code: "AUD", decimals: 2 },
    Currency { code: "AWG", decimals: 2 },
    Currency { code: "AZN", decimals: 2 },
    Currency { code: "BAM", decimals: 2 },
    Currency { code: "BBD", decimals: 2 },
    Currency { code: "BDT", decimals: 2 },
    Currency { code: "BIF", decimals: 0 },
    Currency { code: "BMD", decimals: 2 },
    Currency { code: "BND", decimals: 2 },
    Currency { code: "BOB", decimals: 2 },
    Currency { code: "BRL", decimals: 2 },
    Currency { code: "BSD", decimals: 2 },
    Currency { code: "BTN", decimals: 2 },
    Currency { code: "BWP", decimals: 2 },
    Currency { code: "BYN", decimals: 2 },
    Currency { code: "BZD", decimals: 2 },
    Currency { code: "CAD", decimals: 2 },
    Currency { code: "CDF", decimals: 2 },
    Currency { code: "CHF", decimals: 2 },
    Currency { code: "CLP", decimals: 0 },
    Currency { code: "CNY", decimals: 2 },
    Currency { code: "COP", decimals: 2 },
    Currency { code: "CRC", decimals: 2 },
    Currency { code: "CUP", decimals: 2 },
    Currency { code: "CVE", decimals: 2 },
    Currency { code: "CZK", decimals: 2 },
    Currency { code: "DKK", decimals: 2 },
    Currency { code: "DOP", decimals: 2 },
    Currency { code: "ERN", decimals: 2 },
    Currency { code: "ETB", decimals: 2 },
    Currency { code: "FJD", decimals: 2 },
    Currency { code: "FKP", decimals: 2 },
    Currency { code: "GEL", decimals: 2 },
    Currency { code: "GHS", decimals: 2 },
    Currency { code: "GIP", decimals: 2 },
    Currency { code: "GMD", decimals: 2 },
    Currency { code: "GNF", decimals: 0 },
    Currency { code: "GTQ", decimals: 2 },
    Currency { code: "GYD", decimals: 2 },
    Currency { code: "HKD", decimals: 2 },
    Currency { code: "HNL", decimals: 2 },
    Currency { code: "HTG", decimals: 2 },
    Currency { code: "HUF", decimals: 2 },
    Currency { code: "IDR", decimals: 2 },
    Currency { code: "ILS", decimals: 2 },
    Currency { code: "INR", decimals: 2 },
    Currency { code: "IRR", decimals: 2 },
    Currency { code: "ISK", decimals: 0 },
    Currency { code: "JMD", decimals: 2 },
    Currency { code: "JPY", decimals: 0 },
    Currency { code: "KES", decimals: 2 },
    Currency { code: "KGS", decimals: 2 },
    Currency { code: "KHR", decimals: 2 },
    Currency { code: "KPW", decimals: 2 },
    Currency { code: "KRW", decimals: 0 },
    Currency { code: "KYD", decimals: 2 },
    Currency { code: "KZT", decimals: 2 },
    Currency { code: "LAK", decimals: 2 },
    Currency { code: "LKR", decimals: 2 },
    Currency { code: "LRD", decimals: 2 },
    Currency { code: "LSL", decimals: 2 },
    Currency { code: "MDL", decimals: 2 },
    Currency { code: "MGA", decimals: 2 },
    Currency { code: "MKD", decimals: 2 },
    Currency { code: "MMK", decimals: 2 },
    Currency { code: "MNT", decimals: 2 },
    Currency { code: "MOP", decimals: 2 },
    Currency { code: "MUR", decimals: 2 },
    Currency { code: "MVR", decimals: 2 },
    Currency { code: "MWK", decimals: 2 },
    Currency { code: "MXN", decimals: 2 },
    Currency { code: "MYR", decimals: 2 },
    Currency { code: "MZN", decimals: 2 },
    Currency { code: "NAD", decimals: 2 },
    Currency { code: "NGN", decimals: 2 },
    Currency { code: "NIO", decimals: 2 },
    Currency { code: "NOK", decimals: 2 },
    Currency { code: "NPR", decimals: 2 },
    Currency { code: "NZD", decimals: 2 },
    Currency { code: "PAB", decimals: 2 },
    Currency { code: "PEN", decimals: 2 },
    Currency { code: "PGK", decimals: 2 },
    Currency { code: "PHP", decimals: 2 },
    Currency { code: "PKR", decimals: 2 },
    Currency { code: "PLN", decimals: 2 },
    Currency { code: "PYG", decimals: 0 },
    Currency { code: "RON", decimals: 2 },
    Currency { code: "RSD", decimals: 2 },
    Currency { code: "RUB", decimals: 2 },
    Currency { code: "RWF", decimals: 0 },
    Currency { code: "SBD", decimals: 2 },
    Currency { code: "SCR", decimals: 2 },
    Currency { code: "SEK", decimals: 2 },
    Currency { code: "SGD", decimals: 2 },
    Currency { code: "SHP", decimals: 2 },
    Currency { code: "SLE", decimals: 2 },
    Currency { code: "SRD", decimals: 2 },
    Currency { code: "SSP", decimals: 2 },
    Currency { code: "STN", decimals: 2 },
    Currency { code: "SVC", decimals: 2 },
    Currency { code: "SZL", decimals: 2 },
    Currency { code: "THB", decimals: 2 },
    Currency { code: "TJS", decimals: 2 },
    Currency { code: "TMT", decimals: 2 },
    Currency { code: "TOP", decimals: 2 },
    Currency { code: "TRY", decimals: 2 },
    Currency { code: "TTD", decimals: 2 },
    Currency { code: "TWD", decimals: 2 },
    Currency { code: "TZS", decimals: 2 },
    Currency { code: "UAH", decimals: 2 },
    Currency { code: "UGX", decimals: 0 },
    Currency { code: "UYU", decimals: 2 },
    Currency { code: "UZS", decimals: 2 },
    Currency { code: "VES", decimals: 2 },
    Currency { code: "VND", decimals: 0 },
    Currency { code: "VUV", decimals: 0 },
    Currency { code: "WST", decimals: 2 },
    Currency { code: "XAF", decimals: 0 },
    Currency { code: "XCD", decimals: 2 },
    Currency { code: "XCG", decimals: 2 },
    Currency { code: "XOF", decimals: 0 },
    Currency { code: "XPF", decimals: 0 },
    Currency { code: "ZAR", decimals: 2 },
    Currency { code: "ZMW", decimals: 2 },
    Currency { code: "ZWG", decimals: 2 },
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
