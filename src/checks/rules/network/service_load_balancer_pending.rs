//! A service of type `LoadBalancer` has no external address.

use crate::checks::prelude::*;
use crate::checks::traffic;

static INFO: CheckInfo = CheckInfo {
    id: "service-load-balancer-pending",
    since: "0.1.0",
    severity: Severity::Medium,
    needs: &[Kind::Service, Kind::Event],
    title: Text {
        en: "Load balancer pending", zh_tw: "負載平衡器遲遲未就緒", zh_cn: "负载均衡器迟迟未就绪"
    },
    meaning: Text {
        en: "The Service has no external address, so clients outside the cluster cannot reach it.",
        zh_tw: "Service 沒有叢集外的位址，外部連不進來。",
        zh_cn: "Service 没有集群外的地址，外部无法访问。",
    },
    remedy: Text {
        en: "Read the events of the Service: quotas, subnets and permissions of the cloud account. Without \
             a cloud provider, install a controller that assigns addresses, such as MetalLB.",
        zh_tw: "看 Service 的事件：雲端帳號的配額、子網路與權限；自建叢集需安裝 MetalLB 之類的控制器。",
        zh_cn: "查看 Service 的事件：云账号的配额、子网与权限；自建集群需要安装 MetalLB 之类的控制器。",
    },
    prevention: Text {
        en: "In a cluster without a controller that assigns addresses, use NodePort or an Ingress.",
        zh_tw: "沒有控制器可以配發位址的叢集，改用 NodePort 或 Ingress。",
        zh_cn: "没有控制器可以分配地址的集群，改用 NodePort 或 Ingress。",
    },
    page: page!("service-load-balancer-pending"),
    traits: Traits::NONE,
};

pub(crate) static CHECK: Check = Check { info: &INFO, run };

static PENDING: Text = Text {
    en: "no external address {age} after the Service was created",
    zh_tw: "建立 {age} 後仍沒有外部位址",
    zh_cn: "创建 {age} 后仍没有外部地址",
};

static REFUSED: Text = Text {
    en: "no external address {age} after the Service was created ({event}): {detail}",
    zh_tw: "建立 {age} 後仍沒有外部位址（{event}）：{detail}",
    zh_cn: "创建 {age} 后仍没有外部地址（{event}）：{detail}",
};

static OF_CLASS: Text = Text {
    en: "the controller of load balancer class {class} is responsible for the address",
    zh_tw: "由負載平衡器類別 {class} 的控制器負責配發",
    zh_cn: "由负载均衡器类 {class} 的控制器负责分配",
};

/// How long a cloud provider may take, in seconds.
const PATIENCE: i64 = 900;

fn run(view: &View, out: &mut Reporter) {
    for service in view.snapshot.rows.services.iter().filter(|service| service.waits_for_load_balancer()) {
        let metadata = &service.metadata;
        let Some(created) = metadata.created().filter(|created| view.age(*created) >= PATIENCE) else {
            continue;
        };
        if traffic::is_going(view, &metadata.namespace) {
            continue;
        }
        let object = traffic::service_ref(service);
        let mut facts = vec![("age", Fact::Age(view.age(created)))];
        let events = view.events(&object, &metadata.uid);
        let text = match events.iter().find(|event| event.reason.starts_with("SyncLoadBalancer")) {
            Some(event) => {
                facts.push(("event", Fact::text(&event.reason)));
                facts.push(("detail", Fact::text(&event.message)));
                &REFUSED
            }
            None => &PENDING,
        };
        let finding = out.object(object, &[], Severity::Medium, Message::new(text, facts));
        finding.since = Some(created);
        let class = &service.spec.load_balancer_class;
        if !class.is_empty() {
            finding.evidence.push(Message::new(&OF_CLASS, vec![("class", Fact::text(class))]));
        }
        finding.actions = vec![view.settings.kubectl.describe(&finding.object)];
    }
}
