"""Refuse a process, for good, the system calls that reach past its namespaces or keep memory out of every count."""

import ctypes
import platform

PR_SET_SECCOMP, MODE_FILTER = 22, 2
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # classic BPF
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; both machines are little-endian
X32 = 0x40000000  # from here on, x86_64 has its calls a second time
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CLONE, SOCKET, CLONE3 = {"x86_64": 56, "aarch64": 220}, {"x86_64": 41, "aarch64": 198}, 435
NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW… flag
FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink: those that a network namespace holds in; not vsock

REFUSED = {  # by name: the number on x86_64, on aarch64
    # other namespaces, other roots, other processes
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "pidfd_getfd": (438, 438), "kcmp": (312, 272),
    # keyrings, which a worker would share with whoever started the grading
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # memory that no process shows as its own
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190),
    # doors into the kernel that no notebook needs
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "init_module": (175, 105),
    "finit_module": (313, 273), "kexec_load": (246, 104), "kexec_file_load": (320, 294), "syslog": (103, 116),
}  # fmt: skip


class _Filter(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Filter))]


def refuse_calls(libc: ctypes.CDLL) -> int:
    """Install the filter in this process and all its children; return 0, or -1 with errno set."""
    machine = platform.machine()
    column = list(ARCHITECTURES).index(machine)
    steps = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, ERRNO | EPERM),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, ERRNO | EPERM),
        (EQUAL, 0, 1, CLONE3),  # its flags lie in memory, where no filter can look: the C library then uses clone
        (RETURN, 0, 0, ERRNO | ENOSYS),
    ]
    for numbers in REFUSED.values():
        steps += [(EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, ERRNO | EPERM)]
    steps += [
        (EQUAL, 0, 4, CLONE[machine]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, 0, 1, NEW_NAMESPACES),
        (RETURN, 0, 0, ERRNO | EPERM),
        (RETURN, 0, 0, ALLOW),
        (EQUAL, 0, len(FAMILIES) + 2, SOCKET[machine]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        *((EQUAL, len(FAMILIES) - i, 0, family) for i, family in enumerate(FAMILIES)),
        (RETURN, 0, 0, ERRNO | EAFNOSUPPORT),
        (RETURN, 0, 0, ALLOW),
    ]
    program = _Program(len(steps), (_Filter * len(steps))(*steps))
    return libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0)
