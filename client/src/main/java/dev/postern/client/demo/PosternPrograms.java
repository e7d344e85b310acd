package dev.postern.client.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How to start a {@code postern} command as a process of its own. */
public interface PosternPrograms {
  /** The command line for {@code postern} with these arguments. */
  List<String> commandLine(List<String> arguments);

  /** Through the launcher of a checkout or an installation. */
  static PosternPrograms launcher(Path posternHome) {
    return arguments -> {
      var line = new ArrayList<String>();
      line.add(posternHome.resolve("postern").toAbsolutePath().normalize().toString());
      line.addAll(arguments);
      return line;
    };
  }
}
