"""What may a process not do any more? Talk to a network, open a file, start or end a process.

Linux's seccomp refuses the calls themselves; limits of the kernel bound memory, time and files. All
of it is one way: a process can't undo it, nor can what it starts. Where the kernel offers less, the
walls that stand are told honestly: `/charter` lists them.

Source: seccomp(2), Linux `asm/unistd_64.h` (x86-64) and `asm-generic/unistd.h` (aarch64).
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys
from collections.abc import Iterable, Mapping

MEMORY_BYTES = 1 << 30
CPU_S = 5  # for one picture
_OPEN_FILES = 32

# name: (x86-64, aarch64); None where there is none.
_NETWORK = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "bind": (49, 200),
    "listen": (50, 201),
    "io_uring_setup": (425, 425),
}
_FILES = {
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "open_by_handle_at": (304, 265),
    "creat": (85, None),
    "memfd_create": (319, 279),
    "truncate": (76, 45),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "chown": (92, None),
    "fchownat": (260, 54),
    "mount": (165, 40),
    "umount2": (166, 39),
    "shmget": (29, 194),
}
_PROCESSES = {
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "keyctl": (250, 219),
}
# For the child that looks at one burst: it starts nothing and loosens no limit, its parent's
# neither.
_CHILDREN = {
    "clone": (56, 220),
    "clone3": (435, 435),
    "fork": (57, None),
    "vfork": (58, None),
    "setrlimit": (160, 164),
    "prlimit64": (302, 261),
}
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # linux/audit.h
_NEW_USER, _NEW_NET, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2


def before_loading() -> list[str]:
    """Bound memory, and leave the machine's network where that is allowed; gives the walls."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold a face
    walls = [f"memory {MEMORY_BYTES >> 20} MiB"]
    if _libc_call("unshare", _NEW_USER | _NEW_NET | _NEW_IPC):
        walls.append("network of its own, empty")
    return walls


def after_loading() -> list[str]:
    """Take away files, network and processes for good; gives the walls."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    walls = ["writes no file", "environment emptied"]
    if forbid(_NETWORK, _FILES, _PROCESSES):
        walls += ["no network call", "opens no file", "starts, ends and reads no other program"]
    return walls


def one_burst(pictures: int) -> None:
    """Bound a child that looks at so many pictures: time, and no children."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S * pictures, CPU_S * pictures))
    forbid(_CHILDREN)


def forbid(*tables: Mapping[str, tuple[int, int | None]], machine: str | None = None) -> bool:
    """Have the kernel refuse these calls with 'not permitted'; False where it can't.

    Fails: open, and the wall is not listed.
    """
    known = _ARCHITECTURES.get(machine or platform.machine())
    if known is None or not sys.platform.startswith("linux"):
        return False
    column, architecture = known
    numbers = [pair[column] for table in tables for pair in table.values()]
    code = program(architecture, [one for one in numbers if one is not None])
    kept = ctypes.create_string_buffer(code)
    told = struct.pack("HL", len(code) // 8, ctypes.addressof(kept))
    return _libc_call("prctl", _NO_NEW_PRIVS, 1, 0, 0, 0) and _libc_call(
        "prctl", _SET_SECCOMP, _FILTER, ctypes.create_string_buffer(told), 0, 0
    )


def program(architecture: int, numbers: Iterable[int]) -> bytes:
    """Write the filter: another architecture's calls, the odd ones of x32 and these are refused.

    Source: Linux `bpf_common.h`: load a word, jump if equal, jump if at least, return.
    """
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    allow, refuse = 0x7FFF0000, 0x00050001  # the second: error 1, EPERM
    listed = sorted(set(numbers))
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, refuse), (load, 0, 0, 0)]
    steps.append((at_least, len(listed) + 1, 0, 0x40000000))
    for n, number in enumerate(listed):
        steps.append((equal, len(listed) - n, 0, number))
    steps += [(give, 0, 0, allow), (give, 0, 0, refuse)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _libc_call(name: str, *told: object) -> bool:
    call = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if call is None:
        return False
    parts = [ctypes.c_ulong(one) if isinstance(one, int) else one for one in told]
    return int(call(*parts)) == 0
