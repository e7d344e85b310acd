package dev.postern.config;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.postern.attestation.evidence.Refused;
import dev.postern.attestation.jose.Algorithm;
import dev.postern.attestation.jose.Base64Url;
import dev.postern.attestation.jose.CompactJws;
import dev.postern.attestation.jose.JwkException;
import dev.postern.attestation.jose.JwksReader;
import dev.postern.attestation.jose.JwsException;
import dev.postern.attestation.jose.JwsRules;
import dev.postern.attestation.jose.KeyPurpose;
import dev.postern.attestation.jose.MalformedSignatureException;
import dev.postern.attestation.jose.PublicJwk;
import dev.postern.attestation.jose.VerificationKey;
import dev.postern.attestation.x509.Pem;
import dev.postern.config.PosternConfig.PolicyBundleFile;
import dev.postern.policy.bundle.BundleRefused;
import dev.postern.policy.bundle.BundleRefused.Why;
import dev.postern.policy.bundle.BundleSignatures;
import dev.postern.policy.bundle.BundleTrust;
import dev.postern.policy.bundle.PolicyBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Public keys that policy bundles are believed by, known by their thumbprints. */
public final class BundleKeys implements BundleSignatures {
  /** What bundles are signed with. */
  public static final Set<Algorithm> ALGORITHMS = Set.of(Algorithm.ES256, Algorithm.ED25519);

  private static final int MAX_PEM_BLOCKS = 64;
  private static final JwsRules RULES =
      new JwsRules(2 * PolicyBundle.MAX_BYTES, ALGORITHMS, Set.of(TYPE), false);

  private final Map<String, PublicJwk> keys;

  private BundleKeys(Map<String, PublicJwk> keys) {
    this.keys = Map.copyOf(keys);
  }

  public static BundleKeys of(Collection<PublicJwk> keys) {
    var byThumbprint = new HashMap<String, PublicJwk>();
    keys.forEach(key -> byThumbprint.put(key.thumbprint().toString(), key));
    return new BundleKeys(byThumbprint);
  }

  /**
   * Reads one key file: a JWK, a JWK set, or PEM ({@code PUBLIC KEY}).
   *
   * @throws JwkException if it is anything else, or a key that no bundle is signed with
   */
  public static List<PublicJwk> read(byte[] file) throws JwkException {
    if (!Pem.looksLike(file)) {
      return JwksReader.read(file, "", KeyPurpose.TOKEN, ALGORITHMS).keys().stream()
          .map(VerificationKey::key)
          .filter(PublicJwk.class::isInstance)
          .map(PublicJwk.class::cast)
          .toList();
    }
    try {
      var keys = new ArrayList<PublicJwk>();
      for (Pem.Block block : Pem.blocks(file, MAX_PEM_BLOCKS)) {
        if (!block.label().equals("PUBLIC KEY")) {
          throw new JwkException(
              JwkException.Kind.MALFORMED, "has a `" + block.label() + "`, not a `PUBLIC KEY`");
        }
        PublicJwk key = PublicJwk.ofSpki(block.der().toByteArray());
        if (!ALGORITHMS.contains(key.algorithm())) {
          throw new JwkException(JwkException.Kind.UNSUPPORTED, "is not an ES256 or Ed25519 key");
        }
        keys.add(key);
      }
      return keys;
    } catch (Refused e) {
      throw new JwkException(JwkException.Kind.MALFORMED, "is not PEM: " + e.detail());
    }
  }

  /**
   * Reads the keys of a configuration: whom its bundles are believed by.
   *
   * @throws JwkException if a key file cannot be used; the message names it
   */
  public static BundleTrust trust(PolicyBundleFile config, String gatewayId) throws JwkException {
    return new BundleTrust(
        Optional.of(gatewayId),
        config.allowUnsigned() ? Optional.empty() : Optional.of(ofFiles(config.keys())),
        config.signers());
  }

  /**
   * Reads key files.
   *
   * @throws JwkException if one cannot be used; the message names it
   */
  public static BundleKeys ofFiles(List<Path> files) throws JwkException {
    var keys = new ArrayList<PublicJwk>();
    for (Path file : files) {
      try {
        keys.addAll(read(Files.readAllBytes(file)));
      } catch (IOException e) {
        throw new JwkException(
            JwkException.Kind.MALFORMED, "the bundle key `" + file + "` cannot be read");
      } catch (JwkException e) {
        throw new JwkException(e.kind(), "the bundle key `" + file + "` " + e.getMessage());
      }
    }
    return of(keys);
  }

  /** How many keys there are. */
  public int size() {
    return keys.size();
  }

  @Override
  public Optional<String> signer(byte[] manifest, String detached) throws BundleRefused {
    int dots = detached.indexOf("..");
    if (dots < 1) {
      throw malformed("is no detached JWS");
    }
    String whole =
        detached.substring(0, dots + 1) + Base64Url.encode(manifest) + detached.substring(dots + 1);
    CompactJws jws;
    try {
      jws = CompactJws.parse(whole, RULES);
    } catch (JwsException e) {
      throw malformed("is refused: " + e.getMessage());
    }
    String kid = jws.kid().orElseThrow(() -> malformed("names no key (`kid`)"));
    PublicJwk key = keys.get(kid);
    if (key == null) {
      return Optional.empty();
    }
    try {
      if (jws.isSignedBy(key)) {
        return Optional.of(kid);
      }
    } catch (MalformedSignatureException e) {
      throw malformed("is refused: " + e.getMessage());
    }
    throw new BundleRefused(
        Why.SIGNATURE, "the signature of key " + kid + " does not hold for this manifest");
  }

  /** The header of a signature by a key, to be signed over a manifest. */
  public static byte[] header(PublicJwk key) {
    return "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"%s\"}"
        .formatted(key.algorithm().wireName(), key.thumbprint(), TYPE)
        .getBytes(US_ASCII);
  }

  private static BundleRefused malformed(String what) {
    return new BundleRefused(Why.SIGNATURE, "a signature of the bundle " + what);
  }
}
