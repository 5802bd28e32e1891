import pytest
from support.databricks import on_databricks
from support.server import Server


@pytest.fixture
def dbutils(monkeypatch, tmp_path):
    """The driver of job `all_kinds`."""
    return on_databricks(monkeypatch, tmp_path)


@pytest.fixture
def serve():
    """Start servers; each answers with a function of the request."""
    running = []

    def start(answers, tls=None):
        server = Server(answers, tls=tls).__enter__()
        running.append(server)
        return server

    yield start
    for server in running:
        server.__exit__()
