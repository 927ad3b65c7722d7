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

  /** Cancels a sale; returns whether there was one that was not cancelled already. */
  cancel(id) {
    const has = (type) => this.events.some((event) => event.type === type && event.id === id);
    if (!has("sold") || has("cancelled")) {
      return false;
    }
    this.events.push({ type: "cancelled", id });
    return true;
  }
}

module.exports = { Shop };
