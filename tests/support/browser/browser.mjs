// A page in a real browser, with everything that it complains of and everything that it asks for.
import { chromium } from "playwright-core";

export const launch = () =>
  chromium.launch({
    executablePath: process.env.BROWSER,
    // Chromium refuses to run as root with its sandbox on.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });

// Opens `file` and hands the page to `act`, whose answer is returned. What the page does meanwhile is noted in `noted`.
export async function inPage(browser, file, noted, options, act) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const address = `file://${file}`;
  page.on("console", (message) => noted.complaints.push(message.text()));
  page.on("pageerror", (error) => noted.complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    noted.dialogs.push(dialog.message());
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== address) noted.requests.push(request.url());
  });
  await page.goto(address + (options.hash ?? ""));
  try {
    return await act(page);
  } finally {
    await context.close();
  }
}

export const nothingNoted = () => ({ complaints: [], dialogs: [], requests: [] });
