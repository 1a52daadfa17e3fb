//! Random graphs, most of whose garbage owns nothing but pointers, against a model of what can be reached.
//!
//! Nodes are of several sizes, up to a block of their own. Most own a `Loud` of their own, whose deaths are counted;
//! some own more than pointers, so that their garbage cannot be swept. After each full collection exactly that lives
//! which can be reached, and the numbers that the collector gives are those of the model; at any time what can be
//! reached is intact. Every third heap is a big one, most of whose blocks have nothing that is collected.

use gc_core::{AnyCc, Cc, Trace, Weak, gc};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

use crate::support::Random;

/// How often the witness of each node has been dropped.
type Deaths = Arc<Vec<AtomicU32>>;

/// A leaf with a destructor, which does something with the heap.
struct Loud {
    id: usize,
    deaths: Deaths,
}

impl Drop for Loud {
    fn drop(&mut self) {
        self.deaths[self.id].fetch_add(1, Relaxed);
        match self.id % 8 {
            0 => drop(Cc::new(self.id)),
            1 => drop((gc::collect(), Cc::new([const { Cell::new(0_u64) }; 100]))),
            2 => drop(Cc::new(Ring::default())),
            _ => {}
        }
    }
}

gc_core::leaf!(Loud);

#[derive(Trace, Default)]
struct Ring(Cell<Option<Cc<Ring>>>);

#[derive(Trace)]
#[trace(acyclic)]
struct Untracked(Loud);

#[derive(Trace)]
enum Owned {
    Nothing,
    Text(String),
    Leaf(Loud),
    Weak(Weak<Node<1>>),
    Skipped(#[trace(skip)] Cc<Untracked>),
    Untracked(Cc<Untracked>),
    Tracked(Cc<Tracked>),
}

/// An object that has a destructor, and is no node.
#[derive(Trace)]
struct Tracked(Loud, Cell<Option<Cc<Ring>>>);

#[derive(Trace)]
struct Node<const P: usize> {
    id: usize,
    links: [RefCell<Option<Link>>; 2],
    third: Cell<Option<Link>>,
    owned: Owned,
    canary: [usize; P],
}

/// A pointer to a node, of whatever size.
#[derive(Trace, Clone)]
enum Link {
    Small(Cc<Node<1>>),
    Medium(Cc<Node<30>>),
    Large(Cc<Node<1500>>),
    Huge(Cc<Node<8000>>),
    Any(AnyCc),
}

macro_rules! with_node {
    ($link:expr, $node:ident => $do:expr) => {
        match $link {
            Link::Small($node) => $do,
            Link::Medium($node) => $do,
            Link::Large($node) => $do,
            Link::Huge($node) => $do,
            Link::Any(any) => {
                let $node = any.downcast_ref::<Node<1>>().expect("a small one");
                $do
            }
        }
    };
}

impl Link {
    fn id(&self) -> usize {
        with_node!(self, node => {
            assert!(node.canary.iter().all(|&word| word == node.id ^ 0x5555), "{} is no longer what it was", node.id);
            node.id
        })
    }

    /// Takes the place of what `slot` leads to, which the caller drops.
    fn set(&self, slot: usize, to: Option<Link>) -> Option<Link> {
        with_node!(self, node => match slot {
            0 | 1 => node.links[slot].replace(to),
            _ => node.third.replace(to),
        })
    }

    fn get(&self, slot: usize) -> Option<Link> {
        with_node!(self, node => match slot {
            0 | 1 => node.links[slot].borrow().clone(),
            _ => {
                let link = node.third.take();
                node.third.set(link.clone());
                link
            }
        })
    }
}

#[derive(Default)]
struct Model {
    roots: Vec<Link>,
    weak: Vec<(usize, Weak<Node<1>>)>,
    /// What each node leads to.
    links: Vec<[Option<usize>; 3]>,
    /// How many tracked objects a node owns, itself included, and whether it has a witness.
    owns: Vec<(usize, bool)>,
    deaths: Deaths,
    /// Of ten thousand nodes, how many own more than pointers.
    owners: usize,
}

impl Model {
    fn node(&mut self, random: &mut Random) -> Link {
        let id = self.links.len();
        let loud = || Loud { id, deaths: self.deaths.clone() };
        let owned = if random.below(10_000) < self.owners {
            match random.below(4) {
                0 => Owned::Text("text".repeat(5)),
                1 => Owned::Leaf(loud()),
                2 => Owned::Weak(self.weak.first().map(|(_, weak)| weak.clone()).unwrap_or_default()),
                _ => Owned::Skipped(Cc::new(Untracked(loud()))),
            }
        } else {
            match random.below(3) {
                0 => Owned::Nothing,
                1 if self.owners > 0 && random.below(50) == 0 => {
                    Owned::Tracked(Cc::new(Tracked(loud(), Cell::default())))
                }
                _ => Owned::Untracked(Cc::new(Untracked(loud()))),
            }
        };
        let tracked = 1 + usize::from(matches!(owned, Owned::Tracked(_)));
        let witness = !matches!(owned, Owned::Nothing | Owned::Text(_) | Owned::Weak(_));
        macro_rules! make {
            ($variant:ident) => {{
                let (links, third) = Default::default();
                Link::$variant(Cc::new(Node { id, links, third, owned, canary: [id ^ 0x5555; _] }))
            }};
        }
        let link = match random.below(400) {
            0..200 => make!(Small),
            200..380 => make!(Medium),
            380..398 => make!(Large),
            _ => make!(Huge),
        };
        self.links.push([None; 3]);
        self.owns.push((tracked, witness));
        match link {
            Link::Small(node) if id % 5 == 0 => Link::Any(node.into()),
            Link::Small(node) => {
                // A weak pointer to it lets it own more, in effect.
                if random.below(10_000) < self.owners {
                    self.weak.push((id, Cc::downgrade(&node)));
                }
                Link::Small(node)
            }
            other => other,
        }
    }

    fn link(&mut self, from: &Link, slot: usize, to: Option<Link>) {
        self.links[from.id()][slot] = to.as_ref().map(Link::id);
        drop(from.set(slot, to));
    }

    /// Many nodes, with random links among them and to others. One of them, or none, becomes a root.
    fn cluster(&mut self, random: &mut Random) {
        let most = [4, 30, 30, 500][random.below(4)];
        let count = 1 + random.below(most);
        let mut nodes: Vec<Link> = (0..count).map(|_| self.node(random)).collect();
        for index in 0..count {
            for slot in 0..3 {
                let to = match random.below(10) {
                    0 if !self.roots.is_empty() => &self.roots[random.below(self.roots.len())],
                    1..4 => &nodes[(index + 1) % count],
                    4..7 => &nodes[random.below(count)],
                    _ => continue,
                };
                let (from, to) = (nodes[index].clone(), Some(to.clone()));
                self.link(&from, slot, to);
            }
        }
        if random.below(3) > 0 {
            self.roots.push(nodes.swap_remove(random.below(count)));
        }
    }

    /// A node that some steps lead to from a root.
    fn walk(&self, random: &mut Random) -> Option<Link> {
        let mut at = self.roots.get(random.below(self.roots.len().max(1)))?.clone();
        for _ in 0..random.below(6) {
            at = at.get(random.below(3)).unwrap_or(at);
        }
        Some(at)
    }

    /// What can be reached, all of which is intact. Without a clone of a pointer, whose drop would make suspects.
    fn alive(&self) -> HashSet<usize> {
        let mut alive = HashSet::new();
        self.roots.iter().for_each(|root| self.visit(root, &mut alive));
        alive
    }

    fn visit(&self, link: &Link, alive: &mut HashSet<usize>) {
        let id = link.id();
        if !alive.insert(id) {
            return;
        }
        for slot in 0..3 {
            let to = link.set(slot, None);
            assert_eq!(to.as_ref().map(Link::id), self.links[id][slot], "link {slot} of {id}");
            to.iter().for_each(|to| self.visit(to, alive));
            link.set(slot, to);
        }
    }

    /// What holds at any time.
    fn look(&self) -> HashSet<usize> {
        let alive = self.alive();
        for id in 0..self.links.len() {
            let (deaths, witness) = (self.deaths[id].load(Relaxed), self.owns[id].1);
            let most = u32::from(witness && !alive.contains(&id));
            assert!(deaths <= most, "the witness of {id} has died {deaths} times");
        }
        for (id, weak) in &self.weak {
            let node = weak.upgrade();
            assert!(node.is_some() || !alive.contains(id), "a weak pointer to {id}, which can be reached");
            assert!(node.is_none_or(|node| Link::Small(node).id() == *id), "a weak pointer leads elsewhere");
        }
        alive
    }

    /// What holds after a full collection.
    fn collect(&mut self, thorough: bool) {
        gc::unfreeze();
        // So that only one collection finds what there is.
        gc::disable();
        // To look at all objects makes suspects of all.
        let bytes = || if thorough { gc::get_objects().iter().map(|it| it.size_of_val()).sum::<usize>() } else { 0 };
        let (tracked, size, stats) = (gc::tracked_count(), bytes(), gc::get_stats()[2]);
        let collected = gc::collect();
        gc::enable();
        let after = gc::get_stats()[2];
        assert_eq!((after.collected - stats.collected, after.collections - stats.collections), (collected, 1));
        // Nothing that is tracked hangs from what is not, and so dies by count.
        let alive = self.look();
        let expected: usize = alive.iter().map(|&id| self.owns[id].0).sum();
        assert_eq!((gc::tracked_count(), tracked - collected), (expected, expected));
        assert!(!thorough || gc::get_objects().len() == expected);
        assert!(!thorough || after.bytes - stats.bytes == size - bytes(), "the size of {collected} objects");
        for id in 0..self.links.len() {
            let expected = self.owns[id].1 && !alive.contains(&id);
            assert_eq!(self.deaths[id].load(Relaxed), u32::from(expected), "the witness of {id}");
        }
        self.weak.retain(|(id, weak)| {
            assert_eq!(weak.upgrade().is_some(), alive.contains(id), "a weak pointer to {id}");
            alive.contains(id)
        });
    }
}

fn run(seed: u64, steps: usize) -> Deaths {
    let mut random = Random::new(seed);
    let deaths: Deaths = Arc::new((0..steps * 500).map(|_| AtomicU32::new(0)).collect());
    let owners = [0, 3, 30, 3000][random.below(4)];
    let mut model = Model { deaths: deaths.clone(), owners, ..Model::default() };
    let ballast = if seed % 3 == 0 { 300 } else { 0 };
    let _ballast: Vec<_> = (0..ballast).map(|_| Cc::<[u8; 60_000]>::new_uninit()).collect();
    gc::set_threshold([0, 1, 20, 700][random.below(4)], [1, 10][random.below(2)], 1);
    for _ in 0..steps {
        match random.below(16) {
            0..3 => model.cluster(&mut random),
            3..7 => {
                let slot = random.below(3);
                if let (Some(from), Some(to)) = (model.walk(&mut random), model.walk(&mut random)) {
                    model.link(&from, slot, Some(to));
                }
            }
            7..10 => {
                if let Some(from) = model.walk(&mut random) {
                    model.link(&from, random.below(3), None);
                }
            }
            10 => model.roots.extend(model.walk(&mut random)),
            11 if !model.roots.is_empty() => drop(model.roots.swap_remove(random.below(model.roots.len()))),
            12 => drop(gc::collect_generation(gc::Generation::try_from(random.below(3)).expect("there are three"))),
            13 if random.below(4) == 0 => gc::freeze(),
            14 => drop(model.look()),
            15 => model.collect(random.below(3) == 0),
            _ => {}
        }
    }
    model.collect(true);
    model.roots.clear();
    if seed % 2 == 0 {
        model.collect(true);
        assert_eq!(gc::tracked_count(), 0);
    }
    let witnesses = model.owns.iter().map(|&(_, witness)| u32::from(witness));
    for (id, witness) in witnesses.enumerate() {
        // The rest dies with the thread.
        deaths[id].fetch_sub(witness, Relaxed);
    }
    deaths
}

#[test]
fn graphs() {
    for seed in 0..24 {
        // What can be reached is visited by recursion.
        let thread = thread::Builder::new().stack_size(1 << 28).spawn(move || run(seed, 80)).expect("a thread");
        let deaths = thread.join().unwrap_or_else(|_| panic!("seed {seed}"));
        assert!(deaths.iter().all(|deaths| deaths.load(Relaxed) == 0), "a witness has not died once: seed {seed}");
    }
}
