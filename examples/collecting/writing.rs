//! Measure 4: how many rows a second the evidence takes.

use std::time::Instant;

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;
use twilio_audit::catalogue::{self, Kind};
use twilio_audit::evidence::{Cursor, ListingKey, PageRows, Row, ScanFacts, StartedWith, Store, Writer};
use twilio_audit::intent::Intent;
use twilio_audit::model::{AccountSid, ScanId};

use crate::Bench;
use crate::random_rows::{Dice, row_of, value};
use crate::table::Target;

const ROWS: usize = 200_000;
/// Listings that wait for the disk at the same time: as many as requests may be under way.
const AT_ONCE: usize = 128;
const ACCOUNTS: usize = 1_000;
/// Kinds of which there are many, wide ones and narrow ones.
const KINDS: &[&str] = &["phone_number", "twiml_app", "recording", "queue"];
const MOMENT: &str = "2026-11-23T12:00:00Z";

type Pages = Vec<(&'static Kind, Vec<Row>)>;

pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    for page in [50, 1_000] {
        let path = bench.folder.path().join(format!("writing-{page}.db"));
        let pages = pages(page)?;
        let store = Store::create(&path)?;
        store.write_scan(&facts()?, &Intent::default())?;
        let began = Instant::now();
        bench.runtime.block_on(write(store, pages))?;
        let rows = f64::from(u32::try_from(ROWS)?) / began.elapsed().as_secs_f64();
        let name = format!("evidence written, pages of {page} rows");
        bench.table.add(name, rows, " rows/s", Target::AtLeast(100_000.0));
    }
    bench.table.remark(format!("evidence: {ROWS} rows in equal parts of {}", KINDS.join(", ")));
    Ok(())
}

/// The one place that knows how evidence is written: each listing waits until its page is on disk.
async fn write(store: Store, pages: Pages) -> Result<()> {
    store.begin_collecting(&StartedWith::new(), &[0; 32])?;
    let (writer, queue) = Writer::start(store);
    let mut waiting = JoinSet::new();
    for (kind, rows) in pages {
        let account = rows.first().context("an empty page")?.account.clone();
        let key = ListingKey { account, kind, parent: String::new() };
        let page = PageRows { rows, derived: Vec::new() };
        let next = format!("https://api.twilio.com/{}?PageToken=PA{:032x}", kind.name, page.rows.len());
        let cursor = Cursor { next, pages: 1, has_changed: false };
        let queue = queue.clone();
        if waiting.len() >= AT_ONCE {
            waiting.join_next().await.context("nothing was waiting")???;
        }
        waiting.spawn(async move {
            let written = queue.ask(move |store| store.write_page(&key, &page, Some(&cursor))).await;
            written.map(|_| ()).context("cannot write")
        });
    }
    while let Some(written) = waiting.join_next().await {
        written??;
    }
    drop(queue);
    writer.finish().await?;
    Ok(())
}

/// All rows, made beforehand, in pages of one kind and account each.
fn pages(page: usize) -> Result<Pages> {
    let mut dice = Dice(1);
    let accounts: Vec<AccountSid> =
        (0..ACCOUNTS).map(|place| format!("AC{place:032x}").parse()).collect::<Result<_, _>>()?;
    let mut pages = Pages::new();
    for (number, start) in (0..ROWS).step_by(page).enumerate() {
        let kind = catalogue::kind(KINDS[number % KINDS.len()]).context("no such kind")?;
        let account = std::slice::from_ref(&accounts[number % ACCOUNTS]);
        let rows = (start..start + page)
            .map(|place| row_of(kind, place, account, |column| value(column.keep, column.name, &mut dice)));
        pages.push((kind, rows.collect()));
    }
    Ok(pages)
}

fn facts() -> Result<ScanFacts> {
    Ok(ScanFacts {
        id: ScanId::starting_at(MOMENT.parse()?),
        started_at: MOMENT.parse()?,
        written_by: "collecting".to_owned(),
        catalogue_version: String::new(),
        intent_declared: true,
        derived_tokens: false,
    })
}
