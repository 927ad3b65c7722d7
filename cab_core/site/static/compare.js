// The compare page: choose two sides, pair them, show the difference and the flipped tasks.
"use strict";
(() => {
  const data = window.cabCompare;
  const { KEYS, distinct, values, matched, compare, mixed, differing, unnamed, marks } = CabSides(data);
  const { order, FEWEST, FEW } = CabStats;
  const { percent, probability } = CabRounding;
  const form = document.getElementById("compare");
  const result = document.getElementById("result");
  const ALWAYS = ["tui", "model", "stack", "sweep"]; // the others are offered where there is a choice
  const MOST = 500; // flipped pairs that are shown
  const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
  const visible = (text) => String(text).replace(hidden, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
  const element = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = visible(text);
    if (name) made.className = name;
    return made;
  };
  const shown = (value, signed = false) => percent(value, 1, signed).replace("-", "−");
  const count = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
  const equals = (p) => `p ${p < 0.0001 ? "" : "= "}${probability(p)}`.replaceAll(" ", "\u00a0"); // kept on one line

  const side = (name) => {
    const chosen = {};
    for (const select of form.querySelectorAll(`[data-side="${name}"] select`)) chosen[select.dataset.key] = select.value;
    return chosen;
  };

  // An end that the verdict cuts at 0 is no part of the interval.
  const intervalText = ({ interval, says }) => {
    const [low, high] = [interval.low, interval.high].map((end) => shown(end, true));
    const isZero = (text) => Number.parseFloat(text) === 0;
    if (says === "better" && isZero(low)) return `more than 0% to ${high}`;
    return says === "worse" && isZero(high) ? `${low} to less than 0%` : `${low} to ${high}`;
  };

  const figures = (found) => {
    const list = element("dl", undefined, "figures");
    const families = found.families < found.tasks ? ` in ${count(found.families, "family", "families")}` : "";
    for (const [name, value] of [
      ["Tasks in common", `${found.tasks}${families}`], ["A", shown(found.a)], ["B", shown(found.b)],
      ["A − B", shown(found.difference, true)], ["95% interval", intervalText(found)], ["p of the test", probability(found.p)],
      ["A better on", found.better], ["B better on", found.worse],
    ]) {
      const box = element("div");
      box.append(element("dt", name), element("dd", value));
      if (String(value).length > 9) box.lastChild.style.fontSize = "1rem";
      list.append(box);
    }
    return list;
  };

  // It comes from p alone.
  const verdict = ({ says, on, p }) => {
    const where = on === "like" ? "on tasks like these" : "on exactly these tasks";
    return element("p", {
      better: `A does better ${where}: ${equals(p)}.`,
      worse: `B does better ${where}: ${equals(p)}.`,
      undecided: `Undecided: chance alone may bring such a difference, ${equals(p)}.`,
    }[says], "verdict");
  };

  // What a margin allows, where one is asked for: `cab_core.cli.comparison_margin` says the same.
  const outward = (bound, to) => shown(to(Number((bound * 1000).toPrecision(9))) / 1000, true);
  const marginAsked = () => {
    const share = form.elements.margin.valueAsNumber / 100;
    return share > 0 && share < 1 ? share : null;
  };
  const ofMargin = ({ margin }) => {
    if (!margin) return [];
    const { low, high, loss, gain, verdict: found } = margin;
    const m = `${Number((100 * marginAsked()).toPrecision(6))}%`;
    const excluded = (is) => (is ? "is excluded" : "is not excluded");
    const told = {
      better: "A does better.", worse: "B does better.", equivalent: `no difference as large as ${m}.`,
      "not worse": `A is not worse by ${m} or more.`, undecided: "undecided.",
    }[found];
    const [lower, upper] = [low > -1 ? `A − B > ${outward(low, Math.floor)}` : "no lower bound", high < 1 ? `A − B < ${outward(high, Math.ceil)}` : "no upper bound"];
    return [element("p", `With a margin of ${m}: ${told} A worse by ${m} or more ${excluded(loss)} (${lower}), A better by ${m} or more ${excluded(gain)} (${upper}); each claim is wrong in at most 5%.`, "margin")];
  };

  // How far the verdict and the interval go.
  const reach = (found) => {
    const [one, many] = found.families < found.tasks ? ["family of tasks", "families of tasks"] : ["task", "tasks"];
    const few = found.on === "these"
      ? "With so few cells no result could decide; more tasks or attempts are needed."
      : `With ${count(found.families, one, many)} no result could decide; at least ${FEWEST} are needed.`;
    const bySweep = side("A").sweep !== side("B").sweep;
    const possible = bySweep ? data.by_sweep : data.comparisons;
    const n = possible.toLocaleString("en");
    const all = Math.min(1, found.p * possible);
    return [
      found.decidable || few,
      !found.interval.weak || `The interval is weak: of ${FEW} ${many} at most, it covers the truth less often than 95%.`,
      possible < 2 || `Picked out of the ${n} pairs of ${bySweep ? "configurations and sweeps" : "configurations"} after the results were seen: ${found.says !== "undecided" && all <= 0.05 ? "decided" : "undecided"}, ${equals(all)} with all of them allowed for.`,
    ].filter((text) => text !== true).map((text) => element("p", text));
  };

  const rateText = ([solved, counted]) => (solved === counted ? "✓ solved" : solved === 0 ? "✗ not solved" : shown(solved / counted));

  const flips = (found) => {
    const flipped = found.pairs.filter((p) => order(p.a, p.b) !== 0);
    const parts = [element("h2", `${flipped.length} flipped`)];
    if (!flipped.length) return [...parts, element("p", "Both sides agree on every pair.", "soft")];
    const told = found.common.map((key, i) => i + 1).filter((i) => ALWAYS.includes(found.common[i - 1]) || new Set(found.pairs.map((p) => p.unit[i])).size > 1);
    const table = element("table");
    const head = table.createTHead().insertRow();
    for (const name of ["Task", "A", "B", "Better"]) {
      const cell = element("th", name);
      cell.scope = "col";
      head.append(cell);
    }
    const body = table.createTBody();
    for (const pair of flipped.slice(0, MOST)) {
      const row = body.insertRow();
      const name = element("th", [data.tasks[pair.task], ...told.map((i) => pair.unit[i]).filter((v) => v !== "none")].join(" · "));
      name.scope = "row";
      row.append(name);
      for (const [tally, half] of [[pair.a, pair.one], [pair.b, pair.other]]) {
        const link = element("a", rateText(tally));
        link.href = `${half.at}/index.html`;
        row.insertCell().append(link);
      }
      row.insertCell().textContent = order(pair.a, pair.b) > 0 ? "A" : "B";
    }
    const scroll = element("div", undefined, "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Flipped tasks");
    scroll.append(table);
    if (flipped.length > MOST) parts.push(element("p", `The first ${MOST} of them.`, "soft"));
    return [...parts, scroll];
  };

  const leftOut = (both) => {
    const n = [...new Set(both)].reduce((sum, e) => sum + e.out, 0);
    return n ? [`${count(n, "cell has", "cells have")} no verdict and ${n === 1 ? "is" : "are"} left out.`] : [];
  };

  // A cell on both sides would be held against itself, as `cab compare` says.
  const refusal = (both) => {
    return element("p", `${count(both.length, "configuration is", "configurations are")} on both sides, first: ${both[0].name}. A comparison holds cells against others: choose A and B so that no cell is in both.`, "note");
  };

  const nothing = (found, a, b, [ofA, ofB]) => {
    // Where there is no pair, all cells count: a difference may be why.
    const apart = unnamed([{ one: { entries: ofA }, other: { entries: ofB } }], a, b)
      .filter(([key, one, other]) => found.common.includes(key) && !one.some((v) => other.includes(v)));
    return [
      element("p", "No task has a verdict on both sides: there is nothing to compare.", "soft"),
      ...leftOut([...ofA, ...ofB]).map((text) => element("p", text, "soft small")),
      ...apart.map(([key, one, other]) => element("p", `A has ${key} ${one.join(", ")}, B has ${key} ${other.join(", ")}, and neither names it: what is not named must be equal within a pair. To compare them all the same, choose it on both sides.`)),
    ];
  };

  const warnings = (found, a, b) => {
    const expected = (key) => ["version", "options"].includes(key) && a.tui !== b.tui; // two CLIs never share these
    const unasked = unnamed(found.pairs, a, b).filter(([key]) => !found.common.includes(key) && !expected(key));
    return [
      ...mixed(found.pairs).map((names, i) => names.length && `Mixed: ${"AB"[i]} holds several configurations within one pair, and their mean is what is compared: ${names.join(", ")}. Choose which is meant, such as a version or a runtime.`),
      ...unasked.map(([key, one, other]) => `They differ in ${key} too (A: ${one.join(", ")}; B: ${other.join(", ")}): a difference may be theirs.`),
    ].filter(Boolean).map((text) => element("p", text, "note"));
  };

  const notes = (found, both) => {
    const runtimes = distinct(differing(found.pairs, "runtime").flat());
    return [
      data.estimands[found.on],
      `${found.pairs.length} pairs.`, `Without a partner: ${found.alone[0]} of A, ${found.alone[1]} of B.`,
      ...leftOut(both), ...marks(found.pairs),
      ...(runtimes.length ? [`They ran in different sandboxes (${runtimes.join(", ")}): a difference may be theirs.`] : []),
    ].join(" ");
  };

  const update = () => {
    const [a, b] = [side("A"), side("B")];
    history.replaceState(null, "", `#${new URLSearchParams(new FormData(form))}`);
    const [ofA, ofB] = [matched(a), matched(b)];
    const both = ofA.filter((e) => ofB.includes(e));
    if (both.length) return result.replaceChildren(refusal(both));
    const found = compare(a, b, form.elements.on.value, marginAsked());
    if (!found.tasks) return result.replaceChildren(...nothing(found, a, b, [ofA, ofB]));
    const said = element("p", notes(found, [...ofA, ...ofB]), "soft small");
    return result.replaceChildren(figures(found), verdict(found), ...ofMargin(found), ...reach(found), ...warnings(found, a, b), said, ...flips(found));
  };

  const fill = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (Object.keys(data.estimands).includes(asked.get("on"))) form.elements.on.value = asked.get("on");
    form.elements.margin.value = asked.get("margin") ?? "";
    for (const select of form.querySelectorAll("[data-side] select")) {
      const key = select.dataset.key;
      const there = values(key);
      const before = select.value || asked.get(select.name);
      const any = key === "sweep" ? [] : [["", "any"]];
      select.replaceChildren(...[...any, ...there.map((v) => [v, v])].map(([value, text]) => {
        const option = element("option", text);
        option.value = value;
        return option;
      }));
      if (there.includes(before)) select.value = before;
      select.parentElement.hidden = !ALWAYS.includes(key) && there.length < 2;
    }
    prefer();
  };

  // Nothing chosen yet: two that differ, so that the page opens with an answer.
  const prefer = () => {
    if ([...KEYS, "sweep"].some((key) => side("A")[key] !== side("B")[key]) || KEYS.some((key) => side("A")[key])) return;
    for (const key of KEYS) {
      const there = values(key);
      if (there.length < 2) continue;
      ["A", "B"].forEach((name, i) => { form.querySelector(`[data-side="${name}"] [data-key="${key}"]`).value = there[i]; });
      return;
    }
  };

  form.addEventListener("change", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  fill();
  update();
})();
