// Trace replay: a moment in time that walks over the spans.
// Keys, while the box has the focus (or nothing has, and the box is in view): space, left/right, comma/period.
"use strict";
(async () => {
  const stage = document.getElementById("replay-stage");
  if (!stage) return;
  await CabLate.near(stage, "spans");
  const time = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);
  const value = (row, name) => Number(row.style.getPropertyValue(`--${name}`));
  const lasted = (row) => (row.style.getPropertyValue("--ms") ? time(value(row, "ms")) : "–");
  const { made, button, play: playButton, range: slider, speed: speeds, row: controls } = CabControls;
  controls(
    stage, playButton(), button("prev", "‹ span", "Previous span"), button("next", "span ›", "Next span"),
    button("back", "−100 ms", "Back 100 ms"), button("ahead", "+100 ms", "Ahead 100 ms"),
    slider({ max: Math.ceil(stage.dataset.total), step: 1 }, "Time in milliseconds"), stage.querySelector("output"),
    speeds("Replay speed", [0.25, 0.5, 1, 2, 5, 20]),
  );
  const find = (what) => stage.querySelector(`[data-do="${what}"]`);
  const range = stage.querySelector("input[type=range]");
  const output = stage.querySelector("output");
  const speed = stage.querySelector("select");
  const rows = [...document.querySelectorAll("#spans tbody tr")];
  const data = {
    total: Number(stage.dataset.total),
    spans: rows.map((row) => ({ at: value(row, "at"), ms: value(row, "ms") })),
  };

  // The bars and the details are made of the table of the spans.
  const copied = (cell) => [...cell.cloneNode(true).childNodes];
  const percent = (ms) => `${data.total ? (ms / data.total) * 100 : 0}%`;
  const bars = rows.map((row, i) => {
    const [, kind, name] = [...row.cells].map((cell) => cell.textContent);
    const end = row.cells[5].querySelector("strong")?.cloneNode(true);
    const button = made("button", { type: "button", title: `${kind}: ${name}` }, name, ...(end ? [" ", end] : []));
    const track = made("span", { className: "track" }, made("i"), made("b"));
    const label = made("span", { className: "label" }, button);
    const bar = made("li", { className: row.className }, label, track, made("span", { className: "ms" }, lasted(row)));
    label.style.setProperty("--d", row.style.getPropertyValue("--d"));
    track.style.setProperty("--l", percent(data.spans[i].at));
    track.style.setProperty("--w", percent(data.spans[i].ms));
    return bar;
  });
  const details = rows.map((row) => {
    const [id, kind, name] = [...row.cells].map((cell) => cell.textContent);
    const said = made("span", { className: "soft" }, ` ${id} · ${kind} · from ${time(value(row, "at"))} · ${lasted(row)}`);
    const turn = row.cells[2].querySelector("a");
    if (turn) said.append(" · ", made("a", { href: turn.getAttribute("href") }, "turn"));
    const detail = made("div", { hidden: true }, made("strong", {}, name), said, made("p", { className: "mono" }, ...copied(row.cells[5])));
    detail.dataset.span = "";
    return detail;
  });
  stage.querySelector(".gantt").append(...bars);
  stage.querySelector(".spandetail").append(...details);
  const order = data.spans.map((_, i) => i).sort((a, b) => data.spans[a].at - data.spans[b].at || a - b);
  let now = 0, current = order[0], playing = false, last = 0;

  // The span at a moment: the one that began last and has not ended; else the one that began last.
  const spanAt = (ms) => {
    const begun = order.filter((i) => data.spans[i].at <= ms + 1e-6);
    const open = begun.filter((i) => data.spans[i].at + data.spans[i].ms >= ms);
    return open.at(-1) ?? begun.at(-1) ?? order[0];
  };

  const show = () => {
    range.value = now;
    range.setAttribute("aria-valuetext", time(now));
    output.textContent = `t = ${time(now)} / ${time(data.total)}`;
    stage.style.setProperty("--t", `${data.total ? (now / data.total) * 100 : 0}%`);
    bars.forEach((bar, i) => (i === current ? bar.setAttribute("aria-current", "step") : bar.removeAttribute("aria-current")));
    details.forEach((detail, i) => { detail.hidden = i !== current; });
  };
  const seek = (ms) => {
    now = Math.min(data.total, Math.max(0, ms));
    current = spanAt(now);
    show();
  };
  const goto = (span) => {
    current = span;
    now = data.spans[span].at;
    show();
  };
  const step = (by) => {
    const place = Math.min(order.length - 1, Math.max(0, order.indexOf(current) + by));
    goto(order[place]);
  };
  const frame = (at) => {
    if (!playing) return;
    seek(now + (at - last) * Number(speed.value));
    last = at;
    if (now >= data.total) play(false);
    else requestAnimationFrame(frame);
  };
  const play = (on) => {
    playing = on;
    find("play").textContent = on ? "Pause" : "Play";
    find("play").setAttribute("aria-pressed", String(on));
    if (!on) return;
    if (now >= data.total) seek(0);
    last = performance.now();
    requestAnimationFrame(frame);
  };

  const keys = {
    " ": () => play(!playing),
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    ",": () => seek(now - 100),
    ".": () => seek(now + 100),
  };
  const ours = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    if (stage.contains(event.target)) {
      // A button or a list keeps what the keyboard usually does with it.
      if (event.target.tagName === "SELECT") return false;
      return !(event.key === " " && event.target.tagName === "BUTTON");
    }
    const box = stage.getBoundingClientRect();
    return event.target === document.body && box.top < innerHeight && box.bottom > 0;
  };
  document.addEventListener("keydown", (event) => {
    if (!(event.key in keys) || !ours(event)) return;
    event.preventDefault();
    keys[event.key]();
  });
  find("play").addEventListener("click", () => play(!playing));
  find("prev").addEventListener("click", () => step(-1));
  find("next").addEventListener("click", () => step(1));
  find("back").addEventListener("click", () => seek(now - 100));
  find("ahead").addEventListener("click", () => seek(now + 100));
  range.addEventListener("input", () => seek(Number(range.value)));
  bars.forEach((bar, i) => bar.querySelector("button").addEventListener("click", () => goto(i)));
  show();
})();
