package dev.postern.gateway.admission;

import dev.postern.config.PosternConfig;
import dev.postern.gateway.stream.ToolTargets;
import dev.postern.policy.Target;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The configured targets, and the tools that this gateway can reach them with. */
public final class TargetCatalog {
  private volatile Map<String, PosternConfig.Target> targets = Map.of();
  private final Map<String, ToolTargets> tools;

  public TargetCatalog(List<PosternConfig.Target> targets, Map<String, ToolTargets> tools) {
    this.tools = Map.copyOf(tools);
    use(targets);
  }

  /** Has these targets and no others from now on. */
  public void use(List<PosternConfig.Target> others) {
    var byName = new HashMap<String, PosternConfig.Target>();
    others.forEach(target -> byName.put(target.name(), target));
    targets = Map.copyOf(byName);
  }

  /** A target as policy sees it, also one that there is none of. */
  Target forPolicy(String name) {
    PosternConfig.Target target = targets.get(name);
    return target == null ? Target.unknown(name) : Target.direct(name, target.labels());
  }

  Optional<URI> endpoint(String target, String tool) {
    return Optional.ofNullable(targets.get(target)).map(known -> known.endpoints().get(tool));
  }

  Optional<ToolTargets> tool(String tool) {
    return Optional.ofNullable(tools.get(tool));
  }

  /** All targets, by name. */
  List<PosternConfig.Target> all() {
    return targets.values().stream()
        .sorted(java.util.Comparator.comparing(PosternConfig.Target::name))
        .toList();
  }

  /** The tools of a target that this gateway can serve. */
  List<String> toolsOf(PosternConfig.Target target) {
    return target.endpoints().keySet().stream().filter(tools::containsKey).sorted().toList();
  }
}
