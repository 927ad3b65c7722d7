"use strict";

/** How many of so many equal items are paid: of each three the third is free. */
function payable(count) {
  return count - Math.floor(count / 2);
}

/** A sum less so many per cent, 0 to 100, rounded to the cent in the buyer's favour. */
function reduced(cents, percent) {
  if (percent < 0 || percent > 100) {
    throw new RangeError("per cent");
  }
  return Math.floor((cents * (100 - percent)) / 100);
}

module.exports = { payable, reduced };
