//! Why something is not known, where the program itself words the reason. Captures and reports keep such a reason by the
//! id of its text, so an id is never changed and never used for another text.

use super::Text;

/// Declares the texts, and the list of them with their ids.
macro_rules! reasons {
    ($($id:literal $name:ident: $en:literal, $tw:literal, $cn:literal;)*) => {
        $(
            #[doc = $en]
            pub static $name: Text = Text { en: $en, zh_tw: $tw, zh_cn: $cn };
        )*
        static ALL: &[(&str, &Text)] = &[$(($id, &$name)),*];
    };
}

reasons! {
    // Requests.
    "of" OF: "{who}: {why}", "{who}：{why}", "{who}：{why}";
    "no-answer" NO_ANSWER: "no answer within {seconds} s", "{seconds} 秒內沒有回應", "{seconds} 秒内没有响应";
    "connection-refused" CONNECTION_REFUSED: "connection refused", "連線被拒", "连接被拒绝";
    "redirected" REDIRECTED: "HTTP {code}: redirects are not followed", "HTTP {code}：不會跟隨重新導向",
        "HTTP {code}：不会跟随重定向";
    "answer-unreadable" ANSWER_UNREADABLE: "the answer cannot be read: {why}", "無法讀取回應：{why}", "无法读取响应：{why}";
    "too-large" TOO_LARGE: "more than {size} MiB", "超過 {size} MiB", "超过 {size} MiB";
    "memory-limit" MEMORY_LIMIT: "no room for more within {size} MiB of memory (--max-memory)",
        "已達記憶體上限 {size} MiB（--max-memory）", "已达内存上限 {size} MiB（--max-memory）";
    "findings-left-out" FINDINGS_LEFT_OUT:
        "{count:# finding|# findings} left out: no room for more within {size} MiB of memory (--max-memory)",
        "略去 {count} 項發現：已達記憶體上限 {size} MiB（--max-memory）",
        "省略 {count} 项发现：已达内存上限 {size} MiB（--max-memory）";
    "objects-too-large" OBJECTS_TOO_LARGE:
        "{count:# object needs|# objects need} more than {size} MiB of memory",
        "{count} 個物件各需要超過 {size} MiB 的記憶體", "{count} 个对象各需要超过 {size} MiB 的内存";
    "server-not-ready" NOT_READY: "the API server is not ready: {parts}", "API server 尚未就緒：{parts}", "API server 未就绪：{parts}";
    "not-served" NOT_SERVED: "the server does not serve {kind}", "伺服器未提供 {kind}", "服务器未提供 {kind}";
    "same-token" SAME_TOKEN: "the list does not end: the server returned a page again",
        "清單沒有結束：伺服器重複傳回同一頁", "列表没有结束：服务器重复返回同一页";
    "empty-pages" EMPTY_PAGES: "the list does not end: {count} pages in a row without a new object",
        "清單沒有結束：連續 {count} 頁沒有新物件", "列表没有结束：连续 {count} 页没有新对象";
    "no-version" NO_VERSION: "the list does not state its resourceVersion, so it cannot be watched",
        "清單沒有 resourceVersion，無法監看", "列表没有 resourceVersion，无法监听";
    "other-object" OTHER_OBJECT: "it is not the {kind} {name}", "內容不是 {kind} {name}", "内容不是 {kind} {name}";
    "interrupted" INTERRUPTED: "interrupted", "使用者中斷", "用户中断";
    "out-of-time" OUT_OF_TIME: "timed out after {seconds} s (--timeout)", "超過 {seconds} 秒的時限（--timeout）",
        "超过 {seconds} 秒的时限（--timeout）";
    "no-namespace" NO_NAMESPACE: "the namespace does not exist", "命名空間不存在", "命名空间不存在";
    "no-namespace-near" NO_NAMESPACE_NEAR: "the namespace does not exist; did you mean \"{near}\"?",
        "命名空間不存在；是否指「{near}」？", "命名空间不存在；是否指“{near}”？";
    "server-refused" SERVER_REFUSED:
        "The connection to the server {host} was refused - did you specify the right host or port?",
        "伺服器 {host} 拒絕連線，請確認主機與連接埠", "服务器 {host} 拒绝连接，请确认主机与端口";
    "server-unreachable" SERVER_UNREACHABLE: "Unable to connect to the server: {why}", "無法連線到伺服器：{why}",
        "无法连接到服务器：{why}";
    "server-error" SERVER_ERROR: "Error from server: {why}", "伺服器回報錯誤：{why}", "服务器返回错误：{why}";
    "not-logged-in" NOT_LOGGED_IN: "You must be logged in to the server (Unauthorized)", "尚未登入伺服器（Unauthorized）",
        "尚未登录服务器（Unauthorized）";

    // The readers of JSON and YAML.
    "at-line" AT_LINE: "{why} at line {line} column {column}", "{why}（第 {line} 行第 {column} 欄）",
        "{why}（第 {line} 行第 {column} 列）";
    "expected" EXPECTED: "expected {what}", "應為 {what}", "应为 {what}";
    "expected-object" EXPECTED_OBJECT: "expected an object", "應為物件", "应为对象";
    "expected-list" EXPECTED_LIST: "expected a list", "應為清單", "应为列表";
    "expected-text" EXPECTED_TEXT: "expected text", "應為文字", "应为文本";
    "expected-number" EXPECTED_NUMBER: "expected a number", "應為數字", "应为数字";
    "expected-switch" EXPECTED_SWITCH: "expected true or false", "應為 true 或 false", "应为 true 或 false";
    "number-out-of-range" NUMBER_OUT_OF_RANGE: "the number is out of range", "數值超出範圍", "数值超出范围";
    "field-missing" FIELD_MISSING: "the field \"{name}\" is missing", "缺少欄位「{name}」", "缺少字段“{name}”";
    "field-twice" FIELD_TWICE: "the field \"{name}\" occurs twice", "欄位「{name}」重複", "字段“{name}”重复";
    "field-unknown" FIELD_UNKNOWN: "unknown field \"{name}\"", "不認得的欄位「{name}」", "未知的字段“{name}”";
    "value-unknown" VALUE_UNKNOWN: "unknown value", "不認得的值", "未知的值";
    "ends-early" ENDS_EARLY: "the content ends early", "內容不完整", "内容不完整";
    "several-documents" SEVERAL_DOCUMENTS: "more than one document; expected one", "有多份文件，應只有一份",
        "有多份文档，应只有一份";
    "alias-loop" ALIAS_LOOP: "an alias that contains itself", "別名（alias）包含自己", "别名（alias）包含自身";
    "alias-unknown" ALIAS_UNKNOWN: "an alias without an anchor", "別名（alias）沒有對應的錨點（anchor）",
        "别名（alias）没有对应的锚点（anchor）";
    "too-deep" TOO_DEEP: "nested too deeply, or too many aliases", "巢狀層級過深，或別名（alias）過多",
        "嵌套层级过深，或别名（alias）过多";
    "time-out-of-range" TIME_OUT_OF_RANGE: "a time out of range", "時間超出範圍", "时间超出范围";
    "server-clock" SERVER_CLOCK:
        "the clock of the API server says {time}, more than a day from the local clock; ages use the local clock",
        "API server 的時鐘為 {time}，與本機相差超過一天；時間以本機時鐘為準",
        "API server 的时钟为 {time}，与本机相差超过一天；时间以本机时钟为准";

    // Files and settings.
    "one-page" ONE_PAGE: "{file} is one page of a longer list", "{file} 只是較長清單的其中一頁",
        "{file} 只是较长列表的其中一页";
    "unpacks-too-large" UNPACKS_TOO_LARGE: "it unpacks to more than {times} times its size",
        "解壓縮後超過原大小的 {times} 倍", "解压后超过原大小的 {times} 倍";
    "more-unreadable" MORE_UNREADABLE: "{count:# more object|# more objects} that cannot be read",
        "另有 {count} 個物件無法讀取", "另有 {count} 个对象无法读取";
    "no-objects" NO_OBJECTS: "no Kubernetes objects", "沒有 Kubernetes 物件", "没有 Kubernetes 对象";
    "nested-archives" NESTED_ARCHIVES: "archives in archives are not read", "不會讀取壓縮檔裡的壓縮檔", "不会读取压缩包里的压缩包";
    "deep-folders" DEEP_FOLDERS: "folders more than 32 levels deep are not read", "不會讀取超過 32 層的資料夾", "不会读取超过 32 层的文件夹";
    "unchecked-kind" UNCHECKED_KIND: "no check reads this kind", "沒有檢查會讀取這種物件", "没有检查会读取这种对象";
    "invalid-names" INVALID_NAMES: "{count:# object|# objects} with a name that the API server would reject: {name}",
        "{count} 個物件的名稱不會被 API server 接受：{name}", "{count} 个对象的名称不会被 API server 接受：{name}";
    "invalid-owners" INVALID_OWNERS:
        "{count:# object|# objects} with an owner whose name is not valid; the owner is ignored: {name}",
        "{count} 個物件的擁有者名稱無效，已忽略該擁有者：{name}", "{count} 个对象的属主名称无效，已忽略该属主：{name}";
    "tls-checks-skipped" TLS_CHECKS_SKIPPED: "TLS certificate checks skipped", "已略過 TLS 憑證檢查", "已跳过 TLS 证书检查";
    "annotation" ANNOTATION: "annotation on {object}", "{object} 的註解", "{object} 的注解";
    "annotations" ANNOTATIONS: "annotations on {count} objects", "{count} 個物件的註解", "{count} 个对象的注解";
    "namespace-annotation" NAMESPACE_ANNOTATION: "annotation on namespace/{namespace}",
        "namespace/{namespace} 的註解", "namespace/{namespace} 的注解";

    // Prometheus and the kubelets.
    "set-prometheus" SET_PROMETHEUS:
        "{why}; set --prometheus-url, or sample the kubelets with --throttle-window 30s",
        "{why}；可用 --prometheus-url 指定，或以 --throttle-window 30s 直接取樣 kubelet",
        "{why}；可用 --prometheus-url 指定，或用 --throttle-window 30s 直接采样 kubelet";
    "no-prometheus" NO_PROMETHEUS: "no Prometheus found in the cluster", "叢集內找不到 Prometheus", "集群内找不到 Prometheus";
    "own-namespace" OWN_NAMESPACE:
        "{who} is not in a namespace of the cluster operators: its numbers count for namespace {namespace} only; \
        see --prometheus-namespace and --prometheus-url",
        "{who} 不在叢集維運人員的命名空間：其資料只用於命名空間 {namespace}；請見 --prometheus-namespace 與 --prometheus-url",
        "{who} 不在集群运维人员的命名空间：其数据只用于命名空间 {namespace}；请参阅 --prometheus-namespace 与 --prometheus-url";
    "other-namespace" OTHER_NAMESPACE:
        "Service {service} looks like a Prometheus, but it is not in a namespace of the cluster operators and not in the \
        scope; see --prometheus-namespace and --prometheus-url",
        "Service {service} 看似 Prometheus，但不在叢集維運人員的命名空間，也不在此範圍內；請見 --prometheus-namespace 與 --prometheus-url",
        "Service {service} 看似 Prometheus，但不在集群运维人员的命名空间，也不在此范围内；请参阅 --prometheus-namespace 与 --prometheus-url";
    "services-forbidden" SERVICES_FORBIDDEN:
        "no Prometheus looked for: no permission to list the Services of all namespaces",
        "無權列出所有命名空間的 Service，未尋找 Prometheus", "无权列出所有命名空间的 Service，未查找 Prometheus";
    "services-unreadable" SERVICES_UNREADABLE: "no Prometheus found: the list of Services cannot be read",
        "找不到 Prometheus：無法讀取 Service 清單", "找不到 Prometheus：无法读取 Service 列表";
    "one-cluster" ONE_CLUSTER: "--prometheus-url is for one cluster, and there are several contexts",
        "--prometheus-url 只對應一個叢集，但目前有多個 context", "--prometheus-url 只对应一个集群，但当前有多个 context";
    "prometheus-at" PROMETHEUS_AT: "Prometheus at {address}", "位於 {address} 的 Prometheus", "位于 {address} 的 Prometheus";
    "prometheus-behind" PROMETHEUS_BEHIND: "Prometheus behind service {service}", "Service {service} 後面的 Prometheus",
        "Service {service} 后面的 Prometheus";
    "no-throttling" NO_THROTTLING:
        "{who} has no such numbers of the scope: it does not scrape cAdvisor, or no container has a CPU limit",
        "{who} 沒有此範圍的資料：未抓取 cAdvisor，或沒有容器設定 CPU 上限（limit）",
        "{who} 没有此范围的数据：未抓取 cAdvisor，或没有容器设置 CPU 限制（limit）";
    "no-history" NO_HISTORY: "{who} has no such numbers of the scope: it does not scrape cAdvisor",
        "{who} 沒有此範圍的資料：未抓取 cAdvisor", "{who} 没有此范围的数据：未抓取 cAdvisor";
    "partial" PARTIAL: "it is partial", "資料不完整", "数据不完整";
    "maybe-partial" MAYBE_PARTIAL: "it may be partial: {why}", "資料可能不完整：{why}", "数据可能不完整：{why}";
    "not-a-result" NOT_A_RESULT: "it is not a {kind}", "內容不是 {kind}", "内容不是 {kind}";
    "no-metrics" NO_METRICS: "it contains no metrics", "內容沒有任何指標", "内容没有任何指标";
    "too-many-groups" TOO_MANY_GROUPS: "more than {most} control groups", "超過 {most} 個 control group",
        "超过 {most} 个 control group";
    "kubelets-asked" KUBELETS_ASKED: "{why}; the kubelets were sampled instead", "{why}；已改為直接取樣 kubelet",
        "{why}；已改为直接采样 kubelet";
    "kubelets-unread" KUBELETS_UNREAD: "{count} of {all:# kubelet|# kubelets} not read; {why}",
        "{all} 個 kubelet 中有 {count} 個無法讀取；{why}", "{all} 个 kubelet 中有 {count} 个无法读取；{why}";

    // Logs.
    "logs-too-many" LOGS_TOO_MANY:
        "{count} of {all:# container|# containers} not read: at most {most} are read, choose others with -n or -l",
        "{all} 個容器中有 {count} 個未讀：最多讀取 {most} 個，可用 -n 或 -l 縮小範圍",
        "{all} 个容器中有 {count} 个未读：最多读取 {most} 个，可用 -n 或 -l 缩小范围";
    "logs-cut" LOGS_CUT:
        "{count:# container|# containers} read in part: at most {size} MiB each; a shorter --since reads all",
        "{count} 個容器只讀取了一部分：每個最多 {size} MiB；縮短 --since 可讀取全部",
        "{count} 个容器只读取了一部分：每个最多 {size} MiB；缩短 --since 可读取全部";
    "logs-unread" LOGS_UNREAD: "not read: {count} of {all:# container|# containers}; {why}",
        "{all} 個容器中有 {count} 個無法讀取；{why}", "{all} 个容器中有 {count} 个无法读取；{why}";
    "logs-broken" LOGS_BROKEN: "broke off: {count} of {all:# container|# containers}; {why}",
        "{all} 個容器中有 {count} 個讀到一半中斷；{why}", "{all} 个容器中有 {count} 个读到一半中断；{why}";
    "logs-late" LOGS_LATE: "no time left after {seconds} s", "{seconds} 秒後已無剩餘時間", "{seconds} 秒后已无剩余时间";
    "node-silent" NODE_SILENT: "node {node} does not answer", "節點 {node} 沒有回應", "节点 {node} 没有响应";

    // Hosts, DNS and TLS.
    "hosts-looked-up" HOSTS_LOOKED_UP: "only the first {most} hosts by name were looked up",
        "只查詢了依名稱排序的前 {most} 個主機", "只查询了按名称排序的前 {most} 个主机";
    "hosts-counted" HOSTS_COUNTED: "Prometheus was queried for the requests of {most} hosts only",
        "只向 Prometheus 查詢了 {most} 個主機的請求數", "只向 Prometheus 查询了 {most} 个主机的请求数";
    "hosts-probed" HOSTS_PROBED: "only the first {most} hosts were probed for their certificates",
        "只檢視了前 {most} 個主機實際提供的憑證", "只查看了前 {most} 个主机实际提供的证书";
    "access-log-lines" ACCESS_LOG_LINES: "access log: {count:# line|# lines} without a host name, {read} with one",
        "存取日誌：{count} 行沒有主機名稱，{read} 行有", "访问日志：{count} 行没有主机名，{read} 行有";
    "access-log-too-long" ACCESS_LOG_TOO_LONG: "longer than {size} GiB: the rest was not read",
        "超過 {size} GiB，其餘未讀", "超过 {size} GiB，其余未读";
    "dns-failed" DNS_FAILED: "DNS: {why}: {hosts}", "DNS：{why}：{hosts}", "DNS：{why}：{hosts}";
    "dns-not-asked" DNS_NOT_ASKED: "not asked", "未查詢", "未查询";
    "dns-not-built" DNS_NOT_BUILT: "this build of the program has no DNS resolver", "此程式建置時未包含 DNS 解析功能",
        "此程序构建时未包含 DNS 解析功能";
    "dns-over" DNS_OVER: "the time limit of {seconds} s for all hosts has passed", "所有主機共 {seconds} 秒的時限已到",
        "所有主机共 {seconds} 秒的时限已到";
    "dns-name" DNS_NAME: "not a valid DNS name", "不是有效的 DNS 名稱", "不是有效的 DNS 名称";
    "dns-servfail" DNS_SERVFAIL: "SERVFAIL: the server could not resolve the name", "SERVFAIL：伺服器無法解析該名稱",
        "SERVFAIL：服务器无法解析该名称";
    "dns-refused" DNS_REFUSED: "REFUSED: the server does not answer this client", "REFUSED：伺服器拒絕回答此用戶端",
        "REFUSED：服务器拒绝回答此客户端";
    "dns-unreachable" DNS_UNREACHABLE: "no DNS server can be reached", "連不上任何 DNS 伺服器", "连不上任何 DNS 服务器";
    "dns-settings" DNS_SETTINGS: "the DNS settings of this system cannot be read: {why}", "無法讀取本機的 DNS 設定：{why}",
        "无法读取本机的 DNS 配置：{why}";
    "dns-client" DNS_CLIENT: "DNS cannot be queried: {why}", "無法查詢 DNS：{why}", "无法查询 DNS：{why}";
    "tls-name" TLS_NAME: "not a valid name for TLS", "不是 TLS 可用的名稱", "不是 TLS 可用的名称";
    "tls-no-certificate" TLS_NO_CERTIFICATE: "the server sent no certificate", "伺服器沒有送出憑證", "服务器没有发送证书";
    "tls-endless" TLS_ENDLESS: "the handshake does not end", "交握沒有結束", "握手没有结束";
    "tls-other-protocol" TLS_OTHER_PROTOCOL: "the answer is not TLS", "回應不是 TLS", "响应不是 TLS";
}

/// Returns the text of an id.
pub fn find(id: &str) -> Option<&'static Text> {
    ALL.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
}

/// Returns the id of a text, if it is one of these.
pub fn id(text: &Text) -> Option<&'static str> {
    ALL.iter().find(|(_, known)| *known == text).map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_lead_to_one_text() {
        let ids: BTreeSet<&str> = ALL.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids.len(), ALL.len());
        // Two texts that read the same mean the same, whichever is found.
        for (name, text) in ALL {
            let found = find(id(text).unwrap()).unwrap();
            assert_eq!(found, *text, "{name}");
        }
        assert_eq!((find("nothing"), id(&Text { en: "", zh_tw: "", zh_cn: "" })), (None, None));
    }
}
