/// Errors about ports, queues and the switch's configuration, with their numbers in every version.
extension OpenFlowError {
  // Port-mod failed.
  public static let portModBadPort = OpenFlowError(
    "OFPPMFC_BAD_PORT", .of(.v10 ... .v10, 4, 0), .of(.v11..., 7, 0))
  public static let portModBadAddress = OpenFlowError(
    "OFPPMFC_BAD_HW_ADDR", .of(.v10 ... .v10, 4, 1), .of(.v11..., 7, 1))
  public static let portModBadConfig = OpenFlowError("OFPPMFC_BAD_CONFIG", .of(.v11..., 7, 2))
  public static let portModBadAdvertise = OpenFlowError("OFPPMFC_BAD_ADVERTISE", .of(.v11..., 7, 3))
  public static let portModNotPermitted = OpenFlowError("OFPPMFC_EPERM", .of(.v12..., 7, 4))

  // Queue operation failed.
  public static let badQueuePort = OpenFlowError(
    "OFPQOFC_BAD_PORT", .of(.v10 ... .v10, 5, 0), .of(.v11..., 9, 0))
  public static let badQueue = OpenFlowError(
    "OFPQOFC_BAD_QUEUE", .of(.v10 ... .v10, 5, 1), .of(.v11..., 9, 1))
  public static let queueNotPermitted = OpenFlowError(
    "OFPQOFC_EPERM", .of(.v10 ... .v10, 5, 2), .of(.v11..., 9, 2))
  public static let queueError = OpenFlowError("NXQOFC_QUEUE_ERROR", .nx(.v14..., 23))

  // Switch configuration failed.
  public static let badConfigFlags = OpenFlowError("OFPSCFC_BAD_FLAGS", .of(.v11..., 10, 0))
  public static let badConfigLength = OpenFlowError("OFPSCFC_BAD_LEN", .of(.v11..., 10, 1))
  public static let configNotPermitted = OpenFlowError("OFPSCFC_EPERM", .of(.v12..., 10, 2))

  static let aboutPort: [OpenFlowError] = [
    .portModBadPort, .portModBadAddress, .portModBadConfig, .portModBadAdvertise,
    .portModNotPermitted, .badQueuePort, .badQueue, .queueNotPermitted, .queueError,
    .badConfigFlags, .badConfigLength, .configNotPermitted,
  ]
}
