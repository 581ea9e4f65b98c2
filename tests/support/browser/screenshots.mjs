// Pictures of the top of a report, in light and in dark: node screenshots.mjs FILE FOLDER
import { inPage, launch, nothingNoted } from "./browser.mjs";

const [, , file, folder] = process.argv;
const browser = await launch();
for (const colorScheme of ["light", "dark"]) {
  await inPage(browser, file, nothingNoted(), { colorScheme }, (page) =>
    page.screenshot({ path: `${folder}/report-${colorScheme}.png` }));
}
await browser.close();
