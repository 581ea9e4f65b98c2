//! The pages without a script, the go-live statement and the trend, in a real browser.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/browser/mod.rs"]
mod browser;

use std::fs;
use std::path::Path;

use audit::Audit;
use browser::Browser;
use serde_json::Value;

/// Insists that a page asks for nothing, complains of nothing, fits a phone, and is fit for everybody; what it says.
fn looked_at(browser: &Browser, page: &Path) -> String {
    let seen = browser.play("still", page, "");
    for (place, violations) in seen["axe"].as_object().unwrap() {
        assert_eq!(violations, &Value::Array(Vec::new()), "{place} of {}", page.display());
    }
    assert_eq!(seen["phone"]["page"], seen["phone"]["screen"], "{} scrolls sideways", page.display());
    for noted in ["complaints", "requests", "dialogs"] {
        assert_eq!(seen[noted], Value::Array(Vec::new()), "{noted} of {}", page.display());
    }
    seen["text"].as_str().unwrap().to_owned()
}

#[test]
fn the_statement_and_the_trend_serve_everybody_and_ask_for_nothing() {
    let Some(browser) = Browser::find() else { return };
    let night = |moment: &str| Audit::new(&["scan", "--demo"]).env("TWILIO_AUDIT_DEMO_TIME", moment);
    let first = night("2026-11-22T04:15:00Z").run();
    let second = night("2026-11-23T04:15:00Z").inside(first).run();
    let statement = looked_at(&browser, &second.scan().join("gate.html"));
    assert!(statement.contains("NOT READY") && statement.contains("Security officer"), "{statement}");
    let drawn = Audit::new(&["history", "--format", "html"]).inside(second).run();
    let page = drawn.folder.path().join("trend.html");
    fs::write(&page, &drawn.stdout).unwrap();
    let trend = looked_at(&browser, &page);
    assert!(trend.contains("2 scans from 2026-11-22 to 2026-11-23"), "{trend}");
}
