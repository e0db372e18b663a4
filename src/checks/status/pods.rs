//! Statuses of pods, and reasons of their conditions and events.

use super::{Status, status};

pub(super) static STATUSES: &[Status] = &[
    status(
        &["Pending"],
        &[
            "pod-unschedulable",
            "pod-not-ready",
            "pod-image-pull-failed",
            "pod-volume-not-mounted",
            "pod-sandbox-failed",
            "pvc-pending",
        ],
        "A pod that is Pending waits for a node, or the kubelet has not started its containers yet. A \
         PersistentVolumeClaim that is Pending has no volume yet.",
        "Pod 為 Pending 時，還在等待節點，或 kubelet 尚未啟動它的容器。PersistentVolumeClaim 為 Pending 時，還沒有磁碟區。",
        "Pod 为 Pending 时，还在等待节点，或 kubelet 尚未启动它的容器。PersistentVolumeClaim 为 Pending 时，还没有卷。",
    ),
    status(
        &["ContainerCreating"],
        &["pod-not-ready", "pod-volume-not-mounted", "pod-sandbox-failed"],
        "The kubelet prepares the network, the volumes and the image of the pod. If this takes more than a few minutes, the \
         usual cause is a volume, the pod network or a large image.",
        "kubelet 正在準備 Pod 的網路、磁碟區與映像檔。若超過幾分鐘，通常是磁碟區、Pod 網路或大型映像檔的問題。",
        "kubelet 正在准备 Pod 的网络、卷与镜像。若超过几分钟，通常是卷、Pod 网络或大镜像的问题。",
    ),
    status(
        &["PodInitializing"],
        &["pod-not-ready"],
        "The init containers have completed, and the kubelet is about to start the main containers. Usually an image is \
         still being pulled.",
        "init 容器已完成，kubelet 正要啟動主要容器，通常是映像檔還在拉取。",
        "Init 容器已完成，kubelet 正要启动主容器，通常是镜像还在拉取。",
    ),
    status(
        &["Init"],
        &["pod-not-ready"],
        "`Init:N/M`: N of M init containers have completed. They run one after another, and the main containers start only \
         after the last one.",
        "`Init:N/M`：M 個 init 容器中已完成 N 個。它們依序執行，最後一個完成後才會啟動主要容器。",
        "`Init:N/M`：M 个 Init 容器中已完成 N 个。它们依次运行，最后一个完成后才会启动主容器。",
    ),
    status(
        &["Running"],
        &["pod-probe-failing", "pod-not-ready", "pod-restarting-often"],
        "At least one container of the pod runs. The pod can still be unready: compare the READY and RESTARTS columns.",
        "Pod 至少有一個容器在執行，但不一定就緒：請看 READY 與 RESTARTS 欄。",
        "Pod 至少有一个容器在运行，但不一定就绪：请看 READY 与 RESTARTS 列。",
    ),
    status(
        &["Completed", "Succeeded"],
        &["pod-leftover", "pod-crash-loop"],
        "The containers ended with exit code 0. This is normal for the pod of a Job. In a pod that should keep running, the \
         program ended without an error.",
        "容器以結束碼 0 結束。對 Job 的 Pod 來說是正常的；若 Pod 應該持續執行，則是程式自行正常結束。",
        "容器以退出码 0 退出。对 Job 的 Pod 来说是正常的；若 Pod 本应持续运行，则是程序自行正常退出。",
    ),
    status(
        &["Error"],
        &["pod-crash-loop", "pod-failed", "pod-leftover", "job-failed"],
        "A container ended with an exit code other than 0. The exit code and the log of the container show the cause.",
        "容器以非 0 的結束碼結束，原因請看結束碼與容器的日誌。",
        "容器以非 0 的退出码退出，原因请看退出码与容器的日志。",
    ),
    status(
        &["Failed"],
        &[
            "pod-failed",
            "pod-evicted",
            "pod-rejected",
            "pod-leftover",
            "pod-image-pull-failed",
            "job-failed",
            "pv-failed",
        ],
        "A Failed pod has ended with an error, or its node evicted or rejected it; a Failed Job does not retry; the disk of a \
         Failed PersistentVolume could not be deleted. An event `Failed` reports an image that could not be pulled or a \
         container that could not be started.",
        "Pod 為 Failed 時，已以錯誤結束，或被節點驅逐、拒絕；Job 不再重試；PersistentVolume 的磁碟無法刪除。事件 `Failed` 表示映像檔\
         無法拉取，或容器無法啟動。",
        "Pod 为 Failed 时，已以错误退出，或被节点驱逐、拒绝；Job 不再重试；PersistentVolume 的磁盘无法删除。事件 `Failed` 表示镜像\
         无法拉取，或容器无法启动。",
    ),
    status(
        &["Unknown", "NodeLost"],
        &["node-not-ready", "pod-not-ready", "pod-evicted"],
        "The node of the pod does not report, so the API server does not know the current state of the pod.",
        "Pod 所在的節點沒有回報，因此 API server 不知道 Pod 目前的狀態。",
        "Pod 所在的节点没有上报，因此 API server 不知道 Pod 当前的状态。",
    ),
    status(
        &["Terminating"],
        &["pod-stuck-terminating", "namespace-stuck-terminating"],
        "The object was deleted and still exists. A pod waits for its containers to end, its node or a finalizer; a namespace \
         waits until all of its objects are deleted.",
        "物件已被刪除但仍存在。Pod 在等容器結束、節點回應或 finalizer；命名空間在等其中所有物件刪除完成。",
        "对象已被删除但仍存在。Pod 在等容器退出、节点响应或 finalizer；命名空间在等其中所有对象删除完成。",
    ),
    status(
        &["NotReady"],
        &["pod-not-ready", "node-not-ready"],
        "In a pod that is NotReady, some containers have completed and others still run. The kubelet of a node that is \
         NotReady reports a fault or does not report.",
        "Pod 為 NotReady 時，部分容器已完成，其他容器仍在執行。節點為 NotReady 時，kubelet 回報異常或沒有回報。",
        "Pod 为 NotReady 时，部分容器已完成，其他容器仍在运行。节点为 NotReady 时，kubelet 上报异常或没有上报。",
    ),
    status(
        &["SchedulingGated"],
        &["pod-unschedulable"],
        "The pod has a scheduling gate. The scheduler ignores the pod until the controller that set the gate removes it.",
        "Pod 設有 scheduling gate。在設定它的控制器移除之前，排程器不會處理這個 Pod。",
        "Pod 设有调度门控（scheduling gate）。在设置它的控制器移除之前，调度器不会处理这个 Pod。",
    ),
    status(
        &["Unschedulable", "FailedScheduling"],
        &["pod-unschedulable"],
        "The scheduler found no node for the pod. The message counts the nodes by the reason that excludes them.",
        "排程器找不到適合 Pod 的節點。訊息會依排除的原因列出節點數。",
        "调度器找不到适合 Pod 的节点。消息会按排除的原因列出节点数。",
    ),
    status(
        &["Evicted"],
        &["pod-evicted"],
        "The kubelet ended the pod because its node ran short of memory, disk or process IDs, or because the pod exceeded its \
         own storage limit. Evicted pods stay until they are deleted.",
        "節點的記憶體、磁碟或 PID 不足，或 Pod 超過自身的儲存上限，因此 kubelet 終止了它。被驅逐的 Pod 會留到有人刪除為止。",
        "节点的内存、磁盘或 PID 不足，或 Pod 超过自身的存储限制，因此 kubelet 终止了它。被驱逐的 Pod 会一直保留到被删除为止。",
    ),
    status(
        &["OutOfcpu", "OutOfmemory", "OutOfpods"],
        &["pod-rejected"],
        "The kubelet rejected the pod because the node no longer had the resource that the pod requests. The scheduler and \
         the kubelet had different views of the node.",
        "節點已沒有 Pod 請求的資源，因此 kubelet 拒絕了它：排程器與 kubelet 對節點的認知不同。",
        "节点已没有 Pod 请求的资源，因此 kubelet 拒绝了它：调度器与 kubelet 对节点的认知不同。",
    ),
    status(
        &["NodeAffinity"],
        &["pod-rejected"],
        "The kubelet rejected the pod because the node does not have the labels that the pod requires. The labels changed, or \
         the pod names the node directly.",
        "節點沒有 Pod 要求的標籤，因此 kubelet 拒絕了它：標籤已變更，或 Pod 直接指定了節點。",
        "节点没有 Pod 要求的标签，因此 kubelet 拒绝了它：标签已变更，或 Pod 直接指定了节点。",
    ),
    status(
        &["TopologyAffinityError", "UnexpectedAdmissionError"],
        &["pod-rejected"],
        "The kubelet rejected the pod when it was about to start it: the CPUs, the memory or the devices of the node could not \
         be assigned as the pod requires.",
        "kubelet 在啟動前拒絕了 Pod：節點的 CPU、記憶體或裝置無法依 Pod 的要求分配。",
        "kubelet 在启动前拒绝了 Pod：节点的 CPU、内存或设备无法按 Pod 的要求分配。",
    ),
    status(
        &["NodeShutdown", "Shutdown", "Terminated"],
        &["pod-evicted"],
        "The node shut down and ended the pod.",
        "節點關機，因此終止了 Pod。",
        "节点关机，因此终止了 Pod。",
    ),
    status(
        &["Preempting", "Preempted", "PreemptionByScheduler"],
        &["pod-evicted"],
        "The pod was ended to free resources for a pod of higher priority.",
        "為了讓出資源給優先權較高的 Pod，這個 Pod 被終止。",
        "为了给优先级更高的 Pod 让出资源，这个 Pod 被终止。",
    ),
    status(
        &[
            "DisruptionTarget",
            "DeletionByPodGC",
            "DeletionByTaintManager",
            "EvictionByEvictionAPI",
            "TerminationByKubelet",
        ],
        &["pod-evicted"],
        "A component ends the pod, which did nothing wrong; the reason of the condition names the component: the pod garbage \
         collector, a taint of the node, the eviction API (a drain or an autoscaler), or the kubelet.",
        "Pod 由某個元件終止，並非自身出錯；狀態的原因指出是誰：Pod 垃圾回收、節點的 taint（污點）、驅逐 API（drain 或 autoscaler），\
         或 kubelet。",
        "Pod 被某个组件终止，并非自身出错；状况的原因指出是谁：Pod 垃圾回收、节点的污点、驱逐 API（腾空或自动伸缩），或 kubelet。",
    ),
    status(
        &["ContainersNotReady", "ContainersNotInitialized"],
        &["pod-probe-failing", "pod-not-ready"],
        "At least one container of the pod is not ready or has not started, so Services send the pod no traffic.",
        "Pod 至少有一個容器未就緒或尚未啟動，因此 Service 不會把流量送給它。",
        "Pod 至少有一个容器未就绪或尚未启动，因此 Service 不会把流量发给它。",
    ),
    status(
        &["ReadinessGatesNotReady"],
        &["pod-not-ready"],
        "The containers are ready, but a readiness gate of the pod is not. The controller that owns the gate, for example of \
         a load balancer, has not opened it.",
        "容器都已就緒，但 Pod 的 readiness gate 尚未開啟，它由負責的控制器（例如負載平衡器的）開啟。",
        "容器都已就绪，但 Pod 的就绪门控（readiness gate）尚未打开，它由负责的控制器（例如负载均衡器的）打开。",
    ),
    status(
        &["FailedMount", "FailedAttachVolume", "FailedMapVolume", "VolumeResizeFailed"],
        &["pod-volume-not-mounted"],
        "A volume of the pod cannot be attached to the node, mounted or resized. No container starts before all volumes are \
         mounted.",
        "Pod 的磁碟區無法附加到節點、掛載或調整大小。所有磁碟區掛載完成前，容器都不會啟動。",
        "Pod 的卷无法附加到节点、挂载或调整大小。所有卷挂载完成前，容器都不会启动。",
    ),
    status(
        &["FailedCreatePodSandBox", "FailedPodSandBoxStatus", "NetworkNotReady"],
        &["pod-sandbox-failed", "pod-wrong-architecture"],
        "The kubelet cannot create the sandbox of the pod: its network and its first process. The cause is on the node, \
         usually in the network plugin.",
        "kubelet 無法建立 Pod 的沙箱（網路與第一個行程）。原因在節點上，通常是網路外掛。",
        "kubelet 无法创建 Pod 的沙箱（网络与第一个进程）。原因在节点上，通常是网络插件。",
    ),
];
