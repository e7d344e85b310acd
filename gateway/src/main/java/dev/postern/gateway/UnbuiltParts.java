package dev.postern.gateway;

import dev.postern.config.PosternConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what of a configuration this version does not act on. Nothing of it loosens anything: what
 * would is refused at start.
 */
final class UnbuiltParts {
  private static final Logger log = LoggerFactory.getLogger(UnbuiltParts.class);

  private UnbuiltParts() {}

  static void warn(PosternConfig config) {
    if (config.gateway().admin().isPresent() || !config.admins().isEmpty()) {
      log.warn("the admin API is not in this version: `gateway.admin` and `admins` are not served");
    }
    if (config.gateway().metrics().isPresent()) {
      log.warn("metrics are not in this version: `gateway.metrics` is not served");
    }
  }
}
