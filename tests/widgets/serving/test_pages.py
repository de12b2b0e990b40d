"""A real `ganglioside app`, asked as visitors, scripts, proxies and strangers ask."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from urllib.parse import urlsplit

import psutil
import pytest
from browser.servers import NO_SPARES, TOKEN, Server, serving
from effort import PATIENCE, until
from jinja2 import Environment, FileSystemBytecodeCache
from tornado.web import create_signed_value

from ganglioside.server.service_limits import VARIABLE, ServiceLimits
from ganglioside_widgets.app import PAGES
from ganglioside_widgets.serving.pages import PageExporter, Pages

websocket = pytest.importorskip("websocket")

PROTOCOL = "v1.kernel.websocket.jupyter.org"
WORKBENCH = "/voila/render/workbench.ipynb"

#: Kernels that the server of these tests may have at once: its spares and 1 more.
MOST = sum(PAGES.values()) + 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served")
    with serving(
        folder, "app", f"--max-kernels={MOST}", "--max-megabytes=7",
        "--allow-host=lab.example.org",
        ready=r"pool of workbench\.ipynb is filled",
    ) as running:  # fmt: skip
        yield running


class Answer:
    """What the server answered."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode("utf-8", "replace")


def ask(
    server: Server, path: str, method: str = "GET", body: str | None = None,
    timeout: float = PATIENCE, **headers: str,
) -> Answer:  # fmt: skip
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=timeout)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def with_token(server: Server, path: str, **headers: str) -> Answer:
    return ask(server, path, Authorization=f"token {TOKEN}", **headers)


def cookie(server: Server) -> str:
    answer = ask(server, f"/?token={TOKEN}")
    return "; ".join(line.partition(";")[0] for line in answer.headers.get_all("Set-Cookie") or [])


def open_socket(server: Server, path: str, **options: object) -> websocket.WebSocket:
    options = {"subprotocols": [PROTOCOL], "header": [f"Authorization: token {TOKEN}"]} | options
    return websocket.create_connection(
        server.url.replace("http", "ws", 1) + path, timeout=PATIENCE, **options
    )


def renders(server: Server) -> int:
    """Return the number of pages that were served, each with a kernel."""
    return len(re.findall("200 GET /voila/render", server.log.read_text(errors="replace")))


def kernels(server: Server) -> int:
    """Return the number of kernels that run."""
    log = server.log.read_text(errors="replace")
    return len(re.findall("Kernel started", log)) - len(re.findall("Kernel shutdown", log))


def kernel_processes(server: Server) -> list[psutil.Process]:
    """Return the processes of the kernels that run, one at least."""
    found = [
        process
        for process in psutil.Process(server.process.pid).children(recursive=True)
        if "multiprocessing.forkserver" in " ".join(process.parent().cmdline())
    ]
    assert found
    return found


def test_pages_have_the_limits_of_their_server(server: Server) -> None:
    """Once only the API had them: a page took tables of 50 MB whatever the server was told."""
    told = [process.environ()[VARIABLE] for process in kernel_processes(server)]
    assert {ServiceLimits.here({VARIABLE: limits}).megabytes for limits in told} == {7.0}


def begun(server: Server, path: str, size: int, **headers: str) -> http.client.HTTPConnection:
    """Connection on which the headers of a request are sent, and nothing of its body."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE)
    connection.putrequest("POST", path, skip_host="Host" in headers)
    for name, value in {**headers, "Content-Length": str(size)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection


@pytest.mark.parametrize(
    ("path", "size", "headers", "status"),
    [
        ("/x", 104_857_600, {}, 404),
        ("/login", 104_857_600, {}, 400),
        ("/x", 104_857_600, {"Host": "evil.example"}, 403),
        ("/x", 1_000, {"Host": "evil.example"}, 403),
        ("/x", 104_857_600, {"Origin": "http://evil.example"}, 403),
        ("/health", 104_857_600, {}, 403),
        ("/api/v1/sessions", 104_857_600, {}, 403),
        ("/api/v1/sessions", 8_000_000, {"Authorization": f"token {TOKEN}"}, 413),
        ("/start/recent", 8_000_000, {"Authorization": f"token {TOKEN}"}, 400),
    ],
)
def test_large_bodies_are_refused_on_the_headers(
    server: Server, path: str, size: int, headers: dict[str, str], status: int
) -> None:
    """Once 100 MB of anybody were kept on each connection, as long as the last byte was missing."""
    connection = begun(server, path, size, **headers)
    assert connection.getresponse().status == status
    connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="a folder for temporary files may be too deep")
def test_kernels_answer_at_sockets_of_their_own(server: Server, channels: str) -> None:
    """Once a port that was free for a kernel was taken by another process before it began."""
    kernel = channels.split("/")[3]
    sockets = {
        found.laddr
        for process in kernel_processes(server)
        for found in process.net_connections("unix")
        if kernel in found.laddr
    }
    assert len(sockets) == 5
    assert {Path(path).parent.stat().st_mode & 0o777 for path in sockets} == {0o700}


@pytest.fixture(scope="module")
def channels(server: Server) -> str:
    """The WebSocket of the kernel of an open page."""
    page = with_token(server, WORKBENCH)
    assert page.status == 200
    found = re.search(r'"kernelId": "([\w-]+)"', page.text)
    assert found
    return f"/api/kernels/{found[1]}/channels"


def test_programs_that_watch_servers_are_answered(server: Server) -> None:
    for path in ("/health", "/ready"):
        assert json.loads(ask(server, path).text) == {"status": "ok"}
    assert ask(server, "/metrics").status == 403
    told = with_token(server, "/metrics")
    assert told.status == 200
    assert re.search(r"ganglioside_kernels [1-9]", told.text)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        WORKBENCH,
        "/voila/tree",
        "/voila/api/contents",
        "/help",
        "/start/recent",
        "/start/files",
    ],
)
def test_nothing_is_shown_and_no_kernel_started_without_the_token(
    server: Server, path: str
) -> None:
    before = renders(server)
    for given in (path, f"{path}?token=", f"{path}?token={TOKEN}x"):
        answer = ask(server, given)
        assert answer.status in {302, 403}
        assert answer.headers.get("Location", "/login?next=").startswith("/login?next=")
        assert TOKEN not in str(answer.headers)
    assert renders(server) == before


def test_start_and_help_need_no_kernel(server: Server) -> None:
    before = renders(server)
    for path, words in {
        "/": "Recent sessions",
        "/help": "Probability that the verdict is right.",
        "/start/recent": "No session yet",
        "/start/files": "MS-DIAL",
    }.items():
        answer = with_token(server, path)
        assert answer.status == 200
        assert words in answer.text
    assert renders(server) == before


def test_the_cookie_of_the_token_lets_in_and_is_kept_to_own_pages(server: Server) -> None:
    answer = ask(server, f"/?token={TOKEN}")
    cookies = answer.headers.get_all("Set-Cookie") or []
    signed = next(line for line in cookies if line.startswith("username"))
    assert "HttpOnly" in signed
    assert all("SameSite=Strict" in line for line in cookies)
    assert ask(server, "/", Cookie=cookie(server)).status == 200


def test_no_visitor_can_act_as_another_one(server: Server) -> None:
    """Once the token gave the key of all cookies, and an author's name the user name in one."""
    signed = cookie(server)
    name, value = next(
        part.split("=", 1) for part in signed.split("; ") if part.startswith("username")
    )
    told = json.loads(ask(server, "/api/v1/version", Cookie=signed).text)["person"]
    assert re.fullmatch("visitor [0-9a-f]{8}", told)
    content = base64.b64decode(value.split("|")[4].partition(":")[2])
    user = json.loads(content)["username"]
    assert told.split()[-1] not in user
    secret = hashlib.sha256(f"cookies of {TOKEN}".encode()).digest()
    for username in (told.split()[-1], user):
        forged = create_signed_value(secret, name, json.dumps({"username": username})).decode()
        assert ask(server, "/api/v1/version", Cookie=f'{name}="{forged}"').status == 403


def test_a_browser_is_led_on_to_an_address_without_the_token(server: Server) -> None:
    answer = ask(server, f"{WORKBENCH}?name=x&token={TOKEN}", Accept="text/html")
    assert answer.status == 200
    assert f'content="0; url={WORKBENCH}?name=x"' in answer.text
    assert TOKEN not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    led = ask(server, f"//evil.example/a?token={TOKEN}", Accept="text/html")
    assert 'url=/evil.example/a"' in led.text


def test_signing_in_and_out_by_form(server: Server) -> None:
    form = ask(server, "/login")
    assert form.status == 200
    xsrf = re.search(r'name="_xsrf" value="([^"]+)"', form.text)
    assert xsrf
    jar = "; ".join(line.partition(";")[0] for line in form.headers.get_all("Set-Cookie") or [])
    content = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": jar}
    for password, status in (("wrong", 401), (TOKEN, 302)):
        body = f"_xsrf={xsrf[1].replace('|', '%7C')}&password={password}&new_password=mine"
        assert ask(server, "/login", "POST", body, **content).status == status
    assert ask(server, "/", Cookie=cookie(server)).status == 200  # no new password was set
    out = ask(server, "/logout")
    assert out.status == 200
    assert "Signed out" in out.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "192.168.1.5:{port}"])
def test_other_hosts_are_refused_on_every_path(server: Server, host: str) -> None:
    named = host.format(port=urlsplit(server.url).port)
    for path in ("/", WORKBENCH, "/login", "/voila/static/voila.js", "/nowhere"):
        answer = with_token(server, path, Host=named)
        assert answer.status == 403
        assert "--allow-host" in answer.text
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        open_socket(server, "/api/kernels/a-b-c-d-e/channels", host=named, suppress_origin=True)


def test_allowed_hosts_pass(server: Server) -> None:
    for host in ("lab.example.org", "localhost:1", "127.0.0.1"):
        assert with_token(server, "/", Host=host).status == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/nowhere", "/login", "/logout", WORKBENCH + "x", "/voila/static/voila.js",
     "/voila/api/contents", "/api/kernels/a-b-c-d-e", "/a%00b", "/help", "/start/recent"],
)  # fmt: skip
def test_every_answer_has_the_headers(server: Server, path: str) -> None:
    answer = with_token(server, path)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    scripts = answer.headers["Content-Security-Policy"].split("script-src ")[1].split(";")[0]
    assert "'unsafe-inline'" not in scripts
    assert ("'unsafe-eval'" in scripts) is ("/voila/render/" in path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in answer.headers


def test_no_page_holds_a_script_or_what_its_address_asks_for(server: Server, channels: str) -> None:
    planted = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    names = ("theme", "template", "classic-tree", "query", "next", "session_id", "kernel_name")
    asked = "&".join(f"{name}={planted}" for name in names)
    paths = ("/", "/voila/tree", "/login", "/nowhere", f"/{planted}", f"/voila/render/{planted}")
    for path in (*paths, "/voila/render/species.ipynb"):
        for query in (asked, "classic-tree=true&" + asked):
            answer = with_token(server, f"{path}?{query}", Referer=f"{server.url}/{planted}")
            assert answer.status in {200, 302, 404, 503}
            assert "<script>" not in answer.text
            assert "alert(1)</script>" not in answer.text


@pytest.mark.parametrize(
    "folder",
    ["/voila/templates/", "/voila/templates/ganglioside/static/", "/voila/static/", "/static/",
     "/voila/api/themes/", "/voila/labextensions/", "/voila/files/", "/voila/render/",
     "/voila/tree/", "/voila/api/contents/", "/voila/api/shutdown/", "/voila/query/"],
)  # fmt: skip
def test_odd_paths_fail_without_a_traceback(server: Server, folder: str) -> None:
    odd = ["", "x", "%00", "a%00.js", "a" * 240, "a/" * 700, "..%2f..%2fetc%2fpasswd", "%ff",
           "../" * 9 + "etc/passwd", "//etc/passwd", "static", "static/", "lab/static/index.css",
           "ganglioside/x/y", "%5c..%5c", "a%0d%0aX:1", "*", "[", "%7B%7B7*7%7D%7D"]  # fmt: skip
    for path in odd:
        answer = with_token(server, folder + path)
        assert answer.status < 500, path
        assert "root:" not in answer.text
    assert b"Traceback" not in server.log.read_bytes()


def test_query_sockets_and_files_are_not_served(server: Server, channels: str) -> None:
    for path in ("/voila/query/", "/voila/files/"):
        assert with_token(server, path + channels.split("/")[3]).status == 404
    with pytest.raises(websocket.WebSocketBadStatusException, match="404"):
        open_socket(server, channels.replace("/api/kernels/", "/voila/query/")[: -len("/channels")])


def test_requests_of_foreign_pages_start_no_kernel(server: Server) -> None:
    before = renders(server)
    jar = cookie(server)
    fetched = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}
    for headers in (
        fetched | {"Sec_Fetch_Dest": "image"},
        {"Origin": "http://127.0.0.2:1"},
        {"Referer": "http://127.0.0.2:1/"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},
    ):
        answer = ask(server, WORKBENCH, Cookie=jar, **headers)
        assert answer.status == 403
    assert f'href="{WORKBENCH}"' in answer.text  # who followed a link may go on
    assert renders(server) == before


def test_sockets_of_others_are_refused(server: Server, channels: str) -> None:
    jar = f"Cookie: {cookie(server)}"
    for options in (
        {"header": []},
        {"header": [jar], "origin": "http://evil.example"},
        {"header": [jar], "origin": "null"},
        {"header": [jar], "origin": "http://127.0.0.1:1"},
    ):
        with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
            open_socket(server, channels, **options)
    open_socket(server, channels, header=[jar], origin=server.url).close()


def test_other_subprotocols_are_refused_with_the_cure(server: Server, channels: str) -> None:
    for offered in (None, ["v0.kernel.websocket.jupyter.org"]):
        with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
            open_socket(server, channels, subprotocols=offered)
        assert refusal.value.status_code == 400
        assert b"Sec-WebSocket-Protocol" in refusal.value.resp_body


def message(kind: object, content: object = None, metadata: object = None) -> bytes:
    header = {"msg_id": "1", "username": "", "session": "s", "version": "5.3", "msg_type": kind}
    parts = [
        b"shell",
        *(json.dumps(each).encode() for each in (header, {}, metadata or {}, content or {})),
    ]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    numbers = [len(offsets), *offsets]
    return struct.pack(f"<{len(numbers)}Q", *numbers) + b"".join(parts)


@pytest.mark.parametrize(
    "frame",
    [b"", b"\xff" * 8, b"\xff" * 100, struct.pack("<Q", 10**17) + b"{}", message("x")[:-3],
     struct.pack("<3Q", 2, 0, 2**63), message(["comm_msg"]), message(None)],
)  # fmt: skip
def test_a_malformed_message_closes_its_socket_and_nothing_else(
    server: Server, channels: str, frame: bytes
) -> None:
    opened = open_socket(server, channels)
    opened.send_binary(frame)
    assert _close_code(opened) == 1002
    assert with_token(server, "/").status == 200


def test_text_closes_the_socket(server: Server, channels: str) -> None:
    opened = open_socket(server, channels)
    opened.send(json.dumps({"header": {"msg_type": "comm_info_request"}, "channel": "shell"}))
    assert _close_code(opened) == 1002


def _close_code(opened: websocket.WebSocket) -> int:
    """Return with which code the server closed, past what the kernel says."""
    while True:
        code, content = opened.recv_data()
        if code == websocket.ABNF.OPCODE_CLOSE:
            return int.from_bytes(content[:2], "big")


def test_answers_with_buffers_do_not_stop_the_server(server: Server, channels: str) -> None:
    opened = open_socket(server, channels)
    target = {"comm_id": "c", "target_name": "jupyter.widget.control", "data": {}}
    opened.send_binary(message("comm_open", target, {"version": "1.0.0"}))
    asked = {"comm_id": "c", "data": {"method": "request_states"}}
    opened.send_binary(message("comm_msg", asked))
    while b"update_states" not in opened.recv_data()[1]:
        pass
    assert with_token(server, "/").status == 200
    opened.close()


def test_messages_that_are_not_allowed_are_dropped(
    server: Server, channels: str, tmp_path: Path
) -> None:
    opened = open_socket(server, channels)
    mark = tmp_path / "mark"
    for kind in ("execute_request", "inspect_request", "debug_request", "interrupt_request"):
        opened.send_binary(message(kind, {"code": f"open({str(mark)!r}, 'w')"}))
    opened.send_binary(message("kernel_info_request"))
    while b"kernel_info_reply" not in opened.recv_data()[1]:
        pass
    assert not mark.exists()
    opened.close()


def test_sockets_of_one_kernel_are_bounded(server: Server, channels: str) -> None:
    opened = [open_socket(server, f"{channels}?session_id={number}") for number in range(8)]
    with pytest.raises(websocket.WebSocketBadStatusException, match="429"):
        open_socket(server, f"{channels}?session_id=9")
    for each in opened:
        each.close()


def test_no_log_holds_a_token(server: Server) -> None:
    for path in ("/nowhere", "/voila/render/x.ipynb", "/a%00b", "/api/kernels/a-b-c-d-e", "/login"):
        ask(server, f"{path}?a=1&token={TOKEN}")
        ask(server, f"{path}?next=%2Fx%3Ftoken%3D{TOKEN}")
        ask(server, path, Referer=f"{server.url}/?token={TOKEN}")
        with_token(server, path)
    log = server.log.read_text(errors="replace")
    assert "/nowhere" in log
    assert TOKEN not in log


def test_above_the_bound_visitors_are_told_when_to_come_again(server: Server) -> None:
    answers = [with_token(server, WORKBENCH) for _ in range(MOST)]
    assert answers[-1].status == 503
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "--max-kernels" in answers[-1].text
    assert {answer.status for answer in answers} <= {200, 503}
    until(lambda: kernels(server) <= MOST)  # one that ends is told of after the next began
    assert with_token(server, "/").status == 200


def test_a_taken_port_and_a_missing_address_are_told_with_the_cure(server: Server) -> None:
    """What else may be wrong with an address is in `test_address.py`."""
    script = Path(sys.executable).with_name("ganglioside")
    port = str(urlsplit(server.url).port)
    words = {
        ("app", "--port", port): "choose another --port",
        ("lab", "--host", "no such host"): "There is no address",
        ("app", "--certfile", "missing.pem"): "--certfile",
    }
    pipe = subprocess.PIPE
    begun = [
        subprocess.Popen([script, *arguments, "--no-browser"], stdout=pipe, stderr=pipe, text=True)
        for arguments in words
    ]
    for process, told in zip(begun, words.values(), strict=True):
        _, stderr = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1
        assert told in " ".join(stderr.split())
        assert "Traceback" not in stderr


def test_answers_come_while_others_hold_back_their_requests(server: Server) -> None:
    address = ("127.0.0.1", urlsplit(server.url).port or 0)
    held = [socket.create_connection(address) for _ in range(50)]
    for each in held:
        each.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx")
    assert with_token(server, "/").status == 200
    for each in held:
        each.close()


def _end_with_clients(running: Server, channels: str, ending: int) -> None:
    """Signal a server that one holds a socket of and another a request back from."""
    opened = open_socket(running, channels)
    held = socket.create_connection(("127.0.0.1", urlsplit(running.url).port or 0))
    held.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    running.process.send_signal(ending)
    running.process.wait(PATIENCE)
    held.close()
    opened.shutdown()
    assert running.process.returncode in {0, 130}


def test_an_interruption_ends_the_server_with_clients_connected(tmp_path: Path) -> None:
    with serving(tmp_path, "app", NO_SPARES) as running:
        page = with_token(running, WORKBENCH)
        found = re.search(r'"kernelId": "([\w-]+)"', page.text)
        assert found, page.text[:2000]
        _end_with_clients(running, f"/api/kernels/{found[1]}/channels", signal.SIGINT)


# The last one here: it ends the server that all others share.
def test_a_signal_ends_the_server_with_clients_connected(server: Server, channels: str) -> None:
    _end_with_clients(server, channels, signal.SIGTERM)


@pytest.mark.parametrize("name", ["voila.py", "voila.json"])
def test_no_configuration_is_read_from_the_folder_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whoever served pages from a folder that others sent ran its `voila.py`."""
    planted = {"voila.py": "raise SystemExit", "voila.json": '{"Pages": {"base_url": "/x/"}}'}
    (tmp_path / name).write_text(planted[name])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Pages, "setup_template_dirs", lambda _: None)
    pages = Pages()
    pages.initialize([])
    assert pages.base_url == "/"


def test_templates_are_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page has an exporter of its own; to compile for each held up the server's loop."""
    monkeypatch.setattr(PageExporter, "compiled", FileSystemBytecodeCache(str(tmp_path)))
    compiled: list[str] = []
    compile_once = Environment._compile

    def count(self: Environment, source: str, filename: str) -> CodeType:
        compiled.append(filename)
        return compile_once(self, source, filename)

    monkeypatch.setattr(Environment, "_compile", count)
    for _ in range(2):
        exporter = PageExporter(template_name="lab")
        exporter.environment.get_template("index.html.j2")
        assert len(compiled) == 1
