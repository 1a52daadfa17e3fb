//! Observers: a subject that tells others what happens to it, and keeps none of them alive.
//!
//! To copy: observers are a trait, and the subject has them in a `WeakSet`. Whoever dies is out of it, and nobody has
//! to unsubscribe. An observer may own its subject, as the displays do here; where the subject owns an observer too,
//! that is a cycle, which the collector frees. Not to copy are closures as observers: the collector cannot look into a
//! closure, and one that owns what owns it is there for ever. (Callbacks that own nothing but a log are fine.)

#![forbid(unsafe_code)]

use gc_core::weak::{ByIdentity, WeakSet};
use gc_core::{Cc, Trace, Watch, coerce, collect, gc};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// Is told of every new temperature.
trait Observer: Trace {
    fn update(&self, celsius: i32);
}

#[derive(Trace, Default)]
struct Thermometer {
    observers: WeakSet<dyn Observer, ByIdentity>,
    /// The one observer that it owns.
    recorder: OnceCell<Cc<Recorder>>,
}

impl Thermometer {
    fn observe<T: Observer>(&self, observer: &Cc<T>) {
        self.observers.insert(&coerce!(observer.clone() => Cc<dyn Observer>));
    }

    /// Tells the observers, in no particular order. They may come and go meanwhile.
    fn set(&self, celsius: i32) {
        for observer in &self.observers {
            observer.update(celsius);
        }
    }
}

/// Shows the temperature.
#[derive(Trace)]
struct Display {
    thermometer: Cc<Thermometer>,
    text: RefCell<String>,
}

impl Display {
    fn new(thermometer: &Cc<Thermometer>) -> Cc<Display> {
        let display = Cc::new(Display { thermometer: thermometer.clone(), text: RefCell::default() });
        thermometer.observe(&display);
        display
    }
}

impl Observer for Display {
    fn update(&self, celsius: i32) {
        *self.text.borrow_mut() = format!("{celsius} °C");
    }
}

/// Has a display, until it is too warm for that.
#[derive(Trace)]
struct Fuse {
    display: RefCell<Option<Cc<Display>>>,
}

impl Observer for Fuse {
    fn update(&self, celsius: i32) {
        if celsius > 50 {
            self.display.take();
        }
    }
}

/// Remembers all temperatures. It and its thermometer own each other.
#[derive(Trace)]
struct Recorder {
    thermometer: Cc<Thermometer>,
    past: RefCell<Vec<i32>>,
}

impl Recorder {
    fn install(thermometer: &Cc<Thermometer>) {
        let new = || Cc::new(Recorder { thermometer: thermometer.clone(), past: RefCell::default() });
        thermometer.observe(thermometer.recorder.get_or_init(new));
    }
}

impl Observer for Recorder {
    fn update(&self, celsius: i32) {
        self.past.borrow_mut().push(celsius);
    }
}

/// Knows thermometers by their names, and writes down which of them are gone. It keeps none of them.
#[derive(Default)]
struct Station {
    lost: Rc<RefCell<Vec<&'static str>>>,
    watches: Vec<Watch>,
}

impl Station {
    fn watch(&mut self, name: &'static str, thermometer: &Cc<Thermometer>) {
        let lost = self.lost.clone();
        self.watches.push(Cc::watch(thermometer, move || lost.borrow_mut().push(name)));
    }
}

fn main() {
    println!("two displays:");
    let thermometer = Cc::new(Thermometer::default());
    let (indoors, outdoors) = (Display::new(&thermometer), Display::new(&thermometer));
    thermometer.set(20);
    println!("  {} and {}", indoors.text.borrow(), outdoors.text.borrow());
    assert_eq!([indoors.text.take(), outdoors.text.take()], ["20 °C", "20 °C"]);

    println!("one is thrown away, and is told no more:");
    let log = Rc::new(RefCell::new(Vec::new()));
    for (name, display) in [("indoors", &indoors), ("outdoors", &outdoors)] {
        let log = log.clone();
        Cc::on_drop(display, move || log.borrow_mut().push(name));
    }
    drop(outdoors);
    println!("  gone: {:?}", log.borrow());
    assert_eq!((log.take(), thermometer.observers.len()), (vec!["outdoors"], 1));
    thermometer.set(21);
    println!("  {}", indoors.text.borrow());
    assert_eq!(*indoors.text.borrow(), "21 °C");

    println!("an observer that ends another while all are told:");
    let fuse = Cc::new(Fuse { display: RefCell::new(Some(Display::new(&thermometer))) });
    thermometer.observe(&fuse);
    thermometer.set(22);
    assert_eq!(thermometer.observers.len(), 3);
    thermometer.set(60);
    println!("  {} of three are left", thermometer.observers.len());
    assert_eq!(thermometer.observers.len(), 2);

    println!("an observer that its subject owns, and the other way round:");
    Recorder::install(&thermometer);
    thermometer.set(18);
    indoors.thermometer.set(19);
    let recorder = thermometer.recorder.get().map(Cc::downgrade).expect("it was installed");
    println!("  recorded: {:?}", recorder.upgrade().expect("it is owned").past.borrow());
    assert_eq!(*recorder.upgrade().expect("it is owned").past.borrow(), [18, 19]);
    assert!(Cc::ptr_eq(&recorder.upgrade().expect("it is owned").thermometer, &thermometer));

    println!("two stations wait for the end, of which one does not live to see it:");
    let (mut kept, mut given_up) = (Station::default(), Station::default());
    kept.watch("thermometer", &thermometer);
    given_up.watch("thermometer", &thermometer);
    let lost = given_up.lost.clone();
    drop(given_up);
    drop((thermometer, indoors, fuse));
    assert_eq!((log.take(), recorder.strong_count()), (vec!["indoors"], 1), "the displays died at once");
    let found = collect();
    println!("  collect() found {found} objects, and the station lost {:?}", kept.lost.borrow());
    assert_eq!((found, recorder.strong_count()), (2, 0));
    assert_eq!((&*kept.lost.borrow(), &*lost.borrow()), (&vec!["thermometer"], &vec![]));

    assert!(kept.watches.iter().all(|watch| !watch.is_alive()));
    drop(kept);
    assert_eq!(gc::tracked_count(), 0);
}
