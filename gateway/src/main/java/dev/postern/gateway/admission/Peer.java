package dev.postern.gateway.admission;

import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * Who is at the other end of a call, as far as the connection says: its network address and client
 * certificate. Behind a trusted proxy both are what the proxy forwards; from anybody else forwarded
 * headers count for nothing.
 *
 * @param address for the record, such as {@code 192.0.2.7}
 * @param bucket what failures are counted by: the address, of IPv6 the /64
 * @param certificate the caller's leaf certificate
 */
public record Peer(String address, String bucket, Optional<X509Certificate> certificate) {}
