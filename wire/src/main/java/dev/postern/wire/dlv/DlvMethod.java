package dev.postern.wire.dlv;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Every method of Delve's RPC2 server, from 1.20.0 to 1.27.1. What is not here is not passed on.
 *
 * <p>Source: {@code service/rpc2/server.go} and {@code service/rpccommon/server.go} of Delve's
 * tags; {@code src/test/resources/delve-methods.txt} is the list as extracted.
 */
public enum DlvMethod {
  GET_VERSION("GetVersion", "1.20", Timing.AT_ONCE, false, Arguments.NONE),
  SET_API_VERSION("SetApiVersion", "1.20", Timing.AT_ONCE, false, Arguments.SET_API_VERSION),
  PROCESS_PID("ProcessPid", "1.20", Timing.WHEN_STOPPED, false, Arguments.NONE),
  LAST_MODIFIED("LastModified", "1.20", Timing.WHEN_STOPPED, true, Arguments.NONE),
  BUILD_ID("BuildID", "1.20", Timing.WHEN_STOPPED, false, Arguments.NONE),
  ATTACHED_TO_EXISTING_PROCESS(
      "AttachedToExistingProcess", "1.20", Timing.AT_ONCE, false, Arguments.NONE),
  IS_MULTICLIENT("IsMulticlient", "1.20", Timing.AT_ONCE, false, Arguments.NONE),
  RECORDED("Recorded", "1.20", Timing.WHEN_STOPPED, false, Arguments.NONE),
  STATE("State", "1.20", Timing.AT_ONCE, false, Arguments.STATE),
  LIST_THREADS("ListThreads", "1.20", Timing.WHEN_STOPPED, false, Arguments.NONE),
  GET_THREAD("GetThread", "1.20", Timing.WHEN_STOPPED, false, Arguments.GET_THREAD),
  LIST_TARGETS("ListTargets", "1.21", Timing.WHEN_STOPPED, false, Arguments.NONE),
  LIST_GOROUTINES("ListGoroutines", "1.20", Timing.WHEN_STOPPED, false, Arguments.LIST_GOROUTINES),
  STACKTRACE("Stacktrace", "1.20", Timing.WHEN_STOPPED, false, Arguments.STACKTRACE),
  ANCESTORS("Ancestors", "1.20", Timing.WHEN_STOPPED, false, Arguments.ANCESTORS),
  LIST_SOURCES("ListSources", "1.20", Timing.WHEN_STOPPED, true, Arguments.FILTER),
  LIST_TYPES("ListTypes", "1.20", Timing.WHEN_STOPPED, true, Arguments.FILTER),
  LIST_FUNCTIONS("ListFunctions", "1.20", Timing.WHEN_STOPPED, true, Arguments.LIST_FUNCTIONS),
  LIST_PACKAGES_BUILD_INFO(
      "ListPackagesBuildInfo", "1.20", Timing.WHEN_STOPPED, true, Arguments.LIST_PACKAGES),
  LIST_DYNAMIC_LIBRARIES(
      "ListDynamicLibraries", "1.20", Timing.WHEN_STOPPED, false, Arguments.NONE),
  FIND_LOCATION("FindLocation", "1.20", Timing.WHEN_STOPPED, false, Arguments.FIND_LOCATION),
  FUNCTION_RETURN_LOCATIONS(
      "FunctionReturnLocations", "1.20", Timing.WHEN_STOPPED, true, Arguments.FN_NAME),
  TYPE_INFO("TypeInfo", "1.27", Timing.WHEN_STOPPED, true, Arguments.NAME),
  FOLLOW_EXEC_ENABLED("FollowExecEnabled", "1.21", Timing.WHEN_STOPPED, false, Arguments.NONE),
  GUESS_SUBSTITUTE_PATH(
      "GuessSubstitutePath", "1.24", Timing.WHEN_STOPPED, false, Arguments.GUESS_SUBSTITUTE_PATH),
  CHECKPOINT("Checkpoint", "1.20", Timing.WHEN_STOPPED, false, Arguments.CHECKPOINT),
  CLEAR_CHECKPOINT(
      "ClearCheckpoint", "1.20", Timing.WHEN_STOPPED, false, Arguments.CLEAR_CHECKPOINT),
  LIST_CHECKPOINTS("ListCheckpoints", "1.20", Timing.WHEN_STOPPED, false, Arguments.NONE),
  LIST_BREAKPOINTS(
      "ListBreakpoints", "1.20", Timing.WHEN_STOPPED, false, Arguments.LIST_BREAKPOINTS),
  GET_BREAKPOINT("GetBreakpoint", "1.20", Timing.WHEN_STOPPED, false, Arguments.BREAKPOINT_KEY),
  DUMP_WAIT("DumpWait", "1.20", Timing.AT_ONCE, false, Arguments.DUMP_WAIT),
  DUMP_CANCEL("DumpCancel", "1.20", Timing.AT_ONCE, false, Arguments.NONE),
  GET_BUFFERED_TRACEPOINTS(
      "GetBufferedTracepoints", "1.20", Timing.AT_ONCE, false, Arguments.LOAD_CFG),
  GET_EVENTS("GetEvents", "1.26", Timing.AT_ONCE, false, Arguments.NONE),
  CANCEL_DOWNLOADS("CancelDownloads", "1.26", Timing.AT_ONCE, false, Arguments.NONE),
  DOWNLOAD_LIBRARY_DEBUG_INFO(
      "DownloadLibraryDebugInfo", "1.26", Timing.WHEN_STOPPED, false, Arguments.DOWNLOAD),
  DEBUG_INFO_DIRECTORIES(
      "DebugInfoDirectories", "1.21", Timing.WHEN_STOPPED, false, Arguments.DEBUG_INFO_DIRECTORIES),
  LIST_LOCAL_VARS("ListLocalVars", "1.20", Timing.WHEN_STOPPED, false, Arguments.SCOPED_LIST),
  LIST_FUNCTION_ARGS("ListFunctionArgs", "1.20", Timing.WHEN_STOPPED, false, Arguments.SCOPED_LIST),
  LIST_PACKAGE_VARS(
      "ListPackageVars", "1.20", Timing.WHEN_STOPPED, false, Arguments.LIST_PACKAGE_VARS),
  EVAL("Eval", "1.20", Timing.WHEN_STOPPED, false, Arguments.EVAL),
  EXAMINE_MEMORY("ExamineMemory", "1.20", Timing.WHEN_STOPPED, false, Arguments.EXAMINE_MEMORY),
  LIST_REGISTERS("ListRegisters", "1.20", Timing.WHEN_STOPPED, false, Arguments.LIST_REGISTERS),
  DISASSEMBLE("Disassemble", "1.20", Timing.WHEN_STOPPED, false, Arguments.DISASSEMBLE),
  SET("Set", "1.20", Timing.WHEN_STOPPED, false, Arguments.SET),
  COMMAND("Command", "1.20", Timing.RUNS, false, Arguments.COMMAND),
  CREATE_BREAKPOINT(
      "CreateBreakpoint", "1.20", Timing.WHEN_STOPPED, false, Arguments.CREATE_BREAKPOINT),
  AMEND_BREAKPOINT(
      "AmendBreakpoint", "1.20", Timing.WHEN_STOPPED, false, Arguments.AMEND_BREAKPOINT),
  TOGGLE_BREAKPOINT(
      "ToggleBreakpoint", "1.20", Timing.WHEN_STOPPED, false, Arguments.BREAKPOINT_KEY),
  CLEAR_BREAKPOINT("ClearBreakpoint", "1.20", Timing.WHEN_STOPPED, false, Arguments.BREAKPOINT_KEY),
  CREATE_WATCHPOINT(
      "CreateWatchpoint", "1.20", Timing.WHEN_STOPPED, false, Arguments.CREATE_WATCHPOINT),
  CREATE_EBPF_TRACEPOINT(
      "CreateEBPFTracepoint", "1.20", Timing.WHEN_STOPPED, false, Arguments.FUNCTION_NAME),
  CANCEL_NEXT("CancelNext", "1.20", Timing.WHEN_STOPPED, false, Arguments.NONE),
  STOP_RECORDING("StopRecording", "1.20", Timing.AT_ONCE, false, Arguments.NONE),
  DUMP_START("DumpStart", "1.20", Timing.WHEN_STOPPED, false, Arguments.DUMP_START),
  RESTART("Restart", "1.20", Timing.WHEN_STOPPED, false, Arguments.RESTART),
  FOLLOW_EXEC("FollowExec", "1.21", Timing.WHEN_STOPPED, false, Arguments.FOLLOW_EXEC),
  DETACH("Detach", "1.20", Timing.WHEN_STOPPED, false, Arguments.DETACH);

  /** When Delve answers while the target runs. */
  public enum Timing {
    /** At once, whatever the target does. */
    AT_ONCE,
    /**
     * Only once the target stops. Sent to a running target it would queue, and take effect later
     * even if its sender is gone: it must never be sent then.
     */
    WHEN_STOPPED,
    /** Command: {@code halt} at once, the others when the target stops again. */
    RUNS
  }

  private static final String PREFIX = "RPCServer.";
  private static final Map<String, DlvMethod> BY_WIRE_NAME = new HashMap<>();

  static {
    for (DlvMethod method : values()) {
      BY_WIRE_NAME.put(method.wireName(), method);
    }
  }

  private final String goName;
  private final String since;
  private final Timing timing;
  private final boolean perBuild;

  @SuppressWarnings("ImmutableEnumChecker") // Arguments never changes once built
  private final Arguments arguments;

  DlvMethod(String goName, String since, Timing timing, boolean perBuild, Arguments arguments) {
    this.goName = goName;
    this.since = since;
    this.timing = timing;
    this.perBuild = perBuild;
    this.arguments = arguments;
  }

  /** The method of that exact wire name ({@code RPCServer.State}). */
  public static Optional<DlvMethod> named(String wireName) {
    return Optional.ofNullable(BY_WIRE_NAME.get(wireName));
  }

  /** {@code RPCServer.State}. */
  public String wireName() {
    return PREFIX + goName;
  }

  /** {@code State}, as people know it. */
  public String goName() {
    return goName;
  }

  /** The first minor version that has it; {@code 1.20} stands for that or earlier. */
  public String since() {
    return since;
  }

  /** When Delve answers. {@code State} without {@code NonBlocking} is made non-blocking. */
  public Timing timing() {
    return timing;
  }

  /** Whether its answer depends on arguments and build id alone, so that it may be kept. */
  public boolean perBuild() {
    return perBuild;
  }

  Arguments arguments() {
    return arguments;
  }
}
