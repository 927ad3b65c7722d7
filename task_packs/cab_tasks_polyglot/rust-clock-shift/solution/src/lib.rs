//! Times of day.

/// Returns a time moved by so many minutes; None where the text is no time.
pub fn shift(time: &str, minutes: i32) -> Option<String> {
    let bytes = time.as_bytes();
    if bytes.len() != 5 || bytes[2] != b':' {
        return None;
    }
    let number = |at: usize| -> Option<i32> {
        let pair = &bytes[at..at + 2];
        if !pair.iter().all(u8::is_ascii_digit) {
            return None;
        }
        Some(i32::from(pair[0] - b'0') * 10 + i32::from(pair[1] - b'0'))
    };
    let (hours, rest) = (number(0)?, number(3)?);
    if hours > 23 || rest > 59 {
        return None;
    }
    let all = (hours * 60 + rest + minutes).rem_euclid(1440);
    Some(format!("{:02}:{:02}", all / 60, all % 60))
}
