package console_test

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/chromedp/chromedp"
)

// inspection finds what is wrong with a page for who cannot see, or not well,
// or has no mouse (WCAG 2.2, by number of the success criterion). What
// stylesheets make of it is computed by the browser.
const inspection = `(() => {
  const faults = [];
  const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.className?.baseVal ?? e.className ? "." + (e.className.baseVal ?? e.className) : "") + " " + (e.textContent ?? "").trim().slice(0, 40);
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".seen-not, .skip, [aria-hidden=true]");
  const rgba = (s) => {
    const n = s.match(/-?[\d.]+/g).map(Number);
    if (s.startsWith("color(srgb")) return [n[0] * 255, n[1] * 255, n[2] * 255, n[3] ?? 1];
    return [n[0], n[1], n[2], n[3] ?? 1];
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor);
      if (c[3] === 1) return c;
      if (c[3] > 0) faults.push("half transparent background: " + name(e));
    }
    return [255, 255, 255, 1];
  };
  const light = (c) => {
    const [r, g, b] = c.slice(0, 3).map((x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);

  // 1.4.3 Contrast of text
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let t; (t = texts.nextNode());) {
    const e = t.parentElement;
    if (!t.data.trim() || !shown(e) || e.closest("option, optgroup, script")) continue;
    const got = contrast(rgba(getComputedStyle(e).color), behind(e));
    if (got < 4.5) faults.push("1.4.3: contrast " + got.toFixed(2) + ": " + name(e));
  }
  // 1.4.10 Reflow: nothing is wider than the window
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) {
    const wide = [...document.querySelectorAll("body *")].filter((e) => shown(e) && e.getBoundingClientRect().right > width + 1);
    faults.push("1.4.10: scrolls sideways: " + wide.slice(0, 3).map(name).join(" / "));
  }
  // 2.5.8 Target size: 24 by 24, but for links in a sentence
  for (const e of document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")) {
    if (!shown(e) || e.matches("p:not(.links):not(.row) > a, footer a, span a, li > p a")) continue;
    const box = (e.closest("label") ?? e).getBoundingClientRect();
    if (box.width < 24 || box.height < 24) faults.push("2.5.8: " + Math.round(box.width) + " by " + Math.round(box.height) + ": " + name(e));
  }
  // 1.3.1, 4.1.2 Every field and button has a name
  for (const e of document.querySelectorAll("input:not([type=hidden]), select")) {
    if (e.getAttribute("aria-hidden") !== "true" && ![...(e.labels ?? [])].some((l) => l.textContent.trim())) faults.push("1.3.1: no label: " + e.outerHTML);
  }
  for (const e of document.querySelectorAll("button, a, summary")) {
    if (!e.textContent.trim() && !e.querySelector("img[alt]:not([alt=''])")) faults.push("4.1.2: no name: " + e.outerHTML);
  }
  for (const e of document.images) if (!e.hasAttribute("alt")) faults.push("1.1.1: no alternative: " + e.outerHTML);
  // 1.3.1 What describes a field is there, and ids are unique
  for (const e of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) {
    for (const id of (e.getAttribute("aria-describedby") ?? e.getAttribute("aria-labelledby")).split(" ")) {
      if (!document.getElementById(id)) faults.push("1.3.1: nothing has the id " + id);
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push("two elements have the id " + id);
  // 3.3.1 What is wrong stands next to its field
  for (const e of document.querySelectorAll("[aria-invalid=true]")) {
    if (!document.getElementById(e.id + "-error")?.textContent.trim()) faults.push("3.3.1: it is not said what is wrong with " + e.id);
  }
  // 1.3.1, 2.4.6 One heading of the first level, one main, one language
  if (document.querySelectorAll("h1").length !== 1) faults.push("2.4.6: " + document.querySelectorAll("h1").length + " headings of the first level");
  if (document.querySelectorAll("main").length !== 1) faults.push("1.3.1: no main");
  if (!["en", "ko"].includes(document.documentElement.lang)) faults.push("3.1.1: lang is " + document.documentElement.lang);
  if (!document.title.includes("·")) faults.push("2.4.2: title is " + document.title);
  // Nothing comes from elsewhere, and nothing is inline
  for (const e of performance.getEntriesByType("resource")) if (!e.name.startsWith(location.origin)) faults.push("from elsewhere: " + e.name);
  if (document.querySelector("[style], style, script:not([src])")) faults.push("inline style or script");
  return faults;
})()`

// look inspects the page, at 320 pixels and in both themes. With
// GATEHOUSE_SCREENSHOTS it also writes pictures of it to the folder of that
// name, of a telephone and of a screen; for people to look at.
func (b *tab) look(name string) {
	b.Helper()
	folder := os.Getenv("GATEHOUSE_SCREENSHOTS")
	for _, theme := range []string{"light", "dark"} {
		b.inTheme(theme)
		b.do(chromedp.EmulateViewport(320, 640))
		for _, fault := range ask(b, chromedp.Evaluate[[]string](inspection)) {
			b.Errorf("%s, %s: %s", name, theme, fault)
		}
		for _, width := range []int64{390, 1280} {
			if folder == "" {
				continue
			}
			b.do(chromedp.EmulateViewport(width, 844))
			png := ask(b, chromedp.FullScreenshot(100))
			file := filepath.Join(folder, name+"-"+theme+"-"+strconv.FormatInt(width, 10)+".png")
			if err := os.WriteFile(file, png, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.inTheme("light")
	b.do(chromedp.EmulateViewport(1000, 800))
}
