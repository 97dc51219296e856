"""The embeddings endpoint, against a small server on loopback that speaks like the real ones."""

import json
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from marketplace.integrations.embeddings import EmbeddingsUnavailable, HttpEmbeddings, open_embeddings


class Endpoint:
    """A server whose answer each test decides; ``asked`` are the requests it got."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Callable[[list[str]], Any] = lambda texts: {
            "data": [
                {"index": at, "embedding": [3.0 * len(text), 4.0 * len(text)]}
                for at, text in enumerate(texts)
            ][::-1]
        }
        self.status, self.slow = 200, Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
                if outer.status == 0:
                    outer.slow.wait(5)
                    return
                told = outer.answer(body["input"])
                sent = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_told: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """End the server."""
        self.slow.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    running = Endpoint()
    yield running
    running.stop()


def test_texts_get_vectors_of_length_one_in_their_order(endpoint: Endpoint) -> None:
    service = open_embeddings(endpoint.url + "/", "secret", "some-model")
    assert service is not None
    assert service.embed(["双极板", "长" * 9_000]) == [[0.6, 0.8], [0.6, 0.8]]
    asked = endpoint.asked[0]
    assert (asked["path"], asked["key"], asked["model"]) == (
        "/v1/embeddings", "Bearer secret", "some-model",
    )  # fmt: skip
    assert [len(text) for text in asked["input"]] == [3, 6_000]


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        {"error": "no"},
        [],
        {"data": [{"index": 0, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]},
        {"data": [{"index": 0, "embedding": [0.0]}, {"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": ["x"]}, {"index": 1, "embedding": [1.0]}]},
    ],
)
def test_an_answer_that_is_none_is_a_fault_of_the_service(endpoint: Endpoint, answer: Any) -> None:
    endpoint.answer = lambda _texts: answer
    with pytest.raises(EmbeddingsUnavailable):
        HttpEmbeddings(endpoint.url, "", "m").embed(["a", "b"])


def test_refusing_slow_and_absent_services_are_faults_too(endpoint: Endpoint) -> None:
    endpoint.status = 500
    with pytest.raises(EmbeddingsUnavailable, match="500"):
        HttpEmbeddings(endpoint.url, "", "m").embed(["a"])
    endpoint.status = 0
    with pytest.raises(EmbeddingsUnavailable, match=r"timed out|closed"):
        HttpEmbeddings(endpoint.url, "", "m", timeout=0.1).embed(["a"])
    with pytest.raises(EmbeddingsUnavailable):
        HttpEmbeddings("http://127.0.0.1:9", "", "m", timeout=0.5).embed(["a"])
    assert endpoint.asked[0]["key"] is None


def test_a_service_that_does_not_speak_http_is_a_fault_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def babble() -> None:
            caller, _ = server.accept()
            with caller:
                caller.recv(65_536)
                caller.sendall(b"no answer of this kind\r\n\r\n")

        speaking = Thread(target=babble)
        speaking.start()
        with pytest.raises(EmbeddingsUnavailable, match="BadStatusLine"):
            HttpEmbeddings(f"http://127.0.0.1:{port}", "", "m", timeout=5).embed(["a"])
        speaking.join()


def test_nothing_is_configured_by_default() -> None:
    assert open_embeddings("", "", "m") is None
    assert open_embeddings("https://host", "", "") is None
    with pytest.raises(ValueError, match="http"):
        open_embeddings("file:///etc/passwd", "", "m")
