"""A demonstration text that a service refuses is told with its name, so that its writer finds it."""

from collections.abc import Callable, Iterable

from marketplace.demo.texts import TextFault
from marketplace.domain.errors import DomainError, FieldError, ValidationFailed


def told(errors: Iterable[FieldError]) -> str:
    """Return the faults of fields in a line."""
    return "; ".join(f"{each.field}: {each.message} {dict(each.params)}" for each in errors)


def naming(name: str, do: Callable[[], object]) -> Callable[[], None]:
    """Return ``do`` so that whatever is refused raises TextFault with ``name``."""

    def named() -> None:
        try:
            do()
        except ValidationFailed as refused:
            raise TextFault(f"{name}: {told(refused.errors)}") from refused
        except DomainError as refused:
            raise TextFault(f"{name}: {refused.message} {dict(refused.params)}") from refused

    return named
