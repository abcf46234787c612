"""A PostgreSQL server of one's own, from Debian's package, for the tests that need one."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoServerError(Exception):
    """Say why no server can be started here."""


@contextmanager
def server() -> Iterator[str]:
    """Start a server in a folder of its own, on a socket there; yield the URL of its database. Raises NoServerError."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise NoServerError("no PostgreSQL below /usr/lib/postgresql: apt-get install postgresql")
    programs = found[-1].parent
    data = Path(tempfile.mkdtemp(prefix="atiende-pg-"))
    who = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        person = next((p for p in pwd.getpwall() if p.pw_name in ("postgres", "nobody")), None)
        if person is None:
            raise NoServerError("root needs a user postgres or nobody to run PostgreSQL as")
        shutil.chown(data, person.pw_uid, person.pw_gid)
        who = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}

    def run(program: str, *arguments: str):
        done = subprocess.run([programs / program, "-D", data, *arguments], cwd="/", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **who)
        if done.returncode:
            raise NoServerError(f"{program}: {done.stdout.decode()[-500:]}")

    run("initdb", "--auth=trust", "--username=grader", "--no-sync", "--encoding=UTF8", "--locale=C")
    run("pg_ctl", "--wait", "--log", str(data / "log"), "--options",
        f"-c listen_addresses='' -c unix_socket_directories='{data}' -c fsync=off", "start")
    try:
        yield f"postgresql+psycopg://grader@/postgres?host={data}"
    finally:
        run("pg_ctl", "--mode=immediate", "stop")
        shutil.rmtree(data)
