"use strict";

/** Allows at most `limit` events in any `windowMs` milliseconds. */
class Limiter {
  constructor(limit, windowMs) {
    if (limit < 1 || windowMs <= 0) {
      throw new RangeError("limit and window must be positive");
    }
    this.limit = limit;
    this.windowMs = windowMs;
    this.times = [];
  }

  /** Whether an event at time `now` (ms) is allowed; one that is allowed counts. */
  allow(now) {
    this.times = this.times.filter((time) => now - time >= 0);
    if (this.times.length >= this.limit) {
      return false;
    }
    this.times.push(now);
    return true;
  }

  /** How long after `now` the next event will be allowed: 0 if at once. */
  wait(now) {
    const recent = this.times.filter((time) => now - time < this.windowMs);
    if (recent.length < this.limit) {
      return 0;
    }
    return recent[0] + this.windowMs - now;
  }
}

module.exports = { Limiter };
