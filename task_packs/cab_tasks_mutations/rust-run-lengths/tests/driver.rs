//! Prints what the code under test does, a case a line. What is expected is not known here.

use candidate::{runs, written};

fn main() {
    for text in ["aaab", "", "x", "abc", "aabbaa", "  ", "éée", "1112"] {
        println!("{:?}: {:?} {:?}", text, runs(text), written(text));
    }
}
