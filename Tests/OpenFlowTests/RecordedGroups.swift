/// What Debian's `ovs-ofctl` (3.1) sends for groups and meters: command, text, message.
enum RecordedGroups {
  static let all: [(command: String, text: String, message: String)] = [
    (
      "add-group",
      "group_id=1,type=all,bucket=actions=output:2,bucket=bucket_id:7,actions=group:5,output:3",
      "0104005000000006000023200000001f000000000000000100300000ffffffff001000080000000000000008"
        + "000200000020001800000007ffff00100000232000280000000000050000000800030000"
    ),
    (
      "add-group",
      "group_id=1,type=all,bucket=actions=output:2,bucket=bucket_id:7,actions=group:5,output:3",
      "060f005000000006000000000000000100380000ffffffff0018001000000000000000100000000200000000"
        + "000000000020001800000007001600080000000500000010000000030000000000000000"
    ),
    (
      "add-group",
      "group_id=1,type=all,bucket=output:2,bucket=group:5",
      "0104004800000006000023200000001f000000000000000100280000ffffffff001000080000000000000008"
        + "000200000018001000000001ffff0010000023200028000000000005"
    ),
    (
      "add-group",
      "group_id=1,type=all,bucket=output:2,bucket=group:5",
      "020f004800000006000000000000000100200000ffffffffffffffff00000000000000100000000200000000"
        + "0000000000180000ffffffffffffffff000000000016000800000005"
    ),
    (
      "add-group",
      "group_id=1,type=all,bucket=output:2,bucket=group:5",
      "030f004800000006000000000000000100200000ffffffffffffffff00000000000000100000000200000000"
        + "0000000000180000ffffffffffffffff000000000016000800000005"
    ),
    (
      "add-group",
      "group_id=1,type=all,bucket=output:2,bucket=group:5",
      "040f004800000006000000000000000100200000ffffffffffffffff00000000000000100000000200000000"
        + "0000000000180000ffffffffffffffff000000000016000800000005"
    ),
    (
      "add-group",
      "group_id=1,type=all,bucket=output:2,bucket=group:5",
      "050f004800000006000000000000000100200000ffffffffffffffff00000000000000100000000200000000"
        + "0000000000180000ffffffffffffffff000000000016000800000005"
    ),
    (
      "add-group",
      "group_id=1,type=all,bucket=output:2,bucket=group:5",
      "060f004000000006000000000000000100280000ffffffff0018001000000000000000100000000200000000"
        + "0000000000100008000000010016000800000005"
    ),
    (
      "add-group",
      "group_id=2,type=select,selection_method=hash,selection_method_param=7,fields(eth_dst,ip_"
        + "dst=255.255.255.0),bucket=weight:5,output:1,bucket=weight:0,output:2,bucket=output:3",
      "010400a800000006000023200000001f000001000000000200480000ffffffff001800080000000000000008"
        + "0001000000000008000500000018000800000001000000080002000000000008000000000018000800000002"
        + "00000008000300000000000800010000ffff003a0000154d0000000100000000686173680000000000000000"
        + "00000000000000000000000700000206ffffffffffff00001004ffffff00000000000000"
    ),
    (
      "add-group",
      "group_id=2,type=select,selection_method=hash,selection_method_param=7,fields(eth_dst,ip_"
        + "dst=255.255.255.0),bucket=weight:5,output:1,bucket=weight:0,output:2,bucket=output:3",
      "060f00b800000006000001000000000200600000ffffffff0020001000000000000000100000000100000000"
        + "0000000000000008000500000020001000000001000000100000000200000000000000000000000800000000"
        + "0020001000000002000000100000000300000000000000000000000800010000ffff003a0000154d00000001"
        + "0000000068617368000000000000000000000000000000000000000780000606ffffffffffff80001804ffff"
        + "ff00000000000000"
    ),
    (
      "add-group",
      "group_id=3,type=select,selection_method=dp_hash,bucket=output:1",
      "0104006000000006000023200000001f000001000000000300180000ffffffff001800080000000000000008"
        + "000100000000000800010000ffff00280000154d000000010000000064705f68617368000000000000000000"
        + "0000000000000000"
    ),
    (
      "add-group",
      "group_id=3,type=select,selection_method=dp_hash,bucket=output:1",
      "060f006000000006000001000000000300200000ffffffff0020001000000000000000100000000100000000"
        + "000000000000000800010000ffff00280000154d000000010000000064705f68617368000000000000000000"
        + "0000000000000000"
    ),
    (
      "add-group",
      "group_id=4,type=ff,bucket=watch_port:1,output:1,bucket=watch_group:2,watch_port:CONTROLL"
        + "ER,output:2",
      "0104005800000006000023200000001f000003000000000400380000ffffffff001800080000000000000008"
        + "0001000000010008000000010020000800000001000000080002000000010008fffffffd0002000800000002"
    ),
    (
      "add-group",
      "group_id=4,type=ff,bucket=watch_port:1,output:1,bucket=watch_group:2,watch_port:CONTROLL"
        + "ER,output:2",
      "020f00500000000600000300000000040020000000000001ffffffff00000000000000100000000100000000"
        + "0000000000200000fffffffd000000020000000000000010000000020000000000000000"
    ),
    (
      "add-group",
      "group_id=4,type=ff,bucket=watch_port:1,output:1,bucket=watch_group:2,watch_port:CONTROLL"
        + "ER,output:2",
      "040f00500000000600000300000000040020000000000001ffffffff00000000000000100000000100000000"
        + "0000000000200000fffffffd000000020000000000000010000000020000000000000000"
    ),
    (
      "add-group",
      "group_id=4,type=ff,bucket=watch_port:1,output:1,bucket=watch_group:2,watch_port:CONTROLL"
        + "ER,output:2",
      "060f006000000006000003000000000400480000ffffffff0020001000000000000000100000000100000000"
        + "00000000000100080000000100280010000000010000001000000002000000000000000000010008fffffffd"
        + "0002000800000002"
    ),
    (
      "mod-group",
      "group_id=5,type=indirect,bucket=drop",
      "0104002800000006000023200000001f000102000000000500080000ffffffff0008000000000000"
    ),
    (
      "mod-group",
      "group_id=5,type=indirect,bucket=drop",
      "020f002000000006000102000000000500100000ffffffffffffffff00000000"
    ),
    (
      "mod-group",
      "group_id=5,type=indirect,bucket=drop",
      "060f002000000006000102000000000500080000ffffffff0008000000000000"
    ),
    (
      "del-groups",
      "group_id=5",
      "0104002000000006000023200000001f000200000000000500000000ffffffff"
    ),
    (
      "del-groups",
      "group_id=5",
      "040f0010000000060002000000000005"
    ),
    (
      "del-groups",
      "group_id=5",
      "060f001800000006000200000000000500000000ffffffff"
    ),
    (
      "del-groups",
      "",
      "0104002000000006000023200000001f00020000fffffffc00000000ffffffff"
    ),
    (
      "del-groups",
      "",
      "040f00100000000600020000fffffffc"
    ),
    (
      "del-groups",
      "",
      "060f00180000000600020000fffffffc00000000ffffffff"
    ),
    (
      "insert-buckets",
      "group_id=5,command_bucket_id=first,bucket=bucket_id:9,output:1",
      "0104003000000006000023200000001f000300000000000500100000fffffffd001000080000000900000008"
        + "00010000"
    ),
    (
      "insert-buckets",
      "group_id=5,command_bucket_id=first,bucket=bucket_id:9,output:1",
      "060f003000000006000300000000000500180000fffffffd0018001000000009000000100000000100000000"
        + "00000000"
    ),
    (
      "remove-buckets",
      "group_id=5,command_bucket_id=all",
      "0104002000000006000023200000001f000500000000000500000000ffffffff"
    ),
    (
      "remove-buckets",
      "group_id=5,command_bucket_id=all",
      "060f001800000006000500000000000500000000ffffffff"
    ),
    (
      "add-meter",
      "meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=500",
      "041d0020000000020000000d0000000100010010000003e8000001f400000000"
    ),
    (
      "add-meter",
      "meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=500",
      "051d0020000000020000000d0000000100010010000003e8000001f400000000"
    ),
    (
      "add-meter",
      "meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=500",
      "061d0020000000020000000d0000000100010010000003e8000001f400000000"
    ),
    (
      "add-meter",
      "meter=controller,pktps,bands=type=drop,rate=100 type=dscp_remark,rate=5,prec_level=2",
      "041d00300000000200000002fffffffe00010010000000640000000000000000000200100000000500000000"
        + "02000000"
    ),
    (
      "del-meter",
      "meter=3",
      "041d0010000000020002000000000003"
    ),
  ]
}
