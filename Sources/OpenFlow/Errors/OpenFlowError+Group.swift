/// Errors about groups and meters, with their numbers in every version.
extension OpenFlowError {
  // Group-mod failed.
  public static let groupExists = OpenFlowError(
    "OFPGMFC_GROUP_EXISTS", .nx(.v10 ... .v10, 6, 0), .of(.v11..., 6, 0))
  public static let invalidGroup = OpenFlowError(
    "OFPGMFC_INVALID_GROUP", .nx(.v10 ... .v10, 6, 1), .of(.v11..., 6, 1))
  public static let groupWeightUnsupported = OpenFlowError(
    "OFPGMFC_WEIGHT_UNSUPPORTED", .nx(.v10 ... .v10, 6, 2), .of(.v11..., 6, 2))
  public static let outOfGroups = OpenFlowError(
    "OFPGMFC_OUT_OF_GROUPS", .nx(.v10 ... .v10, 6, 3), .of(.v11..., 6, 3))
  public static let outOfBuckets = OpenFlowError(
    "OFPGMFC_OUT_OF_BUCKETS", .nx(.v10 ... .v10, 6, 4), .of(.v11..., 6, 4))
  public static let groupChainingUnsupported = OpenFlowError(
    "OFPGMFC_CHAINING_UNSUPPORTED", .nx(.v10 ... .v10, 6, 5), .of(.v11..., 6, 5))
  public static let groupWatchUnsupported = OpenFlowError(
    "OFPGMFC_WATCH_UNSUPPORTED", .nx(.v10 ... .v10, 6, 6), .of(.v11..., 6, 6))
  public static let groupLoop = OpenFlowError(
    "OFPGMFC_LOOP", .nx(.v10 ... .v10, 6, 7), .of(.v11..., 6, 7))
  public static let unknownGroup = OpenFlowError(
    "OFPGMFC_UNKNOWN_GROUP", .nx(.v10 ... .v10, 6, 8), .of(.v11..., 6, 8))
  public static let chainedGroup = OpenFlowError(
    "OFPGMFC_CHAINED_GROUP", .nx(.v10 ... .v10, 6, 9), .of(.v12..., 6, 9))
  public static let badGroupType = OpenFlowError(
    "OFPGMFC_BAD_TYPE", .nx(.v10 ... .v10, 6, 10), .of(.v12..., 6, 10))
  public static let badGroupCommand = OpenFlowError(
    "OFPGMFC_BAD_COMMAND", .nx(.v10 ... .v10, 6, 11), .of(.v12..., 6, 11))
  public static let badBucket = OpenFlowError(
    "OFPGMFC_BAD_BUCKET", .nx(.v10 ... .v10, 6, 12), .of(.v12..., 6, 12))
  public static let badWatch = OpenFlowError(
    "OFPGMFC_BAD_WATCH", .nx(.v10 ... .v10, 6, 13), .of(.v12..., 6, 13))
  public static let groupModNotPermitted = OpenFlowError(
    "OFPGMFC_EPERM", .nx(.v10 ... .v10, 6, 14), .of(.v12..., 6, 14))
  public static let unknownBucket = OpenFlowError(
    "OFPGMFC_UNKNOWN_BUCKET", .nx(.v10 ... .v10, 6, 15), .of(.v15..., 6, 15))
  public static let bucketExists = OpenFlowError(
    "OFPGMFC_BUCKET_EXISTS", .nx(.v10 ... .v10, 6, 16), .of(.v15..., 6, 16))

  // Meter-mod failed.
  public static let unknownMeterModFailure = OpenFlowError("OFPMMFC_UNKNOWN", .of(.v13..., 12, 0))
  public static let meterExists = OpenFlowError("OFPMMFC_METER_EXISTS", .of(.v13..., 12, 1))
  public static let invalidMeter = OpenFlowError("OFPMMFC_INVALID_METER", .of(.v13..., 12, 2))
  public static let unknownMeter = OpenFlowError("OFPMMFC_UNKNOWN_METER", .of(.v13..., 12, 3))
  public static let badMeterCommand = OpenFlowError("OFPMMFC_BAD_COMMAND", .of(.v13..., 12, 4))
  public static let badMeterFlags = OpenFlowError("OFPMMFC_BAD_FLAGS", .of(.v13..., 12, 5))
  public static let badMeterRate = OpenFlowError("OFPMMFC_BAD_RATE", .of(.v13..., 12, 6))
  public static let badMeterBurst = OpenFlowError("OFPMMFC_BAD_BURST", .of(.v13..., 12, 7))
  public static let badMeterBand = OpenFlowError("OFPMMFC_BAD_BAND", .of(.v13..., 12, 8))
  public static let badMeterBandValue = OpenFlowError("OFPMMFC_BAD_BAND_VALUE", .of(.v13..., 12, 9))
  public static let outOfMeters = OpenFlowError("OFPMMFC_OUT_OF_METERS", .of(.v13..., 12, 10))
  public static let outOfMeterBands = OpenFlowError("OFPMMFC_OUT_OF_BANDS", .of(.v13..., 12, 11))

  static let aboutGroup: [OpenFlowError] = [
    .groupExists, .invalidGroup, .groupWeightUnsupported, .outOfGroups, .outOfBuckets,
    .groupChainingUnsupported, .groupWatchUnsupported, .groupLoop, .unknownGroup, .chainedGroup,
    .badGroupType, .badGroupCommand, .badBucket, .badWatch, .groupModNotPermitted, .unknownBucket,
    .bucketExists, .unknownMeterModFailure, .meterExists, .invalidMeter, .unknownMeter,
    .badMeterCommand, .badMeterFlags, .badMeterRate, .badMeterBurst, .badMeterBand,
    .badMeterBandValue, .outOfMeters, .outOfMeterBands,
  ]
}
