//! Lines that are JSON objects: reads the fields for level, message and request.

use super::access::Request;
use super::level::Level;
use super::words;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;

/// The known fields of a line.
#[derive(Debug, Default)]
pub(super) struct Fields<'l> {
    pub(super) level: Option<Level>,
    message: Option<Cow<'l, str>>,
    error: Option<Cow<'l, str>>,
    status: Option<u16>,
    method: Option<Cow<'l, str>>,
    target: Option<Cow<'l, str>>,
    agent: Option<Cow<'l, str>>,
}

/// The meaning of a key.
#[derive(Clone, Copy)]
enum Key {
    Level,
    /// A numeric level of Python.
    PythonLevel,
    /// A numeric severity of OpenTelemetry.
    Severity,
    /// A level of `MongoDB`, as a letter.
    Letter,
    Message,
    Error,
    /// An object that holds the level in ECS.
    Log,
    Status,
    Method,
    Target,
    Agent,
    Other,
}

/// A value that is not a list.
enum Value<'l> {
    Text(Cow<'l, str>),
    Number(i64),
    /// The level and the message of an object.
    Nested(Option<Level>, Option<Cow<'l, str>>),
    Nothing,
}

/// Reads a line as far as it is JSON. Returns `None` if it has no known field.
pub(super) fn read(line: &str) -> Option<Fields<'_>> {
    let mut fields = Fields::default();
    // A line may break off; the fields before that are kept.
    let _ = serde_json::Deserializer::from_str(line).deserialize_map(Object(&mut fields));
    fields.is_known().then_some(fields)
}

impl<'l> Fields<'l> {
    fn is_known(&self) -> bool {
        self.level.is_some() || self.message.is_some() || self.error.is_some() || self.status.is_some()
    }

    /// Returns the message and the error.
    pub(super) fn text(&self) -> Option<Cow<'l, str>> {
        match (&self.message, &self.error) {
            (Some(message), Some(error)) => Some(format!("{message} err={error}").into()),
            (message, error) => message.clone().or_else(|| error.clone()),
        }
    }

    /// Returns whether the line has a field for an error.
    pub(super) fn has_error(&self) -> bool {
        self.error.is_some()
    }

    /// Returns the request, if the line is from an access log.
    pub(super) fn request(&self) -> Option<Request<'_>> {
        let (status, target) = (self.status?, self.target.as_deref()?);
        let asked = target.split_once(' ').filter(|_| self.method.is_none());
        let (method, target) = asked.unwrap_or((self.method.as_deref().unwrap_or("-"), target));
        let target = target.split(' ').next().unwrap_or_default();
        Some(Request { method, target, status, rest: self.agent.as_deref().unwrap_or_default() })
    }

    fn set(&mut self, key: Key, value: Value<'l>) {
        let first = |field: &mut Option<Cow<'l, str>>, value: Value<'l>| match value {
            Value::Text(text) | Value::Nested(_, Some(text)) if field.is_none() && !text.is_empty() => {
                *field = Some(text);
            }
            _ => {}
        };
        match (key, value) {
            (Key::Level, Value::Text(text)) => self.level = self.level.or_else(|| words::of_word(&text)),
            (Key::Level, Value::Number(number)) => {
                self.level = self.level.or_else(|| words::of_number(number));
            }
            (Key::PythonLevel, Value::Number(number)) => {
                self.level = self.level.or(Some(by(number, [30, 40, 50])));
            }
            (Key::Severity, Value::Number(number)) => {
                self.level = self.level.or(Some(by(number, [13, 17, 21])));
            }
            (Key::Letter, Value::Text(text)) if text.len() <= 2 => {
                self.level = self
                    .level
                    .or_else(|| words::of_word(text.trim_end_matches(|c: char| c.is_ascii_digit())));
            }
            (Key::Log, Value::Nested(level, _)) => self.level = self.level.or(level),
            (Key::Message, value) => first(&mut self.message, value),
            (Key::Error, Value::Text(text)) if words::is_nothing(&text) => {}
            (Key::Error, value) => first(&mut self.error, value),
            (Key::Status, Value::Number(number)) => self.status = u16::try_from(number).ok(),
            (Key::Status, Value::Text(text)) => self.status = text.parse().ok(),
            (Key::Method, value) => first(&mut self.method, value),
            (Key::Target, value) => first(&mut self.target, value),
            (Key::Agent, value) => first(&mut self.agent, value),
            _ => {}
        }
    }
}

/// Returns the level of a number, from the lowest numbers of the levels warning, error and fatal.
fn by(number: i64, [warning, error, fatal]: [i64; 3]) -> Level {
    match number {
        n if n >= fatal => Level::Fatal,
        n if n >= error => Level::Error,
        n if n >= warning => Level::Warning,
        _ => Level::Quiet,
    }
}

struct Object<'f, 'l>(&'f mut Fields<'l>);

impl<'l> Visitor<'l> for Object<'_, 'l> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Known)? {
            match key {
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
                key => self.0.set(key, map.next_value()?),
            }
        }
        Ok(())
    }
}

struct Known;

impl<'l> DeserializeSeed<'l> for Known {
    type Value = Key;

    fn deserialize<D: Deserializer<'l>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Known {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "level" | "lvl" | "severity" | "log.level" | "levelname" | "loglevel" | "logLevel"
            | "log_level" | "Level" | "LogLevel" | "@l" | "severityText" | "severity_text"
            | "SeverityText" | "PRIORITY" => Key::Level,
            "levelno" => Key::PythonLevel,
            "severityNumber" | "severity_number" | "SeverityNumber" => Key::Severity,
            "s" => Key::Letter,
            "message" | "msg" | "Message" | "@m" | "@mt" | "short_message" | "MESSAGE" | "textPayload"
            | "body" | "RenderedMessage" | "event" => Key::Message,
            "error" | "err" | "exception" | "error.message" | "Exception" | "@x" => Key::Error,
            "log" => Key::Log,
            "status" | "status_code" | "response_code" => Key::Status,
            "method" | "request_method" => Key::Method,
            "request_uri" | "uri" | "path" | "request" => Key::Target,
            "http_user_agent" | "user_agent" | "agent" => Key::Agent,
            _ => Key::Other,
        })
    }
}

impl<'l> Deserialize<'l> for Value<'l> {
    fn deserialize<D: Deserializer<'l>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'l> Visitor<'l> for Any {
    type Value = Value<'l>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'l str) -> Result<Value<'l>, E> {
        Ok(Value::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'l>, E> {
        Ok(Value::Text(text.to_owned().into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'l>, E> {
        Ok(Value::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'l>, E> {
        Ok(i64::try_from(number).map_or(Value::Nothing, Value::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value<'l>, E> {
        Ok(Value::Nothing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value<'l>, E> {
        Ok(Value::Nothing)
    }

    fn visit_unit<E>(self) -> Result<Value<'l>, E> {
        Ok(Value::Nothing)
    }

    fn visit_seq<A: SeqAccess<'l>>(self, mut list: A) -> Result<Value<'l>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Nothing)
    }

    fn visit_map<A: MapAccess<'l>>(self, map: A) -> Result<Value<'l>, A::Error> {
        let mut fields = Fields::default();
        Object(&mut fields).visit_map(map)?;
        Ok(Value::Nested(fields.level, fields.message))
    }
}
