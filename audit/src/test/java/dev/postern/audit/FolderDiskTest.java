package dev.postern.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderDiskTest {
  @TempDir Path folder;

  @Test
  void region_writtenByAnInterruptedThread_staysUsable() throws Exception {
    try (FolderDisk disk = FolderDisk.open(folder)) {
      disk.write("segment", new byte[8]);
      try (Disk.Region region = disk.open("segment")) {
        Thread.currentThread().interrupt();
        region.write(0, new byte[] {1, 2});
        region.force();
        assertThat(Thread.interrupted()).isTrue();
        region.write(2, new byte[] {3});
        region.force();
      }
    }
    assertThat(Files.readAllBytes(folder.resolve("segment")))
        .containsExactly(1, 2, 3, 0, 0, 0, 0, 0);
  }

  @Test
  void region_ofNoFile_isNotMade() throws Exception {
    try (FolderDisk disk = FolderDisk.open(folder)) {
      assertThatThrownBy(() -> disk.open("segment")).isInstanceOf(IOException.class);
      assertThat(folder.resolve("segment")).doesNotExist();
    }
  }
}
