package dev.postern.gateway.server;

import dev.postern.config.PosternConfig.Tls;
import dev.postern.gateway.server.PemFile.PemException;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The TLS side of the caller-facing listener, read from its files: TLS 1.3 only, BoringSSL where it
 * loads and the JDK's otherwise; client certificates are asked for only where something uses them.
 *
 * @param leafSha256 of our own certificate and of those in front of us, base64url: what a proof's
 *     {@code srv} may say
 * @param proxies SHA-256 of the client certificates of trusted proxies, base64url
 */
record ServerTls(SslContext context, Set<String> leafSha256, Set<String> proxies) {
  public ServerTls {
    leafSha256 = Set.copyOf(leafSha256);
    proxies = Set.copyOf(proxies);
  }

  /** Reads every file that the section names. */
  static ServerTls open(Tls tls) throws PemException {
    List<X509Certificate> chain = PemFile.certificates(tls.certificate());
    PrivateKey key = PemFile.privateKey(tls.key());
    if (!chain.getFirst().getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
      throw new PemException(
          "`" + tls.key() + "` is not the key of `" + tls.certificate() + "`: other algorithm");
    }
    var leaves = new TreeSet<String>();
    leaves.add(CertificateDigest.of(chain.getFirst()));
    for (Path front : tls.frontCertificates()) {
      leaves.add(CertificateDigest.of(PemFile.certificates(front).getFirst()));
    }
    var proxies = new TreeSet<String>();
    for (Path proxy : tls.trustedProxies()) {
      proxies.add(CertificateDigest.of(PemFile.certificates(proxy).getFirst()));
    }
    try {
      var builder =
          SslContextBuilder.forServer(key, chain.toArray(new X509Certificate[0]))
              .protocols("TLSv1.3");
      Optional<X509TrustManager> callers =
          tls.clientCa().isPresent()
              ? Optional.of(issuedBy(PemFile.certificates(tls.clientCa().get())))
              : Optional.empty();
      if (callers.isPresent() || !proxies.isEmpty()) {
        builder
            .clientAuth(ClientAuth.OPTIONAL)
            .trustManager(new PinnedOrIssued(Set.copyOf(proxies), callers));
      }
      SslProvider provider = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
      return new ServerTls(GrpcSslContexts.configure(builder, provider).build(), leaves, proxies);
    } catch (SSLException | GeneralSecurityException | IllegalArgumentException e) {
      throw new PemException(
          "cannot use `" + tls.certificate() + "` with `" + tls.key() + "`: " + e.getMessage());
    }
  }

  private static X509TrustManager issuedBy(List<X509Certificate> authorities)
      throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try {
      store.load(null, null);
    } catch (java.io.IOException e) {
      throw new GeneralSecurityException(e);
    }
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("ca" + i, authorities.get(i));
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (var manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new GeneralSecurityException("no X.509 trust manager");
  }

  /** Takes a client certificate that is a pinned proxy's, or that a configured CA issued. */
  private record PinnedOrIssued(Set<String> pinned, Optional<X509TrustManager> issued)
      implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws java.security.cert.CertificateException {
      if (pinned.contains(CertificateDigest.of(chain[0]))) {
        return;
      }
      if (issued.isEmpty()) {
        throw new java.security.cert.CertificateException("not a configured client certificate");
      }
      issued.get().checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws java.security.cert.CertificateException {
      throw new java.security.cert.CertificateException("this side is the server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      var issuers = new ArrayList<X509Certificate>();
      issued.ifPresent(manager -> issuers.addAll(List.of(manager.getAcceptedIssuers())));
      return issuers.toArray(new X509Certificate[0]);
    }
  }
}
