//! Parsed JSON or YAML read as a type.

use serde::de::{DeserializeOwned, Error};
use serde_json::Value;

/// Reads a parsed value as a type.
///
/// It writes the value as JSON and reads that, because a type is then compiled for one deserializer only: the one that also
/// reads answers of the server. A second one for each type added 7 % to the LLVM code of the program.
///
/// # Errors
/// When a field that is read has a value of another type. The message names no line, as the value has none.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, serde_json::Error> {
    serde_json::from_slice(&serde_json::to_vec(value)?).map_err(|error| {
        let text = error.to_string();
        serde_json::Error::custom(text.rsplit_once(" at line ").map_or(&*text, |(message, _)| message))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Pod;
    use serde_json::json;

    #[test]
    fn an_error_names_no_line() {
        let error = from_value::<Pod>(&json!({ "metadata": { "name": 5 } })).unwrap_err();
        assert_eq!(error.to_string(), "invalid type: integer `5`, expected a string");
    }
}
