// What a reader does: the address, keys, printing, and the beginning of it all.

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
