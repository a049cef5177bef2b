from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest
from django.test import RequestFactory

from xiezhi.site import errors
from xiezhi.site.limits import PublicSizeMiddleware, RequestSizeMiddleware


class _Unread:
    """A body that fails the test when anybody reads it."""

    def read(self, *_):
        raise AssertionError("the body was read")

    readline = read


def _through(middleware=RequestSizeMiddleware, path="/desk/", user=None, **environ) -> tuple[int, str]:
    request = RequestFactory().generic("POST", path, **{"wsgi.input": _Unread(), **environ})

    def inner(_: HttpRequest):
        from django.http import HttpResponse

        return HttpResponse("in")

    request.user = user or AnonymousUser()
    response = middleware(inner)(request)
    return response.status_code, response.content.decode()


def test_three_gigabytes_are_refused_unread_and_the_page_says_the_limit():
    status, text = _through(CONTENT_LENGTH=str(3 * 1024**3))
    assert status == 413
    assert "3.0 GB" in text
    assert "2.0 GB" in text


def test_the_limit_itself_passes(settings):
    settings.REQUEST_LIMIT = 100
    assert _through(CONTENT_LENGTH="100")[0] == 200
    assert _through(CONTENT_LENGTH="101")[0] == 413


@pytest.mark.parametrize(
    ("path", "signed_in", "status"),
    [
        ("/verify", False, 413),
        ("/verify", True, 413),
        ("/desk/cases/1/", False, 413),
        ("/desk/cases/1/", True, 200),
        ("/sign-in", False, 413),
    ],
)
def test_a_stranger_sends_sixty_megabytes_and_no_more(path, signed_in, status):
    class Account:
        is_authenticated = signed_in

    size = 60 * 1024**2
    assert _through(PublicSizeMiddleware, path, Account(), CONTENT_LENGTH=str(size))[0] == 200
    got, text = _through(PublicSizeMiddleware, path, Account(), CONTENT_LENGTH=str(size + 1))
    assert got == status
    assert status == 200 or "60.0 MB" in text


def test_a_made_up_session_does_not_open_the_desk_for_uploads(client, db):
    client.cookies["sessionid"] = "made-up"
    answer = client.generic("POST", "/desk/cases/new", CONTENT_LENGTH=str(61 * 1024**2), **{"wsgi.input": _Unread()})
    assert answer.status_code == 413


def test_a_foreign_host_is_told_what_to_do(client, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    answer = client.get("/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert "XIEZHI_PUBLIC_URL" in answer.content.decode()
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize(
    ("environ", "status", "words"),
    [
        ({"CONTENT_LENGTH": "-5"}, 400, "应为数字"),
        ({"CONTENT_LENGTH": "many"}, 400, "many"),
        ({"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}, 411, "没有写明"),
        ({"CONTENT_LENGTH": "0", "QUERY_STRING": "q=%00"}, 400, "空字符"),
    ],
)
def test_heads_that_cannot_be_served(environ, status, words):
    got, text = _through(**environ)
    assert got == status
    assert words in text


@pytest.mark.parametrize(
    ("exception", "status", "words"),
    [
        (RequestDataTooBig(), 413, "太多"),
        (TooManyFieldsSent(), 400, "栏目太多"),
        (ValueError("secret detail"), 400, "没有保存"),
    ],
)
def test_bad_requests_are_told_apart(exception, status, words):
    response = errors.bad_request(RequestFactory().get("/"), exception)
    assert response.status_code == status
    assert words in response.content.decode()
    assert "secret" not in response.content.decode()


def test_what_a_view_said_in_chinese_is_shown():
    assert "只有本机关" in errors.permission_denied(RequestFactory().get("/"), PermissionDenied("只有本机关可办")).content.decode()
    assert "DoesNotExist" not in errors.not_found(RequestFactory().get("/"), Http404("DoesNotExist")).content.decode()


def test_programs_get_json():
    response = errors.not_found(RequestFactory().get("/api/x"))
    assert response.headers["Content-Type"] == "application/json"
    assert "没有找到" in response.content.decode()


def test_a_database_that_is_away_is_told_apart_from_a_fault():
    from django.db.utils import OperationalError

    try:
        raise OperationalError("server closed the connection")
    except OperationalError:
        response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 503
    assert "数据库正在恢复" in response.content.decode()
    assert errors.server_error(RequestFactory().get("/")).status_code == 500


def test_who_is_not_signed_in_stands_before_the_publics_page_whatever_the_address(client, db):
    for path in ("/no-such-page", "/p/nothing", "/desk/no-such-page"):
        answer = client.get(path)
        text = answer.content.decode()
        assert answer.status_code == 404
        assert 'data-ui="public"' in text, path
        assert 'href="/search"' in text


def test_an_error_page_leads_back_to_the_form_of_this_site_only():
    def answered(referer: str) -> str:
        request = RequestFactory().post("/desk/cases/new", HTTP_REFERER=referer, HTTP_HOST="testserver")
        return errors.too_large(request, 3 * 1024**3, 1024**3).content.decode()

    assert 'href="/desk/cases/new?start=lead"' in answered("http://testserver/desk/cases/new?start=lead")
    assert "evil" not in answered("http://evil.example/desk/cases/new")
    assert "“后退”" in answered("")


def test_too_much_text_is_one_line_in_the_log_and_a_page_in_words(client, db, settings, capsys):
    import logging.config

    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    logging.config.dictConfig(settings.LOGGING)
    answer = client.post("/sign-in", {"username": "x" * 2000})
    assert answer.status_code == 413
    text = answer.content.decode()
    assert "填写的内容太多" in text
    assert "后退" in text
    assert 'data-ui="public"' in text
    logged = capsys.readouterr().err
    assert "refused /sign-in" in logged
    assert "Traceback" not in logged
