/// Errors about roles, news, bundles, monitors and Nicira's extensions, with their numbers in every version.
extension OpenFlowError {
  // Role request failed.
  public static let staleRole = OpenFlowError("OFPRRFC_STALE", .of(.v12..., 11, 0))
  public static let unsupportedRole = OpenFlowError("OFPRRFC_UNSUP", .of(.v12..., 11, 1))
  public static let badRole = OpenFlowError(
    "OFPRRFC_BAD_ROLE", .nx(.v10 ... .v11, 1, 513), .of(.v12..., 11, 2))
  public static let controllerIDUnsupported = OpenFlowError("OFPRRFC_ID_UNSUP", .of(.v15..., 11, 3))
  public static let controllerIDInUse = OpenFlowError("OFPRRFC_ID_IN_USE", .of(.v15..., 11, 4))

  // Async configuration failed.
  public static let invalidAsyncConfig = OpenFlowError(
    "OFPACFC_INVALID", .onf(.v13 ... .v13, 2370), .of(.v14..., 15, 0))
  public static let unsupportedAsyncConfig = OpenFlowError(
    "OFPACFC_UNSUPPORTED", .onf(.v13 ... .v13, 2371), .of(.v14..., 15, 1))
  public static let asyncConfigNotPermitted = OpenFlowError(
    "OFPACFC_EPERM", .onf(.v13 ... .v13, 2372), .of(.v14..., 15, 2))

  // Bundle failed.
  public static let unknownBundleFailure = OpenFlowError(
    "OFPBFC_UNKNOWN", .onf(.v13 ... .v13, 2300), .of(.v14..., 17, 0))
  public static let bundleNotPermitted = OpenFlowError(
    "OFPBFC_EPERM", .onf(.v13 ... .v13, 2301), .of(.v14..., 17, 1))
  public static let badBundleID = OpenFlowError(
    "OFPBFC_BAD_ID", .onf(.v13 ... .v13, 2302), .of(.v14..., 17, 2))
  public static let bundleExists = OpenFlowError(
    "OFPBFC_BUNDLE_EXIST", .onf(.v13 ... .v13, 2303), .of(.v14..., 17, 3))
  public static let bundleClosed = OpenFlowError(
    "OFPBFC_BUNDLE_CLOSED", .onf(.v13 ... .v13, 2304), .of(.v14..., 17, 4))
  public static let outOfBundles = OpenFlowError(
    "OFPBFC_OUT_OF_BUNDLES", .onf(.v13 ... .v13, 2305), .of(.v14..., 17, 5))
  public static let badBundleType = OpenFlowError(
    "OFPBFC_BAD_TYPE", .onf(.v13 ... .v13, 2306), .of(.v14..., 17, 6))
  public static let badBundleFlags = OpenFlowError(
    "OFPBFC_BAD_FLAGS", .onf(.v13 ... .v13, 2307), .of(.v14..., 17, 7))
  public static let bundleMessageBadLength = OpenFlowError(
    "OFPBFC_MSG_BAD_LEN", .onf(.v13 ... .v13, 2308), .of(.v14..., 17, 8))
  public static let bundleMessageBadXID = OpenFlowError(
    "OFPBFC_MSG_BAD_XID", .onf(.v13 ... .v13, 2309), .of(.v14..., 17, 9))
  public static let bundleMessageUnsupported = OpenFlowError(
    "OFPBFC_MSG_UNSUP", .onf(.v13 ... .v13, 2310), .of(.v14..., 17, 10))
  public static let bundleMessageConflict = OpenFlowError(
    "OFPBFC_MSG_CONFLICT", .onf(.v13 ... .v13, 2311), .of(.v14..., 17, 11))
  public static let bundleTooManyMessages = OpenFlowError(
    "OFPBFC_MSG_TOO_MANY", .onf(.v13 ... .v13, 2312), .of(.v14..., 17, 12))
  public static let bundleMessageFailed = OpenFlowError(
    "OFPBFC_MSG_FAILED", .onf(.v13 ... .v13, 2313), .of(.v14..., 17, 13))
  public static let bundleTimeout = OpenFlowError(
    "OFPBFC_TIMEOUT", .onf(.v13 ... .v13, 2314), .of(.v14..., 17, 14))
  public static let bundleInProgress = OpenFlowError(
    "OFPBFC_BUNDLE_IN_PROGRESS", .onf(.v13 ... .v13, 2315), .of(.v14..., 17, 15))
  public static let bundleSchedulingUnsupported = OpenFlowError(
    "OFPBFC_SCHED_NOT_SUPPORTED", .of(.v15..., 17, 16))
  public static let bundleScheduledTooLate = OpenFlowError(
    "OFPBFC_SCHED_FUTURE", .of(.v15..., 17, 17))
  public static let bundleScheduledTooEarly = OpenFlowError(
    "OFPBFC_SCHED_PAST", .of(.v15..., 17, 18))
  public static let bundleMessageBadVersion = OpenFlowError(
    "OFPBFC_BAD_VERSION", .nx(.v14 ... .v15, 22))

  // Flow monitor failed.
  public static let unknownFlowMonitorFailure = OpenFlowError(
    "OFPMOFC_UNKNOWN", .of(.v14..., 16, 0))
  public static let flowMonitorExists = OpenFlowError(
    "OFPMOFC_MONITOR_EXISTS", .nx(.v10 ... .v11, 1, 517), .nx(.v12 ... .v13, 6),
    .of(.v14..., 16, 1))
  public static let invalidFlowMonitor = OpenFlowError(
    "OFPMOFC_INVALID_MONITOR", .of(.v14..., 16, 2))
  public static let unknownFlowMonitor = OpenFlowError(
    "OFPMOFC_UNKNOWN_MONITOR", .nx(.v10 ... .v11, 1, 519), .nx(.v12 ... .v13, 8),
    .of(.v14..., 16, 3))
  public static let badFlowMonitorCommand = OpenFlowError(
    "OFPMOFC_BAD_COMMAND", .of(.v14..., 16, 4))
  public static let badFlowMonitorFlags = OpenFlowError(
    "OFPMOFC_BAD_FLAGS", .nx(.v10 ... .v11, 1, 518), .nx(.v12 ... .v13, 7), .of(.v14..., 16, 5))
  public static let badFlowMonitorTableID = OpenFlowError(
    "OFPMOFC_BAD_TABLE_ID", .of(.v14..., 16, 6))
  public static let badFlowMonitorOut = OpenFlowError("OFPMOFC_BAD_OUT", .of(.v14..., 16, 7))

  // TLV table-mod failed.
  public static let badTLVTableCommand = OpenFlowError(
    "NXTTMFC_BAD_COMMAND", .nx(.v10 ... .v11, 1, 527), .nx(.v12..., 16))
  public static let badTLVOptionLength = OpenFlowError(
    "NXTTMFC_BAD_OPT_LEN", .nx(.v10 ... .v11, 1, 528), .nx(.v12..., 17))
  public static let badTLVFieldIndex = OpenFlowError(
    "NXTTMFC_BAD_FIELD_IDX", .nx(.v10 ... .v11, 1, 529), .nx(.v12..., 18))
  public static let tlvTableFull = OpenFlowError(
    "NXTTMFC_TABLE_FULL", .nx(.v10 ... .v11, 1, 530), .nx(.v12..., 19))
  public static let tlvFieldAlreadyMapped = OpenFlowError(
    "NXTTMFC_ALREADY_MAPPED", .nx(.v10 ... .v11, 1, 531), .nx(.v12..., 20))
  public static let duplicateTLVOption = OpenFlowError(
    "NXTTMFC_DUP_ENTRY", .nx(.v10 ... .v11, 1, 532), .nx(.v12..., 21))
  public static let tlvFieldInUse = OpenFlowError(
    "NXTTMFC_INVALID_TLV_DEL", .nx(.v10 ... .v11, 1, 537), .nx(.v12..., 38))

  // Resume.
  public static let resumeUnsupported = OpenFlowError(
    "NXR_NOT_SUPPORTED", .nx(.v10 ... .v11, 1, 533), .nx(.v12..., 34))
  public static let staleContinuation = OpenFlowError(
    "NXR_STALE", .nx(.v10 ... .v11, 1, 534), .nx(.v12..., 35))

  // Statistics.
  public static let notConfigured = OpenFlowError(
    "NXST_NOT_CONFIGURED", .nx(.v10 ... .v11, 1, 535), .nx(.v12..., 36))

  static let aboutController: [OpenFlowError] = [
    .staleRole, .unsupportedRole, .badRole, .controllerIDUnsupported, .controllerIDInUse,
    .invalidAsyncConfig, .unsupportedAsyncConfig, .asyncConfigNotPermitted, .unknownBundleFailure,
    .bundleNotPermitted, .badBundleID, .bundleExists, .bundleClosed, .outOfBundles, .badBundleType,
    .badBundleFlags, .bundleMessageBadLength, .bundleMessageBadXID, .bundleMessageUnsupported,
    .bundleMessageConflict, .bundleTooManyMessages, .bundleMessageFailed, .bundleTimeout,
    .bundleInProgress, .bundleSchedulingUnsupported, .bundleScheduledTooLate,
    .bundleScheduledTooEarly, .bundleMessageBadVersion, .unknownFlowMonitorFailure,
    .flowMonitorExists, .invalidFlowMonitor, .unknownFlowMonitor, .badFlowMonitorCommand,
    .badFlowMonitorFlags, .badFlowMonitorTableID, .badFlowMonitorOut, .badTLVTableCommand,
    .badTLVOptionLength, .badTLVFieldIndex, .tlvTableFull, .tlvFieldAlreadyMapped,
    .duplicateTLVOption, .tlvFieldInUse, .resumeUnsupported, .staleContinuation, .notConfigured,
  ]
}
