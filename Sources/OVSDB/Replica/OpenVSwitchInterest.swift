extension Interest {
  /// What the daemon reads of the database Open_vSwitch: all settings, and what it writes itself.
  /// external_ids are other programs' business and left out.
  public static let openVSwitch = Interest(
    rootTables.merging(controlTables) { $1 }.merging(exportTables) { $1 }
      .merging(conntrackTables) { $1 })

  private static let rootTables: [String: Table] = [
    "Open_vSwitch": Table(
      alert: ["bridges", "datapaths", "manager_options", "ssl", "other_config", "next_cfg"],
      silent: [
        "cur_cfg", "statistics", "ovs_version", "db_version", "system_type", "system_version",
        "datapath_types", "iface_types", "dpdk_initialized", "dpdk_version",
      ]),
    "Bridge": Table(
      alert: [
        "name", "datapath_type", "stp_enable", "rstp_enable", "mcast_snooping_enable", "ports",
        "mirrors", "netflow", "sflow", "ipfix", "controller", "protocols", "fail_mode",
        "other_config", "flood_vlans", "flow_tables", "auto_attach",
      ],
      silent: ["datapath_id", "datapath_version", "status", "rstp_status"]),
    "Port": Table(
      alert: [
        "name", "interfaces", "trunks", "cvlans", "tag", "vlan_mode", "qos", "mac", "bond_mode",
        "lacp", "bond_updelay", "bond_downdelay", "bond_fake_iface", "fake_bridge", "protected",
        "other_config",
      ],
      silent: ["bond_active_slave", "status", "rstp_status", "rstp_statistics", "statistics"]),
    "Interface": Table(
      alert: [
        "name", "type", "options", "ingress_policing_rate", "ingress_policing_burst",
        "ingress_policing_kpkts_rate", "ingress_policing_kpkts_burst", "mac", "ofport_request",
        "bfd", "cfm_mpid", "lldp", "other_config", "mtu_request",
      ],
      silent: [
        "mac_in_use", "ifindex", "ofport", "bfd_status", "cfm_remote_mpids", "cfm_flap_count",
        "cfm_fault", "cfm_fault_status", "cfm_remote_opstate", "cfm_health", "lacp_current",
        "statistics", "status", "admin_state", "link_state", "link_resets", "link_speed", "duplex",
        "mtu", "error",
      ]),
  ]

  private static let controlTables: [String: Table] = [
    "Controller": Table(
      alert: [
        "type", "target", "max_backoff", "inactivity_probe", "connection_mode", "local_ip",
        "local_netmask", "local_gateway", "enable_async_messages", "controller_queue_size",
        "controller_rate_limit", "controller_burst_limit", "other_config",
      ],
      silent: ["is_connected", "role", "status"]),
    "Manager": Table(alert: ["target", "connection_mode", "other_config"]),
    "SSL": Table(alert: ["private_key", "certificate", "ca_cert", "bootstrap_ca_cert"]),
    "Flow_Table": Table(alert: ["name", "flow_limit", "overflow_policy", "groups", "prefixes"]),
    "QoS": Table(alert: ["type", "queues", "other_config"]),
    "Queue": Table(alert: ["dscp", "other_config"]),
    "AutoAttach": Table(alert: ["system_name", "system_description", "mappings"]),
  ]

  private static let exportTables: [String: Table] = [
    "Mirror": Table(
      alert: [
        "name", "select_all", "select_src_port", "select_dst_port", "select_vlan", "output_port",
        "output_vlan", "snaplen",
      ],
      silent: ["statistics"]),
    "NetFlow": Table(
      alert: ["targets", "engine_type", "engine_id", "add_id_to_interface", "active_timeout"]),
    "sFlow": Table(alert: ["targets", "sampling", "polling", "header", "agent"]),
    "IPFIX": Table(
      alert: [
        "targets", "sampling", "obs_domain_id", "obs_point_id", "cache_active_timeout",
        "cache_max_flows", "other_config",
      ]),
    "Flow_Sample_Collector_Set": Table(alert: ["id", "bridge", "ipfix"]),
  ]

  private static let conntrackTables: [String: Table] = [
    "Datapath": Table(alert: ["ct_zones"], silent: ["datapath_version", "capabilities"]),
    "CT_Zone": Table(alert: ["timeout_policy"]),
    "CT_Timeout_Policy": Table(alert: ["timeouts"]),
  ]
}
