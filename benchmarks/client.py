"""A small HTTP client on asyncio for what wrk cannot do: every request another one, at a given pace.

Requests are made before the clock starts; per answer it reads the head, and as much body as the head says.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import accumulate
from urllib.parse import urlencode

_POOL = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `seconds` counts from when the request was due, not from when a connection was free for it."""

    status: int
    head: bytes
    seconds: float
    body: bytes = b""

    def header(self, name: bytes) -> bytes:
        """The value of a header, named in small letters, or nothing."""
        for line in self.head.split(b"\r\n"):
            key, _, value = line.partition(b":")
            if key.lower() == name:
                return value.strip()
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What writers got who never paused, and how long all of them took."""

    answers: Sequence[Answer]
    seconds: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.seconds


class Connection:
    """One connection that stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """Connect to the loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes, due: float | None = None) -> Answer:
        """Send one request and read its answer."""
        began = time.perf_counter() if due is None else due
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        answer = Answer(status=int(head[9:12]), head=head, seconds=0.0)
        body = await self._body(answer)
        return Answer(status=answer.status, head=head, seconds=time.perf_counter() - began, body=body)

    async def _body(self, answer: Answer) -> bytes:
        if answer.header(b"transfer-encoding") != b"chunked":
            return await self._reader.readexactly(int(answer.header(b"content-length") or 0))
        chunks = []
        while size := int(await self._reader.readline(), 16):
            chunks.append(await self._reader.readexactly(size))
            await self._reader.readline()
        await self._reader.readline()
        return b"".join(chunks)

    async def close(self) -> None:
        """Disconnect."""
        self._writer.close()
        await self._writer.wait_closed()


def get(path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A GET, ready to send."""
    return _request("GET", path, headers or {}, b"")


def post(path: str, fields: Mapping[str, str], *, accept: str = "text/html") -> bytes:
    """A form as a browser sends it from one of our pages, through the site's proxy, each from an address of its own.

    From one address the rules against floods would hold the sixth newcomer's comment, whatever is measured.
    """
    headers = {
        "Accept": accept,
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-For": str(IPv4Address(secrets.randbits(32))),
        "X-Forwarded-Proto": "https",
    }
    return _request("POST", path, headers, urlencode(fields).encode())


async def burst(port: int, requests: Iterable[bytes], *, writers: int, seconds: float) -> Burst:
    """Let so many writers send, one after the other each, until time or requests run out."""
    waiting = iter(requests)
    connections = [await Connection.open(port) for _ in range(writers)]
    answers: list[Answer] = []
    began = time.perf_counter()

    async def write(connection: Connection) -> None:
        while time.perf_counter() - began < seconds and (request := next(waiting, None)) is not None:
            answers.append(await connection.ask(request))

    await asyncio.gather(*map(write, connections))
    took = time.perf_counter() - began
    await asyncio.gather(*(connection.close() for connection in connections))
    return Burst(answers=answers, seconds=took)


async def paced(port: int, requests: Sequence[bytes], *, per_second: float, seed: int) -> list[Answer]:
    """Send requests at random moments (a Poisson process), however slowly the server answers."""
    chance = random.Random(seed)
    moments = list(accumulate(chance.expovariate(per_second) for _ in requests))
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(_POOL):
        idle.put_nowait(await Connection.open(port))
    began = time.perf_counter()

    async def send(request: bytes, moment: float) -> Answer:
        await asyncio.sleep(max(0.0, began + moment - time.perf_counter()))
        due = time.perf_counter()  # the timer's own lateness is not the server's
        connection = await idle.get()
        answer = await connection.ask(request, due)
        idle.put_nowait(connection)
        return answer

    answers = await asyncio.gather(*map(send, requests, moments))
    while not idle.empty():
        await idle.get_nowait().close()
    return answers


def _request(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
