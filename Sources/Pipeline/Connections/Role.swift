import OpenFlow

// Several controllers: who may change what, and who knows.

/// The requests that only a controller which is not secondary may make.
private let changingRequests: Set<ObjectIdentifier> = [
  ObjectIdentifier(PacketOut.self), ObjectIdentifier(FlowMod.self), ObjectIdentifier(PortMod.self),
  ObjectIdentifier(GroupMod.self), ObjectIdentifier(MeterMod.self),
  ObjectIdentifier(TableMod.self), ObjectIdentifier(TLVTableMod.self),
  ObjectIdentifier(BundleControl.self), ObjectIdentifier(BundleAddMessage.self),
]

extension OpenFlowConnection {
  /// Throws if the other side's role forbids the request.
  func permit(_ request: [UInt8]) throws {
    guard role == .secondary, let (_, type) = MessageCatalog.find(request, context.version),
      changingRequests.contains(ObjectIdentifier(type))
    else { return }
    throw OpenFlowError.isSecondary
  }
}

/// The generation by which controllers that elect a primary order their requests.
struct ElectionGeneration {
  private(set) var value: UInt64?

  /// Takes a newer generation over; false for an older one. Numbers may wrap around.
  mutating func advance(to new: UInt64) -> Bool {
    if let value, Int64(bitPattern: new &- value) < 0 { return false }
    value = new
    return true
  }
}

extension OpenFlowService {
  /// Gives a connection a role. There is one primary: one that was before becomes secondary, and is
  /// told.
  func setRole(_ role: ControllerRole, of connection: OpenFlowConnection) {
    if role == .primary, connection.role != .primary {
      for other in establishedConnections where other.role == .primary {
        other.role = .secondary
        if other.context.version >= .v13 {
          other.notify(RoleStatus(.secondary, .primaryRequest, generation: generation.value))
        }
      }
    }
    connection.role = role
    statusChanged()
  }
}
