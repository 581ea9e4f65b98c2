// Uses a report as a reader would, and prints what was seen as JSON: node report.mjs STORY FILE [FINDING]
import { readFileSync } from "node:fs";
import { inPage, launch, nothingNoted } from "./browser.mjs";

const [, , story, file, finding] = process.argv;
const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const noted = nothingNoted();
const browser = await launch();
const open = (options, act) => inPage(browser, file, noted, options, act);

const rows = (page, cell) => page.locator(`#list .row td:nth-child(${cell})`).allInnerTexts();
const shown = (page) => page.locator("#shown").innerText();
const hash = (page) => page.evaluate(() => location.hash);
const focused = (page) => page.evaluate(() => document.activeElement.closest("tr")?.id ?? document.activeElement.name ?? "");
const opened = (page) => page.locator("#list .open").evaluateAll((all) => all.map((one) => one.id));
const clear = (page) => page.locator("#filters button[type=reset]").click();

async function filters(page) {
  const seen = {};
  const note = async (name) => {
    seen[name] = { shown: await shown(page), severities: await rows(page, 1), outcomes: await rows(page, 2), hash: await hash(page) };
    await clear(page);
    await page.waitForFunction(() => location.hash === "");
  };
  await page.selectOption("[name=severity]", "high");
  await note("severity");
  await page.selectOption("[name=outcome]", "not_assessed");
  await note("outcome");
  await page.selectOption("[name=family]", "baa-coverage");
  await note("family");
  await page.selectOption("[name=account]", { label: "Care line" });
  await note("account");
  await page.selectOption("[name=check]", "webhook-http");
  await note("check");
  await page.selectOption("[name=waived]", "yes");
  await note("waived");
  await page.check("[name=blocking]");
  await note("blocking");
  await page.fill("[name=q]", "SEGMENT baa");
  await note("search");
  await page.fill("[name=q]", "no such words");
  await note("nothing");
  return seen;
}

async function sorting(page) {
  const head = page.locator("th[data-sort=account]");
  const order = async () => ({
    aria: await head.getAttribute("aria-sort"), accounts: await rows(page, 4), hash: await hash(page),
  });
  const seen = { before: await order() };
  for (const name of ["ascending", "descending", "again"]) {
    await head.locator("button").click();
    seen[name] = await order();
  }
  return seen;
}

async function keyboard(page) {
  const seen = { focus: [] };
  const press = async (key) => {
    await page.keyboard.press(key);
    seen.focus.push(await focused(page));
  };
  seen.first = await page.locator("#list .row").evaluateAll((all) => all.slice(0, 3).map((one) => one.id));
  await press("Tab");
  seen.skip = await page.evaluate(() => document.activeElement.className);
  await page.keyboard.press("Enter");
  await press("j");
  await press("j");
  await press("ArrowDown");
  await press("ArrowUp");
  await press("k");
  await page.keyboard.press("Enter");
  seen.opened = await opened(page);
  seen.expanded = await page.locator("#list .open .what").getAttribute("aria-expanded");
  await press("Escape");
  seen.closed = await opened(page);
  await press("/");
  await page.keyboard.type("j");
  seen.typed = await page.inputValue("[name=q]");
  seen.outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  return seen;
}

const linked = async (page) => ({
  opened: await opened(page), focus: await focused(page), hash: await hash(page),
  inView: await page.locator("#list .open").evaluate((row) => row.getBoundingClientRect().top < innerHeight),
  panel: await page.locator(".panel").innerText(),
  links: await page.locator(".panel a[href^=http]").evaluateAll((all) => all.map((one) => one.rel)),
});

// Filters and an open finding travel in the address together.
async function addressed(page) {
  await page.selectOption("[name=outcome]", "fail");
  await page.locator("#list .what").nth(2).click();
  const kept = await hash(page);
  const again = await open({ hash: kept }, async (other) => ({ opened: await opened(other), shown: await shown(other) }));
  return { kept, opened: await opened(page), shown: await shown(page), again };
}

async function verdictLink(page) {
  const link = page.locator(".standing a").first();
  const check = await link.innerText();
  await link.click();
  await page.waitForFunction(() => document.querySelector("[name=check]").value !== "");
  const checks = await page.locator("#list .marks code").allInnerTexts();
  return { check, checks, top: await page.locator("#findings").evaluate((one) => one.getBoundingClientRect().top) };
}

async function copied(page) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator(".panel pre + button").click();
  await page.waitForFunction(() => document.querySelector(".panel pre + button").textContent === "Copied");
  return { call: await page.locator(".panel pre").innerText(), copied: await page.evaluate(() => navigator.clipboard.readText()) };
}

async function printed(page) {
  await page.selectOption("[name=severity]", "critical");
  await page.emulateMedia({ media: "print" });
  await page.waitForFunction(() => document.querySelector("#printed").childElementCount > 0);
  const seen = {
    buttons: await page.locator("button:visible, input:visible, select:visible").count(),
    ground: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
    findings: await page.locator("#printed li").count(),
    text: await page.locator("#printed").innerText(),
    verdicts: await page.locator(".word:visible").count(),
    map: await page.locator(".map:visible").count(),
  };
  return { ...seen, pdf: (await page.pdf()).subarray(0, 5).toString() };
}

const width = (page) => page.evaluate(() => ({ page: document.documentElement.scrollWidth, screen: innerWidth }));

const contrast = (page) => page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);

async function toggled(page) {
  const before = await contrast(page);
  await page.locator("#theme").click();
  return { before, after: await contrast(page) };
}

// What axe-core holds against the page, apart from what is minor.
async function violations(page) {
  await page.evaluate(axe);
  const all = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return all.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target + " " + node.failureSummary).join("; ")}`);
}

const scriptless = async (page) => ({
  text: await page.locator("body").innerText(), explorer: await page.locator("#explorer").isVisible(),
});

const stories = {
  reading: async () => ({
    shown: await open({}, shown),
    filters: await open({}, filters),
    sorting: await open({}, sorting),
    keyboard: await open({}, keyboard),
    linked: await open({ hash: `#${finding}` }, linked),
    addressed: await open({}, addressed),
    verdict: await open({}, verdictLink),
    copied: await open({ hash: `#${finding}` }, copied),
  }),
  looks: async () => ({
    light: await open({ colorScheme: "light" }, toggled),
    dark: await open({ colorScheme: "dark" }, toggled),
    printed: await open({ colorScheme: "dark" }, printed),
    phone: await open({ viewport: { width: 390, height: 844 } }, width),
    phoneOpen: await open({ viewport: { width: 390, height: 844 }, hash: `#${finding}` }, width),
    axe: {
      light: await open({ colorScheme: "light" }, violations),
      dark: await open({ colorScheme: "dark" }, violations),
      lightOpen: await open({ colorScheme: "light", hash: `#${finding}` }, violations),
      darkOpen: await open({ colorScheme: "dark", hash: `#${finding}` }, violations),
      phone: await open({ viewport: { width: 390, height: 844 }, hash: `#${finding}` }, violations),
    },
    scriptless: await open({ javaScriptEnabled: false }, scriptless),
  }),
  // A page that has no script and needs none.
  still: async () => ({
    axe: {
      light: await open({ colorScheme: "light" }, violations),
      dark: await open({ colorScheme: "dark" }, violations),
      phone: await open({ viewport: { width: 390, height: 844 } }, violations),
    },
    phone: await open({ viewport: { width: 390, height: 844 } }, width),
    text: await open({}, async (page) => page.locator("body").innerText()),
  }),
  // Names from strangers: whatever they brought with them must be text.
  hostile: async () => ({
    page: await open({ hash: `#${finding}` }, async (page) => ({
      opened: await opened(page),
      scripts: await page.locator("script").count(),
      strange: await page.locator("img, iframe, object, embed, form:not(#filters), [onerror], [onload], [style]").count(),
      title: await page.title(),
      panel: await page.locator(".panel").innerText(),
      links: await page.locator(".panel a").evaluateAll((all) => all.map((one) => one.getAttribute("href"))),
      body: await page.locator("body").innerText(),
    })),
    phone: await open({ viewport: { width: 390, height: 844 }, hash: `#${finding}` }, width),
  }),
  // How long it takes until the list answers.
  large: async () => ({
    page: await open({}, async (page) => ({
      ready: await page.evaluate(() => performance.getEntriesByType("navigation")[0].domInteractive),
      loaded: await page.evaluate(() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd),
      shown: await shown(page),
      rows: await page.locator("#list .row").count(),
      search: await page.evaluate(() => {
        const began = performance.now();
        const field = document.querySelector("[name=q]");
        field.value = "thing 77";
        field.dispatchEvent(new Event("input", { bubbles: true }));
        return performance.now() - began;
      }),
      found: await shown(page),
      sort: await page.evaluate(() => {
        document.querySelector("[name=q]").value = "";
        const began = performance.now();
        document.querySelector("[data-sort=resource] button").click();
        return performance.now() - began;
      }),
    })),
  }),
};

try {
  const seen = await stories[story]();
  console.log(JSON.stringify({ ...noted, ...seen }));
} finally {
  await browser.close();
}
