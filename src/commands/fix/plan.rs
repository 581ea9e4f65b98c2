//! `fix plan`: what would be changed, from a stored scan, asking nobody.

use std::io::{self, Write as _};
use std::path::PathBuf;

use anyhow::anyhow;
use jiff::Timestamp;

use super::super::choice::{self, Answering};
use super::super::chosen_checks::check_files;
use super::super::chosen_scan::NamedScan;
use super::super::declared_names::{CHECKS, known};
use super::super::heading::{CHANGES, OUTPUT, READ};
use super::super::printing::print;
use super::super::replacing::replace_file;
use super::super::stored_scan::{StoredScan, open_store};
use super::super::{Exit, Stop};
use super::in_the_way::{page_of, refuse_to_replace};
use super::safety::is_young;
use crate::audit::{Check, Reader};
use crate::catalogue;
use crate::evidence::{SeenResource, Store};
use crate::fix::{self, Known, RETIRE};
use crate::model::{
    About, ByHand, Finding, Findings as _, Fix, FixPlan, FixStep, Outcome, PLAN_FORMAT, RefusedFix, Region,
    Risk, Severity, WayBack, in_seconds, looks_like_sid,
};
use crate::report;

/// Show what would be changed to mend findings, and write it as a plan
///
/// Writes plan.json for `fix apply` and plan.md for those who review it. Asks nobody and changes nothing. Without a choice
/// it is about every fault that nobody accepted. For example:
///
/// `twilio-audit fix plan --check sync-acl-disabled`
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Args {
    /// Only this finding, as in `twa-0123456789abcdef`; may be several
    #[arg(value_name = "FINDING")]
    findings: Vec<String>,
    /// Only findings of this check; may be given several times
    #[arg(long = "check", value_name = "ID", value_delimiter = ',', help_heading = CHANGES)]
    checks: Vec<String>,
    /// Only findings of this account; may be given several times
    #[arg(long = "account", value_name = "AC…", value_delimiter = ',', help_heading = CHANGES)]
    accounts: Vec<String>,
    /// Only what keeps PHI from going live
    #[arg(long, help_heading = CHANGES)]
    blockers: bool,
    /// Only changes of this risk; may be given several times
    #[arg(long = "risk", value_enum, value_name = "RISK", value_delimiter = ',', help_heading = CHANGES)]
    risks: Vec<Risk>,
    /// Plan a change that `fix undo` could not bring back, for it deletes something or overwrites what nobody kept: by the
    /// SID of the resource or the id of the finding; may be given several times
    #[arg(long, value_name = "SID", value_delimiter = ',', help_heading = CHANGES)]
    irreversible: Vec<String>,
    /// Delete this API key, which was replaced, and nothing else; needs --irreversible too
    #[arg(long, value_name = "SK…", conflicts_with_all = ["findings", "checks", "blockers"], help_heading = CHANGES)]
    retire: Option<String>,
    #[command(flatten)]
    scan: NamedScan,
    /// A folder of your own checks, which join the built-in ones
    #[arg(long, value_name = "FOLDER", env = "TWILIO_AUDIT_CHECKS_DIR", help_heading = READ)]
    checks_dir: Option<PathBuf>,
    /// Where the plan is written; what people read stands beside it, as .md
    #[arg(long, value_name = "FILE", default_value = "plan.json", help_heading = OUTPUT)]
    output: PathBuf,
    /// Print the JSON Schema of plan.json instead, and read no scan
    #[arg(long)]
    schema: bool,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    the plan was written; nothing was changed
  2    the choice is wrong, there is no such scan, or a file is in the way
  5    internal error, or the plan could not be written";

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Exit, Stop> {
    if args.schema {
        print(|out| writeln!(out, "{}", report::fix_plan_schema()))?;
        return Ok(Exit::Complete);
    }
    let checks = check_files(args.checks_dir.as_deref())?;
    for id in &args.checks {
        let ids = checks.iter().map(|check| check.id.as_str());
        known("check", id, ids, CHECKS).map_err(Stop::with(Exit::Usage))?;
    }
    refuse_to_replace(&args.output)?;
    let stored = StoredScan::open(args.scan.folder())?;
    let mut questioned = open_store(args.scan.folder())?;
    let reader = Reader::of(&mut questioned, stored.scan.started_at).map_err(Stop::with(Exit::Broken))?;
    let mut plan = Planning::of(args, &checks, reader, &stored)?.plan(&stored)?;
    let text = fix::write_plan(&mut plan).map_err(Stop::with(Exit::Broken))?;
    let page = page_of(&plan)?;
    let page_path = args.output.with_extension("md");
    replace_file(&args.output, &text).map_err(Stop::of_path)?;
    replace_file(&page_path, &page).map_err(Stop::of_path)?;
    let is_demo = choice::answering(&stored.started_with()?) == Answering::Demonstration;
    let (file, page) = (args.output.as_path(), page_path.as_path());
    print(|out| match is_demo {
        false => report::fix_plan_summary(&plan, &[file, page], out),
        true => {
            report::fix_plan_summary(&plan, &[], out)?;
            writeln!(out, "It is in {} and {}, to be read. Nobody can make", file.display(), page.display())?;
            writeln!(out, "these changes: the accounts of the demonstration are gone when its scan ends.")?;
            writeln!(out, "Of a real account, `twilio-audit fix apply` makes them.")
        }
    })?;
    Ok(Exit::Complete)
}

/// What a plan is made with.
struct Planning<'a> {
    args: &'a Args,
    checks: &'a [Check],
    /// The same evidence once more, for questions.
    reader: Reader<'a>,
    region: Region,
    root: String,
    /// Whether the scan is so young that it may still be said what nothing uses.
    is_young: bool,
}

impl<'a> Planning<'a> {
    fn of(
        args: &'a Args,
        checks: &'a [Check],
        reader: Reader<'a>,
        stored: &StoredScan,
    ) -> Result<Self, Stop> {
        let root = stored.store.root().map_err(Stop::with(Exit::Broken))?.unwrap_or_default();
        let region = choice::region(&stored.started_with()?);
        let is_young = is_young(stored.scan.started_at);
        Ok(Self { args, checks, reader, region, root, is_young })
    }

    fn plan(mut self, stored: &StoredScan) -> Result<FixPlan, Stop> {
        let findings = self.chosen(stored)?;
        let (mut steps, mut by_hand) = (Vec::new(), Vec::new());
        if let Some(key) = &self.args.retire {
            steps.push(self.retire(key, &stored.store)?);
        }
        for finding in &findings {
            match self.step(finding, &stored.store)? {
                Ok(step) => steps.push(step),
                Err(by) => by_hand.push(by),
            }
        }
        let risks = &self.args.risks;
        steps.retain(|step| risks.is_empty() || risks.contains(&step.risk));
        let (steps, refused) = self.allowed(steps);
        Ok(FixPlan {
            format: PLAN_FORMAT,
            made_by: concat!("twilio-audit ", env!("CARGO_PKG_VERSION")).to_owned(),
            made_at: in_seconds(Timestamp::now()),
            scan_id: stored.scan.id.as_str().to_owned(),
            scanned_at: in_seconds(stored.scan.started_at),
            scan_is_complete: stored.scan.is_complete(),
            root_account_sid: self.root,
            region: self.region,
            steps: fix::number(steps),
            refused,
            by_hand,
            digest: String::new(),
        })
    }

    /// The findings that it is about, in report order.
    fn chosen(&self, stored: &StoredScan) -> Result<Vec<Finding>, Stop> {
        let Args { findings: ids, checks, accounts, blockers, retire, .. } = self.args;
        // Misspelt, it would leave an empty plan that looks as if there were nothing to do.
        let is_read = |sid: &&String| stored.scan.accounts.iter().any(|account| account.account_sid == **sid);
        if let Some(stranger) = accounts.iter().find(|sid| !is_read(sid)) {
            let scan = self.args.scan.folder().display();
            return Err(Stop::new(Exit::Usage, anyhow!("{scan} knows no account {stranger}")));
        }
        if retire.is_some() {
            return Ok(Vec::new());
        }
        let is_named = |finding: &Finding| {
            let begins = |id: &String| !id.is_empty() && finding.finding_id.starts_with(id.as_str());
            ids.iter().any(begins)
        };
        let holds = |finding: &Finding| {
            let is_meant = if ids.is_empty() {
                finding.outcome == Outcome::Fail && !finding.waived
            } else {
                is_named(finding)
            };
            let is_blocker = finding.is_open_blocker();
            (is_meant || (*blockers && is_blocker && ids.is_empty()))
                && (!blockers || is_blocker)
                && (checks.is_empty() || checks.contains(&finding.check_id))
                && (accounts.is_empty() || accounts.contains(&finding.account_sid))
        };
        let mut chosen = Vec::new();
        let mut take = |finding: &Finding| -> io::Result<()> {
            if finding.outcome.needs_action() && holds(finding) {
                chosen.push(finding.clone());
            }
            Ok(())
        };
        stored.store.each(&mut take).map_err(Stop::with(Exit::Broken))?;
        let missing =
            ids.iter().find(|id| !chosen.iter().any(|finding| finding.finding_id.starts_with(id.as_str())));
        match missing {
            Some(id) => {
                let error = anyhow!(
                    "there is no finding {id} that needs action in {} (or it is of another --check or --account)",
                    self.args.scan.folder().display()
                );
                Err(Stop::new(Exit::Usage, error))
            }
            None => Ok(chosen),
        }
    }

    /// The step that mends a finding, or what people must do.
    fn step(&mut self, finding: &Finding, store: &Store) -> Result<Result<FixStep, ByHand>, Stop> {
        let check = self.checks.iter().find(|check| check.id == finding.check_id);
        let by_hand = |why: String| Ok(Err(fix::steps_by_hand(finding, why)));
        let Some(check) = check else {
            return by_hand("its check is not one of this program: --checks-dir names your own".to_owned());
        };
        // Of a hint, and of what nobody saw for certain, nothing is changed.
        let is_certain = finding.outcome == Outcome::Fail && !finding.fix_command.is_empty();
        let Some(fix) = check.fix_for(&finding.resource_type, &finding.field).filter(|_| is_certain) else {
            return by_hand(why_none(check, finding));
        };
        let about = About::of(finding);
        let known = self.known(&about, Some(check), fix, store)?;
        match fix::propose(about, fix, &known, self.region) {
            Ok(step) => Ok(Ok(step)),
            Err(unfixable) => by_hand(unfixable.to_string()),
        }
    }

    /// What the scan knows of what a finding is about.
    fn known(
        &mut self,
        about: &About,
        check: Option<&Check>,
        fix: &Fix,
        store: &Store,
    ) -> Result<Known, Stop> {
        let broken = Stop::with::<crate::evidence::EvidenceError>;
        let (account, sid) = (about.account_sid.as_str(), about.resource_sid.as_str());
        let kind = catalogue::kind(&about.resource_type)
            .or_else(|| check.and_then(|check| catalogue::kind(&check.subject)));
        let seen = match kind {
            Some(kind) => store.resource(kind, account, sid).map_err(broken(Exit::Broken))?,
            None => None,
        };
        // An account is named by everything, and what goes by a word would be found in other words.
        let dependents = if looks_like_sid(sid) && sid != account {
            store.dependents(account, sid).map_err(broken(Exit::Broken))?
        } else {
            Vec::new()
        };
        let is_safe = self.is_young
            && fix.safe_when.as_ref().is_some_and(|sql| self.reader.confirms(sql, account, sid));
        Ok(Known { dependents, is_safe, ..seen.map_or_else(Known::default, of_resource) })
    }

    /// Deleting a key that was replaced.
    fn retire(&mut self, key: &str, store: &Store) -> Result<FixStep, Stop> {
        let usage = |sentence: String| Stop::new(Exit::Usage, anyhow!("{sentence}"));
        let [account] = self.args.accounts.as_slice() else {
            return Err(usage("--retire needs one --account: that of the key".to_owned()));
        };
        let about = About {
            finding_ids: Vec::new(),
            check_ids: Vec::new(),
            check_id: RETIRE.to_owned(),
            title: "A key that was replaced is gone".to_owned(),
            severity: Severity::Medium,
            blocks_go_live: false,
            account_sid: account.clone(),
            account_name: String::new(),
            resource_type: "api_key".to_owned(),
            resource_sid: key.to_owned(),
            resource_name: String::new(),
            field: String::new(),
        };
        let fix = fix::retire();
        let kind = catalogue::kind("api_key").map(|kind| store.resource(kind, account, key));
        if !matches!(kind, Some(Ok(Some(_)))) {
            let scan = self.args.scan.folder().display();
            return Err(usage(format!("{scan} knows no key {key} of {account}: scan again first")));
        }
        let known = self.known(&about, None, &fix, store)?;
        fix::propose(about, &fix, &known, self.region).map_err(Stop::with(Exit::Usage))
    }

    /// What has a way back or was named; and the rest.
    fn allowed(&self, steps: Vec<FixStep>) -> (Vec<FixStep>, Vec<RefusedFix>) {
        let is_allowed = |step: &FixStep| {
            let names =
                |name: &String| *name == step.about.resource_sid || step.about.finding_ids.contains(name);
            step.way_back != WayBack::None || self.args.irreversible.iter().any(names)
        };
        let (allowed, refused): (Vec<_>, Vec<_>) = steps.into_iter().partition(is_allowed);
        let refused = fix::number(refused).into_iter().map(|step| {
            let FixStep { about, effect, call, .. } = step;
            RefusedFix { about, effect, call }
        });
        (allowed, refused.collect())
    }
}

/// Why nothing mends a finding but people.
fn why_none(check: &Check, finding: &Finding) -> String {
    if finding.outcome != Outcome::Fail {
        return "it is no fault that was seen: somebody must look or answer first".to_owned();
    }
    match check.no_fix.trim() {
        "" => "no call mends it without a decision of people".to_owned(),
        why => why.to_owned(),
    }
}

/// What is known exactly of a resource.
fn of_resource(seen: SeenResource) -> Known {
    let mut known = Known { parent_sid: seen.parent_sid, ..Known::default() };
    for field in seen.fields {
        if let Some(value) = field.exact {
            known.columns.insert(field.column.to_owned(), value.clone());
            known.paths.insert(field.path.to_owned(), value);
        }
    }
    known
}
