"use strict";

/** The items of a list whose key was not there before, in order: the first of each key. Keys are told apart as in a Map. */
function uniqueBy(items, key) {
  return items.filter((item, at) => items.findIndex((other) => Object.is(key(other), key(item))) === at);
}

module.exports = { uniqueBy };
