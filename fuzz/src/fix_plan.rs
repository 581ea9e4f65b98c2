//! Plans of changes: one that was sealed is read as it was written, and one that was touched is not read as another.

use jiff::Timestamp;
use twilio_audit::fix::{read_plan, write_plan};
use twilio_audit::model::FixPlan;
use twilio_audit::report;

const MADE_AT: &str = "2026-11-28T12:00:00Z";

/// The first line says where the sealed plan is touched, as `PLACE BYTE`; what follows, a plan.
pub fn run(data: &[u8]) {
    let (touch, text) = super::first_line(data);
    let Ok(text) = std::str::from_utf8(text) else { return };
    let now: Timestamp = MADE_AT.parse().unwrap();
    if let Err(error) = read_plan(text, now) {
        error.to_string();
    }
    let Ok(mut plan) = serde_json::from_str::<FixPlan>(text) else { return };
    MADE_AT.clone_into(&mut plan.made_at);
    plan.format = 1;
    let sealed = write_plan(&mut plan).unwrap();
    assert_eq!(read_plan(&sealed, now).unwrap(), plan);
    shown(&plan);
    let mut bytes = sealed.into_bytes();
    let mut words = std::str::from_utf8(touch).unwrap_or_default().split(' ');
    let place: usize = words.next().and_then(|word| word.parse().ok()).unwrap_or(0) % bytes.len();
    bytes[place] = words.next().and_then(|word| word.parse().ok()).unwrap_or(b' ');
    if let Ok(touched) = read_plan(&String::from_utf8_lossy(&bytes), now) {
        assert_eq!(touched, plan, "a touched plan is another plan");
    }
}

/// What people read of it before they agree.
fn shown(plan: &FixPlan) {
    let (mut page, mut lines) = (Vec::new(), Vec::new());
    report::fix_plan_markdown(plan, &mut page).unwrap();
    report::fix_plan_summary(plan, &[], &mut lines).unwrap();
    let steps: Vec<_> = plan.steps.iter().collect();
    report::fix_steps(&steps, &mut lines).unwrap();
    // Only what sets a style may steer the terminal: `ESC [ 1 m`.
    let text = String::from_utf8(lines).unwrap();
    for piece in text.split('\u{1b}').skip(1) {
        let is_style = piece.strip_prefix('[').and_then(|rest| rest.split_once('m'));
        let is_style =
            is_style.is_some_and(|(code, _)| code.bytes().all(|b| b.is_ascii_digit() || b == b';'));
        assert!(is_style, "a text of the plan steers the terminal: {piece:?}");
    }
    let steers = |c: char| c.is_control() && c != '\n' && c != '\u{1b}';
    assert!(!text.contains(steers), "a text of the plan steers the terminal");
}
