"use strict";

/** Hands the keys that are pressed to whoever listens to one of them. */
class Keys {
  constructor() {
    this.listeners = new Map();
  }

  /** Calls `work` whenever `key` is pressed. */
  on(key, work) {
    this.listeners.set(key, work);
  }

  /** A key was pressed: returns whether anybody listened. */
  press(key) {
    const work = this.listeners.get(key);
    if (work) {
      work(key);
    }
    return Boolean(work);
  }

  /** The keys that somebody listens to, sorted, as one text: `a, b`; "none" where there is none. */
  help() {
    return [...this.listeners.keys()].sort().join(", ") || "none";
  }

  /** Nobody listens to `key` any more: returns whether anybody did. */
  off(key) {
    return this.listeners.delete(key);
  }
}

module.exports = { Keys };
