/// Every message that the switch knows, once.
public enum MessageCatalog {
  public static let all: [any Message.Type] = [
    Hello.self, ErrorMessage.self, EchoRequest.self, EchoReply.self,
    FeaturesRequest.self, FeaturesReply.self,
    GetConfigRequest.self, GetConfigReply.self, SetConfig.self,
    PacketOut.self, FlowMod.self, PortMod.self, PortStatus.self,
    BarrierRequest.self, BarrierReply.self,
    SetFlowFormat.self, FlowModTableID.self,
    DescriptionRequest.self, DescriptionReply.self,
    FlowStatsRequest.self, FlowStatsReply.self,
    AggregateStatsRequest.self, AggregateStatsReply.self,
    TableStatsRequest.self, TableStatsReply.self,
    PortStatsRequest.self, PortStatsReply.self,
    QueueStatsRequest.self, QueueStatsReply.self,
    QueueConfigRequest.self, QueueConfigReply.self,
    PortDescriptionRequest.self, PortDescriptionReply.self,
  ]

  private struct Key: Hashable {
    let version: OpenFlowVersion
    let identity: MessageIdentity
  }

  private static let byPlace: [Key: any Message.Type] = {
    var types: [Key: any Message.Type] = [:]
    for type in all {
      for place in type.places {
        for version in OpenFlowVersion.allCases where place.versions.contains(version) {
          types[Key(version: version, identity: place.identity)] = type
        }
      }
    }
    return types
  }()

  /// The type of the message that `version` has at `identity`.
  public static func type(
    _ identity: MessageIdentity, in version: OpenFlowVersion
  ) -> (any Message.Type)? {
    byPlace[Key(version: version, identity: identity)]
  }
}
