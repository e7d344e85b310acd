package dev.postern;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The walls between modules and features, as far as the compiler does not hold them. */
class ModuleBoundariesTest {
  private static final String ROOT = "dev.postern.";

  private static final JavaClasses POSTERN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.postern");

  /** What each module may know of Postern beside itself. */
  private static final Map<String, Set<String>> KNOWS =
      Map.of(
          "json", Set.of(),
          "proto", Set.of(),
          "attestation", Set.of("json"),
          "policy", Set.of("json"),
          "wire", Set.of("json"),
          "audit", Set.of("json"),
          "config", Set.of("json", "policy", "attestation"),
          "gateway", Set.of("json", "proto", "attestation", "policy", "wire", "audit", "config"));

  /** What modules with a wall to the outside must not use. */
  private static final Map<String, Set<String>> NOT_OUTSIDE =
      Map.of(
          "json", Set.of("io.grpc", "io.netty", "java.net", "java.nio.file"),
          "attestation", Set.of("io.grpc", "io.netty", "java.net", "java.nio.file"),
          "policy", Set.of("io.grpc", "io.netty", "java.net"),
          "wire", Set.of("io.grpc", "io.netty", "java.net", "java.nio.file", "java.nio.channels"),
          "audit", Set.of("io.grpc", "io.netty", "java.net"),
          "config", Set.of("io.grpc", "io.netty"));

  static Stream<String> modules() {
    return KNOWS.keySet().stream().sorted();
  }

  static Stream<String> walledModules() {
    return NOT_OUTSIDE.keySet().stream().sorted();
  }

  @Test
  void everyModuleIsLookedAt() {
    Set<String> seen =
        POSTERN.stream()
            .filter(type -> type.getPackageName().startsWith(ROOT))
            .map(ModuleBoundariesTest::module)
            .collect(Collectors.toSet());

    assertThat(seen).isEqualTo(KNOWS.keySet());
  }

  @ParameterizedTest
  @MethodSource("modules")
  void module_knowsOnlyWhatItMay(String module) {
    Set<String> may = KNOWS.getOrDefault(module, Set.of());
    noClasses()
        .that(in(module))
        .should()
        .dependOnClassesThat(
            describe(
                "are of another module than " + may,
                type ->
                    type.getPackageName().startsWith(ROOT)
                        && !module(type).equals(module)
                        && !may.contains(module(type))))
        .check(POSTERN);
  }

  @ParameterizedTest
  @MethodSource("walledModules")
  void module_keepsToItsSideOfTheWall(String module) {
    Set<String> not = NOT_OUTSIDE.getOrDefault(module, Set.of());
    noClasses()
        .that(in(module))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(not.stream().map(name -> name + "..").toArray(String[]::new))
        .check(POSTERN);
  }

  @Test
  void stream_knowsNoTokensPoliciesOrGrpc() {
    noClasses()
        .that()
        .resideInAPackage("dev.postern.gateway.stream..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.postern.policy..", "dev.postern.attestation..", "io.grpc..")
        .check(POSTERN);
  }

  @Test
  void sessionsAndInspectors_knowNoTransport() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.postern.gateway.session..", "dev.postern.gateway.dlv..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc..", "io.netty..", "dev.postern.proto..")
        .check(POSTERN);
  }

  @Test
  void time_isPassedIn() {
    noClasses()
        .that()
        .haveSimpleNameNotEndingWith("Main")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(InstantSource.class, "system")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callMethod(Clock.class, "systemDefaultZone")
        .check(POSTERN);
  }

  @Test
  void modules_haveNoCycles() {
    slices().matching("dev.postern.(*)..").should().beFreeOfCycles().check(POSTERN);
  }

  @Test
  void packages_haveNoCycles() {
    slices().matching("dev.postern.(**)").should().beFreeOfCycles().check(POSTERN);
  }

  private static DescribedPredicate<JavaClass> in(String module) {
    return describe(
        "are in " + module,
        type -> type.getPackageName().startsWith(ROOT) && module(type).equals(module));
  }

  /** The module of a class of ours: the part of its package after {@code dev.postern}. */
  private static String module(JavaClass type) {
    String rest = type.getPackageName().substring(ROOT.length());
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }
}
