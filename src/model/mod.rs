//! Plain data that every room speaks: account SIDs, outcomes, severities, coverage, findings, scans,
//! permissions.
//!
//! Nothing here reads a file, asks the network or knows SQL; nothing here imports another room.

mod blockers;
mod change;
mod coverage;
mod declared;
mod diff;
mod enumeration;
mod examination;
mod finding;
mod fingerprint;
mod fix;
mod fix_plan;
mod likeness;
mod matrix;
mod news;
mod permissions;
mod plan;
mod region;
mod resources;
mod rule;
mod scan;
mod severity;
mod shard;
mod sid;
mod slug;
mod tally;
mod trend;
mod trouble;
mod verification;

pub use blockers::{Blockers, Standing};
pub use change::{Change, Changes};
pub use coverage::{Coverage, CoverageStatus, Readings};
pub(crate) use declared::Named;
pub use declared::{
    Accepted, Attested, CONTRADICTED, DatedList, Declaration, DeclaredBaa, PHI_REMAINS, PHI_SIGNS,
};
pub use diff::{AccountChange, Became, Before, Diff, Drift, FindingChange, Side, THERE};
pub use enumeration::{capitalised, counted, first_of};
pub use examination::{
    Examination, ExaminedAccount, ExaminedHost, ExaminedOrganization, HeldCredential, Lack, Remedy,
};
pub use finding::{Finding, Findings, Outcome};
pub use fingerprint::{FINGERPRINT_VERSION, as_seen, finding_id};
pub use fix::{Call, Fix, Method, Placeholders, Risk, Unfillable, Values, WriteCall, placeholders};
pub use fix_plan::{
    About, ByHand, Dependent, FieldChange, FixPlan, FixStep, PLAN_FORMAT, RefusedFix, StepClass, WayBack,
};
pub use likeness::{did_you_mean, near};
pub use matrix::{Cell, Matrix, Share};
pub use news::{News, OpenCounts, ToldChanges, ToldCheck, ToldVerdict};
pub use permissions::{Allow, Holder, KeyList, Needs, Permissions, Place, Purpose, Reader, Uncovered};
pub use plan::{Asked, Plan};
pub use region::Region;
pub use resources::{OCCURRENCES, Resources};
pub use rule::{Rule, Settlement};
pub use scan::{Clock, Kept, Scan, ScanId, ScannedAccount, Verdict, day_of, in_seconds};
pub use severity::Severity;
pub use shard::{InvalidShard, Shard};
pub(crate) use sid::is_sid;
pub use sid::{AccountSid, InvalidSid, looks_like_sid};
pub use slug::is_slug;
pub use tally::{Said, Tally};
pub use trend::{LONGEST_TREND, TrendPoint};
pub use trouble::trouble;
pub use verification::{
    Note, Problem, ProblemKind, ScanState, Seal, SignatureState, Verification, VerifiedScan,
};
