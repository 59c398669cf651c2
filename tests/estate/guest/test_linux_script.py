"""linux.sh: run on the system that the tests run on, and on directory trees that stand for others."""

from __future__ import annotations

import json
import platform
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from estate.guest import parse_output
from tests.estate.guest.systems import System, listening, processes, run_script

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="linux.sh looks at a Linux system")

OLD_KERNELS = {f"/boot/vmlinuz-{version}": "" for version in ("3.10.0-957.el7.x86_64", "3.10.0-1160.el7.x86_64")}
UDEV_RULE = 'SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="00:16:3e:00:00:01", NAME="eth0"\n'
LISTS = {
    "deviceNames",
    "fstabDevices",
    "ftpPassive",
    "ftpServers",
    "interfaceNames",
    "networkMounts",
    "licenceManagers",
    "macAddresses",
    "macBoundConfig",
    "macBoundLicences",
    "rebootPending",
    "securityInstalled",
    "securityRunning",
}
TUNE2FS = """cat <<'END'
Filesystem state:         clean with errors
FS Error count:           3
Mount count:              27
Maximum mount count:      20
Last checked:             Tue Mar  3 10:00:05 2020
Check interval:           15552000 (6 months)
END"""


def facts(system: System, directory: Path, **environ: str) -> dict[str, Any]:
    """What the script prints about a system: whole JSON that the parser takes, nothing on stderr."""
    ran = system.run(directory, **environ)
    assert (ran.returncode, ran.stderr) == (0, "")
    parse_output(ran.stdout)
    printed: dict[str, Any] = json.loads(ran.stdout)
    return printed


def test_on_this_very_system(tmp_path: Path) -> None:
    """The one run without a made-up tree; only the network is kept away, by a curl that fails."""
    (tmp_path / "curl").write_text("#!/bin/sh\nexit 7\n")
    (tmp_path / "curl").chmod(0o755)
    ran = run_script({"PATH": f"{tmp_path}:/usr/local/bin:/usr/bin:/bin"})
    assert (ran.returncode, ran.stderr) == (0, "")
    output = parse_output(ran.stdout)
    assert output.os == "linux"
    assert (output.running_kernel, output.host_name) == (platform.release(), platform.node())
    assert abs(datetime.now(UTC) - output.collected_at) < timedelta(minutes=5)
    assert output.uptime_seconds == pytest.approx(float(Path("/proc/uptime").read_text().split()[0]), abs=60)
    assert output.system_disk_free_mib is not None


def test_a_plain_system_lacks_nothing_and_has_nothing_to_tell_of(tmp_path: Path) -> None:
    output = facts(System(OLD_KERNELS), tmp_path)
    assert output["systemDiskFreeMib"] == 29296
    assert output["uptimeSeconds"] == 86400
    assert output["newestKernel"] == output["runningKernel"] == "3.10.0-1160.el7.x86_64"
    assert {key: output[key] for key in LISTS} == {key: [] for key in LISTS}


@pytest.mark.parametrize(
    ("files", "key", "expected"),
    [
        (processes("AliYunDun", "AliYunDunMonitor"), "securityRunning", ["AliYunDun", "AliYunDunMonitor"]),
        ({"/usr/local/aegis/aegis_client": ""}, "securityInstalled", ["/usr/local/aegis/aegis_client"]),
        ({"/var/run/reboot-required": ""}, "rebootPending", ["/var/run/reboot-required"]),
        (processes("vsftpd"), "ftpServers", ["vsftpd"]),
        ({"/proc/net/tcp": listening(22, 21)}, "ftpServers", ["port 21"]),
        ({"/proc/net/tcp6": listening(21)}, "ftpServers", ["port 21"]),
        ({"/etc/xinetd.d/gssftp": "disable = no\n"}, "ftpServers", ["xinetd gssftp"]),
        ({"/etc/xinetd.d/gssftp": "disable = yes\n"}, "ftpServers", []),
        (
            {"/etc/vsftpd/vsftpd.conf": "#pasv_address=198.51.100.1\npasv_min_port=50000\n"},
            "ftpPassive",
            ["/etc/vsftpd/vsftpd.conf: pasv_min_port=50000"],
        ),
        (
            {"/etc/proftpd.conf": "  MasqueradeAddress 192.0.2.21\n"},
            "ftpPassive",
            ["/etc/proftpd.conf: MasqueradeAddress 192.0.2.21"],
        ),
        (
            {
                "/proc/mounts": "1a.cn-hangzhou.nas.aliyuncs.com:/ /data nfs4 rw 0 0\n/dev/vda1 / ext4 rw 0 0\n",
                "/etc/fstab": "//10.1.2.3/share /mnt cifs credentials=/root/.smb 0 0\n#10.1.2.4:/x /x nfs ro 0 0\n",
            },
            "networkMounts",
            ["/data: 1a.cn-hangzhou.nas.aliyuncs.com:/", "/mnt: //10.1.2.3/share"],
        ),
        (
            {
                "/etc/auto.misc": "cd -fstype=iso9660 :/dev/cdrom\nx -fstype=nfs 1a.nas.aliyuncs.com:/\n# y http://a/b\n",
                "/etc/systemd/system/data.mount": "Documentation=https://a/b\nWhat=//10.1.2.3/data\n",
                "/etc/systemd/system/disk.mount": "What=/dev/disk/by-uuid/5a1b\n",
            },
            "networkMounts",
            ["/etc/auto.misc: 1a.nas.aliyuncs.com:/", "/etc/systemd/system/data.mount: What=//10.1.2.3/data"],
        ),
        ({"/etc/fstab": "/dev/xvdb1 /data ext4 defaults 0 0\n"}, "fstabDevices", ["/dev/xvdb1 /data"]),
        ({"/etc/fstab": "# /dev/xvdb1 /data ext4 defaults 0 0\n"}, "fstabDevices", []),
        (
            {"/etc/cron.d/backup": "0 3 * * * root dump -0 /dev/xvdb1 >/dev/null\n"},
            "deviceNames",
            ["/etc/cron.d/backup: /dev/xvdb1"],
        ),
        (
            {"/boot/grub/grub.conf": "kernel /boot/vmlinuz ro root=/dev/xvda1\n"},
            "deviceNames",
            ["/boot/grub/grub.conf: /dev/xvda1"],
        ),
        (
            {"/etc/udev/rules.d/70-persistent-net.rules": UDEV_RULE},
            "macBoundConfig",
            ["/etc/udev/rules.d/70-persistent-net.rules: ATTR{address}=='00:16:3e:00:00:01'"],
        ),
        ({"/etc/udev/rules.d/70-persistent-net.rules": f"# {UDEV_RULE}"}, "macBoundConfig", []),
        (
            {"/etc/sysconfig/network-scripts/ifcfg-eth0": "DEVICE=eth0\nHWADDR=00:16:3E:00:00:01\n"},
            "macBoundConfig",
            ["/etc/sysconfig/network-scripts/ifcfg-eth0: HWADDR=00:16:3E:00:00:01"],
        ),
        (
            {"/etc/netplan/50-cloud-init.yaml": "        macaddress: 00:16:3e:00:00:01\n"},
            "macBoundConfig",
            ["/etc/netplan/50-cloud-init.yaml: macaddress: 00:16:3e:00:00:01"],
        ),
        (
            {"/etc/NetworkManager/system-connections/Wired connection 1": "mac-address=00:16:3E:00:00:01\npsk=x\n"},
            "macBoundConfig",
            ["/etc/NetworkManager/system-connections/Wired connection 1: mac-address=00:16:3E:00:00:01"],
        ),
        (
            {"/etc/systemd/network/10.network": "[Match]\nMACAddress=00:16:3e:00:00:01\n"},
            "macBoundConfig",
            ["/etc/systemd/network/10.network: MACAddress=00:16:3e:00:00:01"],
        ),
        (
            {"/etc/keepalived/keepalived.conf": "  interface eth1\n  auth_pass eth-secret\n"},
            "interfaceNames",
            ["/etc/keepalived/keepalived.conf: eth1"],
        ),
        # All names of a line count: a rule of a router names both.
        (
            {"/etc/sysconfig/iptables": "-A FORWARD -i eth0 -o eth1 -j ACCEPT\n"},
            "interfaceNames",
            ["/etc/sysconfig/iptables: eth0", "/etc/sysconfig/iptables: eth1"],
        ),
        ({"/etc/ufw/user.rules": "-A x -i eth1\n"}, "interfaceNames", ["/etc/ufw/user.rules: eth1"]),
        ({"/etc/sysconfig/network": "GATEWAYDEV=eth1\n"}, "interfaceNames", ["/etc/sysconfig/network: eth1"]),
        ({"/var/spool/cron/root": "@daily ifup eno1\n"}, "interfaceNames", ["/var/spool/cron/root: eno1"]),
        (
            {"/var/spool/cron/crontabs/root": "@daily dump /dev/xvdb\n"},
            "deviceNames",
            ["/var/spool/cron/crontabs/root: /dev/xvdb"],
        ),
        (
            {"/boot/loader/entries/1.conf": "options root=/dev/xvda1 ro\n"},
            "deviceNames",
            ["/boot/loader/entries/1.conf: /dev/xvda1"],
        ),
        # Patterns count: this one keeps LVM from any disk named vd.
        (
            {"/etc/lvm/lvm.conf": 'filter = [ "a|/dev/xvd.*|", "r|.*|" ]\n'},
            "deviceNames",
            ["/etc/lvm/lvm.conf: /dev/xvd"],
        ),
        (
            {"/etc/udev/rules.d/99-asm.rules": 'KERNEL=="xvdb1", OWNER="oracle"\n'},
            "deviceNames",
            ["/etc/udev/rules.d/99-asm.rules: xvdb1"],
        ),
        ({"/run/reboot-required": ""}, "rebootPending", ["/run/reboot-required"]),
        ({"/etc/xinetd.d/tftp": "disable = no\n"}, "ftpServers", []),
        ({"/etc/xinetd.d/gssftp": "# disable = yes\n disable = no\n"}, "ftpServers", ["xinetd gssftp"]),
        (
            {"/etc/proftpd/proftpd.conf": "<IfModule a>\n\tMasqueradeAddress\t192.0.2.21\n"},
            "ftpPassive",
            ["/etc/proftpd/proftpd.conf: MasqueradeAddress 192.0.2.21"],
        ),
        (
            {"/etc/pure-ftpd/conf/ForcePassiveIP": "192.0.2.21\n"},
            "ftpPassive",
            ["/etc/pure-ftpd/conf/ForcePassiveIP: ForcePassiveIP 192.0.2.21"],
        ),
        (
            {
                "/proc/mounts": "/dev/vda1 / ext4 rw 0 0\nossfs /oss fuse.ossfs rw 0 0\nlxcfs /l fuse.lxcfs rw 0 0\n",
                "/etc/fstab": "sshfs#ann@10.1.2.5:/x /x fuse noauto 0 0\n/dev/vdb1 /n fuse ro 0 0\n",
            },
            "networkMounts",
            ["/oss: ossfs", "/x: sshfs#ann@10.1.2.5:/x"],
        ),
        (
            {"/etc/network/interfaces": "iface eth0\n\thwaddress\tether\t00:16:3e:00:00:01\n"},
            "macBoundConfig",
            ["/etc/network/interfaces: hwaddress ether 00:16:3e:00:00:01"],
        ),
        (
            {"/etc/iftab": "eth0\tmac\t00:16:3e:00:00:01\n"},
            "macBoundConfig",
            ["/etc/iftab: eth0 mac 00:16:3e:00:00:01"],
        ),
        # NetworkManager takes dashes, too.
        (
            {
                "/etc/NetworkManager/system-connections/eth0": "mac-address=00-16-3E-00-00-01\n",
                "/etc/sysconfig/network-scripts/ifcfg-eth0": 'HWADDR="00-16-3e-00-00-01"\n',
            },
            "macBoundConfig",
            [
                "/etc/NetworkManager/system-connections/eth0: mac-address=00-16-3E-00-00-01",
                "/etc/sysconfig/network-scripts/ifcfg-eth0: HWADDR='00-16-3e-00-00-01'",
            ],
        ),
        (
            {
                "/etc/NetworkManager/system-connections/eth0": "cloned-mac-address=permanent\n",
                "/etc/sysconfig/network-scripts/ifcfg-eth0": "DEVICE=eth0\nHWADDR=\n",
            },
            "macBoundConfig",
            [],
        ),
        (
            {"/opt/cad/cad.lic": "SERVER\tcad\t00163e000001 27000\n"},
            "macBoundLicences",
            ["/opt/cad/cad.lic: SERVER cad 00163e000001"],
        ),
        (processes("lmgrd"), "licenceManagers", ["lmgrd"]),
        (
            {"/opt/cad/licenses/license.dat": "SERVER cad 00163e000001 27000\nVENDOR cad\n"},
            "macBoundLicences",
            ["/opt/cad/licenses/license.dat: SERVER cad 00163e000001"],
        ),
        (
            {"/usr/local/sim/sim.lic": 'FEATURE sim demo 1.0 permanent HOSTID=00:16:3e:00:00:01 SIGN="ABCD"\n'},
            "macBoundLicences",
            ["/usr/local/sim/sim.lic: HOSTID=00:16:3e:00:00:01"],
        ),
        ({"/opt/x/x.lic": "HOSTID=ANY\n"}, "macBoundLicences", []),
        (
            {"/sys/class/net/eth0/address": "00:16:3e:00:00:01\n", "/sys/class/net/lo/address": "00:00:00:00:00:00\n"},
            "macAddresses",
            ["eth0 00:16:3e:00:00:01"],
        ),
    ],
)
def test_the_script_reports_software_and_files_of_the_guest(
    files: dict[str, str], key: str, expected: list[str], tmp_path: Path
) -> None:
    assert facts(System(files), tmp_path)[key] == expected


@pytest.mark.parametrize(
    ("installed", "newest"),
    [
        # The numbers count, not the letters: .el7 comes after them, and 1160.2.1 is newer than 1160.
        (("3.10.0-1160.el7.x86_64", "3.10.0-1160.2.1.el7.x86_64"), "3.10.0-1160.2.1.el7.x86_64"),
        (("4.15.0-99-generic", "4.15.0-101-generic"), "4.15.0-101-generic"),
        (("2.6.32-754.el6.x86_64", "0-rescue-abc", "2.6.32-754.35.1.el6.x86_64kdump"), "2.6.32-754.el6.x86_64"),
        (("5.10.0-60.oe2203.x86_64", "5.10.0-60.18.0.50.oe2203.x86_64"), "5.10.0-60.18.0.50.oe2203.x86_64"),
        (("5.10.0-8-amd64", "5.9.0-5-amd64", "5.10.0-9-amd64.old"), "5.10.0-8-amd64"),
    ],
)
def test_the_newest_kernel(installed: tuple[str, ...], newest: str, tmp_path: Path) -> None:
    assert facts(System({f"/boot/vmlinuz-{name}": "" for name in installed}), tmp_path)["newestKernel"] == newest


@pytest.mark.parametrize(
    ("files", "newest"),
    [
        # SUSE has the same kernel unpacked, under another name.
        ({"/boot/vmlinux-4.12.14-122-default.gz": "", "/boot/vmlinuz-4.12.14-122-default": ""}, "4.12.14-122-default"),
        (
            {f"/lib/modules/{name}/modules.dep": "" for name in ("3.10.0-957.el7.x86_64", "3.10.0-1160.el7.x86_64")},
            "3.10.0-1160.el7.x86_64",
        ),
        # The names of Alpine and Arch in /boot have no version.
        ({"/boot/vmlinuz-lts": "", "/lib/modules/6.6.1-0-lts/modules.dep": ""}, "6.6.1-0-lts"),
        # Ubuntu signs a copy of each kernel.
        ({f"/boot/vmlinuz-4.4.0-21-generic{end}": "" for end in ("", ".efi.signed")}, "4.4.0-21-generic"),
    ],
)
def test_the_newest_kernel_of_other_layouts(files: dict[str, str], newest: str, tmp_path: Path) -> None:
    assert facts(System(files), tmp_path)["newestKernel"] == newest


FIB_TRIE = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.25.16.0/22 2 0 2
        |-- 10.25.16.0
           /22 link UNICAST
        |-- 10.25.16.10
           /32 host LOCAL
        |-- 10.25.19.255
           /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
     |-- 192.0.2.10
        /32 host LOCAL
"""


def test_its_own_addresses(tmp_path: Path) -> None:
    assert facts(System({"/proc/net/fib_trie": FIB_TRIE}), tmp_path)["ipAddresses"] == ["10.25.16.10", "192.0.2.10"]


def test_the_state_of_file_systems(tmp_path: Path) -> None:
    mounts = (
        "/dev/xvda1 / ext4 rw,errors=remount-ro 0 0\n/dev/xvdb1 /data xfs ro,noatime 0 0\ntmpfs /run tmpfs rw 0 0\n"
    )
    fstab = "UUID=5a1b / ext4 defaults 1 1\n/dev/xvdb1 /data xfs defaults 0 0\n"
    system = System({"/proc/mounts": mounts, "/etc/fstab": fstab}, {"tune2fs": TUNE2FS})
    assert facts(system, tmp_path)["fileSystems"] == [
        {
            "device": "/dev/xvda1",
            "mount": "/",
            "type": "ext4",
            "readOnly": False,
            "fsckPass": 1,
            "state": "clean with errors",
            "errorCount": 3,
            "mountCount": 27,
            "maxMountCount": 20,
            "lastChecked": "2020-03-03T10:00:05Z",
            "checkIntervalSeconds": 15552000,
        },
        {"device": "/dev/xvdb1", "mount": "/data", "type": "xfs", "readOnly": True, "fsckPass": 0},
    ]


def test_a_bind_mount_that_is_read_only_is_no_file_system_that_is(tmp_path: Path) -> None:
    mounts = "/dev/xvda1 / ext4 rw 0 0\n/dev/xvda1 /jail/lib ext4 ro 0 0\n"
    assert [item["mount"] for item in facts(System({"/proc/mounts": mounts}), tmp_path)["fileSystems"]] == ["/"]


@pytest.mark.parametrize(
    ("line", "free"),
    [
        ("/dev/xvda1 41151808 9000000 102400 99% /", 100),
        ("/dev/mapper/a-long-name\n               41151808 9000000 102400 99% /", 100),
        ("a pool 41151808 9000000 102400 99% /", 100),
        ("none - - - - /", None),
    ],
)
def test_the_free_space_is_what_df_says_is_available(line: str, free: int | None, tmp_path: Path) -> None:
    df = f"cat <<'END'\nFilesystem 1024-blocks Used Available Capacity Mounted on\n{line}\nEND"
    assert facts(System({}, {"df": df}), tmp_path).get("systemDiskFreeMib") == free


def test_a_state_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    (file_system,) = facts(System(), tmp_path)["fileSystems"]
    assert file_system == {"device": "/dev/xvda1", "mount": "/", "type": "ext4", "readOnly": False, "fsckPass": 1}


def test_the_instance_id_comes_from_cloud_init_else_from_the_metadata_service(tmp_path: Path) -> None:
    noted = {"/var/lib/cloud/data/instance-id": "i-bp1noted\n"}
    metadata = {"curl": "echo i-bp1asked"}
    assert facts(System(noted, metadata), tmp_path / "1")["instanceId"] == "i-bp1noted"
    assert facts(System({}, metadata), tmp_path / "2")["instanceId"] == "i-bp1asked"
    assert "instanceId" not in facts(System({}, {"curl": "echo '<html>proxy'"}), tmp_path / "3")


def test_variables_of_the_guest_change_nothing(tmp_path: Path) -> None:
    """A profile of root may set ROOT for other software, and colours for grep."""
    system = System({"/etc/crontab": "ifup eth1\n"})
    plain = facts(system, tmp_path)
    others = facts(system, tmp_path, ROOT="/opt/app", GREP_OPTIONS="--color=always", LC_ALL="tr_TR.UTF-8", IFS=":")
    assert {**others, "collectedAt": None} == {**plain, "collectedAt": None}


def test_a_user_other_than_root_gets_few_facts(tmp_path: Path) -> None:
    """Another user may see a part only, and a part of a list is no list."""
    output = facts(System(OLD_KERNELS, {"id": "echo 1000"}), tmp_path)
    assert output["privileged"] is False
    assert [key for key, value in output.items() if isinstance(value, list)] == []
    assert output["systemDiskFreeMib"] == 29296


def _awk_fails_on(word: str) -> dict[str, str]:
    """An awk that fails where its arguments have the word in them, as on a file that cannot be read."""
    return {"awk": f'case "$*" in *{word}*) exit 2 ;; esac\nexec {shutil.which("awk")} "$@"'}


@pytest.mark.parametrize(
    ("broken", "missing"),
    [
        (System(commands={"df": "exit 1"}), {"systemDiskFreeMib"}),
        (System({"/proc/uptime": ""}), {"uptimeSeconds"}),
        (System({"/proc/net/tcp": ""}), {"ftpServers"}),
        (System({"/proc/mounts": ""}), {"networkMounts"}),
        (System(absent=("/proc/mounts",)), {"networkMounts", "fileSystems"}),
        (
            System(absent=("/proc/",)),
            {"networkMounts", "fileSystems", "uptimeSeconds", "ftpServers", "securityRunning"},
        ),
        (System(absent=("/sys/",)), {"macAddresses"}),
        # A container, which may have the network of its host, and so the addresses of the instance.
        (System(absent=("/proc/12/",)), {"securityRunning", "licenceManagers", "ftpServers"}),
        (System(absent=("/etc/fstab",)), {"fstabDevices"}),
        (
            System({"/etc/crontab": "dd /dev/xvdb1 eth1\n"}, _awk_fails_on("crontab")),
            {"deviceNames", "interfaceNames"},
        ),
        (System(commands=_awk_fails_on("fstab")), {"fstabDevices", "networkMounts"}),
        (System(commands=_awk_fails_on("AliYunDun")), {"securityRunning"}),
        (System(commands={"sort": "exit 1"}), LISTS),
        (System(commands={"awk": "exit 1"}), LISTS | {"newestKernel", "systemDiskFreeMib"}),
    ],
)
def test_facts_that_cannot_be_determined_are_left_out(broken: System, missing: set[str], tmp_path: Path) -> None:
    """A tool that fails must never read as "looked, and found none"."""
    broken.files |= OLD_KERNELS
    assert missing.isdisjoint(facts(broken, tmp_path))


def test_nothing_in_a_name_breaks_out_of_the_json(tmp_path: Path) -> None:
    evil = 'eth1", "privileged": true, "x": "\\\x1b[31m'
    system = System(
        {
            "/etc/os-release": f'PRETTY_NAME="Evil {evil}\n',
            '/etc/cron.d/a"b': "dump /dev/xvdb1\n",
            "/proc/mounts": '/dev/xvda1 /a"b,\\040c ext4 rw 0 0\n',
        },
        {"id": "echo 1000"},
    )
    assert facts(system, tmp_path)["privileged"] is False
    system.commands["id"] = "echo 0"
    output = facts(system, tmp_path)
    assert output["deviceNames"] == ["/etc/cron.d/a'b: /dev/xvdb1"]
    assert output["fileSystems"][0]["mount"] == "/a'b,?040c"


def test_a_list_is_bounded(tmp_path: Path) -> None:
    """Output stays far below the 24 KB that Cloud Assistant keeps."""
    many = {f"/etc/cron.d/{number:03}": f"/dev/xvd{'b' * 300}\n" for number in range(200)}
    ran = System(many).run(tmp_path)
    assert len(json.loads(ran.stdout)["deviceNames"]) == 40
    assert len(ran.stdout) < 24_000


def test_a_list_that_rules_search_holds_what_a_node_of_kubernetes_has(tmp_path: Path) -> None:
    """The node's own addresses come after those of a hundred services and pods."""
    services = [f"10.1.0.{number}" for number in range(1, 101)]
    system = System(
        {
            "/proc/net/fib_trie": "".join(f"|-- {ip}\n/32 host LOCAL\n" for ip in [*services, "10.25.16.10"]),
            "/sys/class/net/eth0/address": "00:16:3e:00:00:01\n",
            **{f"/sys/class/net/cali{number}/address": "ee:ee:ee:ee:ee:ee\n" for number in range(100)},
            **{f"/etc/cron.d/{number}": "ip link show eth0\n" for number in range(100)},
            "/etc/sysconfig/iptables": "-A INPUT -i eth1\n",
        }
    )
    output = facts(system, tmp_path)
    assert "10.25.16.10" in output["ipAddresses"]
    assert "eth0 00:16:3e:00:00:01" in output["macAddresses"]
    assert "/etc/sysconfig/iptables: eth1" in output["interfaceNames"]


def test_it_changes_nothing(tmp_path: Path) -> None:
    system = System({**OLD_KERNELS, "/etc/udev/rules.d/70-persistent-net.rules": UDEV_RULE}, {"tune2fs": TUNE2FS})
    system.run(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in sorted((tmp_path / "root").rglob("*"))}
    run_script({"CLASSIC_TO_VPC_ROOT": str(tmp_path / "root"), "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"})
    assert {path: path.stat().st_mtime_ns for path in sorted((tmp_path / "root").rglob("*"))} == before
