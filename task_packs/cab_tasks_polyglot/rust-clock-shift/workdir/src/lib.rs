//! Times of day.

/// Returns a time moved by so many minutes; None where the text is no time.
pub fn shift(time: &str, minutes: i32) -> Option<String> {
    todo!("{} {}", time, minutes)
}
