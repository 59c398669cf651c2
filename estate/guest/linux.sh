#!/bin/sh
# classic-to-vpc: what the move of a Linux instance to a VPC depends on, found in the guest system itself.
# This script reads only: it writes no file, starts and stops nothing, changes no setting.
#
#   ssh root@HOST sh -s < estate/guest/linux.sh
#
# It prints one JSON object (docs/components/guest-evidence.md tells each key). What it cannot determine it leaves out:
# a missing key means "not known", an empty list "looked, and found none". Only root sees every process and every file;
# for another user most keys are missing. Of files it prints the matched words only, for the rest may hold secrets.
#
# POSIX sh with awk, sed, tr, df and sort. CLASSIC_TO_VPC_ROOT=/some/directory looks below that directory, for tests.

VERSION=1
ROOT=${CLASSIC_TO_VPC_ROOT:-}
PATH=$PATH:/usr/sbin:/sbin
LC_ALL=C
IFS='
' # names of files may have blanks in them
export PATH LC_ALL
unset GREP_OPTIONS # may colour what grep passes on

# ---- JSON: only harmless characters leave this script, so nothing has to be escaped ----

SAFE="A-Za-z0-9 ._/:;=@,+%#*~()<>{}|'-"
clean() { tr '"' "'" | tr -c "\\n$SAFE" '?' | cut -c 1-160; }
number() { # NAME VALUE: a whole number, or nothing
    value=$(printf '%s' "$2" | sed 's/^0*\([0-9]\)/\1/')
    case $value in '' | *[!0-9]*) ;; *) printf ',\n "%s": %s' "$1" "$value" ;; esac
}
text() { # NAME VALUE
    [ -z "$2" ] || printf ',\n "%s": "%s"' "$1" "$(printf '%s\n' "$2" | head -n 1 | clean)"
}
list() { # NAME [MOST] < lines: each once, sorted, MOST (or 40) of them; nothing where a line is "~", or where a tool failed
    items=$({ cat && echo '|end'; } | clean | sort -u | awk -v most="${2:-40}" '$0 == "|end" { whole = 1 } $0 == "~" { missed = 1 }
        /^[^|~]/ && n < most { printf "%s\n  \"%s\"", (n++ ? "," : ""), $0 } END { if (whole && !missed) print "]" }')
    case $items in *']') printf ',\n "%s": [%s' "$1" "$items" ;; esac
}

# ---- what is looked for: process names, and directories of what is installed ----

SECURITY='AliYunDun AliYunDunMonitor AliYunDunUpdate AliSecCheck AliSecGuard AliHips AliNet AliDetect falcon-sensor
 ds_agent ds_am clamd freshclam savd savscand sophos-spl mfetpd isectpd wdavdaemon cbagentd cbdaemon sisidsdaemon rtvscand
 ossec-agentd wazuh-agentd sdmonitor sdsvrd yunsuo_agent YDService hostguard elastic-endpoint s1-agent cylancesvc
 esets_daemon kesl drweb-spider'
SECURITY_PATHS='/usr/local/aegis/aegis_client
/usr/local/aegis/aegis_update
/opt/CrowdStrike
/opt/ds_agent
/opt/sophos-av
/opt/sophos-spl
/opt/McAfee
/opt/microsoft/mdatp
/opt/Symantec
/opt/sentinelone
/opt/cylance
/opt/eset
/opt/kaspersky
/opt/drweb.com
/var/ossec
/etc/safedog
/usr/local/yunsuo_agent'
FTP='vsftpd proftpd pure-ftpd pure-ftpd-mysqld wu-ftpd in.ftpd ftpd glftpd bftpd'
LICENCES='lmgrd lmadmin rlm hasplmd lserv CodeMeterLin sntlkeyssrvr adskflex'

# ---- looking ----

found() { # REGEX FILE...: "path: matched words", all of every line that is no comment; "~" for what cannot be read
    regex=$1
    shift
    for file; do
        [ ! -f "$file" ] || awk -v regex="$regex" -v skip=${#ROOT} '!/^[ \t]*[#;]/ { while (match($0, regex)) {
            words = substr($0, RSTART, RLENGTH); $0 = substr($0, RSTART + RLENGTH)
            gsub(/[ \t]+/, " ", words); sub(/^ /, "", words)
            print substr(FILENAME, skip + 1) ": " words } }' "$file" 2>/dev/null || echo '~'
    done
}
present() { # PATH...: those that are there
    for path; do [ -e "$ROOT$path" ] && echo "$path"; done
}
among() { # NAMES < words: those words that are in the list; a kernel cuts process names at 15 characters
    # The one true awk takes no text of several lines: echo makes one line of them.
    awk -v names="$(echo $1)" 'BEGIN { split(names, all, / +/); for (i in all) known[substr(all[i], 1, 15)] = all[i] }
        $0 in known { print known[$0] }' || echo '~'
}
processes=$(cat "$ROOT"/proc/[0-9]*/comm 2>/dev/null)
[ -n "$processes" ] || # Linux before 2.6.33 has no comm
    processes=$(cat "$ROOT"/proc/[0-9]*/stat 2>/dev/null | sed -n 's/^[0-9]* (\(.*\)) .*/\1/p')
running() { printf '%s\n' "$processes" | among "$1"; }

os_name() {
    sed -n 's/^PRETTY_NAME="\{0,1\}\([^"]*\).*/\1/p' "$ROOT/etc/os-release" 2>/dev/null | grep . ||
        cat "$ROOT/etc/redhat-release" "$ROOT/etc/issue" 2>/dev/null
}
instance_id() { # as cloud-init noted it, else as the metadata service says
    { cat "$ROOT/var/lib/cloud/data/instance-id" ||
        curl -fsS --noproxy '*' -m 2 http://100.100.100.200/latest/meta-data/instance-id; } 2>/dev/null |
        sed -n '/^i-[a-z0-9]*$/p'
}
kernels() { # installed ones; where /boot names none with its version (Alpine: vmlinuz-lts), by their modules
    for file in "$ROOT"/boot/vmlinuz-[0-9]*; do
        [ -f "$file" ] && echo "${file##*/vmlinuz-}"
    done | grep . || for file in "$ROOT"/lib/modules/*/modules.dep; do
        [ -f "$file" ] && file=${file%/*} && echo "${file##*/}"
    done
}
newest_kernel() { # by the numbers of its version; what follows .el7 and its like is the distribution's, not a version
    for name in $(kernels); do
        case $name in *rescue* | *kdump* | *.old | *.signed) ;; *) echo "$name" ;; esac
    done | awk '{
        version = $0; sub(/\.(el|fc|al|an|amzn|oe|ky|tl)[0-9].*$/, "", version); count = split(version, part, /[^0-9]+/); key = ""
        for (i = 1; i <= 8; i++) key = key sprintf("%09d", i <= count ? part[i] : 0)
        if (key >= best) { best = key; newest = $0 } } END { print newest }'
}
file_systems() { # JSON objects, one for each mounted file system that a check at boot is about
    separator=
    # Of each device its first mount: a bind mount of it may be read-only while the file system is not.
    awk '/^\/dev\// && !seen[$1]++' "$ROOT/proc/mounts" | while IFS=' ' read -r device mount kind options _; do
        case $kind in ext2 | ext3 | ext4 | xfs | btrfs | reiserfs) ;; *) continue ;; esac
        printf '%s\n  {"device": "%s"' "$separator" "$(printf '%s\n' "$device" | clean)"
        separator=,
        printf ', "mount": "%s", "type": "%s"' "$(printf '%s\n' "$mount" | clean)" "$kind"
        case ,$options, in *,ro,*) printf ', "readOnly": true' ;; *) printf ', "readOnly": false' ;; esac
        pass=$(awk -v mount="$mount" '!/^[ \t]*#/ && $2 == mount { print $6 + 0; exit }' "$ROOT/etc/fstab" 2>/dev/null)
        [ -z "$pass" ] || printf ', "fsckPass": %d' "$pass"
        case $kind in ext?) TZ=UTC0 tune2fs -l "$device" 2>/dev/null | ext_state ;; esac
        printf '}'
    done
}
ext_state() { # tune2fs -l: state, errors, and when the next check is due
    awk -F ': *' '
        function number(name) { if ($2 ~ /^-?[0-9]+/) printf ", \"%s\": %d", name, $2 }
        /^Filesystem state:/ { gsub(/[^a-z ]/, "", $2); printf ", \"state\": \"%s\"", $2 }
        /^FS Error count:/ { number("errorCount") }
        /^Mount count:/ { number("mountCount") }
        /^Maximum mount count:/ { number("maxMountCount") }
        /^Check interval:/ { number("checkIntervalSeconds") }
        /^Last checked:/ {
            sub(/^Last checked: */, ""); gsub(/:/, " ")  # Tue Mar  3 10:00:00 2020
            if (split($0, t, / +/) == 7 && (m = index("JanFebMarAprMayJunJulAugSepOctNovDec", t[2])))
                printf ", \"lastChecked\": \"%04d-%02d-%02dT%02d:%02d:%02dZ\"", t[7], (m + 2) / 3, t[3], t[4], t[5], t[6]
        }'
}
etc() { # PATH...: below /etc, with wildcards
    for path; do for file in "$ROOT"/etc/$path; do echo "$file"; done; done
}
scheduled() { # what runs at boot, and by the clock
    etc rc.local rc.d/rc.local crontab 'cron.d/*'
    printf '%s\n' "$ROOT"/var/spool/cron/* "$ROOT"/var/spool/cron/crontabs/*
}
mac_bound() {
    found '(ATTR|SYSFS)S?[{]address[}]==[^,]*' $(etc 'udev/rules.d/*.rules')
    found "^[ \t]*(HWADDR|MACADDR|LLADDR)=.*[:-]$byte.*" $(etc 'sysconfig/network-scripts/ifcfg-*' 'sysconfig/network/ifcfg-*')
    found '(hwaddress|mac_?address:)[ \t].*' $(etc network/interfaces 'network/interfaces.d/*' 'netplan/*.yaml' \
        'cloud/cloud.cfg.d/*')
    found "^[ \t]*(cloned-)?mac-address=.*[:-]$byte.*" $(etc 'NetworkManager/system-connections/*')
    found '^[ \t]*(Permanent)?MACAddress=.*' $(etc 'systemd/network/*.network' 'systemd/network/*.link')
    found '^[a-z]+[0-9]+[ \t]+mac[ \t]+.*' $(etc iftab)
}
interface_names() { # eth1 is the public NIC of a classic instance, which is removed
    found '(eth|en[ops])[0-9][0-9a-z]*' $(etc sysconfig/iptables 'iptables/rules.*' nftables.conf 'firewalld/zones/*' \
        'ufw/*.rules' 'shorewall/interfaces' keepalived/keepalived.conf corosync/corosync.conf ha.d/ha.cf \
        dnsmasq.conf 'dnsmasq.d/*' sysconfig/dhcpd sysconfig/network default/isc-dhcp-server sysctl.conf 'sysctl.d/*.conf' \
        sysconfig/static-routes 'sysconfig/network-scripts/route-*' 'sysconfig/network-scripts/rule-*') $(scheduled)
}
device_names() { # also in patterns, such as those of LVM: "a|/dev/xvd.*|"
    found '(/dev/)?xvd[a-z0-9]*' "$ROOT"/boot/grub/grub.conf "$ROOT"/boot/grub/menu.lst "$ROOT"/boot/grub*/grub.cfg \
        "$ROOT"/boot/loader/entries/* "$ROOT"/boot/extlinux* "$ROOT"/boot/extlinux/* \
        $(scheduled) $(etc default/grub 'udev/rules.d/*.rules' sysconfig/oracleasm sysconfig/rawdevices crypttab 'auto.*' \
            mdadm.conf mdadm/mdadm.conf lvm/lvm.conf multipath.conf 'systemd/system/*.mount' \
            sysconfig/docker-storage-setup collectd.conf)
}
listening() { # PORT in hex: is it listened on? 2 where that cannot be told
    cat "$ROOT/proc/net/tcp" "$ROOT/proc/net/tcp6" 2>/dev/null | awk -v port=":$1\$" '
        NF > 3 && $2 ~ port && $4 == "0A" { hit = 1 } END { if (!NR) exit 2; exit !hit }'
}
ftp_servers() {
    running "$FTP"
    for file in $(etc 'xinetd.d/*ftp*'); do
        case $file in */tftp) continue ;; esac
        [ ! -r "$file" ] || grep -q '^[^#]*disable.*yes' "$file" || echo "xinetd ${file##*/}"
    done
    listening 0015
    case $? in 0) echo 'port 21' ;; 2) echo '~' ;; esac
}
ftp_passive() {
    found '^[ \t]*(pasv_(enable|address|min_port|max_port)|Masquerade_?Address|PassivePorts|ForcePassiveIP|PassivePortRange).*' \
        $(etc vsftpd.conf 'vsftpd/*.conf' 'proftpd*.conf' 'proftpd/*.conf' 'proftpd/conf.d/*.conf' 'pure-ftpd*.conf' \
            'pure-ftpd/*.conf')
    for file in $(etc 'pure-ftpd/conf/*Passive*'); do # Debian: a file for each setting
        [ ! -f "$file" ] || echo "${file#"$ROOT"}: ${file##*/} $(cat "$file")"
    done
}
licence_files() {
    for top in opt usr/local etc; do
        for file in "$ROOT/$top"/*.lic "$ROOT/$top"/*/*.lic "$ROOT/$top"/*/*/*.lic "$ROOT/$top"/*/*/*/*.lic \
            "$ROOT/$top"/*/license.dat "$ROOT/$top"/*/*/license.dat "$ROOT/$top"/*/*/*/license.dat; do
            [ -f "$file" ] && echo "$file"
        done
    done
}
fstab_devices() {
    awk '$1 ~ /^\/dev\/xvd/ { print $1, $2 }' "$ROOT/etc/fstab" 2>/dev/null || echo '~'
}
network_mounts() { # "where: what" of file systems of other machines, mounted or to be mounted at boot
    grep -q . "$ROOT/proc/mounts" 2>/dev/null || echo '~'
    for file in "$ROOT/proc/mounts" "$ROOT/etc/fstab"; do
        [ ! -e "$file" ] || awk '!/^[ \t]*#/ && ($1 ~ /#/ && $3 == "fuse" ||
            $3 ~ /^(nfs4?|cifs|smb3|smbfs|ceph|lustre|(fuse[.])?(glusterfs|sshfs|ossfs|s3fs|juicefs|ceph-fuse))$/) {
                print $2 ": " $1 }' "$file" || echo '~'
    done
    # What is mounted on demand need not be mounted now.
    found '[0-9A-Za-z.-]+:/([^/ \t][^ \t]*|[ \t]|$)' $(etc 'auto.*')
    found '^What=([^/]+:/|//).*' $(etc 'systemd/system/*.mount')
}
byte='[0-9A-Fa-f][0-9A-Fa-f]'
mac="$byte[:-]?$byte[:-]?$byte[:-]?$byte[:-]?$byte[:-]?$byte"
mac_bound_licences() { # FlexNet: SERVER host 00163e000001 port, HOSTID=00163e000001; others: MAC=
    licence_files | while read -r file; do
        found "(SERVER[ \t]+[^ \t]+[ \t]+$mac|(HOSTID|hostid|MAC|mac)=\"?(ETHER=)?$mac)" "$file"
    done
}
ip_addresses() { # IPv4
    {
        awk '$1 == "|--" { last = $2 } /32 host LOCAL/ { print last }' "$ROOT/proc/net/fib_trie"
        [ -n "$ROOT" ] || ip -4 -o addr show || ifconfig -a
    } 2>/dev/null | sed -n 's/.*inet \(addr:\)\{0,1\}//; s/^\([0-9.]*\).*/\1/p' | grep '^[1-9]' | grep -v '^127[.]' || echo '~'
}
mac_addresses() {
    [ -d "$ROOT/sys/class/net" ] || echo '~'
    for file in "$ROOT"/sys/class/net/*/address; do
        name=${file%/address}
        [ -r "$file" ] && [ "${name##*/}" != lo ] && echo "${name##*/} $(cat "$file")"
    done
}

# ---- the facts ----

printf '{"schemaVersion": %d' "$VERSION"
text os linux
text osName "$(os_name)"
text hostName "$(uname -n)"
text instanceId "$(instance_id)"
text collectedAt "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
# From the end of the last line: a device's long name may take a line of its own, and may have blanks in it.
number systemDiskFreeMib "$(df -Pk "$ROOT/" 2>/dev/null |
    awk 'END { if (NF > 4 && $(NF - 2) ~ /^[0-9]+$/) printf "%d", $(NF - 2) / 1024 }')"
number uptimeSeconds "$(sed 's/\..*//' "$ROOT/proc/uptime" 2>/dev/null)"
ip_addresses | list ipAddresses 200 # a node of Kubernetes has many, and its own may be the last
text runningKernel "$(uname -r)"
text newestKernel "$(newest_kernel)"
if [ "$(id -u)" = 0 ]; then
    printf ',\n "privileged": true'
    { present /run/reboot-required | grep . || present /var/run/reboot-required; } | list rebootPending
    case $processes in *ksoftirqd/0*) # a thread of the kernel, which a container does not see: it sees its own processes
        running "$SECURITY" | list securityRunning
        running "$LICENCES" | list licenceManagers
        ftp_servers | list ftpServers ;;
    esac
    present $SECURITY_PATHS | list securityInstalled
    if [ -r "$ROOT/proc/mounts" ]; then printf ',\n "fileSystems": [%s]' "$(file_systems)"; fi
    network_mounts | list networkMounts
    fstab_devices | list fstabDevices
    device_names | list deviceNames
    mac_bound | list macBoundConfig
    interface_names | list interfaceNames 200
    ftp_passive | list ftpPassive
    mac_bound_licences | list macBoundLicences
    mac_addresses | list macAddresses 200
else
    printf ',\n "privileged": false'
fi
printf '}\n'
