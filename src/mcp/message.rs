//! The messages of JSON-RPC 2.0, one on each line.

use serde_json::{Value, json};

/// The codes of errors of JSON-RPC.
pub(crate) const PARSE: i64 = -32700;
pub(crate) const INVALID_REQUEST: i64 = -32600;
pub(crate) const METHOD_NOT_FOUND: i64 = -32601;
pub(crate) const INVALID_PARAMS: i64 = -32602;
pub(crate) const INTERNAL: i64 = -32603;

/// The id of a request: a text or a number.
pub(crate) type Id = Value;

/// A message of the client.
#[derive(Debug, PartialEq)]
pub(crate) enum Incoming {
    /// A request, which is answered.
    Request {
        /// Its id.
        id: Id,
        /// Its method.
        method: String,
        /// Its parameters.
        params: Value,
    },
    /// A notification, which is not answered.
    Notification {
        /// Its method.
        method: String,
        /// Its parameters.
        params: Value,
    },
    /// An answer of the client, or an empty line. The server asks nothing.
    Nothing,
    /// A line that is no message: the answer to it.
    Wrong(Value),
}

impl Incoming {
    /// Reads a line.
    pub(crate) fn of(line: &[u8]) -> Self {
        if line.trim_ascii().is_empty() {
            return Self::Nothing;
        }
        let wrong = |id: Value, why: &str| Self::Wrong(fault(&id, INVALID_REQUEST, why));
        let mut message = match serde_json::from_slice(line) {
            Ok(Value::Object(message)) => message,
            Ok(Value::Array(_)) => {
                return wrong(Value::Null, "batches are not supported: send one message per line");
            }
            Ok(_) => return wrong(Value::Null, "a message is a JSON object"),
            Err(_) => return Self::Wrong(fault(&Value::Null, PARSE, "the line is not JSON")),
        };
        let id = message.remove("id");
        let named = id.clone().filter(is_id).unwrap_or_default();
        if message.get("jsonrpc") != Some(&json!("2.0")) {
            return wrong(named, "\"jsonrpc\" must be \"2.0\"");
        }
        let params = message.remove("params").unwrap_or_default();
        match (message.remove("method"), id) {
            (Some(Value::String(method)), None) => Self::Notification { method, params },
            (Some(Value::String(method)), Some(id)) if is_id(&id) => Self::Request { id, method, params },
            (Some(Value::String(_)), Some(_)) => wrong(named, "\"id\" must be a text or a number"),
            (None, Some(_)) if message.contains_key("result") || message.contains_key("error") => {
                Self::Nothing
            }
            _ => wrong(named, "\"method\" must be a text"),
        }
    }
}

fn is_id(id: &Value) -> bool {
    id.is_string() || id.is_number()
}

/// Returns the answer to a request.
pub(crate) fn answer(id: &Id, result: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

/// Returns the error that answers a request.
pub(crate) fn fault(id: &Id, code: i64, why: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": why } })
}

/// Returns the result of a call: a text, which says why if the call failed. There is no structured content: clients give
/// both to the model, which would double the tokens.
pub(crate) fn result(text: &str, failed: bool) -> Value {
    json!({ "content": [{ "type": "text", "text": text }], "isError": failed })
}

/// Returns a notification of progress.
pub(crate) fn progress(token: &Value, progress: f64, message: &str) -> Value {
    json!({
        "jsonrpc": "2.0", "method": "notifications/progress",
        "params": { "progressToken": token, "progress": progress, "message": message },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_message_or_an_error() {
        let code = |line: &str| match Incoming::of(line.as_bytes()) {
            Incoming::Wrong(answer) => (answer["id"].clone(), answer["error"]["code"].as_i64().unwrap()),
            other => panic!("{line}: {other:?}"),
        };
        for (line, id, expected) in [
            ("{", Value::Null, PARSE),
            ("\u{feff}{}", Value::Null, PARSE),
            ("[]", Value::Null, INVALID_REQUEST),
            ("7", Value::Null, INVALID_REQUEST),
            ("{}", Value::Null, INVALID_REQUEST),
            (r#"{"id":1,"method":"ping"}"#, json!(1), INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, Value::Null, INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, Value::Null, INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":"a","method":5}"#, json!("a"), INVALID_REQUEST),
        ] {
            assert_eq!(code(line), (id, expected), "{line}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(code(&deep), (Value::Null, PARSE));
        let request = Incoming::of(br#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#);
        assert_eq!(request, Incoming::Request { id: json!("a"), method: "ping".into(), params: Value::Null });
        let told = Incoming::of(br#"{"jsonrpc":"2.0","method":"x","params":{"a":1}}"#);
        assert_eq!(told, Incoming::Notification { method: "x".into(), params: json!({ "a": 1 }) });
        for line in ["", "  \r", r#"{"jsonrpc":"2.0","id":1,"result":{}}"#] {
            assert_eq!(Incoming::of(line.as_bytes()), Incoming::Nothing);
        }
    }
}
