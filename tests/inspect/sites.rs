//! Where objects were made: at the call of the function that makes them, whichever it is.

use gc_core::inspect::Snapshot;
use gc_core::{Cc, Trace, Weak, coerce, gc};
use std::borrow::Cow;
use std::cell::Cell;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::panic::Location;
use std::path::{Path, PathBuf};

/// Where an object was made.
fn site<T: ?Sized>(object: &Cc<T>) -> &'static Location<'static> {
    Snapshot::take().object(object).unwrap().site()
}

/// Asserts that the object which the expression gives was made there. All of it is on one line.
macro_rules! made_here {
    ($object:expr) => {{
        let object = $object;
        assert_eq!((site(&object).file(), site(&object).line()), (file!(), line!()), "{}", stringify!($object));
        object
    }};
}

#[derive(Trace)]
struct Me {
    me: Weak<Me>,
}

#[test]
fn constructors() {
    made_here!(Cc::new(1));
    made_here!(Cc::new(vec![Cc::new(1)]));
    made_here!(Cc::try_new(1).unwrap());
    made_here!(std::pin::Pin::into_inner(Cc::pin(1)));
    made_here!(Cc::<u8>::new_uninit());
    made_here!(Cc::<u8>::new_zeroed());
    made_here!(Cc::<[u8]>::new_uninit_slice(3));
    made_here!(Cc::<[u8]>::new_zeroed_slice(3));
    let gadget = made_here!(Cc::new_cyclic(|me| Me { me: me.clone() }));
    assert!(gadget.me.upgrade().is_some());
}

#[test]
fn the_first_object_of_a_size_and_one_after_a_collection() {
    // Not the fast path: there is no heap yet, or no block, or a collection is due.
    made_here!(Cc::new([0u8; 333]));
    gc::set_threshold(1, None, None);
    let objects = [(); 8].map(|()| made_here!(Cc::new(vec![Cc::new(0)])));
    assert!(gc::get_stats()[0].collections > 1 && objects.len() == 8);
}

#[test]
fn defaults() {
    made_here!(Cc::<u8>::default());
    made_here!(std::pin::Pin::into_inner(std::pin::Pin::<Cc<u8>>::default()));
    made_here!(Cc::<[u8]>::default());
    made_here!(Cc::<str>::default());
    made_here!(Cc::<CStr>::default());
}

#[test]
fn slices() {
    made_here!(Cc::<[u8]>::from(&[1, 2][..]));
    made_here!(Cc::<[u8]>::from(&mut [1, 2][..]));
    made_here!(Cc::<[u8]>::from(vec![1, 2]));
    made_here!(Cc::<[u8]>::from(vec![1, 2].into_boxed_slice()));
    made_here!(Cc::<[u8]>::from([1, 2]));
    made_here!(Cc::<[u8]>::from(Cow::Borrowed(&[1, 2][..])));
    made_here!(Cc::<[u8]>::from(Cow::<[u8]>::Owned(vec![1, 2])));
    made_here!(Cc::<[u8]>::from_iter(1..9));
    made_here!(coerce!(Cc::new([1, 2]) => Cc<[u8]>));
}

#[test]
fn conversions() {
    made_here!(Cc::from(5));
    made_here!(Cc::<u32>::from(Box::new(5)));
    made_here!(Into::<Cc<u32>>::into(5));
    let text: Cc<str> = made_here!("text".into());
    made_here!(Cc::<[u8]>::from(Cc::<str>::from("text")));
    assert_eq!(&*text, "text");
}

/// For a type of strings, its owned form and one of its values.
macro_rules! strings {
    ($($name:ident: $string:ty = $owned:ty: $value:expr,)+) => {$(
        #[test]
        fn $name() {
            let value: &$string = $value;
            let mut owned: Box<$string> = value.into();
            made_here!(Cc::<$string>::from(value));
            made_here!(Cc::<$string>::from(&mut *owned));
            made_here!(Cc::<$string>::from(owned));
            made_here!(Cc::<$string>::from(<$owned>::from(value)));
            made_here!(Cc::<$string>::from(Cow::Borrowed(value)));
        }
    )+};
}

strings! {
    strings: str = String: "text",
    c_strings: CStr = CString: c"text",
    os_strings: OsStr = OsString: OsStr::new("text"),
    paths: Path = PathBuf: Path::new("text"),
}

#[test]
fn what_make_mut_makes() {
    let mut number = Cc::new(1);
    let (first, other) = (site(&number), number.clone());
    *Cc::make_mut(&mut number) += 1;
    let (copied, line) = (site(&number), line!() - 1);
    assert_eq!((copied.line(), site(&other)), (line, first));

    // The value moves, where there are weak pointers.
    let weak = Cc::downgrade(&number);
    *Cc::make_mut(&mut number) += 1;
    let (moved, line) = (site(&number), line!() - 1);
    assert_eq!((moved.line(), weak.upgrade()), (line, None));
    // And stays, where there are none.
    *Cc::make_mut(&mut number) += 1;
    assert_eq!((site(&number), *number), (moved, 4));

    let (mut text, mut list) = (Cc::<str>::from("text"), Cc::<[u8]>::from([1, 2]));
    let others = (text.clone(), list.clone());
    Cc::make_mut(&mut text).make_ascii_uppercase();
    Cc::make_mut(&mut list).reverse();
    assert_eq!((site(&text).line(), site(&list).line()), (line!() - 2, line!() - 1));
    assert_eq!((&*others.0, &*others.1), ("text", &[1, 2][..]));
}

#[test]
fn a_clone_is_the_same_object() {
    let five = made_here!(Cc::new(5));
    assert_eq!(site(&five.clone()), site(&five));
}

/// A constructor of the user's own.
#[track_caller]
fn number(number: u32) -> Cc<u32> {
    Cc::new(number)
}

#[test]
fn a_users_function_can_pass_it_on() {
    made_here!(number(5));
}

#[test]
fn what_the_standard_library_calls_was_made_there() {
    // As documented: nothing says who called `Iterator::collect`, or the function that `map` was given by name.
    let collected: Cc<[u8]> = (1..9).collect();
    let [mapped] = [5].map(Cc::new);
    assert!([site(&collected), site(&mapped)].iter().all(|site| site.file() != file!()));
    let [made_here] = [5].map(|five| made_here!(Cc::new(five)));
    assert_eq!(*made_here, *mapped);
}

#[test]
fn the_header_has_room_for_it_and_values_lie_right() {
    #[derive(Trace, Default)]
    #[repr(align(64))]
    struct Aligned(Cell<u8>);

    assert_eq!(gc::getsizeof(&Cc::new(0u64)), 40);
    assert_eq!(gc::getsizeof(&Cc::<str>::from("four")), 36);
    for _ in 0..100 {
        let (bytes, wide, aligned) = (made_here!(Cc::new([0u8; 3])), made_here!(Cc::new(0u128)), Aligned::default());
        let aligned = made_here!(Cc::new(aligned));
        assert_eq!((Cc::as_ptr(&wide).addr() % 16, Cc::as_ptr(&aligned).addr() % 64, bytes.len()), (0, 0, 3));
        assert_eq!(aligned.0.get(), 0);
    }
}
