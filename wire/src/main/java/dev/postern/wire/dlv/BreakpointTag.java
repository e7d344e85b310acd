package dev.postern.wire.dlv;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name by which a breakpoint of ours is known at the target, also to another replica, the
 * guard, and a gateway started anew: {@code postern}, 8 hex digits of the gateway instance, 8 of
 * the session, and a number. Delve takes letters and digits only.
 *
 * @param gateway 8 lower-case hex digits
 * @param session 8 lower-case hex digits
 * @param number counted from 1 within the session
 */
public record BreakpointTag(String gateway, String session, long number) {
  static final String PREFIX = "postern";
  private static final Pattern FORM =
      Pattern.compile(PREFIX + "([0-9a-f]{8})([0-9a-f]{8})([1-9][0-9]{0,17})");
  private static final Pattern HEX8 = Pattern.compile("[0-9a-f]{8}");

  public BreakpointTag {
    if (!isIdentity(gateway) || !isIdentity(session) || number < 1) {
      throw new IllegalArgumentException("a tag is two times 8 hex digits and a number from 1");
    }
  }

  /** Whether a text can stand for a gateway or a session in a tag. */
  public static boolean isIdentity(String text) {
    return HEX8.matcher(text).matches();
  }

  /** A tag from the leading 4 bytes of two identities. */
  public static BreakpointTag of(int gateway, int session, long number) {
    HexFormat hex = HexFormat.of();
    return new BreakpointTag(hex.toHexDigits(gateway), hex.toHexDigits(session), number);
  }

  /** The tag a name at the target carries; empty if it is not ours. */
  public static Optional<BreakpointTag> in(String name) {
    Matcher form = FORM.matcher(name);
    return form.matches()
        ? Optional.of(
            new BreakpointTag(form.group(1), form.group(2), Long.parseLong(form.group(3))))
        : Optional.empty();
  }

  /** Whether a caller must not use the name. */
  static boolean isReserved(String name) {
    return name.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
  }

  /** The name at the target. */
  public String name() {
    return PREFIX + gateway + session + number;
  }
}
