"use strict";

/** The fields of a line of CSV. A field in quotes may hold commas, and a quote that is written twice. */
function fields(line) {
  const found = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (quoted && c === '"' && line[i - 1] === '"') {
      field += '"';
      i++;
    } else if (c === '"') {
      quoted = !quoted;
    } else if (c === "," && !quoted) {
      found.push(field);
      field = "";
    } else {
      field += c;
    }
  }
  if (quoted) {
    throw new SyntaxError("a quote is not closed");
  }
  return [...found, field];
}

module.exports = { fields };
