/// With what may be on a test.
#[test]
#[ignore = "slow"]
pub(crate) fn plain() {
    #![allow(unused)]
    let node = Node::new();
    return;
}

// Expands to:

/// With what may be on a test.
#[test]
#[ignore = "slow"]
pub(crate) fn plain() {
    #![allow(unused)]
    fn plain() {
        let node = Node::new();
        return;
    }
    ::gc_core::inspect::__private::leak_checked(plain)
}
