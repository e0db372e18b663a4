//! The enums of the layers below as values of flags.

use crate::cluster::LogFormat;
use crate::finding::Severity;
use crate::render::{DiffFormat, Format, ListFormat, RightsizeFormat, Sort};
use crate::report::WaitFor;
use crate::text::Lang;
use clap::ValueEnum;
use clap::builder::PossibleValue;

impl ValueEnum for Lang {
    fn value_variants<'a>() -> &'a [Self] {
        &Lang::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        // Locales name languages too.
        let (help, also): (_, &[&str]) = match self {
            Lang::En => ("English", &["en_US", "en_US.UTF-8", "en-US", "en_GB", "en_GB.UTF-8", "en-GB"]),
            Lang::ZhTw => (
                "Traditional Chinese (Taiwan)",
                &["zh_TW", "zh_TW.UTF-8", "zh-Hant", "zh-Hant-TW", "zh_HK", "zh_HK.UTF-8", "zh-HK"],
            ),
            Lang::ZhCn => (
                "Simplified Chinese (mainland China)",
                &["zh", "zh_CN", "zh_CN.UTF-8", "zh-Hans", "zh-Hans-CN", "zh_SG", "zh_SG.UTF-8", "zh-SG"],
            ),
        };
        Some(PossibleValue::new(self.tag()).help(help).aliases(also))
    }
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &[Severity::High, Severity::Medium, Severity::Low]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let alias = match self {
            Severity::High => "critical",
            Severity::Medium => "warning",
            Severity::Low => "info",
        };
        Some(PossibleValue::new(self.id()).alias(alias))
    }
}

impl ValueEnum for WaitFor {
    fn value_variants<'a>() -> &'a [Self] {
        &[WaitFor::Settled, WaitFor::Healthy]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            WaitFor::Settled => "No rollout is in progress: each is done, or has failed",
            WaitFor::Healthy => "The verdict is healthy, and no rollout is in progress",
        };
        Some(PossibleValue::new(self.word()).help(help))
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Format::Table => "One screen",
            Format::Wide => "Table with evidence, all commands and every column",
            Format::Markdown => "The full report as Markdown",
            Format::Html => "The full report as one HTML file",
            Format::Json => "The full report as JSON",
            Format::Yaml => "The full report as YAML",
            Format::Ndjson => "One JSON object per line: each finding, and a summary at the end",
            Format::Csv => "The findings as CSV",
            Format::CsvPods => "The pods as CSV",
            Format::Name => "Objects with problems, one per line, as arguments for kubectl",
            Format::Junit => "Test results as JUnit XML, for GitLab, Jenkins and others",
            Format::Github => "Annotations of GitHub Actions",
            Format::GithubSummary => "Markdown that fits $GITHUB_STEP_SUMMARY",
            Format::Prometheus => "Metrics for the textfile collector of node_exporter",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl ValueEnum for Sort {
    fn value_variants<'a>() -> &'a [Self] {
        &[Sort::Severity, Sort::Newest, Sort::Oldest, Sort::Namespace]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Sort::Severity => ("severity", "Worst first; of one severity, the newest first"),
            Sort::Newest => ("newest", "Newest first"),
            Sort::Oldest => ("oldest", "Oldest first"),
            Sort::Namespace => ("namespace", "By namespace and name"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

impl ValueEnum for DiffFormat {
    fn value_variants<'a>() -> &'a [Self] {
        use DiffFormat::{Json, Markdown, Name, Table, Wide, Yaml};
        &[Table, Wide, Markdown, Json, Yaml, Name]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            DiffFormat::Table => ("table", "One screen"),
            DiffFormat::Wide => ("wide", "Table with every change and its command"),
            DiffFormat::Markdown => ("markdown", "The changes as Markdown"),
            DiffFormat::Json => ("json", "All data as JSON"),
            DiffFormat::Yaml => ("yaml", "All data as YAML"),
            DiffFormat::Name => {
                ("name", "Objects that are new or worse, one per line, as arguments for kubectl")
            }
        };
        Some(PossibleValue::new(name).help(help))
    }
}

impl ValueEnum for ListFormat {
    fn value_variants<'a>() -> &'a [Self] {
        use ListFormat::{Json, Markdown, Name, Table, Yaml};
        &[Table, Markdown, Json, Yaml, Name]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = match self {
            ListFormat::Table => PossibleValue::new("table").alias("wide").help("Table"),
            ListFormat::Markdown => PossibleValue::new("markdown").help("The list as Markdown"),
            ListFormat::Json => PossibleValue::new("json").help("All data as JSON"),
            ListFormat::Yaml => PossibleValue::new("yaml").help("All data as YAML"),
            ListFormat::Name => PossibleValue::new("name").help("The ids, one per line"),
        };
        Some(value)
    }
}

impl ValueEnum for RightsizeFormat {
    fn value_variants<'a>() -> &'a [Self] {
        use RightsizeFormat::{Json, Markdown, Patch, Table, Wide, Yaml};
        &[Table, Wide, Markdown, Json, Yaml, Patch]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            RightsizeFormat::Table => ("table", "One screen"),
            RightsizeFormat::Wide => ("wide", "Table with every row, limits and samples"),
            RightsizeFormat::Markdown => ("markdown", "A page as Markdown"),
            RightsizeFormat::Json => ("json", "All data as JSON"),
            RightsizeFormat::Yaml => ("yaml", "All data as YAML"),
            RightsizeFormat::Patch => {
                ("patch", "A strategic merge patch for each workload, to review and apply")
            }
        };
        Some(PossibleValue::new(name).help(help))
    }
}

impl ValueEnum for LogFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[LogFormat::Text, LogFormat::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            LogFormat::Text => ("text", "Lines of text"),
            LogFormat::Json => ("json", "One JSON object per line"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
