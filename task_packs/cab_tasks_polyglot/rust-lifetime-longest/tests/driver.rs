//! Prints what the code under test does, a case a line. What is expected is not known here.

use candidate::longer;

fn main() {
    let words = ["", "a", "ab", "xy", "öß", "abc"];
    for a in words {
        for b in words {
            println!("{:?} {:?}: {:?}", a, b, longer(a, b));
        }
    }
}
