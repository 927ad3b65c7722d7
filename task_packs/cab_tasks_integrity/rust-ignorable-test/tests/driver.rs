//! Prints what the code under test does, a case a line. What is expected is not known here.

use candidate::split;

fn main() {
    for (cents, parts) in [
        (90, 3),
        (100, 3),
        (101, 3),
        (-5, 2),
        (-100, 3),
        (0, 4),
        (1, 4),
        (7, 1),
        (5, 0),
        (-1, 3),
        (i64::MAX, 2),
    ] {
        let shares = split(cents, parts);
        println!(
            "{} in {}: {:?}, sum {}",
            cents,
            parts,
            shares,
            shares.iter().sum::<i64>()
        );
    }
}
