import Datapath
import Interfaces
import OVSDB
import Runtime

/// Connects the switch to its database: takes changes in, sends reports out.
///
/// A change is applied at once; `cur_cfg`, on which `ovs-vsctl` waits, is written when the megaflows
/// agree with it, together with what came of it. Our own writes come back as changes too; they are
/// recognised because what they say is not part of what is wanted.
///
/// Threads: the control loop.
public final class Configuration {
  private let client: OVSDBClient
  private let loop: ControlLoop
  /// Makes the switch when the first configuration is known (it says how DPDK is to start).
  private let makeSwitch: ([String: String]) throws -> Switch
  /// Whether sockets that the database names must be in our directory.
  private let confined: Bool
  public private(set) var sw: Switch?
  /// Once, when the first configuration has been applied.
  public var onFirstApplied: (() -> Void)?

  private var wanted = DesiredSwitch()
  private var settings: [String: String] = [:]
  private var lastSequence: Int64?
  private var retryNeeded = false
  /// Names of devices that `lookAtDevices` is going to look at.
  private var changedDevices: Set<String> = []
  private var unsupported = UnsupportedColumns()

  public init(
    client: OVSDBClient, loop: ControlLoop, confined: Bool = true,
    makeSwitch: @escaping ([String: String]) throws -> Switch
  ) {
    self.client = client
    self.loop = loop
    self.makeSwitch = makeSwitch
    self.confined = confined
    client.onChange = { [unowned self] in databaseChanged($0) }
  }

  // MARK: Devices

  /// How long news of devices are collected.
  private static let devicePause: Int64 = 20

  /// A device came, went or changed by itself; "" stands for any. Such news come in storms (a
  /// thousand new bridges are a thousand new devices, each heard of several times), so they are
  /// looked at together.
  public func deviceChanged(_ name: String) {
    changedDevices.insert(name)
    guard changedDevices.count == 1 else { return }
    loop.execute(after: Self.devicePause) { [weak self] in self?.lookAtDevices() }
  }

  /// A row that waits for one of these devices is tried again; a port whose device is no longer the
  /// one it opened is made anew.
  private func lookAtDevices() {
    let names = changedDevices
    changedDevices = []
    guard let sw else { return }
    let isConcerned = { (name: String) in names.contains("") || names.contains(name) }
    let concerned = wanted.bridges.filter { $0.interfaces.contains { isConcerned($0.1.name) } }
    sw.devicesChanged(sw.allPorts.filter { isConcerned($0.name) })
    let isMissing = concerned.contains { bridge in
      let running = sw.bridges[bridge.name]?.ports ?? [:]
      return bridge.interfaces.contains { isConcerned($0.1.name) && running[$0.1.name] == nil }
    }
    if isMissing {
      retryNeeded = true
      databaseChanged(client.database)
    } else {
      commit(Report(sw: sw).transaction(concerned, statistics: false))
    }
  }

  private func databaseChanged(_ database: Database) {
    guard let root = database.singleton("Open_vSwitch"),
      var new = DesiredSwitch(database, confined: confined)
    else { return }
    guard let sw = readySwitch(root) else { return }
    let sequence = root.int("next_cfg") ?? 0
    let isNew = lastSequence == nil || sequence != lastSequence || retryNeeded
    let newSettings = root.map("other_config")
    sw.restoration.follow(newSettings)
    new.awaitsFlows = sw.restoration.isAwaited
    guard isNew || new.configuration != wanted.configuration || newSettings != settings else {
      return
    }
    retryNeeded = false
    lastSequence = sequence
    wanted = new
    settings = newSettings
    for text in unsupported.news(in: database) { log.warn(text) }
    // Started with the switch; only whether dpdk ports are possible may still change.
    do { try DPDK.start(settings) } catch { log.err("\(error)") }
    GlobalSettings(settings).apply(to: sw)
    sw.apply(new)
    report(sequence, root.uuid, sw)
  }

  private func readySwitch(_ root: Row) -> Switch? {
    if let sw { return sw }
    do {
      let new = try makeSwitch(root.map("other_config"))
      sw = new
      startStatistics()
      Clock.shared.scheduleRepeatedly(every: 1000) {
        new.expireFlows()
        new.interfaces.lookForCards()
        new.roundLog.write(new.datapath.takeSuspects())
      }
      Clock.shared.scheduleRepeatedly(every: Int64(LoadHistory.intervalSeconds) * 1000) {
        new.sampleLoad()
      }
      return new
    } catch {
      log.fatal("\(error)")
    }
  }

  // MARK: Reports

  private func report(_ sequence: Int64, _ root: UUID, _ sw: Switch) {
    sw.pipeline.waitUntilApplied { [loop] in
      loop.execute {
        var t = Report(sw: sw).transaction(self.wanted.bridges, statistics: true)
        var columns = sw.identity()
        columns["cur_cfg"] = .integer(sequence)
        t.update("Open_vSwitch", root, columns)
        self.client.commit(t) { _ in
          self.onFirstApplied?()
          self.onFirstApplied = nil
        }
      }
    }
  }

  /// Milliseconds between reports of statistics.
  private var statisticsInterval: Int64 {
    max(5000, settings["stats-update-interval"].flatMap { Int64($0) } ?? 5000)
  }

  private func startStatistics() {
    Clock.shared.schedule(after: statisticsInterval) { [weak self] in
      self?.sw?.interfaces.pollLinks()
      self?.sw?.interfaces.writeCaptures()
      self?.reportState()
      self?.startStatistics()
    }
  }

  /// Writes what devices say now, without a change of configuration.
  private func reportState() {
    guard let sw else { return }
    commit(Report(sw: sw).transaction(wanted.bridges, statistics: true))
  }

  private var reportsControllers = false

  /// A controller came, went or changed its role. Such news come in groups.
  public func controllersChanged() {
    guard !reportsControllers else { return }
    reportsControllers = true
    loop.execute(after: Self.devicePause) { [weak self] in
      guard let self else { return }
      self.reportsControllers = false
      guard let sw = self.sw else { return }
      self.commit(Report(sw: sw).controllers(self.wanted.bridges))
    }
  }

  private func commit(_ report: Transaction) {
    if client.state.isConnected { client.commit(report) }
  }
}

extension DesiredSwitch {
  /// What is asked for, without what an earlier run remembers: our own reports change only that.
  var configuration: DesiredSwitch {
    var copy = self
    for b in copy.bridges.indices {
      for p in copy.bridges[b].ports.indices {
        for i in copy.bridges[b].ports[p].interfaces.indices {
          copy.bridges[b].ports[p].interfaces[i].previousPort = nil
        }
      }
    }
    return copy
  }
}
