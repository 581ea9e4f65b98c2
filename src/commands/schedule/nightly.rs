//! When a scan runs, for how long, and what is kept: the same on every platform.

use std::str::FromStr;

use anyhow::anyhow;

use super::super::heading::NIGHTLY;

/// What every platform is told of a nightly scan.
#[derive(Debug, clap::Args)]
pub(super) struct Nightly {
    /// When it starts, by the clock of the machine; for Kubernetes and GitHub, in UTC unless told otherwise
    #[arg(long, value_name = "HH:MM", default_value = "02:17", help_heading = NIGHTLY)]
    at: At,
    /// How long the scan may take, for example 90m or 5h
    #[arg(long, value_name = "DURATION", default_value = "5h", help_heading = NIGHTLY)]
    deadline: Deadline,
    /// How old a scan becomes before it is removed, for example 90d; its go-live statement goes with it, and HIPAA wants
    /// that kept for six years (2192d)
    #[arg(long, value_name = "AGE", value_parser = age, default_value = "90d", help_heading = NIGHTLY)]
    keep: String,
    /// The newest scans, which are kept however old they are
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), default_value_t = 30, help_heading = NIGHTLY)]
    keep_last: u16,
}

/// A time of the day.
#[derive(Debug, Clone, Copy)]
struct At {
    hour: u8,
    minute: u8,
}

/// How long something may take, as it was written, and in seconds.
#[derive(Debug, Clone)]
struct Deadline {
    text: String,
    seconds: u32,
}

/// What is left for signing in and judging once collecting had to end.
const BEYOND_THE_DEADLINE: u32 = 60 * 60;

impl Nightly {
    /// What belongs into a place of a template.
    pub(super) fn value(&self, place: &str) -> Option<String> {
        let At { hour, minute } = self.at;
        let value = match place {
            "version" => env!("CARGO_PKG_VERSION").to_owned(),
            "at" => format!("{hour:02}:{minute:02}"),
            "hour" => hour.to_string(),
            "minute" => minute.to_string(),
            "hour_of_prune" => ((hour + 12) % 24).to_string(),
            "deadline" => self.deadline.text.clone(),
            "limit_seconds" => self.limit_seconds().to_string(),
            "keep" => self.keep.clone(),
            "keep_last" => self.keep_last.to_string(),
            _ => return None,
        };
        Some(value)
    }

    /// When whatever still runs is ended from outside.
    pub(super) const fn limit_seconds(&self) -> u32 {
        self.deadline.seconds + BEYOND_THE_DEADLINE
    }
}

impl FromStr for At {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let two_digits = |digits: &str| -> Option<u8> {
            let is_plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| is_plain)
        };
        let parse = || {
            let (hour, minute) = text.split_once(':')?;
            Some(Self { hour: two_digits(hour)?, minute: two_digits(minute)? })
        };
        parse()
            .filter(|at| at.hour < 24 && at.minute < 60)
            .ok_or_else(|| anyhow!("write the hour and the minute, for example 02:17"))
    }
}

impl FromStr for Deadline {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds = number_before(text, 'm').map(|minutes| minutes.saturating_mul(60));
        let seconds = seconds.or_else(|| number_before(text, 'h').map(|hours| hours.saturating_mul(60 * 60)));
        match seconds {
            Some(seconds @ 60..=604_800) => Ok(Self { text: text.to_owned(), seconds }),
            _ => Err(anyhow!(
                "write a whole number of minutes or hours, a week at most, for example 90m or 5h"
            )),
        }
    }
}

fn age(text: &str) -> Result<String, &'static str> {
    match number_before(text, 'd') {
        Some(1..=36_500) => Ok(text.to_owned()),
        _ => Err("write a whole number of days, for example 90d"),
    }
}

/// The number in front of a unit.
fn number_before(text: &str, unit: char) -> Option<u32> {
    let digits = text.strip_suffix(unit)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}
