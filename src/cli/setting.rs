//! The flags of the settings, and their table in `docs/profiles.md`.

use super::CheckArgs;
use crate::policy::setting::{SETTINGS, Setting};
use clap::{Arg, Args, Command};

/// Variables that set a setting, besides `HEALTHCHECK_` and the name of its flag.
const ALSO: [(&str, &str); 1] = [("skip_tls_check", "SKIP_TLS_CHECK")];

impl Setting {
    /// Returns its flag.
    pub(super) fn arg<'c>(&self, command: &'c Command) -> Option<&'c Arg> {
        command.get_arguments().find(|arg| arg.get_id() == self.id)
    }

    /// Returns the name of its flag, without dashes.
    pub(super) fn long(&self, command: &Command) -> String {
        self.arg(command).and_then(Arg::get_long).unwrap_or(self.id).to_owned()
    }

    /// Returns the environment variables that set it, in order of precedence.
    pub(super) fn variables(&self, command: &Command) -> Vec<String> {
        let long = self.long(command);
        let own = format!("HEALTHCHECK_{}", long.to_uppercase().replace('-', "_"));
        let also = ALSO.into_iter().filter(|(id, _)| *id == self.id).map(|(_, name)| name.to_owned());
        std::iter::once(own).chain(also).collect()
    }
}

/// Returns the flags of all settings.
pub(super) fn flags() -> Command {
    CheckArgs::augment_args(Command::new("check"))
}

/// A row of the table of settings.
#[derive(Clone, Debug)]
pub struct Row {
    /// The key in a profile.
    pub key: &'static str,
    /// The environment variables.
    pub variables: Vec<String>,
    /// The flag.
    pub flag: String,
    /// The default value.
    pub built_in: String,
    /// The help of the flag.
    pub help: String,
}

/// Returns every setting as a row.
pub fn table() -> Vec<Row> {
    let command = flags();
    let row = |setting: &'static Setting| {
        let arg = setting.arg(&command);
        let defaults = arg.map(Arg::get_default_values).unwrap_or_default();
        let defaults: Vec<String> =
            defaults.iter().map(|value| value.to_string_lossy().into_owned()).collect();
        Row {
            key: setting.key,
            variables: setting.variables(&command),
            flag: format!("--{}", setting.long(&command)),
            built_in: defaults.join(","),
            help: arg.and_then(Arg::get_help).map(ToString::to_string).unwrap_or_default(),
        }
    };
    SETTINGS.iter().map(row).collect()
}

/// Returns the table of all settings in Markdown, as docs/profiles.md has it.
pub fn settings_table() -> String {
    let row = |Row { key, variables, flag, built_in, help }: Row| {
        let variables: Vec<String> = variables.iter().map(|name| format!("`{name}`")).collect();
        let built_in = if built_in.is_empty() { built_in } else { format!("`{built_in}`") };
        let help = help.replace('|', "\\|").replace('<', "&lt;").replace('*', "\\*");
        format!("| `{key}` | {} | `{flag}` | {built_in} | {help} |", variables.join(", "))
    };
    let head = [
        "| Key in a profile | Environment | Flag | Built in | What it does |",
        "| --- | --- | --- | --- | --- |",
    ];
    head.into_iter().map(str::to_owned).chain(table().into_iter().map(row)).collect::<Vec<_>>().join("\n")
        + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::profile::{Config, SCHEMA};
    use crate::policy::setting::Form;
    use clap::ArgAction;
    use std::collections::BTreeSet;

    #[test]
    fn every_setting_is_a_flag_of_its_form() {
        let command = flags();
        for setting in &SETTINGS {
            let arg = setting.arg(&command).unwrap_or_else(|| panic!("{setting:?} has no flag"));
            let is_list = matches!(arg.get_action(), ArgAction::Append);
            match setting.form {
                Form::List | Form::Paths | Form::Map | Form::Outputs => assert!(is_list, "{setting:?}"),
                _ => assert!(!is_list, "{setting:?}"),
            }
            let takes_no_value = matches!(arg.get_action(), ArgAction::SetTrue);
            assert!(setting.form == Form::Switch || !takes_no_value, "{setting:?}");
        }
        let keys: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
        assert_eq!(keys.len(), SETTINGS.len());
    }

    /// Flags that no profile and no variable of the environment sets: what one run reads, when, and which of its rows are
    /// shown; where the settings are; and flags of kubectl, which the kubeconfig sets.
    const OF_ONE_RUN: &str = "as as-group as-uid cache certificate-authority client-certificate client-key cluster config \
        disable-compression filename insecure-skip-tls-verify limit log-format newer no-headers notify now older \
        profile server sort tls-server-name token user verbose wait-for watch";

    #[test]
    fn every_flag_is_a_setting_or_of_one_run() {
        let command = flags();
        let set: Vec<&str> =
            SETTINGS.iter().filter_map(|setting| setting.arg(&command)?.get_long()).collect();
        let mut others: Vec<&str> = command.get_arguments().filter_map(Arg::get_long).collect();
        others.retain(|flag| !set.contains(flag));
        others.sort_unstable();
        assert_eq!(others, OF_ONE_RUN.split_whitespace().collect::<Vec<_>>());
    }

    /// `docs/config.schema.json`, from the types of the file and the help of the flags.
    #[test]
    fn the_schema_for_editors_is_current() {
        let mut schema = serde_json::to_value(schemars::schema_for!(Config)).unwrap();
        schema["title"] = "kubectl-healthcheck configuration".into();
        for row in table() {
            let (section, key) = match row.key.split_once('.') {
                Some((_, key)) => ("Thresholds", key),
                None => ("Profile", row.key),
            };
            let property = &mut schema["$defs"][section]["properties"][key];
            super::super::schema::restrict(property, &row);
            property["description"] = format!("{}.", row.help).into();
        }
        let made = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/config.schema.json");
            std::fs::write(path, &made).unwrap();
            return;
        }
        let hint = "UPDATE=1 cargo test --lib schema writes docs/config.schema.json";
        assert!(made == SCHEMA, "{hint}");
    }
}
