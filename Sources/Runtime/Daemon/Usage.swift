/// The text of `--help`: ovs-vswitchd's, with our own name and directories.
func usageText() -> String {
  let name = Program.name
  return """
    \(name): Open vSwitch daemon
    usage: \(name) [OPTIONS] [DATABASE]
    where DATABASE is a socket on which ovsdb-server is listening
          (default: "unix:\(Paths.run)/db.sock").

    Active DATABASE connection methods:
      tcp:HOST:PORT           PORT at remote HOST
      ssl:HOST:PORT           SSL PORT at remote HOST
      unix:FILE               Unix domain socket named FILE
    PKI configuration (required to use SSL):
      -p, --private-key=FILE  file with private key
      -c, --certificate=FILE  file with certificate for private key
      -C, --ca-cert=FILE      file with peer CA certificate
      --bootstrap-ca-cert=FILE  file with peer CA certificate to read or create
    SSL options:
      --ssl-protocols=PROTOS  list of SSL protocols to enable
      --ssl-ciphers=CIPHERS   list of SSL ciphers to enable

    Daemon options:
      --detach                run in background as daemon
      --monitor               creates a process to monitor this daemon
      --user=username[:group] changes the effective daemon user:group
      --no-chdir              do not chdir to '/'
      --pidfile[=FILE]        create pidfile (default: \(Paths.run)/\(name).pid)
      --overwrite-pidfile     with --pidfile, start even if already running

    Logging options:
      -vSPEC, --verbose=SPEC   set logging levels
      -v, --verbose            set maximum verbosity level
      --log-file[=FILE]        enable logging to specified FILE
                               (default: \(Paths.log)/\(name).log)
      --syslog-method=(libc|unix:file|udp:ip:port)
                               specify how to send messages to syslog daemon
      --syslog-target=HOST:PORT  also send syslog msgs to HOST:PORT via UDP

    DPDK options:
    Configuration of DPDK via command-line is removed from this
    version of Open vSwitch. DPDK is configured through ovsdb.

    Other options:
      --unixctl=SOCKET          override default control socket name
      -h, --help                display this help message
      -V, --version             display version information

    """
}
