"""A throwaway PostgreSQL cluster for one test run: made in a temporary folder, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

BINARIES = Path("/usr/lib/postgresql/15/bin")

# Nothing here has to survive a power cut; waiting for the disk would double the time of the suite.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    # Compiling a plan would cost more than any query here.
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
}


class ThrowawayPostgres:
    """One cluster on a free loopback port; ``start`` it, hand out databases, ``stop`` it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="marketplace-pg-"))
        self.port = free_port()

    @property
    def address(self) -> str:
        """The server's address, to which a database name is appended."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Create the cluster and wait until it accepts connections (about a second)."""
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            shutil.chown(self.folder, "postgres", "postgres")
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options += f" -c unix_socket_directories={self.folder} -p {self.port}"
        data = str(self.folder / "data")
        self._run(
            "initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--no-sync",
            "--encoding=UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        self._run("pg_ctl", "--pgdata", data, "--log", str(self.folder / "log"), "-o", options, "-w", "start")

    def stop(self) -> None:
        """End the server at once and remove its folder."""
        self._run("pg_ctl", "--pgdata", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(BINARIES / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # A server that inherits a pipe would keep it open for ever, so its words go to a file.
        with (self.folder / "commands.log").open("a+") as log:
            done = subprocess.run(command, stdout=log, stderr=log, cwd="/", check=False)
            if done.returncode:
                log.seek(0)
                raise RuntimeError(f"{program} failed:\n{log.read()}")


def create_database(address: str, name: str, template: str = "template1") -> str:
    """Create a database ``name`` on the server, empty or like ``template``; return its SQLAlchemy address."""
    plain = address.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        order = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(order.format(sql.Identifier(name), sql.Identifier(template)))
    return f"{address}/{name}"


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
