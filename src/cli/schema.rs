//! What the flags accept, in the schema of the profile file: the flags themselves are asked, so that both agree.

use super::setting::{Row, flags};
use crate::finding::Severity;
use clap::ValueEnum;
use serde_json::{Value, json};

/// A duration such as 90s, 1h30m or 30.
const DURATION: &str = r"^(\d+|(\d+(\.\d*)?(ns|us|µs|ms|s|m|h|d))+)$";

/// A percentage from 1 to 100.
const PERCENT: &str = r"^\d+(\.\d+)? ?%?$";

/// Returns the error of a flag about a value; `None` if it accepts it.
fn error(row: &Row, value: &str) -> Option<String> {
    let line = ["check".to_owned(), format!("{}={value}", row.flag)];
    flags().try_get_matches_from(line).err().map(|error| error.to_string())
}

/// Returns the range in the error of a number: the least, and the most if there is one.
fn range(row: &Row) -> (i64, Option<i64>) {
    let error = error(row, "x").unwrap_or_else(|| panic!("{row:?} is not a number"));
    let words: Vec<&str> = error.lines().next().unwrap_or_default().split(' ').collect();
    let numbers: Vec<i64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    (numbers[0], numbers.get(1).copied())
}

/// Returns the values of a flag with a fixed list of them.
fn values(row: &Row) -> Vec<String> {
    let command = flags();
    let named = |arg: &&clap::Arg| arg.get_long() == row.flag.strip_prefix("--");
    let values = command.get_arguments().find(named).map(clap::Arg::get_possible_values).unwrap_or_default();
    values
        .iter()
        .flat_map(|value| value.get_name_and_aliases().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Adds what the flag of a setting accepts to the schema of its value.
pub(super) fn restrict(property: &mut Value, row: &Row) {
    let types = property["type"].as_array().cloned().unwrap_or_default();
    let accepts = |value: &str| error(row, value).is_none();
    let named = values(row);
    if types.contains(&json!("integer")) {
        let (least, most) = range(row);
        property["minimum"] = least.into();
        property["maximum"] = most.map_or(Value::Null, Value::from);
        if most.is_none() {
            property.as_object_mut().unwrap().remove("maximum");
        }
    } else if types.contains(&json!("object")) {
        let levels = Severity::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let levels: Vec<String> = levels
            .flat_map(|level| level.get_name_and_aliases().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        property["additionalProperties"] = json!({ "enum": levels });
    } else if types.contains(&json!("string")) && types.contains(&json!("array")) {
        let output = format!("({})(=[^,]+)?", named.join("|"));
        property["items"]["pattern"] = format!("^{output}$").into();
        property["pattern"] = format!("^{output}(,{output})*$").into();
    } else if types.contains(&json!("string")) && !named.is_empty() && property["anyOf"].is_null() {
        property["enum"] = named.into_iter().map(Value::from).chain([Value::Null]).collect();
    } else if types.contains(&json!("string")) {
        // A number is read as its text.
        if accepts("15m") && !accepts("x") {
            property["pattern"] = DURATION.into();
        } else if accepts("5") && !accepts("x") && !accepts("5s") {
            (property["pattern"], property["minimum"], property["maximum"]) =
                (PERCENT.into(), 1.into(), 100.into());
        }
        if accepts("15") {
            property["type"] = json!(["string", "number", "null"]);
        }
    } else if types.contains(&json!("array")) && accepts("15") {
        property["items"]["type"] = json!(["string", "number"]);
    }
}
