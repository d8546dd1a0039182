import Bridges
import Commands
import Datapath
import Glibc
import Interfaces
import JSONRPC
import NIOCore
import OVSDB
import OpenFlow
import Pipeline
import Runtime

private let log = Log("vswitchd")

/// Puts the rooms together and starts them. Everything that happens later happens in them.
final class Daemon {
  private let options: DaemonOptions
  private let loop = ControlLoop()
  private let control: ControlServer
  private let interfaces: InterfaceFactory
  private var configuration: Configuration?
  private var client: OVSDBClient?
  private var embeddedServer: EmbeddedServer?
  /// What OpenFlow connections ask about devices; they do not keep it.
  private var hardware: SwitchHardware?
  /// By bridge.
  private var services: [String: OpenFlowService] = [:]
  private lazy var turns = Turns(loop.loop)

  init(_ options: DaemonOptions) {
    self.options = options
    control = ControlServer(loop: loop.loop)
    interfaces = InterfaceFactory(dummy: options.dummyMode)
  }

  /// Runs until the process ends.
  func run() -> Never {
    FileDescriptors.raiseLimit()
    if options.lockMemory, mlockall(MCL_CURRENT | MCL_FUTURE) != 0 {
      log.err("mlockall failed: \(errorText())")
    }
    do {
      try start()
    } catch {
      log.fatal("\(error)")
    }
    while true { pause() }
  }

  private func start() throws {
    let remotes = try databaseRemotes()
    try loop.sync { [self] in
      CommonCommands.all({ self.configuration?.sw }, end: endSoon).forEach(control.register)
      Coverage.startSampling()
      connect(to: remotes)
    }
    if let path = ControlServer.socketPath(options.unixctl) { try control.listen(path).wait() }
  }

  private func endSoon() {
    loop.loop.scheduleTask(in: .milliseconds(20)) {
      ExitHooks.run()
      exit(0)
    }
  }

  // MARK: Database

  /// The remotes that were given; else the server on the default socket, which we start when there is
  /// none: then `patchbayd` alone is a complete switch.
  private func databaseRemotes() throws -> [String] {
    if let given = options.database { return given.split(separator: ",").map(String.init) }
    embeddedServer = try EmbeddedServer.startIfNone()
    return [EmbeddedServer.Places().remote]
  }

  private func connect(to remotes: [String]) {
    var settings = OVSDBClient.Configuration(remotes: remotes)
    settings.tls = options.tls
    let client = OVSDBClient(settings, loop: loop.loop)
    let configuration = Configuration(
      client: client, loop: loop, confined: options.selfConfinement
    ) { [unowned self] in
      try makeSwitch($0)
    }
    configuration.onFirstApplied = { [unowned self] in
      Daemonize.complete()
      // Guests that come back need the processors for a moment.
      loop.execute(after: 1000) { DPDK.reserveMemory() }
      ServiceManager.own?.watch(on: loop) { [unowned self] in illness() }
    }
    client.onConnectionState = { state in
      guard state.lock == .elsewhere else { return }
      log.err("another ovs-vswitchd process is running, disabling this process until it goes away")
      Daemonize.complete()
    }
    self.client = client
    self.configuration = configuration
    client.start()
    embeddedServer?.supervise(on: loop.loop)
  }

  /// What is so wrong with us that only a restart helps.
  private func illness() -> String? {
    let stuck = configuration?.sw?.datapath.stuckWorkers() ?? []
    return stuck.isEmpty ? nil : "stuck: " + stuck.joined(separator: ", ")
  }

  // MARK: Switch

  private func makeSwitch(_ settings: [String: String]) throws -> Switch {
    try DPDK.start(settings)
    let datapath = try Datapath(
      DatapathConfiguration(clockWord: UnsafePointer(Clock.shared.words)))
    let pipeline = Pipeline(datapath: datapath) { Clock.shared.monotonicMilliseconds }
    if interfaces.dummyEnabled { DebugActions.enable() }
    pipeline.delegateWork { [loop] in loop.execute { pipeline.workOnControlThread() } }
    datapath.whileQuiescing = { [unowned pipeline] in pipeline.workOnControlThread() }
    let sw = Switch(datapath: datapath, pipeline: pipeline, interfaces: interfaces)
    sw.identity = { [unowned self] in identity() }
    connectOpenFlow(sw)
    SwitchCommands.all(sw).forEach(control.register)
    pipeline.megaflows.start(translators: settings["n-handler-threads"].flatMap { Int($0) } ?? 1)
    interfaces.onChange = { [unowned self] name in configuration?.deviceChanged(name) }
    try interfaces.watchDevices(loop)
    datapath.outlivePeers()
    return sw
  }

  private func connectOpenFlow(_ sw: Switch) {
    let pipeline = sw.pipeline
    let hardware = SwitchHardware(sw)
    self.hardware = hardware
    sw.onBridgeAdded = { [unowned self] bridge in
      let service = OpenFlowService(
        bridge.pipeline, pipeline: pipeline, loop: loop.loop, turns: turns)
      service.hardware = hardware
      service.onStatusChange = { [unowned self] in configuration?.controllersChanged() }
      services[bridge.name] = service
      service.start().whenFailure { error in
        log.err("bridge \(bridge.name): OpenFlow socket: \(error)")
      }
    }
    sw.onBridgeRemoved = { [unowned self] bridge in
      services.removeValue(forKey: bridge.name)?.stop()
    }
    sw.onReconnect = { [unowned self] bridge in services[bridge.name]?.reconnect() }
    sw.onApplied = { [unowned self] wanted in
      for bridge in wanted.bridges {
        guard let service = services[bridge.name] else { continue }
        service.tls = wanted.tls ?? options.tls
        bridge.configure(service, wanted)
      }
    }
    sw.controllerStatus = { [unowned self] bridge in services[bridge.name]?.status ?? [:] }
    pipeline.onFlowRemoved = { [unowned self] bridge, rule, reason in
      services[bridge.name]?.flowRemoved(rule, reason)
    }
    pipeline.onPortChange = { [unowned self] bridge, port, change in
      services[bridge.name]?.portChanged(port, change)
    }
    pipeline.onPacketIn = { [unowned self] bridge, event in
      services[bridge.name]?.packetIn(event)
    }
    pipeline.startPunts(on: loop.loop)
    sw.memoryUsage = { [unowned self] in
      [
        "idl-cells-Open_vSwitch": client?.database.cellCount ?? 0,
        "ofconns": services.values.reduce(0) { $0 + $1.connectionCount },
      ]
    }
  }

  private func identity() -> [String: Datum] {
    [
      "ovs_version": .string(Program.openVSwitchVersion),
      "db_version": .string(client?.schema.version ?? Program.schemaVersion),
      "iface_types": .strings(interfaces.availableTypes),
      "datapath_types": .strings(
        ["netdev", "system"] + (interfaces.dummyEnabled ? ["dummy"] : [])),
      "dpdk_version": .string(DPDK.version),
      "dpdk_initialized": .bool(DPDK.isEnabled),
    ]
  }
}

extension DaemonOptions {
  var dummyMode: DummyMode {
    switch dummy {
    case nil: .off
    case .addTypes: .on
    case .replaceSystem: .system
    case .replaceAll: .override
    }
  }
}
