"""The stream of a container's output."""

from __future__ import annotations

from cab_core.runtimes.docker.engine import client, labels
from cab_core.runtimes.docker.images import tools_image
from cab_core.runtimes.docker.stream import attached


def test_the_engines_answer_is_closed_before_its_socket(engine: object) -> None:
    """One that is left to the interpreter's end prints a traceback there, from Python 3.13 on."""
    api, image = client(), tools_image(["python3"], print)
    made = api.create_container(image.id, ["true"], labels=labels("sandbox"))["Id"]
    try:
        response = api.attach_socket(made, {"stdout": 1, "stderr": 1, "stream": 1})
        with attached(response):
            answer = response._response.raw._fp
        assert answer.isclosed()
    finally:
        api.remove_container(made, force=True)
