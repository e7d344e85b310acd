package dev.postern.client.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * What the demo types, after {@code postern}.
 *
 * @param folder where keys and certificates are
 */
record DemoCommands(DemoFolder folder) {
  List<String> connect(String gateway, List<String> more) {
    var arguments =
        new ArrayList<>(
            List.of(
                "connect",
                "shop/app",
                "--tool",
                "dlv",
                "--gateway",
                gateway,
                "--gateway-id",
                DemoFolder.GATEWAY_ID,
                "--ca",
                folder.file("tls/ca.crt").toString(),
                "--key",
                folder.file("keys/caller.pem").toString(),
                "--reason",
                "demo"));
    arguments.addAll(more);
    return arguments;
  }

  List<String> mint() {
    return List.of(
        "token",
        "mint",
        "--key",
        folder.file("keys/caller.pem").toString(),
        "--issuer",
        DemoFolder.ISSUER,
        "--issuer-key",
        folder.file("keys/sts.pem").toString(),
        "--verifier",
        DemoFolder.VERIFIER,
        "--verifier-key",
        folder.file("keys/verifier.pem").toString(),
        "--aud",
        DemoFolder.GATEWAY_ID,
        "--sub",
        DemoFolder.USER,
        "--scope",
        "dlv/observe",
        "--scope",
        "dlv/inspect");
  }
}
