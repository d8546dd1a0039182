/// Every message that the switch knows, once.
public enum MessageCatalog {
  public static let all: [any Message.Type] = [
    Hello.self, ErrorMessage.self, EchoRequest.self, EchoReply.self,
    FeaturesRequest.self, FeaturesReply.self,
    GetConfigRequest.self, GetConfigReply.self, SetConfig.self,
    PacketIn.self, Resume.self,
    PacketOut.self, FlowMod.self, FlowRemoved.self, PortMod.self, PortStatus.self,
    BarrierRequest.self, BarrierReply.self,
    SetFlowFormat.self, FlowModTableID.self, FlowAge.self,
    TLVTableMod.self, TLVTableRequest.self, TLVTableReply.self,
    RoleRequest.self, RoleReply.self, RoleStatus.self, SetControllerID.self, SetPacketInFormat.self,
    SetAsync.self, GetAsyncRequest.self, GetAsyncReply.self, RequestForward.self,
    DescriptionRequest.self, DescriptionReply.self,
    FlowStatsRequest.self, FlowStatsReply.self,
    AggregateStatsRequest.self, AggregateStatsReply.self,
    TableStatsRequest.self, TableStatsReply.self,
    TableMod.self, TableStatus.self, TableDescriptionRequest.self, TableDescriptionReply.self,
    TableFeaturesRequest.self, TableFeaturesReply.self,
    PortStatsRequest.self, PortStatsReply.self,
    QueueStatsRequest.self, QueueStatsReply.self,
    QueueConfigRequest.self, QueueConfigReply.self,
    PortDescriptionRequest.self, PortDescriptionReply.self,
    GroupMod.self, GroupStatsRequest.self, GroupStatsReply.self,
    GroupDescriptionRequest.self, GroupDescriptionReply.self,
    GroupFeaturesRequest.self, GroupFeaturesReply.self,
    MeterMod.self, MeterStatsRequest.self, MeterStatsReply.self,
    MeterDescriptionRequest.self, MeterDescriptionReply.self,
    MeterFeaturesRequest.self, MeterFeaturesReply.self,
    BundleControl.self, BundleAddMessage.self,
    FlowMonitorRequest.self, FlowMonitorReply.self,
    FlowMonitorCancel.self, FlowMonitorPaused.self, FlowMonitorResumed.self,
    ConntrackFlushZone.self, ConntrackFlush.self,
    BridgeIPFIXStatsRequest.self, FlowIPFIXStatsRequest.self,
  ]

  private struct Key: Hashable {
    let version: OpenFlowVersion
    let identity: MessageIdentity
  }

  /// A message of a version; `number` is its index in `all`.
  struct Entry {
    let type: any Message.Type
    let number: Int
    let body: MessagePlace.BodyLength
  }

  private static let byPlace: [Key: Entry] = {
    var types: [Key: Entry] = [:]
    for (number, type) in all.enumerated() {
      for place in type.places {
        for version in OpenFlowVersion.allCases where place.versions.contains(version) {
          types[Key(version: version, identity: place.identity)] = Entry(
            type: type, number: number, body: place.body)
        }
      }
    }
    return types
  }()

  /// The same for those that are known by the header's type alone, by version and type: flow-mods and
  /// packets come in great numbers.
  private static let byType: [Entry?] = OpenFlowVersion.allCases.flatMap { version in
    (UInt8.min ... .max).map { byPlace[Key(version: version, identity: .type($0))] }
  }

  static func entry(_ identity: MessageIdentity, in version: OpenFlowVersion) -> Entry? {
    if case .type(let type) = identity {
      return byType[Int(version.rawValue - OpenFlowVersion.v10.rawValue) << 8 | Int(type)]
    }
    return byPlace[Key(version: version, identity: identity)]
  }

  /// The type of the message that `version` has at `identity`.
  public static func type(
    _ identity: MessageIdentity, in version: OpenFlowVersion
  ) -> (any Message.Type)? {
    entry(identity, in: version)?.type
  }
}

extension MessageCatalog {
  /// Which message these bytes are, as far as their beginning says.
  public static func find(
    _ bytes: [UInt8], _ version: OpenFlowVersion
  ) -> (MessageIdentity, any Message.Type)? {
    guard let identity = identity(bytes, version), let type = type(identity, in: version) else {
      return nil
    }
    return (identity, type)
  }

  public static func identity(_ bytes: [UInt8], _ version: OpenFlowVersion) -> MessageIdentity? {
    guard let header = MessageHeader(bytes) else { return nil }
    var reader = WireReader(bytes[MessageHeader.byteCount...])
    return try? MessageIdentity.read(type: header.type, version, from: &reader).identity
  }
}
