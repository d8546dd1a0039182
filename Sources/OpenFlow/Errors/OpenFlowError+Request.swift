/// Errors about hello and requests, with their numbers in every version.
extension OpenFlowError {
  // Hello failed.
  public static let incompatible = OpenFlowError("OFPHFC_INCOMPATIBLE", .of(.v10..., 0, 0))
  public static let helloNotPermitted = OpenFlowError("OFPHFC_EPERM", .of(.v10..., 0, 1))

  // Bad request.
  public static let badVersion = OpenFlowError("OFPBRC_BAD_VERSION", .of(.v10..., 1, 0))
  public static let badType = OpenFlowError("OFPBRC_BAD_TYPE", .of(.v10..., 1, 1))
  public static let badStat = OpenFlowError("OFPBRC_BAD_STAT", .of(.v10..., 1, 2))
  public static let badVendor = OpenFlowError("OFPBRC_BAD_VENDOR", .of(.v10..., 1, 3))
  public static let badSubtype = OpenFlowError("OFPBRC_BAD_SUBTYPE", .of(.v10..., 1, 4))
  public static let requestNotPermitted = OpenFlowError("OFPBRC_EPERM", .of(.v10..., 1, 5))
  public static let badLength = OpenFlowError("OFPBRC_BAD_LEN", .of(.v10..., 1, 6))
  public static let bufferEmpty = OpenFlowError("OFPBRC_BUFFER_EMPTY", .of(.v10..., 1, 7))
  public static let bufferUnknown = OpenFlowError("OFPBRC_BUFFER_UNKNOWN", .of(.v10..., 1, 8))
  public static let badTableID = OpenFlowError(
    "OFPBRC_BAD_TABLE_ID", .nx(.v10 ... .v10, 1, 512), .of(.v11..., 1, 9))
  public static let isSecondary = OpenFlowError(
    "OFPBRC_IS_SECONDARY", .of(.v10 ... .v11, 1, 5), .of(.v12..., 1, 10))
  public static let badPort = OpenFlowError(
    "OFPBRC_BAD_PORT", .nx(.v10 ... .v11, 1, 514), .of(.v12..., 1, 11))
  public static let badPacket = OpenFlowError("OFPBRC_BAD_PACKET", .of(.v12..., 1, 12))
  public static let multipartBufferOverflow = OpenFlowError(
    "OFPBRC_MULTIPART_BUFFER_OVERFLOW", .of(.v13..., 1, 13))
  public static let multipartRequestTimeout = OpenFlowError(
    "OFPBRC_MULTIPART_REQUEST_TIMEOUT", .onf(.v13 ... .v13, 2640), .of(.v14..., 1, 14))
  public static let multipartReplyTimeout = OpenFlowError(
    "OFPBRC_MULTIPART_REPLY_TIMEOUT", .onf(.v13 ... .v13, 2641), .of(.v14..., 1, 15))
  public static let multipartBadScheduling = OpenFlowError(
    "OFPBRC_MULTIPART_BAD_SCHED", .of(.v15..., 1, 16))
  public static let pipelineFieldsOnly = OpenFlowError(
    "OFPBRC_PIPELINE_FIELDS_ONLY", .of(.v15..., 1, 17))
  public static let unknownBadRequest = OpenFlowError("OFPBRC_UNKNOWN", .of(.v15..., 1, 18))
  public static let nxmInvalid = OpenFlowError(
    "NXBRC_NXM_INVALID", .nx(.v10 ... .v11, 1, 256), .nx(.v12..., 2))
  public static let nxmBadType = OpenFlowError(
    "NXBRC_NXM_BAD_TYPE", .nx(.v10 ... .v11, 1, 257), .nx(.v12..., 3))
  public static let mustBeZero = OpenFlowError(
    "NXBRC_MUST_BE_ZERO", .nx(.v10 ... .v11, 1, 515), .nx(.v12..., 4))
  public static let badReason = OpenFlowError(
    "NXBRC_BAD_REASON", .nx(.v10 ... .v11, 1, 516), .nx(.v12..., 5))
  public static let badFlowMonitorEvent = OpenFlowError(
    "NXBRC_FM_BAD_EVENT", .nx(.v10 ... .v11, 1, 520), .nx(.v12..., 9))
  public static let unencodable = OpenFlowError(
    "NXBRC_UNENCODABLE_ERROR", .nx(.v10 ... .v11, 1, 521), .nx(.v12..., 10))

  static let aboutRequest: [OpenFlowError] = [
    .incompatible, .helloNotPermitted, .badVersion, .badType, .badStat, .badVendor, .badSubtype,
    .requestNotPermitted, .badLength, .bufferEmpty, .bufferUnknown, .badTableID, .isSecondary,
    .badPort, .badPacket, .multipartBufferOverflow, .multipartRequestTimeout,
    .multipartReplyTimeout, .multipartBadScheduling, .pipelineFieldsOnly, .unknownBadRequest,
    .nxmInvalid, .nxmBadType, .mustBeZero, .badReason, .badFlowMonitorEvent, .unencodable,
  ]
}
