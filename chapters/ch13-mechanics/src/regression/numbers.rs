//! Numbers as people write them in tables: with thousands separators, decimal commas, currency signs, or not at all.

use serde::{Deserialize, Serialize};

/// Texts that stand for a missing value, in any case of letters.
const MISSING: [&str; 7] = ["", "na", "n/a", "#n/a", "nan", "null", "?"];
/// Larger numbers count as infinite: their squares would leave the range of 32-bit numbers.
const LARGEST: f64 = 1e18;

/// What stands before decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decimal {
    /// 1234.5, or 1,234.5
    Point,
    /// 1234,5, or 1.234,5
    Comma,
}

/// What a field of a table holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    Number(f64),
    Missing,
    /// Infinite, or beyond 10¹⁸.
    Infinite,
    Text,
}

/// Whether a field has no value.
pub fn is_missing(text: Option<&str>) -> bool {
    text.is_none_or(|text| MISSING.contains(&text.trim().to_lowercase().as_str()))
}

/// Reads a field.
pub fn read(text: Option<&str>, decimal: Decimal) -> Cell {
    let Some(text) = text.filter(|_| !is_missing(text)) else { return Cell::Missing };
    let bare = text.trim().trim_matches(['$', '€', '£', '¥', '%']).trim();
    let Some(plain) = without_separators(bare, decimal) else { return Cell::Text };
    match plain.parse::<f64>() {
        Ok(number) if number.abs() <= LARGEST => Cell::Number(number),
        Ok(number) if number.is_nan() => Cell::Missing,
        Ok(_) => Cell::Infinite,
        Err(_) => Cell::Text,
    }
}

/// How the numbers of a column are written: the way that reads the most of them. A column that both ways read, such as one of
/// "1,234" alone, has thousands separators, unless the fields of the file are separated by semicolons: where commas are decimal,
/// they cannot separate fields.
pub fn decimal<'a>(texts: impl Iterator<Item = Option<&'a str>> + Clone, separator: char) -> Decimal {
    let read_by =
        |decimal| texts.clone().filter(|text| matches!(read(*text, decimal), Cell::Number(_))).count();
    let (by_point, by_comma) = (read_by(Decimal::Point), read_by(Decimal::Comma));
    let commas = || texts.clone().flatten().any(|text| text.contains(','));
    let comma = by_comma > by_point || (by_comma == by_point && separator == ';' && commas());
    if comma { Decimal::Comma } else { Decimal::Point }
}

/// The number as Rust writes it; `None` if separators stand where they cannot.
fn without_separators(text: &str, decimal: Decimal) -> Option<String> {
    let (thousands, point) = if decimal == Decimal::Point { (',', '.') } else { ('.', ',') };
    if !text.contains([thousands, point]) {
        return Some(text.to_string());
    }
    let (whole, fraction) = match text.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    if fraction.is_some_and(|fraction| fraction.contains([thousands, point])) {
        return None;
    }
    let mut groups = whole.split(thousands);
    let first = groups.next().unwrap_or_default();
    let digits = first.trim_start_matches(['+', '-']);
    let mut plain = first.to_string();
    for group in groups {
        let fits = group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
        if !fits || !(1..=3).contains(&digits.len()) {
            return None;
        }
        plain.push_str(group);
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain)
}

/// Whether a text is a code rather than a number: digits with a zero before them, such as 020.
pub fn is_code(text: &str) -> bool {
    let text = text.trim();
    text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_people_write_them() {
        let point = |text| read(Some(text), Decimal::Point);
        let comma = |text| read(Some(text), Decimal::Comma);
        assert_eq!(point(" 1,234,567.5 "), Cell::Number(1_234_567.5));
        assert_eq!(point("$1,200"), Cell::Number(1_200.0));
        assert_eq!(point("-3e2"), Cell::Number(-300.0));
        assert_eq!(comma("1.234,5"), Cell::Number(1234.5));
        assert_eq!(comma("3,5 %"), Cell::Number(3.5));
        for wrong in ["12,34", "1,2345", "1.2.3", "1,23.4,5", "red", ","] {
            assert_eq!(point(wrong), Cell::Text, "{wrong}");
        }
        assert_eq!(point("1e999"), Cell::Infinite);
        assert_eq!(point("-inf"), Cell::Infinite);
        assert_eq!(point("NaN"), Cell::Missing);
        assert_eq!(read(None, Decimal::Point), Cell::Missing);
    }

    #[test]
    fn a_column_is_read_the_way_that_fits_it() {
        let way = |texts: &[&'static str], separator| {
            decimal(texts.iter().copied().map(Some).collect::<Vec<_>>().into_iter(), separator)
        };
        assert_eq!(way(&["1,234", "2,500"], ','), Decimal::Point);
        assert_eq!(way(&["1,234", "2,500"], ';'), Decimal::Comma);
        assert_eq!(way(&["1,5", "2,25"], '\t'), Decimal::Comma);
        assert_eq!(way(&["1.5", "1.250"], ';'), Decimal::Point);
    }
}
