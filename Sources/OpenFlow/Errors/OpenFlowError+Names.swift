extension OpenFlowError {
  private static func nicira(_ name: String, _ type: UInt16, _ code: UInt16) -> OpenFlowError {
    OpenFlowError(name, type, code, isNicira: true)
  }

  /// An error of a later version: OpenFlow 1.0 can only be told that there was one.
  private static func unencodable(_ name: String) -> OpenFlowError { nicira(name, 1, 521) }

  // Hello failed.
  public static let incompatible = OpenFlowError("OFPHFC_INCOMPATIBLE", 0, 0)

  // Bad request.
  public static let badVersion = OpenFlowError("OFPBRC_BAD_VERSION", 1, 0)
  public static let badType = OpenFlowError("OFPBRC_BAD_TYPE", 1, 1)
  public static let badStat = OpenFlowError("OFPBRC_BAD_STAT", 1, 2)
  public static let badVendor = OpenFlowError("OFPBRC_BAD_VENDOR", 1, 3)
  public static let badSubtype = OpenFlowError("OFPBRC_BAD_SUBTYPE", 1, 4)
  public static let requestNotPermitted = OpenFlowError("OFPBRC_EPERM", 1, 5)
  public static let badLength = OpenFlowError("OFPBRC_BAD_LEN", 1, 6)
  public static let bufferEmpty = OpenFlowError("OFPBRC_BUFFER_EMPTY", 1, 7)
  public static let bufferUnknown = OpenFlowError("OFPBRC_BUFFER_UNKNOWN", 1, 8)
  public static let badTableID = nicira("OFPBRC_BAD_TABLE_ID", 1, 512)
  public static let badPort = nicira("OFPBRC_BAD_PORT", 1, 514)
  public static let nxmInvalid = nicira("NXBRC_NXM_INVALID", 1, 256)
  public static let mustBeZero = nicira("NXBRC_MUST_BE_ZERO", 1, 515)
  public static let badReason = nicira("NXBRC_BAD_REASON", 1, 516)

  // Bad action.
  public static let badActionType = OpenFlowError("OFPBAC_BAD_TYPE", 2, 0)
  public static let badActionLength = OpenFlowError("OFPBAC_BAD_LEN", 2, 1)
  public static let badActionVendor = OpenFlowError("OFPBAC_BAD_VENDOR", 2, 2)
  public static let badActionVendorType = OpenFlowError("OFPBAC_BAD_VENDOR_TYPE", 2, 3)
  public static let badOutPort = OpenFlowError("OFPBAC_BAD_OUT_PORT", 2, 4)
  public static let badActionArgument = OpenFlowError("OFPBAC_BAD_ARGUMENT", 2, 5)
  public static let actionNotPermitted = OpenFlowError("OFPBAC_EPERM", 2, 6)
  public static let tooManyActions = OpenFlowError("OFPBAC_TOO_MANY", 2, 7)
  public static let badActionQueue = OpenFlowError("OFPBAC_BAD_QUEUE", 2, 8)
  public static let actionMustBeZero = nicira("NXBAC_MUST_BE_ZERO", 2, 256)
  public static let matchInconsistent = nicira("OFPBAC_MATCH_INCONSISTENT", 1, 522)
  public static let badTag = unencodable("OFPBAC_BAD_TAG")
  public static let badSetType = nicira("OFPBAC_BAD_SET_TYPE", 1, 523)
  public static let badSetLength = nicira("OFPBAC_BAD_SET_LEN", 1, 524)
  public static let badSetArgument = nicira("OFPBAC_BAD_SET_ARGUMENT", 1, 525)

  // Bad match: OpenFlow 1.0 has no such type.
  public static let badMatchLength = unencodable("OFPBMC_BAD_LEN")
  public static let badMatchWildcards = nicira("OFPBMC_BAD_WILDCARDS", 1, 262)
  public static let badMatchField = nicira("OFPBMC_BAD_FIELD", 0, 263)
  public static let badMatchValue = nicira("OFPBMC_BAD_VALUE", 1, 258)
  public static let badMatchMask = nicira("OFPBMC_BAD_MASK", 1, 259)
  public static let badMatchPrerequisite = nicira("OFPBMC_BAD_PREREQ", 1, 260)
  public static let duplicateMatchField = nicira("OFPBMC_DUP_FIELD", 1, 261)

  // Flow-mod failed.
  public static let tableFull = OpenFlowError("OFPFMFC_TABLE_FULL", 3, 0)
  public static let overlap = OpenFlowError("OFPFMFC_OVERLAP", 3, 1)
  public static let flowModNotPermitted = OpenFlowError("OFPFMFC_EPERM", 3, 2)
  public static let badEmergencyTimeout = OpenFlowError("OFPFMFC_BAD_EMERG_TIMEOUT", 3, 3)
  public static let badCommand = OpenFlowError("OFPFMFC_BAD_COMMAND", 3, 4)
  public static let unsupportedActions = OpenFlowError("OFPFMFC_UNSUPPORTED", 3, 5)
  public static let badFlags = nicira("OFPFMFC_BAD_FLAGS", 3, 258)
  public static let badFlowModTableID = nicira("NXFMFC_BAD_TABLE_ID", 5, 257)

  // Port-mod failed.
  public static let portModBadPort = OpenFlowError("OFPPMFC_BAD_PORT", 4, 0)
  public static let portModBadAddress = OpenFlowError("OFPPMFC_BAD_HW_ADDR", 4, 1)

  // Switch configuration failed.
  public static let badConfigFlags = unencodable("OFPSCFC_BAD_FLAGS")

  // Queue operation failed.
  public static let badQueuePort = OpenFlowError("OFPQOFC_BAD_PORT", 5, 0)
  public static let badQueue = OpenFlowError("OFPQOFC_BAD_QUEUE", 5, 1)
}
