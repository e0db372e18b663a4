//! Reasons of the conditions and events of workloads, storage, services and namespaces.

use super::{Status, status};

pub(super) static STATUSES: &[Status] = &[
    status(
        &["ProgressDeadlineExceeded"],
        &["deployment-rollout-stuck"],
        "The rollout of a Deployment made no progress within `progressDeadlineSeconds` (default: 10 minutes). Kubernetes does \
         not roll back by itself.",
        "Deployment 的更新在 `progressDeadlineSeconds`（預設 10 分鐘）內沒有進展。Kubernetes 不會自動復原。",
        "Deployment 的发布在 `progressDeadlineSeconds`（默认 10 分钟）内没有进展。Kubernetes 不会自动回滚。",
    ),
    status(
        &["DeploymentPaused"],
        &["deployment-paused"],
        "The Deployment is paused. Changes to it take effect after `kubectl rollout resume`.",
        "Deployment 已暫停。執行 `kubectl rollout resume` 之後，變更才會生效。",
        "Deployment 已暂停。执行 `kubectl rollout resume` 之后，变更才会生效。",
    ),
    status(
        &["MinimumReplicasUnavailable"],
        &["workload-replicas-missing"],
        "The Deployment has fewer available pods than it needs. The statuses of its pods show the cause.",
        "Deployment 可用的 Pod 少於所需，原因請看它的 Pod 的狀態。",
        "Deployment 可用的 Pod 少于所需，原因请看它的 Pod 的状态。",
    ),
    status(
        &["FailedCreate", "ReplicaFailure"],
        &["workload-create-refused"],
        "The API server rejected a new pod of the workload: because of a quota, a LimitRange, an admission webhook, the pod \
         security level, or a missing service account, PriorityClass or RuntimeClass.",
        "API server 拒絕了工作負載的新 Pod：資源配額、LimitRange、admission webhook、Pod 安全等級，或不存在的 ServiceAccount、\
         PriorityClass、RuntimeClass。",
        "API server 拒绝了工作负载的新 Pod：资源配额、LimitRange、准入 webhook、Pod 安全级别，或不存在的 ServiceAccount、\
         PriorityClass、RuntimeClass。",
    ),
    status(
        &["BackoffLimitExceeded", "PodFailurePolicy", "FailedIndexes", "MaxFailedIndexesExceeded"],
        &["job-failed"],
        "The Job failed: its pods failed more often than `backoffLimit` allows, or in a way that its failure policy does not \
         retry.",
        "Job 失敗：Pod 失敗的次數超過 `backoffLimit`，或屬於失敗策略不重試的情況。",
        "Job 失败：Pod 失败的次数超过 `backoffLimit`，或属于失败策略不重试的情况。",
    ),
    status(
        &["DeadlineExceeded"],
        &["job-failed", "pod-failed"],
        "The Job or the pod ran longer than its `activeDeadlineSeconds`, so Kubernetes ended it.",
        "Job 或 Pod 的執行時間超過 `activeDeadlineSeconds`，因此被 Kubernetes 終止。",
        "Job 或 Pod 的运行时间超过 `activeDeadlineSeconds`，因此被 Kubernetes 终止。",
    ),
    status(
        &["FailedNeedsStart", "MissSchedule", "TooManyMissedTimes", "InvalidSchedule", "UnknownTimeZone"],
        &["cronjob-schedule-missed"],
        "The CronJob did not start a run that was due, or its schedule or time zone cannot be parsed.",
        "CronJob 沒有啟動到期的執行，或排程、時區無法解析。",
        "CronJob 没有启动到期的运行，或调度计划、时区无法解析。",
    ),
    status(
        &[
            "FailedGetResourceMetric",
            "FailedGetContainerResourceMetric",
            "FailedGetPodsMetric",
            "FailedGetObjectMetric",
            "FailedGetExternalMetric",
            "FailedComputeMetricsReplicas",
        ],
        &["hpa-cannot-scale"],
        "The autoscaler cannot get a metric: no metrics API answers, or the containers set no requests. It does not change \
         the number of pods.",
        "自動擴縮（HPA）取不到指標：沒有指標 API 回應，或容器沒有設定請求量（request）。Pod 數不會改變。",
        "自动扩缩（HPA）取不到指标：没有指标 API 响应，或容器没有设置请求（request）。Pod 数不会改变。",
    ),
    status(
        &["FailedGetScale", "FailedUpdateScale", "InvalidSelector"],
        &["hpa-cannot-scale"],
        "The autoscaler cannot read or change its target, often because the target does not exist.",
        "自動擴縮（HPA）無法讀取或變更目標，通常是目標不存在。",
        "自动扩缩（HPA）无法读取或变更目标，通常是目标不存在。",
    ),
    status(
        &["TooManyReplicas", "ScalingLimited"],
        &["hpa-at-max"],
        "The metrics call for more pods than `maxReplicas` of the autoscaler allows.",
        "依指標需要的 Pod 數超過 HPA 的 `maxReplicas`。",
        "按指标需要的 Pod 数超过 HPA 的 `maxReplicas`。",
    ),
    status(
        &["InsufficientPods"],
        &["pdb-not-enough-healthy", "pdb-blocks-evictions"],
        "The disruption budget allows no eviction: too few pods are healthy, or the budget requires all of them.",
        "中斷預算（PDB）不允許任何驅逐：健康的 Pod 太少，或預算要求全部保留。",
        "干扰预算（PDB）不允许任何驱逐：健康的 Pod 太少，或预算要求全部保留。",
    ),
    status(
        &["ProvisioningFailed", "FailedBinding"],
        &["pvc-pending"],
        "The PersistentVolumeClaim gets no volume: the provisioner failed, the storage class does not exist, or no volume fits.",
        "PersistentVolumeClaim 得不到磁碟區：佈建失敗、StorageClass 不存在，或沒有符合的磁碟區。",
        "PersistentVolumeClaim 得不到卷：制备失败、存储类（StorageClass）不存在，或没有匹配的卷。",
    ),
    status(
        &["WaitForFirstConsumer"],
        &["pvc-pending"],
        "The storage class creates the volume only after a pod that uses the claim has a node. Without such a pod the claim \
         stays Pending, and this is not a fault.",
        "StorageClass 在使用該 PVC 的 Pod 排程到節點後才建立磁碟區。沒有這樣的 Pod 時，PVC 維持 Pending 並非異常。",
        "存储类（StorageClass）在使用该 PVC 的 Pod 调度到节点后才创建卷。没有这样的 Pod 时，PVC 保持 Pending 并非异常。",
    ),
    status(
        &["Lost", "ClaimLost"],
        &["pvc-lost"],
        "The PersistentVolume of the claim was deleted, or it is bound to another claim.",
        "PVC 的 PersistentVolume 已被刪除，或已綁定到其他 PVC。",
        "PVC 的 PersistentVolume 已被删除，或已绑定到其他 PVC。",
    ),
    status(
        &["Released"],
        &["pv-released"],
        "The claim of the PersistentVolume was deleted. The volume still exists and is not bound to another claim by itself.",
        "PersistentVolume 的 PVC 已被刪除。磁碟區仍存在，但不會自動綁定到其他 PVC。",
        "PersistentVolume 的 PVC 已被删除。卷仍存在，但不会自动绑定到其他 PVC。",
    ),
    status(
        &["VolumeFailedDelete", "VolumeFailedRecycle"],
        &["pv-failed", "pv-released"],
        "The claim was deleted, and the disk of the volume could not be deleted or cleaned.",
        "PVC 已被刪除，但磁碟區的磁碟無法刪除或清理。",
        "PVC 已被删除，但卷的磁盘无法删除或清理。",
    ),
    status(
        &["<pending>", "SyncLoadBalancerFailed"],
        &["service-load-balancer-pending"],
        "The Service of type LoadBalancer has no external address yet. A cloud controller or a controller such as MetalLB \
         assigns it.",
        "LoadBalancer 類型的 Service 還沒有外部位址，位址由雲端控制器或 MetalLB 之類的控制器分配。",
        "LoadBalancer 类型的 Service 还没有外部地址，地址由云控制器或 MetalLB 之类的控制器分配。",
    ),
    status(
        &["FailedDiscoveryCheck", "ServiceNotFound", "EndpointsNotFound", "MissingEndpoints"],
        &["apiservice-unavailable"],
        "The API server cannot connect to the server behind an aggregated API. Requests to this API fail.",
        "API server 無法連線到聚合 API 背後的伺服器，對這個 API 的請求都會失敗。",
        "API server 无法连接到聚合 API 背后的服务器，对这个 API 的请求都会失败。",
    ),
    status(
        &[
            "NamespaceContentRemaining",
            "NamespaceFinalizersRemaining",
            "NamespaceDeletionContentFailure",
            "NamespaceDeletionDiscoveryFailure",
            "NamespaceDeletionGroupVersionParsingFailure",
        ],
        &["namespace-stuck-terminating"],
        "The deletion of the namespace waits: objects or finalizers remain, or an API cannot be listed.",
        "命名空間的刪除在等待：仍有物件或 finalizer，或有 API 無法列出。",
        "命名空间的删除在等待：仍有对象或 finalizer，或有 API 无法列出。",
    ),
];
