//! Graphs, with weights that are edges of the heap.

use gc_core::{Acyclic, Cc, Trace};
use petgraph::graphmap::GraphMap;
use petgraph::matrix_graph::{MatrixGraph, NotZero};
use petgraph::stable_graph::StableGraph;
use petgraph::unionfind::UnionFind;
use petgraph::visit::NodeIndexable;
use petgraph::{Directed, EdgeType, Graph, Incoming, Undirected, adj, csr};
use static_assertions::assert_not_impl_any;
use std::collections::hash_map::RandomState;

use super::ring::{Node, UserHasher, finds_a_cycle_through};
use super::{is_untracked, is_untracked_although_it_has_edges};

/// The ends of edges among four nodes: loops, parallel ones, and both directions.
const ENDS: [(usize, usize); 6] = [(0, 1), (1, 0), (0, 1), (2, 2), (1, 3), (3, 2)];

fn graph<W: Clone, Ty: EdgeType>(weight: W) -> Graph<W, W, Ty> {
    let mut graph = Graph::default();
    let nodes = [(); 4].map(|()| graph.add_node(weight.clone()));
    for (from, to) in ENDS {
        graph.add_edge(nodes[from], nodes[to], weight.clone());
    }
    graph
}

fn stable_graph_with_holes<W: Clone>(weight: W) -> StableGraph<W, W> {
    let mut graph = StableGraph::from(graph(weight));
    graph.remove_node(graph.from_index(1));
    assert_eq!((graph.node_count(), graph.edge_count()), (3, 2));
    graph
}

fn graph_map<W: Clone, Ty: EdgeType>(weight: W) -> GraphMap<usize, W, Ty, RandomState> {
    let mut graph = GraphMap::with_capacity_and_hasher(4, 4, RandomState::new());
    for (from, to) in ENDS {
        graph.add_edge(from, to, weight.clone());
    }
    graph
}

/// After the removal of a node, and growth.
fn matrix<W: Clone, Ty: EdgeType>(weight: W) -> MatrixGraph<W, W, RandomState, Ty> {
    let mut graph = MatrixGraph::with_capacity_and_hasher(2, RandomState::new());
    let nodes = [(); 9].map(|()| graph.add_node(weight.clone()));
    for (from, to) in ENDS {
        graph.update_edge(nodes[from], nodes[to], weight.clone());
    }
    graph.remove_node(nodes[3]);
    graph.remove_node(nodes[7]);
    graph
}

fn csr<W: Clone, Ty: EdgeType>(weight: W) -> csr::Csr<W, W, Ty> {
    let mut graph = csr::Csr::new();
    let nodes = [(); 4].map(|()| graph.add_node(weight.clone()));
    for (from, to) in ENDS {
        graph.add_edge(nodes[from], nodes[to], weight.clone());
    }
    graph
}

fn adjacency_list<W: Clone>(weight: W) -> adj::List<W> {
    let mut graph = adj::List::new();
    let nodes = [(); 4].map(|()| graph.add_node());
    for (from, to) in ENDS {
        graph.add_edge(nodes[from], nodes[to], weight.clone());
    }
    graph
}

macro_rules! cycle_through {
    ($($graph:ident: $wrap:expr,)+) => {$(
        #[test]
        fn $graph() {
            finds_a_cycle_through($wrap);
        }
    )+};
}

cycle_through! {
    directed_graph: graph::<_, Directed>,
    undirected_graph: graph::<_, Undirected>,
    stable_graph: stable_graph_with_holes,
    directed_graph_map: graph_map::<_, Directed>,
    undirected_graph_map: graph_map::<_, Undirected>,
    directed_matrix: matrix::<_, Directed>,
    undirected_matrix: matrix::<_, Undirected>,
    directed_csr: csr::<_, Directed>,
    undirected_csr: csr::<_, Undirected>,
    weights_of_a_list: adjacency_list,
}

#[test]
fn no_cycle() {
    is_untracked(graph::<_, Directed>(1));
    is_untracked(stable_graph_with_holes(1));
    is_untracked(graph_map::<_, Directed>(1));
    is_untracked(matrix::<_, Undirected>(1));
    is_untracked(csr::<_, Directed>(String::new()));
    is_untracked(adjacency_list(1));
    is_untracked_although_it_has_edges(|parent| {
        let mut graph = Graph::<_, u8>::default();
        graph.add_node(parent);
        graph
    });
}

#[test]
fn indices_are_leaves() {
    let mut graph = Graph::<_, _>::default();
    let node = graph.add_node(1);
    is_untracked((node, graph.add_edge(node, node, 1), Incoming));
    let mut list = adj::List::<_>::new();
    let node = list.add_node();
    is_untracked(list.add_edge(node, node, 1));
    is_untracked(UnionFind::<u32>::new(3));
}

/// Says whether edges are directed, and could change its mind.
struct Undecided;

impl EdgeType for Undecided {
    fn is_directed() -> bool {
        unreachable!("tracing calls no code of the user's")
    }
}

assert_not_impl_any!(MatrixGraph<u8, Cc<Node>, RandomState, Undecided>: Trace);
assert_not_impl_any!(MatrixGraph<u8, Cc<Node>, UserHasher>: Trace);
assert_not_impl_any!(MatrixGraph<u8, u8, RandomState, Directed, NotZero<u8>>: Trace);

assert_not_impl_any!(Graph<u8, Cc<Node>>: Acyclic);
assert_not_impl_any!(StableGraph<Cc<Node>, u8>: Acyclic);
assert_not_impl_any!(GraphMap<u8, Cc<Node>, Directed, UserHasher>: Acyclic);
assert_not_impl_any!(MatrixGraph<u8, Cc<Node>, RandomState>: Acyclic);
assert_not_impl_any!(csr::Csr<u8, Cc<Node>>: Acyclic);
assert_not_impl_any!(adj::List<Cc<Node>>: Acyclic);
