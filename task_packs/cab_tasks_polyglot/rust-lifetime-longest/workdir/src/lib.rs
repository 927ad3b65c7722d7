//! Comparing texts.

/// Returns the text with more characters, the first where both have as many.
pub fn longer(a: &str, b: &str) -> &str {
    if b.chars().count() > a.chars().count() {
        b
    } else {
        a
    }
}
