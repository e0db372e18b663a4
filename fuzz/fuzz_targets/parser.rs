//! Runs the target of `kubectl_healthcheck::fuzz` that `FUZZ_TARGET` names. One binary has all of them, because each binary
//! takes minutes to link.
#![no_main]

use kubectl_healthcheck::fuzz::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    TARGETS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("FUZZ_TARGET={name}: unknown target"))
});

fuzz_target!(|bytes: &[u8]| TARGET.1(bytes));
