//! The file of a plan: whole, unaltered and young enough, or not used.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::model::{FixPlan, PLAN_FORMAT};

/// An older plan is not applied: too much may have changed that no single field shows.
const OLDEST: SignedDuration = SignedDuration::from_hours(24);
/// Clocks of two machines may differ by so much.
const CLOCKS: SignedDuration = SignedDuration::from_mins(10);

/// A plan that is not used.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// No plan.
    #[error("it is no plan of this program: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A plan in another form.
    #[error("it is a plan of form {found}, and this version reads form {PLAN_FORMAT}: make it again")]
    Form {
        /// Which form.
        found: u32,
    },
    /// Somebody changed it.
    #[error(
        "it was changed after it was made (its digest does not fit): make a plan anew instead of editing one"
    )]
    Edited,
    /// Too old.
    #[error("it was made {hours} hours ago, and a plan counts for 24: scan again and make it anew")]
    TooOld {
        /// How old.
        hours: i64,
    },
    /// Made in the future, or at no time.
    #[error(
        "it says that it was made at `{made_at}`, which is not in the past: look at the clock of this machine"
    )]
    NotYet {
        /// When.
        made_at: String,
    },
}

/// The form alone, which is looked at first: nothing else may be what it was.
#[derive(serde::Deserialize)]
struct Form {
    format: u32,
}

/// Seals a plan by its digest, and words it.
pub fn write_plan(plan: &mut FixPlan) -> Result<String, serde_json::Error> {
    plan.digest = digest(plan)?;
    Ok(serde_json::to_string_pretty(plan)? + "\n")
}

/// The plan in a text, if it may be applied at this moment.
///
/// # Errors
///
/// When it is none, was changed, or is too old.
pub fn read_plan(text: &str, now: Timestamp) -> Result<FixPlan, PlanError> {
    let plan = unaltered_plan(text)?;
    let made_at = plan.made_at.parse::<Timestamp>().ok();
    let age = made_at.map(|made_at| now.duration_since(made_at)).filter(|age| *age >= -CLOCKS);
    match age {
        None => Err(PlanError::NotYet { made_at: plan.made_at }),
        Some(age) if age > OLDEST => Err(PlanError::TooOld { hours: age.as_hours() }),
        Some(_) => Ok(plan),
    }
}

/// The plan in a text, however old, if it is as it was made.
///
/// # Errors
///
/// When it is none, or was changed.
pub fn unaltered_plan(text: &str) -> Result<FixPlan, PlanError> {
    let form: Form = serde_json::from_str(text)?;
    if form.format != PLAN_FORMAT {
        return Err(PlanError::Form { found: form.format });
    }
    let plan: FixPlan = serde_json::from_str(text)?;
    if digest(&plan)? == plan.digest { Ok(plan) } else { Err(PlanError::Edited) }
}

/// The SHA-256 of a plan, whatever digest stands in it.
fn digest(plan: &FixPlan) -> Result<String, serde_json::Error> {
    let unsealed = FixPlan { digest: String::new(), ..plan.clone() };
    Ok(format!("{:x}", Sha256::digest(serde_json::to_string(&unsealed)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    const MADE_AT: &str = "2026-11-28T12:00:00Z";

    fn text() -> String {
        write_plan(&mut FixPlan {
            format: PLAN_FORMAT,
            made_by: "twilio-audit 0.1.0".into(),
            made_at: MADE_AT.into(),
            scan_id: "20261128T110000Z".into(),
            scanned_at: "2026-11-28T11:00:00Z".into(),
            scan_is_complete: true,
            root_account_sid: "AC1".into(),
            region: Region::Us1,
            steps: vec![],
            refused: vec![],
            by_hand: vec![],
            digest: String::new(),
        })
        .unwrap()
    }

    fn read_after(hours: i64, text: &str) -> Result<FixPlan, PlanError> {
        read_plan(text, MADE_AT.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours))
    }

    #[test]
    fn a_plan_counts_for_a_day() {
        assert!(read_after(0, &text()).is_ok());
        assert!(read_after(24, &text()).is_ok());
        assert!(matches!(read_after(25, &text()), Err(PlanError::TooOld { hours: 25 })));
        assert!(matches!(read_after(-1, &text()), Err(PlanError::NotYet { .. })));
    }

    #[test]
    fn a_plan_that_somebody_changed_is_none() {
        let edited = text().replace("AC1", "AC2");
        assert!(matches!(read_after(1, &edited), Err(PlanError::Edited)));
        let younger = text().replace(MADE_AT, "2026-11-28T13:00:00Z");
        assert!(matches!(read_after(2, &younger), Err(PlanError::Edited)));
    }

    #[test]
    fn another_form_and_other_files_are_told_apart() {
        let newer = text().replace("\"format\": 1", "\"format\": 2, \"more\": 1");
        assert!(matches!(read_after(1, &newer), Err(PlanError::Form { found: 2 })));
        assert!(matches!(read_after(1, "{}"), Err(PlanError::Unreadable(_))));
    }
}
