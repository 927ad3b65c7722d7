//! Splitting amounts.

/// Splits `cents` into `parts` shares that differ by at most one cent; the larger ones come first.
///
/// The shares add up to `cents`, which may be negative (then the shares further from zero come first).
/// No parts, no shares.
pub fn split(cents: i64, parts: usize) -> Vec<i64> {
    let n = parts as i64;
    (0..n)
        .map(|i| {
            cents / n
                + if i < (cents % n).abs() {
                    cents.signum()
                } else {
                    0
                }
        })
        .collect()
}
