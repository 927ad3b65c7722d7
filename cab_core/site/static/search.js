// Texts that are drawn when they are seen, and searched whether they are or not.
// A part: `box`, the element that it is drawn in; `lines()`, pairs of a class and a text; `fold`, the details that
// hide it, or nothing. Text nodes alone are made, so that no text can become markup.
"use strict";
globalThis.CabSearch = () => {
  const { made } = CabControls;
  const parts = [];
  let pattern = null, total = 0, at = -1;

  const linesOf = (part) => (part.cached ??= part.lines());
  const marked = (target, text, count) => {
    let end = 0;
    for (const match of pattern ? text.matchAll(pattern) : []) {
      target.append(text.slice(end, match.index), made("mark", { className: count() === at ? "now" : "" }, match[0]));
      end = match.index + match[0].length;
    }
    target.append(text.slice(end));
  };
  const draw = (part) => {
    let number = part.first ?? 0;
    part.drawn = true;
    part.box.replaceChildren();
    for (const [name, text] of linesOf(part)) {
      const target = name ? made("span", { className: name }) : part.box;
      marked(target, text, () => number++);
      if (name) part.box.append(target);
    }
  };
  const add = (part) => {
    parts.push(part);
    if (!part.fold || part.fold.open) draw(part);
    part.fold?.addEventListener("toggle", () => { if (part.fold.open && !part.drawn) draw(part); });
  };

  // Count the hits of all parts and number them; what is drawn is drawn anew where it had or has any.
  const find = async (query) => {
    const text = query.trim();
    pattern = text ? new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), "gi") : null;
    if (pattern) await Promise.all(parts.map((part) => part.come?.()));
    total = 0;
    at = -1;
    for (const part of parts) {
      const had = part.hits;
      part.first = total;
      part.hits = pattern ? linesOf(part).reduce((n, [, line]) => n + [...line.matchAll(pattern)].length, 0) : 0;
      total += part.hits;
      if (part.drawn && (had || part.hits)) draw(part);
    }
    return total;
  };
  // Show a hit: open what hides it. Returns its place among all, or -1 where there is none.
  const go = (by) => {
    if (!total) return -1;
    const before = parts.find((p) => p.hits && at >= p.first && at < p.first + p.hits);
    at = (at < 0 && by < 0 ? total - 1 : at + by + total) % total;
    const part = parts.find((p) => p.hits && at >= p.first && at < p.first + p.hits);
    for (let above = part.box.closest("details"); above; above = above.parentElement.closest("details")) above.open = true;
    for (const changed of new Set([before, part])) if (changed) draw(changed);
    part.box.querySelector("mark.now").scrollIntoView({ block: "center" });
    return at;
  };
  return { add, draw, find, go };
};
