package dev.postern.policy.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.jspecify.annotations.Nullable;

/** A bundle is opened or refused with a reason, whatever the file holds. */
class PolicyBundleFuzzTest {
  @FuzzTest(maxDuration = "10s")
  void open_anything_isOpenedOrRefused(byte @Nullable [] bytes) {
    if (bytes == null) {
      return;
    }
    try {
      assertThat(PolicyBundle.open(bytes)).isNotNull();
    } catch (BundleRefused refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }
}
