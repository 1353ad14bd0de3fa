"""Journal entries in the export format, as journald writes them of services: python3 entries.py NUMBER | systemd-journal-remote …"""
import random
import sys

number = int(sys.argv[1])
chance = random.Random(1)
boot = "0123456789abcdef0123456789abcdef"
# Priorities as services have them: mostly info, some errors.
priorities = [6] * 12 + [5] * 3 + [4] * 2 + [3, 7, 7]
for entry in range(1, number + 1):
    unit = chance.randrange(40)
    pid = 1000 + unit
    print(f"__REALTIME_TIMESTAMP={1700000000000000 + entry * 100}")
    print(f"__MONOTONIC_TIMESTAMP={entry * 100}")
    print(f"_BOOT_ID={boot}")
    print("_MACHINE_ID=00112233445566778899aabbccddeeff")
    print("_HOSTNAME=host")
    print("_TRANSPORT=journal")
    print(f"PRIORITY={chance.choice(priorities)}")
    print(f"SYSLOG_IDENTIFIER=service-{unit}")
    print(f"MESSAGE=request {entry} of client {chance.randrange(5000)} answered in {chance.randrange(100000)} us")
    print(f"_PID={pid}")
    print(f"_UID={100 + unit}\n_GID={100 + unit}")
    print(f"_COMM=service-{unit}\n_EXE=/usr/bin/service-{unit}\n_CMDLINE=/usr/bin/service-{unit} --serve")
    print("_CAP_EFFECTIVE=0\n_SELINUX_CONTEXT=unconfined")
    print(f"_SYSTEMD_CGROUP=/system.slice/service-{unit}.service\n_SYSTEMD_SLICE=system.slice")
    print(f"_SYSTEMD_UNIT=service-{unit}.service\n_SYSTEMD_INVOCATION_ID={unit:032x}")
    print(f"_SOURCE_REALTIME_TIMESTAMP={1700000000000000 + entry * 100 - 20}")
    if entry % 50 == 0:
        print(f"MESSAGE_ID=39f53479d3a045ac8e11786248231fbf\nJOB_RESULT=done\nUNIT=service-{unit}.service")
    print()
