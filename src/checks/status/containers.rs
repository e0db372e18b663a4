//! Reasons for which a container waits or has ended, and of the kubelet's events about it.

use super::{Status, status};

pub(super) static STATUSES: &[Status] = &[
    status(
        &["CrashLoopBackOff"],
        &[
            "pod-crash-loop",
            "pod-oom-killed",
            "pod-killed-by-probe",
            "pod-config-error",
            "pod-wrong-architecture",
            "pod-hook-failed",
        ],
        "The container exits repeatedly. The kubelet waits before the next start, from 10 seconds up to 5 minutes. The last \
         exit code and the log of the previous container show the cause.",
        "容器一再結束，kubelet 會等待 10 秒到 5 分鐘再啟動。原因在上一次的結束碼與前一個容器的日誌裡。",
        "容器一再退出，kubelet 会等待 10 秒到 5 分钟再启动。原因在上一次的退出码与前一个容器的日志里。",
    ),
    status(
        &["BackOff"],
        &["pod-crash-loop", "pod-image-pull-failed"],
        "The kubelet waits before it restarts a container that failed, or before it pulls an image again.",
        "kubelet 正在等待，之後才會重啟失敗的容器或再次拉取映像檔。",
        "kubelet 正在等待，之后才会重启失败的容器或再次拉取镜像。",
    ),
    status(
        &["OOMKilled"],
        &["pod-oom-killed"],
        "The kernel killed the container because it exceeded its memory limit, or because its node ran out of memory (exit \
         code 137).",
        "容器超過記憶體上限，或節點記憶體用盡，因此被核心終止（結束碼 137）。",
        "容器超过内存限制，或节点内存用尽，因此被内核终止（退出码 137）。",
    ),
    status(
        &["OOMKilling", "SystemOOM"],
        &["pod-oom-killed", "node-memory-used", "node-pressure"],
        "The kernel of the node killed a process because memory ran out, in one container or on the whole node.",
        "某個容器或整個節點的記憶體用盡，節點的核心因此終止了一個行程。",
        "某个容器或整个节点的内存用尽，节点的内核因此终止了一个进程。",
    ),
    status(
        &["CreateContainerConfigError"],
        &["pod-config-error"],
        "The kubelet cannot prepare the configuration of the container. Usually a Secret, a ConfigMap or one of their keys \
         does not exist.",
        "kubelet 無法準備容器的設定，通常是 Secret、ConfigMap 或其中的 key 不存在。",
        "kubelet 无法准备容器的配置，通常是 Secret、ConfigMap 或其中的 key 不存在。",
    ),
    status(
        &["CreateContainerError"],
        &["pod-config-error", "pod-wrong-architecture"],
        "The container runtime rejected the container before it started, for example because the image has no command or the \
         name is still in use.",
        "容器執行環境在啟動前拒絕了容器，例如映像檔沒有指令，或名稱仍被占用。",
        "容器运行时在启动前拒绝了容器，例如镜像没有命令，或名称仍被占用。",
    ),
    status(
        &["RunContainerError", "StartError", "ContainerCannotRun"],
        &["pod-config-error", "pod-wrong-architecture"],
        "The container runtime created the container and could not start its program: the command does not exist, is not \
         executable, or is built for another processor.",
        "容器已建立但程式無法啟動：指令不存在、沒有執行權限，或是為其他處理器架構建置的。",
        "容器已创建但程序无法启动：命令不存在、没有执行权限，或是为其他处理器架构构建的。",
    ),
    status(
        &["PostStartHookError", "FailedPostStartHook", "PreStartHookError", "PreCreateHookError"],
        &["pod-hook-failed"],
        "The `postStart` hook of the container failed (old clusters: a hook before the start), so the kubelet ended the \
         container.",
        "容器的 `postStart` hook 失敗（舊叢集則為啟動前的 hook），因此 kubelet 終止了容器。",
        "容器的 `postStart` 钩子失败（旧集群则为启动前的钩子），因此 kubelet 终止了容器。",
    ),
    status(
        &["Unhealthy"],
        &["pod-probe-failing", "pod-killed-by-probe"],
        "A probe of the container failed. A failing readiness probe stops its traffic; a failing liveness or startup probe \
         restarts the container.",
        "容器的探針失敗。就緒探針（readiness）失敗會停止流量；存活探針（liveness）或啟動探針（startup）失敗會重啟容器。",
        "容器的探针失败。就绪探针失败会停止流量；存活探针或启动探针失败会重启容器。",
    ),
    status(
        &["ContainerStatusUnknown"],
        &["pod-evicted", "pod-failed", "node-not-ready"],
        "The kubelet does not know how the container ended, for example after an eviction or a restart of the node.",
        "kubelet 不知道容器如何結束，例如在驅逐或節點重啟之後。",
        "kubelet 不知道容器如何退出，例如在驱逐或节点重启之后。",
    ),
    status(
        &["ErrImagePull"],
        &["pod-image-pull-failed"],
        "The kubelet could not pull the image of the container. It retries; between attempts the status is ImagePullBackOff.",
        "kubelet 無法拉取容器的映像檔。它會重試，等待期間的狀態為 ImagePullBackOff。",
        "kubelet 无法拉取容器的镜像。它会重试，等待期间的状态为 ImagePullBackOff。",
    ),
    status(
        &["ImagePullBackOff"],
        &["pod-image-pull-failed"],
        "The kubelet could not pull the image of the container and waits before the next attempt, up to 5 minutes.",
        "kubelet 無法拉取容器的映像檔，正在等待下一次重試（最長 5 分鐘）。",
        "kubelet 无法拉取容器的镜像，正在等待下一次重试（最长 5 分钟）。",
    ),
    status(
        &["InvalidImageName"],
        &["pod-image-pull-failed"],
        "The image name of the container is not valid, often because of an uppercase letter, a space or an empty variable.",
        "容器的映像檔名稱無效，常見原因是大寫字母、空格或空變數。",
        "容器的镜像名称无效，常见原因是大写字母、空格或空变量。",
    ),
    status(
        &["ErrImageNeverPull"],
        &["pod-image-pull-failed"],
        "The image is not on the node, and `imagePullPolicy: Never` forbids pulling it.",
        "節點上沒有這個映像檔，而 `imagePullPolicy: Never` 不允許拉取。",
        "节点上没有这个镜像，而 `imagePullPolicy: Never` 不允许拉取。",
    ),
    status(
        &["ImageInspectError"],
        &["pod-image-pull-failed"],
        "The container runtime cannot read the image on the node; the image is probably damaged.",
        "容器執行環境無法讀取節點上的映像檔，映像檔可能已損毀。",
        "容器运行时无法读取节点上的镜像，镜像可能已损坏。",
    ),
    status(
        &["RegistryUnavailable"],
        &["pod-image-pull-failed"],
        "The node cannot connect to the registry of the image.",
        "節點無法連線到映像檔的 registry。",
        "节点无法连接到镜像仓库。",
    ),
    status(
        &["SignatureValidationFailed"],
        &["pod-image-pull-failed"],
        "The signature of the image is missing or not valid, and the node accepts only signed images.",
        "映像檔的簽章缺少或無效，而節點只接受已簽章的映像檔。",
        "镜像的签名缺失或无效，而节点只接受已签名的镜像。",
    ),
];
