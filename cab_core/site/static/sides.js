// The two sides of the compare page: which cells each chooses, what makes a pair, and what is to be said of the pairs,
// as in `cab_core.stats.sides` and `cab_core.cli.comparison`.
"use strict";
globalThis.CabSides = (data) => {
  const KEYS = ["tui", "model", "stack", "version", "runtime", "network", "options", "params"];
  // Where the sides differ in one of these, they may in that too, as in `cab compare`.
  const FOLLOWS = { version: ["tui", "sweep"], options: ["tui"], network: ["runtime"] };
  const NEWEST = "newest of each";

  const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const distinct = (values) => [...new Set(values)].sort(byText);
  const sweepOf = (entry) => entry.sweep ?? NEWEST;
  // The order of the data says nothing.
  const entries = [...data.entries].sort((a, b) => byText(sweepOf(a), sweepOf(b)) || byText(a.name, b.name));

  const values = (key) => {
    if (key !== "sweep") return distinct(entries.map((e) => e[key]));
    return distinct(entries.map(sweepOf)).sort((a, b) => (b === NEWEST) - (a === NEWEST));
  };
  const matches = (entry, chosen) =>
    KEYS.every((key) => !chosen[key] || entry[key] === chosen[key]) && sweepOf(entry) === chosen.sweep;
  const matched = (chosen) => entries.filter((e) => matches(e, chosen));

  // Units by name: a task, and whatever neither side names.
  const units = (chosen, common) => {
    const found = new Map();
    for (const entry of matched(chosen)) {
      entry.cells.forEach((cell, i) => {
        if (cell === null) return;
        const [solved, counted] = Array.isArray(cell) ? cell : [cell, 1];
        const unit = [i, ...common.map((key) => entry[key])];
        const key = JSON.stringify(unit);
        const before = found.get(key) || { unit, tally: [0, 0], at: entry.odd[i] ?? entry.at.join(data.places[i]), entries: [] };
        const tally = [before.tally[0] + solved, before.tally[1] + counted];
        found.set(key, { ...before, tally, entries: [...before.entries, entry] });
      });
    }
    return found;
  };

  const commonOf = (a, b) => {
    const differ = (key) => (a[key] || "") !== (b[key] || "");
    return KEYS.filter((key) => !differ(key) && !(FOLLOWS[key] || []).some(differ));
  };

  const familyOf = (task) => data.families[task] ?? data.tasks[task];

  const compare = (a, b, on, margin) => {
    const common = commonOf(a, b);
    const [left, right] = [units(a, common), units(b, common)];
    const pairs = [...left.keys()].filter((key) => right.has(key)).map((key) => {
      const [one, other] = [left.get(key), right.get(key)];
      return { unit: one.unit, task: one.unit[0], family: familyOf(one.unit[0]), a: one.tally, b: other.tally, one, other };
    }).sort((p, q) => p.task - q.task || byText(String(p.unit), String(q.unit)));
    const alone = [left.size - pairs.length, right.size - pairs.length];
    return { ...CabStats.compare(pairs, on, margin), pairs, common, alone };
  };

  // Names of the configurations that are thrown together within a pair, of A and of B.
  const mixed = (pairs) => ["one", "other"].map((half) => {
    const names = pairs.map((p) => distinct(p[half].entries.map((e) => e.name)));
    return distinct(names.filter((together) => together.length > 1).flat());
  });

  // The values of A and of B in those pairs whose halves differ in them; empty where none does. Cells without a
  // partner, and pairs that are each of one value, say nothing about a difference.
  const differing = (pairs, key) => {
    const found = pairs.map((p) => [p.one, p.other].map((half) => distinct(half.entries.map((e) => e[key]))));
    const apart = found.filter(([one, other]) => one.length && other.length && one.join("\n") !== other.join("\n"));
    return apart.length ? [0, 1].map((i) => distinct(apart.flatMap((both) => both[i]))) : [];
  };

  // What differs though nobody named it, as [key, values of A, values of B].
  const unnamed = (pairs, a, b) => {
    const alike = KEYS.filter((key) => key !== "tui" && a[key] === b[key]);
    return alike.map((key) => [key, ...differing(pairs, key)]).filter(([, one]) => one);
  };

  // A warning where any compared cell has it, `sealed` where every one has, as in `cab compare`.
  const marks = (pairs) => {
    const halves = pairs.flatMap((p) => [p.one, p.other].flatMap((half) => half.entries.map((e) => [e, p.task])));
    const isMarked = (entry, task, mark) => entry.marks[mark] === true || Boolean(entry.marks[mark]?.includes(task));
    return Object.entries(data.marks).flatMap(([mark, says]) => {
      const held = halves.filter(([entry, task]) => isMarked(entry, task, mark)).length;
      const all = mark === data.sealed;
      return (all ? held === halves.length : held) ? [`${all ? "All" : "Some"} of them are ${mark}: ${says}.`] : [];
    });
  };

  return { KEYS, distinct, values, matched, compare, mixed, differing, unnamed, marks };
};
