"""The worker: woken after commits, and by the clock. The outbox table is the queue; huey only rings the bell."""

from flask import Flask

from marketplace.jobs import bell


def configure(app: Flask) -> None:
    """Let every commit of ``app`` ring the worker's bell, where a bell is configured."""
    bell.configure(app)
