//! Statuses of nodes, and reasons of their conditions and events.

use super::{Status, status};

pub(super) static STATUSES: &[Status] = &[
    status(
        &["NodeNotReady", "KubeletNotReady"],
        &["node-not-ready"],
        "The kubelet of the node reports a fault, for example of the container runtime or of the pod network. The node takes \
         no new pods.",
        "節點的 kubelet 回報異常，例如容器執行環境或 Pod 網路的問題。節點不再接受新的 Pod。",
        "节点的 kubelet 上报异常，例如容器运行时或 Pod 网络的问题。节点不再接受新的 Pod。",
    ),
    status(
        &["NodeStatusUnknown"],
        &["node-not-ready"],
        "The kubelet of the node has stopped reporting: the machine is down, the kubelet does not run, or the network between \
         the node and the API server is broken.",
        "節點的 kubelet 沒有回報：機器關機、kubelet 沒有執行，或節點與 API server 之間的網路中斷。",
        "节点的 kubelet 没有上报：机器关机、kubelet 没有运行，或节点与 API server 之间的网络中断。",
    ),
    status(
        &["SchedulingDisabled", "NodeNotSchedulable"],
        &["node-cordoned"],
        "The node is cordoned: it takes no new pods until a user runs `kubectl uncordon`. Pods on it keep running.",
        "節點已 cordon（停止排程）：執行 `kubectl uncordon` 之前不接受新的 Pod，已在節點上的 Pod 照常執行。",
        "节点已被隔离（cordon）：执行 `kubectl uncordon` 之前不接受新的 Pod，已在节点上的 Pod 照常运行。",
    ),
    status(
        &["MemoryPressure", "NodeHasInsufficientMemory"],
        &["node-pressure"],
        "The node is short of memory. The kubelet evicts pods until enough memory is free.",
        "節點記憶體不足，kubelet 會驅逐 Pod，直到有足夠的記憶體。",
        "节点内存不足，kubelet 会驱逐 Pod，直到有足够的内存。",
    ),
    status(
        &["DiskPressure", "NodeHasDiskPressure"],
        &["node-pressure"],
        "A disk of the node is nearly full. The kubelet deletes unused images, then evicts pods.",
        "節點的磁碟即將用盡，kubelet 會先刪除未使用的映像檔，再驅逐 Pod。",
        "节点的磁盘即将用尽，kubelet 会先删除未使用的镜像，再驱逐 Pod。",
    ),
    status(
        &["PIDPressure", "NodeHasInsufficientPID"],
        &["node-pressure"],
        "The node has nearly no process IDs left. The kubelet evicts pods.",
        "節點的 PID 即將用盡，kubelet 會驅逐 Pod。",
        "节点的 PID 即将用尽，kubelet 会驱逐 Pod。",
    ),
    status(
        &["EvictionThresholdMet", "FreeDiskSpaceFailed", "ImageGCFailed"],
        &["node-pressure"],
        "The node is short of memory or disk space, and the kubelet could not free enough of it without evicting pods.",
        "節點的記憶體或磁碟空間不足，kubelet 不驅逐 Pod 就無法釋出足夠的空間。",
        "节点的内存或磁盘空间不足，kubelet 不驱逐 Pod 就无法释放足够的空间。",
    ),
    status(
        &["NetworkUnavailable"],
        &["node-network-unavailable"],
        "The pod network of the node is not set up. Pods on the node have no working network.",
        "節點的 Pod 網路尚未建立，節點上的 Pod 沒有可用的網路。",
        "节点的 Pod 网络尚未建立，节点上的 Pod 没有可用的网络。",
    ),
    status(
        &["KernelDeadlock", "XfsShutdown", "CperHardwareErrorFatal"],
        &["node-problem"],
        "The kernel, a file system or the hardware of the node has failed. The kubelet can stay Ready for a long time while \
         pods on the node fail.",
        "節點的核心、檔案系統或硬體已故障。kubelet 可能仍長時間為 Ready，但節點上的 Pod 會陸續出錯。",
        "节点的内核、文件系统或硬件已故障。kubelet 可能仍长时间为 Ready，但节点上的 Pod 会陆续出错。",
    ),
    status(
        &["ReadonlyFilesystem", "FilesystemCorruptionProblem"],
        &["node-problem"],
        "A file system of the node is read-only or damaged, so containers on the node cannot write.",
        "節點的檔案系統變成唯讀或已損毀，節點上的容器無法寫入。",
        "节点的文件系统变为只读或已损坏，节点上的容器无法写入。",
    ),
    status(
        &[
            "KubeletUnhealthy",
            "ContainerRuntimeUnhealthy",
            "KubeProxyUnhealthy",
            "FrequentKubeletRestart",
            "FrequentDockerRestart",
            "FrequentContainerdRestart",
            "FrequentUnregisterNetDevice",
            "CorruptDockerOverlay2",
            "NTPProblem",
            "KubeletProblem",
            "ContainerRuntimeProblem",
        ],
        &["node-problem"],
        "An agent on the node, such as the node-problem-detector, reports a fault of a system service: the kubelet, the \
         container runtime, kube-proxy or the clock.",
        "節點上的代理程式（例如 node-problem-detector）回報系統服務異常：kubelet、容器執行環境、kube-proxy 或時鐘。",
        "节点上的代理程序（例如 node-problem-detector）上报系统服务异常：kubelet、容器运行时、kube-proxy 或时钟。",
    ),
    status(
        &[
            "AcceleratedHardwareReady",
            "ContainerRuntimeReady",
            "KernelReady",
            "NetworkingReady",
            "StorageReady",
        ],
        &["node-problem"],
        "A condition of the EKS node monitoring agent. When it is False, the agent reports a fault of that part of the node.",
        "EKS 節點監控代理程式的狀態。為 False 時，表示節點的該部分異常。",
        "EKS 节点监控代理程序的状况。为 False 时，表示节点的该部分异常。",
    ),
    status(
        &["Rebooted"],
        &["node-restarted"],
        "The kubelet reports that its node booted again, with a new boot ID. All containers of the node ended with it.",
        "kubelet 回報節點已重新開機，boot ID 已變更。節點上的容器都隨之結束。",
        "kubelet 上报节点已重新启动，boot ID 已改变。节点上的容器都随之退出。",
    ),
];
