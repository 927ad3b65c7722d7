//! Roads between places.

use std::collections::BTreeMap;

/// Roads that can be driven both ways, each with its length.
#[derive(Default)]
pub struct Graph {
    roads: BTreeMap<String, Vec<(String, u32)>>,
}

impl Graph {
    /// Adds a road.
    pub fn road(&mut self, a: &str, b: &str, length: u32) {
        for (from, to) in [(a, b), (b, a)] {
            let roads = self.roads.entry(from.to_string()).or_default();
            roads.push((to.to_string(), length));
        }
    }

    /// Returns the roads from a place.
    pub fn from(&self, place: &str) -> &[(String, u32)] {
        self.roads.get(place).map_or(&[], |roads| roads.as_slice())
    }
}
