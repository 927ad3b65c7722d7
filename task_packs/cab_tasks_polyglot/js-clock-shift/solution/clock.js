"use strict";

/** A time moved by so many minutes. A text that is no time is a RangeError. */
function shift(time, minutes) {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) {
    throw new RangeError(`no time: ${time}`);
  }
  const [hours, rest] = time.split(":").map(Number);
  const all = (((hours * 60 + rest + minutes) % 1440) + 1440) % 1440;
  return [Math.floor(all / 60), all % 60].map((n) => String(n).padStart(2, "0")).join(":");
}

module.exports = { shift };
