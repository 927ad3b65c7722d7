//! Runs of equal letters.

/// Returns the runs of a text: each letter with how often it stands there in a row.
pub fn runs(text: &str) -> Vec<(char, usize)> {
    let mut found: Vec<(char, usize)> = Vec::new();
    for letter in text.chars() {
        match found.last_mut() {
            Some((last, count)) if *last == letter => *count += 1,
            _ => found.push((letter, 1)),
        }
    }
    found
}

/// Returns the runs of a text as words: `aaab` is `a3 b1`.
pub fn written(text: &str) -> String {
    let words: Vec<String> = runs(text)
        .iter()
        .map(|(c, n)| format!("{}{}", c, n))
        .collect();
    words.join(" ")
}
