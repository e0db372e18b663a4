//! The flags as the options of the layers below.

use super::{ConnectArgs, ListArgs, MeasureArgs, ScopeArgs};
use crate::cluster::{ConnectOptions, ListOptions};
use crate::gather::ScopeOptions;
use crate::sources::SourceOptions;

impl From<&ConnectArgs> for ConnectOptions {
    fn from(args: &ConnectArgs) -> Self {
        let args = args.clone();
        Self {
            kubeconfig: args.kubeconfig,
            contexts: args.context,
            all_contexts: args.all_contexts,
            cluster: args.cluster,
            user: args.user,
            server: args.server,
            token: args.token,
            as_user: args.as_user,
            as_group: args.as_group,
            as_uid: args.as_uid,
            certificate_authority: args.certificate_authority,
            client_certificate: args.client_certificate,
            client_key: args.client_key,
            insecure_skip_tls_verify: args.insecure_skip_tls_verify,
            tls_server_name: args.tls_server_name,
            request_timeout: args.request_timeout,
            disable_compression: args.disable_compression,
        }
    }
}

impl From<&ScopeArgs> for ScopeOptions {
    fn from(args: &ScopeArgs) -> Self {
        Self {
            namespaces: args.namespace.clone(),
            all_namespaces: args.all_namespaces,
            excluded: args.exclude_namespace.clone(),
            selector: args.selector.clone(),
            field_selector: args.field_selector.clone(),
            no_evidence: args.no_evidence,
            skip_kinds: args.skip_kinds.clone(),
        }
    }
}

impl From<&ListArgs> for ListOptions {
    fn from(args: &ListArgs) -> Self {
        Self {
            page_size: args.page_size,
            page_timeout: args.page_timeout,
            concurrency: args.concurrency,
            max_rps: args.max_rps,
            timeout: args.timeout,
            log: args.log(),
        }
    }
}

impl From<&MeasureArgs> for SourceOptions {
    fn from(args: &MeasureArgs) -> Self {
        Self {
            prometheus_url: args.prometheus_url.clone(),
            prometheus_namespaces: args.prometheus_namespace.clone(),
            prometheus_labels: args.prometheus_label.clone(),
            throttle_window: args.throttle_window,
            logs: args.logs,
            since: args.since,
            usage: None,
            hosts: None,
        }
    }
}
