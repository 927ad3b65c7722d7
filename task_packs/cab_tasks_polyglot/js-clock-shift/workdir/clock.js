"use strict";

/** A time moved by so many minutes. A text that is no time is a RangeError. */
function shift(time, minutes) {
  throw new Error("not written yet");
}

module.exports = { shift };
