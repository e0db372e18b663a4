// Prints a cluster of 160 namespaces, of which 100 have failing pods, with hostile text wherever a program can put it.
//   node docs/html-cluster.mjs > cluster.json
const hostile = [
  "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "<!-- --><svg/onload=alert(1)>",
  "javascript:alert(1)", "![x](https://example.com/x.png)", "[a](javascript:alert(1))", "\u202egnp.exe\u200b", "مرحبا بالعالم",
  "x".repeat(4000), "a\nb\tc\u001b[31m", "&lt;b&gt;", "'; alert(1); '", "{{7*7}} ${7*7}", "|`--all`|",
];
const items = [];
for (let number = 0; number < 160; number++) {
  const namespace = `team-${String(number).padStart(3, "0")}`;
  items.push({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  for (let index = 0; index < 3; index++) {
    const fails = number < 100 && index === 0;
    const text = hostile[number % hostile.length];
    const image = `registry.example.com/web:${number}`;
    const state = fails
      ? { waiting: { reason: number % 2 ? "ImagePullBackOff" : "CrashLoopBackOff", message: `Back-off: ${text}` } }
      : { running: { startedAt: "2025-12-25T02:00:00Z" } };
    const lastState = fails && number % 2 === 0
      ? { terminated: { exitCode: 1, reason: "Error", message: text, finishedAt: "2025-12-26T01:55:00Z" } }
      : {};
    items.push({
      apiVersion: "v1", kind: "Pod",
      metadata: {
        name: `web-${index}`, namespace, creationTimestamp: "2025-12-25T02:00:00Z",
        labels: { app: "web" }, annotations: { "example.com/note": text },
      },
      spec: { nodeName: "node-1", containers: [{ name: "app", image }] },
      status: {
        phase: "Running",
        conditions: [{ type: "Ready", status: fails ? "False" : "True", message: text, lastTransitionTime: "2025-12-26T01:40:00Z" }],
        containerStatuses: [{ name: "app", image, imageID: "", ready: !fails, restartCount: fails ? 9 : 0, state, lastState }],
      },
    });
  }
}
console.log(JSON.stringify({ apiVersion: "v1", kind: "List", items }));
