"""Behind a company's proxy, with an endpoint that its own CA signed: all of it real, on loopback."""

from __future__ import annotations

import http.server
import re
import ssl
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cab_core.errors import ImageError
from cab_core.records import Recipe
from cab_core.runtimes import install as installing
from cab_core.store.cells import Store
from tests.conftest import Cab
from tests.docs.test_how_to import HOW_TO, blocks
from tests.support.connect_proxy import PASSWORD, connect_proxy
from tests.support.endpoint import KEY, Endpoint
from tests.support.tls import signed

PAGE = "behind-a-proxy.md"
HOST = "models.vendor.example"
# A CLI that writes down what it sees of its surroundings, and asks its model once.
CLI = """
schema_version = 1
name = "looks"
version = "1"
protocols = ["openai-chat"]
version_argv = ["echo", "1"]
[install]
[launch]
argv = ["python3", "{{ home }}/look.py"]
env = { ENDPOINT = "{{ endpoint }}", TOKEN = "{{ token }}", MODEL = "{{ model }}" }
[launch.files]
"look.py" = '''
import json, os, urllib.request
open("seen.txt", "w").write(json.dumps(dict(os.environ)))
body = json.dumps({"model": os.environ["MODEL"], "messages": [{"role": "user", "content": "hello"}]})
request = urllib.request.Request(os.environ["ENDPOINT"] + "/chat/completions", body.encode(),
    {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["TOKEN"]})
urllib.request.urlopen(request).read()
'''
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The company's CA, and a certificate of its endpoint."""
    return signed(tmp_path_factory.mktemp("corp"), HOST)


def speak_https(server: http.server.HTTPServer, certificate: Path) -> None:
    """Have a server speak https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)


def files_with(text: str, root: Path) -> list[str]:
    """Return the files below a directory that hold a text."""
    return [str(p) for p in root.rglob("*") if p.is_file() and text.encode() in p.read_bytes()]


def test_a_sweep_reaches_its_endpoint_through_the_proxy(
    cab: Cab, endpoint: Endpoint, authority: tuple[Path, Path], tmp_path: Path
) -> None:
    """By the page's variables: the call comes through, and the agent sees neither proxy nor CA; nor does a file."""
    speak_https(endpoint.server, authority[1])
    (cab.cwd / "looks.toml").write_text(CLI)
    log = tmp_path / "proxy.log"
    with connect_proxy(endpoint.server.server_address[1], log) as address:
        set_by_page = dict(re.findall(r"^export (\w+)=(\S+)$", "".join(blocks(PAGE)), re.M))
        set_by_page |= {"HTTPS_PROXY": address, "SSL_CERT_FILE": str(authority[0]), "CAB_KEY": KEY}
        assert {"HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"} <= set_by_page.keys()
        done = cab(
            "run", "--tui", "looks.toml", "--model", "acme/coder-1", "--task", "mutations/py-stock-reorder",
            "--endpoint", f"https://{HOST}/v1", **set_by_page,
        )  # fmt: skip
    assert done.returncode == 0, (done.stdout, done.stderr)
    [(where, result)] = Store(cab.cwd / "runs").standing()
    assert result.outcome == "failed" and result.tokens.total, result.why
    assert f"opened {HOST}:443" in log.read_text()
    seen = (where / "changes.patch").read_text()
    assert "seen.txt" in seen and "PROXY" not in seen.upper() and "SSL_CERT_FILE" not in seen
    assert not files_with(PASSWORD, cab.cwd) and PASSWORD not in done.stdout + done.stderr


def test_no_proxy_goes_straight(cab: Cab, endpoint: Endpoint, tmp_path: Path) -> None:
    """A host that NO_PROXY names is asked without the proxy, which would lead nowhere."""
    with connect_proxy(9, tmp_path / "log") as address:
        done = cab(
            "models", "ping", "m", "--endpoint", endpoint.url, CAB_KEY=KEY, NO_PROXY="127.0.0.1",
            HTTP_PROXY=address, http_proxy=address, no_proxy="127.0.0.1",
        )  # fmt: skip
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert (tmp_path / "log").read_text() == ""


@pytest.fixture
def index(authority: tuple[Path, Path], tmp_path: Path) -> Iterator[int]:
    """The port of a company's own package index, https, with one package."""
    wheel = tmp_path / "index/simple/corp-cli/corp_cli-1.0-py3-none-any.whl"
    wheel.parent.mkdir(parents=True)
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("corp_cli.py", "")
        made.writestr(
            "corp_cli-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: corp-cli\nVersion: 1.0\n"
        )
        made.writestr(
            "corp_cli-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr("corp_cli-1.0.dist-info/RECORD", "")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(tmp_path / "index"))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    speak_https(server, authority[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.prove
def test_a_cli_is_installed_through_the_proxy(
    index: int, authority: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an index that the company's CA signed; where the proxy refuses, its password is in no message."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"https://{HOST}/simple")
    for name in (
        "PIP_EXTRA_INDEX_URL",
        "PIP_FIND_LINKS",
        "NO_PROXY",
        "no_proxy",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CERT", str(authority[0]))
    with connect_proxy(index, tmp_path / "log") as address:
        monkeypatch.setenv("HTTPS_PROXY", address)
        monkeypatch.setenv("https_proxy", address)
        (tmp_path / "home").mkdir()
        installing._install_parts(Recipe(pip=("corp-cli==1.0",)), tmp_path / "home", lambda _: None)
        assert list((tmp_path / "home").rglob("corp_cli.py"))
        monkeypatch.setenv("PIP_RETRIES", "0")
        wrong = address.replace("ada:", "bob:")
        monkeypatch.setenv("HTTPS_PROXY", wrong)
        monkeypatch.setenv("https_proxy", wrong)
        monkeypatch.setenv("PIP_PROXY", wrong)
        (tmp_path / "other").mkdir()
        with pytest.raises(ImageError) as raised:
            installing._install_parts(Recipe(pip=("corp-cli==1.0",)), tmp_path / "other", lambda _: None)
    assert f"opened {HOST}:443" in (tmp_path / "log").read_text() and PASSWORD not in str(raised.value)


def test_the_variables_of_the_page_are_those_of_the_code() -> None:
    """Those that a build is given, and where a bundle is looked for."""
    text = (HOW_TO / PAGE).read_text()
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "CAB_CA_BUNDLE",
        "SSL_CERT_FILE",
        "NODE_EXTRA_CA_CERTS",
    ):
        assert f"`{name}`" in text
