"""What a transition table is made of, and the one function that decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from marketplace.domain.access import Actor, Permission, Subject, may, require
from marketplace.domain.errors import Conflict, DomainError
from marketplace.domain.text import N_


class Tone(StrEnum):
    """How a state looks; a word and a shape always stand beside the colour."""

    DRAFT = "draft"
    WAITING = "waiting"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"


@dataclass(frozen=True)
class State:
    """A state with its Chinese label. A ``final`` state has no way out."""

    code: str
    label: str
    tone: Tone
    final: bool = False


@dataclass(frozen=True)
class Guard:
    """A fact the subject must have (``Subject.facts``), and what to say when it has not."""

    fact: str
    message: str


@dataclass(frozen=True)
class Transition:
    """(source, action) → target.

    ``who`` is the permission asked for; RUN_BY_ITSELF marks what the site does as the effect of another decision.
    ``reason``: the actor must say why. ``dangerous``: the password is asked again. ``notice`` is the kind of
    notice that the people concerned get.
    """

    source: str
    action: str
    target: str
    label: str
    who: Permission
    guards: tuple[Guard, ...] = ()
    reason: bool = False
    dangerous: bool = False
    notice: str | None = None


class Machine:
    """A transition table of one subject. Building it checks that it is sound."""

    def __init__(
        self,
        subject: str,
        label: str,
        states: Iterable[State],
        transitions: Iterable[Transition],
        initial: str,
    ) -> None:
        self.subject = subject
        self.label = label
        self.states: Mapping[str, State] = {state.code: state for state in states}
        self.initial = initial
        self.table: dict[tuple[str, str], Transition] = {}
        for transition in transitions:
            self._add(transition)

    def _add(self, transition: Transition) -> None:
        key = (transition.source, transition.action)
        if transition.source not in self.states or transition.target not in self.states:
            raise ValueError(f"{self.subject}: {key} names an unknown state")
        if self.states[transition.source].final or key in self.table:
            raise ValueError(f"{self.subject}: {key} leaves a final state or stands twice")
        self.table[key] = transition

    @property
    def actions(self) -> tuple[str, ...]:
        """All actions, in the order of the table."""
        return tuple(dict.fromkeys(action for _, action in self.table))

    def audit_tag(self, action: str) -> str:
        """Return the tag under which an action is written to the audit trail."""
        return f"{self.subject}.{action}"

    def decide(self, state: str, action: str, actor: Actor, subject: Subject) -> Transition:
        """Return the transition that ``actor`` may make now.

        Raises NotAllowed without the right, Conflict where the action does not fit the state (somebody was
        faster, or the page is old), DomainError with the guard's words where a fact is missing.
        """
        transition = self.table.get((state, action))
        if transition is None:
            raise Conflict(
                N_("当前状态为“%(state)s”，不能进行此操作，请刷新页面查看最新情况"),
                code="wrong_state",
                state=self.states[state].label,
            )
        require(actor, transition.who, subject)
        for guard in transition.guards:
            if guard.fact not in subject.facts:
                raise DomainError(f"guard_{guard.fact}", guard.message)
        return transition

    def available(self, state: str, actor: Actor, subject: Subject) -> list[Transition]:
        """Return what ``actor`` may do now: exactly what ``decide`` would accept."""
        return [
            transition
            for (source, _), transition in self.table.items()
            if source == state
            and may(actor, transition.who, subject)
            and all(guard.fact in subject.facts for guard in transition.guards)
        ]


def several(sources: Iterable[str], transition: Transition) -> list[Transition]:
    """Return ``transition`` once for each of ``sources``."""
    return [replace(transition, source=source) for source in sources]
