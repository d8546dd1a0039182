/// Errors about actions and instructions, with their numbers in every version.
extension OpenFlowError {
  // Bad action.
  public static let badActionType = OpenFlowError("OFPBAC_BAD_TYPE", .of(.v10..., 2, 0))
  public static let badActionLength = OpenFlowError("OFPBAC_BAD_LEN", .of(.v10..., 2, 1))
  public static let badActionVendor = OpenFlowError("OFPBAC_BAD_VENDOR", .of(.v10..., 2, 2))
  public static let badActionVendorType = OpenFlowError(
    "OFPBAC_BAD_VENDOR_TYPE", .of(.v10..., 2, 3))
  public static let badOutPort = OpenFlowError("OFPBAC_BAD_OUT_PORT", .of(.v10..., 2, 4))
  public static let badActionArgument = OpenFlowError("OFPBAC_BAD_ARGUMENT", .of(.v10..., 2, 5))
  public static let actionNotPermitted = OpenFlowError("OFPBAC_EPERM", .of(.v10..., 2, 6))
  public static let tooManyActions = OpenFlowError("OFPBAC_TOO_MANY", .of(.v10..., 2, 7))
  public static let badActionQueue = OpenFlowError("OFPBAC_BAD_QUEUE", .of(.v10..., 2, 8))
  public static let badOutGroup = OpenFlowError(
    "OFPBAC_BAD_OUT_GROUP", .nx(.v10 ... .v10, 2, 9), .of(.v11..., 2, 9))
  public static let matchInconsistent = OpenFlowError(
    "OFPBAC_MATCH_INCONSISTENT", .nx(.v10 ... .v10, 1, 522), .of(.v11..., 2, 10))
  public static let unsupportedActionOrder = OpenFlowError(
    "OFPBAC_UNSUPPORTED_ORDER", .of(.v11..., 2, 11))
  public static let badTag = OpenFlowError("OFPBAC_BAD_TAG", .of(.v11..., 2, 12))
  public static let badSetType = OpenFlowError(
    "OFPBAC_BAD_SET_TYPE", .nx(.v10 ... .v11, 1, 523), .of(.v12..., 2, 13))
  public static let badSetLength = OpenFlowError(
    "OFPBAC_BAD_SET_LEN", .nx(.v10 ... .v11, 1, 524), .of(.v12..., 2, 14))
  public static let badSetArgument = OpenFlowError(
    "OFPBAC_BAD_SET_ARGUMENT", .nx(.v10 ... .v11, 1, 525), .of(.v12..., 2, 15))
  public static let badSetMask = OpenFlowError(
    "OFPBAC_BAD_SET_MASK", .onf(.v13 ... .v14, 4250), .of(.v15..., 2, 16))
  public static let badActionMeter = OpenFlowError("OFPBAC_BAD_METER", .of(.v15..., 2, 17))
  public static let actionMustBeZero = OpenFlowError(
    "NXBAC_MUST_BE_ZERO", .nx(.v10 ... .v11, 2, 256), .nx(.v12..., 11))
  public static let badConjunction = OpenFlowError(
    "NXBAC_BAD_CONJUNCTION", .nx(.v10 ... .v11, 2, 526), .nx(.v12..., 15))
  public static let badHeaderType = OpenFlowError("NXBAC_BAD_HEADER_TYPE", .nx(.v13..., 39))
  public static let unknownEncapProperty = OpenFlowError("NXBAC_UNKNOWN_ED_PROP", .nx(.v13..., 40))
  public static let badEncapProperty = OpenFlowError("NXBAC_BAD_ED_PROP", .nx(.v13..., 41))
  public static let actionNeedsConnectionTracking = OpenFlowError(
    "NXBAC_CT_DATAPATH_SUPPORT", .nx(.v10 ... .v11, 1, 265), .nx(.v12..., 42))

  // Bad instruction.
  public static let unknownInstruction = OpenFlowError("OFPBIC_UNKNOWN_INST", .of(.v11..., 3, 0))
  public static let unsupportedInstruction = OpenFlowError(
    "OFPBIC_UNSUP_INST", .nx(.v10 ... .v10, 2, 257), .of(.v11..., 3, 1))
  public static let badInstructionTableID = OpenFlowError("OFPBIC_BAD_TABLE_ID", .of(.v11..., 3, 2))
  public static let unsupportedMetadata = OpenFlowError("OFPBIC_UNSUP_METADATA", .of(.v11..., 3, 3))
  public static let unsupportedMetadataMask = OpenFlowError(
    "OFPBIC_UNSUP_METADATA_MASK", .of(.v11..., 3, 4))
  public static let badInstructionExperimenter = OpenFlowError(
    "OFPBIC_BAD_EXPERIMENTER", .of(.v11..., 3, 5))
  public static let badInstructionExperimenterType = OpenFlowError(
    "OFPBIC_BAD_EXP_TYPE", .of(.v11 ... .v11, 3, 5), .of(.v12..., 3, 6))
  public static let badInstructionLength = OpenFlowError("OFPBIC_BAD_LEN", .of(.v12..., 3, 7))
  public static let instructionNotPermitted = OpenFlowError("OFPBIC_EPERM", .of(.v12..., 3, 8))
  public static let duplicateInstruction = OpenFlowError(
    "OFPBIC_DUP_INST", .nx(.v11 ... .v11, 3, 256), .onf(.v12 ... .v13, 2600), .of(.v14..., 3, 9))

  static let aboutAction: [OpenFlowError] = [
    .badActionType, .badActionLength, .badActionVendor, .badActionVendorType, .badOutPort,
    .badActionArgument, .actionNotPermitted, .tooManyActions, .badActionQueue, .badOutGroup,
    .matchInconsistent, .unsupportedActionOrder, .badTag, .badSetType, .badSetLength,
    .badSetArgument, .badSetMask, .badActionMeter, .actionMustBeZero, .badConjunction,
    .badHeaderType, .unknownEncapProperty, .badEncapProperty, .actionNeedsConnectionTracking,
    .unknownInstruction, .unsupportedInstruction, .badInstructionTableID, .unsupportedMetadata,
    .unsupportedMetadataMask, .badInstructionExperimenter, .badInstructionExperimenterType,
    .badInstructionLength, .instructionNotPermitted, .duplicateInstruction,
  ]
}
