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
