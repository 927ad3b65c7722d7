"use strict";

/** Counts the calls of a function. */
function metered(work) {
  const meter = (value) => {
    meter.calls += 1;
    return work(value);
  };
  meter.calls = 0;
  return meter;
}

module.exports = { metered };
