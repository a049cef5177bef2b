from __future__ import annotations

import pytest


@pytest.mark.parametrize(("size", "shown"), [("large", "large"), ("xlarge", "xlarge"), ("standard", "standard"), ("huge", "standard")])
def test_the_size_is_kept_and_set_by_the_server(client, district, size, shown):
    answer = client.get(f"/display?size={size}&next=/sign-in")
    assert answer["Location"] == "/sign-in"
    assert f'data-size="{shown}"' in client.get("/sign-in").content.decode()


def test_contrast_goes_on_and_off_and_size_returns_to_plain(client, district):
    client.get("/display?size=large")
    client.get("/display?contrast=high")
    page = client.get("/sign-in").content.decode()
    assert 'data-contrast="high"' in page
    assert 'data-size="large"' in page
    client.get("/display?contrast=normal")
    assert "data-contrast" not in client.get("/sign-in").content.decode()


def test_the_way_back_never_leaves_the_site(client, db):
    for bad in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""):
        assert client.get("/display", {"size": "large", "next": bad})["Location"] == "/"


def test_an_odd_cookie_counts_as_nothing(client, district):
    client.cookies["xz_display"] = '"><script>.x.y'
    page = client.get("/sign-in").content.decode()
    assert 'data-size="standard"' in page
    assert "<script>." not in page


def test_dark_is_for_staff_only(client, sign_in):
    client.get("/display?theme=dark")
    assert "dark.css" not in client.get("/sign-in").content.decode()
    sign_in("officer")
    assert 'dark.css" media="screen">' in client.get("/desk/me/").content.decode()
    client.get("/display?theme=light")
    assert "dark.css" not in client.get("/desk/me/").content.decode()
