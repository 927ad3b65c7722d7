use split::split;

#[test]
fn even_shares() {
    assert_eq!(split(90, 3), [30, 30, 30]);
}

#[test]
fn nothing_is_lost() {
    assert_eq!(split(100, 3), [34, 33, 33]);
    assert_eq!(split(-5, 2), [-3, -2]);
}

#[test]
fn no_parts() {
    assert!(split(5, 0).is_empty());
}
