//! The objects that the API server and files send: narrow structs with only the fields that a check or report reads. Each
//! derives both `prost::Message` (tags from the `generated.proto` files of Kubernetes 1.36) and serde (the field names of the
//! same API), so that one struct reads either encoding. The measurements of this tool (`measured`, `host`) are JSON only.
//!
//! What does not belong here: judgement, and anything else that is not a field of the Kubernetes API.

#[macro_use]
mod shape;
mod admission;
mod annotations;
mod cert_manager;
mod cluster;
mod container;
mod coordination;
mod decoded;
mod definition;
mod endpoint;
mod gateway;
mod host;
mod json_list;
mod kinds;
mod measured;
mod meta;
mod network;
mod network_policy;
mod object;
mod pod;
mod policy;
mod public;
mod secret;
mod sentence;
mod signing;
mod status;
mod storage;
mod stream;
mod tidy;
mod time;
mod valid;
mod value;
mod watch;
mod workload;

pub use admission::*;
pub use annotations::{Annotations, PREFIX};
pub use cert_manager::*;
pub use cluster::*;
pub use container::*;
pub use coordination::*;
pub(crate) use decoded::too_large;
pub use definition::*;
pub use gateway::*;
pub use host::*;
use json_list::json_list;
pub use kinds::{Kind, Object, Place};
pub use measured::*;
pub use meta::*;
pub use network::*;
pub use network_policy::*;
pub use object::{Envelope, Identity, PROTOBUF_MAGIC, TypeMeta};
pub use pod::*;
pub use policy::*;
pub use public::{AUTHORITY, CERTIFICATE, NO_PEM, PRIVATE_KEY, Public};
pub use secret::without_secrets;
pub use sentence::{Sentence, SentenceFact, kept, read_back};
pub use signing::*;
pub use status::Status;
pub use storage::*;
pub use stream::ListReader;
pub use time::Time;
pub(crate) use valid::{is_kind, is_name, is_namespace, lives_in};
pub(crate) use value::from_value;
pub use watch::{WatchEvent, WatchReader};
pub use workload::*;
