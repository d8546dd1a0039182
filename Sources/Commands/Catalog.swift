import Bridges
import JSONRPC

/// All control commands: what `ovs-appctl list-commands` shows. A command is one entry of a file below
/// its prefix; a file is one line here.
public enum SwitchCommands {
  /// Commands that need a switch, which exists once the database was read.
  public static func all(_ sw: Switch) -> [ControlCommand] {
    WorkerCommands.all(sw)
      + PerformanceCommands.all(sw)
      + DatapathShowCommands.all(sw)
      + ImplementationCommands.all(sw)
      + DatapathFlowCommands.all(sw)
      + DatapathEditCommands.all(sw)
      + ConntrackCommands.all(sw)
      + BridgeDatapathCommands.all(sw)
      + BridgeCommands.all(sw)
      + LearningCommands.all(sw)
      + UpcallCommands.all(sw)
      + MemoryCommands.all(sw)
      + DPDKCommands.all()
      + DPDKDeviceCommands.all(sw)
      + SelfCheckCommand.all(sw)
      + PauseCommand.all(sw)
      + DropCommand.all(sw)
      + AbsentFeatures.all(sw)
      + (sw.interfaces.dummyEnabled ? simulation(sw) : [])
  }

  private static func simulation(_ sw: Switch) -> [ControlCommand] {
    TimeCommands.all(sw) + DummyDeviceCommands.all(sw) + PortNumberCommand.all(sw)
  }
}

/// Commands that work from the start.
public enum CommonCommands {
  /// - Parameters:
  ///   - current: the switch, once there is one.
  ///   - end: ends the process soon, but not before an answer had time to leave.
  public static func all(
    _ current: @escaping () -> Switch?, end: @escaping () -> Void
  ) -> [ControlCommand] {
    LogCommands.all() + CoverageCommands.all() + ExitCommand.all(current, end: end)
  }
}
