// The list: one page of rows, and the finding that is open among them.

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
