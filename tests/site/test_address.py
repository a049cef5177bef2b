"""What an operator says about the address, and who is believed about the visitor's."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from xiezhi.site.address import AddressError, address
from xiezhi.site.proxy import TrustedProxyMiddleware


def test_without_a_word_only_this_machine_is_answered():
    found = address({})
    assert found.own == "http://localhost:8000"
    assert found.hosts == ("localhost", "127.0.0.1", "[::1]")
    assert (found.public, found.origins, found.secure) == ("", (), False)


def test_a_public_address_by_tls_gives_hosts_origins_and_secure_cookies():
    found = address({"XIEZHI_PUBLIC_URL": "https://xzzf.example.cn:8443/", "XIEZHI_BIND": "0.0.0.0", "PORT": "9000"})
    assert found.public == "https://xzzf.example.cn:8443"
    assert found.origins == ("https://xzzf.example.cn:8443",)
    assert found.secure
    assert found.hosts[0] == "xzzf.example.cn"
    assert "*" not in found.hosts
    assert found.own == "http://localhost:9000"


def test_all_hosts_are_answered_only_where_all_interfaces_were_opened_and_none_named():
    assert address({"XIEZHI_BIND": "0.0.0.0"}).hosts == ("*",)
    assert address({"XIEZHI_BIND": "10.1.0.5"}).hosts[0] == "10.1.0.5"
    assert address({"XIEZHI_BIND": "10.1.0.5"}).own == "http://10.1.0.5:8000"
    assert address({"XIEZHI_BIND": "0.0.0.0", "XIEZHI_HOSTS": "a.example, b.example"}).hosts[:2] == ("a.example", "b.example")


@pytest.mark.parametrize("text", ["xzzf.example.cn", "ftp://x.example", "https://", "https://x.example/?a=1"])
def test_an_address_that_is_none_is_named(text):
    with pytest.raises(AddressError, match="XIEZHI_PUBLIC_URL"):
        address({"XIEZHI_PUBLIC_URL": text})
    with pytest.raises(AddressError, match="XIEZHI_TRUSTED_PROXY"):
        address({"XIEZHI_TRUSTED_PROXY": "the proxy"})


@pytest.mark.parametrize(
    ("peer", "chain", "proto", "seen", "secure"),
    [
        ("127.0.0.1", "203.0.113.9", "https", "203.0.113.9", True),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "https", "203.0.113.9", True),
        ("127.0.0.1", "203.0.113.9, 10.1.0.7", "http", "203.0.113.9", False),
        ("127.0.0.1", "", "https", "127.0.0.1", True),
        ("127.0.0.1", "203.0.113.9, nonsense", "", "127.0.0.1", False),
        ("198.51.100.7", "203.0.113.9", "https", "198.51.100.7", False),
    ],
)
def test_only_a_trusted_proxy_is_believed(settings, peer, chain, proto, seen, secure):
    settings.TRUSTED_PROXIES = (ip_network("127.0.0.1"), ip_network("10.1.0.0/24"))
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=chain, HTTP_X_FORWARDED_PROTO=proto)
    TrustedProxyMiddleware(lambda _: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == seen
    assert request.is_secure() is secure
    assert "HTTP_X_FORWARDED_FOR" not in request.META


def test_signing_in_works_behind_a_tls_proxy(db, settings):
    """The form's origin is the public one while the proxy asks by plain HTTP on the loopback."""
    from django.test import Client

    settings.TRUSTED_PROXIES = (ip_network("127.0.0.1"),)
    settings.CSRF_TRUSTED_ORIGINS = ["https://xzzf.example.cn"]
    settings.ALLOWED_HOSTS = ["xzzf.example.cn", "127.0.0.1"]
    client = Client(enforce_csrf_checks=True)
    heads = {
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9",
        "REMOTE_ADDR": "127.0.0.1",
    }
    client.get("/sign-in", **heads)
    token = client.cookies["csrftoken"].value

    def post(origin):
        form = {"username": "nobody", "password": "x", "csrfmiddlewaretoken": token}
        return client.post("/sign-in", form, HTTP_ORIGIN=origin, HTTP_REFERER=f"{origin}/sign-in", **heads)

    assert post("https://xzzf.example.cn").status_code == 200
    assert post("https://elsewhere.example").status_code == 403
    from axes.models import AccessAttempt

    assert AccessAttempt.objects.get().ip_address == "203.0.113.9"
