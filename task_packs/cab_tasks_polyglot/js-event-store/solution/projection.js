"use strict";

/** The stock of each item that was ever delivered or sold, by its name. */
function stock(events) {
  const gone = new Set(events.filter((event) => event.type === "cancelled").map((event) => event.id));
  const counts = {};
  for (const event of events) {
    if (event.type === "delivered") {
      counts[event.item] = (counts[event.item] || 0) + event.count;
    } else if (event.type === "sold" && !gone.has(event.id)) {
      counts[event.item] = (counts[event.item] || 0) - event.count;
    }
  }
  return counts;
}

module.exports = { stock };
