package dev.postern.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The rows of the catalogue of bad tokens that only a whole gateway refuses are tested here. */
class ThreatCatalogueTest {
  private static final List<Class<?>> TESTS =
      List.of(AdmissionThreatsTest.class, SelfAttestedTest.class);

  @Test
  void everyRowOfTheGateway_isTestedWithEachOfItsCodes() throws IOException {
    var tested = new TreeSet<String>();
    for (Class<?> tests : TESTS) {
      for (var method : tests.getDeclaredMethods()) {
        ThreatTest threat = method.getAnnotation(ThreatTest.class);
        if (threat != null) {
          tested.add(threat.row() + " " + threat.code());
        }
      }
    }

    assertThat(tested).isEqualTo(catalogued());
  }

  private static Set<String> catalogued() throws IOException {
    Path file =
        Path.of("../attestation/src/test/resources/dev/postern/attestation/token-threats.txt");
    var rows = new TreeSet<String>();
    for (String line : Files.readAllLines(file)) {
      List<String> words = List.of(line.split(" ", -1));
      if (!line.startsWith("#") && words.get(1).equals("gateway")) {
        words.stream().skip(2).forEach(code -> rows.add(words.getFirst() + " " + code));
      }
    }
    return rows;
  }
}
