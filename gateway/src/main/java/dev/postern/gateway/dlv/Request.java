package dev.postern.gateway.dlv;

import dev.postern.gateway.stream.MessageEvent.Action;
import dev.postern.json.JsonValue;
import dev.postern.json.JsonValue.JsonObject;
import dev.postern.wire.dlv.ClientMessage;
import dev.postern.wire.dlv.DlvMethod;
import dev.postern.wire.dlv.RawJson;
import dev.postern.wire.dlv.ReplyEncoder;

/** One request of a client, until it is answered: exactly once. */
final class Request {
  private final DlvConnection connection;
  private final ClientMessage.Call call;
  private final int sizeBytes;

  Request(DlvConnection connection, ClientMessage.Call call, int sizeBytes) {
    this.connection = connection;
    this.call = call;
    this.sizeBytes = sizeBytes;
  }

  ClientMessage.Call call() {
    return call;
  }

  DlvMethod method() {
    return call.method();
  }

  JsonObject args() {
    return call.args();
  }

  /** Records what becomes of it; once, before it takes effect. */
  void decided(Action action, String reason, String scope) {
    connection.record(this, action, reason, scope);
  }

  /** Whether this is the last request of a client that leaves. */
  boolean isLast() throws InterruptedException {
    return connection.quits();
  }

  int sizeBytes() {
    return sizeBytes;
  }

  void result(JsonValue result) {
    connection.reply(this, ReplyEncoder.result(call.id(), result));
  }

  void result(RawJson result) {
    connection.reply(this, ReplyEncoder.result(call.id(), result));
  }

  void error(String text) {
    connection.reply(this, ReplyEncoder.error(call.id(), text));
  }
}
