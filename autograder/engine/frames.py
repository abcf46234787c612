"""Send plain values over a socket: a length, then the bytes of autograder.values."""

import array
import socket
import struct
import time

from autograder.values import MAX_BYTES, decode, encode

LENGTH = struct.Struct(">I")


class ClosedError(ConnectionError):
    """Say that the other side is gone."""


class TooLateError(TimeoutError):
    """Say that the other side did not answer in time."""


def send(sock: socket.socket, value, deadline: float | None = None, fds: tuple[int, ...] = ()):
    """Send one value, and file descriptors with it. Raises ClosedError, TooLateError, and NotPlainError before anything is sent."""
    data = encode(value)
    view = memoryview(LENGTH.pack(len(data)) + data)
    try:
        _set_timeout(sock, deadline)
        if fds:
            sent = sock.sendmsg([view], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])
            view = view[sent:]
        while view:
            _set_timeout(sock, deadline)
            view = view[sock.send(view) :]
    except TimeoutError:
        raise TooLateError from None
    except OSError as error:
        raise ClosedError(str(error)) from None


def receive(sock: socket.socket, deadline: float | None = None, arrays: bool = True):
    """Return the next value. Raises ClosedError, TooLateError, and NotPlainError where it is malformed.

    Without `arrays` none is let through, so that what comes may be compared with `==`.
    """
    return decode(_read(sock, _length(_read(sock, LENGTH.size, deadline)), deadline), arrays)


def receive_with_fd(sock: socket.socket, deadline: float | None = None) -> tuple[object, int | None]:
    """Return the next value and the file descriptor that came with it, or None. Raises as `receive` does."""
    try:
        _set_timeout(sock, deadline)
        head, ancillary, _, _ = sock.recvmsg(LENGTH.size, socket.CMSG_SPACE(4 * array.array("i").itemsize))
    except TimeoutError:
        raise TooLateError from None
    except OSError as error:
        raise ClosedError(str(error)) from None
    fds = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    for extra in fds[1:]:
        socket.close(extra)
    if not head:
        raise ClosedError
    head += _read(sock, LENGTH.size - len(head), deadline)
    return decode(_read(sock, _length(head), deadline)), (fds[0] if fds else None)


def _length(head: bytes) -> int:
    (length,) = LENGTH.unpack(head)
    if length > MAX_BYTES:
        raise ClosedError("a message longer than allowed")
    return length


def _read(sock: socket.socket, count: int, deadline: float | None) -> bytes:
    parts, left = [], count
    while left:
        try:
            _set_timeout(sock, deadline)
            part = sock.recv(min(left, 1 << 20))
        except TimeoutError:
            raise TooLateError from None
        except OSError as error:
            raise ClosedError(str(error)) from None
        if not part:
            raise ClosedError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _set_timeout(sock: socket.socket, deadline: float | None):
    if deadline is None:
        sock.settimeout(None)
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise TooLateError
    sock.settimeout(left)
