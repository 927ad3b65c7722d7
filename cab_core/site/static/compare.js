// The compare page: choose two sides, pair them, show the difference and the flipped tasks.
"use strict";
(() => {
  const data = window.cabCompare;
  const form = document.getElementById("compare");
  const result = document.getElementById("result");
  const KEYS = ["tui", "model", "stack", "version", "runtime", "network", "options", "params"];
  const ALWAYS = ["tui", "model", "stack", "sweep"]; // the others are offered where there is a choice
  // Where the sides differ in one of these, they may in that too, as in `cab compare`.
  const FOLLOWS = { version: ["tui", "sweep"], options: ["tui"], network: ["runtime"] };
  const NEWEST = "newest of each";
  const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
  const visible = (text) => String(text).replace(hidden, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
  const element = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = visible(text);
    if (name) made.className = name;
    return made;
  };
  const percent = (v, sign = false) => (v === null ? "–" : `${sign && v > 0 ? "+" : v < 0 ? "−" : ""}${Math.abs(v * 100).toFixed(1)}%`);

  const distinct = (values) => [...new Set(values)].sort();

  const side = (name) => {
    const chosen = {};
    for (const select of form.querySelectorAll(`[data-side="${name}"] select`)) chosen[select.dataset.key] = select.value;
    return chosen;
  };
  const matches = (entry, chosen) =>
    KEYS.every((key) => !chosen[key] || entry[key] === chosen[key]) && (entry.sweep ?? NEWEST) === chosen.sweep;

  // Units by name: a task, and whatever neither side names. Values are [solved, counted, address].
  const units = (chosen, common) => {
    const found = new Map();
    for (const entry of data.entries.filter((e) => matches(e, chosen))) {
      entry.cells.forEach((cell, i) => {
        if (cell === null) return;
        const [solved, counted] = Array.isArray(cell) ? cell : [cell, 1];
        const unit = [i, ...common.map((key) => entry[key])];
        const key = JSON.stringify(unit);
        const before = found.get(key) || { unit, solved: 0, counted: 0, at: entry.odd[i] ?? entry.at.join(data.places[i]), entries: [] };
        found.set(key, { ...before, solved: before.solved + solved, counted: before.counted + counted, entries: [...before.entries, entry] });
      });
    }
    return found;
  };

  const commonOf = (a, b) => {
    const differ = (key) => (a[key] || "") !== (b[key] || "");
    return KEYS.filter((key) => !differ(key) && !(FOLLOWS[key] || []).some(differ));
  };

  const compare = (a, b) => {
    const common = commonOf(a, b);
    const [left, right] = [units(a, common), units(b, common)];
    const pairs = [...left.keys()].filter((key) => right.has(key)).map((key) => {
      const [one, other] = [left.get(key), right.get(key)];
      return { unit: one.unit, a: one.solved / one.counted, b: other.solved / other.counted, one, other };
    });
    const mixed = ["one", "other"].map((half) => distinct(pairs.map((p) => distinct(p[half].entries.map((e) => e.name))).filter((names) => names.length > 1).flat()));
    const tasks = new Map();
    for (const pair of pairs) tasks.set(pair.unit[0], [...(tasks.get(pair.unit[0]) || []), pair]);
    const rows = [...tasks.entries()].sort(([x], [y]) => x - y).map(([, group]) => group);
    const of = (pick) => rows.map((group) => CabStats.mean(group.map(pick)));
    const differences = of((p) => p.a - p.b);
    const better = differences.filter((d) => d > 0).length;
    const worse = differences.filter((d) => d < 0).length;
    return {
      pairs, common, mixed, tasks: rows.length, better, worse,
      a: rows.length ? CabStats.mean(of((p) => p.a)) : null,
      b: rows.length ? CabStats.mean(of((p) => p.b)) : null,
      p: CabStats.exactMcNemar(better, worse),
      interval: CabStats.pairedBootstrap(differences),
      alone: [left.size - pairs.length, right.size - pairs.length],
    };
  };

  const figures = (found) => {
    const list = element("dl", undefined, "figures");
    const interval = found.interval ? `${percent(found.interval[0], true)} to ${percent(found.interval[1], true)}` : "not to be had";
    for (const [name, value] of [
      ["Tasks in common", found.tasks], ["A", percent(found.a)], ["B", percent(found.b)],
      ["A − B", percent(found.a - found.b, true)], ["95% interval", interval], ["McNemar, exact p", found.p.toFixed(4)],
      ["A better on", found.better], ["B better on", found.worse],
    ]) {
      const box = element("div");
      box.append(element("dt", name), element("dd", value));
      if (name === "95% interval") box.lastChild.style.fontSize = "1rem";
      list.append(box);
    }
    return list;
  };

  const flips = (found) => {
    const flipped = found.pairs.filter((p) => p.a !== p.b);
    const parts = [element("h2", `${flipped.length} flipped`)];
    if (!flipped.length) return [...parts, element("p", "Both sides agree on every pair.", "soft")];
    const shown = found.common.map((key, i) => i + 1).filter((i) => ALWAYS.includes(found.common[i - 1]) || new Set(found.pairs.map((p) => p.unit[i])).size > 1);
    const table = element("table");
    const head = table.createTHead().insertRow();
    for (const name of ["Task", "A", "B", "Better"]) {
      const cell = element("th", name);
      cell.scope = "col";
      head.append(cell);
    }
    const body = table.createTBody();
    for (const pair of flipped.slice(0, 500)) {
      const row = body.insertRow();
      const name = element("th", [data.tasks[pair.unit[0]], ...shown.map((i) => pair.unit[i]).filter((v) => v !== "none")].join(" · "));
      name.scope = "row";
      row.append(name);
      for (const [value, from] of [[pair.a, pair.one], [pair.b, pair.other]]) {
        const link = element("a", value === 1 ? "✓ solved" : value === 0 ? "✗ not solved" : percent(value));
        link.href = `${from.at}/index.html`;
        row.insertCell().append(link);
      }
      row.insertCell().textContent = pair.a > pair.b ? "A" : "B";
    }
    const scroll = element("div", undefined, "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Flipped tasks");
    scroll.append(table);
    return [...parts, scroll];
  };

  const verdict = (found) => {
    if (!found.interval) return "Too little varies among these tasks for an interval.";
    const [low, high] = found.interval;
    if (low > 0 || high < 0) return `${low > 0 ? "A" : "B"} does better on these tasks: the interval leaves out 0.`;
    return "These tasks do not tell A and B apart: the interval holds 0.";
  };

  // The values of A and of B in those pairs whose halves differ in them; empty where none does. Cells without a
  // partner, and pairs that are each of one value, say nothing about a difference.
  const differing = (pairs, key) => {
    const values = pairs.map((p) => [p.one, p.other].map((half) => distinct(half.entries.map((e) => e[key]))));
    const apart = values.filter(([one, other]) => one.length && other.length && one.join("\n") !== other.join("\n"));
    return apart.length ? [0, 1].map((i) => distinct(apart.flatMap((both) => both[i]))) : [];
  };
  const isMarked = (entry, task, mark) => entry.marks[mark] === true || Boolean(entry.marks[mark]?.includes(task));
  // A warning where any compared cell has it, `sealed` where every one has, as in `cab compare`.
  const marks = (pairs) => {
    const halves = pairs.flatMap((p) => [p.one, p.other].flatMap((half) => half.entries.map((e) => [e, p.unit[0]])));
    return Object.entries(data.marks).flatMap(([mark, says]) => {
      const held = halves.filter(([entry, task]) => isMarked(entry, task, mark)).length;
      const all = mark === data.sealed;
      return (all ? held === halves.length : held) ? [`${all ? "All" : "Some"} of them are ${mark}: ${says}.`] : [];
    });
  };

  const update = () => {
    const [a, b] = [side("A"), side("B")];
    history.replaceState(null, "", `#${new URLSearchParams(new FormData(form))}`);
    const found = compare(a, b);
    // Where there is no pair, all cells count: a difference may be why.
    const [allOfA, allOfB] = [a, b].map((chosen) => ({ entries: data.entries.filter((e) => matches(e, chosen)) }));
    const held = found.tasks ? found.pairs : [{ one: allOfA, other: allOfB }];
    const unnamed = KEYS.filter((key) => key !== "tui" && a[key] === b[key]).map((key) => [key, ...differing(held, key)]).filter(([, one]) => one);
    const left = [...new Set([...allOfA.entries, ...allOfB.entries])].reduce((sum, e) => sum + e.out, 0);
    const leftOut = `${left === 1 ? "1 cell has" : `${left} cells have`} no verdict and ${left === 1 ? "is" : "are"} left out.`;
    if (!found.tasks) {
      const apart = unnamed.filter(([key, one, other]) => found.common.includes(key) && !one.some((v) => other.includes(v)));
      result.replaceChildren(element("p", "No task has a verdict on both sides: there is nothing to compare.", "soft"), ...(left ? [element("p", leftOut, "soft small")] : []), ...apart.map(([key, one, other]) =>
        element("p", `A has ${key} ${one.join(", ")}, B has ${key} ${other.join(", ")}, and neither names it: what is not named must be equal within a pair. To compare them all the same, choose it on both sides.`)));
      return;
    }
    const unasked = unnamed.filter(([key]) => !found.common.includes(key) && !(["version", "options"].includes(key) && a.tui !== b.tui));
    const warnings = [
      ...found.mixed.map((names, i) => names.length && `Mixed: ${"AB"[i]} holds several configurations within one pair, and their mean is what is compared: ${names.join(", ")}. Choose which is meant, such as a version or a runtime.`),
      ...unasked.map(([key, one, other]) => `They differ in ${key} too (A: ${one.join(", ")}; B: ${other.join(", ")}): a difference may be theirs.`),
    ].filter(Boolean);
    const notes = [`${found.pairs.length} pairs.`, `Without a partner: ${found.alone[0]} of A, ${found.alone[1]} of B.`];
    if (left) notes.push(leftOut);
    notes.push(...marks(found.pairs));
    const runtimes = distinct(differing(found.pairs, "runtime").flat());
    if (runtimes.length) notes.push(`They ran in different sandboxes (${runtimes.join(", ")}): a difference may be theirs.`);
    result.replaceChildren(figures(found), ...warnings.map((text) => element("p", text, "note")), element("p", verdict(found)), element("p", notes.join(" "), "soft small"), ...flips(found));
  };

  const fill = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const select of form.querySelectorAll("select")) {
      const key = select.dataset.key;
      const values = [...new Set(data.entries.map((e) => (key === "sweep" ? e.sweep ?? NEWEST : e[key])))];
      const before = select.value || asked.get(select.name);
      const any = key === "sweep" ? [] : [["", "any"]];
      select.replaceChildren(...[...any, ...values.map((v) => [v, v])].map(([value, text]) => {
        const option = element("option", text);
        option.value = value;
        return option;
      }));
      if (values.includes(before)) select.value = before;
      select.parentElement.hidden = !ALWAYS.includes(key) && values.length < 2;
    }
    prefer();
  };

  // Nothing chosen yet: two that differ, so that the page opens with an answer.
  const prefer = () => {
    if (KEYS.some((key) => side("A")[key] || side("B")[key])) return;
    for (const key of KEYS) {
      const values = [...new Set(data.entries.map((e) => e[key]))];
      if (values.length < 2) continue;
      ["A", "B"].forEach((name, i) => { form.querySelector(`[data-side="${name}"] [data-key="${key}"]`).value = values[i]; });
      return;
    }
  };

  form.addEventListener("change", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  fill();
  update();
})();
