//! Windows over numbers.

/// Returns the largest number of each window of `size` numbers, from left to right.
///
/// Without a window (a size of 0, or above the number of numbers) there is none.
pub fn largest(numbers: &[i32], size: usize) -> Vec<i32> {
    let mut found = Vec::new();
    let mut start = 0;
    while size > 0 && start + size <= numbers.len() {
        let window = &numbers[start..start + size];
        found.push(window.iter().copied().fold(i32::MIN, i32::max));
        start += 1;
    }
    found
}
