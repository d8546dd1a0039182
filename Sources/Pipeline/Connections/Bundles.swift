import OpenFlow
import Runtime

private let log = Log("bundles")

/// The bundles that a connection has open. They go with the connection, or when nothing was put into
/// one for a while.
///
/// A request is decoded and checked when it is put in, and takes effect at the commit: all requests of
/// a bundle under one write lock, so that no packet sees only some of them, or none of them if one
/// fails.
///
/// Control thread.
final class Bundles {
  /// A request. Most are additions, and there may be millions.
  private enum Entry {
    case addition(Rule, xid: UInt32)
    indirect case other(any BundleStep)
  }

  private final class Bundle {
    let flags: BundleControl.Flags
    /// The message that opened it: what an error at its timeout refers to.
    let opener: [UInt8]
    var isClosed = false
    var entries: [Entry] = []
    /// What an error at the commit refers to.
    private var beginnings = Beginnings()
    /// Milliseconds.
    var used: Int64

    init(flags: BundleControl.Flags, opener: [UInt8], now: Int64) {
      self.flags = flags
      self.opener = opener
      used = now
    }

    func add(_ entry: Entry, _ request: ArraySlice<UInt8>) {
      entries.append(entry)
      beginnings.append(request.prefix(Bundles.errorBytes))
    }

    /// The first bytes of a request.
    func beginning(_ index: Int) -> [UInt8] { beginnings[index] }
  }

  /// The first bytes of every request, in blocks that need not move when there are more.
  private struct Beginnings {
    private var blocks: [[UInt8]] = []
    private var count = 0
    private static let perBlock = 1024

    mutating func append(_ bytes: ArraySlice<UInt8>) {
      if count % Self.perBlock == 0 {
        blocks.append([])
        // Most bundles are smaller than a block.
        let bytes = count > 0 ? Self.perBlock * (Bundles.errorBytes + 1) : 0
        blocks[blocks.count - 1].reserveCapacity(bytes)
      }
      count += 1
      blocks[blocks.count - 1].append(UInt8(bytes.count))
      blocks[blocks.count - 1].append(contentsOf: bytes)
    }

    subscript(index: Int) -> [UInt8] {
      var block = blocks[index / Self.perBlock][...]
      for _ in 0..<index % Self.perBlock { block = block.dropFirst(1 + Int(block.first ?? 0)) }
      return Array(block.dropFirst().prefix(Int(block.first ?? 0)))
    }
  }

  private var bundles: [UInt32: Bundle] = [:]

  /// As many bytes of a request as errors carry.
  private static let errorBytes = 64
  /// What one connection may keep: bundles, and requests in one.
  private static let maxBundles = 64
  private static let maxEntries = 4_000_000
  /// Milliseconds that a bundle stays without being used.
  static let idleTimeout: Int64 = 10_000

  var isEmpty: Bool { bundles.isEmpty }

  func control(_ request: BundleControl, _ exchange: Exchange, message: [UInt8]) throws {
    let id = request.bundle
    let reply: BundleControl.Kind
    switch request.kind {
    case .openRequest:
      try open(id, request.flags, message, exchange.pipeline.now())
      reply = .openReply
    case .closeRequest:
      try close(id, request.flags, exchange.pipeline.now())
      reply = .closeReply
    case .commitRequest:
      try commit(id, request.flags, exchange)
      reply = .commitReply
    case .discardRequest:
      guard bundles.removeValue(forKey: id) != nil else { throw OpenFlowError.badBundleID }
      reply = .discardReply
    default: throw OpenFlowError.badBundleType
    }
    exchange.reply(BundleControl(id, reply))
  }

  private func open(
    _ id: UInt32, _ flags: BundleControl.Flags, _ message: [UInt8], _ now: Int64
  ) throws {
    if bundles.removeValue(forKey: id) != nil {
      log.info("Bundle \(String(id, radix: 16)) already exists.")
      throw OpenFlowError.badBundleID
    }
    _ = try make(id, flags, message, now)
  }

  private func make(
    _ id: UInt32, _ flags: BundleControl.Flags, _ message: [UInt8], _ now: Int64
  ) throws -> Bundle {
    guard bundles.count < Self.maxBundles else { throw OpenFlowError.outOfBundles }
    let bundle = Bundle(flags: flags, opener: Array(message.prefix(Self.errorBytes)), now: now)
    bundles[id] = bundle
    return bundle
  }

  /// A bundle that may still change. One that is asked for what it is not is discarded.
  private func usable(_ id: UInt32, _ flags: BundleControl.Flags) throws -> Bundle? {
    guard let bundle = bundles[id] else { return nil }
    guard !bundle.isClosed, bundle.flags == flags else {
      bundles[id] = nil
      throw bundle.isClosed ? OpenFlowError.bundleClosed : .badBundleFlags
    }
    return bundle
  }

  private func close(_ id: UInt32, _ flags: BundleControl.Flags, _ now: Int64) throws {
    guard let bundle = try usable(id, flags) else { throw OpenFlowError.badBundleID }
    bundle.isClosed = true
    bundle.used = now
  }

  func add(_ request: BundleAddMessage, _ exchange: Exchange) throws {
    let connection = exchange.connection
    let content = try request.request(in: connection.context.version, xid: exchange.xid)
    let entry = try prepare(content, exchange)
    let now = exchange.pipeline.now()
    let bundle =
      try usable(request.bundle, request.flags)
      ?? make(request.bundle, request.flags, request.beginning(exchange), now)
    guard bundle.entries.count < Self.maxEntries else { throw OpenFlowError.bundleTooManyMessages }
    bundle.used = now
    bundle.add(entry, content)
  }

  private func prepare(_ content: ArraySlice<UInt8>, _ exchange: Exchange) throws -> Entry {
    let context = exchange.connection.context
    if FlowMod.isMessage(content, context.version) {
      return try prepare(try FlowMod(message: content, context), exchange)
    }
    let content = Array(content)
    guard let number = MessageCodec.messageNumber(of: content, context),
      let type = RequestCatalog.bundlable[number]
    else { throw OpenFlowError.bundleMessageUnsupported }
    return try prepare(type, MessageCodec.locate(content, context), exchange)
  }

  private func prepare<R: Bundlable>(
    _ type: R.Type, _ message: MessageCodec.Located, _ exchange: Exchange
  ) throws -> Entry {
    .other(try message.read(type).prepare(exchange))
  }

  private func prepare(_ flowMod: FlowMod, _ exchange: Exchange) throws -> Entry {
    guard flowMod.command == .add else { return .other(try flowMod.prepare(exchange)) }
    return .addition(try exchange.bridge.rule(for: flowMod), xid: exchange.xid)
  }

  // MARK: Committing

  private func commit(_ id: UInt32, _ flags: BundleControl.Flags, _ exchange: Exchange) throws {
    guard let bundle = bundles.removeValue(forKey: id) else { throw OpenFlowError.badBundleID }
    guard bundle.flags == flags else { throw OpenFlowError.badBundleFlags }
    var failed = 0
    do {
      try exchange.bridge.changeFlows { changes in
        changes.isAtomic = flags.contains(.atomic)
        for (index, entry) in bundle.entries.enumerated() {
          failed = index
          try begin(entry, changes, exchange.requester.connection)
        }
      }
    } catch let error as OpenFlowError {
      // One error about the request that failed, and one about the commit.
      exchange.connection.send(error, answering: bundle.beginning(failed))
      throw OpenFlowError.bundleMessageFailed
    }
    for entry in bundle.entries {
      switch entry {
      case .addition: exchange.connection.countFlowMod(.add)
      case .other(let step): step.end()
      }
    }
  }

  private func begin(
    _ entry: Entry, _ changes: FlowChanges, _ connection: ObjectIdentifier
  ) throws {
    switch entry {
    case .addition(let rule, let xid):
      try changes.bridge.add(rule, changes, FlowRequester(connection: connection, xid: xid))
    case .other(let step): try step.begin(changes)
    }
  }

  /// Discards what was not used for too long; gives the messages that had opened it.
  func expire(now: Int64) -> [[UInt8]] {
    let old = bundles.filter { now - $0.value.used >= Self.idleTimeout }
    for id in old.keys { bundles[id] = nil }
    return old.values.map(\.opener)
  }
}
