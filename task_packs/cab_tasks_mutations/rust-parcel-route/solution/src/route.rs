//! The shortest way.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::graph::Graph;

/// Returns the length of the shortest way, 0 to the place itself, None where there is no way.
pub fn distance(graph: &Graph, from: &str, to: &str) -> Option<u32> {
    let mut best = BTreeMap::new();
    let mut open = BinaryHeap::new();
    open.push(Reverse((0, from.to_string())));
    while let Some(Reverse((so_far, place))) = open.pop() {
        if best.contains_key(&place) {
            continue;
        }
        for (next, length) in graph.from(&place) {
            open.push(Reverse((so_far + length, next.clone())));
        }
        best.insert(place, so_far);
    }
    best.get(to).copied()
}
