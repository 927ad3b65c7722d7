//! Joining texts behind a prefix.

/// Joins `items` with commas behind `prefix`, and tells how long the prefix is.
///
/// `join_with("to", ["a", "b"])` is `("to: a, b", 2)`. Without items the text ends after the colon
/// and its space.
pub fn join_with(prefix: String, items: &[String]) -> (String, usize) {
    let body = items.join(", ");
    let result = prefix + ": " + &body;
    let prefix_len = prefix.len();
    (result, prefix_len)
}
