package dev.postern.gateway.server;

import dev.postern.config.PosternConfig.Tls;
import dev.postern.gateway.server.PemFile.PemException;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listener's TLS, kept current: certificates are renewed while the gateway runs. Connections
 * that are there stay on what they began with. {@link #refresh} is called by one thread, the rest
 * by any.
 */
public final class ListenerTls {
  private static final Logger log = LoggerFactory.getLogger(ListenerTls.class);

  /** Leaf certificates of before that a proof may still name: connections outlive a renewal. */
  private static final int EARLIER_LEAVES = 4;

  private final Tls files;
  private final SslContext context = new Current();
  private volatile ServerTls inForce;
  private volatile Set<String> leaves;
  private List<String> seen;
  private boolean failing;

  private ListenerTls(Tls files, List<String> seen, ServerTls inForce) {
    this.files = files;
    this.seen = seen;
    this.inForce = inForce;
    this.leaves = inForce.leafSha256();
  }

  /** Reads every file that the section names. */
  public static ListenerTls open(Tls tls) throws PemException {
    List<String> seen = fingerprint(tls);
    return new ListenerTls(tls, seen, ServerTls.open(tls));
  }

  SslContext context() {
    return context;
  }

  /** What a proof's {@code srv} may say: our certificate, those in front of us, and some before. */
  public Set<String> leafSha256() {
    return leaves;
  }

  Set<String> proxies() {
    return inForce.proxies();
  }

  /** Reads the files again if one changed; what cannot be used leaves the last good in force. */
  public void refresh() {
    List<String> now = fingerprint(files);
    if (now.equals(seen) && !failing) {
      return;
    }
    try {
      ServerTls next = ServerTls.open(files);
      if (!now.equals(fingerprint(files))) {
        return; // still being written: the next time
      }
      seen = now;
      var known = new LinkedHashSet<>(next.leafSha256());
      leaves.stream()
          .filter(leaf -> !next.leafSha256().contains(leaf))
          .limit(EARLIER_LEAVES)
          .forEach(known::add);
      leaves = java.util.Collections.unmodifiableSet(known);
      inForce = next;
      failing = false;
      log.info("certificates loaded certificate={}", files.certificate());
    } catch (PemException e) {
      if (!failing || !now.equals(seen)) {
        log.error("certificates not taken, the last good ones stay cause={}", e.getMessage());
      }
      seen = now;
      failing = true;
    }
  }

  private static List<String> fingerprint(Tls tls) {
    var files = new ArrayList<Path>();
    files.add(tls.certificate());
    files.add(tls.key());
    tls.clientCa().ifPresent(files::add);
    files.addAll(tls.trustedProxies());
    files.addAll(tls.frontCertificates());
    return files.stream().map(ListenerTls::fingerprint).toList();
  }

  private static String fingerprint(Path file) {
    try {
      return Files.getLastModifiedTime(file).to(java.util.concurrent.TimeUnit.NANOSECONDS)
          + " "
          + Files.size(file);
    } catch (IOException absent) {
      return "absent";
    }
  }

  /** Makes each connection's engine from what is in force when it begins. */
  private final class Current extends SslContext {
    @Override
    public boolean isClient() {
      return false;
    }

    @Override
    public List<String> cipherSuites() {
      return inForce.context().cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation") // abstract in SslContext: a delegate has to name its type
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
      return inForce.context().applicationProtocolNegotiator();
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator alloc) {
      return inForce.context().newEngine(alloc);
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator alloc, String peerHost, int peerPort) {
      return inForce.context().newEngine(alloc, peerHost, peerPort);
    }

    @Override
    public SSLSessionContext sessionContext() {
      return inForce.context().sessionContext();
    }
  }
}
