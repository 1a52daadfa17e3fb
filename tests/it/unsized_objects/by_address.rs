//! Pointers that are compared by address; errors.

use super::Ledger;
use gc_core::{AnyCc, ByAddress, Cc, Trace, Weak, coerce, gc};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::error::Error;
use std::fmt;
use std::rc::Rc;

// A weak one may lie in a cell of an acyclic type.
static_assertions::assert_impl_all!(ByAddress<Weak<u8>>: gc_core::Leaf);

#[test]
fn equal_values_are_told_apart() {
    let (a, b) = (Cc::new(5), Cc::new(5));
    let [x, y] = [ByAddress(a.clone()), ByAddress::from(b.clone())];
    assert!(a == b && x != y && x == x.clone() && x == ByAddress(a.clone()));
    assert_eq!(x.cmp(&y), Cc::as_ptr(&a).cmp(&Cc::as_ptr(&b)));
    assert_eq!(x.partial_cmp(&x), Some(std::cmp::Ordering::Equal));
    assert_eq!((**x, Cc::strong_count(&x), format!("{x:?}")), (5, 2, String::from("5")));
    let set: HashSet<_> = [x.clone(), y.clone(), x.clone()].into();
    let sorted: BTreeSet<_> = [x.clone(), y, x].into();
    assert_eq!((set.len(), sorted.len()), (2, 2));
    assert!(set.contains(ByAddress::from_ref(&b)) && sorted.contains(ByAddress::from_ref(&a)));
    assert!(!set.contains(ByAddress::from_ref(&Cc::new(5))));
}

/// Values without a size, and fat pointers, of which only the address matters.
#[test]
fn identity_is_that_of_the_object() {
    let units = [Cc::new(()), Cc::new(())];
    assert_ne!(ByAddress(units[0].clone()), ByAddress(units[1].clone()));
    let empty: [Cc<[u8]>; 2] = Default::default();
    assert_ne!(ByAddress::from_ref(&empty[0]), ByAddress::from_ref(&empty[1]));
    let texts: [Cc<str>; 2] = ["x", "x"].map(Cc::from);
    assert_ne!(ByAddress::from_ref(&texts[0]), ByAddress::from_ref(&texts[1]));
    let cell = Cc::new(RefCell::new(1));
    let dynamic = || coerce!(cell.clone() => Cc<dyn Trace>);
    let names = HashMap::from([(ByAddress(dynamic()), "cell")]);
    assert_eq!(names.get(&ByAddress(dynamic())), Some(&"cell"));
    let any = HashSet::from([ByAddress(AnyCc::from(&cell))]);
    assert!(any.contains(&ByAddress(AnyCc::from(dynamic()))) && !any.contains(&ByAddress(AnyCc::from(&units[0]))));
}

#[test]
fn a_weak_key_outlives_its_object_and_is_no_others() {
    let keys: HashSet<_> = (0..100).map(|number| ByAddress(Cc::downgrade(&Cc::new(number)))).collect();
    let late: Vec<_> = (0..100).map(Cc::new).collect();
    assert_eq!(keys.len(), 100, "no address is used again");
    assert!(late.iter().all(|cc| !keys.contains(&ByAddress(Cc::downgrade(cc)))));
    assert!(keys.iter().all(|key| key.upgrade().is_none()));
    let nowhere = [ByAddress(Weak::<u8>::new()), ByAddress::default()];
    assert_eq!(nowhere[0], nowhere[1]);
}

#[test]
fn a_cycle_through_a_map_of_identities_is_found() {
    #[derive(Trace)]
    struct Graph {
        links: RefCell<HashMap<ByAddress<Cc<Graph>>, ByAddress<AnyCc>>>,
        #[trace(skip)]
        _counted: super::Counted,
    }

    gc::disable();
    let ledger = Ledger::default();
    let graph = |number| Cc::new(Graph { links: RefCell::default(), _counted: ledger.element(number) });
    let (a, b) = (graph(0), graph(1));
    a.links.borrow_mut().insert(ByAddress(b.clone()), ByAddress(AnyCc::from(&a)));
    assert!(a.links.borrow().contains_key(ByAddress::from_ref(&b)));
    assert_eq!(gc::collect(), 0);
    drop((a, b));
    assert_eq!(gc::collect(), 2);
    ledger.assert_alive(0);
    assert!(!Cc::is_tracked(&Cc::new(ByAddress(Cc::downgrade(&Cc::new(1))))));
}

#[derive(Debug, Trace)]
struct Failure {
    message: &'static str,
    source: Option<Cc<Failure>>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as &dyn Error)
    }
}

#[test]
fn a_pointer_to_an_error_is_an_error() {
    fn fail() -> Result<(), Cc<Failure>> {
        let source = Cc::new(Failure { message: "no disk", source: None });
        Err(Cc::new(Failure { message: "no file", source: Some(source) }))
    }
    fn fail_boxed() -> Result<(), Box<dyn Error>> {
        fail()?;
        Ok(())
    }
    fn fail_dynamically() -> Result<(), Cc<dyn Error>> {
        fail().map_err(|error| coerce!(error => Cc<dyn Error>))
    }

    let boxed = fail_boxed().expect_err("it fails");
    assert_eq!(boxed.to_string(), "no file");
    assert!(boxed.downcast_ref::<Cc<Failure>>().is_some_and(|error| Cc::strong_count(error) == 1));
    let dynamic = fail_dynamically().expect_err("it fails");
    for error in [&*boxed, &dynamic, &*dynamic] {
        let source = error.source().expect("there is one");
        assert_eq!((source.to_string().as_str(), source.source().is_none()), ("no disk", true));
    }
    assert!(dynamic.downcast_ref::<Failure>().is_some());
}

#[test]
fn prints_its_address_as_rc_does() {
    let (rc, cc): (Rc<[u8]>, Cc<[u8]>) = (Rc::from([1, 2]), Cc::from([1, 2]));
    let of_rc = format!("{rc:p}").replace(&format!("{:p}", Rc::as_ptr(&rc).cast::<u8>()), "x");
    let of_cc = format!("{cc:p}").replace(&format!("{:p}", Cc::as_ptr(&cc).cast::<u8>()), "x");
    assert_eq!(of_cc, of_rc);
    let any = coerce!(Cc::new(1) => Cc<dyn fmt::Debug>);
    assert_eq!(format!("{any:p}"), format!("{:p}", Cc::as_ptr(&any)));
    assert_eq!(format!("{:p}", AnyCc::from(&any)), format!("{:p}", Cc::as_ptr(&any).cast::<()>()));
}
