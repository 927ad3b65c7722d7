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
}

module.exports = { Keys };
