// Terminal playback. Where asciinema-player was put into the site it plays the recording; else our own screen does.
"use strict";
(async () => {
  const stage = document.getElementById("playback-stage");
  if (!stage) return;
  const wanted = () => /^#mark-(\d+)$/.exec(location.hash)?.[1];
  await (wanted() ? CabLate.part("recording") : Promise.race([CabLate.near(stage, "recording"), asked()]));
  const recording = document.getElementById("recording").textContent;
  const { made, button: action, play: playButton, range: slider, speed: speeds, row: controls } = CabControls;
  const box = made("input", { type: "checkbox", checked: true });
  box.dataset.do = "idle";
  const list = made("ul", { className: "marks" });
  list.setAttribute("aria-label", "Marks");
  stage.prepend(list);
  controls(
    stage, playButton(), action("end", "End"), slider({ max: 1, step: 0.01 }, "Time in seconds"),
    made("output", {}, "0.0 s"), speeds("Playback speed", [0.5, 1, 2, 5, 10]),
    made("label", { className: "check" }, box, " skip pauses over 2 s"),
  );
  const find = (what) => stage.querySelector(what);
  const button = find('[data-do="play"]');
  const range = find("input[type=range]");
  const output = find("output");
  const speed = find("select");
  const idle = find('[data-do="idle"]');
  const screen = find(".screen");
  const unanswered = JSON.parse(stage.dataset.unanswered || "{}");
  const PAUSE = 2; // seconds that a pause takes at most where pauses are skipped

  const lines = recording.split("\n").filter(Boolean).map((l) => { try { return JSON.parse(l); } catch { return null; } });
  const header = lines[0] || {};
  // asciicast v3 tells the seconds since the event before, v2 those since the beginning.
  let since = 0;
  const events = lines.slice(1).filter((e) => Array.isArray(e) && e.length === 3 && e.every((v) => v !== null))
    .map(([t, ...what]) => [header.version === 3 ? (since += t) : t, ...what]);
  const marks = events.filter((e) => e[1] === "m");
  const callOf = (label) => /^model call (\d+)$/.exec(label)?.[1];

  if (window.AsciinemaPlayer) {
    asciinema();
    return;
  }
  stage.dataset.player = "own";

  // `at` is the time on the clock of this playback, with or without long pauses.
  let at = [], total = 0;
  const clock = () => {
    let shift = 0, before = 0;
    at = events.map(([t]) => {
      if (idle.checked) shift += Math.max(0, t - before - PAUSE);
      before = t;
      return t - shift;
    });
    total = at.length ? at[at.length - 1] : 0;
    range.max = Math.max(total, 0.01);
  };

  const terminal = new CabScreen(header.term?.cols || header.width || 100, header.term?.rows || header.height || 30);
  const saved = [[0, terminal.snapshot()]];
  const EVERY = 400; // events between two snapshots, so that going back need not start from the beginning
  let next = 0, now = 0, playing = false, last = 0;

  const advance = (to) => {
    const first = next;
    while (next < events.length && at[next] <= to + 1e-9) {
      if (events[next][1] === "o") terminal.write(String(events[next][2]));
      next += 1;
      if (next % EVERY === 0 && saved.at(-1)[0] < next) saved.push([next, terminal.snapshot()]);
    }
    return next !== first;
  };
  const show = (drawn) => {
    range.value = now;
    range.setAttribute("aria-valuetext", `${now.toFixed(1)} seconds`);
    output.textContent = `${now.toFixed(1)} s / ${total.toFixed(1)} s`;
    if (!drawn) return;
    terminal.draw(screen);
    screen.scrollTop = screen.scrollHeight;
  };
  const seek = (to) => {
    to = Math.min(total, Math.max(0, to));
    if (to < now) {
      let wanted = at.findIndex((t) => t > to + 1e-9);
      if (wanted < 0) wanted = events.length;
      const [from, snapshot] = saved.filter(([n]) => n <= wanted).at(-1);
      terminal.restore(snapshot);
      next = from;
    }
    now = to;
    advance(now);
    show(true);
  };
  const frame = (moment) => {
    if (!playing) return;
    now = Math.min(total, now + ((moment - last) / 1000) * Number(speed.value));
    last = moment;
    show(advance(now));
    if (now >= total) play(false);
    else requestAnimationFrame(frame);
  };
  const play = (on) => {
    playing = on;
    button.textContent = on ? "Pause" : "Play";
    button.setAttribute("aria-pressed", String(on));
    if (!on) return;
    if (now >= total) seek(0);
    last = performance.now();
    requestAnimationFrame(frame);
  };

  // The player has no way to change its speed: it is made anew where it stands.
  function asciinema() {
    stage.dataset.player = "asciinema";
    for (const part of [screen, range, output, idle.parentElement, find('[data-do="end"]')]) part.hidden = true;
    const options = {
      fit: "width", idleTimeLimit: PAUSE, terminalFontSize: "13px", preload: true, controls: true,
      markers: marks.map((m) => [m[0], String(m[2])]),
    };
    const make = (more) => window.AsciinemaPlayer.create({ data: recording }, find("#player"), { ...options, ...more });
    const listen = () => {
      const shown = (on) => () => { button.textContent = on ? "Pause" : "Play"; button.setAttribute("aria-pressed", String(on)); };
      for (const [name, on] of [["playing", true], ["pause", false], ["ended", false]]) player.addEventListener(name, shown(on));
    };
    const last = events.length ? events[events.length - 1][0] : 0;
    let player = make({ poster: `npt:${last}` });
    listen();
    button.addEventListener("click", () => (button.textContent === "Play" ? player.play() : player.pause()));
    speed.addEventListener("change", async () => {
      const startAt = (await player.getCurrentTime()) || 0;
      const running = button.textContent === "Pause";
      player.dispose();
      player = make({ speed: Number(speed.value), startAt, autoPlay: running });
      listen();
    });
    const jump = (mark, i) => player.seek({ marker: i }).then(() => player.play());
    marks.slice(0, 200).forEach((mark, i) => addMark(mark, () => jump(mark, i)));
    listenToLinks(jump);
  }

  // Fulfilled when a link leads into a recording that is not loaded yet.
  function asked() {
    return new Promise((done) => {
      addEventListener("hashchange", () => { if (wanted()) done(CabLate.part("recording")); });
    });
  }

  function addMark([, , label], go) {
    const item = document.createElement("li");
    const call = callOf(label);
    const jump = document.createElement("button");
    jump.type = "button";
    jump.className = "act";
    const end = unanswered[label];
    jump.textContent = CabScreen.visible(String(label)) + (end ? ` ${end}` : "");
    if (end) jump.classList.add("failed");
    jump.addEventListener("click", go);
    item.append(jump);
    if (call && document.getElementById("turns")) item.append(" ", made("a", { href: `#call-${call}` }, "turn"));
    find(".marks").append(item);
  }

  // A link to a call's place in the recording plays from there.
  function listenToLinks(go) {
    const follow = () => {
      const at = marks.findIndex(([, , label]) => wanted() && callOf(label) === wanted());
      if (at < 0) return;
      stage.scrollIntoView();
      go(marks[at], at);
    };
    addEventListener("hashchange", follow);
    follow();
  }

  button.addEventListener("click", () => play(!playing));
  find('[data-do="end"]').addEventListener("click", () => { play(false); seek(total); });
  range.addEventListener("input", () => seek(Number(range.value)));
  idle.addEventListener("change", () => {
    const event = Math.max(0, next - 1);
    clock();
    now = next ? at[event] : 0;
    show(false);
  });
  stage.addEventListener("keydown", (event) => {
    if (event.key === " " && !["BUTTON", "SELECT"].includes(event.target.tagName) && event.target.type !== "checkbox") {
      event.preventDefault();
      play(!playing);
    }
  });
  const jump = (mark) => seek(at[events.indexOf(mark)]);
  marks.slice(0, 200).forEach((mark) => addMark(mark, () => jump(mark)));
  clock();
  show(false);
  listenToLinks(jump);
  setTimeout(() => { if (!now && !playing) seek(total); }); // a reader sees how it ended before pressing anything
})();
