package dev.postern.attestation.snp;

import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.x509.X509Reader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/**
 * AMD's own intermediates and roots, for Evidence that comes with its leaf only, as guests often
 * hand it over. They are as untrusted as any other certificate: the path must end at a pinned key.
 */
final class AmdCertificates {
  private static final String RESOURCE = "amd-ca.pem";
  private static final AmdCertificates BUILT_IN = load();

  private final Map<X500Principal, X509Certificate> bySubject;

  private AmdCertificates(Map<X500Principal, X509Certificate> bySubject) {
    this.bySubject = Map.copyOf(bySubject);
  }

  static AmdCertificates builtIn() {
    return BUILT_IN;
  }

  Collection<X509Certificate> certificates() {
    return bySubject.values();
  }

  /**
   * {@code given}, and AMD's way from {@code leaf} to its root if {@code given} has no authority at
   * all: a wrong chain that somebody handed over stays wrong.
   */
  List<X509Certificate> complete(X509Certificate leaf, List<X509Certificate> given) {
    if (given.stream().anyMatch(certificate -> certificate.getBasicConstraints() >= 0)) {
      return given;
    }
    return withAuthorities(leaf, given);
  }

  private List<X509Certificate> withAuthorities(X509Certificate leaf, List<X509Certificate> given) {
    var complete = new ArrayList<>(given);
    X509Certificate authority = bySubject.get(leaf.getIssuerX500Principal());
    if (authority != null) {
      complete.add(authority);
      X509Certificate root = bySubject.get(authority.getIssuerX500Principal());
      if (root != null) {
        complete.add(root);
      }
    }
    return complete;
  }

  private static AmdCertificates load() {
    try (var in = AmdCertificates.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("built without " + RESOURCE);
      }
      var bySubject = new HashMap<X500Principal, X509Certificate>();
      for (X509Certificate certificate : X509Reader.certificates(in.readAllBytes(), RESOURCE)) {
        bySubject.put(certificate.getSubjectX500Principal(), certificate);
      }
      return new AmdCertificates(bySubject);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Refused e) {
      throw new IllegalStateException(RESOURCE + ": " + e.detail(), e);
    }
  }
}
