"""Where a request comes from: hops counted from the right, forged ones never believed."""

from collections.abc import Callable

import pytest
from starlette.requests import Request

from engagement_widgets.web.identity import client_address, is_loopback

MakeRequest = Callable[..., Request]


def _forwarded(*values: str) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", value) for value in values]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, ["203.0.113.9"], "10.0.0.1"),  # nobody is trusted: the header is only a claim
        (1, ["203.0.113.9"], "203.0.113.9"),
        (1, ["1.2.3.4, 203.0.113.9"], "203.0.113.9"),  # a forged prefix
        (1, ["1.2.3.4", "203.0.113.9"], "203.0.113.9"),  # forged as a header of its own
        (2, ["1.2.3.4, 203.0.113.9, 10.1.1.1"], "203.0.113.9"),
        (2, ["203.0.113.9"], "10.0.0.1"),  # fewer hops than proxies: not through them
        (1, [], "10.0.0.1"),
        (1, ["unknown"], "10.0.0.1"),
        (1, ["1.2.3.4, <script>"], "10.0.0.1"),
        (1, [""], "10.0.0.1"),
        (1, ["203.0.113.9:4711"], "203.0.113.9"),
        (1, ["[2001:db8:1:2:3:4:5:6]:4711"], "2001:db8:1:2::/64"),
        (1, ["2001:db8:1:2:ffff::1"], "2001:db8:1:2::/64"),
        (1, ["::ffff:203.0.113.9"], "203.0.113.9"),
        (1, ["::FFFF:cb00:7109"], "203.0.113.9"),
        (1, ["fe80::1%eth0"], "fe80::/64"),
    ],
)
def test_the_hop_before_our_proxies_counts(
    make_request: MakeRequest, proxies: int, forwarded: list[str], expected: str
) -> None:
    """The address is the one our outermost proxy was called from, whatever stands left of it."""
    request = make_request(headers=_forwarded(*forwarded), client=("10.0.0.1", 1))
    assert client_address(request, proxies) == expected


def test_neighbours_in_one_ipv6_network_are_one_client(make_request: MakeRequest) -> None:
    """A subscriber holds a whole /64; the next /64 is somebody else."""
    addresses = [
        client_address(make_request(client=(host, 1)), 0)
        for host in ("2001:db8:a:b::1", "2001:db8:a:b:ffff:ffff:ffff:ffff", "2001:db8:a:c::1")
    ]
    assert addresses[0] == addresses[1] != addresses[2]


def test_an_ipv4_client_is_the_same_over_both_families(make_request: MakeRequest) -> None:
    """A dual-stack socket shows IPv4 clients as mapped IPv6 addresses."""
    plain = client_address(make_request(client=("192.0.2.7", 1)), 0)
    assert client_address(make_request(client=("::ffff:192.0.2.7", 1)), 0) == plain == "192.0.2.7"


def test_a_socket_without_an_address_is_named_unknown(make_request: MakeRequest) -> None:
    """A Unix socket tells no address; its readers share one."""
    assert client_address(make_request(client=None), 0) == "unknown"


@pytest.mark.parametrize(
    ("client", "headers", "expected"),
    [
        (("127.0.0.1", 1), [], True),
        (("::1", 1), [], True),
        (("::ffff:127.0.0.1", 1), [], True),
        (("192.0.2.7", 1), [], False),
        (None, [], False),
        (("127.0.0.1", 1), [("X-Forwarded-For", "192.0.2.7")], False),
        (("127.0.0.1", 1), [("Forwarded", "for=192.0.2.7")], False),
    ],
)
def test_loopback_is_the_socket_and_no_proxy(
    make_request: MakeRequest, client: tuple[str, int] | None, headers: list[tuple[str, str]], *, expected: bool
) -> None:
    """A proxy on this machine speaks for somebody beyond it."""
    assert is_loopback(make_request(client=client, headers=headers)) is expected
