package dev.postern.audit.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProofsTest {
  /** The reference trees of certificate-transparency's tests: these entries, these roots. */
  private static final List<String> ENTRIES =
      List.of(
          "",
          "00",
          "10",
          "2021",
          "3031",
          "40414243",
          "5051525354555657",
          "606162636465666768696a6b6c6d6e6f");

  private static final List<String> ROOTS =
      List.of(
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

  @Test
  void root_referenceTrees_areTheKnownOnes() {
    var tree = new Frontier();
    assertThat(tree.root().hex())
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (int i = 0; i < ENTRIES.size(); i++) {
      tree.add(TreeHash.leaf(HexFormat.of().parseHex(ENTRIES.get(i))), (tile, bytes) -> {});
      assertThat(tree.root().hex()).isEqualTo(ROOTS.get(i));
    }
  }

  private final Map<String, byte[]> files = new HashMap<>();
  private final List<Sha256> roots = new ArrayList<>();
  private final List<Sha256> leaves = new ArrayList<>();

  private void grow(int size) {
    var tree = new Frontier();
    roots.add(tree.root());
    for (int i = 0; i < size; i++) {
      Sha256 leaf = TreeHash.leaf(("entry " + i).getBytes(UTF_8));
      leaves.add(leaf);
      tree.add(leaf, (tile, bytes) -> files.put(tile.path(), bytes));
      roots.add(i < 1000 || i == size - 1 ? tree.root() : TreeHash.EMPTY);
    }
    tree.partials((tile, bytes) -> files.put(tile.path(), bytes));
    Frontier loaded = Frontier.load(size, tile -> files.getOrDefault(tile.path(), new byte[0]));
    assertThat(loaded.root()).isEqualTo(tree.root());
  }

  private TileSubtrees subtrees(long size) {
    return new TileSubtrees((path, most) -> Optional.ofNullable(files.get(path)), size);
  }

  @Test
  void inclusion_everyEntry_holds_andForNoOther() throws Exception {
    int size = 66_000;
    grow(size);
    Sha256 root = roots.get(size);
    for (int i = 0; i < size; i += i < 300 || i > 65_700 ? 7 : 997) {
      List<Sha256> path = Proofs.inclusion(i, size, subtrees(size));
      assertThat(Proofs.verifyInclusion(i, size, leaves.get(i), path, root)).isTrue();
      int other = (i + 1) % size;
      assertThat(Proofs.verifyInclusion(i, size, leaves.get(other), path, root)).isFalse();
      assertThat(Proofs.verifyInclusion(other, size, leaves.get(i), path, root)).isFalse();
      assertThat(Proofs.verifyInclusion(i, size, leaves.get(i), path.subList(1, path.size()), root))
          .isFalse();
    }
  }

  @Test
  void consistency_fromEverySize_holds_andFromNoOtherRoot() throws Exception {
    int size = 700;
    grow(size);
    for (int smaller = 1; smaller <= size; smaller++) {
      List<Sha256> proof = Proofs.consistency(smaller, size, subtrees(size));
      assertThat(
              Proofs.verifyConsistency(smaller, roots.get(smaller), size, roots.get(size), proof))
          .as("from %s", smaller)
          .isTrue();
      assertThat(
              Proofs.verifyConsistency(
                  smaller, roots.get(smaller - 1), size, roots.get(size), proof))
          .isFalse();
      assertThat(
              Proofs.verifyConsistency(
                  smaller, roots.get(smaller), size, roots.get(size - 1), proof))
          .isFalse();
    }
  }

  @Test
  void consistency_smallTrees_everyPair() throws Exception {
    grow(20);
    var sizes = new ArrayList<>(roots);
    for (int larger = 1; larger <= 20; larger++) {
      files.clear();
      leaves.clear();
      roots.clear();
      grow(larger);
      for (int smaller = 1; smaller <= larger; smaller++) {
        List<Sha256> proof = Proofs.consistency(smaller, larger, subtrees(larger));
        assertThat(
                Proofs.verifyConsistency(
                    smaller, sizes.get(smaller), larger, sizes.get(larger), proof))
            .isTrue();
      }
    }
  }

  @Test
  void path_followsTheSpecification() {
    assertThat(new Tile(0, 1_234_067, 256).path()).isEqualTo("tile/0/x001/x234/067");
    assertThat(new Tile(1, 5, 3).path()).isEqualTo("tile/1/005.p/3");
    assertThat(new Tile(Tile.ENTRIES, 1000, 255).path()).isEqualTo("tile/entries/x001/000.p/255");
  }
}
