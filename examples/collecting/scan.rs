//! One scan by the built program, watched from outside. It knows nothing of what is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use twilio_audit::simulator::{Credential, Estate, Options, Simulator};

use crate::Bench;
use crate::estate::{Whose, estate};

/// How often the scan is looked at.
const GLANCE: Duration = Duration::from_millis(10);
/// How often the simulator is asked how long it takes.
const TRIES: usize = 41;
/// Clock ticks in a second, in which Linux counts processor time; 100 on every platform that Rust runs on.
const TICKS: f64 = 100.0;

/// A simulator and the credentials of its accounts.
pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    pub(crate) credentials: Vec<Credential>,
}

impl Stage {
    /// Serves an estate of so many subaccounts.
    pub(crate) fn new(bench: &Bench, subaccounts: usize, options: Options) -> Result<Self> {
        Self::of(bench, estate(subaccounts)?, options)
    }

    fn of(bench: &Bench, estate: Estate, options: Options) -> Result<Self> {
        let credentials = estate.credentials();
        let simulator = bench.runtime.block_on(Simulator::start(estate, options))?;
        Ok(Self { simulator, credentials })
    }

    /// The seconds that an answer takes where nothing else is asked, as whoever asks sees it: somewhat more than the
    /// simulator was told to take. The one in the middle of many.
    pub(crate) fn latency(&self, bench: &Bench) -> Result<f64> {
        let parent = self.credentials.iter().find(|one| one.kind == "auth_token").context("no credential")?;
        let url = format!(
            "{}/api.twilio.com/2010-04-01/Accounts/{}.json",
            self.simulator.endpoint(),
            parent.account
        );
        let client = reqwest::Client::builder().tls_certs_only([]).no_proxy().build()?;
        let ask = async || -> Result<f64> {
            let began = Instant::now();
            let request = client.get(&url).basic_auth(&parent.account, Some(&parent.secret));
            request.send().await?.error_for_status()?.bytes().await?;
            Ok(began.elapsed().as_secs_f64())
        };
        let mut seconds = bench.runtime.block_on(async {
            let mut seconds = Vec::new();
            for _ in 0..TRIES {
                seconds.push(ask().await?);
            }
            Ok::<_, anyhow::Error>(seconds)
        })?;
        seconds.sort_by(f64::total_cmp);
        seconds.get(TRIES / 2).copied().context("nothing was asked")
    }
}

/// What was seen of a scan.
pub(crate) struct Seen {
    /// From its start to its end.
    pub(crate) seconds: f64,
    /// From the last request to its end: the judging and the writing of the reports.
    pub(crate) after_last_request: f64,
    /// Processor time of the scan.
    pub(crate) processor: f64,
    /// Processor time of the simulator meanwhile.
    pub(crate) simulator: f64,
    /// Its largest resident memory.
    pub(crate) mib: f64,
    /// Requests that arrived.
    pub(crate) requests: usize,
    /// Of them, those that were one too many.
    pub(crate) refused: u64,
    pub(crate) exit: ExitStatus,
    /// The folder that it wrote.
    pub(crate) folder: PathBuf,
}

/// Lets the program scan, and watches.
pub(crate) fn scan(bench: &Bench, stage: &Stage, whose: Whose, options: &[&str]) -> Result<Seen> {
    let folder = tempfile::tempdir_in(bench.folder.path())?.keep();
    let credentials = folder.join("credentials.toml");
    whose.write(&stage.credentials, &credentials)?;
    let simulator = &stage.simulator;
    let (before, refused_before, own_before) =
        (simulator.count(), simulator.refused(), processor(Path::new("/proc/self"))?);
    let mut command = Command::new(&bench.program);
    command
        // Nothing of whoever measures must count: no `audit.toml`, no credentials, no settings.
        .env_clear()
        .current_dir(&folder)
        .args(["scan", "--quiet", "--output", "audits", "--endpoint", &simulator.endpoint(), "--credentials"])
        .arg(&credentials)
        .args(whose.options())
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join("stderr"))?);
    let began = Instant::now();
    let watched = watch(command.spawn().context("cannot start the program")?, simulator, began)?;
    let seconds = began.elapsed().as_secs_f64();
    if !matches!(watched.exit.code(), Some(0 | 1 | 3)) {
        bail!("the scan ended with {}: {}", watched.exit, fs::read_to_string(folder.join("stderr"))?);
    }
    Ok(Seen {
        seconds,
        after_last_request: seconds - watched.last_request,
        processor: watched.processor,
        simulator: processor(Path::new("/proc/self"))? - own_before,
        mib: watched.mib,
        requests: simulator.count() - before,
        refused: simulator.refused() - refused_before,
        exit: watched.exit,
        folder: audit_in(&folder.join("audits"))?,
    })
}

struct Watched {
    exit: ExitStatus,
    last_request: f64,
    processor: f64,
    mib: f64,
}

/// Looks at the process until it ends. The kernel keeps the largest resident memory until then (`VmHWM`); what `wait4`
/// tells afterwards would contain the memory of this process at the moment of the fork.
fn watch(mut child: Child, simulator: &Simulator, began: Instant) -> Result<Watched> {
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let (mut last_request, mut requests, mut used, mut mib) = (0.0, simulator.count(), 0.0, 0.0);
    loop {
        let exit = child.try_wait()?;
        if requests != simulator.count() {
            (requests, last_request) = (simulator.count(), began.elapsed().as_secs_f64());
        }
        if let Some(exit) = exit {
            return Ok(Watched { exit, last_request, processor: used, mib });
        }
        // Between the look at its end and this one it may have ended.
        used = processor(&process).unwrap_or(used);
        mib = resident_mib(&process).unwrap_or(mib);
        std::thread::sleep(GLANCE);
    }
}

/// The seconds of processor time that a process has used.
fn processor(process: &Path) -> Result<f64> {
    let stat = fs::read_to_string(process.join("stat"))?;
    // The name stands in parentheses and may contain anything.
    let (_, rest) = stat.rsplit_once(')').context("no name")?;
    let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS)
}

fn resident_mib(process: &Path) -> Result<f64> {
    let status = fs::read_to_string(process.join("status"))?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).context("no VmHWM")?;
    Ok(line.split_whitespace().nth(1).context("no number")?.parse::<f64>()? / 1024.0)
}

/// The folder of the one scan.
fn audit_in(output: &Path) -> Result<PathBuf> {
    for entry in fs::read_dir(output)? {
        let path = entry?.path();
        if path.join("findings.csv").is_file() && !path.is_symlink() {
            return Ok(path);
        }
    }
    bail!("there is no scan in {}", output.display())
}

impl Seen {
    /// Where the time went, for a remark.
    pub(crate) fn account(&self) -> String {
        let code = self.exit.code().unwrap_or(-1);
        format!(
            "{:.2} s, of them {:.2} s after the last request; processor: scan {:.2} s, simulator {:.2} s; {} requests, \
             {} refused; {:.0} MiB; exit code {code}",
            self.seconds,
            self.after_last_request,
            self.processor,
            self.simulator,
            self.requests,
            self.refused,
            self.mib
        )
    }
}

/// The options that choose checks.
pub(crate) fn of_checks<'a>(checks: &[&'a str]) -> Vec<&'a str> {
    checks.iter().flat_map(|check| ["--check", *check]).collect()
}

/// The scan in the middle of several, by seconds.
pub(crate) fn middle(mut scans: Vec<Seen>) -> Result<Seen> {
    scans.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let place = scans.len() / 2;
    scans.into_iter().nth(place).context("no scan")
}
