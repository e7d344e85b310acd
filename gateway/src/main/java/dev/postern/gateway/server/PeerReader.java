package dev.postern.gateway.server;

import dev.postern.gateway.admission.Peer;
import dev.postern.gateway.server.PemFile.PemException;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Tells peers from a call's attributes and headers, by one configuration. */
final class PeerReader {
  private static final Metadata.Key<String> FORWARDED_FOR =
      Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER);
  private static final int MAX_ADDRESS_LENGTH = 64;

  private final Supplier<Set<String>> proxies;
  private final Optional<Metadata.Key<String>> header;

  PeerReader(Supplier<Set<String>> proxies, Optional<String> forwardedCertificateHeader) {
    this.proxies = proxies;
    this.header =
        forwardedCertificateHeader.map(
            name -> Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  Peer read(Attributes attributes, Metadata headers) {
    Optional<X509Certificate> direct = leaf(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    InetAddress address =
        attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress inet
            ? inet.getAddress()
            : InetAddress.getLoopbackAddress();
    boolean proxied =
        direct.isPresent() && proxies.get().contains(CertificateDigest.of(direct.get()));
    if (!proxied) {
      return new Peer(address.getHostAddress(), bucket(address), direct);
    }
    String told = lastForwardedFor(headers).orElse(address.getHostAddress());
    return new Peer(told, told, header.flatMap(key -> forwarded(headers, key)));
  }

  private static Optional<X509Certificate> leaf(@Nullable SSLSession tls) {
    if (tls == null) {
      return Optional.empty();
    }
    try {
      return tls.getPeerCertificates()[0] instanceof X509Certificate certificate
          ? Optional.of(certificate)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException none) {
      return Optional.empty();
    }
  }

  /** The last element: what the trusted proxy itself saw. Those before it are anybody's word. */
  private static Optional<String> lastForwardedFor(Metadata headers) {
    String last = "";
    Iterable<String> values = headers.getAll(FORWARDED_FOR);
    if (values != null) {
      for (String value : values) {
        last = value;
      }
    }
    String address = last.substring(last.lastIndexOf(',') + 1).strip();
    return address.isEmpty() || address.length() > MAX_ADDRESS_LENGTH
        ? Optional.empty()
        : Optional.of(address);
  }

  /** The forwarded certificate, if there is exactly one that can be read. */
  private static Optional<X509Certificate> forwarded(Metadata headers, Metadata.Key<String> key) {
    List<String> values = new ArrayList<>();
    Iterable<String> all = headers.getAll(key);
    if (all != null) {
      all.forEach(values::add);
    }
    if (values.size() != 1 || values.getFirst().isBlank()) {
      return Optional.empty();
    }
    try {
      String text = values.getFirst();
      if (text.contains("%")) {
        // nginx's $ssl_client_escaped_cert: a plus is a plus, not a space
        text = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.US_ASCII);
      }
      String base64 =
          text.replaceAll("-----(BEGIN|END) CERTIFICATE-----", "").replaceAll("\\s", "");
      return Optional.of(
          PemFile.certificate(Base64.getDecoder().decode(base64), "the forwarded header"));
    } catch (IllegalArgumentException | PemException unreadable) {
      return Optional.empty();
    }
  }

  private static String bucket(InetAddress address) {
    if (address instanceof Inet6Address six) {
      return HexFormat.of().formatHex(six.getAddress(), 0, 8) + "::/64";
    }
    return address.getHostAddress();
  }
}
