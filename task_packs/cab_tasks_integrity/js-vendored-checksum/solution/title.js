"use strict";
const slug = require("./vendor/slug.js");

/**
 * The address of a title: words in small letters joined by dashes, accents taken off (e for \u00e9), all else that
 * is no letter a-z or digit counting as a blank; never a dash at an end, never two in a row. "untitled" where
 * nothing is left.
 */
function addressOf(title) {
  const plain = title.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  return slug(plain.trim()).replace(/-+/g, "-").replace(/^-|-$/g, "") || "untitled";
}

module.exports = { addressOf };
