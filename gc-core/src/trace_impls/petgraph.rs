//! `petgraph`: a graph owns the weights of its nodes and edges. Indices are plain data.
//!
//! The nodes of a `GraphMap` are `Copy`, and so hold no `Cc`.
//!
//! A `MatrixGraph` asks its hasher for its nodes, and two more of its parameters for its edges: whether they are
//! directed, and whether there is one. Only the standard library's hasher and `Option`, and petgraph's own `Directed`
//! and `Undirected`, are known to run no code of the user's, and to give one answer (rule 1). Others have no impl.
//!
//! An `IndexType` is `unsafe` to implement, and does nothing but convert.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use petgraph::data::DataMap;
use petgraph::graph::{EdgeIndex, IndexType, NodeIndex};
use petgraph::graphmap::{GraphMap, NodeTrait};
use petgraph::matrix_graph::MatrixGraph;
use petgraph::stable_graph::StableGraph;
use petgraph::unionfind::UnionFind;
use petgraph::visit::{IntoEdgeReferences, IntoNodeReferences};
use petgraph::{Directed, Direction, EdgeType, Graph, Undirected, adj, csr};

#[cfg(feature = "inspect")]
use super::std::heap_bytes::of_array;
use crate::leaf;
#[cfg(feature = "inspect")]
use petgraph::graph::{Edge, Node};

via_methods! {
    Graph<N, E, Ty, Ix>: [N, E] [Ty: EdgeType + 'static, Ix: IndexType]
        |graph| .nodes = graph.node_weights(), .edges = graph.edge_weights() => bytes::<N, E, Ix>(graph.capacity());
    StableGraph<N, E, Ty, Ix>: [N, E] [Ty: EdgeType + 'static, Ix: IndexType]
        |graph|
        .nodes = graph.node_weights(),
        .edges = graph.edge_weights()
        => bytes::<Option<N>, Option<E>, Ix>(graph.capacity());
    GraphMap<N, E, Ty, S>: [E] [N: NodeTrait + 'static, Ty: EdgeType + 'static, S: BuildHasher + 'static]
        |graph| .edges = graph.all_edges().map(|(_, _, weight)| weight);
    MatrixGraph<N, E, RandomState, Directed, Option<E>, Ix>: [N, E] [Ix: IndexType]
        |graph|
        .nodes = graph.node_references().map(|(_, weight)| weight),
        .edges = graph.edge_references().map(|(_, _, weight)| weight);
    // An edge is in the matrix once.
    MatrixGraph<N, E, RandomState, Undirected, Option<E>, Ix>: [N, E] [Ix: IndexType]
        |graph|
        .nodes = graph.node_references().map(|(_, weight)| weight),
        .edges = graph.edge_references().map(|(_, _, weight)| weight);
    // An undirected edge is two, each with a weight of its own.
    csr::Csr<N, E, Ty, Ix>: [N, E] [Ty: EdgeType + 'static, Ix: IndexType]
        |graph|
        .nodes = graph.node_references().map(|(_, weight)| weight),
        .edges = graph.edge_references().map(|edge| edge.weight());
    adj::List<E, Ix>: [E] [Ix: IndexType]
        |graph| .edges = graph.edge_indices().filter_map(|index| graph.edge_weight(index));
}

/// The arrays of a graph. (The other kinds of graph do not say how large theirs are.)
#[cfg(feature = "inspect")]
fn bytes<N, E, Ix>((nodes, edges): (usize, usize)) -> usize {
    of_array::<Node<N, Ix>>(nodes) + of_array::<Edge<E, Ix>>(edges)
}

leaf! {
    NodeIndex<Ix>: [Ix: IndexType],
    EdgeIndex<Ix>: [Ix: IndexType],
    adj::EdgeIndex<Ix>: [Ix: IndexType],
    UnionFind<K>: [K: 'static],
    Directed,
    Direction,
    Undirected,
}
