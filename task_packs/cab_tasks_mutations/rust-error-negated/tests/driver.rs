//! Prints what the code under test does, a case a line. What is expected is not known here.

use candidate::retry;

/// Fails until call number `works_from`, and tells how often it was called.
fn run(max_attempts: u32, works_from: u32) -> String {
    let mut calls = 0;
    let result = retry(max_attempts, || {
        calls += 1;
        if calls >= works_from {
            Ok(calls)
        } else {
            Err(format!("call {}", calls))
        }
    });
    format!("{:?} after {}", result, calls)
}

fn main() {
    for max_attempts in [0, 1, 2, 5, 9] {
        for works_from in [1, 2, 5, 6, 100] {
            println!("{} of {}: {}", works_from, max_attempts, run(max_attempts, works_from));
        }
    }
}
