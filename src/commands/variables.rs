//! Environment variables that look like options and are none: a misspelt one would be ignored in silence.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::Command;

use crate::model::near;
use crate::report::printable;

/// What the names of all options begin with in the environment.
const PREFIX: &str = "TWILIO_AUDIT_";

/// Says which variables of the environment have the prefix of options and belong to none. Their values are looked at by
/// nobody.
pub fn warn_of_unknown_variables(program: &Command) {
    let mut known = BTreeSet::new();
    add_variables(program, &mut known);
    for unknown in unknown(std::env::vars_os().map(|(name, _)| name), &known) {
        tracing::warn!("{unknown}");
    }
}

/// The variables of the options of a command and of those below it.
fn add_variables(command: &Command, known: &mut BTreeSet<String>) {
    let variables = command.get_arguments().filter_map(|argument| argument.get_env());
    known.extend(variables.map(|name| name.to_string_lossy().into_owned()));
    command.get_subcommands().for_each(|below| add_variables(below, known));
}

/// A sentence for each name that has the prefix and is not known, in alphabetical order.
fn unknown(names: impl Iterator<Item = OsString>, known: &BTreeSet<String>) -> Vec<String> {
    let names: BTreeSet<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with(PREFIX) && !known.contains(name))
        .collect();
    let sentence = |name: &String| {
        // What all begin with says nothing about which is near.
        let short = name.strip_prefix(PREFIX).unwrap_or(name);
        let near = near(short, known.iter().filter_map(|known| known.strip_prefix(PREFIX)));
        let near: Vec<String> = near.iter().map(|near| format!("{PREFIX}{near}")).collect();
        let what_to_do = if near.is_empty() {
            "the help of each command names those that there are".to_owned()
        } else {
            format!("did you mean {}?", near.join(" or "))
        };
        format!("the environment variable {} is ignored, for no option reads it: {what_to_do}", printable(name))
    };
    names.iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_variable_is_named_with_the_nearest_that_there_is() {
        let known: BTreeSet<String> =
            ["OUTPUT", "CONFIG", "CHECKS_DIR", "CHECK"].map(|name| format!("{PREFIX}{name}")).into();
        let names = [
            "PATH",
            "TWILIO_ACCOUNT_SID",
            "TWILIO_AUDIT_OUTPUT",
            "TWILIO_AUDIT_OUPUT",
            "TWILIO_AUDIT_CHEKS_DIR",
        ];
        let said = unknown(names.iter().map(OsString::from), &known);
        let [first, second] = &said[..] else { panic!("{said:?}") };
        assert!(
            first.contains("TWILIO_AUDIT_CHEKS_DIR is ignored")
                && first.ends_with("TWILIO_AUDIT_CHECKS_DIR?")
        );
        assert!(second.contains("TWILIO_AUDIT_OUPUT is ignored") && second.ends_with("TWILIO_AUDIT_OUTPUT?"));
    }
}
