//! The formats, one list for each kind of document.

/// A format of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One screen.
    #[default]
    Table,
    /// The table with evidence, all commands and every column.
    Wide,
    /// The full report as Markdown.
    Markdown,
    /// The full report as one HTML file.
    Html,
    /// The full report as JSON.
    Json,
    /// The full report as YAML.
    Yaml,
    /// A line of JSON for each finding, and one for the summary.
    Ndjson,
    /// The findings as CSV.
    Csv,
    /// The pods as CSV.
    CsvPods,
    /// The names of the objects with problems, one per line.
    Name,
    /// Test results as XML of `JUnit`.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// Markdown of the size that GitHub Actions accepts as a summary.
    GithubSummary,
    /// Metrics in the text format of Prometheus.
    Prometheus,
}

impl Format {
    /// All formats: those for people, for programs and for CI.
    pub const ALL: [Format; 14] = [
        Format::Table,
        Format::Wide,
        Format::Markdown,
        Format::Html,
        Format::Json,
        Format::Yaml,
        Format::Ndjson,
        Format::Csv,
        Format::CsvPods,
        Format::Name,
        Format::Junit,
        Format::Github,
        Format::GithubSummary,
        Format::Prometheus,
    ];

    /// Returns the name in `-o`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Wide => "wide",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Json => "json",
            Format::Yaml => "yaml",
            Format::Ndjson => "ndjson",
            Format::Csv => "csv",
            Format::CsvPods => "csv-pods",
            Format::Name => "name",
            Format::Junit => "junit",
            Format::Github => "github",
            Format::GithubSummary => "github-summary",
            Format::Prometheus => "prometheus",
        }
    }

    /// Returns whether people read the format: it has a language, and progress is shown meanwhile.
    pub fn is_human(self) -> bool {
        self.is_table() || matches!(self, Format::Markdown | Format::Html | Format::GithubSummary)
    }

    /// Returns whether it is a screen with a table of problems.
    pub fn is_table(self) -> bool {
        matches!(self, Format::Table | Format::Wide)
    }
}

/// A format of the nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NodesFormat {
    /// One screen.
    #[default]
    Table,
    /// The same as Markdown.
    Markdown,
    /// The full report as JSON.
    Json,
    /// The full report as YAML.
    Yaml,
    /// The names of the nodes with problems, one per line.
    Name,
}

impl NodesFormat {
    /// Returns the same format; `None` for one of whole reports only.
    pub fn of(format: Format) -> Option<Self> {
        match format {
            Format::Table | Format::Wide => Some(NodesFormat::Table),
            Format::Markdown => Some(NodesFormat::Markdown),
            Format::Json => Some(NodesFormat::Json),
            Format::Yaml => Some(NodesFormat::Yaml),
            Format::Name => Some(NodesFormat::Name),
            _ => None,
        }
    }
}

/// A format of the investigation of one object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoryFormat {
    /// One screen.
    #[default]
    Table,
    /// The same as Markdown.
    Markdown,
    /// All data as JSON.
    Json,
    /// All data as YAML.
    Yaml,
    /// The names of the objects with findings, one per line.
    Name,
}

impl StoryFormat {
    /// Returns the same format; `None` for one of whole reports only.
    pub fn of(format: Format) -> Option<Self> {
        match format {
            Format::Table | Format::Wide => Some(StoryFormat::Table),
            Format::Markdown => Some(StoryFormat::Markdown),
            Format::Json => Some(StoryFormat::Json),
            Format::Yaml => Some(StoryFormat::Yaml),
            Format::Name => Some(StoryFormat::Name),
            _ => None,
        }
    }
}

/// A format of the settings of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SettingsFormat {
    /// One screen.
    #[default]
    Table,
    /// The same as Markdown.
    Markdown,
    /// All data as JSON.
    Json,
    /// All data as YAML.
    Yaml,
    /// KEY=VALUE, one per line.
    Name,
}

impl SettingsFormat {
    /// Returns the same format; `None` for one of whole reports only.
    pub fn of(format: Format) -> Option<Self> {
        match format {
            Format::Table | Format::Wide => Some(SettingsFormat::Table),
            Format::Markdown => Some(SettingsFormat::Markdown),
            Format::Json => Some(SettingsFormat::Json),
            Format::Yaml => Some(SettingsFormat::Yaml),
            Format::Name => Some(SettingsFormat::Name),
            _ => None,
        }
    }
}

/// A format of the changes between two runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiffFormat {
    /// One screen.
    #[default]
    Table,
    /// The table with every change and its command.
    Wide,
    /// The changes as Markdown.
    Markdown,
    /// All data as JSON.
    Json,
    /// All data as YAML.
    Yaml,
    /// The names of the objects that are new or worse, one per line.
    Name,
}

/// A format of the list of checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListFormat {
    /// One screen.
    #[default]
    Table,
    /// The list as Markdown: docs/checks.md.
    Markdown,
    /// All data as JSON.
    Json,
    /// All data as YAML.
    Yaml,
    /// The ids, one per line.
    Name,
}
