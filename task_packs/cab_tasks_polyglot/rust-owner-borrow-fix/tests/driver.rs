//! Prints what the code under test does, a case a line. What is expected is not known here.

use candidate::join_with;

fn show(name: &str, prefix: &str, items: &[&str]) {
    let items: Vec<String> = items.iter().map(|i| i.to_string()).collect();
    println!("{}: {:?}", name, join_with(prefix.to_string(), &items));
}

fn main() {
    show("two", "to", &["a", "b"]);
    show("one", "cc", &["only"]);
    show("no items", "nobody", &[]);
    show("no prefix", "", &["x", "y", "z"]);
    show("bytes, not letters", "für", &["ö"]);
    show("commas inside", "list", &["a, b", "c"]);
}
