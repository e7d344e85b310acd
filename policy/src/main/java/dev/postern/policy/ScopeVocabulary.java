package dev.postern.policy;

import java.util.Set;
import java.util.TreeSet;

/** The scopes that are built in. */
final class ScopeVocabulary {
  /** Subsystems of the kernel's tracepoints: families of perf's scopes. */
  static final Set<String> SUBSYSTEMS =
      Set.of(
          "kernel",
          "mm",
          "block",
          "syscalls",
          "net",
          "fs",
          "irq",
          "sched",
          "vmscan",
          "kmem",
          "timer",
          "workqueue",
          "power",
          "ext4",
          "xfs",
          "btrfs",
          "nfs",
          "tcp",
          "udp",
          "sock",
          "skb",
          "napi",
          "signal",
          "task",
          "writeback",
          "filemap",
          "compaction",
          "oom",
          "cgroup",
          "kvm",
          "scsi",
          "nvme",
          "virtio",
          "rcu",
          "raw_syscalls",
          "exceptions",
          "xdp",
          "bpf",
          "module");

  private ScopeVocabulary() {}

  /** Every family that needs no Schema. */
  static Set<String> families() {
    var all = new TreeSet<>(SUBSYSTEMS);
    all.addAll(Tool.words());
    return all;
  }

  /** The full scopes of tools whose classes are closed. */
  static Set<String> closedScopes() {
    var all = new TreeSet<String>();
    for (Tool tool : Tool.values()) {
      tool.classes().forEach(last -> all.add(tool.word() + "/" + last));
    }
    return all;
  }

  /** Whether the pattern is of a tool whose classes are closed and is none of them. */
  static boolean unknownClass(ScopePattern pattern) {
    return Tool.of(pattern.family())
        .filter(tool -> !tool.classes().isEmpty())
        .filter(
            tool -> {
              String rest = pattern.text().substring(pattern.family().length() + 1);
              return !rest.equals("*") && !tool.classes().contains(rest);
            })
        .isPresent();
  }
}
