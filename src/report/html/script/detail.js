// A finding, whole: everything that is known of it, and what to do.

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
    ["Waived", finding.waived ? element("a", { href: "#waivers" }, "yes, see Waivers") : "no"],
    ["45 CFR", check.citations.join("; ")],
    ["Sources", sources.length > 0 ? element("ul", {}, ...sources) : ""],
  ]);
}
