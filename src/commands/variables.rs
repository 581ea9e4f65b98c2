//! Environment variables as options: which of them a value came from that cannot be taken, and which look like options and
//! are none, for a misspelt one would be ignored in silence.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};

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

/// Names in an error of the command line the variables that its values came from: whoever did not write an option does not
/// look for it.
pub(super) fn name_variables(error: &mut clap::Error, program: &Command, line: &[OsString]) {
    let options = unwritten(program, line, &|name| std::env::var_os(name).is_some());
    for kind in [ContextKind::InvalidArg, ContextKind::PriorArg] {
        let renamed = match error.get(kind) {
            Some(ContextValue::String(shown)) => renamed(shown, &options).map(ContextValue::String),
            Some(ContextValue::Strings(all)) => {
                let all = all.iter().map(|shown| renamed(shown, &options).unwrap_or_else(|| shown.clone()));
                Some(ContextValue::Strings(all.collect()))
            }
            _ => None,
        };
        if let Some(renamed) = renamed {
            error.insert(kind, renamed);
        }
    }
}

/// The options of the command that was called which are given by a variable alone: as errors show them, and the variable.
fn unwritten(program: &Command, line: &[OsString], is_set: &dyn Fn(&str) -> bool) -> Vec<(String, String)> {
    let words: Vec<&str> = line.iter().skip(1).filter_map(|word| word.to_str()).collect();
    let mut called = vec![program];
    for word in &words {
        called.extend(called.last().and_then(|last| last.find_subcommand(word)));
    }
    let options = called.iter().flat_map(|command| command.get_arguments());
    let given = options.filter(|option| !words.iter().any(|word| writes(word, option)));
    let variable = |option: &Arg| option.get_env().map(|name| name.to_string_lossy().into_owned());
    given
        .filter_map(|option| Some((option.to_string(), variable(option).filter(|name| is_set(name))?)))
        .collect()
}

/// Whether a word of the command line gives an option.
fn writes(word: &str, option: &Arg) -> bool {
    let long = word.strip_prefix("--").and_then(|rest| rest.split('=').next());
    let short = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
    long.is_some_and(|long| option.get_long() == Some(long))
        || short.is_some_and(|short| option.get_short().is_some_and(|letter| short.contains(letter)))
}

fn renamed(shown: &str, options: &[(String, String)]) -> Option<String> {
    let (_, variable) = options.iter().find(|(option, _)| option == shown)?;
    Some(format!("{variable} of the environment ({shown})"))
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
        format!(
            "the environment variable {} is ignored, for no option reads it: {what_to_do}",
            printable(name)
        )
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
            "TWILIO_AUDIT_ZYX",
        ];
        let said = unknown(names.iter().map(OsString::from), &known);
        let [first, second, foreign] = &said[..] else { panic!("{said:?}") };
        assert!(
            first.contains("TWILIO_AUDIT_CHEKS_DIR is ignored")
                && first.ends_with("TWILIO_AUDIT_CHECKS_DIR?")
        );
        assert!(foreign.contains("TWILIO_AUDIT_ZYX is ignored") && !foreign.contains("did you mean"));
        assert!(second.contains("TWILIO_AUDIT_OUPUT is ignored") && second.ends_with("TWILIO_AUDIT_OUTPUT?"));
    }
}
