//! Ways between places.

mod graph;
mod route;

pub use graph::Graph;
pub use route::distance;
