//! The request for the log of a container.

use super::page::{Accept, Request, RetryPolicy, SEGMENT};
use percent_encoding::utf8_percent_encode;
use std::time::Duration;

/// Returns the request for the log of a container. The names are escaped; `options` are the other parameters of the query.
pub(crate) fn request(
    namespace: &str,
    pod: &str,
    container: &str,
    options: &str,
    deadline: Duration,
) -> Request {
    let [namespace, pod, container] =
        [namespace, pod, container].map(|name| utf8_percent_encode(name, SEGMENT));
    let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}&{options}");
    Request { path, accept: Accept::Text, deadline, patience: RetryPolicy::Once, form: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_the_names_in_the_path_of_a_log() {
        let path = |namespace, pod, container| {
            request(namespace, pod, container, "tailLines=1", Duration::ZERO).path
        };
        assert_eq!(
            path("shop", "web-7d9f.x_1", "app"),
            "/api/v1/namespaces/shop/pods/web-7d9f.x_1/log?container=app&tailLines=1"
        );
        assert_eq!(
            path("a/../b", "p?x=1", "c&previous=true#"),
            "/api/v1/namespaces/a%2F..%2Fb/pods/p%3Fx%3D1/log?container=c%26previous%3Dtrue%23&tailLines=1"
        );
    }
}
