//! `simulate`: a Twilio on loopback, until Ctrl-C.
//!
//! Gathers options and prints where to go; what is served is the simulator's business.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;

use super::driving::runtime_on_all_cores;
use super::{Exit, Stop};
use crate::simulator::{Estate, Options, Simulator};

/// Serve a Twilio on this machine, for trying things
///
/// Serves the clinic that `scan --demo` audits, an estate of your own, or the examples in Twilio's OpenAPI
/// files. It prints what to export in another terminal, so that `twilio-audit scan` there asks this simulator
/// instead of Twilio. Its credentials are make-believe and open nothing else. It can be written to as well; what is
/// written lasts until it ends, and no file is changed.
///
/// How an estate is written is told in docs/simulate.md.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The port to listen on, on this machine only; 0 for any free one
    #[arg(long, default_value_t = 8080, env = "TWILIO_AUDIT_PORT")]
    port: u16,

    /// Serve this estate instead of the built-in clinic (JSON)
    #[arg(long, value_name = "FILE", conflicts_with = "openapi", env = "TWILIO_AUDIT_ESTATE")]
    estate: Option<PathBuf>,

    /// Serve the response examples of a folder of OpenAPI files instead
    #[arg(long, value_name = "DIR", env = "TWILIO_AUDIT_OPENAPI")]
    openapi: Option<PathBuf>,

    /// Requests in flight per account; one more is answered with 429
    #[arg(long, value_name = "N", default_value_t = 50, env = "TWILIO_AUDIT_CONCURRENCY_LIMIT")]
    concurrency_limit: usize,
}

/// What signs in where examples are served. Twilio's examples have no owner, so any account will do.
const ANY_CREDENTIAL: &str = "\
export TWILIO_ACCOUNT_SID=AC00000000000000000000000000000001
export TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef

# any other account SID with any other Auth Token signs in as well
";

/// Serves until Ctrl-C. Says on stderr where, and with which credentials.
///
/// # Errors
/// When the port is taken, or an estate or OpenAPI folder cannot be read.
pub fn run(args: Args) -> Result<Exit, Stop> {
    let runtime = runtime_on_all_cores()?;
    runtime.block_on(serve(args)).map(|()| Exit::Complete).map_err(Stop::with(Exit::Usage))
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let options =
        Options { port: args.port, concurrency_limit: args.concurrency_limit, ..Options::default() };
    let listening = || format!("cannot serve on 127.0.0.1:{}; choose another port with --port", args.port);
    let (simulator, hints) = if let Some(folder) = &args.openapi {
        let simulator = Simulator::start_openapi(folder, options).await;
        let simulator =
            simulator.with_context(|| format!("cannot serve the examples in {}", folder.display()))?;
        (simulator, ANY_CREDENTIAL.to_owned())
    } else {
        let estate = match &args.estate {
            Some(file) => read(file)?,
            None => Estate::demo(),
        };
        let hints = credentials(&estate);
        (Simulator::start(estate, options).await.with_context(listening)?, hints)
    };
    // A closed stderr is no reason to stop serving.
    let _ = write!(
        std::io::stderr().lock(),
        "Serving at {endpoint}; Ctrl-C ends it. In another terminal:\n\n\
         export TWILIO_AUDIT_ENDPOINT={endpoint}\n{hints}",
        endpoint = simulator.endpoint()
    );
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    simulator.stop();
    Ok(())
}

fn read(file: &PathBuf) -> anyhow::Result<Estate> {
    let json = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Estate::from_json(&json).with_context(|| format!("cannot use {}", file.display()))
}

/// Make-believe secrets: they open nothing but this simulator.
fn credentials(estate: &Estate) -> String {
    let all = estate.credentials();
    let lines = all.iter().map(|one| {
        let region = if one.region == "us1" { String::new() } else { format!(" ({})", one.region) };
        format!("# {:<24} {:<16} {} {}{region}\n", one.account_name, one.kind, one.user, one.secret)
    });
    let first = all.first().map(|one| {
        format!("export TWILIO_ACCOUNT_SID={}\nexport TWILIO_AUTH_TOKEN={}\n\n", one.account, one.secret)
    });
    first.into_iter().chain(lines).collect()
}
