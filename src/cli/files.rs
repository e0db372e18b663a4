//! What the flags mean where files are read instead of a cluster.

use super::{ConnectArgs, ListArgs, ScopeArgs};

/// The first flag that has no meaning where files are read.
pub(super) fn meaningless(scope: &ScopeArgs, connect: &ConnectArgs, list: &ListArgs) -> Option<&'static str> {
    let given = [
        ("--selector", scope.selector.is_some()),
        ("--field-selector", scope.field_selector.is_some()),
        ("--no-evidence", scope.no_evidence),
        ("--skip-kinds", !scope.skip_kinds.is_empty()),
        ("--prometheus-url", scope.measure.prometheus_url.is_some()),
        ("--prometheus-label", !scope.measure.prometheus_label.is_empty()),
        ("--throttle-window", scope.measure.throttle_window.is_some()),
        ("--since", scope.measure.since.is_some()),
        ("--kubeconfig", connect.kubeconfig.is_some()),
        ("--context", !connect.context.is_empty()),
        ("--all-contexts", connect.all_contexts),
        ("--cluster", connect.cluster.is_some()),
        ("--user", connect.user.is_some()),
        ("--server", connect.server.is_some()),
        ("--token", connect.token.is_some()),
        ("--as", connect.as_user.is_some()),
        ("--certificate-authority", connect.certificate_authority.is_some()),
        ("--client-certificate", connect.client_certificate.is_some()),
        ("--client-key", connect.client_key.is_some()),
        ("--insecure-skip-tls-verify", connect.insecure_skip_tls_verify),
        ("--tls-server-name", connect.tls_server_name.is_some()),
        ("--request-timeout", !connect.request_timeout.is_zero()),
        ("--disable-compression", connect.disable_compression),
        ("--timeout", !list.timeout.is_zero()),
        ("--max-rps", list.max_rps > 0),
    ];
    given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
}
