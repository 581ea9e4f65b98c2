//! Which of the names that there are was meant by one that there is not.

/// Jaro-Winkler similarity from which a name is near: a letter left out, doubled, mistaken or moved, or the end left off.
/// Between words that have nothing to do with each other it is 0.5 to 0.7.
const NEAR: f64 = 0.8;

/// Names that are so much less like than the likest are not worth a reader's time.
const AS_GOOD: f64 = 0.05;

/// More are no help.
const MOST: usize = 3;

/// The known names that are near enough to have been meant, the likest first: three at most, and often none. Capitals do
/// not matter.
pub fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let likeness = |candidate: &'a str| {
        let like = strsim::jaro_winkler(&name, &candidate.to_lowercase());
        (like >= NEAR).then_some((like, candidate))
    };
    let mut near: Vec<(f64, &str)> = known.filter_map(likeness).collect();
    near.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.cmp(other)));
    near.dedup_by_key(|(_, candidate)| *candidate);
    let best = near.first().map_or(0.0, |(like, _)| *like);
    near.into_iter().filter(|(like, _)| best - like <= AS_GOOD).take(MOST).map(|(_, name)| name).collect()
}

/// The question that a typing error deserves, where something is near enough to be meant.
pub fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let quoted: Vec<String> = near(name, known).iter().map(|near| format!("`{near}`")).collect();
    let (last, before) = quoted.split_last()?;
    let before = if before.is_empty() { String::new() } else { format!("{} or ", before.join(", ")) };
    Some(format!("did you mean {before}{last}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 7] = [
        "webhook-http",
        "webhook-get-method",
        "byoc_trunk",
        "phone_number",
        "phone_number_route",
        "phone_number_add_on",
        "Programmable Messaging",
    ];

    #[test]
    fn only_what_is_near_is_suggested_and_three_at_most() {
        for (name, wanted) in [
            ("webhok", &["webhook-http", "webhook-get-method"][..]),
            ("webhoook-htp", &["webhook-http"]),
            ("byoc_trunks", &["byoc_trunk"]),
            ("phone", &["phone_number", "phone_number_route", "phone_number_add_on"]),
            ("programable messaging", &["Programmable Messaging"]),
            ("zzz", &[]),
            ("recording", &[]),
            ("", &[]),
        ] {
            assert_eq!(near(name, NAMES.into_iter()), wanted, "{name}");
        }
        let many: Vec<String> = (0..9).map(|number| format!("webhook-{number}")).collect();
        assert_eq!(near("webhook", many.iter().map(String::as_str)).len(), MOST);
    }

    #[test]
    fn a_question_names_each_of_them() {
        let asked = |name| did_you_mean(name, NAMES.into_iter());
        assert_eq!(asked("webhoook-htp").as_deref(), Some("did you mean `webhook-http`?"));
        let wanted = "did you mean `phone_number`, `phone_number_route` or `phone_number_add_on`?";
        assert_eq!(asked("phone").as_deref(), Some(wanted));
        assert_eq!(asked("zzz"), None);
    }
}
