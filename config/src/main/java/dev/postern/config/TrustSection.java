package dev.postern.config;

import dev.postern.attestation.TrustSettings;
import dev.postern.attestation.TrustSettings.Audience;
import dev.postern.attestation.TrustSettings.Profile;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.config.PosternConfig.Hardware;
import dev.postern.config.PosternConfig.Issuer;
import dev.postern.config.PosternConfig.KeySource;
import dev.postern.config.PosternConfig.Trust;
import dev.postern.config.PosternConfig.Verifier;
import dev.postern.policy.source.Issues;
import dev.postern.policy.source.YamlMapping;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the {@code trust} section. */
final class TrustSection {
  private static final String UNREAD = "unread";

  /** What policies call tokens without an issuer. */
  private static final String SELF = "self";

  private static final List<String> SNP_PRODUCTS = List.of("Milan", "Genoa", "Turin");
  private static final List<String> TCB_STATUS =
      List.of(
          "UpToDate",
          "SWHardeningNeeded",
          "ConfigurationNeeded",
          "ConfigurationAndSWHardeningNeeded",
          "TDRelaunchAdvised",
          "TDRelaunchAdvisedConfigurationNeeded");

  /**
   * Statuses that TDX has and that are never taken: a platform with known holes vouches for
   * nothing.
   */
  private static final List<String> NEVER_TCB_STATUS =
      List.of("OutOfDate", "OutOfDateConfigurationNeeded", "Revoked");

  private static final Set<Algorithm> ALL_ALGORITHMS = EnumSet.allOf(Algorithm.class);
  private static final Duration MAX_SKEW = Duration.ofMinutes(5);

  private final Path base;
  private final Issues issues;
  private final FilePaths files;
  private final Map<String, Algorithm> algorithms = new LinkedHashMap<>();
  private final Map<String, Profile> profiles = new LinkedHashMap<>();

  TrustSection(Path base, Issues issues, FilePaths files) {
    this.base = base;
    this.files = files;
    this.issues = issues;
    for (Algorithm algorithm : Algorithm.values()) {
      algorithms.put(algorithm.wireName(), algorithm);
    }
    for (Profile profile : Profile.values()) {
      profiles.put(profile.wireName(), profile);
    }
  }

  Trust read(YamlMapping section) {
    Duration skew = section.duration("clockSkew").orElse(TrustSettings.DEFAULT_SKEW);
    if (skew.compareTo(MAX_SKEW) > 0) {
      issues.error("C010", section.valuePlaceOf("clockSkew"), "`clockSkew` is at most `5m`");
    }
    var trust =
        new Trust(
            section.bool("allowSimulated").orElse(false),
            skew,
            section.positiveDuration("maxTokenLifetime"),
            distinct(section, "issuers").stream().map(this::issuer).toList(),
            distinct(section, "verifiers").stream().map(this::verifier).toList(),
            section.mapping("hardware").map(this::hardware));
    section.finish();
    return trust;
  }

  private List<YamlMapping> distinct(YamlMapping section, String key) {
    List<YamlMapping> entries = section.mappings(key);
    Set<String> seen = new HashSet<>();
    for (YamlMapping entry : entries) {
      entry
          .text("iss")
          .filter(iss -> iss.value().isEmpty() || iss.value().equals(SELF))
          .ifPresent(
              iss ->
                  issues.error(
                      "C016",
                      iss.place(),
                      "`" + iss.value() + "` names no issuer; `self` stands for none in policies"));
      entry
          .string("iss")
          .filter(iss -> !seen.add(iss))
          .ifPresent(
              iss ->
                  issues.error(
                      "C011", entry.valuePlaceOf("iss"), "`" + iss + "` stands twice in " + key));
    }
    return entries;
  }

  private Issuer issuer(YamlMapping section) {
    section.require("iss", "jwks");
    if (!section.has("idTokens")) {
      section.require("algorithms");
    }
    Set<Algorithm> own = algorithms(section, Algorithm.OF_CALLERS);
    var issuer =
        new Issuer(
            section.string("iss").orElse(UNREAD),
            jwks(section),
            own,
            section.bool("acceptTypJwt").orElse(false),
            section
                .mapping("idTokens")
                .map(idTokens -> idTokens(idTokens, own))
                .orElse(
                    new TrustSettings.IdTokens(
                        Optional.empty(), own, TrustSettings.DEFAULT_MAX_ID_TOKEN_AGE, "groups")));
    section.finish();
    return issuer;
  }

  private TrustSettings.IdTokens idTokens(YamlMapping section, Set<Algorithm> otherwise) {
    section.require("audience");
    if (otherwise.isEmpty()) {
      section.require("algorithms");
    }
    return finished(
        section,
        new TrustSettings.IdTokens(
            section.string("audience"),
            section.has("algorithms") ? algorithms(section, ALL_ALGORITHMS) : otherwise,
            section.positiveDuration("maxAge").orElse(TrustSettings.DEFAULT_MAX_ID_TOKEN_AGE),
            section.string("groupsClaim").orElse("groups")));
  }

  private Verifier verifier(YamlMapping section) {
    section.require("iss", "jwks", "profile", "algorithms");
    var verifier =
        new Verifier(
            section.string("iss").orElse(UNREAD),
            jwks(section),
            section.oneOf("profile", profiles).orElse(Profile.EAT),
            algorithms(section, ALL_ALGORITHMS),
            section.positiveDuration("maxAge").orElse(TrustSettings.DEFAULT_MAX_RESULT_AGE),
            section.string("audience").map(TrustSection::audience).orElse(new Audience.Gateway()),
            Set.copyOf(section.strings("eatProfiles").stream().map(text -> text.value()).toList()),
            section.bool("acceptWarning").orElse(false));
    section.finish();
    return verifier;
  }

  private static Audience audience(String word) {
    return switch (word) {
      case "gateway" -> new Audience.Gateway();
      case "none" -> new Audience.Unchecked();
      default -> new Audience.Value(word);
    };
  }

  private KeySource jwks(YamlMapping section) {
    return section
        .text("jwks")
        .<KeySource>map(
            text -> {
              if (!text.value().contains("://")) {
                return new KeySource.File(files.resolve(base, text).orElse(base));
              }
              Optional<URI> url = https(text.value());
              if (url.isEmpty()) {
                issues.error(
                    "C012",
                    text.place(),
                    "`" + text.value() + "` is no key set, expected a file or an `https://` URL");
              }
              return new KeySource.Https(url.orElse(URI.create("https://unread.invalid/")));
            })
        .orElse(new KeySource.File(base));
  }

  private static Optional<URI> https(String text) {
    try {
      URI url = URI.create(text);
      boolean plain =
          "https".equals(url.getScheme()) && url.getHost() != null && url.getUserInfo() == null;
      return plain ? Optional.of(url) : Optional.empty();
    } catch (IllegalArgumentException notOne) {
      return Optional.empty();
    }
  }

  private Set<Algorithm> algorithms(YamlMapping section, Set<Algorithm> taken) {
    var chosen = EnumSet.noneOf(Algorithm.class);
    for (var text : section.strings("algorithms")) {
      Algorithm algorithm = algorithms.get(text.value());
      if (algorithm == null || !taken.contains(algorithm)) {
        section.unknownWord(
            "C013",
            "algorithm",
            text,
            algorithms.entrySet().stream()
                .filter(known -> taken.contains(known.getValue()))
                .map(Map.Entry::getKey)
                .toList());
      } else {
        chosen.add(algorithm);
      }
    }
    return chosen;
  }

  private Hardware hardware(YamlMapping section) {
    var hardware =
        new Hardware(
            section.mapping("sevSnp").map(this::sevSnp),
            section.mapping("tdx").map(this::tdx),
            section.mapping("nitro").map(nitro -> finished(nitro, new Hardware.Nitro())),
            section.mapping("tpm2").map(this::tpm2),
            section.mapping("psa").map(this::armTokens),
            section.mapping("cca").map(this::armTokens));
    section.finish();
    return hardware;
  }

  private Hardware.SevSnp sevSnp(YamlMapping section) {
    section.require("products");
    return finished(
        section,
        new Hardware.SevSnp(
            words(section, "products", SNP_PRODUCTS), files.all(section, "certificates", base)));
  }

  private Hardware.Tdx tdx(YamlMapping section) {
    section.require("tcbStatus");
    return finished(
        section,
        new Hardware.Tdx(
            words(section, "tcbStatus", TCB_STATUS), files.all(section, "collateral", base)));
  }

  private Hardware.Tpm2 tpm2(YamlMapping section) {
    if (!section.has("akCa") && !section.has("enrolled")) {
      issues.error(
          "C018",
          section.place(),
          "`tpm2` needs `akCa`, `enrolled` or both: no attestation key would be believed");
    }
    return finished(
        section,
        new Hardware.Tpm2(files.all(section, "akCa", base), files.all(section, "enrolled", base)));
  }

  private Hardware.ArmTokens armTokens(YamlMapping section) {
    section.require("keys");
    return finished(section, new Hardware.ArmTokens(files.all(section, "keys", base)));
  }

  private static <T> T finished(YamlMapping section, T value) {
    section.finish();
    return value;
  }

  private List<String> words(YamlMapping section, String key, List<String> declared) {
    var words = new ArrayList<String>();
    for (var text : section.strings(key)) {
      if (declared.contains(text.value())) {
        words.add(text.value());
      } else if (key.equals("tcbStatus") && NEVER_TCB_STATUS.contains(text.value())) {
        issues.error("C019", text.place(), "the TCB status `" + text.value() + "` is never taken");
      } else {
        section.unknownWord("C014", key, text, declared);
      }
    }
    return words;
  }
}
