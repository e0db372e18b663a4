//! The Model Context Protocol on standard input and output: its lines, its messages, and the tools with their arguments.
//!
//! What does not belong here: how a call is answered (`run::mcp`), and the answers (`render::agent`).

mod handshake;
mod lines;
mod message;
mod tools;

pub(crate) use handshake::initialized;
pub(crate) use lines::{Line, Lines};
pub(crate) use message::{
    INTERNAL, INVALID_PARAMS, INVALID_REQUEST, Id, Incoming, METHOD_NOT_FOUND, answer, fault, progress,
    result,
};
pub(crate) use tools::{Arguments, Call, Refused, Tool, listed};
