//! The book: every page is in it, every link in it leads somewhere, and it loads nothing from elsewhere. It is left in
//! `target/book`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/book/mod.rs"]
mod book;
#[path = "support/browser/mod.rs"]
mod browser;
#[path = "support/documents.rs"]
mod documents;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use url::Url;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages that the table of contents names, as paths in the checkout.
fn pages() -> Vec<String> {
    let contents = fs::read_to_string(root().join("SUMMARY.md")).unwrap();
    let links = documents::links(&contents).into_iter().filter(|link| !link.is_empty());
    links.map(str::to_owned).collect()
}

#[test]
fn every_document_is_in_the_book_once() {
    let there: BTreeSet<PathBuf> = documents::documents()
        .into_iter()
        .filter(|path| !path.ends_with("SUMMARY.md"))
        .chain([root().join("sample-reports/planted.md")])
        .collect();
    let named: Vec<PathBuf> = pages().iter().map(|page| root().join(page)).collect();
    assert_eq!(named.len(), named.iter().collect::<BTreeSet<_>>().len(), "a page is named twice");
    let named = named.into_iter().collect::<BTreeSet<_>>();
    let differ: Vec<_> = named.symmetric_difference(&there).collect();
    assert!(differ.is_empty(), "SUMMARY.md and the pages that there are: {differ:#?}");
}

/// A site: what stands in each page, by its path.
struct Site {
    folder: PathBuf,
    pages: BTreeMap<String, String>,
}

impl Site {
    /// The pages that mdBook made, and not those that lie beside them as samples.
    fn of(folder: PathBuf) -> Self {
        let made = pages().into_iter().map(|page| match page.strip_suffix("README.md") {
            Some(folder) => format!("{folder}index.html"),
            None => page.replace(".md", ".html"),
        });
        // The one page that is left out, 404.html, is for a place that only a web server knows.
        let made = made.chain(["toc.html".to_owned()]);
        let pages = made.map(|page| (page.clone(), fs::read_to_string(folder.join(page)).unwrap())).collect();
        Self { folder, pages }
    }

    /// The links that lead nowhere, and how many were followed.
    fn broken_links(&self) -> (Vec<String>, usize) {
        let link = Regex::new(r#"(?:href|src)="([^"]*)""#).unwrap();
        let anchor = Regex::new(r#"id="([^"]*)""#).unwrap();
        let anchors = |text: &str| anchor.captures_iter(text).map(|found| found[1].to_owned()).collect();
        let anchors: BTreeMap<&str, BTreeSet<String>> =
            self.pages.iter().map(|(page, text)| (page.as_str(), anchors(text))).collect();
        let (mut broken, mut followed) = (Vec::new(), 0);
        for (page, text) in &self.pages {
            let here = Url::parse("site:///").unwrap().join(page).unwrap();
            for target in link.captures_iter(text).map(|found| found[1].replace("&amp;", "&")) {
                let leads = match here.join(&target) {
                    Ok(url) if url.scheme() == "site" => {
                        let place = url.path().trim_start_matches('/');
                        let is_there = self.folder.join(place).is_file();
                        let fragment = url.fragment().unwrap_or_default();
                        let known = anchors.get(place);
                        is_there && (fragment.is_empty() || known.is_some_and(|all| all.contains(fragment)))
                    }
                    Ok(url) => url.scheme() == "https" && url.has_host(),
                    Err(_) => false,
                };
                followed += 1;
                if !leads {
                    broken.push(format!("{page}: {target}"));
                }
            }
        }
        (broken, followed)
    }

    /// What a browser would ask other hosts for, to show the pages.
    fn loaded_from_elsewhere(&self) -> Vec<String> {
        let tag =
            Regex::new(r#"<(?:script|link|img|iframe|source|object|embed|video|audio)\b[^>]*>"#).unwrap();
        let far = Regex::new(r#"(?:src|href|srcset|data|poster)="(?:[a-z]+:)?//"#).unwrap();
        let far_style = Regex::new(r#"(?:@import\s|url\()\s*["']?(?:https?:)?//"#).unwrap();
        let mut found = Vec::new();
        for (page, text) in &self.pages {
            let tags = tag.find_iter(text).map(|tag| tag.as_str()).filter(|tag| far.is_match(tag));
            found.extend(tags.map(|tag| format!("{page}: {tag}")));
            found.extend(far_style.find(text).map(|style| format!("{page}: {}", style.as_str())));
        }
        for style in ["", "css", "fonts"] {
            let files = fs::read_dir(self.folder.join(style)).unwrap().map(|entry| entry.unwrap().path());
            for file in files.filter(|path| path.extension().is_some_and(|it| it == "css")) {
                let text = fs::read_to_string(&file).unwrap();
                found.extend(
                    far_style.find(&text).map(|style| format!("{}: {}", file.display(), style.as_str())),
                );
            }
        }
        found
    }
}

#[test]
fn the_book_builds_and_every_link_in_it_leads_somewhere() {
    let Some(mdbook) = book::mdbook() else { return };
    let site = Site::of(book::built(&mdbook, &root().join("target"), None));
    let (broken, followed) = site.broken_links();
    assert!(broken.is_empty(), "{} of {followed} links: {broken:#?}", broken.len());
    assert_eq!(site.loaded_from_elsewhere(), Vec::<String>::new());
    eprintln!("{} pages, {followed} links", site.pages.len());
    assert!(followed > 5_000, "{followed}");
}

#[test]
fn a_link_that_leads_nowhere_and_a_picture_from_elsewhere_are_noticed() {
    let Some(mdbook) = book::mdbook() else { return };
    let folder = tempfile::TempDir::new().unwrap();
    let spoiled = "\n\n[a](no-such-page.md) [b](fixing.md#no-such-heading) [c](#nor-here) [d](http://a.example/)\n\n\
        <img src=\"https://a.example/pixel.png\">\n";
    let site = Site::of(book::built(&mdbook, folder.path(), Some(("docs/quick-start.md", spoiled))));
    let (broken, _) = site.broken_links();
    let noticed = ["no-such-page.html", "fixing.html#no-such-heading", "#nor-here", "http://a.example/"];
    assert_eq!(broken, noticed.map(|link| format!("docs/quick-start.html: {link}")));
    assert_eq!(site.loaded_from_elsewhere().len(), 1);
}

/// With wide tables, long commands, much text, and little.
const READ: [&str; 6] = [
    "index.html",
    "docs/checks.html",
    "docs/hipaa.html",
    "docs/fixing.html",
    "docs/permissions.html",
    "docs/checks/webhook-http.html",
];

#[test]
fn the_book_reads_in_light_in_dark_and_on_a_phone_and_asks_nobody() {
    let (Some(mdbook), Some(browser)) = (book::mdbook(), browser::Browser::find()) else { return };
    let folder = tempfile::TempDir::new().unwrap();
    let met = browser.read(&book::built(&mdbook, folder.path(), None), &READ);
    let seen = met["seen"].as_array().unwrap();
    assert_eq!(seen.len(), 3 * READ.len());
    for (place, look) in seen.iter().enumerate() {
        assert!(look["page"].as_f64() <= look["window"].as_f64(), "wider than the window: {look}");
        assert_eq!(look["theme"], if place % 3 == 1 { "dark" } else { "light" }, "{look}");
    }
    assert!(met["found"].as_u64() > Some(5), "the search finds webhooks: {met}");
    assert_eq!((&met["elsewhere"], &met["complaints"]), (&serde_json::json!([]), &serde_json::json!([])));
}
