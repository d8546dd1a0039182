/// Matches in text, and what Debian's `ovs-ofctl parse-flow` 3.1 prints for them or (after `!`) complains
/// of.
enum RecordedMatchTexts {
  static let all: [(text: String, result: String)] = recorded.split(separator: "\n").map { line in
    let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    return (parts[0], parts[1])
  }

  private static let recorded = #"""
    in_port=1	in_port=1
    in_port=LOCAL	in_port=LOCAL
    in_port_oxm=1	in_port=1
    dl_src=00:11:22:33:44:55	dl_src=00:11:22:33:44:55
    dl_src=00:11:22:33:44:55/ff:ff:ff:00:00:00	dl_src=00:11:22:00:00:00/ff:ff:ff:00:00:00
    eth_dst=01:00:00:00:00:00/01:00:00:00:00:00	dl_dst=01:00:00:00:00:00/01:00:00:00:00:00
    dl_type=0x1234	dl_type=0x1234
    ip	ip
    ipv6	ipv6
    arp	arp
    rarp	rarp
    icmp	icmp
    icmp6	icmp6
    tcp	tcp
    tcp6	tcp6
    udp	udp
    udp6	udp6
    sctp	sctp
    sctp6	sctp6
    mpls	mpls
    mplsm	mplsm
    eth	
    dl_vlan=5	dl_vlan=5
    dl_vlan=0xffff	vlan_tci=0x0000
    vlan_vid=0x1005	dl_vlan=5
    vlan_vid=0x1000/0x1000	vlan_tci=0x1000/0x1000
    vlan_tci=0x1005	dl_vlan=5,dl_vlan_pcp=0
    vlan_tci=0x1000/0x1000	vlan_tci=0x1000/0x1000
    vlan_tci=0	vlan_tci=0x0000
    dl_vlan=5,dl_vlan_pcp=3	dl_vlan=5,dl_vlan_pcp=3
    dl_vlan_pcp=3	dl_vlan_pcp=3
    vlan_vid=0x1005,vlan_pcp=2	dl_vlan=5,dl_vlan_pcp=2
    vlan_tci=0x0123/0x0fff	vlan_tci=0x0123/0x0fff
    ip,nw_src=10.0.0.1	ip,nw_src=10.0.0.1
    ip,ip_dst=10.0.0.0/8	ip,nw_dst=10.0.0.0/8
    ip,nw_src=10.0.0.1/255.0.0.255	ip,nw_src=10.0.0.1/255.0.0.255
    nw_src=1.2.3.4	
    ip,nw_proto=47	ip,nw_proto=47
    ip,nw_tos=32	ip,nw_tos=32
    ip,ip_dscp=8	ip,nw_tos=32
    ip,nw_ecn=1	ip,nw_ecn=1
    ip,nw_ttl=64	ip,nw_ttl=64
    ip,nw_frag=no	ip,nw_frag=no
    ip,nw_frag=yes	ip,nw_frag=yes
    ip,nw_frag=first	ip,nw_frag=first
    ip,nw_frag=later	ip,nw_frag=later
    ip,nw_frag=not_later	ip,nw_frag=not_later
    ipv6,ipv6_src=2001:db8::1	ipv6,ipv6_src=2001:db8::1
    ipv6,ipv6_dst=2001:db8::/32	ipv6,ipv6_dst=2001:db8::/32
    ipv6,ipv6_dst=::1/::ff	ipv6,ipv6_dst=::1/::ff
    ipv6,ipv6_label=0x12345	ipv6,ipv6_label=0x12345
    ipv6,ipv6_label=0x5/0xff	ipv6,ipv6_label=0x00005/0x000ff
    ipv6,nw_proto=50	ipv6,nw_proto=50
    ipv6,nw_tos=4,nw_ecn=2,nw_ttl=1,nw_frag=later	ipv6,nw_tos=4,nw_ecn=2,nw_ttl=1,nw_frag=later
    tcp,tp_src=80	tcp,tp_src=80
    tcp,tcp_dst=0x50/0xfff0	tcp,tp_dst=0x50/0xfff0
    tcp,tcp_flags=+syn-ack	tcp,tcp_flags=+syn-ack
    tcp,tcp_flags=syn|ack	tcp,tcp_flags=syn|ack
    tcp,tcp_flags=0	tcp,tcp_flags=0
    tcp6,tcp_flags=+ns	tcp6,tcp_flags=+ns
    udp,udp_src=53,udp_dst=53	udp,tp_src=53,tp_dst=53
    udp,tp_src=1	udp,tp_src=1
    sctp,sctp_src=1,sctp_dst=2	sctp,tp_src=1,tp_dst=2
    icmp,icmp_type=8,icmp_code=0	icmp,icmp_type=8,icmp_code=0
    icmp6,icmp_type=128,icmp_code=0	icmp6,icmp_type=128,icmp_code=0
    icmp6,icmpv6_type=135,nd_target=fe80::1	icmp6,icmp_type=135,nd_target=fe80::1
    icmp6,icmp_type=135,icmp_code=0,nd_target=fe80::/64,nd_sll=00:00:00:00:00:01	icmp6,icmp_type=135,icmp_code=0,nd_target=fe80::/64,nd_sll=00:00:00:00:00:01
    icmp6,icmp_type=136,icmp_code=0,nd_tll=00:00:00:00:00:01/00:00:00:00:00:ff,nd_reserved=0x20,nd_options_type=2	icmp6,icmp_type=136,icmp_code=0,nd_tll=00:00:00:00:00:01/00:00:00:00:00:ff,nd_reserved=32,nd_options_type=2
    arp,arp_op=1,arp_spa=1.2.3.4,arp_tpa=1.2.3.0/24,arp_sha=00:00:00:00:00:01,arp_tha=00:00:00:00:00:02	arp,arp_spa=1.2.3.4,arp_tpa=1.2.3.0/24,arp_op=1,arp_sha=00:00:00:00:00:01,arp_tha=00:00:00:00:00:02
    rarp,arp_op=3	rarp,arp_op=3
    mpls,mpls_label=100,mpls_tc=5,mpls_bos=1,mpls_ttl=64	mpls,mpls_label=100,mpls_tc=5,mpls_ttl=64,mpls_bos=1
    dl_type=0x894f,nsh_flags=1,nsh_ttl=63,nsh_mdtype=1,nsh_np=3,nsh_spi=0x123,nsh_si=255,nsh_c1=0x11,nsh_c2=0,nsh_c3=0x3/0xf,nsh_c4=5	dl_type=0x894f,nsh_flags=1,nsh_ttl=63,nsh_mdtype=1,nsh_np=3,nsh_spi=0x123,nsh_si=255,nsh_c1=0x11,nsh_c2=0x0,nsh_c3=0x3/0xf,nsh_c4=0x5
    dl_type=0x894f,nsh_mdtype=2	dl_type=0x894f,nsh_mdtype=2
    dl_type=0x894f,nsh_flags=2/2	dl_type=0x894f,nsh_flags=0x02/0x02
    metadata=5	metadata=0x5
    metadata=0x10/0xf0	metadata=0x10/0xf0
    tun_id=5	tun_id=0x5
    tunnel_id=0/0xff	tun_id=0/0xff
    reg0=5	reg0=0x5
    reg15=0xffffffff	reg15=0xffffffff
    reg3=0x10/0x30	reg3=0x10/0x30
    xreg0=0x100000002	reg0=0x1,reg1=0x2
    xxreg1=5	reg4=0,reg5=0,reg6=0,reg7=0x5
    xxreg1=5/0xf	reg7=0x5/0xf
    pkt_mark=3/7	pkt_mark=0x3/0x7
    conj_id=12	conj_id=12
    recirc_id=0x5	recirc_id=0x5
    dp_hash=0x5/0xf	dp_hash=0x5/0xf
    ct_state=+trk+est-new	ct_state=-new+est+trk
    ct_state=0x25/0x25	ct_state=+new+rel+trk
    ct_state=trk	ct_state=trk
    ct_state=-trk	ct_state=-trk
    ct_zone=5	ct_zone=5
    ct_mark=0x5/0xf	ct_mark=0x5/0xf
    ct_label=0x123456789abcdef0123456789	ct_label=0x123456789abcdef0123456789
    ct_label=5/5	ct_label=0x5/0x5
    ip,ct_state=+trk+new,ct_nw_src=1.2.3.4,ct_nw_dst=1.0.0.0/8,ct_nw_proto=6,ct_tp_src=80,ct_tp_dst=0x50/0xf0	ct_state=+new+trk,ct_nw_src=1.2.3.4,ct_nw_dst=1.0.0.0/8,ct_nw_proto=6,ct_tp_src=80,ct_tp_dst=0x50/0xf0,ip
    ipv6,ct_state=+trk+new,ct_ipv6_src=::1,ct_ipv6_dst=fe80::/10	ct_state=+new+trk,ct_ipv6_src=::1,ct_ipv6_dst=fe80::/10,ipv6
    tun_src=1.2.3.4	tun_src=1.2.3.4
    tun_dst=1.2.0.0/16	tun_dst=1.2.0.0/16
    tun_ipv6_src=::1	tun_ipv6_src=::1
    tun_ipv6_dst=fe80::/64	tun_ipv6_dst=fe80::/64
    tun_flags=+oam	tun_flags=+oam
    tun_flags=-oam	tun_flags=-oam
    tun_flags=0	tun_flags=-oam
    tun_gbp_id=5	tun_gbp_id=5
    tun_gbp_id=5/15	tun_gbp_id=0x5/0xf
    tun_gbp_flags=3	tun_gbp_flags=0x3
    tun_erspan_ver=2,tun_erspan_dir=1,tun_erspan_hwid=0x7	tun_erspan_ver=2,tun_erspan_dir=1,tun_erspan_hwid=0x7
    tun_erspan_ver=1,tun_erspan_idx=0x12	tun_erspan_ver=1,tun_erspan_idx=0x12
    actset_output=3	actset_output=3
    actset_output=LOCAL	actset_output=LOCAL
    packet_type=(1,0x800),nw_src=1.2.3.4	packet_type=(1,0x800),nw_src=1.2.3.4
    packet_type=(1,0x894f),nsh_np=1	packet_type=(1,0x894f),nsh_np=1
    packet_type=(0,1)	packet_type=(0,1)
    packet_type=(1,0x86dd),nw_proto=6,tp_src=80	packet_type=(1,0x86dd),nw_proto=6,tp_src=80
    packet_type=(0,0),ip	ip
    reg0[0..3]=5,reg0[31]=1	reg0=0x80000005/0x8000000f
    NXM_NX_REG2[4..7]=3	reg2=0x30/0xf0
    nw_dst[0..7]=5,ip	ip,nw_dst=0.0.0.5/0.0.0.255
    tcp,ip_frag=no,tp_dst=80,dl_vlan=7,in_port=3,reg1=1,tun_id=9,metadata=1,dl_src=00:00:00:00:00:01	tcp,reg1=0x1,tun_id=0x9,metadata=0x1,in_port=3,dl_vlan=7,dl_src=00:00:00:00:00:01,nw_frag=no,tp_dst=80
    dl_src=1	!1: invalid Ethernet address
    foo=1	!unknown keyword foo
    in_port=abc	!abc: invalid or unknown port for in_port
    in_port	!0/0: invalid or unknown port for in_port
    nw_src=1.2.3	!1.2.3: invalid IP address
    ip,nw_src=1.2.3.4/33	!1.2.3.4/33: IPv4 network prefix bits not between 0 and 32, inclusive
    ip,nw_src=1.2.3.4/x	!1.2.3.4/x: invalid IP address
    ipv6,ipv6_src=::g	!::g: invalid IPv6 address
    ipv6,ipv6_src=::1/129	!::1/129: IPv6 network prefix bits not between 0 and 128, inclusive
    ipv6,ipv6_src=::1/x	!::1/x: invalid IPv6 address
    ip,nw_frag=maybe	!maybe: unknown fragment type (valid types are "no", "yes", "first", "later", "not_later"
    tcp,tcp_flags=foo	!foo: unknown TCP flag(s)
    tcp,tcp_flags=+syn+syn	!syn: Each TCP flag can be specified only once
    tcp,tcp_flags=+synack	!synack: unknown TCP flag(s)
    tun_flags=csum	!csum: unknown tunnel flag(s)
    tun_flags=+csum	!csum: unknown tunnel flag(s)
    tun_flags=x	!x: unknown tunnel flag(s)
    ct_state=bar	!bar: unknown ct_state flag(s)
    ct_state=+new+new	!new: Each ct_state flag can be specified only once
    ct_state=0x100/0x100	!0x100/0x100: unknown ct_state flag(s)
    ip,nw_proto=256	!256: value too large for 1-byte field nw_proto
    ip,nw_proto=x	!x: bad syntax for nw_proto value
    ip,nw_tos=1/1	!1/1: invalid mask for field nw_tos
    reg0=0x100000000	!0x100000000: value too large for 4-byte field reg0
    reg0=1/0x100000000	!1/0x100000000: mask too large for 4-byte field reg0
    reg0=1/x	!1/x: bad syntax for reg0 mask
    reg0=	
    packet_type=1	!1: bad syntax for packet type missing '('
    packet_type=(1)	!1): bad syntax for packet type missing ','
    packet_type=(x,2)	!x,2): bad syntax for packet type ns
    packet_type=(1,x)	!x): bad syntax for packet type ns_type
    reg0[0..3]=16	!reg0[0..3]: value 0x10 does not fit into 4 bits
    reg0[0..40]=1	!reg0[0..40]: ending bit 40 is not valid because field is only 32 bits wide
    reg0[5..3]=1	!reg0[5..3]: starting bit 5 is after ending bit 3
    reg0[a]=1	!reg0[a]: syntax error expecting [] or [<bit>] or [<start>..<end>]
    foo[0]=1	!foo[0]: unknown field `foo'
    reg0[0..3]=x	!reg0[0..3]: cannot parse integer value: x
    dl_vlan=5/1	!5/1: invalid mask for field dl_vlan
    eth_type=0x800/1	!0x800/1: invalid mask for field eth_type
    recirc_id=1/1	!1/1: invalid mask for field recirc_id
    actset_output=foo	!foo: port value out of range for actset_output
    in_port_oxm=foo	!foo: port value out of range for in_port_oxm
    tun_ttl=3/1	!3/1: invalid mask for field tun_ttl
    ct_zone=1/1	!1/1: invalid mask for field ct_zone
    mpls,mpls_label=1/1	!1/1: invalid mask for field mpls_label
    """#
}
