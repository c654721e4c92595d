"""Evaluation URLs that would make the notifier call what only the notifier can reach.

Each attack is its own test id; none may be accepted at the door, and none may be connected to.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from deployer.adapters.evaluation.endpoint import HTTPEvaluationEndpoint
from deployer.domain.address import special_kind
from deployer.domain.errors import InvalidRequestError
from deployer.domain.evaluation_url import EvaluationRules, Network
from deployer.domain.notification import Answer
from deployer.services.admit import admit, shared_secret
from tests.support.builders import a_body

SPELLINGS = (
    # loopback
    "https://127.0.0.1/", "https://127.1/", "https://127.0.1/", "https://2130706433/",
    "https://0x7f000001/", "https://0x7f.0x0.0x0.0x1/", "https://0177.0.0.1/", "https://017700000001/",
    "https://0x7f.1/", "https://127.0.0.1./", "https://127.255.255.254/", "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/", "https://[::127.0.0.1]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/", "https://localhost/", "https://LOCALHOST./", "https://a.localhost/",
    "https://localhost.localdomain/", "https://ip6-localhost/",
    # unspecified
    "https://0/", "https://0.0.0.0/", "https://[::]/", "https://0x0/", "https://00000/",
    # metadata services
    "https://169.254.169.254/latest/meta-data/", "https://2852039166/", "https://0xa9fea9fe/",
    "https://0251.0376.0251.0376/", "https://169.254.43518/", "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::a9fe:a9fe]/", "https://[64:ff9b:1::a9fe:a9fe]/", "https://[2002:a9fe:a9fe::]/",
    "https://[fd00:ec2::254]/", "https://169.254.170.2/v2/credentials/", "https://100.100.100.200/",
    "https://168.63.129.16/", "https://192.0.0.192/", "https://metadata.google.internal/",
    "https://metadata/", "https://instance-data.ec2.internal/",
    # private, carrier-grade NAT, link-local, multicast, reserved, benchmark, documentation
    "https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/",
    "https://192.168.257/", "https://0300.0250.0.1/", "https://100.64.0.1/", "https://169.254.0.1/",
    "https://224.0.0.1/", "https://240.0.0.1/", "https://255.255.255.255/", "https://198.18.0.1/",
    "https://192.0.2.1/", "https://198.51.100.1/", "https://203.0.113.1/", "https://192.88.99.1/",
    "https://[fc00::1]/", "https://[fd12:3456::1]/", "https://[fe80::1]/", "https://[fec0::1]/",
    "https://[ff02::1]/", "https://[2001:0:a9fe:a9fe::]/", "https://[2001:db8::1]/",
    "https://[2001:2::1]/", "https://[3fff::1]/", "https://[5f00::1]/", "https://[100::1]/",
    # names of the inside
    "https://printer.local/", "https://db.internal/", "https://router.lan/", "https://intranet/",
    "https://nas.home.arpa/", "https://wiki.corp/",
    # what parsers read in different ways
    "https://example.com@127.0.0.1/", "https://127.0.0.1\\@example.com/",
    "https://example.com\\@127.0.0.1/", "https://127.0.0.1%2f@example.com/",
    "https://[::1%25eth0]/", "https://[fe80::1%eth0]/", "https://[127.0.0.1]/", "https://[::1].example.com/",
    "https://127.0.0.1%00.example.com/", "https://127.0.0.1\t.example.com/", "https://127.0.0.1\n/",
    "https://127.0.0.1 .example.com/", "https://１２７.０.０.１/", "https://127。0。0。1/", "https://①②⑦.⓪.⓪.①/",
    "https://ⓛocalhost/", "https://LocaLhost\u200b/", "https://127.0.0.1:443:80/", "https://exa\u00admple.local/",
    "https:127.0.0.1/", "https:/127.0.0.1/", "https:///127.0.0.1/", "//127.0.0.1/", " https://127.0.0.1/",
    "https://1.1.1.256/", "https://256.1/", "https://1.2.3.4.5/", "https://0x/", "https://089.0.0.1/",
    # other schemes, transports and ports
    "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/_x",
    "dict://example.com:11211/", "data:text/plain,x", "javascript:alert(1)", "jar:https://example.com!/",
    "https://example.com:22/", "https://example.com:6379/", "https://example.com:9001/", "https://example.com:0/",
)  # fmt: skip

INNER_ADDRESSES = (
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "168.63.129.16", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "192.0.0.8",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "100::1", "2001::1", "2001:0:a9fe:a9fe::",
    "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::",
    "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
)  # fmt: skip
PUBLIC = "93.184.215.14"


@dataclass
class Internet:
    """DNS that answers what a test says, and servers that refuse and remember every connection."""

    names: dict[str, list[str]] = field(default_factory=dict)
    """The answers to each name, one a question; the last one stays."""
    asked: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)

    def resolve(self, host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            self.asked.append(host)
            if host not in self.names:
                raise socket.gaierror(socket.EAI_AGAIN, "no answer") from None
            answers = self.names[host]
            address = ipaddress.ip_address(answers.pop(0) if len(answers) > 1 else answers[0])
        if address.version == 4:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (str(address), port))]
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (str(address), port, 0, 0))]

    def connect(self, _: socket.socket, address: tuple[Any, ...]) -> None:
        self.connected.append(address[0])
        raise ConnectionRefusedError


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    playing = Internet()
    monkeypatch.setattr(socket, "getaddrinfo", playing.resolve)
    connect: Callable[..., None] = lambda sock, address: playing.connect(sock, address)  # noqa: E731
    monkeypatch.setattr(socket.socket, "connect", connect)
    return playing


def send(url: str, network: Network = Network.PUBLIC) -> Answer:
    return HTTPEvaluationEndpoint(EvaluationRules(network)).send(url, b"{}")


@pytest.mark.parametrize("url", SPELLINGS)
def test_the_door_refuses(url: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        admit(a_body(evaluation_url=url), shared_secret("correct horse", None), EvaluationRules())
    assert [refused.field for refused in caught.value.fields] == ["evaluation_url"]


@pytest.mark.parametrize("url", SPELLINGS)
def test_the_send_refuses_without_a_connection(internet: Internet, url: str) -> None:
    answer = send(url)
    assert answer.refused
    assert answer.detail.startswith("the evaluation URL ")
    assert internet.connected == []


@pytest.mark.parametrize("address", INNER_ADDRESSES)
def test_the_send_refuses_a_name_that_leads_to(internet: Internet, address: str) -> None:
    internet.names["rebound.example.com"] = [address]
    answer = send("https://rebound.example.com/notify")
    assert answer.refused
    assert "leads to" in answer.detail
    assert internet.connected == []


@pytest.mark.parametrize("address", INNER_ADDRESSES)
def test_the_local_network_is_refused_all_but_loopback(internet: Internet, address: str) -> None:
    internet.names["rebound.example.com"] = [address]
    send("http://rebound.example.com/notify", Network.LOCAL)
    loopback = [one for one in internet.connected if ipaddress.ip_address(one).is_loopback]
    assert internet.connected == loopback


@pytest.mark.parametrize("address", INNER_ADDRESSES)
def test_a_name_whose_answer_changes_is_connected_to_as_it_was_judged(
    internet: Internet, address: str
) -> None:
    internet.names["changing.example.com"] = [PUBLIC, address]
    answer = send("https://changing.example.com/notify")
    assert not answer.refused
    assert internet.connected == [PUBLIC]
    assert internet.asked == ["changing.example.com"]


def test_every_inner_address_is_one() -> None:
    assert all(special_kind(ipaddress.ip_address(address)) for address in INNER_ADDRESSES)
    assert special_kind(ipaddress.ip_address(PUBLIC)) is None


def test_a_name_that_dns_does_not_know_now_is_tried_again(internet: Internet) -> None:
    answer = send("https://nowhere.example.com/notify")
    assert (answer.status, answer.refused) == (None, False)
