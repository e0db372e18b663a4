//! The settings that findings depend on: thresholds, profiles, classes, mutes, and annotations on objects.

pub mod mute;
pub mod overrides;
pub mod profile;
pub mod setting;
pub mod settings;
