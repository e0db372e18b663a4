//! The tools, each with its description and its arguments.

use crate::finding::Severity;
use crate::render::agent::{LEAST, MOST};
use serde::Deserialize;
use serde_json::{Value, json};

/// The most namespaces in one call.
const NAMESPACES: usize = 100;

/// The most incidents in one answer.
const INCIDENTS: usize = 1000;

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Check,
    Investigate,
    Explain,
    Coverage,
    Diff,
}

/// What a client and its model are told about a tool.
struct About {
    tool: Tool,
    name: &'static str,
    title: &'static str,
    description: &'static str,
    arguments: &'static [&'static str],
    required: &'static [&'static str],
    /// The tokens of an answer, unless the call asks for others.
    usual: usize,
}

static TOOLS: [About; 5] = [
    About {
        tool: Tool::Check,
        name: "check",
        title: "Check cluster health",
        description: "Lists the worst incidents of a cluster: severity, age, key, cause and reach, with counts and \
            coverage. Start here.",
        arguments: &["namespaces", "all_namespaces", "context", "severity", "limit", "after", "max_tokens"],
        required: &[],
        usual: 800,
    },
    About {
        tool: Tool::Investigate,
        name: "investigate",
        title: "Investigate an object",
        description: "Shows one object: findings, chain of causes, log lines, events, pods, next commands.",
        arguments: &["object", "namespace", "context", "max_tokens"],
        required: &["object"],
        usual: 1500,
    },
    About {
        tool: Tool::Explain,
        name: "explain",
        title: "Explain a check, status or exit code",
        description: "Explains what a check or a status means, what to do, and false positives. Needs no cluster.",
        arguments: &["topic", "max_tokens"],
        required: &["topic"],
        usual: 1500,
    },
    About {
        tool: Tool::Coverage,
        name: "coverage",
        title: "Show what was read",
        description: "Shows what was read, what was not and why, and which rights are missing.",
        arguments: &["namespaces", "all_namespaces", "context", "max_tokens"],
        required: &[],
        usual: 800,
    },
    About {
        tool: Tool::Diff,
        name: "diff",
        title: "Show what changed",
        description: "Shows what is new, worse, better or fixed since the earlier run that the server compares with.",
        arguments: &["namespaces", "all_namespaces", "context", "max_tokens"],
        required: &[],
        usual: 800,
    },
];

/// The arguments of all tools.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Arguments {
    /// Names or patterns; those of the server if there are none.
    pub(crate) namespaces: Option<Vec<String>>,
    /// All namespaces that the server may read.
    pub(crate) all_namespaces: Option<bool>,
    /// The context of the kubeconfig.
    pub(crate) context: Option<String>,
    /// The least severity of incidents.
    pub(crate) severity: Option<Severity>,
    /// The most incidents.
    pub(crate) limit: Option<usize>,
    /// The key of the last incident of the answer before.
    pub(crate) after: Option<String>,
    /// `KIND/NAME`, or the key of a finding.
    pub(crate) object: String,
    /// The namespace of the object.
    pub(crate) namespace: Option<String>,
    /// A check, a status or an exit code.
    pub(crate) topic: String,
    max_tokens: Option<usize>,
}

/// Returns the schema of an argument.
fn schema(argument: &str) -> Value {
    match argument {
        "namespaces" => {
            let about = "Names, * matches (default: the server's)";
            json!({ "type": "array", "items": { "type": "string" }, "maxItems": NAMESPACES, "description": about })
        }
        "all_namespaces" => json!({ "type": "boolean" }),
        "severity" => {
            let about = "Least severity (default: medium)";
            json!({ "type": "string", "enum": ["high", "medium", "low"], "description": about })
        }
        "limit" => {
            json!({ "type": "integer", "minimum": 1, "maximum": INCIDENTS, "description": "Most incidents" })
        }
        "max_tokens" => {
            json!({ "type": "integer", "minimum": LEAST, "maximum": MOST, "description": "Most tokens of the answer" })
        }
        "after" => text("Key of the last incident shown, for the next ones"),
        "context" => text("Kubeconfig context, if the server has several"),
        "object" => text("KIND/NAME such as deploy/web, or a key from check"),
        "namespace" => text("Namespace of the object"),
        "topic" => text("Such as pod-oom-killed, CrashLoopBackOff or 137"),
        _ => json!({}),
    }
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

/// Returns the result of `tools/list`. `diff` is listed if the server has an earlier run to compare with.
pub(crate) fn listed(can_compare: bool) -> Value {
    let tool = |of: &About| {
        let properties: serde_json::Map<String, Value> =
            of.arguments.iter().map(|name| ((*name).to_owned(), schema(name))).collect();
        json!({
            "name": of.name,
            "title": of.title,
            "description": of.description,
            "inputSchema": {
                "type": "object",
                "properties": properties,
                "required": of.required,
                "additionalProperties": false,
            },
            "annotations": { "readOnlyHint": true, "destructiveHint": false, "openWorldHint": true },
        })
    };
    let known = TOOLS.iter().filter(|of| can_compare || of.tool != Tool::Diff);
    json!({ "tools": known.map(tool).collect::<Vec<_>>() })
}

/// A call of a tool.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) tool: Tool,
    pub(crate) arguments: Arguments,
    /// The most tokens of the answer.
    pub(crate) most: usize,
    /// The token of the client for notifications of progress.
    pub(crate) progress: Option<Value>,
}

/// Why a call cannot be made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It names no tool.
    NoTool(String),
    /// Its arguments are wrong. A model can correct them.
    Arguments(String),
}

impl Call {
    /// Reads the parameters of `tools/call`.
    ///
    /// # Errors
    /// If there is no such tool, or its arguments are wrong.
    pub(crate) fn of(params: &Value) -> Result<Self, Refused> {
        let name = params.get("name").and_then(Value::as_str).unwrap_or_default();
        let about = TOOLS.iter().find(|of| of.name == name);
        let about =
            about.ok_or_else(|| Refused::NoTool("unknown tool; tools/list lists the tools".to_owned()))?;
        let arguments = arguments(about, params.get("arguments")).map_err(Refused::Arguments)?;
        let token = params.get("_meta").and_then(|meta| meta.get("progressToken"));
        Ok(Self {
            tool: about.tool,
            most: arguments.max_tokens.unwrap_or(about.usual),
            arguments,
            progress: token.filter(|token| token.is_string() || token.is_number()).cloned(),
        })
    }
}

fn arguments(about: &About, given: Option<&Value>) -> Result<Arguments, String> {
    let mut given = match given {
        None | Some(Value::Null) => serde_json::Map::new(),
        Some(Value::Object(given)) => given.clone(),
        Some(_) => return Err("arguments must be an object".to_owned()),
    };
    // Models write null for what they leave out.
    given.retain(|_, value| !value.is_null());
    if given.keys().any(|name| !about.arguments.contains(&name.as_str())) {
        return Err(format!("{} has only the arguments {}", about.name, about.arguments.join(", ")));
    }
    if let Some(missing) = about.required.iter().find(|name| !given.contains_key(**name)) {
        return Err(format!("{} needs the argument {missing}", about.name));
    }
    for name in about.arguments {
        let value =
            given.get(*name).map(|value| serde_json::Map::from_iter([((*name).to_owned(), value.clone())]));
        let read = value.map(|value| serde_json::from_value::<Arguments>(value.into()));
        if let Some(Err(error)) = read {
            return Err(format!("{name}: {error}"));
        }
    }
    let read: Arguments = serde_json::from_value(given.into()).map_err(|error| error.to_string())?;
    within("max_tokens", read.max_tokens, LEAST, MOST)?;
    within("limit", read.limit, 1, INCIDENTS)?;
    within("the number of namespaces", read.namespaces.as_ref().map(Vec::len), 0, NAMESPACES)?;
    Ok(read)
}

fn within(what: &str, value: Option<usize>, least: usize, most: usize) -> Result<(), String> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(format!("{what} must be from {least} to {most}"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_has_a_schema_and_is_read() {
        let tools = listed(true);
        let tools = tools["tools"].as_array().unwrap();
        assert_eq!(tools.len(), 5);
        assert_eq!(listed(false)["tools"].as_array().unwrap().len(), 4);
        for tool in tools {
            let properties = tool["inputSchema"]["properties"].as_object().unwrap();
            for (name, schema) in properties {
                let value = match schema["type"].as_str().unwrap() {
                    "array" => json!(["shop"]),
                    "boolean" => json!(true),
                    "integer" => json!(500),
                    _ if name == "severity" => json!("high"),
                    _ => json!("x"),
                };
                let mut given = json!({ "object": "pod/x", "topic": "137" });
                given.as_object_mut().unwrap().retain(|key, _| properties.contains_key(key));
                given[name] = value;
                let call = Call::of(&json!({ "name": tool["name"], "arguments": given }));
                assert!(call.is_ok(), "{name}: {call:?}");
                given[name] = json!({});
                let wrong = Call::of(&json!({ "name": tool["name"], "arguments": given }));
                assert!(matches!(&wrong, Err(Refused::Arguments(why)) if why.contains(name)), "{wrong:?}");
            }
        }
    }

    #[test]
    fn wrong_calls_are_refused_with_what_is_right() {
        for params in [json!(null), json!({}), json!({ "name": "exec" }), json!({ "name": 7 })] {
            assert!(matches!(Call::of(&params), Err(Refused::NoTool(_))), "{params}");
        }
        let refused =
            |name: &str, arguments: Value| match Call::of(&json!({ "name": name, "arguments": arguments })) {
                Err(Refused::Arguments(why)) => why,
                other => panic!("{other:?}"),
            };
        assert_eq!(refused("check", json!({ "max_tokens": 5 })), "max_tokens must be from 400 to 8000");
        assert_eq!(refused("explain", json!({})), "explain needs the argument topic");
        assert_eq!(
            refused("explain", json!({ "topic": "137", "f": 1 })),
            "explain has only the arguments topic, max_tokens"
        );
        assert_eq!(refused("check", json!([])), "arguments must be an object");
        let call = Call::of(
            &json!({ "name": "check", "arguments": { "severity": null }, "_meta": { "progressToken": 0 } }),
        );
        let call = call.unwrap();
        assert_eq!((call.tool, call.most, call.progress), (Tool::Check, 800, Some(json!(0))));
    }
}
