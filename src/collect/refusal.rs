//! What an answer says of the thing that was asked for, above all a refusal. Pure.

use jiff::Timestamp;

use crate::catalogue::{Answer, Endpoint, Missing, doubts};
use crate::model::{Coverage, CoverageStatus, day_of};
use crate::twilio::{Failure, FailureKind};

/// What the last answer said: that of the failure, or of the last page of a whole listing.
pub(super) fn answered(coverage: Coverage, failure: Option<&Failure>) -> Coverage {
    let is_whole = coverage.status == CoverageStatus::Complete;
    Coverage {
        http_status: failure.and_then(|failure| failure.http_status).or_else(|| is_whole.then_some(200)),
        twilio_code: failure.and_then(|failure| failure.twilio_code),
        missing_permission: failure.and_then(|failure| failure.missing_permission.clone()),
        ..coverage
    }
}

/// What a refusal says of the thing that was asked for and, where it is an answer after all, in words.
pub(super) fn outcome_of(
    endpoint: &Endpoint,
    kind: FailureKind,
    started_at: Timestamp,
) -> (CoverageStatus, Option<&'static str>) {
    let is_gone = endpoint.host.may_be_gone_from().is_some_and(|day| day <= day_of(started_at));
    match kind {
        FailureKind::Denied
        | FailureKind::NoToken
        | FailureKind::ClientValidation
        | FailureKind::TestCredentials => (CoverageStatus::Denied, None),
        FailureKind::InactiveAccount => (CoverageStatus::InactiveAccount, None),
        FailureKind::Retired if is_gone => (CoverageStatus::Absent, Some(RETIRED)),
        // That this address is retired does not tell what stands at its successor.
        FailureKind::Retired => (CoverageStatus::NotEnabled, None),
        FailureKind::NoSuchHost => no_such_host(is_gone, doubts::UNKNOWN_NAME_MEANS_RETIRED),
        FailureKind::Halted | FailureKind::Unreachable | FailureKind::Broken => {
            (CoverageStatus::Failed, None)
        }
        FailureKind::NotFound => not_found(
            endpoint,
            doubts::LIST_NOT_FOUND_MEANS_EMPTY,
            doubts::OBJECT_NOT_FOUND_MEANS_NEVER_CONFIGURED,
        ),
    }
}

const RETIRED: &str = "retired by Twilio";

const fn no_such_host(is_gone: bool, means_retired: bool) -> (CoverageStatus, Option<&'static str>) {
    match is_gone && means_retired {
        true => (CoverageStatus::Absent, Some(RETIRED)),
        false => (CoverageStatus::Failed, None),
    }
}

/// What a 404 says: of most objects nothing certain, of a list what the doubts decide.
const fn not_found(
    endpoint: &Endpoint,
    list_means_empty: bool,
    object_means_never: bool,
) -> (CoverageStatus, Option<&'static str>) {
    match (endpoint.answer, endpoint.missing) {
        (Answer::List { .. }, _) if list_means_empty => (CoverageStatus::Absent, Some("there is none")),
        (Answer::Single, Missing::NeverConfigured) if object_means_never => {
            (CoverageStatus::Absent, Some("never configured"))
        }
        (Answer::List { .. } | Answer::Single, _) => (CoverageStatus::NotEnabled, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(kind: &str) -> &'static Endpoint {
        crate::catalogue::kind(kind).unwrap().endpoint().unwrap()
    }

    #[test]
    fn both_answers_to_what_a_missing_list_means() {
        let list = endpoint("sync_service");
        assert_eq!(not_found(list, false, true).0, CoverageStatus::NotEnabled);
        assert_eq!(not_found(list, true, true).0, CoverageStatus::Absent);
    }

    #[test]
    fn both_answers_to_what_a_missing_object_means() {
        let object = endpoint("bulk_export");
        assert_eq!(not_found(object, false, true), (CoverageStatus::Absent, Some("never configured")));
        assert_eq!(not_found(object, false, false).0, CoverageStatus::NotEnabled);
        assert_eq!(not_found(endpoint("voice_setting"), false, true).0, CoverageStatus::NotEnabled);
    }

    #[test]
    fn both_answers_to_what_an_unknown_name_means() {
        assert_eq!(no_such_host(true, true).0, CoverageStatus::Absent);
        assert_eq!(no_such_host(true, false).0, CoverageStatus::Failed);
        assert_eq!(no_such_host(false, true).0, CoverageStatus::Failed, "nobody announced its end");
    }

    #[test]
    fn a_retired_address_is_an_answer_only_where_its_end_was_announced() {
        let on = |day: &str| day.parse::<Timestamp>().unwrap();
        let status = |kind, day| outcome_of(endpoint(kind), FailureKind::Retired, on(day)).0;
        assert_eq!(status("notify_service", "2026-11-27T00:00:00Z"), CoverageStatus::NotEnabled);
        assert_eq!(status("notify_service", "2027-11-01T00:00:00Z"), CoverageStatus::Absent);
        assert_eq!(status("sync_service", "2027-11-01T00:00:00Z"), CoverageStatus::NotEnabled);
    }
}
