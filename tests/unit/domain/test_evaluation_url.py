from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.domain.address import special_kind
from deployer.domain.evaluation_url import (
    EvaluationRules,
    EvaluationUrl,
    ForbiddenDestinationError,
    Network,
    check_pattern,
)

LOCAL = EvaluationRules(Network.LOCAL)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://example.com", "example.com", 443),
        ("https://Example.COM./notify?x=1&y=%20#z", "example.com", 443),
        ("HTTPS://sub.example.com:8443/a", "sub.example.com", 8443),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443),
        ("https://my_bucket.example.com/", "my_bucket.example.com", 443),
        ("https://8.8.8.8/notify", "8.8.8.8", 443),
        ("https://[2606:4700::1111]:443/", "2606:4700::1111", 443),
    ],
)
def test_a_public_https_url_is_allowed(url: str, host: str, port: int) -> None:
    assert EvaluationRules().check(url) == EvaluationUrl("https", host, port)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", "https"),
        ("https://example.com:6379/", "not allowed: give 443 or 8443"),
        ("https://user:password@example.com/", "user name"),
        ("https://10.0.0.1/", "leads to a private address.*: 10.0.0.1"),
        ("https://0x7f.1/", "leads to a loopback address.*: 127.0.0.1"),
        ("https://134744072/", "unusual way: 8.8.8.8"),
        ("https://intranet/", "the internet reaches"),
        ("https://bücher.example/", "plain ASCII"),
        ("https://a..b/", "DNS allows"),
        ("https:///path", "must have a host"),
        ("https://example.com:99999/", "port from 1 to 65535"),
        ("https://example.com/" + "a" * 2048, "at most 2048"),
    ],
)
def test_a_refusal_says_what_to_do(url: str, reason: str) -> None:
    with pytest.raises(ForbiddenDestinationError, match=reason):
        EvaluationRules().check(url)


def test_the_local_network_adds_this_machine_and_plain_http_and_nothing_else() -> None:
    for url in ("http://127.0.0.1:7863/notify", "http://localhost:9/", "http://[::1]:80/"):
        assert LOCAL.check(url)
    for url in ("http://10.0.0.1/", "http://169.254.169.254/", "http://[::ffff:127.0.0.1]/"):
        with pytest.raises(ForbiddenDestinationError):
            LOCAL.check(url)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("evaluator.example.com", True),
        ("EVALUATOR.example.com.", True),
        ("a.example.org", True),
        ("a.b.example.org", True),
        ("example.org", False),
        ("evilexample.org", False),
        ("example.org.evil.net", False),
        ("other.example.com", False),
        ("x.evaluator.example.com", False),
    ],
)
def test_only_listed_hosts_are_notified(host: str, allowed: bool) -> None:
    rules = EvaluationRules(hosts=("evaluator.example.com", "*.example.org"))
    if allowed:
        assert rules.check(f"https://{host}/")
    else:
        with pytest.raises(ForbiddenDestinationError, match="does not notify: it knows evaluator"):
            rules.check(f"https://{host}/")


def test_a_listed_host_may_still_not_lead_inside() -> None:
    with pytest.raises(ForbiddenDestinationError, match="private"):
        EvaluationRules(hosts=("10.0.0.1",)).check("https://10.0.0.1/")


@pytest.mark.parametrize("pattern", ["*", "*.com.*", "https://a.b", "a", "", "a b.c", "a.*"])
def test_a_pattern_that_names_no_host_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="is not a host"):
        check_pattern(pattern)


@given(st.text() | st.from_regex(r"https?://[^/]{0,30}(/.{0,20})?", fullmatch=True))
def test_whatever_the_url_is_only_our_own_refusal_comes_out(url: str) -> None:
    try:
        parts = EvaluationRules().check(url)
    except ForbiddenDestinationError:
        return
    assert (parts.scheme, parts.host.isascii()) == ("https", True)


@given(st.ip_addresses())
def test_no_address_that_python_calls_private_counts_as_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if special_kind(address) is None:
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("169.254.169.254", "a cloud's metadata service"),
        ("169.254.1.1", "a link-local address"),
        ("100.64.0.1", "a carrier-grade NAT address"),
        ("64:ff9b::a9fe:a9fe", "a NAT64 address"),
        ("2002:a9fe:a9fe::", "a 6to4 address"),
        ("2001::1", "a Teredo address"),
        ("::ffff:8.8.8.8", "an IPv4-mapped address"),
        ("::808:808", "an IPv4-compatible address"),
        ("1.1.1.1", None),
        ("2606:4700:4700::1111", None),
    ],
)
def test_an_address_is_called_what_it_is(address: str, kind: str | None) -> None:
    assert special_kind(ipaddress.ip_address(address)) == kind


@given(st.ip_addresses(v=4), st.sampled_from(["dec", "hex", "oct", "parts", "short"]))
def test_every_spelling_of_an_address_is_read_as_that_address(
    address: ipaddress.IPv4Address, spelling: str
) -> None:
    value, octets = int(address), address.packed
    host = {
        "dec": str(value),
        "hex": hex(value),
        "oct": f"0{value:o}",
        "parts": ".".join(hex(octet) for octet in octets),
        "short": f"{octets[0]}.{value & 0xFFFFFF}",
    }[spelling]
    assert EvaluationUrl("https", host, 443).literal == address
