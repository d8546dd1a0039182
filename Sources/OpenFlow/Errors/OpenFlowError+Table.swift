/// Errors about tables and properties, with their numbers in every version.
extension OpenFlowError {
  // Table-mod failed.
  public static let tableModBadTable = OpenFlowError("OFPTMFC_BAD_TABLE", .of(.v11..., 8, 0))
  public static let tableModBadConfig = OpenFlowError("OFPTMFC_BAD_CONFIG", .of(.v11..., 8, 1))
  public static let tableModNotPermitted = OpenFlowError("OFPTMFC_EPERM", .of(.v12..., 8, 2))

  // Table features failed.
  public static let tableFeaturesBadTable = OpenFlowError("OFPTFFC_BAD_TABLE", .of(.v13..., 13, 0))
  public static let tableFeaturesBadMetadata = OpenFlowError(
    "OFPTFFC_BAD_METADATA", .of(.v13..., 13, 1))
  public static let tableFeaturesNotPermitted = OpenFlowError("OFPTFFC_EPERM", .of(.v13..., 13, 5))
  public static let tableFeaturesBadCapability = OpenFlowError(
    "OFPTFFC_BAD_CAPA", .of(.v15..., 13, 6))
  public static let tableFeaturesBadMaxEntries = OpenFlowError(
    "OFPTFFC_BAD_MAX_ENT", .of(.v15..., 13, 7))
  public static let tableFeaturesBadFeatures = OpenFlowError(
    "OFPTFFC_BAD_FEATURES", .of(.v15..., 13, 8))
  public static let tableFeaturesBadCommand = OpenFlowError(
    "OFPTFFC_BAD_COMMAND", .of(.v15..., 13, 9))
  public static let tooManyTables = OpenFlowError("OFPTFFC_TOO_MANY", .of(.v15..., 13, 10))
  public static let duplicateTable = OpenFlowError("NXTFFC_DUP_TABLE", .nx(.v13..., 44))

  // Bad property.
  public static let badPropertyType = OpenFlowError(
    "OFPBPC_BAD_TYPE", .nx(.v10 ... .v11, 13, 2), .nx(.v12 ... .v12, 25),
    .of(.v13 ... .v13, 13, 2), .of(.v14..., 14, 0))
  public static let badPropertyLength = OpenFlowError(
    "OFPBPC_BAD_LEN", .nx(.v10 ... .v11, 13, 3), .nx(.v12 ... .v12, 26),
    .of(.v13 ... .v13, 13, 3), .of(.v14..., 14, 1))
  public static let badPropertyValue = OpenFlowError(
    "OFPBPC_BAD_VALUE", .nx(.v10 ... .v11, 13, 4), .nx(.v12 ... .v12, 27),
    .of(.v13 ... .v13, 13, 4), .of(.v14..., 14, 2))
  public static let tooManyProperties = OpenFlowError(
    "OFPBPC_TOO_MANY", .nx(.v10 ... .v11, 14, 3), .nx(.v12 ... .v12, 28),
    .onf(.v13 ... .v13, 4443), .of(.v14..., 14, 3))
  public static let duplicateProperty = OpenFlowError(
    "OFPBPC_DUP_TYPE", .nx(.v10 ... .v11, 14, 4), .nx(.v12 ... .v12, 29),
    .onf(.v13 ... .v13, 4444), .of(.v14..., 14, 4))
  public static let badPropertyExperimenter = OpenFlowError(
    "OFPBPC_BAD_EXPERIMENTER", .nx(.v10 ... .v11, 14, 5), .nx(.v12 ... .v12, 30),
    .onf(.v13 ... .v13, 4445), .of(.v14..., 14, 5))
  public static let badPropertyExperimenterType = OpenFlowError(
    "OFPBPC_BAD_EXP_TYPE", .nx(.v10 ... .v11, 14, 6), .nx(.v12 ... .v12, 31),
    .onf(.v13 ... .v13, 4446), .of(.v14..., 14, 6))
  public static let badPropertyExperimenterValue = OpenFlowError(
    "OFPBPC_BAD_EXP_VALUE", .nx(.v10 ... .v11, 14, 7), .nx(.v12 ... .v12, 32),
    .onf(.v13 ... .v13, 4447), .of(.v14..., 14, 7))
  public static let propertyNotPermitted = OpenFlowError(
    "OFPBPC_EPERM", .nx(.v10 ... .v11, 14, 8), .nx(.v12 ... .v12, 33),
    .onf(.v13 ... .v13, 4448), .of(.v14..., 14, 8))

  static let aboutTable: [OpenFlowError] = [
    .tableModBadTable, .tableModBadConfig, .tableModNotPermitted, .tableFeaturesBadTable,
    .tableFeaturesBadMetadata, .tableFeaturesNotPermitted, .tableFeaturesBadCapability,
    .tableFeaturesBadMaxEntries, .tableFeaturesBadFeatures, .tableFeaturesBadCommand,
    .tooManyTables, .duplicateTable, .badPropertyType, .badPropertyLength, .badPropertyValue,
    .tooManyProperties, .duplicateProperty, .badPropertyExperimenter, .badPropertyExperimenterType,
    .badPropertyExperimenterValue, .propertyNotPermitted,
  ]
}
