package dev.postern.attestation.x509;

import static dev.postern.attestation.evidence.EvidenceReason.ATT_CHAIN_INVALID;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_EXPIRED;
import static dev.postern.attestation.evidence.EvidenceReason.ATT_FUTURE;

import dev.postern.attestation.evidence.Hashes;
import dev.postern.attestation.evidence.Octets;
import dev.postern.attestation.evidence.Refused;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds and validates the path from a leaf to a root whose key is pinned.
 *
 * <p>Everything passed in is untrusted, roots included: a root counts by the SHA-256 of its
 * SubjectPublicKeyInfo and must be self-signed. Names only guide the search. A path that held is
 * remembered, so the same certificates under the same pins and rules cost no signature check while
 * they are current. Safe for use by many threads.
 */
public final class ChainVerifier {
  private static final int MAX_POOL = 48;

  /** Paths looked at before giving up: only a forger has several certificates of one name. */
  private static final int MAX_ATTEMPTS = 16;

  private static final int KEY_CERT_SIGN = 5;

  private final Remembered<VerifiedChain> verified = new Remembered<>(512);

  /**
   * The one path from {@code leaf} over certificates of {@code pool} to a root pinned in {@code
   * pins}, valid at {@code at}.
   */
  public VerifiedChain verify(
      X509Certificate leaf,
      Collection<X509Certificate> pool,
      Set<Octets> pins,
      ChainRules rules,
      Instant at)
      throws Refused {
    var candidates = new LinkedHashSet<>(pool);
    if (candidates.size() > MAX_POOL) {
      throw new Refused(ATT_CHAIN_INVALID, "more than " + MAX_POOL + " certificates");
    }
    Octets key = identity(leaf, candidates, pins, rules);
    @Nullable VerifiedChain known = verified.get(key);
    if (known != null && !at.isBefore(known.notBefore()) && !at.isAfter(known.notAfter())) {
      return known;
    }
    var search = new Search(candidates, pins, rules, at);
    VerifiedChain chain = search.from(leaf);
    verified.put(key, chain);
    return chain;
  }

  private static Octets identity(
      X509Certificate leaf, Set<X509Certificate> pool, Set<Octets> pins, ChainRules rules)
      throws Refused {
    try {
      var parts = new ArrayList<byte[]>();
      parts.add(
          Hashes.SHA256
              .of(rules.name().getBytes(java.nio.charset.StandardCharsets.UTF_8))
              .toByteArray());
      parts.add(Hashes.SHA256.of(leaf.getEncoded()).toByteArray());
      for (X509Certificate certificate : pool) {
        parts.add(Hashes.SHA256.of(certificate.getEncoded()).toByteArray());
      }
      parts.add(new byte[32]);
      for (Octets pin : pins) {
        parts.add(pin.toByteArray());
      }
      return Hashes.SHA256.of(parts.toArray(byte[][]::new));
    } catch (CertificateEncodingException impossible) {
      throw new Refused(ATT_CHAIN_INVALID, "a certificate cannot be encoded");
    }
  }

  /** SHA-256 of the certificate's SubjectPublicKeyInfo, the value that pins hold. */
  public static Octets spkiSha256(X509Certificate certificate) {
    return spkiSha256(certificate.getPublicKey());
  }

  /** SHA-256 of a key's SubjectPublicKeyInfo. */
  public static Octets spkiSha256(PublicKey key) {
    return Hashes.SHA256.of(key.getEncoded());
  }

  private static final class Search {
    private final Set<X509Certificate> pool;
    private final Set<Octets> pins;
    private final ChainRules rules;
    private final Instant at;
    private int attempts;
    private @Nullable Refused last;
    private boolean sawForeignRoot;

    Search(Set<X509Certificate> pool, Set<Octets> pins, ChainRules rules, Instant at) {
      this.pool = pool;
      this.pins = pins;
      this.rules = rules;
      this.at = at;
    }

    VerifiedChain from(X509Certificate leaf) throws Refused {
      var path = new ArrayList<X509Certificate>();
      path.add(leaf);
      @Nullable VerifiedChain found = extend(path);
      if (found != null) {
        return found;
      }
      @Nullable Refused why = last;
      if (why != null) {
        throw why;
      }
      throw new Refused(
          ATT_CHAIN_INVALID,
          rules.name()
              + ": no path from `"
              + leaf.getSubjectX500Principal().getName()
              + (sawForeignRoot ? "` to a pinned root, only to another" : "` to a pinned root"));
    }

    private @Nullable VerifiedChain extend(List<X509Certificate> path) {
      X509Certificate tip = path.getLast();
      for (X509Certificate issuer : pool) {
        if (path.contains(issuer)
            || !issuer.getSubjectX500Principal().equals(tip.getIssuerX500Principal())) {
          continue;
        }
        if (path.size() >= rules.longest() || attempts >= MAX_ATTEMPTS) {
          return null;
        }
        path.add(issuer);
        if (isSelfIssued(issuer)) {
          attempts++;
          if (pins.contains(spkiSha256(issuer))) {
            try {
              validate(path);
              return new VerifiedChain(path);
            } catch (Refused refused) {
              last = refused;
            }
          } else {
            sawForeignRoot = true;
          }
        } else {
          @Nullable VerifiedChain found = extend(path);
          if (found != null) {
            return found;
          }
        }
        path.removeLast();
      }
      return null;
    }

    private void validate(List<X509Certificate> path) throws Refused {
      X509Certificate root = path.getLast();
      for (X509Certificate certificate : path) {
        requireCurrent(certificate);
        if (!rules.signatureAlgorithms().contains(certificate.getSigAlgOID())) {
          throw broken(certificate, "signed with " + certificate.getSigAlgOID());
        }
      }
      requireCa(root, path.size() - 2);
      if (root.hasUnsupportedCriticalExtension()) {
        throw broken(root, "unknown critical extension");
      }
      boolean[] usage = path.getFirst().getKeyUsage();
      if (rules.leafDigitalSignature() && (usage == null || !usage[0])) {
        throw broken(path.getFirst(), "keyUsage lacks digitalSignature");
      }
      try {
        root.verify(root.getPublicKey());
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false); // the families check their vendors' lists
        parameters.setDate(Date.from(at));
        var certPath =
            CertificateFactory.getInstance("X.509")
                .generateCertPath(path.subList(0, path.size() - 1));
        var _ = CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
      } catch (CertPathValidatorException invalid) {
        throw new Refused(ATT_CHAIN_INVALID, rules.name() + ": " + invalid.getMessage());
      } catch (GeneralSecurityException invalid) {
        throw new Refused(ATT_CHAIN_INVALID, rules.name() + ": root is not signed by its key");
      }
      for (X509Certificate issuer : path.subList(1, path.size())) {
        boolean[] issuerUsage = issuer.getKeyUsage();
        if (issuerUsage == null || !issuerUsage[KEY_CERT_SIGN]) {
          throw broken(issuer, "keyUsage lacks keyCertSign");
        }
      }
    }

    private void requireCa(X509Certificate root, int below) throws Refused {
      int pathLength = root.getBasicConstraints();
      if (pathLength < 0) {
        throw broken(root, "is not a CA");
      }
      if (pathLength < below) {
        throw broken(root, "allows a path of " + pathLength);
      }
    }

    private void requireCurrent(X509Certificate certificate) throws Refused {
      var notBefore = certificate.getNotBefore().toInstant();
      var notAfter = certificate.getNotAfter().toInstant();
      if (at.isBefore(notBefore)) {
        throw new Refused(ATT_FUTURE, describe(certificate) + " is valid from " + notBefore);
      }
      // notAfter is inclusive (RFC 5280 §4.1.2.5)
      if (at.isAfter(notAfter)) {
        throw new Refused(ATT_EXPIRED, describe(certificate) + " ended at " + notAfter);
      }
    }

    private Refused broken(X509Certificate certificate, String why) {
      return new Refused(ATT_CHAIN_INVALID, describe(certificate) + ": " + why);
    }

    private String describe(X509Certificate certificate) {
      return rules.name()
          + " certificate `"
          + certificate.getSubjectX500Principal().getName()
          + "`";
    }

    private static boolean isSelfIssued(X509Certificate certificate) {
      return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }
  }
}
