"use strict";

/** A shop that remembers what happened. Sales are numbered from 1. */
class Shop {
  constructor() {
    this.events = [];
  }

  deliver(item, count) {
    this.events.push({ type: "delivered", item, count });
  }

  /** Returns the sale's id. */
  sell(item, count) {
    const id = this.events.filter((event) => event.type === "sold").length + 1;
    this.events.push({ type: "sold", id, item, count });
    return id;
  }
}

module.exports = { Shop };
