// What a reader meets on pages of the book: node book.mjs FOLDER PAGE… answers how wide each is in light, in dark and on
// a phone, what it asked other hosts for and complained of, and what the search finds.
import { inPage, launch, nothingNoted } from "./browser.mjs";

const [, , folder, ...pages] = process.argv;
const looks = [
  { colorScheme: "light" },
  { colorScheme: "dark" },
  { colorScheme: "light", viewport: { width: 390, height: 844 } },
];
const browser = await launch();
const noted = nothingNoted();
const seen = [];
for (const page of pages) {
  for (const look of looks) {
    seen.push(await inPage(browser, `${folder}/${page}`, noted, look, (open) =>
      open.evaluate(() => {
        // The text scrolls in a frame of its own; wide tables and blocks of code do so in theirs.
        const text = document.querySelector(".content");
        const edge = text.getBoundingClientRect();
        return {
          theme: document.documentElement.classList.contains("light") ? "light" : "dark",
          page: Math.max(document.documentElement.scrollWidth, edge.right, edge.left + text.scrollWidth),
          window: window.innerWidth,
        };
      })));
  }
}
const found = await inPage(browser, `${folder}/${pages[0]}`, noted, {}, async (open) => {
  await open.keyboard.press("s");
  await open.keyboard.type("webhook");
  await open.waitForSelector("#mdbook-searchresults li, #searchresults li");
  return open.locator("#mdbook-searchresults li, #searchresults li").count();
});
await browser.close();
const elsewhere = noted.requests.filter((address) => !address.startsWith("file:") && !address.startsWith("data:"));
console.log(JSON.stringify({ seen, found, elsewhere, complaints: noted.complaints }));
