"""Every answer that is not the page asked for: what is wrong, what became of it, what to do. Chinese, and never a traceback."""

from __future__ import annotations

import logging
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist, loader

log = logging.getLogger(__name__)

GIGABYTE = 1024**3
MEGABYTE = 1024**2


class OneLine(logging.Filter):
    """Keeps a refused request to one line of the log: what was refused and on which page, without the traceback of the refusal."""

    def filter(self, record: logging.LogRecord) -> bool:
        where = getattr(getattr(record, "request", None), "path_info", "")
        record.msg, record.args = f"refused {where}: {record.getMessage()}", ()
        record.exc_info = record.exc_text = None
        return True


def plain(request: HttpRequest, status: int, title: str, what: str, todo: str) -> HttpResponse:
    """A page that needs neither database nor session: for refusals made before either is known."""
    if _wants_json(request):
        return JsonResponse({"error": title, "what": what, "todo": todo}, status=status, json_dumps_params={"ensure_ascii": False})
    template = loader.get_template("error_plain.html")
    body = template.render({"status": status, "title": title, "what": what, "todo": todo, "back": _back(request), **_home(request)})
    return HttpResponse(body, status=status)


def page(request: HttpRequest, status: int, title: str, what: str, todo: str) -> HttpResponse:
    """A page in the site's own frame; without the frame when that fails too."""
    if _wants_json(request):
        return plain(request, status, title, what, todo)
    context = {"status": status, "title": title, "what": what, "todo": todo, "frame": _frame(request)}
    context |= {"back": _back(request), **_home(request)}
    try:
        return HttpResponse(loader.render_to_string("error_framed.html", context, request), status=status)
    except Exception:
        log.exception("the page for %s could not be made in the site's frame", status)
        return plain(request, status, title, what, todo)


def _frame(request: HttpRequest) -> str:
    """The desk's frame is for staff on the desk; everybody else, wherever the address points, stands before the public's."""
    frame = "base.html" if _on_desk(request) else "portal_base.html"
    try:
        loader.get_template(frame)
    except TemplateDoesNotExist:
        return "error_plain.html"
    return frame


def _on_desk(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return request.path_info.startswith("/desk/") and bool(user and user.is_authenticated)


def _home(request: HttpRequest) -> dict[str, str]:
    """Where the error page leads: staff to the workbench, citizens to the public pages."""
    desk = request.path_info.startswith("/desk/")
    return {"home": "/desk/" if desk else "/", "home_words": "返回工作台" if desk else "返回首页"}


def _back(request: HttpRequest) -> str:
    """The page of this site from which a form was sent, as a path; empty for all else."""
    if request.method != "POST":
        return ""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.META.get("HTTP_HOST", ""):
        return ""
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if path.startswith("/") and not path.startswith("//") else ""


def _wants_json(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, and 413 where the reason is size (Django raises both as SuspiciousOperation)."""
    if isinstance(exception, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MEGABYTE
        return page(
            request,
            413,
            "填写的内容太多",
            f"表单里的文字超过 {most} MB，没有保存。",
            "请按浏览器的“后退”键回到表单，填写的内容还在；把长文作为文件（附件）上传，表单里只写要点，再提交一次。",
        )
    if isinstance(exception, TooManyFieldsSent):
        return page(
            request,
            400,
            "表单的栏目太多",
            f"一次最多提交 {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} 栏，没有保存。",
            "请分几次提交。",
        )
    if isinstance(exception, TooManyFilesSent):
        most_files = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        return page(request, 400, "文件太多", f"一次最多上传 {most_files} 个文件，没有保存。", "请分几次上传。")
    if isinstance(exception, DisallowedHost):
        return plain(
            request,
            400,
            "网址不是本系统的",
            "您是用一个没有登记的域名或者地址打开本系统的，没有处理这次请求。",
            "请用本单位公布的网址打开。管理员：把这个域名写进 XIEZHI_PUBLIC_URL 或者 XIEZHI_HOSTS，再启动一次。",
        )
    return page(request, 400, "请求无法读取", "系统没有读懂这次提交，没有保存任何内容。", "请返回上一页，检查后重新提交。")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = str(exception or "")
    what = said if _is_chinese(said) else "您的岗位没有办理这一事项的权限。"
    return page(request, 403, "无权办理", what, "如确需办理，请联系本机关的系统管理员调整岗位，或交有权限的同事办理。")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    log.info("cross-site check refused a form on %s: %s", request.path_info, reason)
    return page(
        request,
        403,
        "页面已过期",
        "这张表单的校验标记已失效（常见原因：在别处重新登录过，或浏览器禁用了 Cookie）。没有保存任何内容。",
        "请返回上一页并刷新，再提交一次；填写的文字可先复制保留。",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = str(exception or "")
    what = said if _is_chinese(said) else "没有这个网址的页面，可能网址有误，或内容不对您开放。"
    return page(request, 404, "没有找到页面", what, "请检查网址，或从首页重新查找。")


def too_large(request: HttpRequest, size: int, limit: int) -> HttpResponse:
    """413: the body has `size` bytes where `limit` are taken."""
    response = plain(
        request,
        413,
        "上传的内容太大",
        f"这次提交有 {_weight(size)}，单次上限是 {_weight(limit)}。系统没有读取，没有保存任何内容。",
        "请按浏览器的“后退”键回到表单，填写的内容还在；把录像分段后逐段上传，或压缩后再上传。",
    )
    response["Connection"] = "close"  # the rest of the body is not wanted
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500; and 503 while the database is away, which heals by itself."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = plain(
            request,
            503,
            "数据库正在恢复",
            "这次操作没有完成，没有保存任何内容。系统正在自动恢复。",
            "请稍等几秒，返回上一页重新提交；重复提交不会重复记录。",
        )
        response["Retry-After"] = "5"
        return response
    return plain(
        request,
        500,
        "系统出现故障",
        "这次操作没有完成。已经提示“已记录”的内容不会丢失；没有提示的，请视为没有保存。",
        "请稍后重试。仍不成功的，请告知系统管理员发生的时间和网址。",
    )


def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """`ok` when the database answers; 503 with a word otherwise. For supervisors and load balancers."""
    from django.db import connection
    from django.db.utils import Error

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        response = HttpResponse("database does not answer\n", status=503, content_type="text/plain")
        response._has_been_logged = True  # type: ignore[attr-defined] # asked every second while a database heals
        return response
    return HttpResponse("ok\n", content_type="text/plain")


def _weight(size: int) -> str:
    return f"{size / GIGABYTE:.1f} GB" if size >= GIGABYTE else f"{size / MEGABYTE:.1f} MB"


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
