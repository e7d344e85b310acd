package dev.postern.wire.dlv;

import java.util.List;

/**
 * Code addresses in a request that must be proven before it is sent: a breakpoint on a data address
 * overwrites data.
 *
 * @param addresses each must be the start of an instruction of a known function: among the {@code
 *     pc} and {@code pcs} that {@code FindLocation} gives for {@code location}, or the {@code
 *     Loc.PC} of an instruction that {@code Disassemble{StartPC: address}} lists for the function
 *     around it, or among {@code FunctionReturnLocations}. Unsigned.
 * @param location the location expression that came with them, or empty
 */
public record AddressCheck(List<Long> addresses, String location) {
  public static final AddressCheck NONE = new AddressCheck(List.of(), "");

  public AddressCheck {
    addresses = List.copyOf(addresses);
  }

  public boolean required() {
    return !addresses.isEmpty();
  }
}
