package dev.postern.gateway.state;

class MemoryStateStoreTest extends StateStoreContract {
  @Override
  StateStore open() {
    return new MemoryStateStore(clock);
  }
}
