// Parts of a page that would make it too large stand in scripts beside it, each of which calls cabLate(name, value).
// They are loaded when their place comes near the view, or a link leads into them. Texts that many pages share, too.
"use strict";
globalThis.CabLate = (() => {
  const asked = new Map();
  globalThis.cabLate = (name, value) => asked.get(name)?.come(value);

  const load = (name, src) => {
    if (!asked.has(name)) {
      const entry = {};
      entry.value = new Promise((come, fail) => {
        entry.come = come;
        entry.fail = fail;
      });
      asked.set(name, entry);
      const script = document.createElement("script");
      script.addEventListener("error", () => entry.fail(new Error(`${src} is not there`)));
      script.src = src;
      document.head.append(script);
    }
    return asked.get(name).value;
  };

  const placeOf = (name) => document.querySelector(`[data-part="${name}"]`);
  // The build has made a part as it makes pages: with every text in it escaped.
  const part = async (name) => {
    const place = placeOf(name);
    if (!place) return;
    try {
      const html = await load(name, `${name}.js`);
      place.replaceWith(...new DOMParser().parseFromString(`<body>${html}`, "text/html").body.childNodes);
    } catch (fault) {
      place.textContent = `This part of the page is missing: ${fault.message}.`;
      throw fault;
    }
  };
  // Fulfilled when a part is there; where it is not in the page, that waits until an element is nearly seen.
  const near = (element, name) => {
    if (!placeOf(name)) return Promise.resolve();
    return new Promise((done) => {
      const watch = new IntersectionObserver((seen) => {
        if (!seen.some((entry) => entry.isIntersecting)) return;
        watch.disconnect();
        done(part(name));
      }, { rootMargin: "500px" });
      watch.observe(element);
    });
  };

  const ROWS = { span: "spans", row: "calls" };
  const follow = async () => {
    const name = ROWS[/^#(span|row)-\d+$/.exec(location.hash)?.[1]];
    if (!name || !placeOf(name)) return;
    await part(name);
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  };
  for (const place of document.querySelectorAll("[data-part]")) near(place, place.dataset.part).catch(() => {});
  addEventListener("hashchange", follow);
  follow();
  return { load, part, near };
})();
