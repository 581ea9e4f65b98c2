//! Filling templates. It knows nothing of what they are for.

/// Fills the places (`{{name}}`) of a template. A line with a place for which there is no value is left out. What
/// GitHub fills itself (`${{ name }}`) stays as it is.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    template.split_inclusive('\n').filter_map(|line| fill_line(line, &value)).collect()
}

fn fill_line(line: &str, value: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let Some((before, rest)) = line.split_once("{{") else { return Some(line.to_owned()) };
    if before.ends_with('$') {
        return Some(format!("{before}{{{{{}", fill_line(rest, value)?));
    }
    let (place, after) = rest.split_once("}}")?;
    Some(format!("{before}{}{}", value(place)?, fill_line(after, value)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_once_and_lines_without_a_value_are_left_out() {
        let value = |place: &str| match place {
            "a" => Some("1".to_owned()),
            "b" => Some("{{a}}".to_owned()),
            _ => None,
        };
        let template = "x {{a}}-{{b}}\ny {{c}} {{a}}\n{{a}}: ${{ secrets.C }} {{a}}\nplain }}\n";
        assert_eq!(fill(template, value), "x 1-{{a}}\n1: ${{ secrets.C }} 1\nplain }}\n");
    }
}
