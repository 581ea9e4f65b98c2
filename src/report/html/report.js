// The findings of the report: filtered, sorted, opened, linked and printed.
//
// Texts come from strangers. They reach the page as text only; nothing here parses HTML, and the policy of the page
// would not let it. Only one page of rows is in the document at a time, so that ten thousand findings stay quick.
"use strict";

const ROWS = 50;
const PRINTED = 500;
const MARKS = { critical: "◆", high: "▲", medium: "●", low: "○" };
const OUTCOME_MARKS = { fail: "✕", manual: "?", not_assessed: "–", pass: "✓", not_applicable: "·" };
const FILTERS = ["q", "severity", "outcome", "family", "account", "check", "waived", "blocking"];

const data = JSON.parse(document.getElementById("data").textContent);
const texts = (places) => places.map((place) => data.texts[place]);
const checks = data.checks.map((check) => ({
  id: data.texts[check.id],
  title: data.texts[check.title],
  family: data.texts[check.family],
  risk: data.texts[check.risk],
  citations: texts(check.citations),
  sources: texts(check.sources),
}));
const accounts = data.accounts.map((account) => ({
  sid: data.texts[account.sid],
  name: data.texts[account.name],
  environment: data.texts[account.environment],
  phi: account.phi,
}));
const findings = data.findings.map(decode);
const numberOf = new Map(findings.map((finding) => [finding.id, finding.number]));

const explorer = document.getElementById("explorer");
const form = document.getElementById("filters");
const status = document.getElementById("shown");
const list = document.getElementById("list");
const body = list.tBodies[0];
const pages = document.getElementById("pages");

// What is shown: the filters are in the form, the rest is here.
const view = { sort: "", descending: false, page: 0, open: null, rows: findings };

function decode([id, outcome, severity, flags, check, account, own, seen], number) {
  const [change, product, type, sid, name, field, reason, remediation, command, consoleUrl, firstSeen, owner] =
    texts(own);
  const pairs = texts(seen);
  const words = data.outcomes[outcome];
  const waived = (flags & 2) !== 0;
  return {
    number, id, severity, outcome, waived, change, product, type, sid, name, field, reason, remediation, command,
    consoleUrl, firstSeen, owner,
    check: checks[check],
    account: accounts[account],
    blocks: (flags & 1) !== 0 && ["fail", "manual", "not_assessed"].includes(words) && !waived,
    seen: pairs.flatMap((name, place) => (place % 2 === 0 ? [[name, pairs[place + 1]]] : [])),
  };
}

// Small things

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== ""));
  return made;
}

const inWords = (word) => word.replaceAll("_", " ");
const counted = (count, thing) => `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
const severityOf = (finding) => data.severities[finding.severity];
const outcomeOf = (finding) => data.outcomes[finding.outcome];
const isAccount = (finding) => finding.sid === finding.account.sid;
const resourceOf = (finding) => (isAccount(finding) ? "the account" : finding.name || finding.sid || inWords(finding.type));

// A name in its own direction, so that one from right to left does not turn what stands beside it.
const own = (text, className) => element("bdi", { class: className }, text);

// Only addresses of the web become links.
function link(address, label = address) {
  if (!address.startsWith("https://")) return label;
  return element("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, label);
}

// Text in which `code` is marked as in Markdown.
function prose(text) {
  return text.split("`").map((part, place) => (place % 2 === 1 ? element("code", {}, part) : part));
}

function severityMark(finding) {
  const word = severityOf(finding);
  const mark = element("span", { class: "mark", "aria-hidden": "true" }, MARKS[word]);
  return element("span", { class: `severity ${word}` }, mark, ` ${word}`);
}

function outcomeMark(finding) {
  const word = outcomeOf(finding);
  return [element("span", { class: "mark", "aria-hidden": "true" }, OUTCOME_MARKS[word]), ` ${inWords(word)}`];
}

// Filtering and sorting

const filter = (name) => {
  const field = form.elements[name];
  return field.type === "checkbox" ? (field.checked ? field.value : "") : field.value;
};

// Everything of a finding that a search looks at; made once, when somebody first searches.
function haystack(finding) {
  finding.haystack ??= [
    finding.id, finding.check.id, finding.check.title, finding.check.family, finding.account.name,
    finding.account.sid, finding.product, finding.type, finding.sid, finding.name, finding.field, finding.reason,
    finding.owner, finding.change, ...finding.seen.flat(), ...finding.check.citations,
  ].join("\n").toLowerCase();
  return finding.haystack;
}

function matches() {
  const words = filter("q").toLowerCase().split(/\s+/).filter(Boolean);
  const [severity, outcome, family, account, check, waived] =
    ["severity", "outcome", "family", "account", "check", "waived"].map(filter);
  const blocking = filter("blocking") === "yes";
  return findings.filter((finding) =>
    (!severity || severityOf(finding) === severity) &&
    (!outcome || outcomeOf(finding) === outcome) &&
    (!family || finding.check.family === family) &&
    (!account || finding.account.sid === account) &&
    (!check || finding.check.id === check) &&
    (!waived || finding.waived === (waived === "yes")) &&
    (!blocking || finding.blocks) &&
    words.every((word) => haystack(finding).includes(word)));
}

const KEYS = {
  severity: (finding) => finding.severity,
  outcome: (finding) => finding.outcome,
  check: (finding) => finding.check.id,
  account: (finding) => finding.account.name.toLowerCase(),
  resource: (finding) => resourceOf(finding).toLowerCase(),
};

// The findings come worst first; a column reorders them and leaves that order among equals.
function sorted(rows) {
  const key = KEYS[view.sort];
  if (!key) return rows;
  const turn = view.descending ? -1 : 1;
  return rows.map((row) => [key(row), row])
    .sort(([a], [b]) => turn * (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row);
}

// Showing

function update() {
  view.rows = sorted(matches());
  const last = Math.max(0, Math.ceil(view.rows.length / ROWS) - 1);
  view.page = Math.min(view.page, last);
  showRows();
  rememberInAddress();
}

function showRows() {
  const first = view.page * ROWS;
  const rows = view.rows.slice(first, first + ROWS);
  body.replaceChildren(...rows.map(row));
  const all = view.rows.length;
  const of = all === findings.length ? "" : ` of ${findings.length.toLocaleString("en")}`;
  const none = findings.length === 0 ? "There are no findings." : "No finding is like that.";
  status.textContent = all === 0 ? none : `${counted(all, "finding")}${of}`;
  const [before, where, after] = pages.children;
  pages.hidden = all <= ROWS;
  before.disabled = view.page === 0;
  after.disabled = first + ROWS >= all;
  where.textContent = `${first + 1}–${first + rows.length} of ${all.toLocaleString("en")}`;
  for (const head of list.tHead.rows[0].cells) {
    const is = head.dataset.sort === view.sort;
    head.setAttribute("aria-sort", is ? (view.descending ? "descending" : "ascending") : "none");
  }
  if (view.open !== null) showDetail();
}

function row(finding) {
  const what = element(
    "button",
    { type: "button", class: "what", "aria-expanded": "false", "data-number": finding.number },
    element("span", {}, finding.reason || finding.check.title),
  );
  const tags = [
    finding.blocks ? element("span", { class: "tag blocks" }, "blocks going live") : undefined,
    finding.waived ? element("span", { class: "tag" }, "waived") : undefined,
  ];
  const under = element("span", { class: "under marks" }, element("code", {}, finding.check.id), ...tags);
  const kind = [isAccount(finding) ? "" : inWords(finding.type), finding.field].filter(Boolean).join(", ");
  return element(
    "tr",
    { class: "row", id: finding.id },
    element("td", {}, severityMark(finding)),
    element("td", {}, ...outcomeMark(finding)),
    element("td", {}, what, under),
    element("td", {}, own(finding.account.name, "clamped"), finding.account.phi ? element("span", { class: "under" }, "PHI") : undefined),
    element("td", {}, own(resourceOf(finding), "clamped"), element("span", { class: "under clamped" }, kind)),
  );
}

const buttonOf = (number) => body.querySelector(`[data-number="${number}"]`);

function closeDetail() {
  const detail = body.querySelector(".detail");
  detail?.previousElementSibling.classList.remove("open");
  detail?.previousElementSibling.querySelector(".what").setAttribute("aria-expanded", "false");
  detail?.remove();
}

function showDetail() {
  closeDetail();
  const button = buttonOf(view.open);
  if (!button) return;
  const tr = button.closest("tr");
  tr.classList.add("open");
  button.setAttribute("aria-expanded", "true");
  button.setAttribute("aria-controls", "detail");
  tr.after(element("tr", { class: "detail", id: "detail" },
    element("td", { colspan: "5" }, panel(findings[view.open]))));
}

function toggle(number) {
  view.open = view.open === number ? null : number;
  if (view.open === null) closeDetail();
  else showDetail();
  rememberInAddress();
}

// A finding, whole

function part(heading, ...content) {
  const said = content.filter((one) => one !== undefined && one !== "");
  return said.length === 0 ? [] : [element("h3", {}, heading), ...said];
}

function pairs(all, className) {
  const said = all.filter(([, value]) => value !== undefined && value !== "");
  if (said.length === 0) return undefined;
  return element("dl", { class: className }, ...said.map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, ...[value].flat()))));
}

const paragraph = (text) => (text ? element("p", {}, ...prose(text)) : undefined);

function command(text) {
  if (!text) return [];
  const copy = element("button", { type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      // Not every browser lets a page from a disk write the clipboard; then it is marked, for Ctrl-C.
      getSelection().selectAllChildren(shown);
      copy.textContent = "Marked";
    }
  });
  const shown = element("pre", {}, text);
  // A text that was cut is no command any more.
  return text.endsWith("…") ? [shown] : [shown, copy];
}

function panel(finding) {
  const text = element(
    "div",
    {},
    ...part("Why it matters", paragraph(finding.check.risk)),
    ...part("What was seen", pairs(finding.seen.map(([name, value]) => [name, own(value)]), "seen")),
    ...part("What to do", paragraph(finding.remediation)),
    ...part("The call that mends it", ...command(finding.command)),
    ...part("In the Twilio Console", finding.consoleUrl ? element("p", {}, link(finding.consoleUrl)) : undefined),
  );
  return element("div", { class: "panel", role: "region", "aria-label": `Finding ${finding.id}` }, text, facts(finding));
}

function facts(finding) {
  const { account, check } = finding;
  const sources = check.sources.map((source) => element("li", {}, link(source)));
  const sid = (text) => (text ? element("span", { class: "sid" }, text) : undefined);
  // What is said of an account is not said twice.
  const apart = !isAccount(finding);
  const would = outcomeOf(finding) === "fail" ? "" : "would be ";
  return pairs([
    ["Finding", element("a", { href: `#${finding.id}`, class: "sid" }, finding.id)],
    ["Rule", check.title],
    ["Check", element("code", {}, check.id)],
    ["Family", check.family],
    ["Severity", `${would}${severityOf(finding)}`],
    ["Going live", finding.blocks ? "blocked by this" : ""],
    ["Account", account.name === account.sid ? "" : own(account.name)],
    ["Account SID", sid(account.sid)],
    ["Carries", account.phi ? "PHI" : "no PHI, as declared"],
    ["Environment", account.environment],
    ["Product", inWords(finding.product)],
    ["Resource", apart && finding.name !== finding.sid ? own(finding.name) : ""],
    ["Resource SID", apart ? sid(finding.sid) : ""],
    ["Kind", apart ? inWords(finding.type) : ""],
    ["Field", finding.field],
    ["Owner", finding.owner],
    ["First seen", finding.firstSeen],
    ["Change", inWords(finding.change)],
    ["Waived", finding.waived ? "yes, see Waivers" : "no"],
    ["45 CFR", check.citations.join("; ")],
    ["Sources", sources.length > 0 ? element("ul", {}, ...sources) : ""],
  ]);
}

// The address: filters, order and the open finding

function rememberInAddress() {
  const said = new URLSearchParams();
  for (const name of FILTERS) if (filter(name)) said.set(name, filter(name));
  if (view.sort) said.set("sort", (view.descending ? "-" : "") + view.sort);
  const open = view.open === null ? "" : findings[view.open].id;
  const alone = said.size === 0;
  if (open && !alone) said.set("finding", open);
  const hash = alone ? open : said.toString();
  try {
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  } catch {
    // Some viewers let no page change its address; the report works without.
  }
}

// Takes over what the address says. An address that names a part of the page is the browser's own business.
function followAddress() {
  const hash = location.hash.slice(1);
  const isFinding = /^twa-[0-9a-f]+$/.test(hash);
  if (hash && !isFinding && !hash.includes("=")) return false;
  const said = new URLSearchParams(isFinding ? `finding=${hash}` : hash);
  for (const name of FILTERS) setFilter(name, said.get(name) ?? "");
  const sort = said.get("sort") ?? "";
  view.descending = sort.startsWith("-");
  const column = sort.replace(/^-/, "");
  view.sort = Object.hasOwn(KEYS, column) ? column : "";
  view.page = 0;
  view.open = numberOf.get(said.get("finding")) ?? null;
  update();
  if (view.open !== null) reveal(view.open);
  else if (hash) document.getElementById("findings").scrollIntoView();
  return true;
}

function setFilter(name, value) {
  const field = form.elements[name];
  if (field.type === "checkbox") field.checked = value === field.value;
  else field.value = value;
  // The page may not hold what an address asks for; then nothing is shown, rather than everything.
  if (field.selectedIndex === -1) field.append(element("option", { value, selected: "" }, value));
}

// Turns to the page of a finding, and gives it the focus.
function reveal(number) {
  const place = view.rows.findIndex((finding) => finding.number === number);
  if (place === -1) return;
  const page = Math.floor(place / ROWS);
  if (page !== view.page) {
    view.page = page;
    showRows();
  }
  const button = buttonOf(number);
  button.focus({ preventScroll: true });
  button.closest("tr").scrollIntoView({ block: view.open === number ? "start" : "nearest" });
}

// Keys

function move(step) {
  const current = document.activeElement?.closest?.(".row")?.querySelector(".what") ??
    document.activeElement?.closest?.(".detail")?.previousElementSibling.querySelector(".what");
  const place = current ? view.rows.findIndex((finding) => finding.number === Number(current.dataset.number)) : -1;
  const next = current ? view.rows[place + step] : view.rows[view.page * ROWS];
  if (next) reveal(next.number);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, select, textarea");
  const inList = event.target.closest("#list tbody");
  if (event.key === "Escape" && view.open !== null && !typing) {
    const number = view.open;
    toggle(number);
    buttonOf(number)?.focus();
  } else if (event.key === "/" && !typing) {
    form.elements.q.focus();
  } else if ((event.key === "j" && !typing) || (event.key === "ArrowDown" && inList)) {
    move(1);
  } else if ((event.key === "k" && !typing) || (event.key === "ArrowUp" && inList)) {
    move(-1);
  } else {
    return;
  }
  event.preventDefault();
}

// Printing: the filtered findings as a list, check by check, so that a remedy is said once

function preparePrint() {
  const target = document.getElementById("printed");
  const rows = view.rows.slice(0, PRINTED);
  const groups = new Map();
  for (const finding of rows) {
    const key = JSON.stringify([finding.check.id, finding.remediation]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const left = view.rows.length - rows.length;
  const more = left > 0 ? `Printed are the first ${PRINTED}; ${left} more are in findings.csv.` : "";
  target.replaceChildren(
    element("p", {}, `${counted(view.rows.length, "finding")} of ${findings.length}. ${chosen()} ${more}`),
    ...[...groups.values()].map(printedCheck),
  );
}

function chosen() {
  const label = (name) => form.elements[name].selectedOptions?.[0].textContent ?? filter(name);
  const said = FILTERS.filter(filter).map((name) => `${name === "q" ? "search" : name} ${label(name)}`);
  return said.length > 0 ? `Only: ${said.join(", ")}.` : "";
}

function printedCheck(group) {
  const [{ check, remediation }] = group;
  const items = group.map((finding) => element(
    "li",
    {},
    severityMark(finding), ", ", inWords(outcomeOf(finding)),
    finding.blocks ? ", blocks going live" : "", finding.waived ? ", waived" : "", ": ",
    own(finding.account.name), ...(isAccount(finding) ? [] : [", ", own(resourceOf(finding))]), ". ",
    finding.reason, " ", element("span", { class: "sid" }, finding.id),
  ));
  return element("div", {},
    element("h3", {}, check.title, " ", element("code", {}, check.id)),
    element("p", {}, ...prose(remediation)),
    element("ul", {}, ...items));
}

// Beginning

function offer(name, all, first) {
  const options = all.map(([value, label]) => element("option", { value }, label));
  form.elements[name].replaceChildren(element("option", { value: "" }, first), ...options);
}

function offerFilters() {
  const used = (key) => new Set(findings.map(key));
  const words = (all, key) => {
    const there = used(key);
    return all.filter((_, place) => there.has(place)).map((word) => [word, inWords(word)]);
  };
  const byLabel = (all) => [...all].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0));
  const same = (all) => [...new Set(all)].map((one) => [one, one]);
  offer("severity", words(data.severities, (finding) => finding.severity), "all");
  offer("outcome", words(data.outcomes, (finding) => finding.outcome), "all");
  offer("family", byLabel(same(checks.map((check) => check.family))), "all");
  offer("check", byLabel(same(checks.map((check) => check.id))), "all");
  const named = new Map(accounts.map((account) => [account.sid, account.name]));
  offer("account", byLabel(named), "all");
}

function theme() {
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const say = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.title = "Switch between light and dark";
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    say();
  });
  dark.addEventListener("change", say);
  button.hidden = false;
  say();
}

function begin() {
  theme();
  offerFilters();
  explorer.hidden = false;
  const refilter = () => {
    view.page = 0;
    view.open = null;
    update();
  };
  form.addEventListener("input", refilter);
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are empty only after the event.
  form.addEventListener("reset", () => setTimeout(refilter));
  body.addEventListener("click", (event) => {
    const what = event.target.closest(".what");
    if (what) toggle(Number(what.dataset.number));
  });
  list.tHead.addEventListener("click", (event) => {
    const head = event.target.closest("th");
    if (!head) return;
    // Up, down, and back to worst first.
    const again = head.dataset.sort === view.sort;
    view.sort = again && view.descending ? "" : head.dataset.sort;
    view.descending = again && !view.descending;
    view.page = 0;
    update();
  });
  pages.addEventListener("click", (event) => {
    if (!event.target.value) return;
    view.page += Number(event.target.value);
    showRows();
    document.getElementById("findings").scrollIntoView();
  });
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", followAddress);
  addEventListener("beforeprint", preparePrint);
  matchMedia("print").addEventListener("change", (event) => event.matches && preparePrint());
  if (!followAddress()) update();
  // Where the address names a finding, the browser turns to its row once more when all is loaded.
  addEventListener("load", () => setTimeout(() => view.open !== null && reveal(view.open)));
}

begin();
