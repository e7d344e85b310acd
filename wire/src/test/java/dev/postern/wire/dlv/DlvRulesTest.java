package dev.postern.wire.dlv;

import static dev.postern.wire.dlv.DlvClass.CONTROL;
import static dev.postern.wire.dlv.DlvClass.INSPECT;
import static dev.postern.wire.dlv.DlvClass.LOG;
import static dev.postern.wire.dlv.DlvClass.MUTATE;
import static dev.postern.wire.dlv.DlvClass.OBSERVE;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_ARGUMENT;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_EXPRESSION;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_REFUSED;
import static dev.postern.wire.dlv.MessageReason.MESSAGE_UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.json.JsonWriter;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DlvRulesTest {
  private static final Set<DlvClass> ALL = EnumSet.allOf(DlvClass.class);
  private static final Restrictions REDACT = new Restrictions(true, false);
  private static final Restrictions FILTERED = new Restrictions(false, true);

  private static Verdict judge(String method, String args) {
    return DlvRules.judge(Feeding.call(method, args), ALL, Restrictions.NONE);
  }

  private static Verdict.Allowed allowed(String method, String args, Set<DlvClass> held) {
    Verdict verdict = DlvRules.judge(Feeding.call(method, args), held, Restrictions.NONE);
    if (verdict instanceof Verdict.Allowed allowed) {
      return allowed;
    }
    throw new AssertionError(verdict.toString());
  }

  private static String sent(String method, String args) {
    return JsonWriter.write(allowed(method, args, ALL).args());
  }

  private static void assertRefused(Verdict verdict, MessageReason reason) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "State|{}|OBSERVE",
        "ListGoroutines|{\"Count\":10}|OBSERVE",
        "ListGoroutines|{\"Filters\":[{\"Kind\":5,\"Arg\":\"a=b\"}]}|OBSERVE",
        "ListGoroutines|{\"Filters\":[{\"Kind\":8,\"Arg\":\"ch\"}],\"EvalScope\":{}}|OBSERVE"
            + " INSPECT",
        "Stacktrace|{\"Id\":1,\"Depth\":50}|OBSERVE",
        "Stacktrace|{\"Id\":1,\"Full\":true}|OBSERVE INSPECT",
        "Stacktrace|{\"Id\":1,\"Cfg\":{}}|OBSERVE INSPECT",
        "FindLocation|{\"Loc\":\"main.main\"}|OBSERVE",
        "FindLocation|{\"Loc\":\"*0x1234\"}|OBSERVE",
        "FindLocation|{\"Loc\":\"*p\"}|OBSERVE INSPECT",
        "FindLocation|{\"Loc\":\" *p\"}|OBSERVE INSPECT",
        "Eval|{\"Expr\":\"x\"}|INSPECT",
        "Eval|{\"Expr\":\"f(x)\"}|INSPECT MUTATE",
        "Set|{\"Symbol\":\"x\",\"Value\":\"1\"}|MUTATE",
        "DebugInfoDirectories|{}|OBSERVE",
        "DebugInfoDirectories|{\"Set\":true,\"List\":[\"/x\"]}|MUTATE HOST",
        "Command|{\"name\":\"switchGoroutine\",\"goroutineID\":3}|OBSERVE",
        "Command|{\"name\":\"halt\"}|CONTROL",
        "Command|{\"name\":\"nextInstruction\"}|CONTROL",
        "Command|{\"name\":\"call\",\"expr\":\"f()\"}|MUTATE",
        "Command|{\"name\":\"rewind\"}|MUTATE",
        "CreateBreakpoint|{\"Breakpoint\":{\"file\":\"a.go\",\"line\":3}}|CONTROL",
        "CreateBreakpoint|{\"Breakpoint\":{},\"LocExpr\":\"main.f\"}|CONTROL",
        "CreateBreakpoint|{\"Breakpoint\":{\"Cond\":\"x>1\"},\"LocExpr\":\"f\"}|INSPECT CONTROL",
        "CreateBreakpoint|{\"Breakpoint\":{\"Cond\":\"f(x)\"},\"LocExpr\":\"f\"}|INSPECT CONTROL"
            + " MUTATE",
        "CreateBreakpoint|{\"Breakpoint\":{\"variables\":[\"x\"]},\"LocExpr\":\"f\"}|INSPECT"
            + " CONTROL",
        "CreateBreakpoint|{\"Breakpoint\":{\"stacktrace\":3},\"LocExpr\":\"f\"}|INSPECT CONTROL",
        "CreateBreakpoint|{\"Breakpoint\":{\"LoadLocals\":{}},\"LocExpr\":\"f\"}|INSPECT CONTROL",
        "CreateWatchpoint|{\"Expr\":\"x\",\"Type\":2}|INSPECT CONTROL",
        "CreateEBPFTracepoint|{\"FunctionName\":\"f\"}|CONTROL HOST",
        "ClearBreakpoint|{\"Id\":4}|CONTROL",
        "Detach|{\"Kill\":true}|LIFECYCLE",
        "Detach|{}|LIFECYCLE",
        "Restart|{}|MUTATE LIFECYCLE HOST",
        "DumpStart|{\"Destination\":\"core\"}|INSPECT CONTROL HOST",
        "FollowExec|{\"Enable\":true}|LIFECYCLE",
        "ExamineMemory|{\"Address\":4096,\"Length\":16}|INSPECT",
        "Disassemble|{\"StartPC\":4096}|INSPECT",
        "ListRegisters|{}|INSPECT",
        "CancelNext|{}|CONTROL",
        "StopRecording|{}|LIFECYCLE"
      })
  void judge_byMethodAndArguments_needsTheseClasses(String method, String args, String classes) {
    var expected = new TreeSet<DlvClass>();
    Arrays.stream(classes.split(" ", -1)).map(DlvClass::valueOf).forEach(expected::add);
    assertThat(allowed(method, args, ALL).classes()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SetApiVersion|{\"APIVersion\":1}|MESSAGE_REFUSED",
        "DownloadLibraryDebugInfo|{\"N\":1}|MESSAGE_REFUSED",
        "Command|{\"name\":\"Halt\"}|MESSAGE_UNKNOWN",
        "Command|{}|MESSAGE_UNKNOWN",
        "Stacktrace|{\"Depth\":-1}|MESSAGE_ARGUMENT",
        "Ancestors|{\"NumAncestors\":-1}|MESSAGE_ARGUMENT",
        "ExamineMemory|{\"Address\":1,\"Length\":-1}|MESSAGE_ARGUMENT",
        "ExamineMemory|{\"Address\":1,\"Length\":65537}|MESSAGE_ARGUMENT",
        "Eval|{\"Expr\":\"x\",\"Scope\":{\"Frame\":100000000}}|MESSAGE_ARGUMENT",
        "ListGoroutines|{\"Filters\":[{\"Kind\":99}]}|MESSAGE_UNKNOWN",
        "ListGoroutines|{\"Filters\":[{}]}|MESSAGE_UNKNOWN",
        "ListGoroutines|{\"GroupBy\":99}|MESSAGE_UNKNOWN",
        "Disassemble|{\"StartPC\":4096,\"EndPC\":1}|MESSAGE_ARGUMENT",
        "CreateWatchpoint|{\"Expr\":\"x\",\"Type\":0}|MESSAGE_ARGUMENT",
        "CreateBreakpoint|{\"Breakpoint\":{}}|MESSAGE_ARGUMENT",
        "CreateBreakpoint|{\"Breakpoint\":{\"HitCond\":\"%"
            + " 0\"},\"LocExpr\":\"f\"}|MESSAGE_ARGUMENT",
        "CreateBreakpoint|{\"Breakpoint\":{\"HitCond\":\"%000\"},\"LocExpr\":\"f\"}|MESSAGE_ARGUMENT",
        "CreateBreakpoint|{\"Breakpoint\":{\"HitCond\":\"x\"},\"LocExpr\":\"f\"}|MESSAGE_ARGUMENT",
        "CreateBreakpoint|{\"Breakpoint\":{\"TraceFollowCalls\":1},\"LocExpr\":\"f\"}|MESSAGE_REFUSED",
        "CreateBreakpoint|{\"Breakpoint\":{\"RootFuncName\":\"f\"},\"LocExpr\":\"f\"}|MESSAGE_REFUSED",
        "CreateBreakpoint|{\"Breakpoint\":{},\"LocExpr\":\"*0x1234\"}|MESSAGE_REFUSED",
        "CreateBreakpoint|{\"Breakpoint\":{\"name\":\"postern1\"},\"LocExpr\":\"f\"}|MESSAGE_ARGUMENT",
        "CreateBreakpoint|{\"Breakpoint\":{\"file\":\"a.go\"}}|MESSAGE_ARGUMENT",
        "AmendBreakpoint|{\"Breakpoint\":{\"id\":-1,\"disabled\":true}}|MESSAGE_REFUSED",
        "AmendBreakpoint|{\"Breakpoint\":{}}|MESSAGE_ARGUMENT",
        "ToggleBreakpoint|{\"Id\":-2}|MESSAGE_REFUSED",
        "ClearBreakpoint|{\"Name\":\"unrecovered-panic\"}|MESSAGE_REFUSED"
      })
  void judge_whatNoScopeCovers_isRefused(String method, String args, MessageReason reason) {
    assertRefused(judge(method, args), reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Stacktrace|{\"Id\":1,\"Depth\":100000000}|{\"Id\":1,\"Depth\":512,\"Opts\":0}",
        "Stacktrace|{\"Id\":1,\"Opts\":65535}|{\"Id\":1,\"Opts\":7}",
        "ListGoroutines|{}|{\"Count\":5000}",
        "ListGoroutines|{\"Count\":10000}|{\"Count\":5000}",
        "ListFunctions|{\"Filter\":\"x\",\"FollowCalls\":3}|{\"Filter\":\"x\"}",
        "State|{}|{\"NonBlocking\":true}",
        "DumpWait|{\"Wait\":100000}|{\"Wait\":1000}",
        "Disassemble|{\"StartPC\":4096,\"EndPC\":99999999}|{\"StartPC\":4096,\"EndPC\":36864}",
        "ListBreakpoints|{\"All\":true}|{}",
        "DebugInfoDirectories|{\"List\":[\"/x\"]}|{}",
        "Command|{\"name\":\"next\",\"WithEvents\":true,\"expr\":\"f()\",\"unsafeCall\":true}|{\"name\":\"next\"}",
        "CreateBreakpoint|{\"Breakpoint\":{\"id\":9,\"file\":\"a.go\",\"line\":3,\"addr\":77}}|{\"Breakpoint\":{\"file\":\"a.go\",\"line\":3}}",
      })
  void judge_outOfBounds_isBroughtWithin(String method, String args, String sent) {
    assertThat(sent(method, args)).isEqualTo(sent);
  }

  @Test
  void judge_loadConfiguration_isClamped() {
    Verdict.Allowed verdict =
        allowed(
            "Eval",
            "{\"Expr\":\"x\",\"Cfg\":{\"FollowPointers\":true,\"MaxVariableRecurse\":8,"
                + "\"MaxStringLen\":16777216,\"MaxArrayValues\":100000,\"MaxStructFields\":-1}}",
            ALL);
    assertThat(JsonWriter.write(verdict.args().object("Cfg").orElseThrow()))
        .isEqualTo(
            "{\"FollowPointers\":true,\"MaxVariableRecurse\":3,\"MaxStringLen\":4096,"
                + "\"MaxArrayValues\":32,\"MaxStructFields\":256}");
    assertThat(verdict.rewrites())
        .containsExactly(
            "Cfg.MaxVariableRecurse 8 → 3",
            "Cfg.MaxStringLen 16777216 → 4096",
            "Cfg.MaxArrayValues 100000 → 32");
  }

  @Test
  void judge_evalWithoutLoadConfiguration_getsDelvesDefaultWithin() {
    assertThat(sent("Eval", "{\"Expr\":\"x\"}"))
        .contains("\"MaxStructFields\":256", "\"MaxStringLen\":64");
  }

  @Test
  void judge_redacted_loadsWholeStrings() {
    Verdict verdict =
        DlvRules.judge(
            Feeding.call("Eval", "{\"Expr\":\"card\",\"Cfg\":{\"MaxStringLen\":15}}"), ALL, REDACT);
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Allowed.class,
            allowed ->
                assertThat(allowed.args().object("Cfg").orElseThrow().integer("MaxStringLen"))
                    .contains(4096L));
  }

  @Test
  void judge_addresses_mustBeProven() {
    Verdict.Allowed verdict =
        allowed(
            "CreateBreakpoint",
            "{\"Breakpoint\":{\"addr\":5,\"addrs\":[5,6],\"addrpid\":[1,1]},\"LocExpr\":\"main.f\"}",
            ALL);
    assertThat(verdict.addresses()).isEqualTo(new AddressCheck(List.of(5L, 6L), "main.f"));
    assertThat(
            allowed(
                    "CreateBreakpoint",
                    "{\"Breakpoint\":{\"traceReturn\":true,\"addr\":9,\"file\":\"a.go\",\"line\":1,"
                        + "\"addrs\":[5]}}",
                    ALL)
                .addresses())
        .isEqualTo(new AddressCheck(List.of(9L), ""));
  }

  @Test
  void judge_addressWithAnExpressionForIt_leavesTheExpressionOut() {
    Verdict.Allowed verdict =
        allowed(
            "CreateBreakpoint",
            "{\"Breakpoint\":{\"addr\":5,\"addrs\":[5]},\"LocExpr\":\"*0x5\"}",
            ALL);
    assertThat(verdict.args().has("LocExpr")).isFalse();
    assertThat(verdict.addresses().addresses()).containsExactly(5L);
  }

  @Test
  void judge_tracepointUnderLogAlone_needsLogAndLosesArguments() {
    Verdict.Allowed verdict =
        allowed(
            "CreateBreakpoint",
            "{\"Breakpoint\":{\"continue\":true,\"LoadArgs\":{\"MaxStringLen\":64}},\"LocExpr\":\"f\"}",
            EnumSet.of(OBSERVE, LOG));
    assertThat(verdict.classes()).containsExactly(LOG);
    assertThat(JsonWriter.write(verdict.args()))
        .isEqualTo("{\"Breakpoint\":{\"continue\":true},\"LocExpr\":\"f\"}");
    assertThat(verdict.rewrites()).hasSize(1);
  }

  @Test
  void judge_breakpointUnderLogAlone_lacksControl() {
    Verdict.Allowed verdict =
        allowed(
            "CreateBreakpoint", "{\"Breakpoint\":{},\"LocExpr\":\"f\"}", EnumSet.of(OBSERVE, LOG));
    assertThat(verdict.lacking(EnumSet.of(OBSERVE, LOG))).containsExactly(CONTROL);
    Verdict.Allowed amended =
        allowed(
            "AmendBreakpoint",
            "{\"Breakpoint\":{\"id\":1,\"continue\":false}}",
            EnumSet.of(OBSERVE, LOG));
    assertThat(amended.lacking(EnumSet.of(OBSERVE, LOG))).containsExactly(CONTROL);
  }

  @Test
  void judge_continueWithoutInspect_asksForNoReturnValues() {
    Verdict.Allowed verdict =
        allowed(
            "Command",
            "{\"name\":\"continue\",\"ReturnInfoLoadConfig\":{\"MaxStringLen\":64}}",
            EnumSet.of(CONTROL));
    assertThat(JsonWriter.write(verdict.args())).isEqualTo("{\"name\":\"continue\"}");
    assertThat(verdict.classes()).containsExactly(CONTROL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ExamineMemory", "ListRegisters", "Disassemble"})
  void judge_rawDataUnderAnObligation_isRefused(String method) {
    assertRefused(DlvRules.judge(Feeding.call(method, "{}"), ALL, REDACT), MESSAGE_REFUSED);
    assertRefused(DlvRules.judge(Feeding.call(method, "{}"), ALL, FILTERED), MESSAGE_REFUSED);
  }

  @Test
  void judge_expressionsUnderAnObligation_areLimited() {
    String wide = "{\"Expr\":\"*(*int)(uintptr(5))\"}";
    assertRefused(DlvRules.judge(Feeding.call("Eval", wide), ALL, REDACT), MESSAGE_EXPRESSION);
    assertThat(DlvRules.judge(Feeding.call("Eval", "{\"Expr\":\"o.ID\"}"), ALL, REDACT))
        .isInstanceOf(Verdict.Allowed.class);
    assertRefused(
        DlvRules.judge(Feeding.call("ListPackageVars", "{}"), ALL, FILTERED), MESSAGE_REFUSED);
    assertThat(DlvRules.judge(Feeding.call("ListPackageVars", "{}"), ALL, REDACT))
        .isInstanceOf(Verdict.Allowed.class);
  }

  @Test
  void judge_apiVersionAndEvents_areAnsweredHere() {
    assertThat(judge("SetApiVersion", "{\"APIVersion\":2}")).isInstanceOf(Verdict.Local.class);
    assertThat(judge("GetEvents", "{}"))
        .isInstanceOfSatisfying(
            Verdict.Local.class,
            local ->
                assertThat(JsonWriter.write(local.result()))
                    .isEqualTo("{\"Events\":[{\"Kind\":1}]}"));
  }

  @Test
  void judge_everyMethodWithEmptyArguments_hasAVerdict() {
    for (DlvMethod method : DlvMethod.values()) {
      Verdict verdict = judge(method.goName(), "{}");
      if (verdict instanceof Verdict.Allowed allowed) {
        assertThat(allowed.classes()).as(method.goName()).isNotEmpty();
      }
    }
  }

  @Test
  void judge_callOrUnknownFilter_namesWhatIsMissing() {
    assertThat(
            allowed("Command", "{\"name\":\"call\",\"expr\":\"f()\"}", EnumSet.of(CONTROL, INSPECT))
                .lacking(EnumSet.of(CONTROL, INSPECT)))
        .containsExactly(MUTATE);
    assertThat(MUTATE.scope()).isEqualTo("dlv/mutate");
    assertRefused(judge("ListGoroutines", "{\"Filters\":[{\"Kind\":9}]}"), MESSAGE_UNKNOWN);
    assertRefused(judge("Stacktrace", "{\"Skip\":-1}"), MESSAGE_ARGUMENT);
  }
}
