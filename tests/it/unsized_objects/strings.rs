//! Strings of all four kinds.

use super::with_both_pointers;
use gc_core::weak::{Ephemeron, EphemeronMap, WeakSet, WeakValueMap};
use gc_core::{AnyCc, Cc, Trace, coerce, gc};
use std::borrow::{Borrow, Cow};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::path::{Path, PathBuf};

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

/// All conversions that a kind of strings has.
macro_rules! conversions {
    ($Ptr:ident, $String:ty = $Owned:ty: $original:expr) => {{
        let original: &$String = $original;
        let owned: $Owned = original.to_owned();
        let ptrs: [$Ptr<$String>; 6] = [
            original.into(),
            (&mut *Box::<$String>::from(original)).into(),
            owned.clone().into(),
            Box::<$String>::from(original).into(),
            Cow::Borrowed(original).into(),
            Cow::<$String>::Owned(owned.clone()).into(),
        ];
        for ptr in &ptrs {
            assert_eq!((&**ptr, $Ptr::strong_count(ptr), $Ptr::weak_count(ptr)), (original, 1, 0));
            assert_eq!((ptr, hash(ptr), format!("{ptr:?}")), (&ptrs[0], hash(original), format!("{original:?}")));
            let lent: [&$String; 2] = [ptr.borrow(), ptr.as_ref()];
            assert!(lent.iter().all(|lent| std::ptr::addr_eq(*lent, $Ptr::as_ptr(ptr))));
            let weak = $Ptr::downgrade(ptr);
            assert!(weak.upgrade().is_some_and(|upgraded| $Ptr::ptr_eq(&upgraded, ptr)));
        }
        let found: HashMap<$Ptr<$String>, i32> = HashMap::from([(ptrs[0].clone(), 1)]);
        let sorted: BTreeMap<$Ptr<$String>, i32> = BTreeMap::from([(ptrs[1].clone(), 1)]);
        assert_eq!((found.get(original), sorted.get(original)), (Some(&1), Some(&1)));
        ptrs
    }};
}

with_both_pointers! {
    #[test]
    fn a_string_is_made_of_all_that_holds_one() {
        for text in ["", "x", "text", "ä\"b\0", &"long ".repeat(10_000)] {
            conversions!(Ptr, str = String: text);
            conversions!(Ptr, OsStr = OsString: text.as_ref());
            conversions!(Ptr, Path = PathBuf: text.as_ref());
        }
        for text in [c"", c"x", c"text"] {
            let ptrs = conversions!(Ptr, CStr = CString: text);
            assert!(ptrs.iter().all(|ptr| ptr.to_bytes_with_nul().ends_with(b"\0")));
        }
        let path: Ptr<Path> = Path::new("a/b.c").into();
        assert_eq!(path.extension(), Some("c".as_ref()));
    }

    #[cfg(unix)]
    #[test]
    fn a_name_of_the_system_need_not_be_text() {
        use std::os::unix::ffi::OsStrExt;
        let name = OsStr::from_bytes(b"\xff\xfe\0x");
        conversions!(Ptr, OsStr = OsString: name);
        conversions!(Ptr, Path = PathBuf: name.as_ref());
    }

    #[test]
    fn a_default_string_is_empty() {
        assert_eq!((&*Ptr::<str>::default(), &*Ptr::<CStr>::default()), ("", c""));
    }

    #[test]
    fn strings_are_ordered_and_printed_as_text() {
        let [a, b]: [Ptr<str>; 2] = ["a", "b"].map(Ptr::from);
        assert!(a < b && a == a.clone() && a != b && a.clone().max(b.clone()) == b);
        assert_eq!(format!("{a}{b:>3}{a:?}"), "a  b\"a\"");
        assert_eq!(format!("{a:p}"), format!("{:p}", Ptr::as_ptr(&a)));
    }

    #[test]
    fn a_string_becomes_its_bytes() {
        let text: Ptr<str> = "ä".into();
        let (address, other, weak) = (Ptr::as_ptr(&text).addr(), text.clone(), Ptr::downgrade(&text));
        let mut bytes: Ptr<[u8]> = text.into();
        assert_eq!((&*bytes, Ptr::as_ptr(&bytes).addr()), ("ä".as_bytes(), address));
        Ptr::make_mut(&mut bytes).fill(0xff);
        assert_eq!((&*bytes, &*other), (&[0xff; 2][..], "ä"));
        drop(other);
        assert!(weak.upgrade().is_none());
        // The last pointer is to the bytes.
        let (text, dead): (Ptr<str>, Ptr<[u8]>) = ("text".into(), Ptr::<str>::from("x").into());
        let weak = Ptr::downgrade(&text);
        drop((Ptr::<[u8]>::from(text), dead));
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn make_mut_keeps_clones_or_moves() {
        let mut text: Ptr<str> = "text".into();
        let address = Ptr::as_ptr(&text);
        Ptr::make_mut(&mut text).make_ascii_uppercase();
        assert_eq!((&*text, Ptr::as_ptr(&text).addr()), ("TEXT", address.addr()));
        let other = text.clone();
        Ptr::make_mut(&mut text).make_ascii_lowercase();
        assert_eq!((&*text, &*other), ("text", "TEXT"));
        let weak = Ptr::downgrade(&text);
        Ptr::make_mut(&mut text)[1..].make_ascii_uppercase();
        assert_eq!((&*text, weak.upgrade(), Ptr::weak_count(&text)), ("tEXT", None, 0));
        Ptr::get_mut(&mut text).expect("the only pointer").make_ascii_lowercase();
        assert_eq!(&*text, "text");
        // Those that cannot be changed in place can be taken over all the same.
        let (mut name, mut path, mut c): (Ptr<OsStr>, Ptr<Path>, Ptr<CStr>) =
            (OsStr::new("a").into(), Path::new("b").into(), c"c".into());
        let others = (name.clone(), path.clone(), c.clone());
        assert_eq!((&*Ptr::make_mut(&mut name), &*Ptr::make_mut(&mut path)), (OsStr::new("a"), Path::new("b")));
        assert_eq!(&*Ptr::make_mut(&mut c), c"c");
        assert!(!Ptr::ptr_eq(&name, &others.0) && !Ptr::ptr_eq(&path, &others.1) && !Ptr::ptr_eq(&c, &others.2));
        drop(others);
        let weak = (Ptr::downgrade(&name), Ptr::downgrade(&path), Ptr::downgrade(&c));
        Ptr::make_mut(&mut name).make_ascii_uppercase();
        assert_eq!((&*Ptr::make_mut(&mut path), &*Ptr::make_mut(&mut c)), (Path::new("b"), c"c"));
        assert_eq!(*name, *"A");
        assert!(weak.0.upgrade().is_none() && weak.1.upgrade().is_none() && weak.2.upgrade().is_none());
    }

    #[test]
    fn a_box_of_a_string_is_a_value_like_any_other() {
        let boxed = unsize!(Ptr::new(Box::<str>::from("text")) => Ptr<dyn AsRef<str>>);
        let weak: Weak<dyn AsRef<str>> = Ptr::downgrade(&boxed);
        assert_eq!((*boxed).as_ref(), "text");
        drop(boxed);
        assert!(weak.upgrade().is_none());
    }
}

#[test]
fn a_string_is_not_looked_at_and_knows_its_type() {
    gc::disable();
    let any: [AnyCc; 5] = [
        Cc::<str>::from("text").into(),
        Cc::<CStr>::from(c"tex").into(),
        Cc::<OsStr>::from(OsStr::new("text")).into(),
        Cc::<Path>::from(Path::new("text")).into(),
        Cc::<[u8]>::from(Cc::<str>::from("text")).into(),
    ];
    let names = ["str", "core::ffi::c_str::CStr", "std::ffi::os_str::OsStr", "std::path::Path", "str"];
    for (any, name) in any.iter().zip(names) {
        assert_eq!(
            (any.type_name(), any.size_of_val(), any.is_tracked(), any.is_finalized()),
            (name, 20, false, false)
        );
    }
    assert_eq!(any.each_ref().map(AnyCc::is::<str>), [true, false, false, false, true]);
    assert_eq!(any.each_ref().map(AnyCc::is::<CStr>), [false, true, false, false, false]);
    assert_eq!(any.each_ref().map(AnyCc::is::<OsStr>), [false, false, true, false, false]);
    assert_eq!(any.each_ref().map(AnyCc::is::<Path>), [false, false, false, true, false]);
    assert!(any.iter().all(|any| !any.is::<[u8]>() && any.clone().downcast::<[u8; 4]>().is_err()));
    let owner = Cc::new(RefCell::new(any[0].clone()));
    assert_eq!(gc::get_referents([&AnyCc::from(&owner)]), &any[..1]);
    assert_eq!((gc::tracked_count(), gc::collect()), (1, 0));
}

#[test]
fn weak_containers_find_strings_by_value() {
    gc::disable();
    let (text, other): (Cc<str>, Cc<str>) = ("text".into(), "other".into());
    let set = WeakSet::new();
    assert!(set.insert(&text) && set.insert(&other) && !set.insert(&Cc::from("text")));
    assert!(set.get("text").is_some_and(|found| Cc::ptr_eq(&found, &text)));
    let names: WeakValueMap<&str, str> = WeakValueMap::new();
    names.insert("a", &text);
    drop(text);
    assert!(set.get("text").is_none() && set.get("other").is_some() && names.get("a").is_none());
    assert_eq!((set.len(), names.len()), (1, 0));
}

/// A string becomes tracked when it is the key of an ephemeron.
#[test]
fn a_string_may_be_a_key_whose_value_leads_back_to_it() {
    #[derive(Trace)]
    struct Record {
        name: Cc<str>,
    }

    gc::disable();
    let name: Cc<str> = "name".into();
    let ephemeron = Ephemeron::new(&name, Cc::new(Record { name: name.clone() }));
    let records: EphemeronMap<str, Record, _> = EphemeronMap::by_value();
    records.insert(&name, Cc::new(Record { name: name.clone() }));
    assert_eq!((Cc::is_tracked(&name), gc::collect()), (true, 0));
    assert!(ephemeron.value().is_some_and(|record| *record.name == *"name"));
    assert!(records.get(&Cc::from("name")).is_some());
    let dead = Cc::downgrade(&name);
    drop(name);
    assert_eq!(gc::collect(), 3);
    assert!(dead.upgrade().is_none() && ephemeron.key().is_none() && records.is_empty());
    // By count.
    let name: Cc<str> = "name".into();
    let ephemeron = Ephemeron::new(&name, coerce!(Cc::new(5) => Cc<dyn std::fmt::Debug>));
    assert_eq!(format!("{:?}", ephemeron.value()), "Some(5)");
    drop(name);
    assert!(ephemeron.value().is_none());
    assert_eq!(gc::tracked_count(), 0);
}
