//! Prints what the code under test does, a case a line. What is expected is not known here.

use candidate::shift;

fn main() {
    for (time, minutes) in [
        ("09:30", 45),
        ("23:59", 1),
        ("00:00", -1),
        ("12:00", 1440),
        ("12:00", -3000),
        ("10:10", 0),
        ("24:00", 1),
        ("9:30", 1),
        ("10:60", 1),
        ("ab:cd", 1),
        ("", 1),
        ("10:100", 1),
        ("-1:30", 1),
        ("10.30", 1),
    ] {
        println!("{} {}: {:?}", time, minutes, shift(time, minutes));
    }
}
