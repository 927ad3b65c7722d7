//! Prints what the code under test does, a case a line. What is expected is not known here.

use candidate::largest;

fn main() {
    let numbers = [3, -1, 4, 1, -5, 9, 2, 6];
    for size in 0..10 {
        println!("{}: {:?}", size, largest(&numbers, size));
    }
    println!("none: {:?}", largest(&[], 1));
    println!("low: {:?}", largest(&[i32::MIN, i32::MIN], 2));
}
