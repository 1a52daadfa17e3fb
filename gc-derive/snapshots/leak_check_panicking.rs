#[should_panic(expected = "five")]
#[test]
fn panicking() {
    panic!("five");
}

// Expands to:

#[should_panic(expected = "five")]
#[test]
fn panicking() {
    fn panicking() {
        panic!("five");
    }
    ::gc_core::inspect::__private::leak_checked_panic(panicking)
}
