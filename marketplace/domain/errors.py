"""Errors a rule can raise.

A message is a Chinese msgid with ``%(name)s`` places; the web and mail rooms translate and fill it,
so that domain and services never need a locale.
"""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong with one field: ``code`` for machines, ``message`` (msgid) for people."""

    field: str
    code: str
    message: str
    params: dict[str, Any] = dataclass_field(default_factory=dict)


class DomainError(Exception):
    """A rule said no. ``field`` names the form field it concerns, or is None for the whole action."""

    def __init__(self, code: str, message: str, field: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class ValidationFailed(DomainError):
    """Several fields are wrong at once; ``errors`` keeps them in the order of the form."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("validation_failed", "请更正标出的各项后再提交")
        self.errors = errors


class NotAllowed(DomainError):
    """The actor lacks the right (HTTP 403)."""

    def __init__(
        self, message: str = "您没有办理此事项的权限", code: str = "not_allowed", **params: Any
    ) -> None:
        super().__init__(code, message, **params)


class NotFound(DomainError):
    """The object does not exist, or must not be known to exist by this actor (HTTP 404)."""

    def __init__(self, message: str = "没有找到您要的内容") -> None:
        super().__init__("not_found", message)


class Conflict(DomainError):
    """Somebody else changed the object first, or the action no longer fits its state (HTTP 409)."""

    def __init__(
        self, message: str = "内容已被他人更新，请刷新后再试", code: str = "conflict", **params: Any
    ) -> None:
        super().__init__(code, message, **params)
