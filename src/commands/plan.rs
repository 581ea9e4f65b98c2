//! What a scan would ask: counted from the catalogue, and from what the newest scan had to ask.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use crate::catalogue::{Kind, Per, TWILIO_ACCOUNT};
use crate::collect::{BaseRequests, Collector, Tree, base_requests};
use crate::evidence::Store;
use crate::model::{Asked, Plan, Readings as _, Region};

/// What a scan would ask of these accounts; `newest` is the store of the newest scan, if there is one.
pub(super) fn plan(collector: &Collector, tree: &Tree, newest: &Path) -> Plan {
    let last_time = pages_of(newest, collector).unwrap_or_default();
    let limits = collector.client.limits();
    let active = tree.accounts.iter().filter(|account| account.is_active()).count();
    let traffic = collector.client.traffic();
    let mut asked = Vec::new();
    for account in &tree.accounts {
        let sid = account.account.as_str();
        let mut hosts: BTreeMap<String, Asked> = BTreeMap::new();
        let of_host = |host: &str| Asked {
            account_sid: sid.to_owned(),
            account_name: account.name.clone().unwrap_or_else(|| sid.to_owned()),
            counted_for: sid.to_owned(),
            host: host.to_owned(),
            least: 0,
            last_time: None,
        };
        for BaseRequests { kind, number, counted_for } in base_requests(collector, tree, account) {
            let host = host_of(kind, collector.region);
            let asked = hosts.entry(host).or_insert_with_key(|host| of_host(host));
            asked.least += number;
            counted_for.clone_into(&mut asked.counted_for);
        }
        for (host, pages) in last_time.get(sid).into_iter().flatten() {
            hosts.entry(host.clone()).or_insert_with_key(|host| of_host(host)).last_time = Some(*pages);
        }
        asked.extend(hosts.into_values().filter(|asked| asked.expected() > 0));
    }
    Plan {
        asked,
        accounts: tree.accounts.len(),
        active,
        notices: tree.notices.iter().chain(&tree.unusable).cloned().collect(),
        signing_in: traffic.sent(),
        overall: limits.overall,
        per_account: limits.per_account,
        latency: traffic.latency(),
    }
}

fn host_of(kind: &Kind, region: Region) -> String {
    kind.endpoint().map(|endpoint| endpoint.host.name(region)).unwrap_or_default()
}

/// The requests that a scan made for the kinds that are to be read: by account and host.
fn pages_of(store: &Path, collector: &Collector) -> Option<HashMap<String, BTreeMap<String, usize>>> {
    let store = Store::open(store).ok()?;
    let mut pages: HashMap<String, BTreeMap<String, usize>> = HashMap::new();
    let read = store.each_reading(&mut |reading| {
        let kind = collector.kinds.iter().find(|kind| kind.name == reading.resource_type);
        // The accounts themselves came with signing in.
        let is_asked_for = |kind: &&&'static Kind| {
            kind.name != TWILIO_ACCOUNT.name
                && kind.endpoint().is_some_and(|endpoint| endpoint.per != Per::Tree)
        };
        if let Some(kind) = kind.filter(is_asked_for) {
            let of_account = pages.entry(reading.account_sid.to_string()).or_default();
            // A request that was refused read no page.
            let was_refused = reading.http_status.is_some() && reading.pages == 0;
            *of_account.entry(host_of(kind, collector.region)).or_default() +=
                reading.pages as usize + usize::from(was_refused);
        }
        Ok(())
    });
    read.ok().map(|()| pages)
}
