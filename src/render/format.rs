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
    /// The names of the objects with problems, one per line.
    Name,
}

impl Format {
    /// Returns whether people read the format: it has a language, and progress is shown meanwhile.
    pub fn is_human(self) -> bool {
        matches!(self, Format::Table | Format::Wide | Format::Markdown | Format::Html)
    }

    /// Returns whether the format shows every finding in full, and is in memory as a whole.
    pub fn is_long(self) -> bool {
        matches!(self, Format::Wide | Format::Markdown | Format::Html | Format::Yaml)
    }
}

/// A format of the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodesFormat {
    /// One screen.
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

impl From<Format> for NodesFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Table | Format::Wide => NodesFormat::Table,
            // The command refuses HTML.
            Format::Markdown | Format::Html => NodesFormat::Markdown,
            Format::Json => NodesFormat::Json,
            Format::Yaml => NodesFormat::Yaml,
            Format::Name => NodesFormat::Name,
        }
    }
}

/// A format of the investigation of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoryFormat {
    /// One screen.
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

impl From<Format> for StoryFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Table | Format::Wide => StoryFormat::Table,
            // The command refuses HTML.
            Format::Markdown | Format::Html => StoryFormat::Markdown,
            Format::Json => StoryFormat::Json,
            Format::Yaml => StoryFormat::Yaml,
            Format::Name => StoryFormat::Name,
        }
    }
}

/// A format of the settings of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsFormat {
    /// One screen.
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

impl From<Format> for SettingsFormat {
    fn from(format: Format) -> Self {
        match format {
            // As a setting, HTML is the format of reports.
            Format::Table | Format::Wide | Format::Html => SettingsFormat::Table,
            Format::Markdown => SettingsFormat::Markdown,
            Format::Json => SettingsFormat::Json,
            Format::Yaml => SettingsFormat::Yaml,
            Format::Name => SettingsFormat::Name,
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
