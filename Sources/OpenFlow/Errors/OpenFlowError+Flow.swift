/// Errors about matches and flows, with their numbers in every version.
extension OpenFlowError {
  // Bad match.
  public static let badMatchType = OpenFlowError("OFPBMC_BAD_TYPE", .of(.v11..., 4, 0))
  public static let badMatchLength = OpenFlowError("OFPBMC_BAD_LEN", .of(.v11..., 4, 1))
  public static let badMatchTag = OpenFlowError("OFPBMC_BAD_TAG", .of(.v11..., 4, 2))
  public static let badEthernetAddressMask = OpenFlowError(
    "OFPBMC_BAD_DL_ADDR_MASK", .of(.v11..., 4, 3))
  public static let badNetworkAddressMask = OpenFlowError(
    "OFPBMC_BAD_NW_ADDR_MASK", .of(.v11..., 4, 4))
  public static let badMatchWildcards = OpenFlowError(
    "OFPBMC_BAD_WILDCARDS", .nx(.v10 ... .v10, 1, 262), .of(.v11..., 4, 5))
  public static let badMatchField = OpenFlowError(
    "OFPBMC_BAD_FIELD", .nx(.v10 ... .v10, 0, 263), .of(.v11..., 4, 6))
  public static let badMatchValue = OpenFlowError(
    "OFPBMC_BAD_VALUE", .nx(.v10 ... .v10, 1, 258), .of(.v11..., 4, 7))
  public static let badMatchMask = OpenFlowError(
    "OFPBMC_BAD_MASK", .nx(.v10 ... .v11, 1, 259), .of(.v12..., 4, 8))
  public static let badMatchPrerequisite = OpenFlowError(
    "OFPBMC_BAD_PREREQ", .nx(.v10 ... .v11, 1, 260), .of(.v12..., 4, 9))
  public static let duplicateMatchField = OpenFlowError(
    "OFPBMC_DUP_FIELD", .nx(.v10 ... .v11, 1, 261), .of(.v12..., 4, 10))
  public static let matchNotPermitted = OpenFlowError("OFPBMC_EPERM", .of(.v12..., 4, 11))
  public static let matchNeedsConnectionTracking = OpenFlowError(
    "NXBMC_CT_DATAPATH_SUPPORT", .nx(.v10 ... .v11, 1, 264), .nx(.v12..., 43))

  // Flow-mod failed.
  public static let unknownFlowModFailure = OpenFlowError("OFPFMFC_UNKNOWN", .of(.v11..., 5, 0))
  public static let tableFull = OpenFlowError(
    "OFPFMFC_TABLE_FULL", .of(.v10 ... .v10, 3, 0), .of(.v11..., 5, 1))
  public static let flowModBadTableID = OpenFlowError("OFPFMFC_BAD_TABLE_ID", .of(.v11..., 5, 2))
  public static let overlap = OpenFlowError(
    "OFPFMFC_OVERLAP", .of(.v10 ... .v10, 3, 1), .of(.v11..., 5, 3))
  public static let flowModNotPermitted = OpenFlowError(
    "OFPFMFC_EPERM", .of(.v10 ... .v10, 3, 2), .of(.v11..., 5, 4))
  public static let badTimeout = OpenFlowError("OFPFMFC_BAD_TIMEOUT", .of(.v11..., 5, 5))
  public static let badEmergencyTimeout = OpenFlowError(
    "OFPFMFC_BAD_EMERG_TIMEOUT", .of(.v10 ... .v10, 3, 3))
  public static let badCommand = OpenFlowError(
    "OFPFMFC_BAD_COMMAND", .of(.v10 ... .v10, 3, 4), .of(.v11..., 5, 6))
  public static let badFlags = OpenFlowError(
    "OFPFMFC_BAD_FLAGS", .nx(.v10 ... .v10, 3, 258), .nx(.v11 ... .v11, 5, 258), .of(.v12..., 5, 7))
  public static let cannotSynchronize = OpenFlowError("OFPFMFC_CANT_SYNC", .of(.v14..., 5, 8))
  public static let badPriority = OpenFlowError(
    "OFPFMFC_BAD_PRIORITY", .onf(.v13 ... .v13, 2360), .of(.v14..., 5, 9))
  public static let isSynchronized = OpenFlowError("OFPFMFC_IS_SYNC", .of(.v14..., 5, 10))
  public static let unsupportedActions = OpenFlowError(
    "OFPFMFC_UNSUPPORTED", .of(.v10 ... .v10, 3, 5))
  public static let hardwareFailure = OpenFlowError(
    "NXFMFC_HARDWARE", .nx(.v10 ... .v11, 5, 256), .nx(.v12..., 12))
  public static let badFlowModTableID = OpenFlowError(
    "NXFMFC_BAD_TABLE_ID", .nx(.v10 ... .v11, 5, 257), .nx(.v12..., 13))
  public static let invalidTLVField = OpenFlowError(
    "NXFMFC_INVALID_TLV_FIELD", .nx(.v10 ... .v11, 1, 536), .nx(.v12..., 37))

  static let aboutFlow: [OpenFlowError] = [
    .badMatchType, .badMatchLength, .badMatchTag, .badEthernetAddressMask, .badNetworkAddressMask,
    .badMatchWildcards, .badMatchField, .badMatchValue, .badMatchMask, .badMatchPrerequisite,
    .duplicateMatchField, .matchNotPermitted, .matchNeedsConnectionTracking,
    .unknownFlowModFailure, .tableFull, .flowModBadTableID, .overlap, .flowModNotPermitted,
    .badTimeout, .badEmergencyTimeout, .badCommand, .badFlags, .cannotSynchronize, .badPriority,
    .isSynchronized, .unsupportedActions, .hardwareFailure, .badFlowModTableID, .invalidTLVField,
  ]
}
